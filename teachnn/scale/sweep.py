"""The same job for many settings and seeds, on many machines.

    rows = tn.scale.sweep(job, tn.scale.grid(rate=[0.1, 0.5], seed=range(3)))       print(rows)

A setting that fails is a row with its error; a worker that dies is replaced, and its jobs are run again; with a folder
a sweep that was stopped goes on where it was.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import cloudpickle
import numpy as np

from teachnn.scale.cluster import at_work, package, workers
from teachnn.scale.in_folder import RowsInFolder
from teachnn.scale.sending import copied
from teachnn.scale.table import Rows
from teachnn.support import InputError, InputTypeError, number, path_of, plain

if TYPE_CHECKING:
    from distributed import Client, Future

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
    kept = None if folder is None else RowsInFolder(path_of("sweep", folder))
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


class _News:
    """What the workers tell of their jobs: that one began, and where, and what it found.

    What was found is told at once, for a result that has to be fetched is lost if its worker dies first.
    """

    def __init__(self) -> None:
        self.topic: str = f"teachnn-sweep-{uuid.uuid4().hex}"
        self.began: dict[str, tuple[float, str]] = {}  # by the job's key: when, and on which worker
        self.found: dict[str, dict[str, float]] = {}
        self.any = threading.Event()

    def hear(self, event: tuple[float, dict[str, Any]]) -> None:
        """Keep what a worker says; it is called on another thread."""
        told = event[1]
        if "found" in told:
            self.found[told["key"]] = told["found"]
        else:
            self.began[told["key"]] = time.monotonic(), told["worker"]
        self.any.set()


def _done(client: Client, code: bytes, jobs: dict[int, dict], limit: float | None, progress: bool):
    """Yield (place, row) for each job as it comes; a Ctrl-C ends it."""
    from tqdm.auto import tqdm

    futures: dict[Future, int] = {}  # those that run, or will, and their places
    news, waiting, killed = _News(), list[int](), set[int]()
    client.subscribe_topic(news.topic, news.hear)

    def submit(places: list[int]) -> None:
        for i in places:
            future = client.submit(run, code, jobs[i], news.topic, pure=False)
            futures[future] = i
            future.add_done_callback(lambda _: news.any.set())

    try:
        with tqdm(total=len(jobs), disable=not progress, unit="job") as bar:
            submit(list(jobs))
            while futures:
                ended = [f for f in futures if f.key in news.found or f.status in ("error", "cancelled")]
                late = [] if ended else _too_long(client, futures, news.began, limit)
                for future in ended or late:
                    i = futures.pop(future)
                    if i not in killed and len(jobs) > 1 and _killed(future):
                        killed.add(i)  # perhaps for another job's sake: it is run once more, alone
                        waiting.append(i)
                    else:
                        yield i, news.found[future.key] if future.key in news.found else _failed(future, limit, late)
                        bar.update()
                if not futures and waiting:
                    submit([waiting.pop()])
                elif not ended + late:
                    news.any.wait(PATIENCE)
                    news.any.clear()
    finally:
        if client.status == "running":
            client.cancel(list(futures), force=True)
            client.unsubscribe_topic(news.topic)


def _too_long(client: Client, futures: Iterable[Future], began: dict, limit: float | None) -> list[Future]:
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
    return future.status == "error" and isinstance(future.exception(), package().KilledWorker)


def _failed(future: Future, limit: float | None, late: Sequence[Future]) -> dict[str, str]:
    """Return the row of a job that has found nothing."""
    if future in late:
        return {"error": f"took longer than {limit:g} seconds, and was stopped"}
    if future.status == "cancelled":
        return {"error": "the scheduler went away before it was done"}
    error = future.exception()
    if isinstance(error, package().KilledWorker):
        times = f"{error.allowed_failures + 1} times" if error.allowed_failures else "once"
        return {"error": f"its workers died, {times}: too much memory, or a crash"}
    return {"error": f"{type(error).__name__}: {error}"}


def run(code: bytes, setting: dict[str, Any], topic: str) -> None:
    """Run one job, on a worker; tell its numbers."""
    job, worker = cloudpickle.loads(code), package().get_worker()
    key = worker.get_current_task()
    worker.log_event(topic, {"key": key, "worker": worker.address})
    worker.log_event(topic, {"key": key, "found": _numbers(job(**setting))})


def _numbers(found: Any) -> dict[str, float]:
    """Return what a job found as plain numbers; raises InputTypeError for anything else, and for the name "error"."""
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise InputTypeError("sweep", "a job that returns numbers by name, a dict", repr(found)[:60])
    if "error" in found:
        raise InputError("sweep", "names other than error, which is kept for what went wrong", "it", "test_error, say")
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
