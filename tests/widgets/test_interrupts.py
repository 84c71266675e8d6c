"""The stop button stops training, whatever the kernel does at that instant: told by a real kernel, many times."""

import pytest
from real_kernel import real_kernel

START = """
import asyncio, time
import numpy as np, teachnn as tn, teachnn_widgets as tw
layer = tn.Dense.create("out", 4, 2, tn.rng(0))
train = tn.TrainFunction(lambda x: tn.loss.mean_squared_error(layer(x), x[:, :2]), layer.parameters, tn.SGD(1e-3))
cockpit = tw.TrainingCockpit(train, [np.ones((2, 4))])
def draw(a):
    print("on" * bool(a))
    time.sleep(a)
    return tn.images.figure()[0]
moving = tw.MovingPicture(draw, a=(0, 60, 0))
print(cockpit.model_id, moving.model_id)
"""
STOPPED = "cockpit.trainer._thread.join(20); print(cockpit.running, cockpit.status['reason'])"
# What the kernel may be doing when the stop button is pressed: it says "begun" where the page is to press Play, and
# "on" when it is time; not flushed, so that it comes a little later: an interrupt while it prints can break ipykernel.
PLAYED = "print('begun')\nwhile not cockpit.running:\n    await asyncio.sleep(0.001)\n"
BUSY = {
    "a cell that blocks": "cockpit.play(); print('on'); time.sleep(60)",
    "a cell that catches it": "cockpit.play()\ntry:\n    print('on'); time.sleep(60)\nexcept KeyboardInterrupt: pass",
    "a cell that awaits": "cockpit.play(); print('on'); await asyncio.sleep(60)",
    "a cell that awaits, Play meanwhile": PLAYED + "print('on'); await asyncio.sleep(60)",
    "nothing": "cockpit.play(); print('on')",
    "nothing, after a cell that awaited": "cockpit.play(); await asyncio.sleep(0.01); print('on')",
    "nothing, Play while a cell awaited": PLAYED + "print('on')",
    "a slider's message": "cockpit.play(); print('on')",
}
STOPPED_BY_IT = "False Stopped between two steps: the kernel was interrupted."


def interrupted(kernel, what, cockpit, moving):
    """Play, interrupt while the kernel does this, and return what training says then."""
    number = kernel.begin(BUSY[what])
    if "Play" in what:
        kernel.hear(number, until="begun")
        kernel.press(cockpit, "play")
    kernel.hear(number, until="on")
    if not what.startswith("a cell"):
        kernel.hear(number)
    if what == "a slider's message":
        kernel.hear(kernel.move(moving, values={"a": 60}), until="on")
    kernel.interrupt()
    if what.startswith("a cell"):
        kernel.hear(number)
    if what == "a slider's message":
        kernel.move(moving, values={"a": 0})
    return kernel.run(STOPPED)


@pytest.mark.parametrize("times", [2, pytest.param(13, marks=pytest.mark.long)])
def test_an_interrupt_stops_training_whatever_the_kernel_is_doing(times):
    with real_kernel() as kernel:
        cockpit, moving = kernel.run(START).split()
        found = {what: [interrupted(kernel, what, cockpit, moving) for _ in range(times)] for what in BUSY}
    assert {what: sorted({*said}) for what, said in found.items() if {*said} != {STOPPED_BY_IT}} == {}
