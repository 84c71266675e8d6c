"""Is it right? A gradient, an answer to an exercise, a milestone of a project, the graphs that you expect."""

from teachnn.exercises import exercise, graphs, milestone
from teachnn.functions import check_gradients

__all__ = ["check_gradients", "exercise", "graphs", "milestone"]
