"""A fit that is taken up again goes on with the batches that it was broken off with, or says that these are others."""

import numpy as np
import pytest
from refusal import refused

import teachnn as tn

X, Y = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32), np.arange(20) % 3


def a_run(x=X, y=Y, size=4, keep_last=True):
    """Return (training function, batches)."""
    net = tn.Dense.create("h", 4, 3, tn.rng(0))
    train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.Adam())
    return train, tn.data.batches(x, y, size=size, rng=tn.rng(1), keep_last=keep_last)


def broken_off(steps):
    train, batches = a_run()

    def stop(result):
        if result.step == steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train.fit(batches, 3, each_step=stop, progress=False)
    return train, batches


OTHERS = {
    "size": {"size": 5},
    "examples": {"x": X[:16], "y": Y[:16]},
    "inputs": {"x": X + 1},
    "labels": {"y": 2 - Y},
    "last": {"keep_last": False},
}


@pytest.mark.parametrize("steps", [3, 5, 8])
@pytest.mark.parametrize("other", OTHERS)
def test_other_batches_are_noticed_and_nothing_is_done(steps, other):
    train, _ = broken_off(steps)
    before = train.parameters[0].value
    with refused("fit", cure="begin anew without resume"):
        train.fit(a_run(**OTHERS[other])[1], 3, resume=True, progress=False)
    assert train.steps == steps and train.parameters[0].value is before
    train.fit(a_run(**OTHERS[other])[1], 1, progress=False)


@pytest.mark.parametrize("steps", [3, 5, 8])
def test_the_same_batches_made_again_go_on_to_the_bit(steps, tmp_path):
    whole, batches = a_run()
    whole.fit(batches, 3, progress=False)
    train, batches = broken_off(steps)
    path = tmp_path / "t.safetensors"
    tn.save(path, train.parameters, train, {"order": batches.rng})
    again, batches = a_run()
    tn.load(path, again.parameters, again, {"order": batches.rng})
    again.fit(batches, 3, resume=True, progress=False)
    assert [p.value.tobytes() for p in again.parameters] == [p.value.tobytes() for p in whole.parameters]
    assert again.history.loss.tolist() == whole.history.loss.tolist()
    with refused("fit", cure="begin anew"):
        again.fit(a_run(size=5)[1], 4, resume=True, progress=False)


def test_the_history_goes_into_the_file_and_comes_back(tmp_path):
    train, batches = a_run()
    history = train.fit(batches, 2, each_epoch=lambda epoch: {"loss": epoch / 2}, progress=False)
    path = tmp_path / "t.safetensors"
    tn.save(path, train.parameters, train)
    again, batches = a_run()
    mine = again.history
    tn.load(path, again.parameters, again)
    assert again.history is mine and mine.tests == history.tests == [(5, {"loss": 0.5}), (10, {"loss": 1.0})]
    assert mine.steps.tolist() == history.steps.tolist() and mine.loss.tolist() == history.loss.tolist()
    again.fit(batches, 1, progress=False)
    assert mine.steps.tolist() == list(range(1, 16))


def test_a_training_function_is_not_loaded_without_the_files_generators(tmp_path):
    train, batches = a_run()
    path, before = tmp_path / "t.safetensors", train.parameters[0].value
    tn.save(path, train.parameters, train, {"order": batches.rng, "noise": tn.rng(3)})
    for generators in (None, {}, {"order": batches.rng}):
        with pytest.raises(tn.CheckpointError, match=r"expected the generators (order, )?noise, got none .*: rng}"):
            tn.load(path, train.parameters, train, generators)
        assert train.parameters[0].value is before
    tn.load(path, train.parameters)
    tn.load(path, train.parameters, train, {"order": batches.rng}, strict=False)
