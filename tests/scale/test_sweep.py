"""A sweep: every setting is a row, whatever fails; what is done is kept."""

import os
import sys
import time

import numpy as np
import pytest

import teachnn as tn
from teachnn.scale.sweep import grid, sweep

scale_sweep = sys.modules["teachnn.scale.sweep"]  # the module: the face has the function under its name


def job(rate, seed=0, **more):
    """Do what the rate says: learn, fail, return nonsense, die."""
    if rate == "fail":
        raise ValueError("bad rate")
    if rate == "nonsense":
        return [1, 2]
    if rate == "text":
        return {"loss": "small"}
    if rate == "die":
        os._exit(1)
    if rate == "endless":
        time.sleep(1000)
    return {"loss": np.float32(rate * (seed + 1)), "steps": np.int64(3)}


def test_a_grid_has_every_combination():
    assert grid(a=[1, 2], b="xy") == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}]


def test_rows_come_in_the_order_of_the_settings(client):
    rows = sweep(job, grid(rate=[0.5, 1.0], seed=range(3)), client, progress=False)
    assert [(row["rate"], row["seed"]) for row in rows] == [(r, s) for r in (0.5, 1.0) for s in range(3)]
    assert rows[4] == {"rate": 1.0, "seed": 1, "loss": 2.0, "steps": 3} and type(rows[4]["steps"]) is int


def test_a_setting_that_fails_is_a_row_with_its_error_and_the_others_go_on(client):
    rows = sweep(job, grid(rate=["fail", "nonsense", "text", 1.0]), client, progress=False)
    assert rows[0]["error"] == "ValueError: bad rate"
    assert "a job that returns numbers by name" in rows[1]["error"] and "one number as loss" in rows[2]["error"]
    assert rows[3]["loss"] == 1 and len(rows.failed) == 3


@pytest.mark.long
def test_a_job_that_kills_its_worker_is_a_row_and_one_that_never_ends_is_stopped(client):
    rows = sweep(job, grid(rate=["die", "endless", 1.0, 2.0]), client, limit=8, progress=False)
    assert "its workers died" in rows[0]["error"] and "took longer than 8 seconds" in rows[1]["error"]
    assert rows[2]["loss"] == 1 and rows[3]["loss"] == 2


@pytest.mark.long
def test_a_worker_that_dies_is_replaced_and_its_job_is_run_again(client, tmp_path):
    def once(path):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return {"done": 1}
        os._exit(1)

    (row,) = sweep(once, [{"path": str(tmp_path / "mark")}], client, progress=False)
    assert row.get("done") == 1, row


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


def test_ctrl_c_keeps_what_is_done(client, monkeypatch):
    def struck(client, futures, *_):
        if len(futures) == 1:  # one is done
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr(scale_sweep, "_too_long", struck)
    rows = sweep(job, grid(rate=[1.0, "endless"]), client, progress=False)
    assert rows[0]["loss"] == 1 and rows[1]["error"] == "stopped before it was done"
    client.run(os.abort, on_error="ignore")  # the endless one goes on


def test_without_a_client_this_machines_cores_are_used_and_go_again():
    rows = sweep(job, grid(rate=[1.0, 2.0]), progress=False)
    assert [row["loss"] for row in rows] == [1, 2]


def test_bad_input_is_refused_before_anything_runs():
    with pytest.raises(tn.InputError, match="one setting or more"):
        sweep(job, [])
    with pytest.raises(tn.InputTypeError, match="settings, dicts"):
        sweep(job, [3])
    with pytest.raises(tn.InputTypeError, match="a client of Dask"):
        sweep(job, [{"rate": 1}], "cluster")
    with pytest.raises(tn.InputError, match="limit"):
        sweep(job, [{"rate": 1}], limit=0)
