"""An error at any place of a step of any model leaves it undone, and the run goes on as if there had been none."""

import random
import signal
from itertools import count, islice

import numpy as np
import pytest
import zoo
from autograd.tracer import trace_stack
from zoo import state

import teachnn as tn


class Fault(Exception):
    pass


def everything(model) -> list:
    trains, _, layers = model
    return state(layers, [train for train, _ in trains])


def calls_of_layers(monkeypatch, fail_at: int = 0):
    """Count calls of layers from now on, and raise at the one of that number, before or after its work."""
    seen, plain = [], tn.Layer.__call__

    def call(self, *inputs):
        seen.append(self)
        now = len(seen) == fail_at
        if now and fail_at % 2:
            raise Fault
        output = plain(self, *inputs)
        if now:
            raise Fault
        return output

    monkeypatch.setattr(tn.Layer, "__call__", call)
    return seen


TRAINS = [(name, i) for name, model in zoo.models().items() for i in range(len(model[0]))]


@pytest.mark.parametrize(("name", "which"), TRAINS)
def test_an_error_inside_any_layer_changes_nothing_and_the_next_call_is_the_step_that_was_to_be(
    name, which, monkeypatch
):
    def after_a_step():
        model = zoo.models()[name]
        train, inputs = model[0][which]
        train(*inputs)
        return model, lambda: train(*inputs)

    model, step = after_a_step()
    before = everything(model)
    with monkeypatch.context() as patch:
        seen = calls_of_layers(patch)
        step()
    after = everything(model)
    assert len(seen) > 3
    for place in range(1, len(seen) + 1):
        model, step = after_a_step()
        with monkeypatch.context() as patch, pytest.raises(Fault):
            calls_of_layers(patch, place)
            step()
        assert everything(model) == before and trace_stack.top == -1
        step()
        assert everything(model) == after


@pytest.mark.parametrize("where", ["data", "step", "epoch"])
def test_an_error_between_two_steps_of_a_fit_leaves_whole_steps_and_the_fit_goes_on_bit_for_bit(where):
    def run(broken: bool) -> list:
        model = trains, _, _ = zoo.models()["vae"]
        train = trains[0][0]
        batches = tn.data.batches(
            np.random.default_rng(0).random((40, 28, 28), dtype=np.float32), size=8, rng=tn.rng(3)
        )
        noted = []

        def fail(*_):
            noted.append(train.steps)
            if broken and len(noted) == 2:
                raise Fault

        class Data(type(batches)):
            def __iter__(self):
                for i, batch in enumerate(super().__iter__()):
                    if where == "data" and broken and i == 3 and train.steps == 3:
                        raise Fault
                    yield batch

        if where == "data":
            batches.__class__ = Data
        callbacks = {"step": {"each_step": fail}, "epoch": {"each_epoch": lambda epoch: fail() or {}}}.get(where, {})
        try:
            train.fit(batches, epochs=3, progress=False, **callbacks)
        except Fault:
            assert broken and 0 < train.steps < 15
            broken = False
            train.fit(batches, epochs=3, progress=False, resume=True, **callbacks)
        assert train.steps == 15 and not broken
        return everything(model)

    assert run(broken=True) == run(broken=False)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
@pytest.mark.usefixtures("no_callbacks_of_gc")
@pytest.mark.parametrize("epochs", [20, pytest.param(200, marks=pytest.mark.long)])
def test_a_fit_taken_up_again_after_signals_at_random_times_is_the_one_that_was_never_interrupted(epochs):
    """They strike steps, iterators, the history and the report alike; order and noise come from one generator."""
    pictures = np.random.default_rng(0).random((40, 28, 28), dtype=np.float32)

    def run(chance: random.Random | None) -> tuple[list, int]:
        model = trains, _, layers = zoo.models()["vae"]
        train, batches = trains[0][0], tn.data.batches(pictures, size=8, rng=zoo.generators(layers)[0])
        for struck in range(10**6):
            try:
                if chance:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-3, 5e-2))
                train.fit(batches, epochs, progress=False, resume=struck > 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                break
            except KeyboardInterrupt:  # a timer strikes once
                assert trace_stack.top == -1
        assert train.steps == 5 * epochs
        return everything(model), struck

    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        (reference, none), strikes = run(None), 0
        for seed in count():
            interrupted, struck = run(random.Random(seed))
            strikes += struck
            assert interrupted == reference
            if strikes > epochs / 20:  # a fast machine needs several runs
                break
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert none == 0


def test_a_generator_of_batches_that_fails_leaves_the_steps_that_were_taken():
    model = trains, _, _ = zoo.models()["dense"]
    train, inputs = trains[0]

    def batches():
        yield from [inputs] * 3
        raise Fault

    with pytest.raises(Fault):
        train.fit(batches(), progress=False)
    assert train.steps == 3
    reference = zoo.models()["dense"]
    for again, same in islice(iter(lambda: reference[0][0], None), 3):
        again(*same)
    assert everything(model) == everything(reference)
