import numpy as np
import pytest
from refusal import refused

import teachnn as tn
from teachnn.support import InputTypeError

X = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)


def net(**options) -> tn.Sequential:
    rng = tn.rng(0)
    return tn.Sequential(
        tn.Dense.create("h", 6, 5, rng),
        tn.BatchNorm.create("bn", 5, mode="train"),
        tn.ReLU(),
        tn.Dropout(0.5, rng, mode="train"),
        tn.Dense.create("out", 5, 3, rng),
        **options,
    )


def test_a_stack_is_its_layers_one_after_the_other():
    layers = [tn.Dense.create("h", 6, 5, tn.rng(0)), tn.Tanh(), tn.Dense.create("out", 5, 3, tn.rng(1))]
    assert np.array_equal(tn.Sequential(*layers)(X), layers[2](layers[1](layers[0](X))))


def test_an_empty_stack_returns_its_input():
    assert tn.Sequential()(X) is X and tn.Sequential().parameters == ()


def test_a_stack_is_indexed_sliced_iterated_and_measured_like_a_tuple():
    stack = net(name="body")
    assert len(stack) == 5 and list(stack) == list(stack.layers)
    assert stack[0].name == "h" and stack[-1].name == "out"
    part = stack[1:4]
    assert isinstance(part, tn.Sequential) and part.name == "body" and list(part) == list(stack)[1:4]
    assert [p.name for p in stack[::4].parameters] == ["h.W", "h.b", "out.W", "out.b"]
    assert len(stack[5:]) == 0
    with pytest.raises(IndexError):
        stack[5]


def test_siblings_stand_in_the_same_order_and_share_everything():
    train = net(name="body")
    test = train.at("test")
    assert [layer.who for layer in test] == [layer.who for layer in train] and test.who == "body (Sequential)"
    assert [test[i].mode for i in (1, 3)] == ["test", "test"] and [train[i].mode for i in (1, 3)] == ["train", "train"]
    assert test[0] is train[0] and test[1].gamma is train[1].gamma and test[1].mean is train[1].mean
    assert all(a is b for a, b in zip(test.parameters, train.parameters, strict=True))


def test_parameters_and_statistics_come_in_order():
    assert [p.name for p in net().parameters] == ["h.W", "h.b", "bn.gamma", "bn.beta", "out.W", "out.b"]
    assert [s.name for s in net().statistics] == ["bn.mean", "bn.variance"]


def test_a_shared_layer_is_listed_once_and_called_each_time():
    shared = tn.Dense.create("h", 6, 6, tn.rng(0))
    stack = tn.Sequential(shared, tn.Tanh(), shared)
    assert stack.parameters == shared.parameters and len(stack) == 3
    assert np.array_equal(stack(X), shared(np.tanh(shared(X))))
    assert tn.check_gradients(stack, X, parameters=stack.parameters) < 1e-6


def test_a_function_is_no_layer():
    with pytest.raises(InputTypeError, match=r"^body \(Sequential\): expected layers, got ufunc; a plain function"):
        tn.Sequential(tn.ReLU(), np.tanh, name="body")


def test_an_error_says_which_layer_made_the_wrong_shape():
    pictures = np.zeros((2, 28, 28), np.float32)
    stack = tn.Sequential(tn.ReLU(), tn.Reshape((7, 112), name="flat"), tn.Dense.create("hidden", 784, 256, tn.rng(0)))
    with refused("hidden (Dense)", "put tn.Flatten() before it") as caught:
        stack(pictures)
    assert "got (2, 7, 112), from flat (Reshape)" in str(caught.value)


def test_an_error_of_the_first_layer_names_no_layer_before_it():
    with refused("h (Dense)") as caught:
        tn.Sequential(tn.Dense.create("h", 5, 5, tn.rng(0)))(X)
    assert "from" not in str(caught.value)


