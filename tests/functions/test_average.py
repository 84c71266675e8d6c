"""Running means of parameters: written by a step, whole or not at all, and read at test."""

import copy

import numpy as np
import pytest
from refusal import refused
from small import Small, X, Y, at_rest

import teachnn as tn
from teachnn.functions import Average


class Averaging(Small):
    """The small classifier, whose steps write means that its test function reads."""

    def __init__(self, seed=0, rate=0.9):
        super().__init__(seed)
        self.average = tn.Average(self.net.parameters, rate=rate)
        self.train = tn.TrainFunction(self.objective, self.net.parameters, tn.Adam(1e-2), average=self.average)
        self.mean_net = self.average.of(self.test_net)
        self.classify_by_means = tn.TestFunction(self._by_means, name="classify by means")

    def _by_means(self, x):  # not a lambda: a copy's would read the original's
        return tn.ops.softmax(self.mean_net(x))

    @property
    def variables(self):
        return self.net.parameters + self.net.statistics + self.average.statistics


@pytest.fixture
def bits(state_of):
    return lambda it: state_of(it.variables, it.train, [it.rng])


# What a mean is


@pytest.mark.parametrize("rate", [0.5, 0.9, 0.999])
def test_a_mean_weighs_the_values_after_each_step_by_the_powers_of_its_rate(rate):
    """The formula of the docstring, in float64: weights add up to 1, and the value before the first step has none."""
    it, values = Averaging(rate=rate), []
    for t in range(1, 12):
        it.train(X, Y)
        values.append([p.value.astype(float) for p in it.net.parameters])
        weights = rate ** np.arange(t - 1, -1, -1.0)
        for i, mean in enumerate(it.average.statistics):
            expected = sum(w * v[i] for w, v in zip(weights, values, strict=True)) / weights.sum()
            assert mean.value == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_before_the_first_step_a_mean_is_its_parameter_and_after_it_the_first_new_value():
    it = Averaging(rate=0.999)
    assert all(np.array_equal(m.value, p.value) for p, m in it.average.means.items())
    it.train(X, Y)
    assert all(np.array_equal(m.value, p.value) for p, m in it.average.means.items())
    it.train(X, Y)
    assert not any(np.array_equal(m.value, p.value) for p, m in it.average.means.items())


def test_a_start_far_away_leaves_no_trace_in_the_mean():
    """A mean that began at the first value, as many write it, would still be 90 % of that after 100 steps."""
    W = tn.Parameter("W", [1000.0])
    average = tn.Average([W], rate=0.999)
    train = tn.TrainFunction(lambda: (W.value**2).sum() / 2, [W], tn.SGD(1.0), average=average)
    for _ in range(100):
        train()
    assert W.value == 0 and average.statistics[0].value == 0


def test_means_are_close_to_where_a_noisy_search_wanders_about():
    rng = tn.rng(0)
    W = tn.Parameter("W", np.zeros(200))
    average = tn.Average([W], rate=0.99)

    def objective():
        return ((W.value - 1 - 3 * tn.noise_from(rng).standard_normal(200, dtype=np.float32)) ** 2).sum()

    train = tn.TrainFunction(objective, [W], tn.SGD(0.1), average=average)
    for _ in range(500):
        train()
    wandering, mean = W.value, average.statistics[0].value
    assert np.std(mean - 1) < np.std(wandering - 1) / 3


def test_means_do_not_change_what_training_finds(state_of):
    plain, averaging = Small(), Averaging()
    for _ in range(5):
        assert plain.train(X, Y) == averaging.train(X, Y)
    both = [state_of(it.net.parameters + it.net.statistics, it.train, [it.rng]) for it in (plain, averaging)]
    assert both[0] == both[1]


def test_a_parameter_that_is_not_moved_keeps_its_mean():
    it = Averaging()
    head = tn.TrainFunction(it.objective, it.net[4].parameters, tn.SGD(0.1), average=it.average)
    before = {m: m.value for m in it.average.statistics}
    head(X, Y)
    moved = {m for m in before if not np.array_equal(m.value, before[m])}
    assert moved == {it.average.means[p] for p in it.net[4].parameters}


# Atomic


