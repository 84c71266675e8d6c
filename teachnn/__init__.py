"""Neural networks as two kinds of function that share parameters: a teaching library for JupyterLab.

A training function searches for parameters: it improves an objective through an optimizer. A test function uses
parameters: it computes an output from an input. Only the parameters connect them.

    import teachnn as tn

Read the files in this order: parameter, init, trace, ops, layer, dense, stack, loss, optimizer, function; then conv,
pool, norm, noise for more layers; scope, weights, finite for how a step stays whole; errors, settings, inputs for how
it says no; record, graph and drawing/ for how a function is drawn.
"""

from teachnn import data, images, init, loss, memory, ops, schedule
from teachnn.check import check_gradients
from teachnn.checkpoint import CheckpointError, load, save
from teachnn.conv import Conv2D, ConvTranspose2D
from teachnn.dense import Dense, LeakyReLU, ReLU, Sigmoid, Softmax, Softplus, Tanh
from teachnn.errors import InputError, ModeError
from teachnn.function import TestFunction, TrainFunction
from teachnn.graph import Drawing, Graph, draw, shared_parameters
from teachnn.init import rng
from teachnn.layer import Detached, Layer, Mode, ModeLayer
from teachnn.loop import History, StepResult
from teachnn.noise import Dropout, DropPath, GaussianSample, Join, generator
from teachnn.norm import BatchNorm, LayerNorm
from teachnn.optimizer import SGD, Adam, AdamW, Momentum, Optimizer, RMSProp
from teachnn.parameter import Parameter, Statistic
from teachnn.pool import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from teachnn.snapshot import Snapshot
from teachnn.stack import Flatten, Reshape, Sequential

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "AveragePool2D",
    "BatchNorm",
    "CheckpointError",
    "Conv2D",
    "ConvTranspose2D",
    "Dense",
    "Detached",
    "Drawing",
    "DropPath",
    "Dropout",
    "Flatten",
    "GaussianSample",
    "GlobalAveragePool2D",
    "Graph",
    "History",
    "InputError",
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
    "check_gradients",
    "data",
    "draw",
    "generator",
    "images",
    "init",
    "load",
    "loss",
    "ops",
    "rng",
    "save",
    "schedule",
    "shared_parameters",
]

memory.keep_freed()
