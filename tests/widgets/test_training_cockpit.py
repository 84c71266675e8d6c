"""The cockpit and its trainer, without a page: what its buttons do, and what ends it."""

import threading
from itertools import pairwise

import numpy as np
import pytest
from IPython.core.interactiveshell import ExecutionResult

import teachnn as tn
from teachnn.models.vae import VAE
from teachnn_widgets import TrainingCockpit
from teachnn_widgets.feed import Ahead
from teachnn_widgets.interrupts import Interrupts, interrupts

X = tn.rng(1).random((40, 28, 28), np.float32)


def cockpit(test=None, objective=None):
    rng = tn.rng(0)
    vae = VAE(2, rng, hidden=8)
    train = vae.train_function(tn.Adam(1e-2))
    if objective:
        train = tn.TrainFunction(lambda x: objective(vae, x), vae.parameters, tn.Adam(1e-2))
    return TrainingCockpit(train, tn.data.batches(X, size=10, rng=rng), test), rng


def rest(widget):
    """Wait until the training thread has nothing left to do."""
    widget.trainer._thread.join(30)
    assert not widget.running


def press(widget, word):
    widget._handle_custom_msg(word, [])


def training_threads():
    return [thread for thread in threading.enumerate() if thread.name == "teachnn training"]


def test_one_step_is_one_step_and_one_epoch_the_rest_of_it():
    widget, *_ = cockpit()
    press(widget, "step")
    rest(widget)
    assert widget.status["step"] == 1 and widget.status["epoch"] == 1 and widget.status["progress"] == 0.25
    press(widget, "epoch")
    rest(widget)
    assert widget.status["step"] == 4 and widget.status["progress"] == 1
    press(widget, "epoch")
    rest(widget)
    assert widget.status["step"] == 8 and widget.status["epoch"] == 2
    widget.close()


def test_play_goes_on_until_pause_and_leaves_no_thread():
    seen = threading.Event()
    widget, *_ = cockpit(test=lambda: seen.set() or {"reconstruction": 1.0, "KL": 2.0})
    press(widget, "play")
    assert widget.running and training_threads()
    assert seen.wait(30)
    press(widget, "pause")
    assert not widget.running and not training_threads() and widget.status["reason"] == "Paused."
    assert widget.curves["test"][0] == (4, {"reconstruction": 1.0, "KL": 2.0})
    assert all(a < b for a, b in pairwise(widget.curves["steps"]))
    widget.close()


def test_to_make_a_cockpit_draws_nothing_from_the_generator():
    rng = tn.rng(0)
    train = VAE(2, rng, hidden=8).train_function(tn.Adam(1e-2))
    before = rng.bit_generator.state
    widget = TrainingCockpit(train, tn.data.batches(X, size=10, rng=rng))
    assert rng.bit_generator.state == before
    widget.close()


def test_the_trace_is_that_of_a_fit_to_the_bit_and_reset_begins_it_anew():
    widget, *_ = cockpit()
    other, _ = cockpit()
    other.train.fit(other.feed.data, 2, progress=False)
    for _ in range(2):
        widget.epoch()
        rest(widget)
        press(widget, "step")  # a pause in the middle changes nothing
        rest(widget)
        widget.epoch()
        rest(widget)
        np.testing.assert_array_equal(widget.train.history.loss, other.train.history.loss)
        press(widget, "reset")
        assert widget.status["step"] == 0 and widget.curves["steps"] == []
    widget.close()
    other.close()


def test_reset_puts_back_parameters_generators_and_the_learning_rate(state_of):
    widget, rng = cockpit()
    before = state_of((), widget.train, [rng])
    widget.set_state({"rate": 0.5})
    widget.step()
    rest(widget)
    assert state_of((), widget.train, [rng]) != before
    press(widget, "reset")
    assert state_of((), widget.train, [rng]) == before
    assert widget.rate is None and widget.train.optimizer == tn.Adam(1e-2)
    widget.close()


