"""A training function has one trainer, however many cockpits show it: each shows and stops what really runs."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary

import teachnn as tn
from teachnn.support import InputTypeError
from teachnn_widgets.trainer import Trainer

_trainers: WeakValueDictionary[int, Trainer] = WeakValueDictionary()
_finding = threading.Lock()


def trainer_of(train: tn.TrainFunction) -> Trainer:
    """Return the one trainer of a training function; raises InputTypeError for anything else."""
    if not isinstance(train, tn.TrainFunction):
        raise InputTypeError("Trainer", "a training function", type(train).__name__, "tn.TrainFunction makes one")
    with _finding:
        trainer = _trainers.get(id(train)) or Trainer(train)
        _trainers[id(train)] = trainer  # no other function has this number while its trainer lives
        return trainer
