"""The same job for many settings and seeds, on many machines.

    rows = tn.scale.sweep(job, tn.scale.grid(rate=[0.1, 0.5], seed=range(3)))       print(rows)

A setting that fails is a row with its error; a worker that dies is replaced, and its jobs are run again; with a folder
a sweep that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle
import numpy as np

from teachnn.scale.cluster import at_work, package, workers
from teachnn.scale.sending import copied
from teachnn.scale.table import Rows
from teachnn.support import InputError, InputTypeError, number, path_of, plain

if TYPE_CHECKING:
    from distributed import Client, Future

TOPIC = "teachnn-sweep"
PATIENCE = 0.2  # seconds between two looks at those that take too long


def grid(**values: Iterable[Any]) -> list[dict[str, Any]]:
    """Return a setting for every combination of the values, the last name's moving fastest.

    >>> grid(rate=[0.1, 0.5], seed=range(2))
    [{'rate': 0.1, 'seed': 0}, {'rate': 0.1, 'seed': 1}, {'rate': 0.5, 'seed': 0}, {'rate': 0.5, 'seed': 1}]
    """
    return [dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values())]


def sweep(
    job: Callable[..., Mapping[str, float]],
    settings: Iterable[Mapping[str, Any]],
    client: Client | None = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    limit: float | None = None,
    progress: bool = True,
) -> Rows:
    """Return a row for each setting, in their order: the setting, what job(**setting) returned, or its "error".

    client: of Dask; without one this machine's cores are used. folder: each row that is done is kept there, as one
    file, and is not computed again. limit: seconds that a job may take; then its worker is stopped, and the row says
    so. Ctrl-C ends the sweep: what is done is returned, the jobs that still ran are rows with an error.
    """
    settings = [_setting(setting) for setting in settings]
    if not settings:
        raise InputError("sweep", "one setting or more", "none", "tn.scale.grid(seed=range(3)), say")
    limit = None if limit is None else number("sweep", "limit", limit, "> 0")
    code = copied("sweep", job)
    kept = None if folder is None else _Kept(path_of("sweep", folder))
    rows: list[dict[str, Any] | None] = [kept.row(setting) if kept else None for setting in settings]
    missing = [i for i, row in enumerate(rows) if row is None]
    if missing:
        with at_work("sweep", client) as client, suppress(KeyboardInterrupt):
            for i, row in _done(client, code, {i: settings[i] for i in missing}, limit, progress):
                rows[i] = row = settings[i] | row
                if kept and "error" not in row:
                    kept.keep(settings[i], row)
    stopped = {"error": "stopped before it was done"}
    every = [setting | stopped if row is None else row for setting, row in zip(settings, rows, strict=True)]
    return Rows(every, dict.fromkeys(name for setting in settings for name in setting))


def _done(client: Client, code: bytes, jobs: dict[int, dict], limit: float | None, progress: bool):
    """Yield (place, row) for each job as it comes; a Ctrl-C ends it."""
    from tqdm.auto import tqdm

    began: dict[str, tuple[float, str]] = {}  # when, and on which worker
    client.subscribe_topic(TOPIC, lambda event: began.update({event[1]["key"]: (time.monotonic(), event[1]["worker"])}))
    futures: dict[Future, int] = {}
    news, waiting, killed = threading.Event(), list[int](), set[int]()

    def submit(places: list[int]) -> None:
        for i in places:
            future = client.submit(run, code, jobs[i], pure=False)
            futures[future] = i
            future.add_done_callback(lambda _: news.set())

    try:
        with tqdm(total=len(jobs), disable=not progress, unit="job") as bar:
            submit(list(jobs))
            while futures:
                ended = [future for future in futures if future.done()] or _too_long(client, futures, began, limit)
                for future in ended:
                    i = futures.pop(future)
                    if i not in killed and len(jobs) > 1 and _killed(future):
                        killed.add(i)  # perhaps for another job's sake: it is run once more, alone
                        waiting.append(i)
                    else:
                        yield i, _row(future, limit)
                        bar.update()
                if not futures and waiting:
                    submit([waiting.pop()])
                elif not ended:
                    news.wait(PATIENCE)
                    news.clear()
    finally:
        client.cancel(list(futures), force=True)
        client.unsubscribe_topic(TOPIC)


def _too_long(client: Client, futures: Mapping[Future, int], began: dict, limit: float | None) -> list[Future]:
    """Return the jobs that take longer than they may; their workers are stopped, and others take their place."""
    now = time.monotonic()
    late = [f for f in futures if limit is not None and f.key in began and now - began[f.key][0] > limit]
    alive = workers(client) if late else []
    late = [f for f in late if began[f.key][1] in alive]  # else its worker died, and it will begin anew
    if late:
        client.cancel(late, force=True)
        addresses = [began[future.key][1] for future in late]
        client.run(os.abort, workers=addresses, on_error="ignore")  # a thread cannot be stopped: a process
    return late


def _killed(future: Future) -> bool:
    return not future.cancelled() and isinstance(future.exception(), package().KilledWorker)


def _row(future: Future, limit: float | None) -> dict[str, Any]:
    if future.cancelled():
        return {"error": f"took longer than {limit:g} seconds, and was stopped"}
    try:
        return future.result()
    except package().KilledWorker as error:
        return {"error": f"its workers died, {error.allowed_failures + 1} times: too much memory, or a crash"}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def run(code: bytes, setting: dict[str, Any]) -> dict[str, float]:
    """Run one job, on a worker; return its numbers."""
    job, worker = cloudpickle.loads(code), package().get_worker()
    worker.log_event(TOPIC, {"key": worker.get_current_task(), "worker": worker.address})
    found = job(**setting)
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise InputTypeError("sweep", "a job that returns numbers by name, a dict", repr(found)[:60])
    numbers = {name: plain(np.asarray(value)[()]) for name, value in found.items()}
    for name, value in numbers.items():
        if not isinstance(value, int | float):
            raise InputTypeError("sweep", f"one number as {name}", repr(found[name])[:60])
    return numbers


def _setting(setting: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(setting, Mapping) or not all(isinstance(name, str) for name in setting):
        cure = "tn.scale.grid(rate=[0.1, 0.5]) makes them"
        raise InputTypeError("sweep", "settings, dicts of named values", repr(setting)[:60], cure)
    return {name: plain(value) for name, value in setting.items()}


class _Kept:
    """A folder with a file for each row that is done, named after its setting."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder: Path = folder

    def row(self, setting: dict[str, Any]) -> dict[str, Any] | None:
        """Return the row of a setting, if it is there; a file that is damaged counts as none."""
        try:
            row = json.loads(self._path(setting).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return row if isinstance(row, dict) else None

    def keep(self, setting: dict[str, Any], row: dict[str, Any]) -> None:
        """Write a row: all of it or nothing."""
        path = self._path(setting)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(row), "utf-8")
        os.replace(part, path)

    def _path(self, setting: dict[str, Any]) -> Path:
        text = json.dumps(setting, sort_keys=True, default=repr)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
