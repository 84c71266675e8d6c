"""The two kinds of function: a training function searches for parameters, a test function uses them. Notebook 03.

Read train_function and test_function first; then optimizer, schedule, clipping, advance for how parameters move;
average for their means; scopes, finite, snapshot, checkpoint, kept_in_file for how a step stays whole; loop, position,
given, stopping, history, progress for many steps; check for whether a gradient is right.
"""

from teachnn.functions import schedule
from teachnn.functions.average import Average, Averaged
from teachnn.functions.check import check_gradients
from teachnn.functions.checkpoint import CheckpointError, load, save
from teachnn.functions.history import History, StepResult
from teachnn.functions.loop import take
from teachnn.functions.optimizer import SGD, Adam, AdamW, Momentum, Optimizer, RMSProp
from teachnn.functions.position import Position, passes
from teachnn.functions.scopes import TrainScope
from teachnn.functions.snapshot import Snapshot
from teachnn.functions.test_function import TestFunction
from teachnn.functions.train_function import TrainFunction

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Average",
    "Averaged",
    "CheckpointError",
    "History",
    "Momentum",
    "Optimizer",
    "Position",
    "RMSProp",
    "Snapshot",
    "StepResult",
    "TestFunction",
    "TrainFunction",
    "TrainScope",
    "check_gradients",
    "load",
    "passes",
    "save",
    "schedule",
    "take",
]
