"""Two workers on this machine, as processes, for the files of this folder."""

import pytest


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    few = {"distributed.scheduler.allowed-failures": 1}  # deaths that a job survives: each takes seconds
    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with dask.config.set(few), distributed.LocalCluster(**workers, **local) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            yield client
