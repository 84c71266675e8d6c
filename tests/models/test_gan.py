"""Two training functions over one set of parameters: what each moves, what it uses, and what the other then sees."""

import threading

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from refusal import refused

import teachnn as tn
from teachnn.models.gan import GAN, Spread
from teachnn.models.plane import centres, clusters

X = clusters(64, tn.rng(0))
Z = tn.rng(1).standard_normal((64, 2)).astype(np.float32)


def functions(gan):
    return gan.critic_function(tn.Adam(1e-3)), gan.generator_function(tn.Adam(1e-3))


def test_each_step_moves_its_own_half_and_leaves_the_others_as_it_is():
    gan = GAN(tn.rng(0), width=8)
    critic, generator = functions(gan)
    for train, inputs, own in ((critic, (X, Z), gan.critic), (generator, (Z,), gan.generator)):
        before = {p: p.value for p in gan.parameters}
        train(*inputs)
        assert {p for p in gan.parameters if p.value is not before[p]} == set(own.parameters) == set(train.parameters)
    assert not set(critic.parameters) & set(generator.parameters)
    assert {*critic.parameters, *generator.parameters} == set(gan.parameters)


def test_a_step_of_one_changes_what_the_other_is_to_do():
    gan = GAN(tn.rng(0), width=8)
    critic, generator = functions(gan)
    wish = lambda: next(iter(generator.gradients(Z).values())).copy()  # noqa: E731
    before = wish()
    critic(X, Z)
    assert not np.array_equal(wish(), before)


def test_the_other_network_is_used_and_not_trained_in_the_graphs():
    gan = GAN(tn.rng(0), width=8)
    critic, generator = functions(gan)
    for graph, own in ((critic.graph(X, Z), gan.critic), (generator.graph(Z), gan.generator)):
        how = {u.variable: u.how for node in graph.nodes for u in node.uses}
        assert {p for p in how if how[p] == "trains"} == set(own.parameters)
        assert set(how) == set(gan.parameters)
    assert gan.generate.graph(Z).parameters == gan.generator.parameters
    critic_boxes = [n for n in critic.graph(X, Z).nodes if n.name == "critic.h1"]
    assert len(critic_boxes) == 2, "the critic is asked twice, with one set of parameters"


def test_the_costs_are_minus_the_logarithms_of_what_the_critic_believes():
    gan = GAN(tn.rng(0), width=8)
    _, generator = functions(gan)
    of_data, of_made = gan.believe(X), gan.believe(gan.generate(Z))
    assert generator(Z).loss == pytest.approx(-np.log(of_made).mean(), rel=1e-5)
    gan = GAN(tn.rng(0), width=8)
    terms = functions(gan)[0](X, Z).terms
    assert terms["data"] == pytest.approx(-np.log(of_data).mean(), rel=1e-5)
    assert terms["made"] == pytest.approx(-np.log(1 - of_made).mean(), rel=1e-5)


def test_the_gradient_passes_through_the_critic_to_the_generator():
    gan = GAN(tn.rng(0), width=8)
    made = tn.check_gradients(gan.pass_for_data, Z[:3].astype(float), parameters=gan.generator.parameters, limit=6)
    assert made < 1e-5


def test_a_fault_in_one_step_leaves_both_halves_and_both_memories(state_of):
    gan = GAN(tn.rng(0), width=8)
    critic, generator = functions(gan)
    critic(X, Z), generator(Z)
    before = state_of(gan.parameters, critic, []), state_of(gan.parameters, generator, [])
    with pytest.raises(tn.InputError):
        critic(X, Z[:, :1])
    with pytest.raises(tn.InputError):
        generator(np.full((4, 2), np.nan))
    assert (state_of(gan.parameters, critic, []), state_of(gan.parameters, generator, [])) == before


def test_it_learns_to_make_points_near_the_clusters():
    rng = tn.rng(0)
    gan = GAN(rng, width=32)
    critic, generator = (f(tn.Adam(2e-3, beta1=0.5)) for f in (gan.critic_function, gan.generator_function))
    z = tn.rng(9).standard_normal((500, 2))
    away = lambda: np.linalg.norm(gan.generate(z)[:, None] - centres(), axis=2).min(axis=1).mean()  # noqa: E731
    before = away()
    for _ in range(700):
        critic(clusters(128, rng), rng.standard_normal((128, 2)))
        generator(rng.standard_normal((128, 2)))
    assert away() < 0.75 * before


# A critic that sees the spread


def test_beside_each_row_stands_the_deviation_of_its_group():
    x = tn.rng(0).standard_normal((6, 2)).astype(np.float32)
    y = Spread(3)(x)
    assert y.shape == (6, 4) and y.dtype == np.float32 and np.array_equal(y[:, :2], x)
    for group in (slice(0, 3), slice(3, 6)):
        assert y[group, 2:] == pytest.approx(np.tile(x[group].std(axis=0), (3, 1)), rel=1e-4)


def test_points_that_are_all_alike_have_a_spread_of_almost_nothing():
    assert Spread(4)(np.ones((8, 2), np.float32))[:, 2:].max() < 0.002


def test_gradients_of_the_spread_are_right_to_second_order():
    spread, x = Spread(3), tn.rng(1).standard_normal((6, 2))
    assert tn.check_gradients(spread, x) < 1e-6
    slope = grad(lambda x: anp.sum(spread(x) ** 2))
    assert tn.check_gradients(slope, x, tolerance=1e-5) < 1e-5


def test_rows_that_are_no_whole_groups_are_refused():
    with refused("Spread", "take a multiple of it"):
        Spread(4)(np.ones((6, 2), np.float32))
    for wrong in (0, -1, 2.5, "3"):
        with pytest.raises(tn.InputError):
            Spread(wrong)


def test_the_generator_is_the_same_function_whatever_its_critic_saw():
    gan = GAN(tn.rng(0), width=8, group=8)
    critic, generator = functions(gan)
    critic(X, Z), generator(Z)
    assert gan.generate(Z[:1]) == pytest.approx(gan.generate(Z)[:1], abs=1e-6), "at test a row is by itself"
    assert gan.believe(X).shape == (64,)


def test_both_functions_go_on_from_files_to_the_bit(tmp_path, state_of):
    gans = [GAN(tn.rng(seed), width=8) for seed in (0, 1)]
    pairs = [functions(gan) for gan in gans]

    def rounds(pair, count):
        for _ in range(count):
            pair[0](X, Z)
            pair[1](Z)

    rounds(pairs[0], 3)
    for there, here, name in zip(*pairs, ("critic", "generator"), strict=True):
        tn.save(tmp_path / name, there.parameters, there)
        tn.load(tmp_path / name, here.parameters, here)
    for pair in pairs:
        rounds(pair, 2)
    bits = [[state_of((), train) for train in pair] for pair in pairs]
    assert bits[0] == bits[1] and np.array_equal(*(gan.generate(Z) for gan in gans))


def test_points_are_made_of_one_whole_step_while_another_thread_trains():
    """Whatever is made meanwhile is what some step's parameters make: no set is torn."""
    gan = GAN(tn.rng(0), width=8)
    _, generator = functions(gan)
    whole = {gan.generate(Z).tobytes()}

    def train():
        for _ in range(50):
            generator(Z)
            whole.add(gan.generate(Z).tobytes())

    thread = threading.Thread(target=train)
    thread.start()
    seen = {gan.generate(Z).tobytes()}
    while thread.is_alive():
        seen.add(gan.generate(Z).tobytes())
    thread.join()
    assert generator.steps == 50 and seen <= whole
