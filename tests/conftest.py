"""What tests of several modules need: the bits of all that a step may change, and a kernel that loses no message."""

import json

import nbval.kernel
import numpy as np
import pytest
import zmq
from autograd.tracer import trace_stack

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


@pytest.fixture(autouse=True)
def autograd_at_rest():
    """Start each test with autograd's stack empty: an error inside `autograd.grad` itself leaves it as it was then."""
    trace_stack.top = -1


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
    yield whole_lab
    assert whole_lab.close_pages() == []
