"""Training that stops when a measure on other examples has not improved, and goes back to the whole best step."""

import copy
import pickle

import numpy as np
import pytest

import teachnn as tn
from teachnn.support import InputTypeError

X = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32)
Y = X.sum(axis=1, dtype=np.float32)[:, None]
VALUES = [5.0, 3.0, 4.0, 2.0, 2.5, 2.0, 9.0, 1.0, 1.0]  # 2.0 after epoch 4; three epochs bring nothing better


class Run:
    """A network with statistics and noise, its training, batches, and a measure that goes as VALUES say."""

    def __init__(self, values=VALUES):
        self.rng, self.order = tn.rng(0), tn.rng(1)
        self.net = tn.Sequential(
            tn.Dense.create("h", 4, 8, self.rng),
            tn.BatchNorm.create("bn", 8, mode="train"),
            tn.Dropout(0.2, self.rng, mode="train"),
            tn.Dense.create("out", 8, 1, self.rng),
        )
        self.train = tn.TrainFunction(self.objective, self.net.parameters, tn.Adam(1e-2))
        self.batches = tn.data.batches(X, Y, size=16, rng=self.order)
        self.values, self.seen, self.at_end = values, [], {}

    def objective(self, x, y):
        return tn.loss.mean_squared_error(self.net(x), y)

    def measure(self, epoch):
        self.seen.append(epoch)
        self.at_end[epoch] = self.state()
        return {"error": self.values[epoch - 1]}

    def fit(self, epochs=9, patience=3, **options):
        return self.train.fit(
            self.batches, epochs, **{"each_epoch": self.measure, "patience": patience, "progress": False} | options
        )

    def state(self):
        bits = [v.stored.tobytes() for v in self.net.parameters + self.net.statistics]
        memory = [array.tobytes() for array in self.train.memory.values()]
        states = [str(rng.bit_generator.state) for rng in (self.rng, self.order)]
        return [*bits, *memory, *states, self.train.steps]


def test_a_fit_stops_after_so_many_epochs_without_anything_better_and_all_is_as_after_the_best():
    run = Run()
    history = run.fit()
    assert run.seen == [1, 2, 3, 4, 5, 6, 7]
    assert run.state() == run.at_end[4] and run.state() != run.at_end[7]
    assert history.best == (4, 12, 2.0) and "best after epoch 4" in repr(history)
    assert run.train.steps == 12 and history.steps[-1] == 21, "what came after is still seen"


def test_a_fit_that_reaches_its_last_epoch_goes_back_to_the_best_too():
    run = Run()
    run.fit(epochs=6, patience=50)
    assert run.seen == [1, 2, 3, 4, 5, 6] and run.state() == run.at_end[4]
    better = Run(sorted(VALUES, reverse=True))
    better.fit(epochs=5)
    assert better.train.history.best.epoch == 5 and better.state() == better.at_end[5]


def test_without_patience_nothing_is_put_back():
    run = Run()
    history = run.fit(patience=None)
    assert run.state() == run.at_end[9] and history.best is None and "best" not in repr(history)


def test_training_goes_on_from_the_best_step_as_if_nothing_had_come_after():
    run, plain = Run(), Run()
    run.fit()
    plain.fit(epochs=4, patience=None)
    run.train.fit(run.batches, progress=False), plain.train.fit(plain.batches, progress=False)
    assert run.state() == plain.state()
    assert run.train.history.steps.tolist() == list(range(1, 16)) and run.train.history.best is None


@pytest.mark.parametrize("place", ["step", "before", "after"])
@pytest.mark.parametrize("when", [1, 3, 4, 5, 7])
def test_a_fit_that_was_broken_off_goes_on_to_the_very_same_bits(when, place):
    whole, broken = Run(), Run()
    whole.fit()
    broke = []

    def step(result):
        if place == "step" and result.step == 3 * when - 1 and not broke:
            broke.append(when)
            raise KeyboardInterrupt

    def measure(epoch):
        if place == "before" and epoch == when and not broke:
            broke.append(when)
            raise KeyboardInterrupt
        value = broken.measure(epoch)
        if place == "after" and epoch == when and not broke:
            broke.append(when)
            raise KeyboardInterrupt
        return value

    with pytest.raises(KeyboardInterrupt):
        broken.fit(each_epoch=measure, each_step=step)
    if when == 5:
        broken = pickle.loads(pickle.dumps(broken))  # goes on in another process
    broken.fit(each_epoch=measure, each_step=step, resume=True)
    assert broken.state() == whole.state() and broken.train.history.best == whole.train.history.best
    assert broken.train.history.tests == whole.train.history.tests
    seen = list(broken.seen)
    broken.fit(each_epoch=measure, resume=True)
    assert broken.seen == seen and broken.state() == whole.state(), "a fit that is done has nothing left to resume"


