"""Two workers on this machine, as processes: one cluster for all tests of this folder."""

import pytest
from at_scale import two_workers


@pytest.fixture
def client(cluster, monkeypatch):
    """Both workers, whatever the test before did to them; a job survives no death, for each takes a second."""
    cluster.wait_for_workers(2, timeout=200)
    monkeypatch.setattr(cluster.cluster.scheduler, "allowed_failures", 0)
    return cluster


@pytest.fixture(scope="session")
def cluster():
    pytest.importorskip("distributed")
    with two_workers(memory_limit="500MB") as client:
        yield client
