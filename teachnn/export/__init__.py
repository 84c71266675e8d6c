"""A function in other hands: what it computes, without the library.

Read operations, formulas, recording, program, making; then onnx_graph, onnx_nodes, onnx_model; and torch_arrays.
"""

from teachnn.export.making import program
from teachnn.export.onnx_model import onnx
from teachnn.export.program import Input, Program
from teachnn.export.recording import Operation
from teachnn.export.torch_arrays import from_torch, torch_state

__all__ = ["Input", "Operation", "Program", "from_torch", "onnx", "program", "torch_state"]
