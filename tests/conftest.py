"""What tests of several modules need: the bits of all that a step may change, and a kernel that loses no message.

And how the whole run is cut up: files go to as many workers as there are cores, those that take longest first.
"""

import gc
import importlib.util
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: each core has a worker of its own

import nbval.kernel
import numpy as np
import pytest
import zmq
from autograd.tracer import trace_stack

# The files that take longest, the longest first: begun last, one of them would keep a single core busy at the end.
LONGEST = (
    "browser/test_notebooks",
    "notebooks/06",
    "notebooks/07",
    "browser/test_widgets",
    "notebooks/10",
    "trust/test_long_runs",
    "browser/test_common",
    "browser/test_kernels",
    "browser/test_two_graphs",
    "browser/test_widths",
    "notebooks/",
)


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files first; within a file they stay as they are."""
    items.sort(key=lambda item: next((i for i, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


def pytest_report_header(config):
    """Say how long it takes, and what is left out."""
    from driven_lab import CHROMIUM

    lines = []
    if config.args_source is config.ArgsSource.TESTPATHS:
        lines.append("teachnn: all of this takes about 11 minutes on two idle cores, one folder of tests/ seconds")
    if config.option.markexpr == "not long":
        lines.append("left to .ci/run: the course in a browser and all else marked long (-m long)")
    if CHROMIUM is None:
        lines.append("skipped: widgets in a browser: no Chromium here (apt-get install chromium fonts-dejavu-core)")
    if importlib.util.find_spec("torch") is None:
        lines.append("skipped: tests/oracles: no PyTorch here (pip install torch)")
    return lines


start_new_kernel = nbval.kernel.start_new_kernel


def start_patient_kernel(*args, **kwargs):
    """Start a kernel for nbval, which reads what a cell sends only when the cell is done.

    Until then zmq would keep 1,000 messages and drop the others, the one that says the cell is done among them; a
    picture that moves while a cell trains for a minute sends more. Here all are kept.
    """
    manager, client = start_new_kernel(*args, **kwargs)
    client.iopub_channel.socket.setsockopt(zmq.RCVHWM, 0)
    return manager, client


nbval.kernel.start_new_kernel = start_patient_kernel


@pytest.fixture
def no_callbacks_of_gc():
    """Python drops a Ctrl-C that strikes a callback of the garbage collector; hypothesis puts one there."""
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = callbacks


@pytest.fixture
def state_of():
    """Return a function from (variables, train function or None, generators) to all their bits."""

    def state(variables=(), train=None, generators=()):
        bits = [v.stored.tobytes() for v in variables]
        if train is not None:
            bits += [v.stored.tobytes() for v in train.parameters]
            bits += [train.steps, *(array.tobytes() for array in train.memory.values())]
        plain = lambda value: value.tolist() if isinstance(value, np.ndarray) else str(value)  # noqa: E731
        return [*bits, *(json.dumps(rng.bit_generator.state, default=plain, sort_keys=True) for rng in generators)]

    return state


@pytest.fixture
def bits(state_of):
    """Return a function from a `small.Small` to all its bits."""
    return lambda small: state_of(small.net.statistics, small.train, [small.rng])


@pytest.fixture(autouse=True)
def autograd_at_rest():
    """Check after each test that autograd's stack is empty: what is left on it would change every later gradient.

    An error inside `autograd.grad` itself leaves it as it was then; a test that raises one puts it back itself.
    """
    yield
    top, trace_stack.top = trace_stack.top, -1  # the next test is not to blame
    assert top == -1, f"autograd's stack stands at {top}: a trace was begun and not ended"


@pytest.fixture(scope="session")
def whole_lab(tmp_path_factory):
    """Return one JupyterLab and one browser for all tests; they start when the first asks for them."""
    from driven_lab import CHROMIUM, running_lab

    if CHROMIUM is None:
        pytest.skip("no Chromium here; apt-get install chromium fonts-dejavu-core")
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def lab(whole_lab):
    """Return the JupyterLab for one test, which fails if anything went wrong on its pages."""
    whole_lab.subshells("perCommTarget")
    whole_lab.windowing("none")  # so that all of a notebook is on the page
    yield whole_lab
    assert whole_lab.close_pages() == []
