"""Whose machines: those of a client that is handed over, or this machine's cores, seen from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from teachnn.support import InputTypeError

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def at_work(who: str, client: Client | None) -> Iterator[Client]:
    """Yield the client; where none is handed over, one of a cluster of this machine's cores, which ends with it.

    Its workers are processes with one thread for numpy each, and listen on the loopback address alone.
    """
    distributed = package()
    if client is not None:
        yield checked(who, client)
        return
    cores = os.cpu_count() or 1
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=cores, threads_per_worker=1, processes=True, **local) as cluster:
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


def workers(client: Client) -> list[str]:
    """Return the addresses of the workers that are there now, sorted."""
    threads: Any = client.nthreads()
    return sorted(threads)
