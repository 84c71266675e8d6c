import threading
from itertools import count

import numpy as np
import pytest

import teachnn as tn
from teachnn.functions.position import Position

X = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
Y = X.sum(axis=1).astype(np.float32)[:, None]


def make(seed=0):
    """Return a training function with noise, its variables, and batches that draw from the same generator."""
    rng = tn.rng(seed)
    net = tn.Sequential(
        tn.Dense.create("h", 4, 8, rng),
        tn.BatchNorm.create("bn", 8, mode="train"),
        tn.Dropout(0.2, rng, mode="train"),
        tn.Dense.create("out", 8, 1, rng),
    )
    train = tn.TrainFunction(
        lambda x, y: {"error": tn.loss.mean_squared_error(net(x), y)}, net.parameters, tn.Adam(1e-2)
    )
    return train, net, rng, tn.data.batches(X, Y, size=16, rng=rng)


def test_fit_takes_a_step_for_each_batch_of_each_epoch():
    train, _, _, batches = make()
    history = train.fit(batches, epochs=3, progress=False)
    assert train.steps == 3 * len(batches) == 12 and history is train.history
    assert history.steps.tolist() == list(range(1, 13)) and list(history.terms) == ["error"]
    assert history.loss[8:11].mean() < history.loss[:3].mean()


def test_fit_is_the_same_as_calling_the_function_in_a_loop(state_of):
    train, net, rng, batches = make()
    train.fit(batches, epochs=2, progress=False)
    other, other_net, other_rng, other_batches = make()
    for _ in range(2):
        for x, y in other_batches:
            other(x, y)
    assert state_of(net.statistics, train, [rng]) == state_of(other_net.statistics, other, [other_rng])


def test_any_iterable_of_batches_will_do():
    train, *_ = make()
    train.fit([(X[:10], Y[:10]), (X[10:], Y[10:])], epochs=2, progress=False)
    W = tn.Parameter("W", np.ones(4))
    alone = tn.TrainFunction(lambda x: (x * W.value).sum(), [W], tn.SGD(0.1))
    alone.fit([X[:10], X[10:]], progress=False)
    assert train.steps == 4 and alone.steps == 2


def test_test_values_are_noted_and_steps_are_seen():
    train, _, _, batches = make()
    seen = []
    train.fit(batches, 2, each_epoch=lambda epoch: {"error": float(epoch)}, each_step=seen.append, progress=False)
    assert train.history.tests == [(4, {"error": 1.0}), (8, {"error": 2.0})]
    assert [result.step for result in seen] == list(range(1, 9))


@pytest.mark.parametrize("when", [1, 3, 4, 5, 9])
def test_a_fit_that_was_broken_off_goes_on_to_the_very_same_bits(when, state_of):
    whole, net, rng, batches = make()
    whole.fit(batches, epochs=3, progress=False)
    broken, broken_net, broken_rng, broken_batches = make()

    def stop(result):
        if result.step == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken.fit(broken_batches, epochs=3, each_step=stop, progress=False)
    assert broken.steps == when
    broken.fit(broken_batches, epochs=3, progress=False, resume=True)
    assert state_of(net.statistics, whole, [rng]) == state_of(broken_net.statistics, broken, [broken_rng])
    broken.fit(broken_batches, epochs=3, progress=False, resume=True)
    assert broken.steps == whole.steps, "a fit that is done has nothing left to resume"


def test_only_batches_that_can_be_replayed_can_be_taken_up_again():
    train, *_ = make()

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train.fit([(X, Y), (X, Y)], each_step=stop, progress=False)
    with pytest.raises(
        tn.InputError, match=r"expected batches that can be taken up again, got list; use tn\.data\.batches"
    ):
        train.fit([(X, Y), (X, Y)], progress=False, resume=True)


def test_a_generator_that_is_used_up_is_named_as_such():
    train, *_ = make()
    with pytest.raises(tn.InputError, match="expected at least one batch in epoch 1, got none"):
        train.fit([], progress=False)
    with pytest.raises(tn.InputError, match="at least one batch in epoch 2, got none; a generator can be used up once"):
        train.fit(((x, y) for x, y in [(X, Y)]), epochs=2, progress=False)


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "two"])
def test_epochs_are_a_whole_number(epochs):
    train, _, _, batches = make()
    with pytest.raises(ValueError, match=r"^fit: .* number of epochs"):
        train.fit(batches, epochs=epochs)
    assert train.steps == 0


def test_without_a_terminal_there_is_a_line_an_epoch(capsys):
    train, _, _, batches = make()
    train.fit(batches, epochs=2)
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith("epoch 1/2: error ") and first.endswith(" s") and "examples/s" in first
    assert second.startswith("epoch 2/2: error ") and err == "" and "\r" not in out


def test_in_a_terminal_there_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    train, _, _, batches = make()
    train.fit(batches, epochs=1)
    err = capsys.readouterr().err
    assert "epoch 1/1: 100%" in err and "4/4" in err and "error" in err and "examples/s" in err


def test_a_history_keeps_means_in_bounded_memory():
    history = tn.History(capacity=16)
    values = np.random.default_rng(0).random(1000)
    for i, value in enumerate(values):
        history.append(tn.StepResult(value, {"loss": value}, i + 1))
        assert len(history.steps) <= 16
    assert history.stride == 64 and history.steps[0] == 64
    for last, mean in zip(history.steps[:-1], history.terms["loss"], strict=False):
        assert mean == pytest.approx(values[last - 64 : last].mean())
    counts = np.diff([0, *history.steps])
    assert (counts * history.loss).sum() == pytest.approx(values.sum())


