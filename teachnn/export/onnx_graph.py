"""An ONNX graph in the making: its nodes, its constants, and what is known of its arrays."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from teachnn.export.program import Input, Program
from teachnn.export.recording import Operation


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

    def kind(self, dtype: Any) -> int:
        """Return ONNX's number for a kind of numbers."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def _tensor(self, name: str, array: np.ndarray) -> Any:
        return self.onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
