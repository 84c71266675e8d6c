import dataclasses
from dataclasses import dataclass

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.test_util import check_grads
from refusal import refused

import teachnn as tn
from teachnn.functions.check import _Checking
from teachnn.support import InputTypeError

RNG = np.random.default_rng(0)
ROWS = RNG.permutation(24).reshape(4, 6) / 8 - 1.43  # no two equal, none near 0
PICTURES = RNG.permutation(2 * 5 * 5 * 3).reshape(2, 5, 5, 3) / 50 - 1.49  # no two equal, none 0


def moved(layer: tn.Layer) -> tn.Layer:
    """The layer with other parameters than ones and zeros, and statistics that no batch here has."""
    rng = tn.rng(9)
    for variable in layer.parameters + layer.statistics:
        variable.value = rng.uniform(0.4, 1.6, variable.shape) * rng.choice([-1, 1], variable.shape)
    for variable in layer.statistics:
        variable.value = np.abs(variable.value)
    return layer


def batch_norm(mode):
    return tn.BatchNorm.create("bn", 6, mode=mode)


LAYERS = {
    "Dense": (lambda: tn.Dense.create("h", 6, 5, tn.rng(0)), [ROWS]),
    "ReLU": (tn.ReLU, [ROWS]),
    "LeakyReLU": (lambda: tn.LeakyReLU(0.2), [ROWS]),
    "Sigmoid": (tn.Sigmoid, [ROWS]),
    "Tanh": (tn.Tanh, [PICTURES]),
    "Softplus": (tn.Softplus, [ROWS]),
    "Softmax": (tn.Softmax, [ROWS]),
    "Flatten": (tn.Flatten, [PICTURES]),
    "Reshape": (lambda: tn.Reshape((3, 2, 1)), [ROWS]),
    "Conv2D": (lambda: tn.Conv2D.create("c", (3, 2), tn.rng(0), size=3, stride=2, padding=1), [PICTURES]),
    "ConvTranspose2D": (lambda: tn.ConvTranspose2D.create("t", (3, 2), tn.rng(0)), [PICTURES]),
    "MaxPool2D": (lambda: tn.MaxPool2D(3, 2), [PICTURES]),
    "AveragePool2D": (lambda: tn.AveragePool2D(2), [PICTURES]),
    "GlobalAveragePool2D": (tn.GlobalAveragePool2D, [PICTURES]),
    "BatchNorm, train": (lambda: batch_norm("train"), [ROWS]),
    "BatchNorm, test": (lambda: batch_norm("test"), [ROWS]),
    "BatchNorm of pictures": (lambda: tn.BatchNorm.create("bn", 3, mode="train"), [PICTURES]),
    "LayerNorm": (lambda: tn.LayerNorm.create("ln", 6), [ROWS]),
    "LayerNorm of pictures": (lambda: tn.LayerNorm.create("ln", 3), [PICTURES]),
    "Dropout, train": (lambda: tn.Dropout(0.4, tn.rng(0), mode="train"), [ROWS]),
    "Dropout, test": (lambda: tn.Dropout(0.4, tn.rng(0), mode="test"), [ROWS]),
    "DropPath and Join, train": (lambda: Paths(tn.DropPath(0.5, tn.rng(0), mode="train")), [ROWS, ROWS[::-1], -ROWS]),
    "DropPath and Join, test": (lambda: Paths(tn.DropPath(0.5, tn.rng(0), mode="test")), [ROWS, ROWS[::-1], -ROWS]),
    "Join": (tn.Join, [ROWS, ROWS[::-1], -ROWS]),
    "GaussianSample, train": (lambda: tn.GaussianSample(tn.rng(0), mode="train"), [ROWS, ROWS / 2]),
    "GaussianSample, test": (lambda: tn.GaussianSample(tn.rng(0), mode="test"), [ROWS, ROWS / 2]),
    "Sequential": (lambda: tn.Sequential(tn.Dense.create("h", 6, 5, tn.rng(0)), tn.Tanh()), [ROWS]),
    "Detached": (lambda: tn.Dense.create("h", 6, 5, tn.rng(0)).detached(), [ROWS]),
    "Averaged": (lambda: averaged(tn.Dense.create("h", 6, 5, tn.rng(0))), [ROWS]),
}
each_layer = pytest.mark.parametrize(("make", "inputs"), LAYERS.values(), ids=LAYERS)


def averaged(layer):
    return tn.Average(layer.parameters).of(layer)


@dataclass(frozen=True, eq=False)
class Paths(tn.Layer):
    """Kills paths and joins the rest."""

    drop: tn.DropPath
    join: tn.Join = dataclasses.field(default_factory=tn.Join)

    def forward(self, *paths):
        return self.join(*self.drop(*paths))


