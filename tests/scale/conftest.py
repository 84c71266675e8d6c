"""Two workers on this machine, as processes, for the files of this folder."""

import pytest


@pytest.fixture
def client(cluster):
    """Both workers, whatever the test before did to them."""
    cluster.wait_for_workers(2, timeout=60)
    return cluster


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    few = {"distributed.scheduler.allowed-failures": 2}  # deaths that a job survives: each takes seconds
    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with dask.config.set(few), distributed.LocalCluster(**workers, **local) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            yield client
