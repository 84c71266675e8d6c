"""A copy is whole, wherever it goes: deep-copied, pickled, or sent to another process."""

import copy
import multiprocessing
import pickle

import numpy as np
import pytest
import zoo

import teachnn as tn
from teachnn.models.vae import VAE

WAYS = {"deepcopy": copy.deepcopy, "pickle": lambda it: pickle.loads(pickle.dumps(it))}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
OPTIMIZERS = [tn.SGD(), tn.Momentum(), tn.RMSProp(), tn.Adam(tn.schedule.Cosine(0.1, 0.01, 5)), tn.AdamW()]


class TwoLayers(tn.Layer):
    """y = second(first(x)), a layer of a learner's own."""

    first: tn.Dense
    second: tn.Dense

    def forward(self, x):
        return self.second(self.first(x))


def made(name):
    """Return (training functions with their inputs, test functions with theirs), of one model, that can be copied."""
    trains, tests, _ = zoo.models()[name]
    return trains, tests


def arrays(train):
    return [*(p.stored for p in train.parameters), *train.memory.values()]


@ways
@pytest.mark.parametrize("name", zoo.models())
def test_a_copy_of_a_model_trains_and_answers_by_itself(way, name):
    """Both kinds of function are copied together, as what holds them is: what they share, the copies share."""
    trains, tests = made(name)
    for train, inputs in trains:
        train(*inputs)
    copied_trains, copied_tests = way((trains, tests))
    before = [f(x) for f, x in tests]
    for (train, _), (other, _) in zip(trains, copied_trains, strict=True):
        assert not {id(p) for p in train.parameters} & {id(p) for p in other.parameters}
        assert [a.tobytes() for a in arrays(train)] == [a.tobytes() for a in arrays(other)]
        assert not any(array.flags.writeable for array in arrays(other))
    for other, inputs in copied_trains:
        other(*inputs)
    for (f, x), (g, _), old in zip(tests, copied_tests, before, strict=True):
        same = lambda a, b: all(map(np.array_equal, a, b)) if isinstance(a, tuple) else np.array_equal(a, b)  # noqa: E731
        assert same(f(x), old), "the original has moved"
        assert not same(g(x), old), "the copy follows the original"
    for train, inputs in trains:
        train(*inputs)
    for (train, _), (other, _) in zip(trains, copied_trains, strict=True):
        assert [a.tobytes() for a in arrays(train)] == [a.tobytes() for a in arrays(other)], "another noise"


@ways
def test_the_functions_of_a_copied_vae_are_its_own(way):
    vae = VAE(2, tn.rng(0), hidden=8, shape=(4, 4))
    x, z = tn.rng(1).random((3, 4, 4)), np.ones((3, 2))
    before = {"decode": vae.decode(z), "reconstruct": vae.reconstruct(x), "encode": vae.encode(x)[0]}
    other = way(vae)
    for parameter in other.parameters:
        parameter.value = parameter.value + 1
    for name, given in (("decode", z), ("reconstruct", x)):
        assert np.array_equal(getattr(vae, name)(given), before[name])
        assert not np.array_equal(getattr(other, name)(given), before[name])
    assert not np.array_equal(other.encode(x)[0], before["encode"])
    assert other.rng is other.sample_z.rng and other.rng is not vae.rng


@ways
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_a_copied_training_function_goes_on_as_the_original(way, optimizer):
    vae = VAE(2, tn.rng(0), hidden=8, shape=(4, 4))
    x = tn.rng(1).random((3, 4, 4))
    train = vae.train_function(optimizer)
    train.history.append(train(x))
    other = way(train)
    assert other.optimizer == optimizer and other.history.loss.tolist() == train.history.loss.tolist()
    for _ in range(3):
        assert train(x) == other(x)


@ways
def test_a_layer_of_ones_own_and_its_sibling_still_share_their_parameters_in_a_copy(way):
    net = TwoLayers(tn.Dense.create("a", 3, 3, tn.rng(0)), tn.Dense.create("b", 3, 2, tn.rng(1)))
    whole = tn.Sequential(net, tn.BatchNorm.create("bn", 2, mode="train"), tn.Dropout(0.5, tn.rng(2), mode="train"))
    copied, sibling = way((whole, whole.at("test")))
    assert copied[1].gamma is sibling[1].gamma and copied[0].first.W is sibling[0].first.W
    assert copied[0].first.W is not net.first.W and not copied[0].first.W.value.flags.writeable
    x = np.ones((4, 3), np.float32)
    assert np.array_equal(sibling(x), whole.at("test")(x))


def answer(job):
    """Run in another process: train a step, and return what came of it."""
    train, decode, x, z = job
    train(x)
    return train, decode, decode(z)


def test_a_model_is_sent_to_another_process_and_comes_back_whole():
    vae = VAE(2, tn.rng(0), hidden=8, shape=(4, 4))
    train, x, z = vae.train_function(tn.Adam()), tn.rng(1).random((3, 4, 4)), np.ones((3, 2))
    train(x)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        back, decode, there = pool.apply(answer, ((train, vae.decode, x, z),))
    train(x)
    assert back.steps == 2 and [a.tobytes() for a in arrays(back)] == [a.tobytes() for a in arrays(train)]
    assert np.array_equal(there, vae.decode(z)) and np.array_equal(decode(z), there)
    assert not any(array.flags.writeable for array in arrays(back))
    back(x)
    assert not np.array_equal(decode(z), there), "what came back is one whole: its decoder follows its training"


def test_functions_written_in_a_cell_are_sent_by_cloudpickle():
    cloudpickle = pytest.importorskip("cloudpickle")
    W = tn.Parameter("W", np.ones(3))
    train = tn.TrainFunction(lambda x: (W.value * x).sum(), [W], tn.Momentum())
    test = tn.TestFunction(lambda x: W.value * x, name="test")
    train(np.ones(3))
    other_train, other_test = pickle.loads(cloudpickle.dumps((train, test)))
    other_train(np.ones(3))
    assert other_train.steps == 2 and train.steps == 1
    assert not np.array_equal(other_test(np.ones(3)), test(np.ones(3)))
    assert not any(array.flags.writeable for array in arrays(other_train))
