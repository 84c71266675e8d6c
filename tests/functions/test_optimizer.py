import dataclasses
import math

import autograd.numpy as anp
import numpy as np
import pytest

import teachnn as tn
from teachnn.functions.optimizer import Optimizer
from teachnn.support import InputTypeError

BLOCK = 512  # a small one, so that many steps over several of them are soon done
SIZES = (BLOCK + 1, BLOCK - 1, BLOCK, 3 * BLOCK + 7)
STEPS = 100


def sgd(w, g, memory, rate, t):
    return w - rate * g, ()


def momentum(mu, nesterov):
    def update(w, g, memory, rate, t):
        (v,) = memory
        v = mu * v + g
        return w - rate * (g + mu * v if nesterov else v), (v,)

    return update


def rmsprop(decay, eps):
    def update(w, g, memory, rate, t):
        (s,) = memory
        s = decay * s + (1 - decay) * g**2
        return w - rate * g / (np.sqrt(s) + eps), (s,)

    return update


def adam(beta1, beta2, eps, weight_decay=0.0):
    def update(w, g, memory, rate, t):
        m, v = (1 - beta1) * memory[0], (1 - beta2) * memory[1]  # it remembers sums
        w = w - rate * weight_decay * w
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + eps), (m / (1 - beta1), v / (1 - beta2))

    return update


TEXTBOOK = {
    "SGD": (tn.SGD(0.1), sgd),
    "Momentum": (tn.Momentum(0.02), momentum(0.9, False)),
    "Momentum of 0.5": (tn.Momentum(0.1, momentum=0.5), momentum(0.5, False)),
    "Nesterov": (tn.Momentum(0.02, nesterov=True), momentum(0.9, True)),
    "RMSProp": (tn.RMSProp(1e-2), rmsprop(0.9, 1e-8)),
    "RMSProp of 0.99": (tn.RMSProp(1e-2, decay=0.99, eps=0.1), rmsprop(0.99, 0.1)),
    "Adam": (tn.Adam(1e-2), adam(0.9, 0.999, 1e-8)),
    "Adam of others": (tn.Adam(1e-2, beta1=0.5, beta2=0.9, eps=0.1), adam(0.5, 0.9, 0.1)),
    "AdamW": (tn.AdamW(1e-2), adam(0.9, 0.999, 1e-8, 0.01)),
    "AdamW of 1": (tn.AdamW(1e-2, weight_decay=1.0), adam(0.9, 0.999, 1e-8, 1.0)),
}
each = pytest.mark.parametrize("name", TEXTBOOK)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr("teachnn.functions.optimizer.BLOCK", BLOCK)


@pytest.fixture(scope="module")
def bank():
    """A first w, and gradients of very different sizes, with zeros among them."""
    rng = np.random.default_rng(0)
    w = rng.standard_normal(max(SIZES), np.float32)
    gradients = rng.standard_normal((10, max(SIZES)), np.float32)
    gradients *= 10.0 ** rng.integers(-3, 3, max(SIZES)).astype(np.float32)
    gradients[3:5, ::5] = 0
    return w, gradients


@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for name in TEXTBOOK for size in (SIZES if " of " not in name else SIZES[:1])]
)
def test_an_optimizer_is_its_textbooks_formula(name, size, bank):
    optimizer, textbook = TEXTBOOK[name]
    w, gradients = bank[0][:size], bank[1][:, :size]
    memory = tuple(np.zeros(size, np.float32) for _ in optimizer.memory)
    slow_w, slow_memory = w.astype(float), tuple(m.astype(float) for m in memory)
    travelled = np.zeros(size)
    for t in range(1, STEPS + 1):
        g = gradients[t % 10]
        w, memory = optimizer.step(w, g, memory, optimizer.learning_rate, t)
        new_w, slow_memory = textbook(slow_w, g.astype(float), slow_memory, optimizer.learning_rate, t)
        travelled += np.abs(new_w - slow_w)
        slow_w = new_w
    assert w.dtype == np.float32 and all(m.dtype == np.float32 for m in memory)
    # each step rounds w once, and what is added to it a few times
    eps = np.finfo(np.float32).eps
    assert (np.abs(w - slow_w) <= eps * (STEPS * (np.abs(slow_w) + 1) + 30 * travelled)).all()
    assert np.median(travelled) > 0.01  # a thousand times that bound
    for m, slow in zip(memory, slow_memory, strict=True):
        assert m == pytest.approx(slow, rel=1e-4, abs=1e-5 * np.abs(slow).max())


