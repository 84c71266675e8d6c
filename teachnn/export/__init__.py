"""A function in other hands: what it computes, without the library. Notebook 11.

Read operations, formulas, recording, program; then onnx_model and torch_arrays.
"""

from teachnn.export.onnx_model import onnx
from teachnn.export.program import Program, program
from teachnn.export.torch_arrays import from_torch, torch_state

__all__ = ["Program", "from_torch", "onnx", "program", "torch_state"]
