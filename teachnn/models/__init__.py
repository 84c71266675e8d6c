"""The cases: small models of a training function and test functions. Each file is a face of its own.

They are loaded when they are asked for, `tn.models.vae.VAE` say.
"""

from __future__ import annotations

import importlib
from types import ModuleType

FILES = [
    "classifier",
    "convolutional_vae",
    "cropping",
    "diffusion",
    "face_study",
    "faces",
    "fractal",
    "fractalnet",
    "gan",
    "linear_attributes",
    "plane",
    "seeds",
    "shipped",
    "vae",
]


def __getattr__(name: str) -> ModuleType:
    if name not in FILES:
        raise AttributeError(f"teachnn.models: expected one of {', '.join(FILES)}, got {name}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return FILES
