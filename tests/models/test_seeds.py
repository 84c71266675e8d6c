"""Seeds are taken one after another, or by a sweep where it can be had: the rows are the same."""

import importlib.util
import os

import pytest
from refusal import refused

from teachnn.models.seeds import each_seed
from teachnn.support import InputTypeError


def job(seed, power):
    if power < 0:
        raise ValueError("below 0")
    return {"found": seed**power, "process": os.getpid()}


@pytest.mark.parametrize("spread", [False, True])
def test_each_seed_has_its_row_in_order_with_or_without_the_package_distributed(monkeypatch, spread):
    if spread:
        pytest.importorskip("distributed")
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    rows = each_seed(job, 3, power=2)
    assert [(row["seed"], row["found"]) for row in rows] == [(0, 0), (1, 1), (2, 4)]
    assert (os.getpid() in {row["process"] for row in rows}) != spread
    with pytest.raises(RuntimeError if spread else ValueError, match="below 0"):
        each_seed(job, 2, power=-1)


def test_what_is_no_job_and_no_number_is_refused():
    with refused("each_seed"):
        each_seed(job, 0, power=1)
    with refused("each_seed", error=InputTypeError):
        each_seed(3, 1)
