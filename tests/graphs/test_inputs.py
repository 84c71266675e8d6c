"""Which inputs both kinds of function take, and which they refuse, by name and with a cure."""

import functools
import inspect

import autograd.numpy as anp
import numpy as np
import pytest
from refusal import refused

import teachnn as tn

W = tn.Parameter("W", [1.0, 2.0])


def trained(objective):
    return tn.TrainFunction(objective, [tn.Parameter("w", [1.0])], tn.SGD(0.1))


@pytest.fixture(params=["step", "gradients", "train graph", "test call", "test graph"])
def door(request):
    """Return a function that hands inputs to an objective or test function `f(image, label)`, in each of five ways."""

    def enter(*inputs, f=None):
        w = tn.Parameter("w", [1.0])

        def pair(image, label=None):
            if f is not None:
                f(image, label)
            return anp.sum(w.value)

        pair.__name__ = "pair"
        kind, _, how = request.param.partition(" ")
        function = tn.TestFunction(pair) if kind == "test" else tn.TrainFunction(pair, [w], tn.SGD(0.1))
        before = w.value.tobytes()
        try:
            if request.param == "gradients":
                return function.gradients(*inputs)
            return function.graph(*inputs) if how == "graph" else function(*inputs)
        except tn.InputError:
            assert w.value.tobytes() == before and (kind == "test" or function.steps == 0)
            raise

    enter.who = "pair (TestFunction)" if request.param.startswith("test") else "pair (TrainFunction)"
    enter.graph = request.param.endswith("graph")
    return enter


# What comes in


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4"])
def test_floats_come_as_float32(dtype, door):
    seen = []
    door(np.array([[0.5, 2]], dtype), f=lambda x, _: seen.append(tn.ops.stop_gradient(x)))
    x = seen[-1]
    assert np.asarray(getattr(x, "_value", x)).dtype == np.dtype(np.float32) and x.shape == (1, 2)


def test_lists_come_as_arrays():
    assert tn.TestFunction(lambda x: x)([[0.5, 2], [3, 4]]).dtype == np.float32
    assert tn.TestFunction(lambda x: x)([[1, 2], [3, 4]]).dtype == np.int64


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, bool])
def test_whole_numbers_and_truth_values_stay_what_they_are(dtype, door):
    seen, labels = [], np.array([0, 1, 1], dtype)
    door([1.0], labels, f=lambda _, y: seen.append(y))
    assert seen[0].dtype == dtype and seen[0].tolist() == labels.tolist()


@pytest.mark.parametrize("number", [3, 0.25, True])
def test_plain_python_numbers_stay_plain(number, door):
    seen = []
    door([1.0], number, f=lambda _, y: seen.append(y))
    assert type(seen[0]) is type(number) and seen[0] == number


def test_numbers_of_numpy_do_not_make_a_network_float64(door):
    seen = []
    door([1.0], np.float64(0.5), f=lambda x, k: seen.append(getattr(x * k, "_value", x * k).dtype))
    assert set(seen) == {np.dtype(np.float32)}


def test_a_float32_array_is_not_copied_and_no_input_is_changed():
    x, y, seen = np.ones((2, 2), np.float32), np.ones((2, 2)), []
    look = tn.TestFunction(lambda x: seen.append(x) or x * 2)
    look(x), look(y)
    assert seen[0] is x and y.dtype == np.float64


# What is refused


@pytest.mark.parametrize(
    "bad",
    [
        *("digits", ["a", "b"], b"digits", None, {"a": 1}, np.array([1, None])),
        *(1j, np.ones(2, np.complex64), np.array(["2020-01-01"], "M8[D]")),
    ],
)
def test_what_is_no_array_of_real_numbers_is_refused_by_its_name(bad, door):
    with refused(door.who, error=tn.InputTypeError) as caught:
        door([1.0], bad)
    assert "real numbers as label" in str(caught.value)


@pytest.mark.parametrize("bad", [[[1, 2], [3]], [], np.zeros((0, 28, 28)), np.zeros((3, 0), int)])
def test_an_array_without_examples_or_with_unequal_rows_is_refused_by_its_name(bad, door):
    with refused(door.who) as caught:
        door([1.0], bad)
    assert " as label, got " in str(caught.value)


def test_an_input_without_a_name_is_called_by_its_number():
    with pytest.raises(tn.InputError, match="expected real numbers as input 2"):
        tn.TestFunction(lambda *x: x[0])([1.0], "a")
    with pytest.raises(tn.InputError, match="expected real numbers as scale"):
        tn.TestFunction(functools.partial(lambda image, scale: image * scale))([1.0], "a")


def test_inputs_of_a_function_without_a_signature_are_called_by_their_numbers():
    """So it is with some functions in C, with all of numpy's operations before 2.3 among them."""
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(max)
    graph = tn.TestFunction(max).graph(np.float32(1), np.float32(2))
    assert [node.name for node in graph.nodes if node.kind == "input"] == ["input 1", "input 2"]
    with pytest.raises(tn.InputError, match="expected real numbers as input 2"):
        tn.TestFunction(max)(1.0, "a")


@pytest.mark.parametrize("how", ["call", "graph"])
@pytest.mark.parametrize(
    ("places", "first"), [([(1, 2)], (1, 2)), ([(1, 0), (0, 2)], (0, 2)), ([(0, 0), (0, 1), (1, 1)], (0, 0))]
)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_test_function_counts_nan_and_infinity_and_names_the_first_place(how, places, first, bad):
    image = np.zeros((2, 3))
    for place in places:
        image[place] = bad
    function = tn.TestFunction(lambda label, image: image, name="look")
    with refused("look (TestFunction)", "np.nan_to_num") as caught:
        (function.graph if how == "graph" else function)([1.0], image)
    assert f"image, got {len(places)} NaN or infinite of 6, the first at {first}" in str(caught.value)


