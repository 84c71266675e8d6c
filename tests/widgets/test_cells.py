"""Cells that are run again, in a real kernel: who trains, what is closed, and what is left of two hundred runs."""

import json

import pytest
from real_kernel import real_kernel

import teachnn_widgets

START = """
import gc, json, threading
import numpy as np, teachnn as tn, teachnn_widgets as tw
from ipywidgets.widgets.widget import _instances
from teachnn.models.fractalnet import FractalNet
from teachnn.models.gpt import GPT
from teachnn.models.vae import VAE
rng = tn.rng(0)
vae = VAE(2, rng, hidden=64)
train = vae.train_function(tn.Adam(1e-3))
x = rng.random((40, 28, 28), np.float32)
batches = tn.data.batches(x, size=10, rng=rng)
net = FractalNet.create(rng, 2, (2, 2))
layers = tn.Sequential(tn.Flatten(), tn.Dense.create("h", 784, 8, rng), tn.BatchNorm.create("bn", 8, mode="train"))
def figure(a):
    drawing, axes = tn.images.figure()
    return drawing
def training():
    return [thread for thread in threading.enumerate() if thread.name == "teachnn training"]
"""
COCKPIT = "cockpit = tw.TrainingCockpit(train, batches)\ncockpit"
# A cell for each widget, as a course has them.
MADE = {
    "DrawPad": "tw.DrawPad(reconstruct=vae.reconstruct)",
    "LatentExplorer": "tw.LatentExplorer(vae.decode, vae.encode, x[:3])",
    "LivePaths": "tw.LivePaths(net, x[:1])",
    "ModeLens": 'tw.ModeLens(layers, layers.at("test"), x)',
    "MovingPicture": "tw.MovingPicture(figure, a=(0, 1, 0))",
    "ParameterView": "tw.ParameterView(vae.parameters)",
    "TextStepper": "tw.TextStepper(GPT(4, 6, rng, width=8, heads=2, blocks=1), 'abcd')",
    "TrainingCockpit": COCKPIT,
    "TwoGraphs": "tw.TwoGraphs(train.graph(x[:2]), vae.decode.graph(np.zeros((2, 2))))",
}
# What is left: widgets that are open, all threads, and objects of ours that somebody still holds.
LEFT = """
gc.collect()
ours = sum(isinstance(widget, tw.base.Widget) for widget in _instances.values())
held = sum(isinstance(thing, (tw.base.Widget, tn.Snapshot, tn.Graph)) for thing in gc.get_objects())
print(json.dumps([ours, len(_instances), threading.active_count(), held]))
"""


def told(kernel, what):
    return json.loads(kernel.run(f"print(json.dumps({what}))"))


def test_a_cockpit_whose_cell_is_run_again_while_it_plays_hands_over_what_really_runs():
    with real_kernel() as kernel:
        kernel.run(START)
        kernel.run(COCKPIT + "\ncockpit.play()\nfirst = cockpit", cell="a")
        for _ in range(10):
            kernel.run(COCKPIT, cell="a")
            assert told(kernel, "[cockpit.running, len(training()), first.comm is None]") == [True, 1, True]
        assert told(kernel, "[cockpit is first, len(cockpit.trainer.viewers)]") == [False, 1]
        kernel.run("cockpit.pause()")
        assert told(kernel, "[cockpit.running, len(training()), cockpit.status['step'] == train.steps]") == [
            False,
            0,
            True,
        ]


def test_with_the_cell_of_the_last_cockpit_run_again_without_one_training_is_paused():
    with real_kernel() as kernel:
        kernel.run(START)
        kernel.run(COCKPIT + "\ncockpit.play()", cell="a")
        kernel.run("other = tw.TrainingCockpit(train, batches)", cell="b")
        kernel.run("pass", cell="a")
        assert told(kernel, "[other.running, len(training())]") == [True, 1]  # the other one shows it
        kernel.run("pass", cell="b")
        assert told(kernel, "[other.trainer.running, len(training())]") == [False, 0]


def test_a_fit_in_a_cell_and_a_cockpit_that_plays_train_side_by_side_and_both_are_shown():
    with real_kernel() as kernel:
        kernel.run(START)
        kernel.run(COCKPIT + "\ncockpit.play()", cell="a")
        kernel.run("history = train.fit(batches, 5, progress=False)", cell="b")
        kernel.run("cockpit.pause()")
        steps = told(kernel, "[train.steps, cockpit.status['step'], int(train.history.steps[-1])]")
        assert len({*steps}) == 1 and steps[0] > 20
        assert told(kernel, "bool((np.diff(train.history.steps) > 0).all())")


def test_a_cell_that_a_front_end_gives_no_id_is_known_by_its_text():
    with real_kernel() as kernel:
        kernel.run(START)
        kernel.run(COCKPIT + "; first = cockpit")
        kernel.run("kept = tw.DrawPad(reconstruct=vae.reconstruct)")
        kernel.run(COCKPIT + "; first = cockpit" + " ")
        assert told(kernel, "[first.comm is None, kept.comm is None]") == [False, False]
        kernel.run(COCKPIT)
        kernel.run("second = cockpit")
        kernel.run(COCKPIT)
        assert told(kernel, "[second.comm is None, kept.comm is None]") == [True, False]


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_whatever_cell_is_run_again_and_again_memory_and_threads_stay_flat(times):
    assert {*MADE} == {name for name in teachnn_widgets.__all__ if name[0].isupper()}
    with real_kernel() as kernel:
        kernel.run(START)

        def run_all(count):
            for _ in range(count):
                for cell, code in MADE.items():
                    kernel.run(code, cell=cell)
            return json.loads(kernel.run(LEFT))

        first = run_all(2)
        assert first[0] == len(MADE) and run_all(times) == first
