"""Is it right? A gradient, against finite differences; an answer to an exercise; the graphs that you expect."""

from teachnn.exercises import exercise, graphs
from teachnn.functions import check_gradients

__all__ = ["check_gradients", "exercise", "graphs"]
