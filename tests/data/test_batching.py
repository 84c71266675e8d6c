import json
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, strategies as st

from teachnn.data import Batches, batches, pixels
from teachnn.support import InputTypeError


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def chosen(some: Batches | list) -> list[list[int]]:
    """The first array of each batch, as lists."""
    return [batch[0].tolist() for batch in some]


@given(n=st.integers(1, 40), size=st.integers(1, 50), seed=st.none() | st.integers(0, 99))
def test_every_example_comes_exactly_once_a_pass_and_pairs_stay_together(n, size, seed):
    x = np.arange(n * 2).reshape(n, 2)
    some = batches(x, x[:, 0] // 2, size=size, rng=None if seed is None else seeded(seed))
    for _ in range(2):
        taken = list(some)
        assert len(taken) == len(some) == -(-n // size)
        assert [len(y) for _, y in taken] == [size] * (n // size) + [n % size] * (n % size > 0)
        assert sorted(np.concatenate([y for _, y in taken])) == list(range(n))
        assert all(np.array_equal(a, x[y]) for a, y in taken)


@given(n=st.integers(1, 40), size=st.integers(1, 40), seed=st.integers(0, 99))
def test_the_last_batch_is_dropped_on_request_if_it_is_not_whole(n, size, seed):
    if size > n:
        with pytest.raises(ValueError, match=f"expected size <= {n} without the last batch, got {size};"):
            batches(np.arange(n), size=size, rng=None, keep_last=False)
        return
    all_of_them = chosen(batches(np.arange(n), size=size, rng=seeded(seed)))
    some = batches(np.arange(n), size=size, rng=seeded(seed), keep_last=False)
    assert len(some) == n // size
    assert chosen(some) == all_of_them[: n // size]


def test_without_a_generator_the_examples_come_in_the_order_given():
    some = batches(np.arange(5), size=2, rng=None)
    assert chosen(some) == chosen(some) == [[0, 1], [2, 3], [4]]


def test_each_pass_draws_one_permutation_of_the_generator_when_it_begins():
    rng, twin = seeded(), seeded()
    some = batches(np.arange(50), size=50, rng=rng)
    assert rng.bit_generator.state == twin.bit_generator.state
    for _ in range(3):
        begun = iter(some)
        order = twin.permutation(50).tolist()
        assert rng.bit_generator.state == twin.bit_generator.state
        assert chosen(begun) == [order]


def test_two_passes_at_the_same_time_do_not_disturb_each_other():
    together = batches(np.arange(10), size=3, rng=seeded())
    one, other = iter(together), iter(together)
    taken = [(a.tolist(), b.tolist()) for (a,), (b,) in zip(one, other, strict=True)]
    alone = batches(np.arange(10), size=3, rng=seeded())
    assert [a for a, _ in taken] == chosen(alone)
    assert [b for _, b in taken] == chosen(alone)


def test_pictures_come_as_pixels_and_everything_else_as_it_is():
    rng = seeded()
    pictures = rng.integers(0, 256, (6, 4, 4), np.uint8)
    rows, labels, floats = pictures.reshape(6, 16), pictures[:, 0, 0], pictures / 3
    words = np.array(list("abcdef"))
    (batch,) = batches(pictures, rows, labels, floats, words, size=6, rng=None)
    assert isinstance(batch, tuple)
    assert [array.dtype for array in batch] == [np.float32, np.uint8, np.uint8, np.float64, words.dtype]
    for result, expected in zip(batch, [pixels(pictures), rows, labels, floats, words], strict=True):
        assert np.array_equal(result, expected)


def test_a_batch_may_be_changed_without_changing_the_data():
    x = np.arange(4.0)
    for (batch,) in batches(x, size=2, rng=None):
        batch[:] = -1
    assert x.tolist() == [0, 1, 2, 3]


def test_lists_serve_as_arrays():
    assert chosen(batches([1, 2, 3], size=2, rng=None)) == [[1, 2], [3]]


def test_batches_say_what_they_hold():
    some = batches(np.zeros((70, 28, 28), np.uint8), np.zeros(70, int), size=32, rng=None)
    assert repr(some) == "Batches(3 of size 32 from uint8 (70, 28, 28), int64 (70,))"
    assert (some.size, some.examples) == (32, 70)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_a_broken_off_pass_is_taken_up_again_in_the_same_order(kind):
    some = batches(np.arange(23), size=4, rng=np.random.Generator(kind(5)))
    assert some.pass_state is None
    list(some)
    broken = iter(some)
    whole = [chosen([next(broken)])[0] for _ in range(2)]
    state = some.pass_state
    whole += chosen(broken)
    list(some)
    # a new process: another generator of the kind, which stands elsewhere
    again = batches(np.arange(23), size=4, rng=np.random.Generator(kind(6)))
    for done in range(7):
        assert chosen(again.replay(state, done)) == whole[done:]


def test_a_state_survives_a_text_file():
    some = batches(np.arange(9), size=2, rng=seeded())
    whole = chosen(some)
    assert chosen(some.replay(json.loads(json.dumps(some.pass_state)), 1)) == whole[1:]


def test_a_replay_leaves_the_generator_and_the_pass_alone():
    rng = seeded()
    some = batches(np.arange(23), size=4, rng=rng)
    list(some)
    old = some.pass_state
    current = iter(some)
    first = chosen(islice(current, 3))
    stands, state = rng.bit_generator.state, some.pass_state
    assert state != old
    list(some.replay(old, 0))
    assert rng.bit_generator.state == stands
    assert some.pass_state == state
    assert first + chosen(current) == chosen(some.replay(state, 0))


def test_a_replay_without_a_generator_leaves_out_what_is_done():
    some = batches(np.arange(5), size=2, rng=None, keep_last=False)
    list(some)
    assert some.pass_state is None
    assert [chosen(some.replay(None, done)) for done in range(3)] == [[[0, 1], [2, 3]], [[2, 3]], []]


@pytest.mark.parametrize("done", [-1, 4])
def test_a_replay_of_more_batches_than_there_are_is_refused(done):
    with pytest.raises(ValueError, match=f"^batches: .* number of batches done from 0 to 3, got {done}"):
        batches(np.arange(5), size=2, rng=None).replay(None, done)


@pytest.mark.parametrize(
    "state", [{}, {"bit_generator": "PCG64"}, "PCG64", np.random.Generator(np.random.MT19937(0)).bit_generator.state]
)
def test_a_replay_of_another_generators_state_is_refused(state):
    with pytest.raises(ValueError, match=r"batches: expected the state of a PCG64 generator, got another .*; hand"):
        batches(np.arange(5), size=2, rng=seeded()).replay(state, 0)


def test_a_replay_needs_a_state_if_and_only_if_there_is_a_generator():
    with pytest.raises(ValueError, match="expected the state of a generator to replay, got None; make"):
        batches(np.arange(5), size=2, rng=seeded()).replay(None, 0)
    with pytest.raises(ValueError, match="expected no state to replay, got one; make"):
        batches(np.arange(5), size=2, rng=None).replay(seeded().bit_generator.state, 0)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ([], "at least one array, got none;"),
        ([range(1200), range(3), range(1200)], "as many examples in each array, got 1,200 and 3 and 1,200;"),
        ([np.zeros((0, 28, 28))], "at least one example, got 0;"),
        ([[1, 2], 3], r"an array of shape \(N, ...\) as input 2, got one value;"),
        ([[[1, 2], [3]]], "an array as input 1, got rows of unequal length;"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, text):
    with pytest.raises(ValueError, match=f"batches: expected {text}"):
        batches(*arrays, size=1, rng=None)


@pytest.mark.parametrize("size", [0, -3])
def test_a_size_below_one_is_refused(size):
    with pytest.raises(ValueError, match=f"^batches: .* size >= 1, got {size}"):
        batches([1, 2], size=size, rng=None)


@pytest.mark.parametrize("size", [2.0, "2", None])
def test_a_size_that_is_no_whole_number_is_refused(size):
    with pytest.raises(InputTypeError, match=r"^batches: .* size >= 1, got "):
        batches([1, 2], size=size, rng=None)


@pytest.mark.parametrize("rng", [0, np.random, np.random.RandomState(0)], ids=["seed", "module", "legacy"])
def test_what_is_no_generator_is_refused(rng):
    with pytest.raises(InputTypeError, match=r"^batches: expected a generator or None as rng, got "):
        batches([1, 2], size=1, rng=rng)
