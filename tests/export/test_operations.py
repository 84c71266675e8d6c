"""The table of operations is all that a reader of programs has to know: every primitive of the library is in it."""

import autograd.numpy as anp
import numpy as np
import pytest
import zoo
from autograd.tracer import trace_primitives_map
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.export.formulas import FORMULAS
from teachnn.export.onnx_model import NODES
from teachnn.export.operations import OPERATIONS

# Only the way back is made of these: no function that is carried elsewhere computes them.
GRADIENTS = {"_correlate", "correlate", "crop", "gather", "scatter", "scatter_mean"}


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


X = np.random.default_rng(0).standard_normal((4, 3, 6)).astype(np.float32)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[:, 0],
        lambda x: x[..., 1:5:2],
        lambda x: x[:, None, ::-1],
        lambda x: x[:, -1, 2:],
        lambda x: anp.concatenate([x, x[:, :1]], axis=1),
        lambda x: anp.stack([x[:, 0], x[:, 1]], axis=1),
        lambda x: anp.transpose(x, (0, 2, 1)),
        lambda x: anp.swapaxes(x, 1, 2),
        lambda x: anp.expand_dims(x, 1),
        lambda x: anp.squeeze(x[:, :1], 1),
        lambda x: x.reshape((x.shape[0], -1)),
        lambda x: anp.clip(x, -0.5, 0.5),
        lambda x: anp.square(x) + anp.reciprocal(2 + x * x),
        lambda x: anp.var(x, axis=-1) + anp.std(x, axis=1, keepdims=True)[..., 0],
        lambda x: anp.where(x > 0, x, 0.1 * x),
        lambda x: anp.max(x, axis=2) - anp.min(x, axis=2),
        lambda x: anp.argmax(x, axis=-1),
        lambda x: anp.logical_and(x > -1, anp.logical_not(x > 1)),
        lambda x: anp.exp(-anp.abs(x)) + anp.log(1 + x * x) + anp.sqrt(x * x) + anp.sin(x) * anp.cos(x) + anp.sign(x),
        lambda x: tn.ops.leaky_relu(x, 0.3) + tn.ops.tanh(x) ** 2 + anp.maximum(x, 0) - anp.minimum(x, 1),
        lambda x: x @ np.ones((6, 2), np.float32),
        lambda x: anp.dot(x[:, 0], np.ones((6, 2), np.float32)),
        lambda x: (x.astype(np.float64) * 2).astype(np.float32),
    ],
)
def test_functions_of_numpy_are_said_in_operations(function):
    test = tn.TestFunction(function)
    found, expected = tn.export.program(test, X)(X[:3]), test(X[:3])
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
