"""Everything a step changes, put back."""

import numpy as np

import teachnn as tn
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


def test_another_optimizer_since_then_is_put_back_too(state_of):
    W = tn.Parameter("W", [1.0, 2.0])
    train = tn.TrainFunction(lambda x: (W.value * x).sum(), [W], tn.Adam(0.1))
    train([1.0, 1.0])
    kept, before = tn.Snapshot([W], train), state_of((), train)
    train.optimizer = tn.SGD(0.5)
    train([1.0, 1.0])
    kept.restore()
    assert train.optimizer == tn.Adam(0.1) and state_of((), train) == before
