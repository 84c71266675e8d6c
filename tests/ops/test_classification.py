"""Class weights and an ignored label; what all losses have in common is asked in test_loss.py."""

import math

import numpy as np
import pytest
from autograd import grad
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.ops import loss
from teachnn.support import InputTypeError


@st.composite
def weighted(draw):
    """Logits, labels of which one at least counts, class weights or None, the ignored label or None."""
    n, k = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels, ignored = rng.integers(0, k, n), draw(st.sampled_from([None, -100, k, 0]))
    if ignored is not None:
        labels[rng.random(n) < 0.4] = ignored
        if (labels == ignored).all():
            labels[0] = max(1, ignored + 1) if ignored == 0 else 0
            k = max(k, 2)
    weights = draw(st.sampled_from([None, rng.uniform(0.1, 3, k)]))
    return rng.standard_normal((n, k)), labels, weights, ignored


@given(weighted())
@settings(max_examples=50, deadline=None)
def test_cross_entropy_is_the_weighted_mean_of_the_examples_that_count(case):
    logits, labels, weights, ignored = case
    total = count = 0.0
    for row, label in zip(logits, labels.tolist(), strict=True):
        if label != ignored:
            weight = 1 if weights is None else weights[label]
            total += weight * (math.log(math.fsum(map(math.exp, row))) - row[label])
            count += weight
    f = lambda x: loss.cross_entropy(x, labels, class_weights=weights, ignore_label=ignored)  # noqa: E731
    assert f(logits) == pytest.approx(total / count, abs=1e-12)
    check_grads(f, modes=["rev"], order=2)(logits)
    assert tn.check_gradients(f, logits) < 1e-6


def test_equal_weights_and_a_label_that_is_not_there_change_no_bit():
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((7, 3)).astype(np.float32), rng.integers(0, 3, 7)
    plain = loss.cross_entropy(logits, labels), grad(loss.cross_entropy)(logits, labels)
    for settings_of in ({"class_weights": [1, 1, 1]}, {"ignore_label": -1}, {"ignore_label": np.int8(-1)}):
        f = lambda x, s=settings_of: loss.cross_entropy(x, labels, **s)  # noqa: E731
        assert f(logits) == plain[0] and np.array_equal(grad(f)(logits), plain[1])


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint64])
def test_an_ignored_row_has_a_gradient_of_zero_whatever_its_label_is(kind):
    logits = np.array([[1, 2, -np.inf], [0, 1, 2]], np.float32)
    labels = np.array([255, 1], kind)
    f = lambda x: loss.cross_entropy(x, labels, ignore_label=255)  # noqa: E731
    assert f(logits) == loss.cross_entropy(logits[1:], labels[1:])
    slope = grad(f)(logits)
    assert slope.dtype == np.float32 and not slope[0].any() and slope[1].any()


def test_a_class_of_weight_zero_teaches_nothing():
    logits, labels = np.zeros((3, 2)), np.array([0, 1, 1])
    slope = grad(lambda x: loss.cross_entropy(x, labels, class_weights=[1, 0]))(logits)
    assert slope[0] == pytest.approx([-0.5, 0.5]) and not slope[1:].any()


LOGITS, LABELS = np.zeros((3, 2)), np.array([0, 1, -1])


@pytest.mark.parametrize(
    ("labels", "given", "text"),
    [
        (LABELS, {}, "labels 0 to 1, got -1 to 1"),
        (LABELS, {"ignore_label": -100}, "labels 0 to 1 or -100, got -1 to 1"),
        (LABELS, {"ignore_label": 1.0}, "a whole number as ignore_label, got 1.0"),
        (LABELS, {"ignore_label": True}, "a whole number as ignore_label, got True"),
        ([5, 5, 5], {"ignore_label": 5}, "at least one example that counts, got only ignored labels"),
        ([1, 1, 1], {"class_weights": [1, 0]}, "at least one example that counts, got only ignored labels, or classes"),
        ([1, 1, 1], {"class_weights": [1, -2]}, "class_weights >= 0, got -2"),
        ([1, 1, 1], {"class_weights": [1, 2, 3]}, r"real numbers of shape \(2,\) as class_weights, got int64 of shape"),
        ([1, 1, 1], {"class_weights": [1, np.nan]}, "finite numbers as class_weights, got NaN or infinity"),
        ([1, 1, 1], {"class_weights": "balanced"}, r"real numbers of shape \(2,\) as class_weights"),
    ],
)
def test_settings_that_do_not_fit_are_refused(labels, given, text):
    with pytest.raises(tn.InputError, match=f"^cross_entropy: expected {text}") as caught:
        loss.cross_entropy(LOGITS, np.array(labels), **given)
    wrong_type = {type(v) for v in given.values()} & {float, bool, str}
    assert caught.type is (InputTypeError if wrong_type else tn.InputError)


def test_a_graph_shows_one_operation_with_its_labels():
    W = tn.Parameter("W", np.ones((2, 3)))
    objective = lambda x, y: loss.cross_entropy(x @ W.value, y, class_weights=[1, 2, 3], ignore_label=9)  # noqa: E731
    train = tn.TrainFunction(objective, [W], tn.SGD())
    plain = tn.TrainFunction(lambda x, y: loss.cross_entropy(x @ W.value, y), [W], tn.SGD())
    x, y = np.ones((3, 2)), np.array([0, 9, 2])
    kinds = lambda graph: [node.type for node in graph.nodes]  # noqa: E731
    assert kinds(train.graph(x, y)) == kinds(plain.graph(x, np.array([0, 1, 2])))
    before = W.value
    train(x, y)
    assert np.isfinite(W.value).all() and (W.value != before).any()
