"""How a gradient is found: run the function on boxes that remember how they came about, then walk back. Notebook 02.

The one place that knows autograd's inside: a `Box` is an array with a node, a node knows the nodes it was made from,
and the stack of traces tells nested derivatives apart. The whole process has one such stack, so code that traces
holds the lock `tracing`, and leaves the stack as it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.extend import primitive
from autograd.tracer import Node, getval, isbox, new_box, notrace_primitives, register_notrace, trace_stack
from autograd.util import toposort

from teachnn.ops.follow import GradientNode
from teachnn.support import Array

__all__ = [
    "Node",
    "box",
    "differentiate",
    "getval",
    "identity",
    "isbox",
    "run_boxed",
    "skip_what_gradients_skip",
    "stop_gradient",
    "tracing",
]

tracing: Any = threading.RLock()


@primitive
def identity(x: Array) -> Array:
    """Return x; it gives a graph something to draw where a layer hands on its input."""
    return x


@primitive
def stop_gradient(x: Array) -> Array:
    """Return x as a constant: no gradient passes."""
    return x


register_notrace(VJPNode, stop_gradient)  # under differentiation its result is a plain array


def run_boxed(function: Callable, arrays: Sequence[np.ndarray], nodes: Sequence[Node]) -> Any:
    """Return function(boxes), each box holding one of the arrays and starting at one of the root nodes."""
    top = trace_stack.top
    try:
        trace_stack.top = top + 1
        result = function([new_box(array, top + 1, node) for array, node in zip(arrays, nodes, strict=True)])
    finally:
        trace_stack.top = top
    return result  # not from inside `try`: a Ctrl-C just after the call would miss the `finally`


def box(array: np.ndarray, node: Node) -> Any:
    """Return a box of the running trace, for a root that is met on the way."""
    return new_box(array, trace_stack.top, node)


def differentiate(function: Callable, arrays: Sequence[np.ndarray]) -> tuple[Any, Any, list[Any]]:
    """Return function(boxes)'s scalar and, for each array, the scalar's gradient (None where it does not depend on it).

    `function` takes one list of boxes and returns (scalar, extra); the result is (scalar, extra, gradients).
    """
    roots = [GradientNode.new_root(array.shape) for array in arrays]
    scalar, extra = run_boxed(function, arrays, roots)
    if not isbox(scalar):
        return scalar, extra, [None] * len(roots)
    gradients = {scalar._node: (np.ones_like(scalar._value), False)}
    for node in toposort(scalar._node):
        gradient, _ = gradients[node] if not node.parents else gradients.pop(node)
        for parent, part in zip(node.parents, node.parts(gradient), strict=True):
            gradients[parent] = add_outgrads(gradients.get(parent), part)
    return scalar._value, extra, [gradients[root][0] if root in gradients else None for root in roots]


def skip_what_gradients_skip(node_class: type[Node]) -> None:
    """Let a tracer of our own leave out the primitives that no gradient goes through, such as argmax."""
    for function in notrace_primitives[VJPNode] - {stop_gradient}:
        register_notrace(node_class, function)


skip_what_gradients_skip(GradientNode)
register_notrace(GradientNode, stop_gradient)
