"""A sweep: every setting is a row, whatever fails; what is done is kept."""

import itertools
import os
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from at_scale import a_scheduler_to_kill, let_go, wait_for

import teachnn as tn
from teachnn.scale.sweep import grid, sweep

scale_sweep = sys.modules["teachnn.scale.sweep"]  # the module: the face has the function under its name


def job(rate, seed=0, **more):
    """Do what the rate says: learn, fail, return nonsense, die."""
    if rate == "fail":
        raise ValueError("bad rate")
    if rate == "nonsense":
        return [1, 2]
    if rate == "error":
        return {"error": 1.0}
    if rate == "text":
        return {"loss": "small"}
    if rate == "die":
        os._exit(1)
    if rate == "too large":
        return {"loss": np.ones(2**50).sum()}
    if rate == "greedy":
        hog = [np.ones(2**20) for _ in range(100)]  # 800 MB; a worker may have 500
        threading.Event().wait()
        return {"loss": len(hog)}
    if rate == "endless":
        threading.Event().wait()
    return {"loss": np.float32(rate * (seed + 1)), "steps": np.int64(3)}


def test_a_grid_has_every_combination():
    assert grid(a=[1, 2], b="xy") == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}]


def test_rows_come_in_the_order_of_the_settings(client):
    rows = sweep(job, grid(rate=[0.5, 1.0], seed=range(3)), client, progress=False)
    assert [(row["rate"], row["seed"]) for row in rows] == [(r, s) for r in (0.5, 1.0) for s in range(3)]
    assert rows[4] == {"rate": 1.0, "seed": 1, "loss": 2.0, "steps": 3} and type(rows[4]["steps"]) is int


def test_a_setting_that_fails_is_a_row_with_its_error_and_the_others_go_on(client):
    rows = sweep(job, grid(rate=["fail", "nonsense", "text", 1.0, "too large", "error"]), client, progress=False)
    assert rows[0]["error"] == "ValueError: bad rate"
    assert "a job that returns numbers by name" in rows[1]["error"] and "one number as loss" in rows[2]["error"]
    assert rows[3]["loss"] == 1 and len(rows.failed) == 5
    assert "MemoryError" in rows[4]["error"] and "names other than error" in rows[5]["error"]


@pytest.mark.parametrize("rate", ["die", "greedy"])
def test_a_job_that_kills_its_worker_or_needs_too_much_memory_is_a_row_and_the_others_go_on(client, rate):
    rows = sweep(job, grid(rate=[rate, 1.0, 2.0]), client, progress=False)
    assert rows[0]["error"] == "its workers died, once: too much memory, or a crash"
    assert rows[1]["loss"] == 1 and rows[2]["loss"] == 2


def test_a_job_that_never_ends_is_stopped_when_its_time_is_over(client, monkeypatch, tmp_path):
    clock = itertools.count()  # a second passes with each look, but none before the other job is done
    now = lambda: next(clock) if any(tmp_path.iterdir()) else 0  # noqa: E731
    monkeypatch.setattr(scale_sweep, "time", SimpleNamespace(monotonic=now))
    rows = sweep(job, grid(rate=["endless", 1.0]), client, limit=5, folder=tmp_path, progress=False)
    assert rows[0]["error"] == "took longer than 5 seconds, and was stopped" and rows[1]["loss"] == 1


def once(path):
    """Kill the worker the first time."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return {"done": 1}
    os._exit(1)


def test_a_worker_that_dies_is_replaced_and_its_job_is_run_again(client, monkeypatch, tmp_path):
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 1)
    (row,) = sweep(once, [{"path": str(tmp_path / "mark")}], client, progress=False)
    assert row.get("done") == 1, row


def test_a_scheduler_that_goes_away_leaves_the_rows_that_are_done_and_names_what_died(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    def waits(i, path):
        return {"done": i} if i == 0 else wait_for(path)

    with a_scheduler_to_kill() as (client, scheduler):
        folder = tmp_path / "rows"
        settings = grid(i=range(2), path=[str(tmp_path / "pipe")])
        threading.Thread(target=kill_when, args=(scheduler, folder), daemon=True).start()
        rows = sweep(waits, settings, client, folder=folder, progress=False)
        assert rows[0]["done"] == 0 and rows[1]["error"] == "the scheduler went away before it was done"
        assert len(list(folder.iterdir())) == 1


def kill_when(process, folder):
    """Kill a process when there is a file in the folder."""
    while not folder.is_dir() or not any(folder.iterdir()):
        os.sched_yield()
    process.kill()


def test_a_folder_keeps_each_row_and_a_sweep_goes_on_where_it_was(client, tmp_path):
    counted = tmp_path / "counted"
    counted.mkdir()

    def count(i, path):
        os.close(os.open(f"{path}/{i}", os.O_CREAT | os.O_EXCL))  # a second time it fails
        if i == 2:
            raise ValueError("not yet")
        return {"double": 2 * i}

    settings = grid(i=range(4), path=[str(counted)])
    first = sweep(count, settings, client, folder=tmp_path / "rows", progress=False)
    assert len(first.failed) == 1
    (counted / "2").unlink()
    again = sweep(count, settings, client, folder=tmp_path / "rows", progress=False)
    assert [row["double"] for row in again if row["i"] != 2] == [0, 2, 6]  # not run again: they would have failed
    assert again[2]["error"] == "ValueError: not yet"
    damaged = next((tmp_path / "rows").iterdir())
    damaged.write_text("{")
    assert len(sweep(count, settings, client, folder=tmp_path / "rows", progress=False).failed) == 2


def test_ctrl_c_keeps_what_is_done(client, monkeypatch, tmp_path):
    os.mkfifo(tmp_path / "pipe")

    def waits(rate, path):
        return {"loss": rate} if rate else wait_for(path)

    def struck(client, futures, *_):
        if len(futures) == 1:  # one is done
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr(scale_sweep, "_too_long", struck)
    rows = sweep(waits, grid(rate=[1.0, 0], path=[str(tmp_path / "pipe")]), client, progress=False)
    assert rows[0]["loss"] == 1 and rows[1]["error"] == "stopped before it was done"
    let_go(tmp_path / "pipe")


def test_without_a_client_this_machines_cores_are_used_and_a_worker_that_comes_back_late_is_waited_for(tmp_path):
    config = pytest.importorskip("dask.config")
    with config.set({"distributed.deploy.lost-worker-timeout": "1ms"}):  # as if a new process took longer than that
        (row,) = sweep(once, [{"path": str(tmp_path / "mark")}], progress=False)
    assert row.get("done") == 1, row


def test_bad_input_is_refused_before_anything_runs():
    with pytest.raises(tn.InputError, match="one setting or more"):
        sweep(job, [])
    with pytest.raises(tn.InputTypeError, match="settings, dicts"):
        sweep(job, [3])
    with pytest.raises(tn.InputTypeError, match="a client of Dask"):
        sweep(job, [{"rate": 1}], "cluster")
    with pytest.raises(tn.InputError, match="limit"):
        sweep(job, [{"rate": 1}], limit=0)
