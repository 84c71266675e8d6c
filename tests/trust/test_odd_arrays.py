"""Arrays that are none of the usual kind: each is the plain array that it stands for, or is refused; none is taken for
another. Masked numbers above all: numpy turns them into plain ones and says nothing.
"""

import numpy as np
import pytest
import zoo
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn
from teachnn import ops
from teachnn.models.classifier import Classifier, dense_network
from teachnn.support import InputTypeError

PLAIN = np.arange(1, 7, dtype=np.float32).reshape(2, 3)


class Table:
    """What a library of tables hands over: no array, but it makes one."""

    def __array__(self, dtype=None, copy=None):
        return PLAIN.astype(dtype or np.float64)


def masked(value):
    return np.ma.masked_array(PLAIN, mask=PLAIN == value)


dense = tn.Dense.create("d", 3, 2, tn.rng(0))
TAKERS = {  # what takes an array -> what it makes of it
    "test function": tn.TestFunction(lambda x: 2 * x, name="double"),
    "training function": lambda x: tn.TrainFunction(
        lambda x: (dense(x) ** 2).sum(), dense.parameters, tn.SGD()
    ).gradients(x)[dense.W],
    "parameter": lambda x: tn.Parameter("p", x).value,
    "statistic": lambda x: tn.Statistic("s", x).value,
    "batches": lambda x: next(iter(tn.data.batches(x, size=2, rng=None)))[0],
    "grid": lambda x: np.asarray(tn.images.grid(x[None] if isinstance(x, np.ndarray) else [x], 1)),
    "check": lambda x: tn.check_gradients(lambda x: x, x),
    "targets": lambda x: tn.loss.mean_squared_error(np.zeros((2, 3), np.float32), x),
}
LAYERS = {  # they take arrays alone
    "layer": lambda x: dense(x),
    "ReLU": tn.ReLU(),
    "Dropout": lambda x: tn.Dropout(0.5, tn.rng(0), mode="train")(x),
    "relu": ops.relu,
    "softmax": ops.softmax,
    "log_softmax": ops.log_softmax,
    "KL": lambda x: tn.loss.gaussian_kl(x, x),
    "cross-entropy": lambda x: tn.loss.cross_entropy(x, np.array([0, 1])),
}
ODD = {
    "matrix": PLAIN.view(np.matrix),
    "no mask": np.ma.masked_array(PLAIN),
    "a mask that is not set": masked(99),
    "other order": np.asfortranarray(PLAIN),
    "strided": np.repeat(PLAIN, 2, axis=1)[:, ::2],
    "backwards": PLAIN[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": np.broadcast_to(PLAIN, (2, 3)),
    "record": PLAIN.view(np.recarray),
}
CONVERTED = {
    "table": Table(),
    "list": PLAIN.tolist(),
    "other bytes": PLAIN.astype(">f4"),
    "half": PLAIN.astype(np.float16),
    "double": PLAIN.astype(np.float64),
    "long": PLAIN.astype(np.longdouble),
}
NO_NUMBERS = {
    "objects": PLAIN.astype(object),
    "complex": PLAIN.astype(complex),
    "text": PLAIN.astype(str),
    "structured": np.zeros((2, 3), "i4, f4"),
    "dates": np.zeros((2, 3), "M8[D]"),
}


@pytest.mark.parametrize("taker", [*TAKERS.values(), *LAYERS.values()], ids=[*TAKERS, *LAYERS])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_array_of_another_kind_is_the_plain_one_that_it_stands_for(taker, odd):
    given, expected = taker(odd), taker(PLAIN)
    assert type(given) is type(expected) and np.allclose(given, expected, rtol=1e-6)


@pytest.mark.parametrize("taker", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("odd", CONVERTED.values(), ids=CONVERTED)
def test_what_makes_an_array_is_that_array_or_says_which_kind_it_should_be(taker, odd):
    expected = taker(PLAIN)
    try:
        given = taker(odd)
    except tn.InputError as error:
        assert "float32" in str(error) or "real numbers" in str(error) or "images of shape" in str(error)
    else:
        assert np.allclose(np.asarray(given, float), expected)


@pytest.mark.parametrize("taker", [*TAKERS.values(), *LAYERS.values()], ids=[*TAKERS, *LAYERS])
def test_masked_numbers_are_refused_with_how_many_there_are(taker):
    with pytest.raises(tn.InputError, match=r": expected numbers as .*, got 1 of them masked; .*filled"):
        taker(masked(2))


@pytest.mark.parametrize("taker", [TAKERS["test function"], TAKERS["parameter"], TAKERS["targets"]])
def test_rows_that_are_masked_are_refused_in_a_list_too(taker):
    with pytest.raises(tn.InputError, match="got 2 of them masked"):
        taker([np.ma.masked_array(row, mask=row % 3 == 0) for row in PLAIN])


@pytest.mark.parametrize("taker", [f for name, f in TAKERS.items() if name != "batches"])
@pytest.mark.parametrize("odd", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_number_is_refused(taker, odd):
    with pytest.raises(tn.InputError, match=r": expected .*, got "):
        taker(odd)


@pytest.mark.parametrize("taker", [TAKERS["test function"], TAKERS["training function"], TAKERS["parameter"]])
def test_a_number_too_large_for_float32_is_not_called_infinite(taker):
    with pytest.raises(tn.InputError, match=r"expected numbers up to 3\.4e38, .*, got 1e\+300; scale them"):
        taker(np.full((2, 3), 1e300))
    with np.errstate(all="ignore"), pytest.raises(tn.InputError, match="NaN or infin"):
        taker(np.full((2, 3), np.inf))


# No examples


@pytest.mark.parametrize("name", zoo.LAYERS)
@given(data=st.data())
@settings(deadline=None, max_examples=5)
def test_a_layer_gives_no_rows_for_no_rows_or_wants_more_of_them(name, data):
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs = [x.astype(np.float32) for x in inputs]
    expected = as_tuple(layer.at("test")(*inputs))
    none = [x[:0] for x in inputs]
    for y, like in zip(as_tuple(layer.at("test")(*none)), expected, strict=False):
        assert y.shape == (0, *like.shape[1:]) and y.dtype == np.float32
    try:
        assert all(len(y) == 0 for y in as_tuple(layer(*none)))
    except tn.InputError as error:  # batch normalisation in training
        assert "(BatchNorm): expected more than one number a column to train with" in str(error)


def as_tuple(y):
    return y if isinstance(y, tuple) else (y,)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: tn.loss.cross_entropy(x, np.zeros(0, int)),
        lambda x: tn.loss.hinge(x, np.zeros(0, int)),
        lambda x: tn.loss.gaussian_kl(x, x),
        lambda x: tn.loss.binary_cross_entropy(x, x),
        lambda x: tn.loss.mean_squared_error(x, x),
    ],
)
def test_a_loss_of_no_examples_wants_one(loss):
    with pytest.raises(tn.InputError, match=r"expected at least one example, got shape \(0, 3\); look at how"):
        loss(np.zeros((0, 3), np.float32))


def test_targets_may_be_lists_and_say_when_their_shape_differs():
    y = np.array([[0.5], [1.0]], np.float32)
    assert tn.loss.mean_squared_error(y, [[0], [1]]) == np.float32(0.125)
    assert tn.loss.binary_cross_entropy(y, [[True], [False]]) == tn.loss.binary_cross_entropy(y, np.float32([[1], [0]]))
    assert tn.loss.cross_entropy(np.zeros((2, 3), np.float32), [0, 2]) == pytest.approx(np.log(3))
    with refused("mean_squared_error", cure="y[:, 0]"):
        tn.loss.mean_squared_error(y, [0.0, 1.0])


# Whole numbers are no truth values, and the other way round


@pytest.mark.parametrize(
    "make",
    [
        lambda v: tn.Reshape((v, 4)),
        lambda v: tn.Reshape([v, 4]),
        lambda v: tn.MaxPool2D(v),
        lambda v: tn.Dense.create("a", v, 3, tn.rng(0)),
        lambda v: tn.Conv2D.create("a", (v, 2), tn.rng(0)),
        lambda v: tn.Conv2D.create("a", (1, 2), tn.rng(0), padding=v),
        lambda v: tn.rng(v),
        lambda v: tn.data.batches(PLAIN, size=v, rng=None),
        lambda v: ops.one_hot(np.array([0]), v),
        lambda v: tn.init.zeros((v, 2)),
        lambda v: tn.schedule.Linear(0.1, 0.2, v),
    ],
)
@pytest.mark.parametrize("value", [True, np.True_])
def test_true_is_no_whole_number(make, value):
    with pytest.raises(tn.InputError, match="whole"):
        make(value)


@pytest.mark.parametrize("value", [1, 0, "no", None])
def test_a_number_is_no_truth_value(value):
    with refused("batches", error=InputTypeError):
        tn.data.batches(PLAIN, size=2, rng=None, keep_last=value)


# Shapes of images


IMAGES = [
    ((4, 3, 8, 8), 3, "images are NHWC, channels last: x.transpose(0, 2, 3, 1)"),
    ((8, 8, 3), 3, "images are NHWC: x[None] is a batch of one"),
    ((4, 8, 8), 1, "images are NHWC: put tn.Reshape((8, 8, 1)) before it"),
]


@pytest.mark.parametrize(("shape", "channels", "cure"), IMAGES)
@pytest.mark.parametrize("kind", [tn.Conv2D, tn.ConvTranspose2D])
def test_a_convolution_says_how_other_images_become_nhwc(kind, shape, channels, cure):
    layer = kind.create("c", (channels, 2), tn.rng(0))
    with refused("c (" + kind.__name__ + ")", cure=cure):
        layer(np.zeros(shape, np.float32))


def test_uint8_of_two_dimensions_is_no_picture():
    labels = np.eye(3, dtype=np.uint8)[[0, 2, 1, 0]]
    (images, one_hot), *_ = tn.data.batches(np.full((4, 2, 2), 255, np.uint8), labels, size=4, rng=None)
    assert images.dtype == np.float32 and images.max() == 1
    assert one_hot.dtype == np.uint8 and np.array_equal(one_hot, labels)


def test_labels_of_two_dimensions_are_refused_by_one_hot_and_by_accuracy():
    with pytest.raises(tn.InputError, match=r"labels\[:, 0\]"):
        ops.one_hot(np.zeros((2, 3), int), 3)
    digits = Classifier(dense_network(tn.rng(0), 4))
    pictures = np.zeros((10, 28, 28), np.float32)
    for labels, cure in ((np.zeros((10, 1), int), "labels[:, 0]"), (np.arange(1, 11), "labels - 1")):
        with refused("accuracy", cure=cure):
            digits.accuracy(pictures, labels)
    assert digits.accuracy(pictures, [int(digits.classify(pictures)[0].argmax())] * 10) == 1