@pytest.mark.parametrize("size", [3, BLOCK + 1])
@each
def test_a_step_leaves_what_it_was_given_and_returns_other_vectors(name, size, bank):
    optimizer = TEXTBOOK[name][0]
    w, g = bank[0][:size].copy(), bank[1][0, :size].copy()
    memory = tuple(np.abs(bank[1][i, :size]) for i in range(1, 1 + len(optimizer.memory)))
    for array in (w, g, *memory):
        array.flags.writeable = False
    kept = [(array, array.tobytes()) for array in (w, g, *memory)]
    for t in range(1, 5):  # all results are held, so every vector must stay as it is
        w, memory = optimizer.step(w, g, memory, optimizer.learning_rate, t)
        new = (w, *memory)
        assert len(new) == 1 + len(optimizer.memory)
        assert not any(np.shares_memory(a, b) for a in new for b, _ in kept)
        assert all(array.tobytes() == before for array, before in kept)
        kept += [(array, array.tobytes()) for array in new]
    assert not any(np.shares_memory(a, b) for i, (a, _) in enumerate(kept) for b, _ in kept[:i])


@pytest.mark.parametrize("size", [*SIZES, 1, 0])
def test_a_step_goes_over_every_number_once_in_blocks(size):
    @dataclasses.dataclass(frozen=True)
    class Counting(Optimizer):
        memory = ("seen",)
        blocks = []  # noqa: RUF012

        def update(self, w, g, memory, rate, t):
            self.blocks.append(len(g))
            assert {len(array) for array in (w, *memory)} == {len(g)}
            return w + g, (memory[0] + 1,)

    optimizer = Counting(0.1)
    w, (seen,) = optimizer.step(np.zeros(size, np.float32), np.arange(size), (np.zeros(size, np.float32),), 0.1, 1)
    assert np.array_equal(w, np.arange(size)) and (seen == 1).all()
    assert sum(optimizer.blocks) == size and all(n <= BLOCK for n in optimizer.blocks)


@pytest.mark.parametrize("shape", [(3, 5), (15, 60)])
@each
def test_a_step_is_the_same_however_the_arrays_lie_in_memory(name, shape, bank):
    optimizer = TEXTBOOK[name][0]
    w, g = (array[: math.prod(shape)].reshape(shape) for array in (bank[0], bank[1][0]))
    memory = tuple(np.abs(g) for _ in optimizer.memory)
    expected, kept = optimizer.step(w, g, memory, optimizer.learning_rate, 1)
    turned = [np.asfortranarray(array) for array in (w, g, *memory)]
    found, found_memory = optimizer.step(turned[0], turned[1], tuple(turned[2:]), optimizer.learning_rate, 1)
    assert np.array_equal(found, expected)
    assert all(map(np.array_equal, found_memory, kept))


def test_a_schedule_is_asked_with_the_number_of_steps_taken_before():
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.5**t

    W = tn.Parameter("W", [8.0])
    train = tn.TrainFunction(lambda x: anp.sum(W.value * x), [W], tn.SGD(schedule))
    seen = []
    for _ in range(3):
        train([1.0])
        seen.append(float(W.value[0]))
    assert asked == [0, 1, 2] and seen == [7.0, 6.5, 6.25]


@pytest.mark.parametrize("rate", [0.25, lambda t: 0.25, tn.schedule.Constant(0.25), lambda t: np.float32(0.25), 1])
def test_the_rate_is_a_python_float(rate):
    optimizer = tn.SGD(rate)
    assert type(optimizer.rate(1)) is float and optimizer.rate(1) == optimizer.rate(99) == (1 if rate == 1 else 0.25)


def test_a_schedules_rate_reaches_the_formula(bank):
    rate = tn.schedule.Linear(0.1, 0.01, steps=50)
    for make, textbook in [(tn.Adam, adam(0.9, 0.999, 1e-8)), (tn.AdamW, adam(0.9, 0.999, 1e-8, 0.01)), (tn.SGD, sgd)]:
        optimizer, w = make(rate), bank[0][:50]
        memory = tuple(np.zeros(50, np.float32) for _ in optimizer.memory)
        slow_w, slow_memory = w.astype(float), memory
        for t in range(1, 81):
            w, memory = optimizer.step(w, bank[1][t % 10, :50], memory, optimizer.rate(t), t)
            slow_w, slow_memory = textbook(slow_w, bank[1][t % 10, :50].astype(float), slow_memory, rate(t - 1), t)
        assert w == pytest.approx(slow_w, rel=1e-5, abs=1e-4)


