import subprocess
import sys
import threading

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.tracer import trace_stack

import teachnn as tn
from teachnn.models.classifier import Classifier, convolutional_network, dense_network
from teachnn.models.gpt import GPT
from teachnn.models.vae import VAE

X = np.random.default_rng(0).random((6, 28, 28), dtype=np.float32)
Y = np.arange(6)


def named(graph, name):
    (node,) = (node for node in graph.nodes if name in (node.name, node.type))
    return node


def edges(graph):
    label = [node.name or node.type for node in graph.nodes]
    return {(label[e.source], label[e.target]): e.gradient for e in graph.edges}


def test_a_known_function_gives_a_known_graph():
    W, b = tn.Parameter("W", np.ones((2, 2))), tn.Parameter("b", np.ones(2))
    dense = tn.Dense(W, b, name="d")
    train = tn.TrainFunction(lambda x, y: tn.loss.mean_squared_error(dense(x), y), [W], tn.SGD(0.1))
    graph = train.graph(np.ones((3, 2)), np.zeros((3, 2)))
    assert [(n.kind, n.name, n.type, n.shape) for n in graph.nodes] == [
        ("input", "x", "", (3, 2)),
        ("input", "y", "", (3, 2)),
        ("call", "d", "Dense", (3, 2)),
        ("primitive", "", "mean_squared_error", ()),
        ("output", "loss", "", ()),
    ]
    assert edges(graph) == {
        ("x", "d"): False,
        ("d", "mean_squared_error"): True,
        ("y", "mean_squared_error"): False,
        ("mean_squared_error", "loss"): True,
    }
    assert [(u.variable, u.how) for u in graph.nodes[2].uses] == [(W, "trains"), (b, "uses")]


def test_statistics_are_written_by_the_training_function_and_read_by_the_test_function():
    model = Classifier(dense_network(tn.rng(0), hidden=8))
    train, test = model.train_function(tn.Adam()).graph(X, Y), model.classify.graph(X)
    for graph, how, mode in ((train, "writes", "train"), (test, "reads", "test")):
        node = named(graph, "bn")
        assert {u.variable: u.how for u in node.uses if isinstance(u.variable, tn.Statistic)} == dict.fromkeys(
            model.net.statistics, how
        )
        assert node.mode == mode and named(graph, "Dropout").mode == mode
    assert set(train.statistics) == set(test.statistics) == set(model.net.statistics)


def test_no_gradient_comes_back_in_a_test_function():
    graph = Classifier(convolutional_network(tn.rng(0))).classify.graph(X)
    assert not any(edge.gradient for edge in graph.edges)
    assert {use.how for node in graph.nodes for use in node.uses} == {"uses", "reads"}


def test_labels_are_an_input_of_the_loss():
    graph = Classifier(dense_network(tn.rng(0), hidden=8)).train_function(tn.Adam()).graph(X, Y)
    assert edges(graph)["y", "cross_entropy"] is False and edges(graph)["out", "cross_entropy"] is True


def test_a_part_of_an_input_of_whole_numbers_is_known_to_come_from_it():
    table = tn.Embedding.create("table", 5, 2, tn.rng(0))
    graph = tn.TestFunction(lambda tokens: table(tokens[:, 1:])).graph(np.zeros((3, 4), int))
    assert edges(graph) == {("tokens", "table"): False, ("table", "output"): False}


def test_a_detached_layer_is_used_but_not_trained_and_passes_the_gradient_on():
    first, second = tn.Dense.create("first", 3, 3, tn.rng(0)), tn.Dense.create("second", 3, 1, tn.rng(1))
    frozen = second.detached()
    train = tn.TrainFunction(
        lambda x: tn.loss.mean_squared_error(frozen(first(x)), x[:, :1]),
        first.parameters + second.parameters,
        tn.Adam(),
    )
    graph = train.graph(np.ones((2, 3)))
    assert {u.how for u in named(graph, "first").uses} == {"trains"}
    assert {u.how for u in named(graph, "second").uses} == {"uses"}
    assert edges(graph)["first", "second"] is True


def test_a_stopped_gradient_is_seen_on_the_edge():
    W = tn.Parameter("W", np.ones(3))

    def objective(x):
        y = x * W.value
        return anp.sum(y * tn.ops.stop_gradient(y))

    graph = tn.TrainFunction(objective, [W], tn.SGD(0.1)).graph(np.ones(3)).collapse(0)
    gradient = {(graph.nodes[e.source].type, graph.nodes[e.target].type): e.gradient for e in graph.edges}
    assert gradient["multiply", "stop_gradient"] is False and gradient["stop_gradient", "multiply"] is False
    assert gradient["multiply", "multiply"] is True and gradient["multiply", "sum"] is True


def test_a_layer_called_twice_is_two_nodes_that_use_one_parameter():
    layer = tn.Dense.create("twice", 3, 3, tn.rng(0))
    graph = tn.TestFunction(lambda x: layer(layer(x))).graph(np.ones((2, 3)))
    calls = [node for node in graph.nodes if node.name == "twice"]
    assert len(calls) == 2 and graph.parameters == layer.parameters
    assert all(node.parameters == layer.parameters for node in calls)


def test_a_layer_that_hands_on_its_input_is_seen():
    class Nothing(tn.Layer):
        def forward(self, x):
            return x

    graph = tn.TestFunction(Nothing()).graph(np.ones((2, 3)))
    assert edges(graph) == {("inputs", "Nothing"): False, ("Nothing", "output"): False}


