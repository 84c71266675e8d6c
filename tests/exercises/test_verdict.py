import sys
import types

import pytest

import teachnn as tn
from teachnn.exercises.verdict import expect


def test_an_exercise_that_the_course_does_not_have_is_an_error_that_says_so():
    for number in ("99.1", "03.99", "03", 3, "os.path", ""):
        with pytest.raises(tn.InputError, match="exercise: expected the number of an exercise"):
            tn.check.exercise(number, None)


def test_an_answer_is_right_or_gets_a_hint_or_hears_what_it_raised(monkeypatch):
    def exercise_1(answer):
        expect(answer(2) == 4, "it is to double")
        return "Doubling is adding twice."

    monkeypatch.setitem(sys.modules, "teachnn.exercises.lesson_77", types.SimpleNamespace(exercise_1=exercise_1))
    assert repr(tn.check.exercise("77.1", lambda x: x + x)) == "Exercise 77.1 is right. Doubling is adding twice."
    assert repr(tn.check.exercise("77.1", lambda x: x)) == "Exercise 77.1, not yet: it is to double"
    assert (
        repr(tn.check.exercise("77.1", lambda: 0))
        .replace("test_an_answer_is_right_or_gets_a_hint_or_hears_what_it_raised.<locals>.", "")
        .startswith("Exercise 77.1, not yet: it raised TypeError: <lambda>() takes 0")
    )
    assert tn.check.exercise("77.1", lambda x: 2 * x) and not tn.check.exercise("77.1", None)
