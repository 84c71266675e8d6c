"""Is it right? A gradient, against finite differences; the answer to an exercise, by the check of its lesson."""

from teachnn.exercises import exercise
from teachnn.functions import check_gradients

__all__ = ["check_gradients", "exercise"]
