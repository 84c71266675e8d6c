import re

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive

import teachnn as tn
from teachnn import check_gradients

X = np.random.default_rng(0).standard_normal((5, 3))


@primitive
def wrong_everywhere(x):
    """x^2, with the gradient of x^2 / 2."""
    return x * x


defvjp(wrong_everywhere, lambda y, x: lambda g: g * x)


@primitive
def wrong_in_one_place(x):
    """x^3, with a slip in the gradient at row 2, column 1."""
    return x**3


def _slipped(y, x):
    slope = 3 * x**2
    slope[2, 1] *= 1.001
    return lambda g: g * slope


defvjp(wrong_in_one_place, _slipped)


@primitive
def wrong_shape_of_sums(x, b):
    """x + b, whose b forgets to sum over the rows."""
    return x + b


defvjp(wrong_shape_of_sums, lambda y, x, b: lambda g: g, lambda y, x, b: lambda g: g[0])


def test_a_right_gradient_passes_with_the_largest_error():
    error = check_gradients(lambda x: anp.sin(x) * anp.exp(x), X)
    assert type(error) is float and 0 < error < 1e-8


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 1, 3), (0, 3)])
def test_every_shape_can_be_checked(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    assert check_gradients(lambda x: anp.tanh(x) * 2, x) < 1e-8


def test_a_kink_within_a_step_of_a_number_is_no_error_and_a_number_on_the_kink_is():
    layer = tn.ReLU()
    assert check_gradients(lambda x: layer(x), np.array([3e-7, -3e-7])) < 1e-6
    with pytest.raises(AssertionError, match=r"d/dx\[1\] = 0\.\d+ by finite differences, got 0"):
        check_gradients(lambda x: layer(x), np.array([3e-7, 0.0]))


def test_a_wrong_gradient_names_the_input_the_place_and_both_numbers():
    with pytest.raises(AssertionError) as caught:
        check_gradients(lambda height: wrong_everywhere(height), [3.0])
    pattern = r"check_gradients: expected d/dheight\[0\] = (\S+) by finite differences, got (\S+)"
    expected, got = map(float, re.fullmatch(pattern, str(caught.value)).groups())
    assert expected == pytest.approx(2 * got)


def test_a_slip_at_one_place_is_found_there():
    with pytest.raises(AssertionError, match=r"expected d/dx\[2, 1\] = "):
        check_gradients(lambda x: wrong_in_one_place(x), X + 2)
    assert check_gradients(lambda x: wrong_in_one_place(x), X + 2, tolerance=0.01) == pytest.approx(0.001, rel=0.01)


def test_a_wrong_gradient_of_a_parameter_names_the_parameter():
    b = tn.Parameter("h.b", np.ones(3))
    with pytest.raises(AssertionError, match=r"expected d/dh\.b\[0\] = "):
        check_gradients(lambda x: wrong_shape_of_sums(x, b.value), X, parameters=[b])


def test_a_gradient_that_is_cut_off_is_wrong():
    with pytest.raises(AssertionError, match=r"expected d/dx\[0, 0\] = .*, got 0$"):
        check_gradients(lambda x: tn.ops.stop_gradient(x) * 2, X)
    dense = tn.Dense.create("h", 3, 2, tn.rng(0))
    with pytest.raises(AssertionError, match=r"d/dh\.W"):
        check_gradients(dense.detached(), X, parameters=dense.parameters)
    assert check_gradients(dense.detached(), X) < 1e-8


def test_a_gradient_that_is_not_a_number_is_wrong():
    with pytest.raises(AssertionError, match="got nan"), np.errstate(invalid="ignore"):
        check_gradients(lambda x: anp.where(x > -1, x, anp.sqrt(x - 2)), [1.0])


def test_what_the_output_does_not_depend_on_has_gradient_zero():
    unused = tn.Parameter("unused", [1.0])
    assert check_gradients(lambda x, y: x * 2, X, X, parameters=[unused]) < 1e-8


def test_layers_are_checked_by_input_and_parameters_in_float64():
    seen = []
    net = tn.Sequential(tn.Dense.create("h", 3, 4, tn.rng(0)), tn.Tanh(), tn.Dense.create("out", 4, 2, tn.rng(1)))

    def f(x):
        y = net(x)
        seen.append(y.dtype)
        return y

    assert check_gradients(f, X.astype(np.float32), parameters=net.parameters) < 1e-8
    assert set(seen) == {np.dtype(np.float64)}


def test_whole_numbers_are_handed_on_as_they_are():
    seen = []

    def f(scores, labels):
        seen.append(labels)
        return tn.loss.cross_entropy(scores, labels)

    labels = np.array([0, 1, 2, 1, 0])
    assert check_gradients(f, X, labels) < 1e-8
    assert all(x.dtype == np.int64 and x.tolist() == labels.tolist() for x in seen)


@pytest.mark.parametrize("inputs", [(), ([1, 2, 3],), ([True],)])
def test_it_is_refused_if_nothing_can_move(inputs):
    with pytest.raises(tn.InputError, match="check_gradients: expected at least one array of floats or one Parameter"):
        check_gradients(lambda *x: 1.0, *inputs)


def test_noise_is_the_same_in_every_call_and_drawn_from_where_the_generator_stands():
    rng = tn.rng(0)
    rng.random(5)
    dropout, sample = tn.Dropout(0.5, rng, mode="train"), tn.GaussianSample(rng, mode="train")
    masks = []

    def f(x):
        y = dropout(x)
        masks.append(np.asarray(tn.ops.stop_gradient(y) != 0).tolist())
        return sample(y, x) + sample(x, y)

    assert check_gradients(f, X) < 1e-8
    assert len(masks) == 2 + 2 * X.size and all(mask == masks[0] for mask in masks)
    assert masks[0] == (rng.random(X.shape, np.float32) >= 0.5).tolist()


def test_two_layers_that_share_a_generator_draw_one_after_the_other():
    rng = tn.rng(3)
    a, b = tn.Dropout(0.5, rng, mode="train"), tn.Dropout(0.5, rng, mode="train")
    kept = []
    check_gradients(lambda x: kept.append(np.asarray(tn.ops.stop_gradient(a(x) - b(x)))) or x, np.ones((9, 9)), limit=1)
    assert kept[0].any()


def test_batch_norm_is_checked_through_its_statistics_in_both_modes():
    norm = tn.BatchNorm.create("bn", 3, mode="train")
    norm.gamma.value = [0.5, 1.5, 2]
    assert check_gradients(norm, X, parameters=norm.parameters) < 1e-7
    assert check_gradients(norm.at("test"), X, parameters=norm.parameters) < 1e-7


def test_it_leaves_everything_as_it_was(state_of):
    rng = tn.rng(0)
    net = tn.Sequential(
        tn.Dense.create("h", 3, 4, rng), tn.BatchNorm.create("bn", 4, mode="train"), tn.Dropout(0.5, rng, mode="train")
    )
    x, variables = X.copy(), net.parameters + net.statistics
    before = state_of(variables, None, [rng])
    check_gradients(net, x, parameters=net.parameters)
    with pytest.raises(AssertionError):
        check_gradients(lambda x: wrong_everywhere(net(x)), x, parameters=net.parameters)
    with pytest.raises(tn.InputError):
        check_gradients(net, x[:, :2], parameters=net.parameters)
    assert state_of(variables, None, [rng]) == before and np.array_equal(x, X)


def test_of_a_large_array_some_places_are_tried_and_always_the_same():
    calls = []

    def f(x):
        calls.append(1)
        return x * 2

    x = np.zeros((100, 100))
    check_gradients(f, x, limit=7)
    assert len(calls) == 2 + 2 * 7
    errors = [check_gradients(lambda x: anp.sin(x) ** 3, np.linspace(0, 1, 1000), limit=9) for _ in range(2)]
    assert errors[0] == errors[1]


def test_an_error_is_relative_where_the_gradient_is_large():
    assert check_gradients(lambda x: x * 1e6, X) < 1e-8
    with pytest.raises(AssertionError):
        check_gradients(lambda x: wrong_in_one_place(x), (X + 2) * 100)
