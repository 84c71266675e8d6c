import numpy as np
import pytest

import teachnn as tn
from teachnn.models.linear_attributes import LinearAttributes


@pytest.fixture(scope="module")
def separable():
    """Features of three crops that show two attributes, one each in two directions, and a third that all have."""
    rng = np.random.default_rng(0)
    attributes = np.column_stack([rng.random((80, 2)) < 0.5, np.ones(80, bool)])
    directions = rng.standard_normal((3, 20))
    features = (attributes @ directions)[:, None] + 0.3 * rng.standard_normal((80, 3, 20))
    return features.astype(np.float32), attributes


def test_linear_attributes_are_told_and_one_that_all_have_is_taken_for_granted(separable):
    features, attributes = separable
    linear = LinearAttributes(features[:40], attributes[:40])
    assert linear.accuracy(features[40:], attributes[40:]).min() > 0.95
    assert (linear.scores(features)[:, 2] > 0.5).all()
    none = LinearAttributes(features[:40], np.zeros_like(attributes[:40]))
    assert (none.scores(features) < -0.5).all()


def test_the_fit_of_linear_attributes_ends_where_the_objective_is_smallest(separable):
    features, attributes = separable
    linear = LinearAttributes(features + np.float32(3), attributes)
    rows, signs = linear._rows(features + np.float32(3)), np.where(attributes, 1.0, -1.0).repeat(3, axis=0)
    at_end = tn.TrainFunction(linear.objective, (linear.W, linear.b), tn.SGD()).gradients(rows, signs)
    for parameter, slope in at_end.items():
        assert np.abs(slope).max() < 0.01, parameter.name  # at the start it is about 2
    total = lambda: sum(linear.objective(rows, signs).values())  # noqa: E731
    assert tn.check_gradients(total, parameters=(linear.W, linear.b), limit=9) < 1e-5


def test_linear_attributes_are_a_training_function_and_a_test_function_that_share_their_parameters(separable, state_of):
    features, attributes = separable
    linear = LinearAttributes(features, attributes)
    before = state_of((linear.W, linear.b))
    linear.scores(features), linear.accuracy(features, attributes)
    assert state_of((linear.W, linear.b)) == before
    assert linear.score.graph(features[:, 0]).parameters == (linear.W, linear.b)


def test_scores_are_the_mean_over_the_crops(separable):
    features, attributes = separable
    linear = LinearAttributes(features, attributes)
    alone = [linear.scores(features[:, i : i + 1]) for i in range(3)]
    np.testing.assert_allclose(linear.scores(features), np.mean(alone, axis=0), atol=1e-6)
