"""Neural networks as two kinds of function that share parameters: a teaching library for JupyterLab.

A training function searches for parameters: it improves an objective through an optimizer. A test function uses
parameters: it computes an output from an input. Only the parameters connect them.

    import teachnn as tn

The folders are the idea, from the ground floor up; a folder imports only those below it:

    support       errors, settings, memory: how input is checked, and what an error says
    ops           the arithmetic, each operation with its gradient beside it; losses
    parameters    what is searched for and what is used: Parameter, Statistic, how they start, what reading one means
    layers        small frozen classes that hold parameters; some in two modes
    graphs        a function as plain data, and its picture
    functions     the two kinds: TrainFunction, TestFunction, and what a step is made of
    export        a function in other hands: a program, ONNX, PyTorch
    scale         many machines: sweeps, and one training function on many workers
    data, models, exercises, jupyter          what networks learn from, the cases, the course

Each folder's first lines say in which order to read its files. For a first tour: parameters/parameter, ops/arithmetic,
layers/layer, layers/dense, functions/optimizer, functions/train_function,
functions/test_function.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from teachnn import check, data, images, models, ops
from teachnn.functions import (
    SGD,
    Adam,
    AdamW,
    Average,
    Averaged,
    CheckpointError,
    History,
    Momentum,
    Optimizer,
    RMSProp,
    Snapshot,
    StepResult,
    TestFunction,
    TrainFunction,
    check_gradients,
    load,
    save,
    schedule,
)
from teachnn.graphs import Drawing, Graph, draw, shared_parameters
from teachnn.layers import (
    GRU,
    AveragePool2D,
    BatchNorm,
    CausalSelfAttention,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Detached,
    Dropout,
    DropPath,
    Embedding,
    Flatten,
    GaussianSample,
    GlobalAveragePool2D,
    Join,
    Layer,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    ModeLayer,
    ReLU,
    Reshape,
    Residual,
    Sequential,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
    noise_from,
)
from teachnn.ops import loss
from teachnn.parameters import Derived, Parameter, Statistic, init, rng
from teachnn.support import InputError, InputTypeError, Mode, ModeError, keep_freed

if TYPE_CHECKING:
    from teachnn import export, scale

__version__ = "0.2.0"

__all__ = [
    "GRU",
    "SGD",
    "Adam",
    "AdamW",
    "Average",
    "AveragePool2D",
    "Averaged",
    "BatchNorm",
    "CausalSelfAttention",
    "CheckpointError",
    "Conv2D",
    "ConvTranspose2D",
    "Dense",
    "Derived",
    "Detached",
    "Drawing",
    "DropPath",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianSample",
    "GlobalAveragePool2D",
    "Graph",
    "History",
    "InputError",
    "InputTypeError",
    "Join",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool2D",
    "Mode",
    "ModeError",
    "ModeLayer",
    "Momentum",
    "Optimizer",
    "Parameter",
    "RMSProp",
    "ReLU",
    "Reshape",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Snapshot",
    "Softmax",
    "Softplus",
    "Statistic",
    "StepResult",
    "Tanh",
    "TestFunction",
    "TrainFunction",
    "check",
    "check_gradients",
    "data",
    "draw",
    "export",
    "images",
    "init",
    "load",
    "loss",
    "models",
    "noise_from",
    "ops",
    "rng",
    "save",
    "scale",
    "schedule",
    "shared_parameters",
]

LATE = ["export", "scale"]  # loaded when it is asked for


def __getattr__(name: str) -> ModuleType:
    if name not in LATE:
        raise AttributeError(f"module 'teachnn' has no attribute {name!r}")
    return importlib.import_module(f"teachnn.{name}")


def __dir__() -> list[str]:
    return sorted([*globals(), *LATE])


keep_freed()