@pytest.mark.parametrize("place", ["optimizer", "average", "statistics", "loss"])
def test_a_step_that_fails_leaves_the_means_and_all_else_as_they_were(place, bits, monkeypatch):
    class Broken(Exception):
        pass

    def broken(*_):
        raise Broken

    it, other = Averaging(), Averaging()
    it.train(X, Y), other.train(X, Y)
    before = bits(it)
    with monkeypatch.context() as patch:
        if place == "optimizer":
            patch.setattr(tn.Adam, "update", broken)
        elif place == "average":  # after the last mean is worked out
            write = Average.write
            patch.setattr(Average, "write", lambda *args: (write(*args), broken()))
        elif place == "statistics":
            patch.setattr("teachnn.functions.finite.Finite.check_statistics", broken)
        else:
            patch.setattr(tn.loss, "cross_entropy", lambda *_: np.float32("nan"))
        with pytest.raises(FloatingPointError if place == "loss" else Broken):
            it.train(X, Y)
    assert bits(it) == before and at_rest()
    assert it.train(X, Y) == other.train(X, Y) and bits(it) == bits(other)


def test_gradients_and_graphs_leave_the_means_alone(bits):
    it = Averaging()
    it.train(X, Y)
    before = bits(it)
    it.train.gradients(X, Y), it.train.graph(X, Y), it.classify_by_means(X), it.classify_by_means.graph(X)
    assert bits(it) == before


def test_a_mean_is_read_only_and_no_optimizer_may_move_it():
    it = Averaging()
    it.train(X, Y)
    assert not any(mean.value.flags.writeable for mean in it.average.statistics)
    with refused("objective (TrainFunction)", "net.parameters", tn.InputTypeError):
        tn.TrainFunction(it.objective, it.average.statistics, tn.SGD())


# What goes on later


@pytest.mark.parametrize("named", [True, False], ids=["said", "left out"])
def test_a_run_goes_on_from_a_file_to_the_bit_whether_or_not_the_means_are_named(named, tmp_path, bits):
    it, other, path = Averaging(), Averaging(seed=7), tmp_path / "run.safetensors"
    for _ in range(3):
        it.train(X, Y)
    saved = lambda it: it.variables if named else it.net.parameters + it.net.statistics  # noqa: E731
    tn.save(path, saved(it), it.train, {"rng": it.rng})
    tn.load(path, saved(other), other.train, {"rng": other.rng})
    assert bits(other) == bits(it)
    for _ in range(3):
        it.train(X, Y), other.train(X, Y)
    assert bits(other) == bits(it)
    assert np.array_equal(it.classify_by_means(X), other.classify_by_means(X))


def test_means_alone_are_saved_and_loaded_as_any_statistics(tmp_path):
    it, other, path = Averaging(), Averaging(seed=7), tmp_path / "means.safetensors"
    it.train(X, Y)
    for one, do in ((it, tn.save), (other, tn.load)):
        do(path, one.average.statistics + one.net.statistics)
    assert np.array_equal(it.classify_by_means(X), other.classify_by_means(X))


def test_a_file_without_means_is_refused_by_a_function_that_writes_some(tmp_path):
    plain, it, path = Small(), Averaging(), tmp_path / "run.safetensors"
    tn.save(path, plain.net.parameters, plain.train)
    with pytest.raises(tn.CheckpointError, match=r"h\.average_W: missing"):
        tn.load(path, it.net.parameters, it.train)


def test_a_snapshot_of_a_training_function_has_its_means(bits):
    it = Averaging()
    it.train(X, Y)
    kept, before = tn.Snapshot(it.net.parameters + it.net.statistics, it.train, [it.rng]), bits(it)
    it.train(X, Y)
    kept.restore()
    assert bits(it) == before


def test_early_stopping_puts_back_the_means_of_its_best_epoch():
    it, seen = Averaging(), []

    def look(epoch):
        seen.append(it.classify_by_means(X))
        return {"error": abs(epoch - 2.0)}

    it.train.fit([(X, Y)] * 3, 6, each_epoch=look, patience=2, progress=False)
    assert len(seen) == 4 and it.train.history.best.epoch == 2
    assert np.array_equal(it.classify_by_means(X), seen[1]) and not np.array_equal(seen[1], seen[2])


def test_a_copy_has_means_of_its_own(bits):
    it = Averaging()
    it.train(X, Y)
    other = copy.deepcopy(it)
    before, answer = bits(it), it.classify_by_means(X)
    other.train(X, Y)
    assert bits(it) == before and np.array_equal(it.classify_by_means(X), answer)
    assert not np.array_equal(other.classify_by_means(X), answer), "the copy's test function reads the copy's means"
    it.train(X, Y)
    assert bits(it) == bits(other)


