import ctypes
import subprocess
import sys

import pytest

FAULTS = """
import resource, numpy as np, teachnn as tn
{before}
rng = tn.rng(0)
net = tn.Sequential(tn.Conv2D.create("c", (1, 16), rng, padding=1), tn.ReLU())
train = tn.TrainFunction(lambda x: net(x).mean(), net.parameters, tn.SGD(0.1))
x = np.ones((64, 28, 28, 1), np.float32)
faults = []
for _ in range(30):
    train(x)
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print((faults[-1] - faults[9]) / 20)
"""
AS_IT_COMES = """
import ctypes, teachnn.support.allocation as allocation
for option in (allocation.TRIM_THRESHOLD, allocation.MMAP_THRESHOLD):
    ctypes.CDLL(None).mallopt(option, 128 * 1024)
"""


def pages_a_step(before: str) -> float:
    """Return how many pages a step asks the system for, once it has gone on for a while."""
    code = FAULTS.format(before=before)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="no GNU C library")
def test_a_step_gets_its_memory_from_the_step_before():
    assert pages_a_step(before="") < 20
    assert pages_a_step(before=AS_IT_COMES) > 500  # what is kept back makes the difference


def test_a_c_library_without_the_setting_is_left_alone(monkeypatch):
    from teachnn.support import allocation

    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert allocation.keep_freed() is False
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(ctypes, "CDLL")
    assert allocation.keep_freed() is False
