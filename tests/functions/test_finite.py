"""A step that would leave NaN behind does not happen, says who was first, and is as if it had never been tried."""

import re

import autograd.numpy as anp
import numpy as np
import pytest

import teachnn as tn

X = np.random.default_rng(0).standard_normal((16, 4)).astype(np.float32)
Y = np.arange(16) % 3

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy warns of every overflow, too


class Bomb(tn.Layer):
    """Hands on its input until it is told to go off."""

    def __init__(self, name):
        super().__init__(name=name)
        object.__setattr__(self, "factor", [1.0])

    def forward(self, x):
        return x * np.float32(self.factor[0])


class Small:
    """A classifier with noise, statistics and three places at which a number can stop being finite."""

    def __init__(self, optimizer=None):
        self.rng = tn.rng(0)
        self.bombs = [Bomb("early"), Bomb("middle"), Bomb("late")]
        self.net = tn.Sequential(
            tn.Dense.create("h", 4, 6, self.rng),
            self.bombs[0],
            tn.BatchNorm.create("bn", 6, mode="train"),
            tn.Dropout(0.5, self.rng, mode="train"),
            self.bombs[1],
            tn.Dense.create("out", 6, 3, self.rng),
            self.bombs[2],
        )
        self.factors, self.calls = {"error": 1.0, "size": 1.0}, 0
        self.train = tn.TrainFunction(self.objective, self.net.parameters, optimizer or tn.Adam(1e-2))

    def objective(self, x, y):
        self.calls += 1
        error = tn.loss.cross_entropy(self.net(x), y)
        size = anp.mean(self.net[0].W.value ** 2)
        return {"error": error * self.factors["error"], "size": size * self.factors["size"]}


@pytest.fixture
def bits(state_of):
    return lambda small: state_of(small.net.statistics, small.train, [small.rng])


def goes_wrong(small, spoil, mend, bits, kind=FloatingPointError):
    """Take two steps, fail at the third, and return the message; the run goes on as if it had never been tried."""
    reference = Small(small.train.optimizer)
    for _ in range(2):
        assert small.train(X, Y) == reference.train(X, Y)
    before = bits(small)
    call = spoil() or (lambda: small.train(X, Y))
    with pytest.raises(kind) as caught:
        call()
    assert bits(small) == before
    mend()
    for _ in range(3):
        assert small.train(X, Y) == reference.train(X, Y)
    assert bits(small) == bits(reference) and small.train.steps == 5
    return str(caught.value)


# The loss


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("bomb", "first"), [(0, "early (Bomb)"), (1, "middle (Bomb)"), (2, "late (Bomb)")], ids=["early", "middle", "late"]
)
def test_the_first_layer_whose_output_is_not_finite_is_named_and_nothing_has_changed(bomb, first, bad, bits):
    small = Small()
    factor = small.bombs[bomb].factor
    text = goes_wrong(small, lambda: factor.__setitem__(0, bad), lambda: factor.__setitem__(0, 1.0), bits)
    assert re.fullmatch(
        r"objective \(TrainFunction\): expected a finite loss in step 3, got error = (nan|inf); the first that is not "
        rf"finite is the output of {re.escape(first)}; a learning rate below 0\.01 may help",
        text,
    )


@pytest.mark.parametrize(
    ("factors", "named"),
    [
        ({"error": np.nan}, "error = nan"),
        ({"size": -np.inf}, "size = -inf"),
        ({"error": np.inf, "size": -np.inf}, "error = inf, size = -inf"),
    ],
)
def test_the_terms_that_are_not_finite_are_named_where_every_layer_is(factors, named, bits):
    small = Small()
    good = dict(small.factors)
    text = goes_wrong(small, lambda: small.factors.update(factors), lambda: small.factors.update(good), bits)
    assert f"got {named}; the first that is not finite is the loss itself, every layer is finite;" in text


def test_finite_terms_whose_sum_is_not_are_named_as_such():
    w = tn.Parameter("w", [1.0])
    huge = tn.TrainFunction(
        lambda x: {"a": (w.value * x).sum() * 3e38, "b": (w.value * x).sum() * 3e38}, [w], tn.SGD(0.1)
    )
    with pytest.raises(FloatingPointError, match="got their sum; the first that is not finite is the loss itself"):
        huge([1.0])


def test_the_learning_rate_named_is_that_of_the_step():
    w = tn.Parameter("w", [1.0])
    factor = [1.0]
    train = tn.TrainFunction(lambda x: (w.value * x).sum() * factor[0], [w], tn.SGD(tn.schedule.Linear(0.5, 0.1, 4)))
    train([1.0])
    factor[0] = np.inf
    with pytest.raises(FloatingPointError, match=r"in step 2, got loss = inf; .* a learning rate below 0\.4 may help"):
        train([1.0])


@pytest.mark.parametrize(
    "loss", [lambda w: w.sum() * np.inf, lambda w: anp.sqrt(w - w).sum()], ids=["loss", "gradient"]
)
def test_in_the_first_step_no_learning_rate_is_to_blame(loss):
    w = tn.Parameter("w", [1.0])
    train = tn.TrainFunction(lambda x: loss(w.value * x), [w], tn.SGD(0.5))
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="in step 1") as caught:
        train([1.0])
    assert "scale the inputs, or begin with smaller parameters" in str(caught.value)
    assert "learning rate" not in str(caught.value)


def test_a_learning_rate_that_is_too_large_for_the_first_step_is_named():
    w = tn.Parameter("w", [1.0])
    train = tn.TrainFunction(lambda x: (w.value * x).sum() * 1e38, [w], tn.SGD(100))
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=r"new value of w .* rate below 100"):
        train([1.0])


