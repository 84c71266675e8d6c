"""What is handed out is safe to change: outputs share memory with no input or parameter, and state is read-only."""

import numpy as np
import pytest
import zoo
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn

W = tn.Parameter("W", np.arange(4.0))
OUTPUTS = {
    "the input": lambda x: x,
    "a view of it": lambda x: x[1:, ::2],
    "its transpose": lambda x: x.T,
    "its reshape": lambda x: x.reshape(-1),
    "other numbers in its bytes": lambda x: x.view(np.int32),
    "it, spread out": lambda x: np.broadcast_to(x, (3, *x.shape)),
    "a parameter": lambda x: W.value,
    "a view of a parameter": lambda x: W.value.reshape(2, 2)[0],
    "a tuple": lambda x: (x, x[0], W.value),
    "a dict": lambda x: {"x": x, "W": W.value, "sum": x.sum()},
    "a function in it": lambda x: tn.TestFunction(lambda y: y, name="inner")(x),
    "identity": tn.ops.identity,
    "Flatten": tn.Flatten(),
    "Reshape": tn.Reshape((2, 2)),
    "Dropout": tn.Dropout(0.5, tn.rng(0), mode="test"),
    "DropPath": tn.DropPath(0.5, tn.rng(0), mode="test"),
}


def arrays_of(output):
    parts = output.values() if isinstance(output, dict) else output if isinstance(output, tuple) else [output]
    return [part for part in parts if isinstance(part, np.ndarray)]


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_that_is_changed_changes_neither_input_nor_parameter(name):
    x, before = np.arange(8, dtype=np.float32).reshape(2, 4), W.value.copy()
    f = tn.TestFunction(OUTPUTS[name], name="f")
    for array in arrays_of(f(x)):
        assert not np.shares_memory(array, x) and not np.shares_memory(array, W.value)
        array += 1
    assert x.ravel().tolist() == list(range(8)) and np.array_equal(W.value, before)
    assert all(np.array_equal(a, b) for a, b in zip(arrays_of(f(x)), arrays_of(f(x.copy())), strict=True))


@pytest.mark.parametrize("name", zoo.LAYERS)
@given(data=st.data())
@settings(deadline=None, max_examples=5)
def test_no_layer_at_test_hands_out_what_it_was_given(name, data):
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs, test_layer = [x.astype(np.float32) for x in inputs], layer.at("test")
    held = [*inputs, *(v.value for v in (*test_layer.parameters, *test_layer.statistics))]
    for y in arrays_of(tn.TestFunction(test_layer, name="f")(*inputs)):
        assert y.flags.writeable and not any(np.shares_memory(y, x) for x in held)


def test_an_output_of_its_own_is_not_copied():
    made = []

    def double(x):
        made.append(2 * x)
        return made[-1]

    assert tn.TestFunction(double)(np.ones(3, np.float32)) is made[0]


@pytest.mark.parametrize("optimizer", [tn.Momentum(), tn.RMSProp(), tn.Adam(), tn.AdamW()])
def test_what_an_optimizer_remembers_can_be_seen_and_not_changed(optimizer):
    w = tn.Parameter("w", np.ones(3))
    train = tn.TrainFunction(lambda x: (w.value * x).sum(), [w], optimizer)
    for _ in range(2):
        for array in (*train.memory.values(), w.value):
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 7
        train(np.ones(3))


def test_gradients_are_arrays_of_their_own():
    a, b = tn.Parameter("a", np.ones(3)), tn.Parameter("b", np.ones(3))
    train = tn.TrainFunction(lambda x: (a.value + b.value + x).sum(), [a, b], tn.SGD())
    x = np.ones(3, np.float32)
    found = train.gradients(x)
    found[a] *= 0
    assert found[b].tolist() == [1, 1, 1] and not np.shares_memory(found[b], x)


def test_what_a_step_and_a_history_tell_is_safe_to_change():
    w = tn.Parameter("w", np.ones(3))
    train = tn.TrainFunction(lambda x: {"a": (w.value * x).sum()}, [w], tn.SGD())
    history = train.fit([np.ones(3)], 2, each_epoch=lambda epoch: {"a": 1.0}, progress=False)
    before = history.loss.tolist()
    for array in (history.loss, history.steps, history.terms["a"]):
        array[:] = 7
    assert history.loss.tolist() == before


# Half a re-run of a notebook


def two_halves():
    """Return (encoder, decoder, objective maker), as three cells of a notebook would."""
    make = lambda name, seed: tn.Dense.create(name, 3, 3, tn.rng(seed))  # noqa: E731
    return make("enc", 0), make("dec", 1), make


def test_a_step_says_so_when_it_reads_another_parameter_by_the_name_of_one_that_it_moves():
    enc, dec, make = two_halves()
    cell = {"enc": enc}
    train = tn.TrainFunction(
        lambda x: tn.loss.mean_squared_error(dec(cell["enc"](x)), x), enc.parameters + dec.parameters, tn.SGD()
    )
    x = np.ones((2, 3), np.float32)
    train(x)
    cell["enc"], before = make("enc", 2), dec.W.value  # its cell is run again
    with refused(train.who, cure="run all cells again"):
        train(x)
    assert dec.W.value is before and train.steps == 1
    cell["enc"] = enc
    train(x)


def test_a_copy_on_purpose_is_detached():
    enc, _, make = two_halves()
    teacher = make("enc", 2)
    for read in (teacher.detached(), tn.TestFunction(teacher)):
        train = tn.TrainFunction(
            lambda x, read=read: tn.loss.mean_squared_error(enc(x), read(x)), enc.parameters, tn.SGD()
        )
        before = teacher.W.value
        train(np.ones((2, 3), np.float32))
        assert teacher.W.value is before


def test_a_program_hands_out_arrays_of_its_own_too():
    x = np.ones((2, 4), np.float32)
    for function in (lambda x: x, lambda x: W.value):
        program = tn.export.program(tn.TestFunction(function, name="f"), x)
        program(x)[...] = 7
        assert x.all() and program(x).max() < 7


class Listing(tn.Layer):
    """y = [x, 2 x], as a list."""

    def forward(self, x):
        return [x, 2 * x]


def test_a_layer_whose_output_is_a_list_is_told_to_make_it_a_tuple():
    x, w = np.ones((2, 4), np.float32), tn.Parameter("w", np.ones(4))
    train = tn.TrainFunction(lambda x: Listing()(x * w.value)[0].sum(), [w], tn.SGD())
    test = tn.TestFunction(Listing())
    for call in (Listing(), train, train.graph, test, test.graph):
        with refused("Listing", cure="tuple", error=tn.InputTypeError):
            call(x)


class Collecting(tn.Layer):
    """y = x, with layers in a list that is no field."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "parts", {"first": [tn.Dense.create("h", 2, 2, tn.rng(0))]})

    def forward(self, x):
        return x


def test_layers_that_a_layer_holds_in_a_list_outside_of_its_fields_are_refused():
    with refused("Collecting", cure="declare it: parts: dict"):
        Collecting().parameters  # noqa: B018
