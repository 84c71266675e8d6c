"""One step by many machines is the step of one machine; whatever dies, nothing is torn."""

import os
import signal
import threading

import numpy as np
import pytest
from at_scale import a_scheduler_to_kill

import teachnn as tn
from teachnn.models.vae import VAE

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((12, 5)).astype(np.float32), np.arange(12) % 3


class Small:
    """A classifier; with batch norm and dropout, or without."""

    def __init__(self, *between, seed=0):
        rng = tn.rng(seed)
        first, last = tn.Dense.create("h", 5, 8, rng), tn.Dense.create("out", 8, 3, rng)
        self.net = tn.Sequential(first, *between, tn.ReLU(), last)
        self.train = tn.TrainFunction(self.objective, self.net.parameters, tn.Adam(1e-2))

    def objective(self, x, y):
        size = 0.01 * (self.net[0].W.value ** 2).sum()
        return {"error": tn.loss.cross_entropy(self.net(x), y), "size": size}


def values(net):
    return [v.value for v in net.parameters + net.statistics]


@pytest.mark.parametrize("rows", [12, 7, 1])
def test_steps_of_two_workers_are_those_of_one_machine(client, rows):
    one, two = Small(), Small()
    parallel = tn.scale.DataParallel(two.train, client)
    for _ in range(3):
        a, b = one.train(X[:rows], Y[:rows]), parallel(X[:rows], Y[:rows])
        assert b.loss == pytest.approx(a.loss, rel=1e-6) and b.terms == pytest.approx(a.terms, rel=1e-6)
    for mine, theirs in zip(values(one.net), values(two.net), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=2e-6)


def test_running_averages_are_written_as_on_one_machine(client):
    small = Small()
    average = tn.Average(small.net.parameters, rate=0.5)
    train = tn.TrainFunction(small.train.objective, small.net.parameters, tn.Adam(1e-2), average=average)
    parallel, seen = tn.scale.DataParallel(train, client), []
    for _ in range(2):
        parallel(X, Y)
        seen.append([p.value for p in small.net.parameters])
    for mean, first, second in zip(average.statistics, *seen, strict=True):
        np.testing.assert_allclose(mean.value, (first + 2 * second) / 3, atol=1e-6)


def test_each_worker_normalises_by_its_own_rows_and_what_is_kept_is_averaged(client):
    two = Small(tn.BatchNorm.create("bn", 8, mode="train"))
    halves = [two.net[0](part) for part in (X[:6], X[6:])]
    kept = np.mean([0.1 * half.mean(axis=0) for half in halves], axis=0)
    variance = np.mean([0.9 + 0.1 * half.var(axis=0) for half in halves], axis=0)
    tn.scale.DataParallel(two.train, client)(X, Y)
    np.testing.assert_allclose(two.net[1].mean.value, kept, atol=1e-6)
    np.testing.assert_allclose(two.net[1].variance.value, variance, atol=1e-5)


def test_the_same_seed_and_number_of_workers_give_the_same_run_and_a_fit_can_be_resumed(client, tmp_path):
    def made():
        rng = tn.rng(3)
        small = Small(tn.Dropout(0.5, rng, mode="train"))
        return small, tn.scale.DataParallel(small.train, client), {"noise": rng}

    one, train, _ = made()
    whole = [train(X, Y).loss for _ in range(4)]
    other, train, generators = made()
    assert [train(X, Y).loss for _ in range(2)] == whole[:2]
    tn.save(tmp_path / "half.safetensors", other.net.parameters, train, generators)
    other, train, generators = made()
    tn.load(tmp_path / "half.safetensors", other.net.parameters, train, generators)
    assert [train(X, Y).loss for _ in range(2)] == whole[2:] and train.steps == 4
    for mine, theirs in zip(values(one.net), values(other.net), strict=True):
        assert mine.tobytes() == theirs.tobytes()


def test_noise_differs_between_workers_and_steps(client):
    rng = tn.rng(0)
    W = tn.Parameter("W", [1.0])

    def objective(x):
        return {"noise": (tn.noise_from(rng).random(x.shape, np.float32) * W.value * x).mean()}

    train = tn.scale.DataParallel(tn.TrainFunction(objective, [W], tn.SGD(1e-30)), client)
    left, right = np.zeros((4, 1), np.float32), np.zeros((4, 1), np.float32)
    left[0], right[2] = 1, 1  # each worker has one row that counts, its first
    assert len({train(x).loss for x in (left, right, left, right)}) == 4