def test_the_noise_with_which_the_layer_is_found_is_that_of_the_step():
    """Only a mask that drops every bad number spares the next layer: a second draw would name another one."""
    named = set()
    for seed in range(20):
        rng = tn.rng(seed)
        drop, w = tn.Dropout(0.5, rng, mode="train", name="drop"), tn.Parameter("w", [1.0, 1.0])
        after = Bomb("after")
        kept = tn.rng(seed).random((1, 2), np.float32) >= 0.5

        def objective(x, drop=drop, after=after, w=w):
            y = drop(x * w.value)
            return anp.sum(after(anp.where(y > 0, y * 1e30, y) * np.float32(1e30)))

        train = tn.TrainFunction(objective, [w], tn.SGD(0.1))
        if kept.any():
            with pytest.raises(FloatingPointError, match=r"the output of after \(Bomb\)"):
                train([[1.0, 1.0]])
        else:
            train([[1.0, 1.0]])
        named.add(bool(kept.any()))
    assert named == {True, False}


def test_layers_inside_of_layers_are_named_and_tuples_are_looked_into(bits):
    class Two(tn.Layer):
        def forward(self, x):
            return x, x * np.float32(np.nan)

    w = tn.Parameter("w", [1.0])
    inner = tn.Sequential(tn.ReLU(name="r"), Two(name="two"), name="inner")
    train = tn.TrainFunction(lambda x: inner(x * w.value)[1].sum(), [w], tn.SGD(0.1))
    with pytest.raises(FloatingPointError, match=r"finite is the output of two \(Two\);"):
        train([1.0])


# The data


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_data_that_are_not_finite_are_named_in_the_error(bad, bits):
    small, x = Small(), X.copy()
    x[3, 2] = x[5, 0] = bad
    text = goes_wrong(small, lambda: lambda: small.train(x, Y), lambda: None, bits, kind=tn.InputError)
    assert (
        text.startswith("objective (TrainFunction): ") and "x, got 2 NaN or infinite of 64, the first at (3, 2)" in text
    )


def test_nan_that_an_objective_knows_how_to_treat_is_no_error():
    w = tn.Parameter("w", [1.0, 1.0])
    train = tn.TrainFunction(lambda x: (w.value * np.nan_to_num(x)).sum(), [w], tn.SGD(1.0))
    train([np.nan, 1.0])
    assert w.value.tolist() == [1, 0]


# The gradient and the new value


def test_a_gradient_that_overflows_is_named_and_nothing_has_changed(bits):
    small = Small()
    W = small.net[5].W

    def spoil():
        steep = np.float32(3e38)
        small.factors["size"] = 1.0
        objective = small.objective

        def too_steep(x, y):
            return objective(x, y) | {"steep": anp.sum(anp.sqrt(W.value * 0)) * steep}

        small.train.objective = too_steep

    def mend():
        small.train.objective = small.objective

    text = goes_wrong(small, spoil, mend, bits)
    assert text == (
        "objective (TrainFunction): expected finite numbers in step 3, got a gradient of out.W that is not; "
        "a learning rate below 0.01 may help"
    )


@pytest.mark.parametrize("optimizer", [tn.SGD, tn.Momentum, tn.RMSProp, tn.Adam])
def test_a_new_value_that_overflows_is_named_and_nothing_has_changed(optimizer, state_of):
    small, huge = tn.Parameter("small", [1.0]), tn.Parameter("huge", [3.4e38])
    train = tn.TrainFunction(lambda x: ((small.value - huge.value) * x).sum(), [small, huge], optimizer(1e38))
    before = state_of((), train)
    with pytest.raises(FloatingPointError, match=r"in step 1, got a new value of huge that is not; .* below 1e\+38 "):
        train([0.5])
    assert state_of((), train) == before


def test_a_statistic_that_overflows_is_named_and_nothing_has_changed(state_of):
    """The square of 1e20 is infinite in float32, and what is divided by its root is 0: the loss shows nothing."""
    bn = tn.BatchNorm.create("bn", 1, mode="train")
    train = tn.TrainFunction(lambda x: anp.sum(bn(x)), bn.parameters, tn.SGD(0.1))
    before = state_of(bn.statistics, train)
    with pytest.raises(FloatingPointError, match=r"in step 1, got a new value of bn\.variance that is not"):
        train([[1e20], [-1e20]])
    assert state_of(bn.statistics, train) == before


def test_large_finite_values_are_no_error():
    w = tn.Parameter("w", [1e25, -1e30, 1e37])
    train = tn.TrainFunction(lambda x: (w.value * x).sum() * 1e-9, [w], tn.SGD(1.0))
    train([1.0, 1.0, 1.0])
    assert train.steps == 1 and np.isfinite(w.value).all()


@pytest.mark.parametrize(("optimizer", "x"), [(tn.RMSProp, 1e20), (tn.Adam, 1e20), (tn.Adam, 1.5e19)])
def test_a_memory_that_overflows_does_not_poison_the_steps_after_it(optimizer, x):
    """The square of 1e20 is infinite in float32; that of 1.5e19 is not, but the sum of two is."""
    w = tn.Parameter("w", [1.0])
    train = tn.TrainFunction(lambda x: (w.value * x).sum(), [w], optimizer(0.1))
    with pytest.raises(FloatingPointError, match=f"gradients too large for {optimizer.__name__}"):
        for _ in range(3):
            train([x])
    assert all(np.isfinite(array).all() for array in train.memory.values())
    before = w.value
    train([1.0])
    assert (w.value != before).all()


def test_looking_at_the_gradients_of_a_loss_that_is_not_finite_fails_alike(bits):
    small = Small()
    before = bits(small)
    small.bombs[1].factor[0] = np.nan
    with pytest.raises(FloatingPointError, match=r"the output of middle \(Bomb\)"):
        small.train.gradients(X, Y)
    assert bits(small) == before
