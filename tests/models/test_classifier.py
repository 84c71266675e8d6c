"""The first case of the course: in training a batch's statistics and masks, at test neither, and shared parameters."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.classifier import Classifier, convolutional_network, dense_network

DIGITS = tn.data.mnist().train
PICTURES, LABELS = tn.data.pixels(DIGITS.images[:100]), DIGITS.labels[:100]
NETWORKS = {"dense": lambda rng: dense_network(rng, hidden=32, rate=0.2), "convolutional": convolutional_network}


@pytest.fixture(params=NETWORKS)
def classifier(request):
    return Classifier(NETWORKS[request.param](tn.rng(0)))


def test_a_tiny_set_is_learnt_by_heart(classifier):
    start = classifier.accuracy(PICTURES, LABELS)
    batches = tn.data.batches(PICTURES, LABELS, size=25, rng=tn.rng(1))
    history = classifier.train_function(tn.Adam(3e-3)).fit(batches, epochs=15, progress=False)
    assert start < 0.4 and classifier.accuracy(PICTURES, LABELS) >= 0.97
    assert history.loss[-4:].mean() < 0.35 * history.loss[:4].mean()


def test_probabilities_are_those_of_the_test_network(classifier):
    p = classifier.classify(PICTURES[:7])
    assert p.shape == (7, 10) and p.dtype == np.float32 and p.min() > 0
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    logits = tn.TestFunction(classifier.test_net)(PICTURES[:7])
    np.testing.assert_allclose(p, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), rtol=1e-4)


def test_a_picture_is_classified_alone_as_it_is_among_others(classifier):
    classifier.train_function(tn.Adam())(PICTURES, LABELS)
    together = classifier.classify(PICTURES[:9])
    alone = np.concatenate([classifier.classify(PICTURES[i : i + 1]) for i in range(9)])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_accuracy_is_the_share_of_right_answers_whatever_the_size_of_its_batches(classifier):
    p = classifier.classify(PICTURES)
    right = int(sum(row.argmax() == label for row, label in zip(p, LABELS, strict=True)))
    for size in (1000, 100, 33, 1):
        assert classifier.accuracy(PICTURES, LABELS, size) == right / 100
    answers = p.argmax(axis=1)
    assert classifier.accuracy(PICTURES, answers) == 1
    assert classifier.accuracy(PICTURES, (answers + 1) % 10) == 0
    wrong = np.where(np.arange(100) < 25, (answers + 3) % 10, answers)
    assert classifier.accuracy(PICTURES, wrong, size=30) == 0.75


def test_both_networks_hold_the_very_same_parameters_and_statistics(classifier):
    net, test_net = classifier.net, classifier.test_net
    for mine, theirs in ((net.parameters, test_net.parameters), (net.statistics, test_net.statistics)):
        assert len(mine) == len(theirs) > 0 and all(a is b for a, b in zip(mine, theirs, strict=True))
    assert classifier.parameters is net.parameters
    modes = [{layer.mode for layer in some.layers if isinstance(layer, tn.ModeLayer)} for some in (net, test_net)]
    assert modes == [{"train"}, {"test"}]


def test_a_network_handed_over_in_test_mode_is_trained_in_train_mode():
    net = dense_network(tn.rng(0), hidden=8)
    classifier = Classifier(net.at("test"))
    before = [s.value.tobytes() for s in net.statistics]
    classifier.train_function(tn.Adam())(PICTURES, LABELS)
    assert all(s.value.tobytes() != old for s, old in zip(net.statistics, before, strict=True))


def test_the_graphs_share_every_parameter_and_what_one_writes_the_other_reads(classifier):
    train = classifier.train_function(tn.Adam()).graph(PICTURES[:4], LABELS[:4])
    test = classifier.classify.graph(PICTURES[:4])
    assert set(tn.shared_parameters(train, test)) == set(classifier.parameters)
    how = [{use.how: use.variable for node in g.nodes for use in node.uses}.keys() for g in (train, test)]
    assert how == [{"trains", "writes"}, {"uses", "reads"}]
    assert set(train.statistics) == set(test.statistics) == set(classifier.net.statistics)


def test_classifying_changes_nothing(classifier, state_of):
    variables = classifier.parameters + classifier.net.statistics
    before = state_of(variables)
    classifier.accuracy(PICTURES, LABELS)
    assert state_of(variables) == before


def test_parameters_have_the_shapes_that_the_docstrings_say():
    dense, convolutional = dense_network(tn.rng(0)), convolutional_network(tn.rng(0))
    assert {p.name: p.shape for p in dense.parameters} == {
        "h.W": (784, 256),
        "h.b": (256,),
        "bn.gamma": (256,),
        "bn.beta": (256,),
        "out.W": (256, 10),
        "out.b": (10,),
    }
    shapes = {p.name: p.shape for p in convolutional.parameters}
    assert shapes["conv1.W"] == (3, 3, 1, 16) and shapes["conv2.W"] == (3, 3, 16, 32)
    assert shapes["out.W"] == (7 * 7 * 32, 10)


def test_the_gradient_of_the_objective_is_right():
    classifier = Classifier(dense_network(tn.rng(0), hidden=4))
    f = lambda: classifier.objective(PICTURES[:6].astype(np.float64), LABELS[:6])  # noqa: E731
    assert tn.check_gradients(f, parameters=classifier.parameters, limit=40) < 1e-6