@dataclass(frozen=True, eq=False)
class Block(tn.Layer):
    """A layer that a user might write: layers in a field, in a tuple, and in a list inside a tuple."""

    first: tn.Dense
    rest: tuple
    scale: tn.Parameter

    def forward(self, x):
        x = self.first(x)
        for layer in (*self.rest[:-1], *self.rest[-1]):
            x = layer(x)
        return x * self.scale.value


def a_block(mode="train") -> Block:
    rng = tn.rng(0)
    return Block(
        tn.Dense.create("first", 6, 3, rng),
        (tn.BatchNorm.create("bn", 3, mode=mode), tn.ReLU(), [tn.Dropout(0.5, rng, mode=mode), tn.Tanh()]),
        tn.Parameter("block.scale", 2),
    )


# Every layer: gradients, dtype, detached


@each_layer
def test_the_gradients_of_a_layer_are_right(make, inputs):
    layer = moved(make())
    parameters = () if isinstance(layer, tn.Detached) else layer.parameters
    assert tn.check_gradients(layer, *inputs, parameters=parameters, limit=40) < 1e-6


@each_layer
def test_the_gradients_of_a_layer_are_right_to_second_order(make, inputs):
    layer = moved(make())
    parameters = () if isinstance(layer, tn.Detached) else layer.parameters

    def function(*values):
        bound = dict(zip(parameters, values[len(inputs) :], strict=True))
        return _Checking(bound).run(layer, *values[: len(inputs)])

    values = [*inputs, *(p.value.astype(float) for p in parameters)]
    check_grads(function, tuple(range(len(values))), modes=["rev"], order=2)(*values)


def passed_back(layer, inputs, parameters):
    """The output of the layer in a training step, and the gradients of its sum: by the inputs and the parameters."""
    roots = [tn.Parameter(f"input {i}", x) for i, x in enumerate(inputs)]
    outputs = []

    def objective(t):
        outputs.append(layer(*(root.value for root in roots)))
        return anp.sum(outputs[-1] * outputs[-1])

    train = tn.TrainFunction(objective, [*roots, *parameters], tn.SGD(0.1))
    gradients = train.gradients(np.zeros(1, np.float32))
    return outputs[-1]._value, [gradients[v] for v in roots], [gradients[v] for v in parameters]


