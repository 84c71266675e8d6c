"""A function in ONNX, the format that other runtimes read.

    tn.export.onnx(vae.decode, "decode.onnx", z)

The initializers have the parameters' names: the files of two functions show what the functions share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from teachnn.export.making import program
from teachnn.export.onnx_graph import Builder
from teachnn.export.onnx_nodes import NODES
from teachnn.export.program import Program
from teachnn.functions import TestFunction, TrainFunction
from teachnn.support import path_of, write_whole

OPSET, IR = 18, 8


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
    model = _model(made, builder)
    builder.onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString())


def _model(program: Program, builder: Builder) -> Any:
    """Return the program as ONNX's own object."""
    for step in program.operations:
        NODES[step.type](builder, step)
    helper, outputs = builder.onnx.helper, []
    for label, name in program.outputs:
        label = f"{label} of {program.name}" if label in builder.dtypes else label
        builder.node("Identity", name, output=label)
        outputs.append(helper.make_tensor_value_info(label, builder.kind(builder.dtypes[name]), None))
    inputs = [helper.make_tensor_value_info(x.name, builder.kind(x.dtype), _sizes(x.shape)) for x in program.inputs]
    graph = helper.make_graph(builder.nodes, program.name, inputs, outputs, builder.initializers)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="teachnn", ir_version=IR)
    return builder.onnx.shape_inference.infer_shapes(model)


def _sizes(shape: Sequence[int | None]) -> list[int | str]:
    return ["N" if n is None else n for n in shape]
