import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.functions.weights import Joined, Spares, Weights


def address(vector) -> int:
    return vector.__array_interface__["data"][0]


def test_a_vector_that_nobody_holds_is_used_again():
    spares = Spares()
    first = spares.take(10)
    first.flags.writeable = False
    where = address(first)
    assert address(spares.take(10)) != where
    del first
    again = spares.take(10)
    assert address(again) == where and again.flags.writeable


@pytest.mark.parametrize(
    "hold",
    [
        lambda v: v,
        lambda v: v[3:5],
        lambda v: v[2:8].reshape(2, 3)[1],
        lambda v: v.reshape(2, 5).T,
        lambda v: [v],
        lambda v: lambda: v,
        lambda v: memoryview(v),
        lambda v: np.asarray(memoryview(v)[2:4]),
        lambda v: iter(v),
    ],
    ids=[
        "itself",
        "a view",
        "a view of a view",
        "a T",
        "a list",
        "a closure",
        "a buffer",
        "a buffer's array",
        "an iterator",
    ],
)
def test_a_vector_that_somebody_holds_is_never_handed_out(hold):
    spares = Spares()
    vector = spares.take(10)
    where, held = address(vector), hold(vector)
    del vector
    others = [spares.take(10) for _ in range(12)]
    assert where not in {address(other) for other in others}
    assert held is not None


def test_all_vectors_in_use_are_different():
    spares = Spares()
    held = [spares.take(7) for _ in range(20)]
    assert len({address(v) for v in held}) == 20
    assert len(spares.vectors) == 8  # and no more are kept than this


def test_a_vector_of_another_size_is_not_handed_out():
    spares = Spares()
    spares.take(5)
    assert [len(spares.take(n)) for n in (4, 6, 5)] == [4, 6, 5]
    assert spares.take(3).dtype == np.float32


@given(st.lists(st.tuples(st.sampled_from(["take", "view", "drop"]), st.integers(0, 9)), max_size=60))
@settings(max_examples=30, deadline=None)
def test_whatever_is_taken_and_dropped_nobodys_numbers_change(moves):
    spares, held, mark = Spares(), [], 0
    for move, i in moves:
        if move == "drop" and held:
            held.pop(i % len(held))
        elif move != "drop":
            mark += 1
            vector = spares.take(4 + i % 2)
            vector[:] = mark
            held.append((vector[1:3] if move == "view" else vector, mark))
            del vector
        assert all((array == number).all() for array, number in held)


# All parameters as one vector


def some_parameters() -> list[tn.Parameter]:
    rng = np.random.default_rng(0)
    return [tn.Parameter(f"p{i}", rng.standard_normal(shape)) for i, shape in enumerate([(2, 3), (), (4,), (1, 2, 1)])]


def test_parameters_become_one_vector_and_come_back():
    parameters = some_parameters()
    weights = Weights(parameters)
    vector = weights.vector(np.empty(0))
    assert weights.size == 13 == len(vector) and vector.dtype == np.float32
    for parameter, part in zip(parameters, weights.split(vector), strict=True):
        assert np.array_equal(part, parameter.value) and part.shape == parameter.shape
        assert part.base is vector
    assert [m.tolist() for m in weights.zeros(2)] == [[0.0] * 13] * 2


def test_the_latest_vector_serves_again_while_the_values_are_views_of_it():
    W = tn.Parameter("W", [1.0, 2.0])
    b = tn.Parameter("b", [3.0])
    train = tn.TrainFunction(lambda x: anp.sum(W.value) * anp.sum(b.value), [W, b], tn.SGD(0.5))
    train(1.0)
    latest, weights = train._progress.w, train._weights
    assert weights.vector(latest) is latest
    b.value = [7.0]
    assert weights.vector(latest) is not latest
    assert weights.vector(latest).tolist() == [*W.value.tolist(), 7.0]


def test_values_that_were_read_before_a_step_stay_as_they_were():
    W = tn.Parameter("W", np.ones(5))
    train = tn.TrainFunction(lambda x: anp.sum(W.value * x), [W], tn.Momentum(0.1))
    seen = []
    for _ in range(12):
        seen.append((W.value, W.value.tobytes()))
        train(np.ones(5, np.float32))
    assert all(value.tobytes() == before for value, before in seen)
    assert len({before for _, before in seen}) == 12


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=6), st.integers(1, 9))
def test_a_joined_vector_gives_every_block_of_the_vector_it_stands_for(sizes, block):
    arrays = [np.arange(10 * i, 10 * i + size, dtype=np.float32) for i, size in enumerate(sizes)]
    weights = Weights([tn.Parameter(str(i), array) for i, array in enumerate(arrays)])
    whole = np.concatenate(arrays)
    joined = weights.joined(arrays)
    assert isinstance(joined, Joined)
    for start in range(0, len(whole), block):
        assert joined[start : start + block].tolist() == whole[start : start + block].tolist()