@each_layer
def test_a_layer_is_float32_forward_and_back(make, inputs):
    layer = moved(make())
    inputs = [x.astype(np.float32) for x in inputs]
    assert layer(*inputs).dtype == np.float32
    y, by_inputs, by_parameters = passed_back(layer, inputs, layer.parameters)
    assert {array.dtype for array in (y, *by_inputs, *by_parameters)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", [name for name in LAYERS if name.split(",")[0].split(" of")[0] in dir(tn)])
def test_a_detached_layer_passes_its_gradient_to_the_input_and_none_to_the_parameters(name):
    make, inputs = LAYERS[name]
    layer = moved(make())
    y, by_inputs, _ = passed_back(layer, inputs, layer.parameters)
    layer = moved(make())  # anew, so that it draws the same noise
    detached_y, detached_by_inputs, none = passed_back(layer.detached(), inputs, layer.parameters)
    assert np.array_equal(y, detached_y)
    assert all(np.array_equal(a, b) for a, b in zip(by_inputs, detached_by_inputs, strict=True))
    assert any(g.any() for g in by_inputs)
    assert not any(g.any() for g in none)


def test_a_layer_that_is_not_detached_gets_the_gradient_that_a_detached_one_does_not():
    layer = moved(tn.Dense.create("h", 6, 5, tn.rng(0)))
    assert all(g.any() for g in passed_back(layer, [ROWS], layer.parameters)[2])


def test_a_detached_layer_holds_the_parameters_the_name_and_the_modes_of_its_own():
    bn = tn.BatchNorm.create("bn", 6, mode="train")
    detached = bn.detached()
    assert detached.parameters == bn.parameters and detached.statistics == bn.statistics
    assert detached.who == "bn (Detached)"
    test = detached.at("test")
    assert isinstance(test, tn.Detached) and test.layer.mode == "test" and test.layer.gamma is bn.gamma


# Modes


@pytest.mark.parametrize("make", [batch_norm, a_block, lambda mode: tn.Sequential(tn.ReLU(), a_block(mode))])
def test_a_sibling_holds_the_very_same_parameters_and_statistics(make):
    layer = make("train")
    test = layer.at("test")
    assert test is not layer and type(test) is type(layer)
    assert len(test.parameters) > 1 and len(test.statistics) == 2
    for mine, others in [(layer.parameters, test.parameters), (layer.statistics, test.statistics)]:
        assert all(a is b for a, b in zip(mine, others, strict=True))


def test_a_siblings_gamma_is_its_gamma():
    bn = batch_norm("train")
    assert bn.at("test").gamma is bn.gamma
    assert (bn.mode, bn.at("test").mode, bn.at("test").at("train").mode) == ("train", "test", "train")


def test_siblings_are_found_in_fields_tuples_and_lists_at_any_depth():
    block = a_block()
    net = tn.Sequential(tn.Sequential(block, tn.ReLU()), tn.Flatten())
    test = net.at("test")[0][0]
    norm, relu, (dropout, tanh) = test.rest
    assert (norm.mode, dropout.mode) == ("test", "test")
    assert isinstance(test.rest, tuple) and isinstance(test.rest[2], list)
    assert norm.mean is block.rest[0].mean and dropout.rng is block.rest[2][0].rng
    assert test.first is block.first and relu is block.rest[1] and tanh is block.rest[2][1]  # nothing differs
    assert (block.rest[0].mode, block.rest[2][0].mode) == ("train", "train")


@pytest.mark.parametrize(
    "layer",
    [
        tn.ReLU(),
        tn.Dense.create("h", 2, 3, tn.rng(0)),
        batch_norm("test"),
        a_block("test"),
        tn.LayerNorm.create("l", 2),
    ],
    ids=lambda layer: layer.who,
)
def test_a_layer_is_its_own_sibling_where_nothing_differs(layer):
    assert layer.at("test") is layer


def test_settings_go_to_the_sibling():
    bn = tn.BatchNorm.create("bn", 6, mode="train", rate=0.3, eps=0.2)
    assert (bn.at("test").rate, bn.at("test").eps, bn.at("test").name) == (0.3, 0.2, "bn")
    assert tn.Dropout(0.2, tn.rng(0), mode="train", name="noise").at("test").who == "noise (Dropout)"


def test_a_mode_cannot_be_changed():
    bn = batch_norm("train")
    with pytest.raises(dataclasses.FrozenInstanceError):
        bn.mode = "test"
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_block().rest[0].mode = "test"
    assert bn.mode == "train"


@pytest.mark.parametrize("mode", ["eval", "Train", "", None, True, 0])
def test_an_unknown_mode_is_refused(mode):
    error = tn.InputError if isinstance(mode, str) else InputTypeError
    for who, make in [
        ("bn (BatchNorm)", lambda: batch_norm(mode)),
        ("Dropout", lambda: tn.Dropout(0.5, tn.rng(0), mode=mode)),
        ("DropPath", lambda: tn.DropPath(0.5, tn.rng(0), mode=mode)),
        ("GaussianSample", lambda: tn.GaussianSample(tn.rng(0), mode=mode)),
        ("bn (BatchNorm)", lambda: batch_norm("train").at(mode)),
        ("ReLU", lambda: tn.ReLU().at(mode)),
        ("Sequential", lambda: tn.Sequential(tn.ReLU()).at(mode)),
    ]:
        with pytest.raises(error) as caught:
            make()
        assert caught.type is error and str(caught.value).startswith(f"{who}: expected mode ")


@pytest.mark.parametrize(
    "make",
    [
        lambda: tn.BatchNorm.create("bn", 6),
        lambda: tn.Dropout(0.5, tn.rng(0)),
        lambda: tn.DropPath(0.5, tn.rng(0)),
        lambda: tn.GaussianSample(tn.rng(0)),
    ],
)
def test_a_mode_must_be_said(make):
    with pytest.raises(TypeError, match="required keyword-only argument: 'mode'"):
        make()


# Names and parameters


def test_a_layers_name_is_given_or_its_parameters_or_its_class():
    W, b = tn.Parameter("deep.h.W", np.zeros((2, 3))), tn.Parameter("deep.h.b", np.zeros(3))
    assert tn.Dense(W, b).name == "deep.h" and tn.Dense(W, b).who == "deep.h (Dense)"
    assert tn.Dense(W, b, name="mine").who == "mine (Dense)"
    assert tn.ReLU().name == tn.ReLU().who == "ReLU"
    assert tn.ReLU(name="kink").who == "kink (ReLU)"


def test_parameters_without_a_dot_in_their_names_leave_the_layer_its_class_name():
    layer = tn.Dense(tn.Parameter("W", np.zeros((2, 3))), tn.Parameter("b", np.zeros(3)))
    assert layer.name == layer.who == "Dense"


def test_parameters_come_in_the_order_of_the_fields_and_each_object_once():
    block = a_block()
    names = ["first.W", "first.b", "bn.gamma", "bn.beta", "block.scale"]
    assert [p.name for p in block.parameters] == names
    assert [s.name for s in block.statistics] == ["bn.mean", "bn.variance"]
    twice = tn.Sequential(block, block, block.first)
    assert [p.name for p in twice.parameters] == names and twice.statistics == block.statistics


def test_two_parameters_of_one_name_are_an_error_that_gives_the_name_and_both_shapes():
    rng = tn.rng(0)
    with refused("Sequential", "rename one, or share one object") as caught:
        tn.Sequential(tn.Dense.create("h", 2, 3, rng), tn.Dense.create("h", 3, 4, rng))
    assert "'h.W', of shapes (2, 3) and (3, 4)" in str(caught.value)

    class Pair(tn.Layer):
        first: tn.Layer
        second: tn.Layer

    clash = Pair(tn.Dense.create("h", 2, 3, rng), tn.Dense.create("h", 2, 3, rng), name="pair")
    with pytest.raises(ValueError, match=r"^pair \(Pair\): .* called 'h.W', of shapes \(2, 3\) and \(2, 3\);"):
        clash.parameters  # noqa: B018


def test_a_parameter_and_a_statistic_of_one_name_are_an_error_in_a_stack():
    W = tn.Parameter("bn.mean", np.zeros((6, 6)))
    with pytest.raises(ValueError, match=r"called 'bn.mean', of shapes \(6, 6\) and \(6,\)"):
        tn.Sequential(tn.Dense(W, tn.Parameter("h.b", np.zeros(6))), batch_norm("train"))


def test_equal_layers_are_not_the_same_layer():
    assert tn.ReLU() != tn.ReLU() and len({tn.ReLU(), tn.ReLU()}) == 2


# What a layer expects


@dataclass(frozen=True, eq=False)
class Picky(tn.Layer):
    """Expects what the test says."""

    shape: tuple
    like: tn.Parameter | None = None

    def forward(self, x):
        return self.expect(x, *self.shape, like=self.like)


@pytest.mark.parametrize(
    ("shape", "x", "text"),
    [
        ((), [1.0, 2.0], "an array, got list; np.asarray makes one"),
        ((), 3.0, "an array, got float; np.asarray makes one"),
        ((), None, "an array, got NoneType; np.asarray makes one"),
        ((), np.zeros((2, 3), int), "floats, got int64 of shape (2, 3); x.astype(np.float32) or tn.data.pixels(x)"),
        ((), np.zeros(4, np.uint8), "floats, got uint8 of shape (4,); x.astype(np.float32) or tn.data.pixels(x)"),
        ((), np.zeros(4, bool), "floats, got bool of shape (4,); x.astype(np.float32) or tn.data.pixels(x)"),
        ((), np.zeros(4, complex), "floats, got complex128 of shape (4,); x.astype"),
        (("N", 3), np.zeros((2, 4)), "x of shape (N, 3), got (2, 4)"),
        (("N", 3), np.zeros(3), "x of shape (N, 3), got (3,)"),
        (("N", 3), np.zeros(()), "x of shape (N, 3), got ()"),
        (("N", 3), np.zeros((2, 1, 3)), "x of shape (N, 3), got (2, 1, 3); put tn.Flatten() before it"),
        (("N", "H", "W", 3), np.zeros((2, 5, 5, 1)), "x of shape (N, H, W, 3), got (2, 5, 5, 1)"),
        ((3,), np.zeros(2), "x of shape (3,), got (2,)"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(shape, x, text):
    with pytest.raises(tn.InputError) as caught:
        Picky(shape, name="nose")(x)
    assert str(caught.value).startswith(f"nose (Picky): expected {text}")
    assert ("; " in text) == ("; " in str(caught.value))


def test_an_input_of_another_dtype_than_the_parameters_is_refused():
    W = tn.Parameter("h.W", np.zeros((2, 3)))
    for kind in (np.float64, np.float16):
        with refused("h (Picky)", "x.astype(np.float32)"):
            Picky((), W)(np.zeros(3, kind))


@pytest.mark.parametrize(
    ("shape", "x"), [((), np.zeros(())), (("N", 3), np.zeros((0, 3))), (("a", "b"), np.zeros((2, 1)))]
)
def test_an_input_that_fits_is_handed_on_itself(shape, x):
    assert Picky(shape)(x) is x


def test_a_layer_without_a_formula_says_what_to_write():
    with refused("mine (Layer)", "define it in the class", error=NotImplementedError):
        tn.Layer(name="mine")(ROWS)
