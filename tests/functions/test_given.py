"""What a loop and a step may be given: the usual slips of other libraries' users are named, with the cure."""

import numpy as np
import pytest
from refusal import refused

import teachnn as tn
from teachnn.support import InputTypeError

X, Y = np.ones((6, 4), np.float32), np.arange(6) % 3


def a_train():
    net = tn.Dense.create("h", 4, 3, tn.rng(0))
    return tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.SGD())


@pytest.mark.parametrize("slip", [(X, Y), ((X, Y),), (X,), ([X], [Y]), ([(X, Y)], X)])
def test_arrays_in_the_place_of_batches_name_batches(slip):
    train = a_train()
    with refused("fit", cure="tn.data.batches(x, y, size=128, rng=rng)", error=InputTypeError):
        train.fit(*slip, progress=False)
    assert train.steps == 0


@pytest.mark.parametrize("batch", [(X, Y), [X, Y]])
def test_a_batch_in_one_piece_is_taken_apart_in_words(batch):
    train = a_train()
    for call in (train, train.gradients, train.graph):
        with refused(train.who, cure="train(*batch)", error=InputTypeError):
            call(batch)
    assert train.steps == 0


def test_batches_may_be_lists_as_other_loaders_give_them():
    train, same = a_train(), a_train()
    train.fit([[X, Y], [X, Y]], progress=False)
    same.fit([(X, Y), (X, Y)], progress=False)
    assert np.array_equal(train.parameters[0].value, same.parameters[0].value) and train.steps == 2


def test_rows_in_a_list_are_still_one_array():
    w = tn.Parameter("w", np.ones(4))
    train = tn.TrainFunction(lambda x: (w.value * x).mean(), [w], tn.SGD())
    train([row for row in X])
    train.fit([X.tolist()], progress=False)
    assert train.steps == 2


@pytest.mark.parametrize(
    "said", [0.93, 0, np.float32(1), True, [0.9], "0.9", {"accuracy": [1, 2]}, {"accuracy": "high"}]
)
def test_what_each_epoch_returns_is_named_numbers_or_nothing(said):
    train = a_train()
    with refused("fit", cure='return {"accuracy": value}', error=InputTypeError):
        train.fit([(X, Y)], each_epoch=lambda epoch: said, progress=False)
    assert train.steps == 1


def test_test_values_may_be_numbers_of_numpys():
    history = a_train().fit([(X, Y)], each_epoch=lambda epoch: {"a": np.float32(0.5), "b": np.array(1)}, progress=False)
    assert history.tests == [(1, {"a": 0.5, "b": 1.0})]
    assert a_train().fit([(X, Y)], each_epoch=lambda epoch: None, progress=False).tests == []