def test_a_history_starts_anew_with_other_terms():
    history = tn.History()
    history.append(tn.StepResult(1.0, {"loss": 1.0}, 1))
    history.append(tn.StepResult(3.0, {"a": 1.0, "b": 2.0}, 2))
    assert list(history.terms) == ["a", "b"] and history.loss.tolist() == [3.0]


def test_a_history_draws_training_and_test_on_one_axis():
    train, _, _, batches = make()
    empty = repr(train.history)
    train.fit(batches, 2, each_epoch=lambda epoch: {"error": 1.0 / epoch}, progress=False)
    (axes,) = train.history.plot(unit="squared").axes
    lines = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert list(lines) == ["error, training", "error, test"] and axes.get_ylabel() == "squared"
    assert lines["error, test"].get_xdata().tolist() == [4, 8]
    assert empty == "History(no steps yet)" and repr(train.history).startswith("History(8 steps; error ")
    assert tn.History().plot().axes[0].lines[:] == []


def test_a_long_history_is_drawn_faint_with_the_mean_of_its_neighbours_bold():
    history = tn.History()
    for step in range(1, 401):
        history.append(tn.StepResult(0.0, {"loss": float(step % 10)}, step))
    raw, bold = history.plot().axes[0].lines
    assert raw.get_ydata().tolist() == history.loss.tolist() and raw.get_alpha() < 0.5
    assert np.allclose(bold.get_ydata(), 4.5) and bold.get_xdata()[[0, -1]].tolist() == [6, 396]


@pytest.mark.parametrize("place", ["before the order is drawn", "after it", "in the first step"])
def test_a_fit_broken_off_between_two_epochs_goes_on_to_the_very_same_bits(place, state_of, monkeypatch):
    whole, net, rng, batches = make()
    whole.fit(batches, epochs=2, progress=False)
    broken, broken_net, broken_rng, broken_batches = make()
    broken.fit(broken_batches, epochs=1, progress=False)
    begin = type(broken_batches).__iter__

    def interrupted(self, *_):
        if place == "after it":
            begin(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if place == "in the first step":
            patch.setattr(tn.Adam, "update", interrupted)
        else:
            patch.setattr(type(broken_batches), "__iter__", interrupted)
        broken.fit(broken_batches, epochs=2, progress=False, resume=True)
    assert broken.steps == 4
    broken.fit(broken_batches, epochs=2, progress=False, resume=True)
    assert state_of(net.statistics, whole, [rng]) == state_of(broken_net.statistics, broken, [broken_rng])


def test_batches_of_another_kind_of_generator_cannot_take_up_a_pass():
    train, *_ = make()
    train.position = Position(0, 0, np.random.default_rng(0).bit_generator.state)
    other = tn.data.batches(X, Y, size=16, rng=np.random.Generator(np.random.MT19937(0)))
    with pytest.raises(tn.InputError, match="expected the state of a MT19937 generator"):
        train.fit(other, progress=False, resume=True)


def test_a_bar_over_no_batches_is_closed_and_the_error_is_told(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    train = tn.TrainFunction(lambda x: (W.value * x).sum(), [W := tn.Parameter("W", [1.0])], tn.SGD(0.1))
    with pytest.raises(tn.InputError, match="expected at least one batch in epoch 1, got none"):
        train.fit([])


def test_a_copy_of_a_history_is_of_one_instant_and_as_it_was():
    history = tn.History(capacity=4)
    for step in range(1, 7):
        history.append(tn.StepResult(1.0, {"a": float(step)}, step))
    history.report(6, {"a": 0.5})
    copied = history.copy()
    before = (copied.steps.tolist(), copied.terms["a"].tolist(), copied.tests[:], copied.stride)
    history.append(tn.StepResult(1.0, {"a": 9.0}, 7))
    history.report(7, {"a": 0.25})
    history.append(tn.StepResult(1.0, {"b": 9.0}, 8))
    assert (copied.steps.tolist(), copied.terms["a"].tolist(), copied.tests, copied.stride) == before
    for step in range(7, 20):
        copied.append(tn.StepResult(1.0, {"a": 1.0}, step))  # it goes on by itself
    assert history.names == ("b",)


def test_a_history_is_drawn_and_read_while_another_thread_appends():
    history, stop = tn.History(capacity=16), threading.Event()

    def train():
        for step in count(1):
            history.append(tn.StepResult(1.0, {"ab"[step // 97 % 2]: 1.0}, step))  # other terms now and then
            if stop.is_set():
                return

    thread = threading.Thread(target=train)
    thread.start()
    for _ in range(2000):
        seen = history.copy()
        assert all(len(values) == len(seen.steps) for values in seen.terms.values())
        repr(history)
    for _ in range(5):
        history.plot()
    stop.set()
    thread.join()


def test_steps_of_two_threads_stand_in_the_history_in_their_order():
    W = tn.Parameter("W", [1.0])
    train = tn.TrainFunction(lambda x: tn.loss.mean_squared_error(W.value * x, x), [W], tn.SGD(1e-3))
    batches = [np.ones((1, 1), np.float32)] * 50
    threads = [threading.Thread(target=train.fit, args=[batches, 4], kwargs={"progress": False}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert train.history.steps.tolist() == list(range(1, 601))
