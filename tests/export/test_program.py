"""A program is the function, without the library: same numbers, any batch, nothing that could still change."""

import autograd.numpy as anp
import numpy as np
import pytest
import zoo

import teachnn as tn
from teachnn.models.vae import VAE

X = np.random.default_rng(0).random((6, 28, 28), dtype=np.float32)
Z = np.random.default_rng(1).standard_normal((4, 2)).astype(np.float32)
TESTS = {(name, f.name): (f, x) for name, (_, tests, _) in zoo.models().items() for f, x in tests}
TRAINS = {(name, f.name): (f, x) for name, (trains, _, _) in zoo.models().items() for f, x in trains}


@pytest.mark.parametrize("which", TESTS, ids=".".join)
@pytest.mark.parametrize("size", [1, 4])
def test_the_program_of_every_models_test_functions_agrees_with_them_for_any_batch(which, size):
    function, x = TESTS[which]
    found, expected = tn.export.program(function, x)(x[:size]), function(x[:size])
    for one, other in zip(_tuple(found), _tuple(expected), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("which", [w for w in TRAINS if w[0] != "fractal"], ids=".".join)
def test_the_program_of_a_training_function_returns_its_terms_and_their_sum(which):
    train, inputs = TRAINS[which]
    program = tn.export.program(train, *inputs)
    terms = program(*inputs, rng=tn.rng(0)) if program.noisy else program(*inputs)
    step = train(*inputs)
    assert set(terms) == {*step.terms, "loss"}
    if not program.noisy:
        assert terms["loss"] == pytest.approx(step.loss, rel=1e-5)


def test_a_state_is_named_and_comes_out_last():
    step = tn.TestFunction(lambda x, h: (x.sum(axis=1), h + x), state=("h",))
    program = tn.export.program(step, Z, Z)
    assert program.state == ("h",) and [label for label, _ in program.outputs] == ["output", "h"]
    y, h = program(Z[:1], Z[:1])
    assert y.tolist() == step(Z[:1], Z[:1])[0].tolist() and h.tolist() == (2 * Z[:1]).tolist()


def test_noise_comes_from_the_generator_that_is_handed_over():
    vae = VAE(2, tn.rng(0), hidden=8)
    program = tn.export.program(vae.train_function(tn.Adam()), X)
    one, same, other = (program(X, rng=tn.rng(seed))["loss"] for seed in (3, 3, 4))
    assert one == same != other
    with pytest.raises(tn.InputError, match="generator"):
        program(X)


def test_a_program_is_a_text_that_can_be_read():
    W, b = tn.Parameter("W", np.ones((2, 1))), tn.Parameter("b", np.zeros(1))
    net = tn.Sequential(tn.Dense(W, b, name="h"), tn.ReLU())
    text = str(tn.export.program(tn.TestFunction(lambda x: net(x), name="f"), Z))
    assert text.splitlines() == [
        "f(x (N, 2))",
        "  h/matmul 1 (N, 1) = matmul(x, W)",
        "  h/add 2 (N, 1) = add(h/matmul 1, b)",
        "  ReLU/relu 3 (N, 1) = relu(h/add 2)",
        "  return output: ReLU/relu 3",
    ]


def test_recording_changes_nothing_and_the_program_keeps_the_numbers_of_its_day(state_of):
    vae = VAE(2, tn.rng(0), hidden=8)
    train = vae.train_function(tn.Adam())
    before = state_of(vae.parameters, train, [vae.rng])
    program = tn.export.program(train, X)
    decode = tn.export.program(vae.decode, Z)
    assert state_of(vae.parameters, train, [vae.rng]) == before
    old = decode(Z)
    train(X)
    assert decode(Z).tobytes() == old.tobytes() != vae.decode(Z).tobytes()
    assert set(decode.parameters) == {"dec.h.W", "dec.h.b", "dec.out.W", "dec.out.b"}
    assert set(program.parameters) == {p.name for p in vae.parameters}


def test_what_nobody_needs_is_left_out():
    def first_only(x):
        vae.encode(x)  # computed, and not returned
        return x * 2

    vae = VAE(2, tn.rng(0), hidden=8)
    program = tn.export.program(tn.TestFunction(first_only), X)
    assert [step.type for step in program.operations] == ["multiply"] and not program.parameters


@pytest.mark.parametrize(
    "function, got",
    [
        (lambda x: x * 2 if x.sum() > 0 else x, "greater"),
        (lambda x: x - np.float32(tn.ops.getval(x).mean()), "one that the input decides"),
        (lambda x: x.sum() / len(x), "one that the input decides"),
        (lambda x: anp.cumsum(x), "cumsum"),
        (lambda x: anp.linalg.norm(x), "norm"),
        (lambda x: x.reshape((6, -1)), "batches of any size"),
        (lambda x: x[: x.shape[0] - 1], "stop=4"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(function, got):
    with pytest.raises(tn.InputError, match=got):
        tn.export.program(tn.TestFunction(function, name="f"), X)


def test_a_fractals_training_function_is_refused_for_its_draws_decide_what_is_computed():
    train, inputs = TRAINS["fractal", "objective"]
    with pytest.raises(tn.InputError, match="no value decides"):
        tn.export.program(train, *inputs)


def test_two_variables_of_one_name_are_refused():
    one, other = (tn.Dense.create("h", 2, 2, tn.rng(seed)) for seed in (0, 1))
    with pytest.raises(tn.InputError, match=r"two different variables called 'h\.W'"):
        tn.export.program(tn.TestFunction(lambda z: one(other(z))), Z)


def test_a_program_refuses_inputs_that_do_not_fit():
    program = tn.export.program(VAE(2, tn.rng(0), hidden=8).decode, Z)
    with pytest.raises(tn.InputError, match=r"z of shape \(N, 2\), got \(3, 4\)"):
        program(np.zeros((3, 4)))
    with pytest.raises(tn.InputTypeError, match="1 inputs"):
        program(Z, Z)
    with pytest.raises(tn.InputTypeError, match="TestFunction"):
        tn.export.program(np.tanh, Z)


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)
