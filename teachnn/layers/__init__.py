"""Layers: small frozen classes of parameters and settings with one `forward`. Notebook 02.

Read fields, outline, layer, dense, stack, conv, pool, norm, noise in this order. Those of operations stand on the file
of the same name in ops.
"""

from teachnn.layers.attention import CausalSelfAttention, Embedding
from teachnn.layers.conv import Conv2D, ConvTranspose2D
from teachnn.layers.dense import Dense, LeakyReLU, ReLU, Sigmoid, Softmax, Softplus, Tanh
from teachnn.layers.fields import mapped
from teachnn.layers.layer import Detached, Layer, ModeLayer, refuse_mode
from teachnn.layers.noise import Dropout, DropPath, GaussianSample, Join, noise_from
from teachnn.layers.norm import BatchNorm, LayerNorm
from teachnn.layers.outline import outline_of_model
from teachnn.layers.pool import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from teachnn.layers.recurrent import GRU
from teachnn.layers.stack import Flatten, Reshape, Residual, Sequential

__all__ = [
    "GRU",
    "AveragePool2D",
    "BatchNorm",
    "CausalSelfAttention",
    "Conv2D",
    "ConvTranspose2D",
    "Dense",
    "Detached",
    "DropPath",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianSample",
    "GlobalAveragePool2D",
    "Join",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool2D",
    "ModeLayer",
    "ReLU",
    "Reshape",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "mapped",
    "noise_from",
    "outline_of_model",
    "refuse_mode",
]
