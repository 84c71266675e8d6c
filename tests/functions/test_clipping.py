import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

import teachnn as tn
from teachnn.functions.clipping import EPS, clipped, global_norm


def arrays(*numbers) -> list[np.ndarray]:
    return [np.array(n, np.float32) for n in numbers]


@given(seed=st.integers(0, 2**32 - 1), sizes=st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_gradients_are_shortened_as_one_vector_and_keep_their_direction(seed, sizes):
    gradients = [np.random.default_rng(seed).standard_normal(n).astype(np.float32) for n in sizes]
    norm, whole = global_norm(gradients), np.concatenate(gradients).astype(float)
    assert norm == pytest.approx(math.sqrt((whole**2).sum()), rel=1e-5)
    for clip in (0.01, 1.0, 100.0):
        after = np.concatenate(clipped(gradients, norm, clip))
        assert after.dtype == np.float32
        assert after == pytest.approx(whole * min(1, clip / (norm + EPS)), rel=1e-5, abs=1e-9)


def test_gradients_that_are_short_enough_stay_as_they_are_bit_for_bit():
    gradients = arrays([3.0, 4.0], 0.0)
    assert all(a is b for a, b in zip(clipped(gradients, 5.0, 5.1), gradients, strict=True))
    assert clipped(arrays([0.0]), 0.0, 1e-3)[0].tolist() == [0.0]


def test_the_norm_of_large_numbers_is_finite():
    gradients = arrays([3e30, 0], [[4e30]])
    assert global_norm(gradients) == pytest.approx(5e30, rel=1e-6)
    assert np.concatenate([g.ravel() for g in clipped(gradients, 5e30, 1.0)]) == pytest.approx([0.6, 0, 0.8], rel=1e-5)


def line(clip=None, optimizer=None):
    """Return a training function whose gradients are its inputs, and its two parameters."""
    W, b = tn.Parameter("W", np.zeros((1, 2))), tn.Parameter("b", 0.0)
    objective = lambda x, y: (W.value * x).sum() + b.value * y.sum()  # noqa: E731
    return tn.TrainFunction(objective, [W, b], optimizer or tn.SGD(1.0), clip=clip), W, b


def test_a_step_moves_no_further_than_the_clip_and_tells_the_norm():
    train, W, b = line(clip=1.0)
    step = train([[3.0, 0.0]], [4.0])
    assert step.norm == pytest.approx(5) and W.value == pytest.approx(np.array([[-0.6, 0]]), rel=1e-5)
    assert b.value == pytest.approx(-0.8, rel=1e-5) and "norm=5.0" in repr(step)
    plain, *_ = line()
    assert plain([[3.0, 0.0]], [4.0]).norm is None
    assert repr(plain([[0.0, 0.0]], [0.0])) == "StepResult(loss=0.0, terms={'loss': 0.0}, step=2)"


def test_gradients_are_returned_as_they_are_before_the_clip():
    train, W, b = line(clip=1.0)
    slopes = train.gradients([[3.0, 0.0]], [4.0])
    assert slopes[W].tolist() == [[3.0, 0.0]] and slopes[b] == 4.0


def test_a_clip_can_be_changed_between_two_steps():
    train, W, _ = line()
    train.clip = np.float64(2.0)
    assert train([[3.0, 0.0]], [4.0]).norm == 5.0 and W.value[0, 0] == pytest.approx(-1.2, rel=1e-5)
    train.clip = -1
    before = W.value
    with pytest.raises(tn.InputError, match="expected a finite number as clip, > 0, got -1"):
        train([[3.0, 0.0]], [4.0])
    assert train.steps == 1 and W.value is before
    train.clip = None
    assert train([[3.0, 0.0]], [4.0]).norm is None


@pytest.mark.parametrize("clip", [0, -1.0, math.inf, math.nan, "1", True, [1.0]])
def test_a_clip_is_a_number_above_zero_or_none(clip):
    with pytest.raises(tn.InputError, match=r"TrainFunction\): expected a finite number as clip, > 0, got"):
        line(clip)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy's, of what the error is about
def test_a_gradient_that_is_not_finite_is_named_and_nothing_has_changed(state_of):
    W, b = tn.Parameter("W", [0.0]), tn.Parameter("b", [1.0])
    train = tn.TrainFunction(lambda x: (W.value**0.5 * x).sum() + b.value.sum(), [b, W], tn.Adam(), clip=1.0)
    before = state_of(train=train)
    with pytest.raises(FloatingPointError, match=r"expected finite numbers in step 1, got a gradient of W that is not"):
        train([1.0])
    assert state_of(train=train) == before