def test_a_plain_nan_is_refused_too():
    with pytest.raises(tn.InputError, match="expected finite numbers as k"):
        tn.TestFunction(lambda x, k: x * k)([1.0], float("nan"))


def test_an_array_under_differentiation_is_refused_with_two_cures(state_of):
    w, classify = tn.Parameter("w", [1.0]), tn.TestFunction(lambda image: image * 2, name="classify")
    train = tn.TrainFunction(lambda x: classify(w.value * x).sum(), [w], tn.SGD(0.1))
    for call in (train, train.gradients, train.graph):
        for cure in ("call the layers themselves", "tn.ops.stop_gradient(x) first"):
            with refused("classify (TestFunction)", cure):
                call([1.0])
    cured = tn.TrainFunction(lambda x: (w.value * classify(tn.ops.stop_gradient(w.value * x))).sum(), [w], tn.SGD(0.1))
    assert cured.gradients([3.0])[w].tolist() == [6]


# What an objective returns


@pytest.mark.parametrize(
    ("returns", "cure"),
    [
        (lambda w: None, "end the objective with return"),
        (lambda w: w, "average it over the batch"),
        (lambda w: w[:1], "average it"),
        (lambda w: np.zeros((2, 2)), "average it"),
        (lambda w: "0.5", "a loss from tn.loss is one"),
        (lambda w: [w.sum()], "a loss from tn.loss is one"),
        (lambda w: (w.sum(), w.sum()), "a loss from tn.loss is one"),
        (lambda w: {}, ""),
        (lambda w: {"a": w.sum(), "KL": w}, "average it"),
        (lambda w: {"a": w.sum(), "KL": None}, "end the objective with return"),
        (lambda w: {"a": w.sum(), "KL": "x"}, "a loss from tn.loss is one"),
        (lambda w: {"a": w.sum(), "KL": {"b": w.sum()}}, "a loss from tn.loss is one"),
    ],
)
def test_what_is_not_one_scalar_or_named_scalars_is_refused(returns, cure, state_of):
    W, rng = tn.Parameter("W", [1.0, 2.0]), tn.rng(0)

    def objective(x):
        tn.noise_from(rng).random(3)
        return returns(W.value * x)

    train = tn.TrainFunction(objective, [W], tn.Adam(0.1))
    before = state_of((), train, [rng])
    for call in (train, train.gradients, train.graph):
        with refused("objective (TrainFunction)", cure):
            call([1.0])
        assert state_of((), train, [rng]) == before


@pytest.mark.parametrize(
    "constant",
    [lambda x: 3, lambda x: 0.5, lambda x: np.float32(2), lambda x: np.array(1.5), lambda x: {"a": 1, "b": 2}],
)
def test_a_loss_that_does_not_depend_on_the_parameters_is_refused(constant, state_of):
    train = trained(constant)
    before = state_of((), train)
    for call in (train, train.gradients):
        with pytest.raises(tn.InputError, match="expected a loss that depends on the parameters to move, got one that"):
            call([1.0])
    assert state_of((), train) == before


def test_a_loss_of_other_parameters_or_of_detached_layers_is_refused():
    dense = tn.Dense.create("h", 2, 2, tn.rng(0))
    others = tn.TrainFunction(lambda x: dense(x).sum(), [tn.Parameter("w", [1.0])], tn.SGD(0.1))
    detached = tn.TrainFunction(lambda x: dense.detached()(x).sum(), dense.parameters, tn.SGD(0.1))
    for train in (others, detached):
        with pytest.raises(tn.InputError, match="layers of other parameters, or with detached ones"):
            train([[1.0, 2.0]])


def test_terms_may_be_constants_as_long_as_one_depends_on_the_parameters():
    w = tn.Parameter("w", [3.0])
    train = tn.TrainFunction(
        lambda x: {"loss": (w.value * x).sum(), "one": 1, "half": 0.5, "two": np.float32(2)}, [w], tn.SGD(1.0)
    )
    result = train([2.0])
    assert result.terms == {"loss": 6, "one": 1, "half": 0.5, "two": 2} and float(result) == 9.5
    assert w.value.tolist() == [1]
    assert all(type(value) is float for value in result.terms.values())


def test_what_is_no_function_is_refused():
    with refused("test function", "write it with def or lambda", tn.InputTypeError):
        tn.TestFunction(3)
    with refused("objective", "write it with def or lambda", tn.InputTypeError):
        tn.TrainFunction(None, [W], tn.SGD(0.1))


def test_functions_are_called_by_their_own_names_and_lambdas_by_what_they_are_for():
    def likelihood(x):
        return x

    assert tn.TestFunction(likelihood).who == "likelihood (TestFunction)"
    assert tn.TestFunction(lambda x: x).who == "test function (TestFunction)"
    assert tn.TestFunction(lambda x: x, name="look").who == "look (TestFunction)"
    assert tn.TrainFunction(likelihood, [W], tn.SGD(0.1)).who == "likelihood (TrainFunction)"
    assert tn.TrainFunction(lambda x: x, [W], tn.SGD(0.1)).who == "objective (TrainFunction)"
