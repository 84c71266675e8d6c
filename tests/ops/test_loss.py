import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn
from teachnn.ops import differentiate, loss

sizes, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)
examples = settings(max_examples=20, deadline=None)


def numbers(seed, *shape) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def some_labels(seed, n, k) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, k, n)


def off_hinge(seed, n, k) -> np.ndarray:
    """Scores whose margins 1 + a - b are never within 0.1 of 0."""
    return 0.37 * np.random.default_rng(seed).integers(-6, 7, (n, k))


def check(f, *arrays, by=(0,)):
    check_grads(f, by, modes=["rev"], order=2)(*arrays)
    assert tn.check_gradients(f, *arrays) < 1e-6


@given(n=sizes, k=sizes, seed=seeds)
@examples
def test_cross_entropy_is_minus_the_log_of_the_labels_share(n, k, seed):
    logits, labels = numbers(seed, n, k), some_labels(seed, n, k)
    shares = [math.exp(row[label]) / math.fsum(map(math.exp, row)) for row, label in zip(logits, labels, strict=True)]
    assert loss.cross_entropy(logits, labels) == pytest.approx(-math.fsum(map(math.log, shares)) / n, abs=1e-13)
    check(loss.cross_entropy, logits, labels)


@given(shape=st.lists(sizes, min_size=1, max_size=4), seed=seeds)
@examples
def test_binary_cross_entropy_is_summed_over_pixels_and_averaged_over_examples(shape, seed):
    logits = 2 * numbers(seed, *shape)
    targets = np.random.default_rng(seed + 1).random(shape)
    nats = 0.0
    for v, t in zip(logits.ravel().tolist(), targets.ravel().tolist(), strict=True):
        p = 1 / (1 + math.exp(-v))
        nats -= t * math.log(p) + (1 - t) * math.log(1 - p)
    assert loss.binary_cross_entropy(logits, targets) == pytest.approx(nats / shape[0], rel=1e-11)
    check(loss.binary_cross_entropy, logits, targets, by=(0, 1))


@given(shape=st.lists(sizes, min_size=0, max_size=4), seed=seeds)
@examples
def test_mean_squared_error_is_averaged_over_all_numbers(shape, seed):
    y, target = numbers(seed, *shape), numbers(seed + 1, *shape)
    pairs = list(zip(np.ravel(y).tolist(), np.ravel(target).tolist(), strict=True))
    expected = math.fsum((a - b) ** 2 for a, b in pairs) / len(pairs)
    assert loss.mean_squared_error(y, target) == pytest.approx(expected, rel=1e-13)
    check(loss.mean_squared_error, y, target, by=(0, 1))


@given(n=sizes, k=sizes, seed=seeds)
@examples
def test_hinge_is_the_sum_of_the_wrong_classes_margins(n, k, seed):
    scores, labels = off_hinge(seed, n, k), some_labels(seed, n, k)
    expected = [max(0.0, 1 + scores[i, j] - scores[i, labels[i]]) for i in range(n) for j in range(k) if j != labels[i]]
    assert loss.hinge(scores, labels) == pytest.approx(math.fsum(expected) / n, abs=1e-13)
    check(loss.hinge, scores, labels)


@given(n=sizes, d=sizes, seed=seeds)
@examples
def test_gaussian_kl_is_its_closed_form(n, d, seed):
    mean, log_variance = numbers(seed, n, d), numbers(seed + 1, n, d)
    terms = [
        (math.exp(v) + m * m - 1 - v) / 2
        for m, v in zip(mean.ravel().tolist(), log_variance.ravel().tolist(), strict=True)
    ]
    assert loss.gaussian_kl(mean, log_variance) == pytest.approx(math.fsum(terms) / n, rel=1e-12)
    check(loss.gaussian_kl, mean, log_variance, by=(0, 1))


def test_gaussian_kl_is_the_integral_that_it_stands_for():
    mean, log_variance = 0.7, -0.9
    z = np.linspace(-12, 12, 200_001)
    q = np.exp(-((z - mean) ** 2) / (2 * math.exp(log_variance))) / math.sqrt(2 * math.pi * math.exp(log_variance))
    log_ratio = -((z - mean) ** 2) / (2 * math.exp(log_variance)) - log_variance / 2 + z**2 / 2
    integral = (q * log_ratio).sum() * (z[1] - z[0])
    assert loss.gaussian_kl(np.array([[mean]]), np.array([[log_variance]])) == pytest.approx(integral, rel=1e-9)


def test_the_bound_is_the_reconstruction_and_the_divergence_by_name():
    logits, targets, mean, log_variance = numbers(0, 3, 4), numbers(1, 3, 4) > 0, numbers(2, 3, 2), numbers(3, 3, 2)
    terms = loss.negative_elbo(logits, targets.astype(float), mean, log_variance)
    assert list(terms) == ["reconstruction", "KL"]
    assert terms["reconstruction"] == loss.binary_cross_entropy(logits, targets.astype(float))
    assert terms["KL"] == loss.gaussian_kl(mean, log_variance)


