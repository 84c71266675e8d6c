"""The same job for several seeds: on all cores if the package distributed is there, else in order. Notebook 17."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from teachnn.support import instance, whole


def each_seed(job: Callable[..., Mapping[str, float]], count: int, **setting: Any) -> list[dict[str, Any]]:
    """Return what job(seed, **setting) returns for the seeds 0 to count - 1, each beside its seed.

    Raises RuntimeError if the job fails for one of them in a sweep, else the job's own error.
    """
    instance("each_seed", "a function as job", job, Callable)
    settings = [{**setting, "seed": seed} for seed in range(whole("each_seed", "number of seeds", count))]
    if count == 1 or importlib.util.find_spec("distributed") is None:
        return [{"seed": each["seed"], **job(**each)} for each in settings]
    from teachnn import scale

    rows = scale.sweep(job, settings)
    for row in rows.failed:
        raise RuntimeError(f"each_seed: expected a row for each seed, got {row['error']} for seed {row['seed']}")
    return list(rows)
