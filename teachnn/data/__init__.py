"""What a network learns from: the MNIST digits, files in their format, and batches. Notebook 03.

Read idx_files, digits, batching, in this order.
"""

from teachnn.data.batching import Batches, batches
from teachnn.data.digits import MNIST, Digits, mnist, pixels
from teachnn.data.idx_files import idx

__all__ = ["MNIST", "Batches", "Digits", "batches", "idx", "mnist", "pixels"]