def test_adams_first_step_is_the_rate_in_the_direction_of_the_gradient():
    w, _ = tn.Adam(0.01).step(
        np.zeros(3, np.float32), np.float32([5, -1e-4, 2e3]), (np.zeros(3, np.float32),) * 2, 0.01, 1
    )
    assert w == pytest.approx([-0.01, 0.01, -0.01], rel=1e-3)


@each
def test_a_gradient_of_zero_moves_nothing_at_first(name):
    optimizer = TEXTBOOK[name][0]
    if isinstance(optimizer, tn.AdamW):
        optimizer = dataclasses.replace(optimizer, weight_decay=0.0)
    w, zeros = np.float32([1, -2]), np.zeros(2, np.float32)
    new, memory = optimizer.step(w, zeros, (zeros,) * len(optimizer.memory), optimizer.learning_rate, 1)
    assert np.array_equal(new, w) and not any(m.any() for m in memory)


def test_vectors_can_be_left_out_of_weight_decay():
    rng = np.random.default_rng(0)
    decayed, adam, kept = tn.AdamW(0.1, 0.9, 0.99, 1e-3, 0.5), tn.Adam(0.1, 0.9, 0.99, 1e-3), np.float32
    left = dataclasses.replace(decayed, decay_vectors=False)
    for shape in ((5,), (), (5, 1), (2, 3, 1, 2), (BLOCK + 1,), (BLOCK + 1, 1)):
        w, g = (rng.standard_normal(shape).astype(kept) for _ in range(2))
        memory = (np.zeros(shape, kept),) * 2
        new, new_memory = left.step(w, g, memory, 0.1, 1)
        alone = len(shape) < 2
        assert np.array_equal(new, (adam if alone else decayed).step(w, g, memory, 0.1, 1)[0])
        assert (new != (decayed if alone else adam).step(w, g, memory, 0.1, 1)[0]).any()
        assert all(map(np.array_equal, new_memory, adam.step(w, g, memory, 0.1, 1)[1]))


@pytest.mark.parametrize("value", [0, None, "no", np.ones(2)])
def test_whether_vectors_decay_is_true_or_false(value):
    with pytest.raises(InputTypeError, match=r"^AdamW: expected True or False as decay_vectors"):
        tn.AdamW(decay_vectors=value)


def test_optimizers_know_the_names_of_what_they_remember():
    names = [o.memory for o in (tn.SGD(), tn.Momentum(), tn.RMSProp(), tn.Adam(), tn.AdamW())]
    assert names == [(), ("velocity",), ("square",), ("sum", "squares"), ("sum", "squares")]


def test_optimizers_are_frozen_values():
    assert tn.Adam(1e-3) == tn.Adam() != tn.Adam(1e-2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        tn.Adam().learning_rate = 1
    assert repr(tn.Momentum(0.1)) == "Momentum(learning_rate=0.1, momentum=0.9, nesterov=False)"


def test_an_optimizer_without_a_formula_cannot_take_a_step():
    with pytest.raises(NotImplementedError):
        Optimizer(0.1).step(np.zeros(2, np.float32), np.zeros(2, np.float32), (), 0.1, 1)


SETTINGS = [
    (tn.SGD, "learning_rate"),
    (tn.Momentum, "learning_rate"),
    (tn.Momentum, "momentum"),
    (tn.RMSProp, "learning_rate"),
    (tn.RMSProp, "decay"),
    (tn.RMSProp, "eps"),
    (tn.Adam, "learning_rate"),
    (tn.Adam, "beta1"),
    (tn.Adam, "beta2"),
    (tn.Adam, "eps"),
    (tn.AdamW, "weight_decay"),
]


@pytest.mark.parametrize(("kind", "setting"), SETTINGS)
def test_a_bad_setting_is_refused_by_name(kind, setting):
    bounds = {"learning_rate": "> 0", "eps": ">= 0", "weight_decay": ">= 0"}.get(setting, ">= 0 and < 1")
    outside = {"> 0": [0], ">= 0": [], ">= 0 and < 1": [1.0]}[bounds]
    for value in (-1e-9, math.nan, math.inf, *outside):
        with pytest.raises(tn.InputError, match=f"^{kind.__name__}: .* {setting}, {bounds}, got ") as caught:
            kind(**{setting: value})
        assert caught.type is tn.InputError
    for value in ("0.1", True, None, [0.1], *([] if setting == "learning_rate" else [abs])):
        with pytest.raises(InputTypeError, match=f"^{kind.__name__}: .* {setting}, {bounds}, got "):
            kind(**{setting: value})