def test_an_error_from_deep_inside_names_the_nearest_layer_before_it():
    inner = tn.Sequential(tn.Tanh(), tn.Dense.create("h", 5, 5, tn.rng(0)))
    with pytest.raises(tn.InputError, match=r"^h \(Dense\): .* got \(4, 6\), from Tanh$"):
        tn.Sequential(tn.ReLU(), inner)(X)
    with pytest.raises(tn.InputError, match=r"^h \(Dense\): .* got \(4, 6\), from ReLU$"):
        tn.Sequential(tn.ReLU(), inner[1:])(X)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 1, 5), (2, 3, 4, 5), (3,)])
def test_flatten_puts_each_examples_numbers_in_one_row(shape):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    y = tn.Flatten()(x)
    assert y.shape == (shape[0], np.prod(shape[1:], dtype=int)) and y.dtype == np.float32
    assert all(np.array_equal(row, example.ravel()) for row, example in zip(y, x, strict=True))


def test_reshape_gives_each_example_the_shape_and_undoes_flatten():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert np.array_equal(tn.Reshape((3, 4))(tn.Flatten()(x)), x)
    assert tn.Reshape((4, 3, 1))(x).shape == (2, 4, 3, 1)
    assert tn.Reshape(())(x[:, 0, :1]).shape == (2,)


@pytest.mark.parametrize(("shape", "x", "numbers"), [((3, 5), (2, 3, 4), 15), ((), (2, 3), 1), ((1,), (2, 3, 0), 1)])
def test_reshape_refuses_examples_of_another_number_of_numbers(shape, x, numbers):
    with refused("fold (Reshape)"):
        tn.Reshape(shape, name="fold")(np.zeros(x, np.float32))


@pytest.mark.parametrize("layer", [tn.Flatten(name="f"), tn.Reshape((3,), name="f")], ids=lambda layer: layer.who)
def test_shape_layers_refuse_what_is_no_array_of_floats(layer):
    for x, text in [
        ([1.0], "an array, got list; np"),
        (np.zeros((1, 3), int), "floats, got int64 of shape (1, 3); x.a"),
    ]:
        with pytest.raises(tn.InputError) as caught:
            layer(x)
        assert str(caught.value).startswith(f"{layer.who}: expected {text}")


def test_flatten_refuses_a_single_number():
    with pytest.raises(tn.InputError, match=r"expected x of shape \(N, \.\.\.\), got \(\)"):
        tn.Flatten()(np.array(1, np.float32))


@pytest.mark.parametrize("shape", [3, (0,), (2.0,), (-1, 4)])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(InputTypeError if shape == 3 else tn.InputError, match=r"^Reshape: .* whole sizes >= 1"):
        tn.Reshape(shape)


def test_a_shape_may_be_a_list_and_is_kept_as_a_tuple():
    assert tn.Reshape([2, np.int8(3)]).shape == (2, 3)


def test_a_residual_layer_adds_to_its_input_and_is_drawn_as_a_fork():
    dense = tn.Dense.create("h", 4, 4, tn.rng(0))
    net, x = tn.Residual(dense), np.ones((2, 4), np.float32)
    assert (net(x) == x + dense(x)).all() and net.parameters == dense.parameters
    graph = tn.TestFunction(net).graph(x)
    assert [(node.name, node.type) for node in graph.nodes[1:-1]] == [("h", "Dense"), ("", "add")]
    assert sorted((edge.source, edge.target) for edge in graph.edges) == [(0, 1), (0, 2), (1, 2), (2, 3)]


def test_a_residual_layer_has_its_layers_modes():
    net = tn.Residual(tn.Dropout(0.5, tn.rng(0), mode="train"))
    assert net.at("train") is net and net.at("test").layer is not net.layer
    assert (net.at("test")(X) == 2 * X).all()


def test_a_layer_that_changes_the_shape_cannot_be_residual():
    words = r"Residual: expected a layer that keeps the shape \(2, 4\), got \(2, 3\) from h"
    with pytest.raises(tn.InputError, match=words):
        tn.Residual(tn.Dense.create("h", 4, 3, tn.rng(0)))(np.ones((2, 4), np.float32))