def test_a_ctrl_c_before_it_is_put_back_is_made_good_by_resuming(monkeypatch):
    whole, broken = Run(), Run()
    whole.fit()
    restore = tn.functions.stopping.EarlyStopping.restore

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(tn.functions.stopping.EarlyStopping, "restore", interrupted)
    with pytest.raises(KeyboardInterrupt):
        broken.fit()
    monkeypatch.setattr(tn.functions.stopping.EarlyStopping, "restore", restore)
    broken.fit(resume=True)
    assert broken.state() == whole.state() and broken.seen == whole.seen


def test_a_longer_patience_goes_on_from_the_best_step():
    whole, longer = Run(), Run()
    whole.fit(patience=5)
    longer.fit(patience=3)
    longer.fit(patience=5, resume=True)
    assert longer.train.history.best.epoch == whole.train.history.best.epoch == 8
    assert longer.state() == whole.state()


def test_what_is_used_for_the_first_time_after_the_best_step_is_put_back_too():
    late, rng = tn.BatchNorm.create("late", 4, mode="train"), tn.rng(5)
    W, noise = tn.Parameter("W", np.ones((4, 1))), tn.Dropout(0.5, rng, mode="train")
    epoch = [1]

    def objective(x, y):
        return tn.loss.mean_squared_error((noise(late(x)) if epoch[0] > 2 else x) @ W.value, y)

    def measure(done):
        epoch[0] = done + 1
        return {"error": float(done)}

    train = tn.TrainFunction(objective, [W], tn.SGD(1e-2))
    before = copy.deepcopy(rng.bit_generator.state)
    train.fit(tn.data.batches(X, Y, size=20, rng=None), 9, each_epoch=measure, patience=4, progress=False)
    assert train.history.best.epoch == 1 and rng.bit_generator.state == before
    assert not late.mean.value.any() and (late.variance.value == 1).all()


@pytest.mark.parametrize(
    ("watch", "best"), [("error", 4), (lambda values: -values["accuracy"], 2), (lambda values: sum(values.values()), 3)]
)
def test_what_is_watched_is_named_or_a_function(watch, best):
    run, accuracy = Run(), [0.1, 9.9, 0.0, 4.0, 5.0, 6.0, 7.0]
    each = lambda epoch: run.measure(epoch) | {"accuracy": accuracy[epoch - 1]}  # noqa: E731
    assert run.fit(epochs=7, patience=7, each_epoch=each, watch=watch).best.epoch == best


def test_a_value_that_is_not_a_number_is_never_the_best():
    run = Run([np.nan, 3.0, np.inf, np.nan, np.float32(4)])
    assert run.fit(epochs=5).best == (2, 6, 3.0) and run.seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"patience": 0}, "a whole patience >= 1, got 0"),
        ({"patience": 1.5}, "a whole patience >= 1, got 1.5"),
        ({"each_epoch": None}, "a function as each_epoch, with patience, got none; it returns what is watched"),
        ({"patience": None, "watch": "error"}, "patience, a number of epochs, with watch, got none"),
        ({"watch": 3}, "a name or a function as watch, got int"),
    ],
)
def test_settings_that_do_not_fit_are_refused_before_the_first_step(options, text):
    run = Run()
    with pytest.raises(tn.InputError, match=f"^fit: expected {text}"):
        run.fit(**options)
    assert run.train.steps == 0


@pytest.mark.parametrize(
    ("tested", "watch", "text"),
    [
        (None, None, "one value to watch in what each_epoch returns, got none"),
        ({}, None, "one value to watch in what each_epoch returns, got none"),
        ({"a": 1.0, "b": 2.0}, None, "one value to watch in what each_epoch returns, got a, b; watch= names one"),
        ({"a": 1.0}, "b", "b in what each_epoch returns, got a; watch= names one, or is a function of all"),
        (
            {"accuracy": 0.9},
            None,
            r"a value that is better the smaller it is, got accuracy; watch=lambda values: -values",
        ),
        ({"a": "low"}, None, "a number as a of each_epoch, got str"),
    ],
)
def test_a_measure_that_cannot_be_watched_is_refused_and_nothing_is_lost(tested, watch, text):
    run = Run()
    with pytest.raises(tn.InputError, match=f"^fit: expected {text}") as caught:
        run.fit(each_epoch=lambda epoch: tested, watch=watch)
    assert run.train.steps == 3 and (caught.type is InputTypeError) == ("low" in str(tested))