# The layer that reads them


def test_a_layer_of_means_computes_what_the_layer_would_with_these_values():
    it = Averaging()
    for _ in range(4):
        it.train(X, Y)
    by_means = it.classify_by_means(X)
    assert not np.array_equal(by_means, it.classify(X))
    for parameter, mean in it.average.means.items():
        parameter.value = mean.value
    assert np.array_equal(it.classify(X), by_means)


def test_what_was_trained_is_not_read():
    it = Averaging()
    it.train(X, Y)
    before = it.classify_by_means(X)
    for parameter in it.net.parameters:
        parameter.value = parameter.value + 1
    assert np.array_equal(it.classify_by_means(X), before)
    assert it.classify_by_means.graph(X).parameters == ()


def test_it_has_the_means_as_statistics_and_these_parameters_no_more():
    it = Averaging()
    layer = it.average.of(it.net)
    assert layer.parameters == () and layer.at("test").layer[1].mode == "test"
    assert [s.name for s in layer.statistics[:4]] == [
        "h.average_W",
        "h.average_b",
        "bn.average_gamma",
        "bn.average_beta",
    ]
    assert set(layer.statistics) == {*it.average.statistics, *it.net.statistics}
    some = tn.Average(it.net[0].parameters).of(it.net)
    assert some.parameters == it.net.parameters[2:] and len(some.statistics) == 4
    assert len(tn.Sequential(layer, tn.ReLU()).statistics) == 8


def test_a_teacher_of_means_can_be_asked_inside_the_step_that_writes_them():
    """It is a constant there, and the means of the steps before."""
    it, seen = Averaging(), []
    teacher = it.average.of(it.net[0])

    def objective(x):
        seen.append(teacher(x))
        return tn.loss.mean_squared_error(it.net[0](x), seen[-1]) + (it.net[0].W.value ** 2).sum()

    train = tn.TrainFunction(objective, it.net[0].parameters, tn.SGD(0.1), average=it.average)
    before = it.average.of(it.net[0])(X)
    train(X)
    assert type(seen[0]) is np.ndarray and np.array_equal(seen[0], before)


def test_a_layer_that_calls_a_test_function_is_refused():
    inner = tn.TestFunction(tn.Dense.create("d", 3, 3, tn.rng(0)), name="inner")

    class Asking(tn.Layer):
        W: tn.Parameter

        def forward(self, x):
            return inner(x @ self.W.value)

    layer = Asking(tn.Parameter("a.W", np.ones((3, 3))))
    with refused("a (Averaged)", "average the layers in that function"):
        tn.Average(layer.parameters).of(layer)(np.ones((1, 3), np.float32))


def test_another_networks_layer_is_refused():
    it = Averaging()
    with refused("Average", "run all cells again"):
        it.average.of(Small().net)


# Drawn


def test_the_step_writes_the_means_and_the_test_function_reads_them_in_the_graphs():
    it = Averaging()
    train, test = it.train.graph(X, Y), it.classify_by_means.graph(X)
    how = lambda graph: {u.variable: u.how for n in graph.nodes for u in n.uses}  # noqa: E731
    means = set(it.average.statistics)
    assert {how(train)[m] for m in means} == {"writes"} and {how(test)[m] for m in means} == {"reads"}
    assert tn.shared_parameters(train, test) == ()
    drawn = tn.draw(train, test)
    assert "average_W" in drawn.svg and "No shared parameters" in drawn.svg


def test_a_detached_layer_writes_no_mean_in_the_graph():
    it = Averaging()
    fixed = it.net[0].detached()
    train = tn.TrainFunction(
        lambda x, y: tn.loss.cross_entropy(it.net[1:](fixed(x)), y), it.net[1:].parameters, tn.SGD(), average=it.average
    )
    uses = {u.variable for n in train.graph(X, Y).nodes for u in n.uses}
    assert it.average.means[it.net[4].W] in uses and it.average.means[it.net[0].W] not in uses


# Elsewhere


def test_a_function_of_means_is_exported_with_them_by_name():
    it = Averaging()
    it.train(X, Y)
    program = tn.export.program(it.classify_by_means, X)
    assert set(program.parameters) >= {"h.average_W", "out.average_b", "bn.mean"} and "h.W" not in program.parameters
    assert program(X) == pytest.approx(it.classify_by_means(X), abs=1e-6)
