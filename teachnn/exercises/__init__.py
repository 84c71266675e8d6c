"""The exercises of the course: lesson_03.py checks the answers to those of notebook 03.

Each check is a plain function of the answer. It returns a sentence that says what the right answer shows, or raises
NotYet with a hint that helps without giving the answer away. `tn.check.exercise` calls it; `tn.check.milestone` calls
that of a project's step. expected_graphs.py compares graphs that a learner expects with those that functions have:
`tn.check.graphs`.
"""

from teachnn.exercises.expected_graphs import graphs
from teachnn.exercises.verdict import NotYet, Verdict, exercise, expect, milestone

__all__ = [
    "NotYet",
    "Verdict",
    "exercise",
    "expect",
    "graphs",
    "milestone",
]