def test_the_learning_rate_changes_while_it_runs_and_goes_back_to_the_optimizers_own():
    widget, *_ = cockpit()
    widget.play()
    widget.set_state({"rate": 0.25})
    assert widget.train.optimizer.learning_rate == 0.25
    widget.set_state({"rate": None})
    assert widget.train.optimizer.learning_rate == 1e-2
    widget.close()


def test_a_rate_that_is_none_is_shown_as_an_alert_and_training_goes_on():
    widget, *_ = cockpit()
    widget.set_state({"rate": -1.0})
    assert "learning_rate, > 0" in widget.alert and widget.train.optimizer.learning_rate == 1e-2
    widget.set_state({"rate": None})
    assert widget.alert == ""
    widget.close()


def test_an_error_in_the_objective_stops_it_between_two_steps_and_says_why(state_of):
    def objective(vae, x):
        if armed:
            raise RuntimeError("the third step breaks")
        return vae.objective(x)

    armed = []
    widget, _ = cockpit(objective=objective)
    for _ in range(2):
        widget.step()
        rest(widget)
    armed.append(True)
    before = state_of((), widget.train)
    widget.play()
    rest(widget)
    assert widget.status["reason"].endswith("the third step breaks") and not widget.running
    assert state_of((), widget.train) == before
    armed.clear()
    widget.step()  # and it goes on
    rest(widget)
    assert widget.status["step"] == 3 and widget.status["reason"] == ""
    widget.close()


def test_an_interrupted_kernel_stops_it_and_the_page_is_told():
    widget, *_ = cockpit()
    widget.play()
    interrupts.tell()
    rest(widget)
    assert "the kernel was interrupted" in widget.status["reason"]
    widget.close()


def test_a_cell_that_was_interrupted_is_told_and_another_error_is_not():
    told, mine = [], Interrupts()
    mine.add(lambda: told.append(1))
    for error in (None, ValueError(), KeyboardInterrupt()):
        result = ExecutionResult(None)
        result.error_in_exec = error
        mine._after_cell(result)
    assert told == [1]


def test_closing_it_while_it_trains_leaves_whole_parameters_and_no_thread():
    widget, *_ = cockpit()
    widget.play()
    widget.close()
    assert not training_threads()
    steps = widget.train.steps
    assert widget.train.steps == steps and not interrupts._members


def test_a_slower_speed_holds_between_two_steps():
    widget, *_ = cockpit()
    widget.set_state({"speed": 2.0})
    assert widget.trainer.speed == 2.0
    widget.set_state({"speed": None})
    assert widget.trainer.speed is None
    widget.close()


def test_several_play_at_once():
    first, *_ = cockpit()
    second, *_ = cockpit()
    first.epoch()
    second.epoch()
    rest(first)
    rest(second)
    np.testing.assert_array_equal(first.train.history.loss, second.train.history.loss)
    first.close()
    second.close()


def test_the_still_picture_and_the_line_say_what_it_trains():
    widget, *_ = cockpit()
    widget.step()
    rest(widget)
    assert widget.still().size[0] > 500
    assert str(widget) == "TrainingCockpit of objective: 10 parameters, 13,396 numbers"
    widget.close()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (iter([X]), "begun anew each epoch"),
        (5, "begun anew each epoch"),
        ([], "at least one batch"),
        ([X[:, :7]], r"enc\.h"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, said):
    train = VAE(2, tn.rng(0), hidden=8).train_function(tn.Adam(1e-2))
    with pytest.raises(tn.InputError, match=said):
        TrainingCockpit(train, data)


def test_what_is_no_training_function_is_refused():
    with pytest.raises(tn.InputError, match="a training function"):
        TrainingCockpit(VAE(2, tn.rng(0), hidden=8).decode, [X])


def test_plain_lists_of_batches_will_do():
    train = VAE(2, tn.rng(0), hidden=8).train_function(tn.Adam(1e-2))
    widget = TrainingCockpit(train, [X[:10], (X[10:],)])
    widget.epoch()
    rest(widget)
    assert widget.status["step"] == 2
    widget.close()


