"""Whose machines: those of a client that is handed over, or this machine's cores, seen from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from teachnn.support import InputTypeError

if TYPE_CHECKING:
    from distributed import Client

# A cluster gives up a worker that is not back within 15 seconds of its death, and then has one less for good. On a
# busy machine a process needs longer to start, so ours waits.
PATIENT = {"distributed.deploy.lost-worker-timeout": "1 hour"}


@contextmanager
def at_work(who: str, client: Client | None) -> Iterator[Client]:
    """Yield the client; where none is handed over, one of a cluster of this machine's cores, which ends with it.

    Its workers are processes with one thread for numpy each, and listen on the loopback address alone.
    """
    distributed, dask = package(), config()
    if client is not None:
        yield checked(who, client)
        return
    cores = os.cpu_count() or 1
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    workers = {"n_workers": cores, "threads_per_worker": 1, "processes": True}
    with dask.set(PATIENT), distributed.LocalCluster(**workers, **local) as cluster:
        with distributed.Client(cluster, set_as_default=False) as own:
            yield own


def checked(who: str, client: Client) -> Client:
    """Return the client; raises InputTypeError for anything else."""
    if not isinstance(client, package().Client):
        raise InputTypeError(who, "a client of Dask", type(client).__name__, "distributed.Client(...) makes one")
    return client


def package() -> Any:
    """Return the package distributed, which takes a second to load."""
    import distributed

    return distributed


def config() -> Any:
    """Return the settings of Dask."""
    import dask.config

    return dask.config


def workers(client: Client) -> list[str]:
    """Return the addresses of the workers that are there now, sorted."""
    threads: Any = client.nthreads()
    return sorted(threads)
