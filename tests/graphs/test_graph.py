import numpy as np
import pytest

import teachnn as tn
from teachnn.graphs import Edge, Graph, Node, Use
from teachnn.models.classifier import Classifier, dense_network
from teachnn.models.vae import VAE

X = np.random.default_rng(0).random((10, 28, 28), dtype=np.float32)


@pytest.fixture
def vae():
    return VAE(latent=2, rng=tn.rng(0), hidden=16)


@pytest.fixture
def train_graph(vae):
    return vae.train_function(tn.Adam()).graph(X)


def test_a_training_and_a_generating_vae_share_exactly_the_decoders_parameters(vae, train_graph):
    shared = tn.shared_parameters(train_graph, vae.decode.graph(np.zeros((3, 2))))
    assert [p.name for p in shared] == ["dec.h.W", "dec.h.b", "dec.out.W", "dec.out.b"]
    assert all(a is b for a, b in zip(shared, vae.decoder.parameters, strict=True))


def test_the_drawing_says_what_is_shared(vae, train_graph):
    drawing = tn.draw(train_graph, vae.decode.graph(np.zeros((3, 2))))
    assert str(drawing) == (
        "objective and decode share 4 of 10 parameters, 13,376 of 26,004 numbers: "
        "dec.h.W, dec.h.b, dec.out.W, dec.out.b"
    )
    bundle = drawing._repr_mimebundle_()
    assert bundle["text/plain"] == str(drawing) and bundle["image/svg+xml"].endswith(drawing.svg)
    assert bundle["image/svg+xml"].startswith(f"<!-- {drawing} -->\n")  # what JupyterLab shows where it is collapsed
    assert "4 of 10 · 13,376 of 26,004 numbers" in bundle["image/svg+xml"]


def test_a_drawing_can_be_saved(train_graph, tmp_path):
    tn.draw(train_graph).save(tmp_path / "one.svg")
    saved = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert saved.startswith("<svg") and train_graph._repr_mimebundle_()["image/svg+xml"].endswith(saved)


def test_a_graph_prints_as_a_table_of_layers():
    classify = Classifier(dense_network(tn.rng(0), hidden=4)).classify
    assert str(classify.graph(X)) == "\n".join(
        [
            "Test function classify",
            "layer           output shape  mode  parameters                   numbers",
            "x               (10, 28, 28)",
            "Flatten         (10, 784)",
            "h (Dense)       (10, 4)             W, b                           3,140",
            "bn (BatchNorm)  (10, 4)       test  gamma, beta, mean, variance        8",
            "ReLU            (10, 4)",
            "Dropout         (10, 4)       test",
            "out (Dense)     (10, 10)            W, b                              50",
            "softmax         (10, 10)",
            "output          (10, 10)",
            "6 parameters, 3,198 numbers; 2 statistics",
        ]
    )


def test_depth_goes_from_primitives_to_layers_and_into_layers_of_layers():
    a, b = tn.Parameter("a", [1.0]), tn.Parameter("b", [1.0])

    def call(index, name, calls):
        return Node(index, "call", name, name.title(), (1,), calls=calls)

    whole = Graph(
        "f",
        "test",
        (
            Node(0, "input", "x", "", (1,)),
            Node(1, "primitive", "", "multiply", (1,), None, (Use(a, "uses"),), (0, 1)),
            Node(2, "primitive", "", "add", (1,), None, (Use(b, "uses"),), (0, 2)),
            Node(3, "primitive", "", "tanh", (1,), None, (), (0,)),
            Node(4, "output", "y", "", (1,)),
        ),
        (Edge(0, 1, False), Edge(1, 2, False), Edge(2, 3, False), Edge(3, 4, False)),
        (call(0, "outer", ()), call(1, "first", (0,)), call(2, "second", (0,))),
    )
    names = [[node.name or node.type for node in whole.collapse(depth).nodes] for depth in (0, 1, 2, 3)]
    assert names[0] == ["x", "multiply", "add", "tanh", "y"]
    assert names[1] == ["x", "outer", "y"]
    assert names[2] == names[3] == ["x", "first", "second", "tanh", "y"]
    assert whole.collapse(1).nodes[1].parameters == (a, b)
    assert whole.collapse(1).collapse(0) is whole
    assert [(e.source, e.target) for e in whole.collapse(2).edges] == [(0, 1), (1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize("depth", [-1, 1.5, None])
def test_a_depth_is_a_whole_number(train_graph, depth):
    with pytest.raises(tn.InputError, match=r"^objective \(Graph\): .* depth >= 0, got "):
        train_graph.collapse(depth)


def test_what_is_no_graph_is_refused(train_graph):
    with pytest.raises(TypeError, match="expected graphs, got str; a function's "):
        tn.draw(train_graph, "net")
    with pytest.raises(ValueError, match="expected one graph or more, got none"):
        tn.shared_parameters()


def test_a_drawing_of_more_than_two_says_what_the_first_shares_with_each_of_the_others(vae, train_graph):
    decode, encode = vae.decode.graph(np.zeros((3, 2))), vae.encode.graph(np.zeros((3, 28, 28)))
    first, second = str(tn.draw(train_graph, decode, encode)).splitlines()
    assert first == str(tn.draw(train_graph, decode)) and second == str(tn.draw(train_graph, encode))


def test_a_drawing_of_one_says_what_it_uses(vae):
    said = str(tn.draw(vae.decode.graph(np.zeros((3, 2)))))
    assert said == "decode uses 4 parameters, 13,376 numbers: dec.h.W, dec.h.b, dec.out.W, dec.out.b"
