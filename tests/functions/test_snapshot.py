"""Everything a step changes, put back."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.functions import snapshot
from teachnn.models.vae import VAE


def test_training_goes_on_from_a_snapshot_to_the_bit(state_of):
    rng = tn.rng(0)
    vae = VAE(2, rng, hidden=8)
    train = vae.train_function(tn.Adam(1e-2))
    batches = tn.data.batches(tn.rng(1).random((40, 28, 28), np.float32), size=10, rng=rng)
    train.fit(batches, 1, progress=False)
    kept, before = tn.Snapshot(vae.parameters, train, [rng]), state_of((), train, [rng])
    first = [float(train(*batch)) for batch in batches]
    assert state_of((), train, [rng]) != before
    kept.restore()
    assert state_of((), train, [rng]) == before
    assert [float(train(*batch)) for batch in batches] == first
    kept.restore()
    assert state_of((), train, [rng]) == before  # it can be used again


def test_a_graph_knows_the_generators_that_its_function_draws_from():
    rng = tn.rng(0)
    vae = VAE(2, rng, hidden=8)
    x = np.zeros((3, 28, 28), np.float32)
    assert vae.train_function(tn.Adam(1e-2)).graph(x).generators == (rng,)
    assert vae.encode.graph(x).generators == ()


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupt_while_all_is_put_back_leaves_all_of_it_as_it_was_or_put_back(when, monkeypatch):
    rng, W = tn.rng(0), tn.Parameter("W", [1.0])
    new, old = np.array([2.0], np.float32), W.value
    before, other = rng.bit_generator.state, tn.rng(9).bit_generator.state

    def interrupted(changes):
        if when == "after":
            change(changes)
        raise KeyboardInterrupt

    change = snapshot.change
    monkeypatch.setattr(snapshot, "change", interrupted)
    with pytest.raises(KeyboardInterrupt):
        snapshot.put_all_back([(W, "stored", new)], {rng: other})
    assert (W.value is new, rng.bit_generator.state) == ((True, other) if when == "after" else (False, before))
    assert when == "after" or W.value is old


def test_generators_alone_can_be_put_back_too():
    rng, other = tn.rng(0), tn.rng(9).bit_generator.state
    snapshot.put_all_back([], {rng: other})
    assert rng.bit_generator.state == other