@pytest.mark.parametrize("f", [loss.cross_entropy, loss.hinge])
def test_a_loss_of_the_batch_is_the_mean_of_its_examples_losses(f):
    scores, labels = numbers(0, 6, 4), some_labels(0, 6, 4)
    singles = [f(scores[i : i + 1], labels[i : i + 1]) for i in range(6)]
    assert f(scores, labels) == pytest.approx(np.mean(singles), rel=1e-13)


ARGUMENTS = {
    "cross_entropy": (loss.cross_entropy, [numbers(0, 3, 4)], [some_labels(0, 3, 4)]),
    "hinge": (loss.hinge, [numbers(0, 3, 4)], [some_labels(0, 3, 4)]),
    "binary_cross_entropy": (loss.binary_cross_entropy, [numbers(0, 3, 4), abs(numbers(1, 3, 4)) % 1], []),
    "mean_squared_error": (loss.mean_squared_error, [numbers(0, 3, 4), numbers(1, 3, 4)], []),
    "gaussian_kl": (loss.gaussian_kl, [numbers(0, 3, 4), numbers(1, 3, 4)], []),
}


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(("f", "floats", "rest"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_losses_are_one_number_and_keep_the_dtype_forward_and_back(f, floats, rest, kind):
    for i, x in enumerate(floats):
        vjp, value = make_vjp(f, i)(*(x.astype(kind) for x in floats), *rest)
        g = vjp(np.ones_like(value))
        assert np.shape(value) == () and g.shape == x.shape
        assert value.dtype == g.dtype == kind


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64, np.uint64])
def test_labels_may_be_of_any_whole_kind(kind):
    scores, labels = numbers(0, 5, 4), some_labels(0, 5, 4)
    for f in (loss.cross_entropy, loss.hinge):
        assert f(scores, labels.astype(kind)) == f(scores, labels)
        assert np.array_equal(grad(f)(scores, labels.astype(kind)), grad(f)(scores, labels))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_cross_entropy_of_extreme_logits_is_finite_and_right(kind):
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [1e4, -1e4, 0], [7, 7, 7], [-1e4, -1e4, -1e4]], kind)
    labels = np.array([0, 1, 2, 2, 0])
    alone = [loss.cross_entropy(logits[i : i + 1], labels[i : i + 1]) for i in range(5)]
    assert alone == pytest.approx([0, 2e4, 1e4, math.log(3), math.log(3)], rel=1e-6)
    third = 1 / 3
    slopes = [[0, 0, 0], [1, -1, 0], [1, 0, -1], [third, third, third - 1], [third - 1, third, third]]
    assert 5 * grad(loss.cross_entropy)(logits, labels) == pytest.approx(np.array(slopes), abs=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_binary_cross_entropy_of_extreme_logits_and_sure_targets_is_finite_and_right(kind):
    logits = np.array([[1e4], [1e4], [-1e4], [-1e4], [0], [0]], kind)
    targets = np.array([[1], [0], [1], [0], [1], [0.25]], kind)
    alone = [loss.binary_cross_entropy(logits[i : i + 1], targets[i : i + 1]) for i in range(6)]
    assert alone == pytest.approx([0, 1e4, 1e4, 0, math.log(2), math.log(2)], rel=1e-6)
    slopes = 6 * grad(loss.binary_cross_entropy)(logits, targets)
    assert slopes.ravel().tolist() == pytest.approx([0, 1, -1, 0, -0.5, 0.25], abs=1e-6)


def test_binary_cross_entropy_errs_by_no_more_than_the_last_digit_of_one_plus_the_logit():
    """The nats of a pixel that is nearly sure may be lost: they are what remains of 1 + |logit|."""
    logits = np.linspace(-30, 30, 601, dtype=np.float32)[None]
    targets = np.tile(np.float32([0, 1, 0.5]), 201)[None, :601]
    for i in range(601):
        v, t = float(logits[0, i]), float(targets[0, i])
        expected = max(v, 0.0) - v * t + math.log1p(math.exp(-abs(v)))
        got = loss.binary_cross_entropy(logits[:, i : i + 1], targets[:, i : i + 1])
        assert abs(got - expected) <= np.finfo(np.float32).eps * (1 + abs(v))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_hinge_squares_and_divergences_at_their_ends_are_finite_and_right(kind):
    scores = np.array([[1e4, -1e4, 0]], kind)
    assert [loss.hinge(scores, np.array([k])) for k in range(3)] == pytest.approx([0, 30002, 10001])
    assert grad(loss.hinge)(scores, np.array([1])).tolist() == [[1, -2, 1]]
    assert loss.hinge(np.zeros((2, 3), kind), np.array([0, 1])) == 2
    assert loss.mean_squared_error(np.full((2, 2), 1e4, kind), np.full((2, 2), -1e4, kind)) == pytest.approx(4e8)
    assert loss.gaussian_kl(np.zeros((2, 3), kind), np.zeros((2, 3), kind)) == 0
    # a variance of exp(-1e4), which is 0 in floats: the divergence is (0 + 0 - 1 + 1e4) / 2
    assert loss.gaussian_kl(np.zeros((1, 1), kind), np.full((1, 1), -1e4, kind)) == pytest.approx(4999.5)


def test_a_right_answer_beyond_the_margin_costs_nothing_and_moves_nothing():
    scores = np.array([[3.0, 1.5, 1.0]])
    assert loss.hinge(scores, np.array([0])) == 0
    assert not grad(loss.hinge)(scores, np.array([0])).any()


def test_losses_add_up_under_differentiation():
    x, t, y = numbers(0, 4, 3), np.zeros((4, 3)), some_labels(0, 4, 3)
    total = grad(lambda x: loss.cross_entropy(x, y) + 2 * loss.mean_squared_error(anp.tanh(x), t))(x)
    parts = grad(loss.cross_entropy)(x, y) + 2 * grad(lambda x: loss.mean_squared_error(anp.tanh(x), t))(x)
    assert total == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize("f", [loss.cross_entropy, loss.hinge], ids=["cross_entropy", "hinge"])
@pytest.mark.parametrize(
    ("scores", "labels", "text"),
    [
        ((2, 3), np.zeros((2, 3), int), "scores (N, K) and labels (N,), got (2, 3) and (2, 3); "
         "labels.argmax(axis=1) of one-hot rows"),
        ((2, 3), np.zeros(3, int), "scores (N, K) and labels (N,), got (2, 3) and (3,); a label is"),
        ((2,), np.zeros(2, int), "scores (N, K) and labels (N,), got (2,) and (2,); scores are a row"),
        ((2, 3, 4), np.zeros(2, int), "scores (N, K) and labels (N,), got (2, 3, 4) and (2,); scores are a row"),
        ((2, 3), np.zeros(2, np.float32), "labels that are whole numbers, got float32; labels.astype(int)"),
        ((2, 3), np.zeros(2, bool), "labels that are whole numbers, got bool; labels.astype(int)"),
        ((2, 3), np.array([0, 3]), "labels 0 to 2, got 0 to 3"),
        ((2, 3), np.array([1, 3]), "labels 0 to 2, got 1 to 3; labels - 1: classes are counted from 0"),
        ((2, 3), np.array([[0], [1]]), "scores (N, K) and labels (N,), got (2, 3) and (2, 1); labels[:, 0]"),
        ((2, 3), np.array([-1, 2]), "labels 0 to 2, got -1 to 2"),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit_are_refused(f, scores, labels, text):
    with pytest.raises(tn.InputError) as caught:
        f(np.zeros(scores, np.float32), labels)
    assert str(caught.value).startswith(f"{f.__name__}: expected {text}")


@pytest.mark.parametrize("f", [loss.binary_cross_entropy, loss.mean_squared_error, loss.gaussian_kl])
@pytest.mark.parametrize(("a", "b"), [((2, 3), (3, 2)), ((2, 1), (2,)), ((2, 3), (1, 3)), ((4,), ())])
def test_arrays_that_differ_in_shape_are_refused_and_never_broadcast(f, a, b):
    with refused(f.__name__) as caught:
        f(np.zeros(a, np.float32), np.zeros(b, np.float32))
    assert f"{a} and {b}" in str(caught.value)
    assert ("y[:, 0] is one number an example" in str(caught.value)) == ((a, b) == ((2, 1), (2,)))


def test_the_same_errors_come_under_differentiation():
    with pytest.raises(tn.InputError, match=r"hinge: expected labels 0 to 2, got 5 to 5"):
        differentiate(lambda boxes: (loss.hinge(boxes[0], np.array([5])), None), [np.zeros((1, 3))])
    with pytest.raises(tn.InputError, match=r"gaussian_kl: expected two arrays of one shape, got \(1, 3\) and \(3,\)"):
        differentiate(lambda boxes: (loss.gaussian_kl(boxes[0], np.zeros(3)), None), [np.zeros((1, 3))])


def test_pictures_that_were_not_made_floats_are_refused():
    logits, pixels = np.zeros((2, 3), np.float32), np.zeros((2, 3), np.uint8)
    for name in ("binary_cross_entropy", "mean_squared_error"):
        with pytest.raises(tn.InputError, match=rf"^{name}: expected two arrays of one kind of float, got float32 and"):
            getattr(tn.loss, name)(logits, pixels)


def test_labels_may_be_a_plain_list():
    logits = np.float32([[1, 2, 3], [0, 0, 0]])
    assert tn.loss.cross_entropy(logits, [2, 0]) == tn.loss.cross_entropy(logits, np.array([2, 0]))