def test_ahead_knows_whether_there_is_more():
    ahead = Ahead(iter([1, 2]))
    assert ahead.more() and next(ahead) == 1 and next(ahead) == 2 and not ahead.more()


def test_cockpits_of_one_training_function_show_and_stop_the_same_training():
    first, _ = cockpit()
    second = TrainingCockpit(first.train, first.feed.data)
    first.play()
    assert first.running and second.running and len(training_threads()) == 1
    second.pause()
    assert not training_threads()
    assert first.status == second.status and first.status["reason"] == "Paused." and not first.running
    second.set_state({"rate": 0.25, "speed": 5.0})
    second.trainer.tell()
    assert (first.rate, first.speed) == (0.25, 5.0)
    first.close()
    second.close()


def test_a_rate_that_a_cell_gives_the_optimizer_is_its_own_and_the_slider_lets_go():
    widget, _ = cockpit()
    widget.set_state({"rate": 0.25})
    widget.train.optimizer = tn.SGD(0.5)
    widget.tell()
    assert widget.rate is None and widget.status["rate"] == 0.5
    widget.set_state({"rate": 0.125})
    widget.set_state({"rate": None})
    assert widget.train.optimizer == tn.SGD(0.5)
    widget.close()


def test_when_the_cockpit_that_plays_is_closed_the_other_one_plays_on_with_its_own_batches():
    first, _ = cockpit()
    seen = threading.Event()
    second = TrainingCockpit(first.train, [X[:10]], test=lambda: seen.set() or {"reconstruction": 1.0, "KL": 1.0})
    first.play()
    first.close()
    assert second.running and seen.wait(30)
    second.close()
    assert not training_threads()


def test_a_cockpit_of_the_same_batches_goes_on_in_the_epoch_where_the_other_was_closed():
    first, _ = cockpit()
    for button in (first.epoch, first.step):
        button()
        rest(first)
    second = TrainingCockpit(first.train, first.feed.data)
    first.close()
    second.tell()
    assert (second.status["epoch"], second.status["progress"]) == (2, 0.25)
    second.close()


def test_training_is_paused_when_no_page_shows_any_of_its_cockpits():
    first, _ = cockpit()
    second = TrainingCockpit(first.train, first.feed.data)
    first.play()
    press(first, "unseen")
    assert first.running  # the second shows it
    press(second, "unseen")
    assert not training_threads() and first.status["reason"] == "Paused: no cell shows it any more."
    press(second, "seen")
    second.play()
    assert second.running
    first.close()
    second.close()


def test_reset_keeps_the_curve_of_the_steps_before_it_was_made(state_of):
    maker, rng = cockpit()
    maker.train.fit(maker.feed.data, 2, progress=False)
    maker.set_state({"rate": 0.25})
    widget = TrainingCockpit(maker.train, maker.feed.data)
    before, loss = state_of((), widget.train, [rng]), widget.train.history.loss
    widget.epoch()
    rest(widget)
    widget.reset()
    assert widget.curves["steps"] == list(range(1, 9)) and widget.train.optimizer == tn.Adam(1e-2)
    np.testing.assert_array_equal(widget.train.history.loss, loss)
    assert state_of((), widget.train, [rng]) == before
    maker.close()
    widget.close()


def test_steps_that_a_cell_takes_are_shown():
    widget, _ = cockpit()
    widget.train.fit(widget.feed.data, 1, progress=False)
    widget.beat()
    assert widget.status["step"] == 4 and widget.status["reason"] == "Trained by a cell." and not widget.running
    widget.close()


@pytest.mark.timeout(60)
def test_a_closed_cockpit_that_is_collected_on_any_thread_waits_for_no_lock():
    widget, _ = cockpit()
    other = TrainingCockpit(widget.train, widget.feed.data)
    widget.close()
    with other.trainer._commands:  # as while somebody waits for the training thread, on which it is collected
        thread = threading.Thread(target=widget.close)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    other.close()
