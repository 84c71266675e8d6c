"""What tests of many machines share: two workers, a scheduler that can be killed, a job that waits for a sign."""

import contextlib
import os
import subprocess
import sys

QUIET = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}


@contextlib.contextmanager
def two_workers(**settings):
    """Yield a client of two workers, as processes, which come back however long that takes."""
    import dask
    import distributed

    from teachnn.scale.cluster import PATIENT

    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with dask.config.set(PATIENT), distributed.LocalCluster(**workers, **QUIET, **settings) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            yield client


@contextlib.contextmanager
def a_scheduler_to_kill():
    """Yield a client of one worker, and its scheduler, a process of its own."""
    import dask
    import distributed

    here = ["--host", "127.0.0.1", "--no-dashboard"]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # it is to find what the tests import
    with contextlib.ExitStack() as stack:
        run = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *here]
        scheduler = stack.enter_context(subprocess.Popen(run, stderr=subprocess.PIPE, text=True))
        stack.callback(scheduler.kill)
        address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
        run = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", *here]
        worker = stack.enter_context(subprocess.Popen(run, env=paths, stderr=subprocess.DEVNULL))
        stack.callback(worker.kill)
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": "1s"}))
        client = stack.enter_context(distributed.Client(address, set_as_default=False))
        client.wait_for_workers(1)
        yield client, scheduler


def wait_for(path):
    """Wait until somebody lets go who waits at this named pipe (made by os.mkfifo)."""
    with open(path) as pipe:
        pipe.read()


def let_go(path):
    """Let all go on who wait."""
    os.close(os.open(path, os.O_RDWR))
