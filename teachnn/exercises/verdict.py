"""How an answer to an exercise, or a milestone of a project, is judged: right, or a hint."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from teachnn.support import InputError


class NotYet(Exception):
    """An answer that is not right yet; its text is the hint."""


def expect(fact: object, hint: str) -> None:
    """Raise NotYet with the hint unless the fact is one."""
    if not fact:
        raise NotYet(hint)


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what is to be said of it."""

    right: bool
    said: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.said


def exercise(number: str, answer: Any) -> Verdict:
    """Check the answer to an exercise: `tn.check.exercise("03.2", my_function)` says that it is right, or gives a hint.

    Raises InputError if the course has no exercise of that number.
    """
    return _judged("exercise", number, answer, "is right")


def milestone(number: str, work: Any) -> Verdict:
    """Check a milestone of a project: `tn.check.milestone("03.1", work)` says that it is reached, or gives a hint.

    The first number is the lesson's. Raises InputError if its project has no milestone of that number.
    """
    return _judged("milestone", number, work, "is reached")


def _judged(word: str, number: str, answer: Any, right: str) -> Verdict:
    lesson, _, place = str(number).partition(".")
    try:
        check = getattr(importlib.import_module(f"teachnn.exercises.lesson_{lesson}"), f"{word}_{place}")
    except (ModuleNotFoundError, AttributeError):
        cure = "it stands above the cell"
        raise InputError(word, 'a number of the course, "03.2" say', repr(number), cure) from None
    try:
        shown = check(answer)
    except NotYet as hint:
        return Verdict(False, f"{word.capitalize()} {number}, not yet: {hint}")
    except Exception as error:
        return Verdict(False, f"{word.capitalize()} {number}, not yet: it raised {type(error).__name__}: {error}")
    return Verdict(True, f"{word.capitalize()} {number} {right}. {shown}")
