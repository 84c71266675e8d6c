"""Training on one thread, everything else on others: nobody sees half a step, and the run is the undisturbed one."""

import hashlib
import threading
import time

import numpy as np
import pytest
from autograd.tracer import trace_stack

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.vae import VAE

SECONDS = [3, pytest.param(60, marks=pytest.mark.long)]
X = np.random.default_rng(0).random((32, 28, 28), dtype=np.float32)


def digest(arrays) -> str:
    """Return the hash of a set of parameters, as they stand."""
    return hashlib.sha1(b"".join(array.tobytes() for array in arrays)).hexdigest()


def training():
    """Return a small VAE with its training function, the same each time."""
    vae = VAE(2, tn.rng(0), hidden=16)
    return vae, vae.train_function(tn.Adam(1e-3))


def looking_at(parameters) -> tn.TestFunction:
    """Return a test function that returns all numbers of the parameters, and takes the time of a step for it."""

    def slowly(parameter):
        time.sleep(2e-4)  # long enough for a step to end in between
        return parameter.value.ravel()

    return tn.TestFunction(lambda: np.concatenate([slowly(p) for p in parameters]), name="look")


def at_work(works, errors, stop):
    """Start a thread for each work, which goes on until all are told to stop, or one fails."""

    def go_on(work):
        try:
            while not stop.is_set():
                work()
        except BaseException as error:
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=go_on, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.parametrize("seconds", SECONDS)
def test_whatever_others_do_no_set_of_parameters_is_torn_and_the_run_is_the_undisturbed_one(seconds, tmp_path):
    vae, train = training()
    seen, done, errors, stop = [], dict.fromkeys(("look", "graph", "save", "widget"), 0), [], threading.Event()
    look = looking_at(train.parameters)
    path, copy = tmp_path / "vae.safetensors", training()[0]

    def looks():
        seen.append(digest([look()]))
        assert np.isfinite(vae.decode([[0.0, 0.0]])).all()
        done["look"] += 1

    def graphs():
        drawn = tn.draw(train.graph(X[:2]), vae.decode.graph(np.zeros((1, 2))))
        assert drawn.svg.startswith("<svg")
        done["graph"] += 1

    def saves():
        tn.save(path, train.parameters, train)
        tn.load(path, copy.parameters)
        seen.append(digest(p.value for p in copy.parameters))
        done["save"] += 1

    def widgets():
        made = tw.LatentExplorer(vae.decode, vae.encode), tw.ParameterView(train.parameters)
        for widget in made:
            widget.close()
        done["widget"] += 1

    steps, losses = [digest(p.value for p in train.parameters)], []
    threads = at_work((looks, graphs, saves, widgets), errors, stop)
    end = time.monotonic() + seconds
    while (time.monotonic() < end or not all(done.values()) or len(set(seen)) <= 3) and not stop.is_set():
        losses.append(float(train(X)))
        steps.append(digest(p.value for p in train.parameters))
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and min(done.values()) > 0 and len(losses) > 10
    assert set(seen) <= set(steps)
    assert trace_stack.top == -1
    _, alone = training()
    assert losses == [float(alone(X)) for _ in losses]


def test_a_step_that_is_put_in_place_piece_by_piece_would_be_noticed(monkeypatch):
    """The guard on the guard."""
    _, train = training()

    def piece_by_piece(changes):
        for target, name, value in changes:
            setattr(target, name, value)
            time.sleep(1e-3)  # as a slower machine would

    monkeypatch.setattr("teachnn.functions.train_function.change", piece_by_piece)
    look, seen, errors, stop = looking_at(train.parameters), [], [], threading.Event()
    steps = [digest([look()])]
    threads = at_work([lambda: seen.append(digest([look()]))], errors, stop)
    while set(seen) <= set(steps) and threads[0].is_alive():  # until it is noticed
        train(X)
        steps.append(digest([look()]))
    stop.set()
    threads[0].join()
    assert not errors
