"""How each operation of the table is written in ONNX: most have a node of the same meaning, some take several.

Images stay NHWC outside; a convolution or a pool turns them to ONNX's NCHW and back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from teachnn.export.onnx_graph import Builder
from teachnn.export.recording import Operation

CHANNELS_FIRST, CHANNELS_LAST, KERNEL = (0, 3, 1, 2), (0, 2, 3, 1), (3, 2, 0, 1)

Node = Callable[[Builder, Operation], Any]


def same(type: str, **attributes: Any) -> Node:
    """Return how to write an operation that ONNX has too."""
    return lambda onnx, step: onnx.node(type, *step.inputs, output=step.output, **attributes)


def of_one_kind(type: str) -> Node:
    """Return how to write an operation of ONNX that takes numbers of one kind only."""

    def write(onnx: Builder, step: Operation) -> None:
        kind = np.result_type(*(onnx.dtypes[name] for name in step.inputs))
        if step.dtype != "bool":
            kind = np.dtype(step.dtype)
        onnx.node(type, *(onnx.cast(name, kind) for name in step.inputs), output=step.output)

    return write


def along_axes(type: str) -> Node:
    """Return how to write a sum, a mean and their like."""

    def write(onnx: Builder, step: Operation) -> None:
        axis, keep = step.settings["axis"], int(step.settings["keepdims"])
        axes = [] if axis is None else [onnx.numbers([axis] if isinstance(axis, int) else axis)]
        onnx.node(type, *step.inputs, *axes, output=step.output, keepdims=keep)

    return write


def not_equal(onnx: Builder, step: Operation) -> None:
    """x != y is not (x == y)."""
    kind = np.result_type(*(onnx.dtypes[name] for name in step.inputs))
    onnx.node("Not", onnx.node("Equal", *(onnx.cast(name, kind) for name in step.inputs)), output=step.output)


def one_hot(onnx: Builder, step: Operation) -> None:
    """Compare the labels, as a column, with all classes, as a row."""
    column = onnx.node("Unsqueeze", onnx.cast(step.inputs[0], np.dtype(np.int64)), onnx.numbers([-1]))
    onnx.node("Equal", column, onnx.numbers(np.arange(step.settings["classes"])), output=step.output)


def cut(onnx: Builder, step: Operation) -> None:
    """A slice along one axis."""
    parts = (onnx.numbers([step.settings[key]]) for key in ("start", "stop", "axis", "step"))
    onnx.node("Slice", *step.inputs, *parts, output=step.output)


def convolve(onnx: Builder, step: Operation) -> None:
    """Channels first, convolve, channels last."""
    x, W = (
        onnx.node("Transpose", step.inputs[0], perm=CHANNELS_FIRST),
        onnx.node("Transpose", step.inputs[1], perm=KERNEL),
    )
    stride, padding = step.settings["stride"], step.settings["padding"]
    y = onnx.node("Conv", x, W, strides=[stride] * 2, pads=[padding] * 4)
    onnx.node("Transpose", y, output=step.output, perm=CHANNELS_LAST)


def convolve_transposed(onnx: Builder, step: Operation) -> None:
    """The same the other way; `output_padding` is what the size has beyond the last patch."""
    stride, padding, size = (step.settings[key] for key in ("stride", "padding", "size"))
    y, W = (
        onnx.node("Transpose", step.inputs[0], perm=CHANNELS_FIRST),
        onnx.node("Transpose", step.inputs[1], perm=KERNEL),
    )
    shape, kernel = onnx.shapes[step.inputs[0]], onnx.shapes[step.inputs[1]]
    beyond = [size[i] - ((shape[i + 1] - 1) * stride + kernel[i] - 2 * padding) for i in (0, 1)]
    x = onnx.node("ConvTranspose", y, W, strides=[stride] * 2, pads=[padding] * 4, output_padding=beyond)
    onnx.node("Transpose", x, output=step.output, perm=CHANNELS_LAST)


def pool(type: str) -> Node:
    """Return how to write a pooling."""

    def write(onnx: Builder, step: Operation) -> None:
        x = onnx.node("Transpose", step.inputs[0], perm=CHANNELS_FIRST)
        size, stride = step.settings["size"], step.settings["stride"]
        y = onnx.node(type, x, kernel_shape=[size] * 2, strides=[stride] * 2)
        onnx.node("Transpose", y, output=step.output, perm=CHANNELS_LAST)

    return write


def pad(onnx: Builder, step: Operation) -> None:
    """A frame around height and width."""
    widths = onnx.numbers([0, step.settings["padding"], step.settings["padding"], 0] * 2)
    value = onnx.numbers(step.settings["value"], step.dtype)
    onnx.node("Pad", *step.inputs, widths, value, output=step.output, mode="constant")


def noise(type: str) -> Node:
    """Return how to write new noise of a shape that is known when the batch comes."""

    def write(onnx: Builder, step: Operation) -> None:
        size = onnx.node("Shape", onnx.batch, start=0, end=1) if None in step.settings["shape"] else ""
        sizes = [size if n is None else onnx.numbers([n]) for n in step.settings["shape"]]
        zeros = onnx.node("ConstantOfShape", onnx.node("Concat", *sizes, axis=0))
        onnx.node(type, zeros, output=step.output, dtype=onnx.kind("float32"))

    return write


NODES: dict[str, Node] = {
    **{name: same(name.title()) for name in ("exp", "log", "sqrt", "sin", "cos", "sign", "sigmoid", "relu", "tanh")},
    **{"negative": same("Neg"), "absolute": same("Abs"), "softplus": same("Softplus"), "identity": same("Identity")},
    "rint": same("Round"),
    **{"softmax": same("Softmax", axis=-1), "log_softmax": same("LogSoftmax", axis=-1)},
    **{"add": of_one_kind("Add"), "subtract": of_one_kind("Sub"), "multiply": of_one_kind("Mul")},
    **{"divide": of_one_kind("Div"), "power": of_one_kind("Pow"), "matmul": of_one_kind("MatMul")},
    **{"maximum": of_one_kind("Max"), "minimum": of_one_kind("Min"), "equal": of_one_kind("Equal")},
    **{"greater": of_one_kind("Greater"), "greater_equal": of_one_kind("GreaterOrEqual")},
    **{"less": of_one_kind("Less"), "less_equal": of_one_kind("LessOrEqual"), "not_equal": not_equal},
    **{"logical_not": same("Not"), "logical_and": same("And"), "logical_or": same("Or"), "where": same("Where")},
    "reshape": lambda onnx, step: onnx.node(
        "Reshape", *step.inputs, onnx.numbers(step.settings["shape"]), output=step.output
    ),
    "transpose": lambda onnx, step: onnx.node(
        "Transpose", *step.inputs, output=step.output, perm=step.settings["axes"]
    ),
    "concatenate": lambda onnx, step: onnx.node("Concat", *step.inputs, output=step.output, axis=step.settings["axis"]),
    "cast": lambda onnx, step: onnx.node("Cast", *step.inputs, output=step.output, to=onnx.kind(step.dtype)),
    "argmax": lambda onnx, step: onnx.node(
        "ArgMax", *step.inputs, output=step.output, axis=step.settings["axis"], keepdims=0
    ),
    **{"cut": cut, "take": same("Gather", axis=0), "one_hot": one_hot},
    **{name: along_axes(f"Reduce{name.title()}") for name in ("sum", "mean", "max", "min")},
    **{"pad": pad, "convolve": convolve, "convolve_transposed": convolve_transposed},
    **{"max_pool": pool("MaxPool"), "average_pool": pool("AveragePool")},
    **{"uniform": noise("RandomUniformLike"), "normal": noise("RandomNormalLike")},
}
