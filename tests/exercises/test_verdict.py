import sys
import types

import pytest

import teachnn as tn
from teachnn.exercises.verdict import expect


@pytest.mark.parametrize("word", ["exercise", "milestone"])
def test_an_exercise_or_a_milestone_that_the_course_does_not_have_is_an_error_that_says_so(word):
    for number in ("99.1", "03.99", "03", 3, "os.path", ""):
        with pytest.raises(tn.InputError, match=f"{word}: expected a number of the course"):
            getattr(tn.check, word)(number, None)


def test_a_milestone_is_reached_or_gets_a_hint(monkeypatch):
    def milestone_1(work):
        expect(work > 1, "more is needed")
        return "Well done."

    monkeypatch.setitem(sys.modules, "teachnn.exercises.lesson_77", types.SimpleNamespace(milestone_1=milestone_1))
    assert repr(tn.check.milestone("77.1", 2)) == "Milestone 77.1 is reached. Well done."
    assert repr(tn.check.milestone("77.1", 1)) == "Milestone 77.1, not yet: more is needed"


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
