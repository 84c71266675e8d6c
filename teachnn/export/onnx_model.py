"""A function in ONNX, the format that other runtimes read. Notebook 11.

    tn.export.onnx(vae.decode, "decode.onnx", z)

The initializers bear the parameters' names: files of two functions show what the functions share. Pictures stay NHWC
outside; a convolution turns them to ONNX's NCHW and back.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from teachnn.export.program import Input, Program, program
from teachnn.export.recording import Operation
from teachnn.functions import TestFunction, TrainFunction
from teachnn.support import path_of, write_whole

OPSET, IR = 18, 8
CHANNELS_FIRST, CHANNELS_LAST, KERNEL = (0, 3, 1, 2), (0, 2, 3, 1), (3, 2, 0, 1)


class Builder:
    """The nodes and constants of one ONNX graph, in the making."""

    def __init__(self, program: Program) -> None:
        self.onnx: Any = importlib.import_module("onnx")
        told: tuple[Input | Operation, ...] = (*program.inputs, *program.operations)
        arrays = program.parameters | program.constants
        self.dtypes: dict[str, np.dtype] = {name: array.dtype for name, array in arrays.items()}
        self.dtypes |= {x.name if isinstance(x, Input) else x.output: np.dtype(x.dtype) for x in told}
        self.shapes: dict[str, Any] = {name: array.shape for name, array in arrays.items()}
        self.shapes |= {x.name if isinstance(x, Input) else x.output: x.shape for x in told}
        self.nodes: list[Any] = []
        self.initializers: list[Any] = [self._tensor(name, array) for name, array in arrays.items()]
        self.batch: str = next((x.name for x in program.inputs if x.shape[:1] == (None,)), "")

    def node(self, type: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        output = output or f"{type} {len(self.nodes) + 1}"
        self.nodes.append(self.onnx.helper.make_node(type, inputs, [output], name=output, **attributes))
        return output

    def numbers(self, values: Any, dtype: Any = np.int64) -> str:
        """Add a constant that the program has not; return its name."""
        name = f"numbers {len(self.initializers) + 1}"
        self.initializers.append(self._tensor(name, np.asarray(values, dtype)))
        return name

    def cast(self, name: str, dtype: np.dtype) -> str:
        """Return the name of an array as numbers of this kind."""
        known = self.dtypes.get(name, dtype)
        return name if known == dtype else self.node("Cast", name, to=self.kind(dtype))

    def model(self, program: Program) -> Any:
        """Return the whole model."""
        for step in program.operations:
            NODES[step.type](self, step)
        helper, outputs = self.onnx.helper, []
        for label, name in program.outputs:
            label = f"{label} of {program.name}" if label in self.dtypes else label
            self.node("Identity", name, output=label)
            outputs.append(helper.make_tensor_value_info(label, self.kind(self.dtypes[name]), None))
        inputs = [helper.make_tensor_value_info(x.name, self.kind(x.dtype), _sizes(x.shape)) for x in program.inputs]
        graph = helper.make_graph(self.nodes, program.name, inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="teachnn", ir_version=IR)
        return self.onnx.shape_inference.infer_shapes(model)

    def kind(self, dtype: Any) -> int:
        """Return ONNX's number for a kind of numbers."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def _tensor(self, name: str, array: np.ndarray) -> Any:
        return self.onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)


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


def onnx(function: TestFunction[Any] | TrainFunction | Program, path: str | Path, *inputs: Any) -> None:
    """Write the function, for inputs like these, to a file that ONNX Runtime and others can run.

    Of a training function it is the objective: its terms, and their sum as "loss"; dropout and noise are ONNX's own
    random operations. Raises InputError for what `tn.export.program` refuses, ImportError where the package onnx is
    not installed.
    """
    made = function if isinstance(function, Program) else program(function, *inputs)
    path = path_of("onnx", path)
    try:
        builder = Builder(made)
    except ImportError as error:
        raise ImportError("onnx: expected the package onnx, got none; pip install 'teachnn[export]'") from error
    model = builder.model(made)
    builder.onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString())


def _sizes(shape: Sequence[int | None]) -> list[int | str]:
    return ["N" if n is None else n for n in shape]
