import math

import pytest

import teachnn as tn
from teachnn.functions import schedule
from teachnn.support import InputTypeError


@pytest.mark.parametrize(
    ("rate", "values"),
    [
        (schedule.Constant(0.3), {0: 0.3, 7: 0.3, 10**9: 0.3}),
        (schedule.Linear(1.0, 0.2, steps=10), {0: 1.0, 1: 0.92, 5: 0.6, 9: 0.28, 10: 0.2, 11: 0.2, 10**9: 0.2}),
        (schedule.Linear(0.0, 1.0, steps=4), {0: 0.0, 1: 0.25, 4: 1.0, 5: 1.0}),
        (
            schedule.Cosine(1.0, 0.2, steps=10),
            {0: 1.0, 5: 0.6, 10: 0.2, 11: 0.2, 20: 0.2, 1: 0.2 + 0.4 * (1 + math.cos(math.pi / 10))},
        ),
        (schedule.StepDecay(0.8, 0.5, every=3), {0: 0.8, 2: 0.8, 3: 0.4, 5: 0.4, 6: 0.2, 30: 0.8 / 1024}),
    ],
    ids=lambda value: type(value).__name__ if callable(value) else "",
)
def test_a_schedule_at_its_beginning_middle_end_and_beyond(rate, values):
    assert [rate(t) for t in values] == pytest.approx(list(values.values()), rel=1e-12)


def test_the_rate_of_the_notes_vae():
    rate = schedule.Linear(2e-3, 2e-5, steps=30_000)
    assert [rate(t) for t in (0, 15_000, 30_000, 30_001)] == pytest.approx([2e-3, 1.01e-3, 2e-5, 2e-5])


@pytest.mark.parametrize("kind", [schedule.Linear, schedule.Cosine])
def test_falling_schedules_never_rise(kind):
    rates = [kind(1.0, 0.1, steps=7)(t) for t in range(12)]
    assert rates == sorted(rates, reverse=True) and rates[0] == 1.0 and rates[-1] == pytest.approx(0.1)


def test_schedules_are_values_that_show_their_numbers():
    assert schedule.Linear(1, 0, 5) == schedule.Linear(1, 0, 5) != schedule.Linear(1, 0, 6)
    assert repr(schedule.StepDecay(0.8, 0.5, every=3)) == "StepDecay(start=0.8, factor=0.5, every=3)"


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: schedule.Linear(0.1, 0.0, steps=0), tn.InputError, "Linear: .* number as steps, >= 1, got 0$"),
        (lambda: schedule.Cosine(0.1, 0.0, steps=2.5), InputTypeError, "Cosine: .* steps, >= 1, got 2.5$"),
        (lambda: schedule.StepDecay(0.1, 0.5, every=0), tn.InputError, "StepDecay: .* every, >= 1, got 0$"),
        (lambda: schedule.Constant(-1.0), tn.InputError, "Constant: .* rate, >= 0, got -1.0$"),
        (lambda: schedule.Constant("a"), InputTypeError, "Constant: .* rate, >= 0, got 'a'$"),
    ],
)
def test_a_bad_schedule_is_refused_at_birth(make, error, words):
    with pytest.raises(error, match=f"^{words}") as caught:
        make()
    assert caught.type is error
