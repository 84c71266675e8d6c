"""The table of operations is all that a reader of programs has to know: every primitive of the library is in it."""

import numpy as np
import pytest
import zoo
from autograd.tracer import trace_primitives_map
from hypothesis import given, settings, strategies as st
from numpy_functions import FUNCTIONS, X

import teachnn as tn
from teachnn.export.formulas import FORMULAS
from teachnn.export.onnx_nodes import NODES
from teachnn.export.operations import OPERATIONS

# Only the way back is made of these: no function that is carried elsewhere computes them.
GRADIENTS = {
    "add_rows",
    "_placed",
    "_correlate",
    "correlate",
    "crop",
    "gather",
    "row_products",
    "row_sums",
    "scatter",
    "scatter_mean",
}


def test_every_primitive_of_the_library_is_an_operation_or_has_a_formula_made_of_them():
    known = {f.__name__ for f in trace_primitives_map if f.__module__.startswith("teachnn.ops")}
    assert len(known) > 20
    assert known - GRADIENTS <= set(OPERATIONS) | set(FORMULAS)
    assert not GRADIENTS & (set(OPERATIONS) | set(FORMULAS))


def test_onnx_has_a_word_for_every_operation():
    assert set(NODES) == set(OPERATIONS)


@pytest.mark.parametrize("name", sorted(set(zoo.LAYERS) - {"DropPath, train", "FractalNet, train", "Fractal, train"}))
@given(st.data())
@settings(max_examples=5, deadline=None)
def test_a_layer_s_program_computes_what_the_layer_computes(name, data):
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs = [x.astype(np.float32) for x in inputs]
    function = tn.TestFunction(lambda *xs: layer(*xs), modes=("train", "test"))
    program = tn.export.program(function, *inputs)
    size = data.draw(st.integers(2, 5))
    inputs = [np.resize(x, (size, *x.shape[1:])) for x in inputs]
    if not program.noisy:
        found, expected = program(*inputs), function(*inputs)
        for one, other in zip(_tuple(found), _tuple(expected), strict=True):
            assert one.dtype == other.dtype == np.float32
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_of_numpy_are_said_in_operations(function):
    test = tn.TestFunction(function)
    found, expected = tn.export.program(test, X)(X[:3]), test(X[:3])
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
