"""What a network learns from: the MNIST digits, faces, files of both, your pictures, batches. Notebooks 03 and 06.

Read idx_files, digits, batching, in this order; then pictures, faces and celeba.
"""

from teachnn.data.batching import Batches, batches
from teachnn.data.celeba import celeba
from teachnn.data.digits import MNIST, Digits, mnist, pixels
from teachnn.data.faces import Faces, drawn_faces
from teachnn.data.idx_files import idx
from teachnn.data.pictures import Pictures, pictures

__all__ = [
    "MNIST",
    "Batches",
    "Digits",
    "Faces",
    "Pictures",
    "batches",
    "celeba",
    "drawn_faces",
    "idx",
    "mnist",
    "pictures",
    "pixels",
]