def test_a_custom_layer_opens_at_depth_two():
    from dataclasses import dataclass

    @dataclass(frozen=True, eq=False)
    class Residual(tn.Layer):
        inner: tn.Dense

        def forward(self, x):
            return x + self.inner(x)

    graph = tn.TestFunction(Residual(tn.Dense.create("in", 3, 3, tn.rng(0)), name="res")).graph(np.ones((2, 3)))
    assert [n.name or n.type for n in graph.nodes] == ["inputs", "res", "output"]
    assert [n.name or n.type for n in graph.collapse(2).nodes] == ["inputs", "in", "add", "output"]
    assert [n.name or n.type for n in graph.collapse(0).nodes] == ["inputs", "dense", "add", "output"]


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_what_a_layer_does_before_and_after_the_layers_in_it_closes_no_circle(depth):
    graph = GPT(5, 4, tn.rng(0), width=4, heads=2, blocks=1).logits.graph(np.zeros((1, 3), int)).collapse(depth)
    assert all(edge.source < edge.target for edge in graph.edges) and tn.draw(graph).svg


def test_a_test_function_of_test_functions_is_seen_whole():
    vae = VAE(2, tn.rng(0), hidden=8)
    graph = vae.reconstruct.graph(X)
    used = [p.name for p in graph.parameters]
    assert used == ["enc.h.W", "enc.h.b", "enc.mean.W", "enc.mean.b"] + [p.name for p in vae.decoder.parameters]


def test_a_test_function_in_an_objective_gives_back_no_gradient():
    student, teacher = tn.Dense.create("s", 3, 3, tn.rng(0)), tn.Dense.create("t", 3, 3, tn.rng(1))
    teach = tn.TestFunction(teacher)
    train = tn.TrainFunction(
        lambda x: tn.loss.mean_squared_error(student(x), teach(x)), student.parameters + teacher.parameters, tn.Adam()
    )
    graph = train.graph(np.ones((2, 3)))
    assert {u.how for u in named(graph, "t").uses} == {"uses"} and {u.how for u in named(graph, "s").uses} == {"trains"}


def test_outputs_have_names():
    def names(f):
        return [n.name for n in tn.TestFunction(f).graph(np.ones(3)).nodes if n.kind == "output"]

    assert names(np.tanh) == ["output"]
    assert names(lambda x: (x + 1, x + 2)) == ["output 1", "output 2"]
    assert names(lambda x: {"a": x + 1, "b": x + 2}) == ["a", "b"]


def test_drawing_a_function_draws_no_noise_and_moves_no_statistic(state_of):
    rng = tn.rng(0)
    model = Classifier(dense_network(rng, hidden=8))
    train = model.train_function(tn.Adam())
    train(X, Y)
    before = state_of(model.net.statistics, train, [rng])
    str(train.graph(X, Y)), train.graph(X, Y)._repr_mimebundle_(), model.classify.graph(X)
    assert state_of(model.net.statistics, train, [rng]) == before and trace_stack.top == -1


def test_a_function_that_fails_while_it_is_recorded_leaves_nothing_behind():
    model = Classifier(dense_network(tn.rng(0), hidden=8))
    with pytest.raises(tn.ModeError):
        tn.TestFunction(model.net).graph(X)
    with pytest.raises(tn.InputError):
        model.classify.graph(X[:, :5])
    assert trace_stack.top == -1 and model.classify(X).shape == (6, 10)


def test_a_graph_is_recorded_from_another_thread_while_one_trains():
    model = Classifier(dense_network(tn.rng(0), hidden=8))
    train, seen = model.train_function(tn.Adam()), []
    expected = str(train.graph(X, Y))
    thread = threading.Thread(target=lambda: seen.extend(str(train.graph(X, Y)) for _ in range(20)))
    thread.start()
    while thread.is_alive():
        train(X, Y)
    thread.join()
    assert seen == [expected] * 20


def test_the_same_code_gives_the_same_drawing_to_the_byte_in_another_process():
    code = (
        "import hashlib, numpy as np, teachnn as tn; v = tn.models.vae.VAE(2, tn.rng(0), hidden=8);"
        "d = tn.draw(v.train_function(tn.Adam()).graph(np.ones((4, 28, 28))), v.decode.graph(np.ones((4, 2))));"
        "print(hashlib.sha256(d.svg.encode()).hexdigest())"
    )
    prints = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(prints) == 1 and len(prints.pop()) == 65


def test_a_detached_layer_that_calls_a_test_function_can_be_drawn():
    dense = tn.Dense.create("d", 2, 2, tn.rng(0))
    inner = tn.TestFunction(dense, name="inner")

    class Asking(tn.Layer):
        dense: tn.Dense

        def forward(self, x):
            return inner(tn.ops.stop_gradient(x)) + x

    W, x = tn.Parameter("W", np.ones((2, 2))), np.ones((3, 2), np.float32)
    detached = Asking(dense).detached()
    train = tn.TrainFunction(lambda x: anp.sum(detached(x @ W.value)), [W], tn.SGD(0.1))
    for graph in (train.graph(x), tn.TestFunction(lambda x: detached(x @ W.value)).graph(x)):
        assert named(graph.collapse(2), "d").type == "Dense" and tn.draw(graph)
    before = dense.W.value.copy()
    train(x)
    assert np.array_equal(dense.W.value, before) and not np.array_equal(W.value, np.ones((2, 2)))