def test_a_vae_is_fitted_as_by_any_training_function(client):
    vae = VAE(2, tn.rng(0), hidden=8)
    train = tn.scale.DataParallel(vae.train_function(tn.Adam(1e-2)), client)
    pictures = RNG.random((32, 28, 28), dtype=np.float32)
    history = train.fit(tn.data.batches(pictures, size=16, rng=tn.rng(1)), epochs=4, progress=False)
    assert train.steps == 8 and history.loss[-1] < history.loss[0]
    assert train.bytes_sent > 4 * sum(p.size for p in vae.parameters)


def test_a_worker_hears_only_of_what_has_changed(client):
    small = Small()
    train = tn.scale.DataParallel(small.train, client)
    train(X, Y)
    first = train.bytes_sent
    train.gradients(X, Y)
    train.gradients(X, Y)
    assert train.bytes_sent == X.nbytes + Y.nbytes < first


def test_an_error_of_a_worker_is_the_errors_own_and_changes_nothing(client, state_of):
    small = Small(tn.Dropout(0.5, tn.rng(1), mode="train"))
    train = tn.scale.DataParallel(small.train, client)
    train(X, Y)
    before = state_of(small.net.parameters, train, [small.net[1].rng])
    with pytest.raises(tn.InputError, match=r"h \(Dense\)"):
        train(X[:, :4], Y)
    with pytest.raises(FloatingPointError, match="step 2"):
        train(np.full_like(X, 3e38), Y)
    assert state_of(small.net.parameters, train, [small.net[1].rng]) == before
    train(X, Y)


def test_a_worker_killed_during_a_step_leaves_nothing_torn_and_the_step_can_be_taken_again(client, state_of):
    class Fatal(Small):
        def objective(self, x, y):
            if x[0, 0] == 77:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().objective(x, y)

    small = Fatal(tn.Dropout(0.5, tn.rng(1), mode="train"))
    train = tn.scale.DataParallel(small.train, client)
    train(X, Y)
    before = state_of(small.net.parameters, train, [small.net[1].rng])
    deadly = X.copy()
    deadly[0, 0] = 77
    with pytest.raises(RuntimeError, match="nothing has changed"):
        train(deadly, Y)
    assert state_of(small.net.parameters, train, [small.net[1].rng]) == before
    client.wait_for_workers(2, timeout=200)
    assert train(X, Y).step == 2


def test_a_scheduler_that_goes_away_during_a_step_leaves_nothing_torn(state_of):
    small = Small(tn.Dropout(0.5, tn.rng(1), mode="train"))
    with a_scheduler_to_kill() as (client, scheduler):
        train = tn.scale.DataParallel(small.train, client)
        train(X, Y)
        before = state_of(small.net.parameters, train, [small.net[1].rng])
        scheduler.kill()
        for _ in range(2):
            with pytest.raises(RuntimeError, match="nothing has changed"):
                train(X, Y)
            assert state_of(small.net.parameters, train, [small.net[1].rng]) == before
    assert small.train(X, Y).loss > 0  # one machine can go on


def test_running_means_of_the_parameters_are_written_as_on_one_machine(client):
    def made():
        small = Small()
        average = tn.Average(small.net.parameters, rate=0.9)
        return average, tn.TrainFunction(small.objective, small.net.parameters, tn.Adam(1e-2), average=average)

    (one, alone), (two, train) = made(), made()
    parallel = tn.scale.DataParallel(train, client)
    for _ in range(3):
        alone(X, Y), parallel(X, Y)
    for mine, theirs in zip(one.statistics, two.statistics, strict=True):
        np.testing.assert_allclose(theirs.value, mine.value, atol=2e-6)


def test_what_cannot_be_sent_is_refused_by_name(client):
    lock, W = threading.Lock(), tn.Parameter("W", [1.0])
    with pytest.raises(tn.InputTypeError, match="uses lock"):
        tn.scale.DataParallel(tn.TrainFunction(lambda x: (W.value * x).sum() + bool(lock), [W], tn.SGD(1.0)), client)
    with pytest.raises(tn.InputTypeError, match="a client of Dask"):
        tn.scale.DataParallel(Small().train, None)
