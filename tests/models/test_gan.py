"""Two training functions over one set of parameters: what each moves, what it uses, and what the other then sees."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.gan import GAN
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
    critic, generator = functions(gan)
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
    with pytest.raises(FloatingPointError):
        generator(np.full((4, 2), 1e38))
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
    assert away() < 0.6 * before
