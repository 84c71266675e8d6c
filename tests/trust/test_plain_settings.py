"""A number of numpy's as a setting is that number, and changes the dtype of nothing: float32 stays float32."""

import autograd.numpy as anp
import numpy as np
import pytest

import teachnn as tn
from teachnn.parameters import init

X = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
PICTURES = np.random.default_rng(0).standard_normal((2, 4, 4, 1)).astype(np.float32)


def dtypes(arrays):
    return {array.dtype for array in arrays}


def step(layer, x, optimizer):
    """Return a training function of the layer and a weight before it, after one step."""
    W = tn.Parameter("before.W", np.ones(x.shape[1:]))
    train = tn.TrainFunction(lambda x: anp.sum(layer(x * W.value) ** 2), [W, *layer.parameters], optimizer)
    train(x)
    return train


@pytest.mark.parametrize("number", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("mode", ["train", "test"])
def test_a_batch_norm_keeps_float32_and_its_checkpoint_loads(number, mode, tmp_path):
    bn = tn.BatchNorm.create("b", 4, mode=mode, rate=number(0.1), eps=number(1e-3))
    assert type(bn.rate) is type(bn.eps) is float and bn(X).dtype == np.float32
    train = step(bn, X, tn.SGD(0.1))
    assert dtypes(v.stored for v in (*train.parameters, *bn.statistics)) == {np.dtype(np.float32)}
    path = tmp_path / "b.safetensors"
    tn.save(path, bn.parameters + bn.statistics)
    kept = bn.mean.value.copy()
    bn.mean.value = np.zeros(4)
    tn.load(path, bn.parameters + bn.statistics)
    assert np.array_equal(bn.mean.value, kept) and kept.any() == (mode == "train")


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (lambda: tn.LeakyReLU(np.float64(0.2)), X),
        (lambda: tn.LayerNorm.create("ln", 4, eps=np.float64(1e-5)), X),
        (lambda: tn.BatchNorm.create("bn", 4, mode="test", eps=np.float64(1e-5)), X),
        (lambda: tn.Dropout(np.float64(0.5), tn.rng(0), mode="train"), X),
        (lambda: tn.MaxPool2D(2, np.int8(2)), PICTURES),
        (lambda: tn.AveragePool2D(np.int64(2), np.uint8(1)), PICTURES),
        (lambda: tn.Conv2D.create("c", (1, 2), tn.rng(0), stride=np.int8(1), padding=np.uint8(1)), PICTURES),
        (lambda: tn.Reshape((np.int8(2), np.int64(2))), X),
    ],
)
def test_a_layer_gives_float32_forward_and_back(make, x):
    layer = make()
    assert not [value for value in vars(layer).values() if isinstance(value, np.generic)]
    assert layer(x).dtype == np.float32
    train = step(layer, x, tn.SGD(0.1))
    assert dtypes(train.gradients(x).values()) == {np.dtype(np.float32)}


def test_a_small_whole_number_of_numpys_does_not_overflow():
    wide = np.zeros((1, 2, 300, 1), np.float32)
    assert tn.MaxPool2D(2, np.int8(2))(wide).shape == tn.MaxPool2D(2, 2)(wide).shape == (1, 1, 150, 1)
    assert tn.Reshape((np.int8(100), np.int8(3))).shape == (100, 3)
    assert init.zeros((np.int8(100), np.int8(100))).size == 10_000


@pytest.mark.parametrize(
    ("given", "same"),
    [
        (tn.SGD(np.int64(1)), tn.SGD(1.0)),
        (tn.SGD(tn.schedule.Constant(np.float32(0.1))), tn.SGD(float(np.float32(0.1)))),
        (tn.Adam(np.float32(0.1), beta1=np.float64(0.5)), tn.Adam(float(np.float32(0.1)), beta1=0.5)),
        (tn.SGD(lambda t: np.float64(0.1)), tn.SGD(0.1)),
    ],
    ids=["SGD", "Constant", "Adam", "a schedule of one's own"],
)
def test_an_optimizer_takes_the_steps_of_plain_numbers(given, same):
    layer = lambda: tn.Dense.create("h", 4, 3, tn.rng(0))  # noqa: E731
    train, plain = step(layer(), X, given), step(layer(), X, same)
    assert dtypes(p.stored for p in train.parameters) == {np.dtype(np.float32)}
    assert dtypes(train.memory.values()) <= {np.dtype(np.float32)}
    for a, b in zip(train.parameters, plain.parameters, strict=True):
        assert np.array_equal(a.stored, b.stored)


def test_first_values_are_float32():
    for values in (
        init.normal((2, 3), tn.rng(0), std=np.float64(0.1)),
        init.uniform((2, 3), tn.rng(0), np.float64(0.1)),
        init.constant((2, 3), np.float64(0.1)),
    ):
        assert values.dtype == np.float32
    assert np.array_equal(init.normal((2, 3), tn.rng(0), np.float64(0.1)), init.normal((2, 3), tn.rng(0), 0.1))
