"""The exercises of the course: lesson_03.py checks the answers to those of notebook 03.

Each check is a plain function of the answer. It returns a sentence that says what the right answer shows, or raises
NotYet with a hint that helps without giving the answer away. `tn.check.exercise` calls it.
"""

from __future__ import annotations


class NotYet(Exception):
    """An answer that is not right yet; its text is the hint."""


def expect(fact, hint: str) -> None:
    """Raise NotYet with the hint unless the fact is one."""
    if not fact:
        raise NotYet(hint)
