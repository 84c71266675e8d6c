"""From noise to data by one network, called many times: the formulas, and what each function reads and writes."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn
from teachnn.models.diffusion import Diffusion, NoiseNet, Way, levels
from teachnn.models.plane import nearest, rings
from teachnn.models.vae import VAE

STARTS = np.random.default_rng(0).standard_normal((400, 2)).astype(np.float32)


class Known(tn.Layer):
    """E[e | x] = noise x / (signal^2 spread^2 + noise^2), right for data of a normal distribution N(0, spread^2)."""

    spread: float

    def forward(self, x, t):
        signal, noise = levels(t)
        return (x * noise / (signal**2 * self.spread**2 + noise**2)).astype(np.float32)


# Levels, and the way back


@given(st.floats(0, 1), st.floats(0, 1))
def test_noise_grows_and_signal_falls_and_their_squares_add_up_to_1(a, b):
    (s1, n1), (s2, n2) = levels(min(a, b)), levels(max(a, b))
    assert s1**2 + n1**2 == pytest.approx(1) and s1 >= s2 and n1 <= n2


def test_all_is_data_at_first_and_almost_all_is_noise_at_last():
    assert levels(0.0) == (1, 0) and levels(1.0)[0] < 0.09


@pytest.mark.parametrize("fresh", [0.0, 1.0])
@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_a_net_that_knows_the_answer_leads_noise_to_the_right_distribution(fresh, spread):
    steps, rng = 100, tn.rng(1)
    shape = (4000, steps, 1) if fresh else (4000, 1)
    made = Way(Known(spread), steps, fresh, False)(rng.standard_normal(shape, dtype=np.float32))
    assert made.std() == pytest.approx(spread, rel=0.06) and abs(made.mean()) < 0.1


@given(st.integers(2, 6), st.floats(0.1, 1))
@settings(deadline=None, max_examples=20)
def test_a_step_with_new_noise_is_that_of_ddpm(steps, fresh):
    """Its mean as Ho et al. write it, (x - beta / sqrt(1 - abar) e) / sqrt(alpha), and its variance, at fresh = 1."""
    net, rng = Known(0.7), tn.rng(0)
    start = rng.standard_normal((5, steps, 2))
    x, z = start[:, 0], start[:, 1]
    (signal, noise), (signal_s, noise_s) = levels(1.0), levels(1 - 1 / steps)
    alpha = (signal / signal_s) ** 2
    e = net(x, np.ones((1, 1)))
    expected = (x - (1 - alpha) / noise * e) / alpha**0.5 + (noise_s / noise * (1 - alpha) ** 0.5) * z
    found = Way(net, steps, 1.0, True)(start)[:, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    other = Way(net, steps, fresh, True)(start)[:, 1]
    assert fresh == 1 or not np.allclose(found, other, atol=1e-6)


def test_the_path_begins_at_the_start_and_ends_where_the_sampler_does():
    diffusion = Diffusion(2, tn.rng(0), width=8)
    path = diffusion.sampler(7, path=True)(STARTS)
    assert path.shape == (400, 8, 2) and np.array_equal(path[:, 0], STARTS)
    assert np.array_equal(path[:, -1], diffusion.sampler(7)(STARTS))


# Training


def test_the_objective_is_the_error_of_the_noise_at_random_times():
    diffusion, twin = Diffusion(2, tn.rng(0), width=8), Diffusion(2, tn.rng(0), width=8)
    x, rng = STARTS[:6], twin.rng
    step = diffusion.train_function(tn.Adam())(x)
    t, e = rng.random((6, 1), dtype=np.float32), rng.standard_normal((6, 2), dtype=np.float32)
    signal, noise = levels(t)
    found = twin.net(signal * x + noise * e, t)
    assert step.loss == pytest.approx(((found - e) ** 2).mean(), rel=1e-5)


def test_gradients_of_the_net_are_right_by_points_and_times_and_parameters():
    net = NoiseNet.create("net", 3, tn.rng(0), width=5)
    for p in net.parameters:
        p.value = p.value + 0.3 * tn.rng(3).standard_normal(p.shape)
    x, t = tn.rng(1).standard_normal((4, 3)), tn.rng(2).random((4, 1))
    assert tn.check_gradients(net, x, t, parameters=net.parameters) < 1e-6


@pytest.fixture(scope="module")
def trained():
    diffusion, rng = Diffusion(2, tn.rng(0)), tn.rng(1)
    train = diffusion.train_function(tn.Adam(5e-3))
    train.fit(tn.data.batches(rings(10_000, rng), size=250, rng=rng), 20, progress=False)
    return diffusion, train


def test_it_learns_to_make_points_on_rings(trained):
    data = rings(4000, tn.rng(7))
    far = lambda steps: nearest(trained[0].sampler(steps)(STARTS), data).mean()  # noqa: E731
    assert nearest(STARTS, data).mean() > 0.15
    assert far(100) < 0.1 and far(20) < 0.1 and far(1) > far(20) + 0.03


def test_test_functions_read_the_averages_and_not_what_was_trained(trained):
    diffusion, train = trained
    graphs = [diffusion.sampler(3).graph(STARTS[:2]), diffusion.sampler(3, averaged=False).graph(STARTS[:2])]
    assert graphs[0].parameters == () and set(graphs[0].statistics) == set(diffusion.average.statistics)
    assert graphs[1].parameters == diffusion.parameters and graphs[1].statistics == ()
    assert sum(node.name == "net" for node in graphs[0].nodes) == 3
    written = {u.variable for n in train.graph(STARTS[:2]).nodes for u in n.uses if u.how == "writes"}
    assert written == set(diffusion.average.statistics)


def test_a_run_goes_on_from_a_file_to_the_bit(tmp_path, state_of):
    runs, x, path = [Diffusion(2, tn.rng(seed), width=8) for seed in (0, 1)], STARTS[:10], tmp_path / "d.safetensors"
    trains = [diffusion.train_function(tn.Adam(1e-2)) for diffusion in runs]
    for _ in range(3):
        trains[0](x)
    tn.save(path, runs[0].parameters, trains[0], {"noise": runs[0].rng})
    tn.load(path, runs[1].parameters, trains[1], {"noise": runs[1].rng})
    for train in trains:
        train(x)
    bits = [state_of(d.parameters + d.average.statistics, t, [d.rng]) for d, t in zip(runs, trains, strict=True)]
    assert bits[0] == bits[1] and np.array_equal(*(d.sampler(5)(x) for d in runs))


def test_a_copy_is_whole(state_of):
    diffusion = Diffusion(2, tn.rng(0), width=8)
    train, sample = diffusion.train_function(tn.Adam(1e-2)), diffusion.sampler(5)
    other, other_train, other_sample = copy.deepcopy((diffusion, train, sample))
    before = sample(STARTS)
    for _ in range(2):
        other_train(STARTS)
    assert np.array_equal(sample(STARTS), before) and not np.array_equal(other_sample(STARTS), before)
    assert other.average is other_train.average and other.rng is not diffusion.rng


def test_codes_of_another_model_are_what_it_learns_from_and_that_model_stays_as_it_is():
    """A training function that calls another's test function: no gradient goes there."""
    vae = VAE(3, tn.rng(0), hidden=8, shape=(4, 4))
    codes = Diffusion(3, tn.rng(1), width=8)

    def objective(pictures):
        mean, _ = vae.encode(pictures)
        return codes.objective(mean)

    train = tn.TrainFunction(objective, codes.parameters, tn.Adam(), average=codes.average)
    pictures, before = tn.rng(2).random((5, 4, 4)), [p.value for p in vae.parameters]
    train(pictures)
    assert all(p.value is array for p, array in zip(vae.parameters, before, strict=True))
    graph, sample = train.graph(pictures), codes.sampler(2)
    how = {u.variable.name: u.how for n in graph.nodes for u in n.uses}
    assert how["enc.mean.W"] == "uses" and how["net.enter.W"] == "trains"
    generate = tn.TestFunction(lambda noise: vae.decode(sample(noise)), name="generate")
    assert generate(np.zeros((2, 3))).shape == (2, 4, 4)
    used = generate.graph(np.zeros((2, 3))).parameters
    assert {p.name.partition(".")[0] for p in used} == {"dec"}


# What is refused


def test_noise_of_the_wrong_shape_is_refused_and_the_net_says_which():
    diffusion = Diffusion(2, tn.rng(0), width=8)
    with refused("net (Averaged)"):
        diffusion.sampler(3, fresh=1.0)(STARTS)
    with refused("net (Averaged)"):
        diffusion.sampler(3)(STARTS[:, :, None])
    with refused("net.enter (Dense)"):
        diffusion.sampler(3)(STARTS[:, :1])
    for wrong in (0, 2.5, "3"):
        with pytest.raises(tn.InputError):
            diffusion.sampler(wrong)
    for wrong in (-0.1, 1.5, "x"):
        with pytest.raises(tn.InputError):
            diffusion.sampler(3, fresh=wrong)