def test_the_best_epoch_is_told_and_drawn(capsys):
    run = Run()
    history = run.fit(progress=True)
    assert capsys.readouterr().out.splitlines()[-1] == "All is again as it was after epoch 4, the best."
    labels = {line.get_label(): line for line in history.plot().axes[0].lines}
    assert list(labels["best: epoch 4"].get_xdata()) == [12, 12]


def test_early_stopping_finds_a_better_network_than_training_to_the_end():
    """As many weights as examples, which are noisy: it learns them by heart, and its error on others grows again."""
    rng = tn.rng(0)
    x = rng.standard_normal((400, 40)).astype(np.float32)
    y = x[:, :1] + rng.standard_normal((400, 1)).astype(np.float32)
    net = tn.Dense(tn.Parameter("W", np.zeros((40, 1))), tn.Parameter("b", [0.0]))
    error = tn.TestFunction(lambda x, y: tn.loss.mean_squared_error(net(x), y))
    ends = []
    for patience in (None, 5):
        start = tn.Snapshot(net.parameters)
        train = tn.TrainFunction(lambda x, y: tn.loss.mean_squared_error(net(x), y), net.parameters, tn.SGD(0.02))
        train.fit(
            tn.data.batches(x[:40], y[:40], size=10, rng=tn.rng(1)),
            100,
            each_epoch=lambda epoch: {"error": float(error(x[40:200], y[40:200]))},
            patience=patience,
            progress=False,
        )
        ends.append(float(error(x[200:], y[200:])))
        start.restore()
    assert ends[1] < 0.9 * ends[0]


def broken_off(values=VALUES):
    """Return a run that was broken off in its sixth epoch: its best is the fourth."""
    run = Run(values)

    def stop(result):
        if result.step == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.fit(each_step=stop)
    return run


def test_the_best_step_goes_through_a_file_into_another_process(tmp_path):
    whole, broken, other = Run(), broken_off(), Run()
    whole.fit()
    for run, do in ((broken, tn.save), (other, tn.load)):
        generators = {"noise": run.rng, "order": run.order}
        do(tmp_path / "run.safetensors", run.net.parameters + run.net.statistics, run.train, generators)
    assert other.state() == broken.state() and other.train.history.best == (4, 12, 2.0)
    other.fit(resume=True)
    assert other.seen == [6, 7] and other.state() == whole.state() and other.train.history.best == (4, 12, 2.0)


def test_a_file_without_a_best_step_lets_the_one_in_memory_be_forgotten(tmp_path):
    early, run = Run(), broken_off()
    generators = {"noise": early.rng, "order": early.order}
    tn.save(tmp_path / "e.safetensors", early.net.parameters + early.net.statistics, early.train, generators)
    mine = {"noise": run.rng, "order": run.order}
    tn.load(tmp_path / "e.safetensors", run.net.parameters + run.net.statistics, run.train, mine)
    assert run.train.kept is None and run.train.history.best is None


def test_parameters_alone_are_loaded_from_a_file_with_a_best_step(tmp_path):
    run, other = broken_off(), Run()
    tn.save(tmp_path / "r.safetensors", run.net.parameters + run.net.statistics, run.train)
    assert tn.load(tmp_path / "r.safetensors", other.net.parameters + other.net.statistics) == []
    assert [p.stored.tobytes() for p in other.net.parameters] == [p.stored.tobytes() for p in run.net.parameters]
    assert other.train.kept is None


def test_what_was_kept_is_read_only_in_a_copy_too():
    run = broken_off()
    for twin in (copy.deepcopy(run), pickle.loads(pickle.dumps(run))):
        twin.fit(patience=1, resume=True)
        assert twin.train.history.best.epoch == 4
        for array in (*(v.stored for v in twin.net.parameters + twin.net.statistics), *twin.train.memory.values()):
            assert not array.flags.writeable
