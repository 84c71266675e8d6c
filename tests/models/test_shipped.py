"""What is shipped computes what training found: exactly, or as nearly as its bits allow; and it holds no parameter."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn
from teachnn.models.classifier import Classifier
from teachnn.models.shipped import FakeQuantised, Student, aware, bytes_of, folded, quantised, rounded

X, Y = np.random.default_rng(0).random((12, 6, 6), dtype=np.float32), np.arange(12) % 3


def small(seed=0, hidden=5, prefix=""):
    """A network with batch norm whose parameters and statistics are away from their zeros and ones."""
    rng = tn.rng(seed)
    net = tn.Sequential(
        tn.Flatten(),
        tn.Dense.create(f"{prefix}h", 36, hidden, rng),
        tn.BatchNorm.create(f"{prefix}bn", hidden, mode="train"),
        tn.ReLU(),
        tn.Dense.create(f"{prefix}out", hidden, 3, rng),
    )
    return moved(net, rng)


def moved(net, rng):
    for variable in net.parameters + net.statistics:
        variable.value = variable.value + rng.uniform(0.1, 0.5, variable.shape)
    return net


def test_a_student_moves_its_own_parameters_and_its_test_function_knows_no_teacher():
    net, teacher = small(), small(1, 9, "teacher.")
    before = [v.value for v in teacher.parameters + teacher.statistics]
    student = Student(net, teacher)
    train = student.train_function(tn.Adam(0.01))
    assert train(X, Y).loss > train(X, Y).loss
    assert all(v.value is old for v, old in zip(teacher.parameters + teacher.statistics, before, strict=True))
    graph, test = train.graph(X, Y), tn.TestFunction(lambda x: student.test_net(x)).graph(X)
    hows = {use.variable: use.how for node in graph.nodes for use in node.uses}
    assert all(hows[p] == "uses" for p in teacher.parameters) and all(hows[p] == "trains" for p in net.parameters)
    assert set(test.parameters) == set(net.parameters)


def test_the_teachers_term_is_least_where_the_student_says_the_same():
    net = small()
    term = lambda other: float(Student(other, net, share=1.0).objective(X, Y)["teacher"])  # noqa: E731
    with_test_statistics = folded(net)
    assert term(with_test_statistics) < min(term(small(seed)) for seed in (1, 2, 3))
    alone = Student(net, small(1), share=0.0).objective(X, Y)
    assert alone["teacher"] == 0 and alone["labels"] == Classifier(net).objective(X, Y)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_a_folded_network_is_the_test_function_with_other_arrays(seed):
    net = small(seed)
    new = folded(net)
    assert [type(layer).__name__ for layer in new] == ["Flatten", "Dense", "ReLU", "Dense"]
    np.testing.assert_allclose(new(X), net.at("test")(X), rtol=1e-5, atol=1e-5)
    assert not new.parameters + new.statistics and [d.name for d in new.derived] == ["h.W", "h.b", "out.W", "out.b"]
    assert new[1].W.made_from == (net[1].W, net[2].gamma, net[2].variance)


def test_batch_norm_behind_a_convolution_is_folded_too_and_behind_anything_else_refused():
    rng = tn.rng(0)
    conv = tn.Conv2D.create("c", (1, 4), rng, padding=1)
    net = moved(tn.Sequential(tn.Reshape((6, 6, 1)), conv, tn.BatchNorm.create("bn", 4, mode="train"), tn.ReLU()), rng)
    np.testing.assert_allclose(folded(net)(X), net.at("test")(X), rtol=1e-5, atol=1e-5)
    for wrong in (tn.Sequential(*net[2:]), tn.Sequential(tn.ReLU(), *net[2:])):
        with refused("bn (BatchNorm)", cure="a layer of sums"):
            folded(wrong)


@pytest.mark.parametrize("bits", range(2, 9))
def test_rounded_weights_are_at_most_half_a_scale_away(bits):
    W = np.random.default_rng(bits).standard_normal((40, 7)).astype(np.float32)
    q, scale = rounded(W, bits)
    most = 2 ** (bits - 1) - 1
    assert scale.shape == (7,) and np.array_equal(q, np.rint(q)) and np.abs(q).max(axis=0).tolist() == [most] * 7
    assert np.all(np.abs(q * scale - W) <= scale * (0.5 + 1e-5))


def test_a_unit_of_zeros_stays_zero():
    q, scale = rounded(np.zeros((3, 2), np.float32))
    assert not q.any() and np.isfinite(scale).all()


def test_a_quantised_network_stores_bytes_and_computes_with_its_rounded_weights():
    new = folded(small())
    eight = quantised(new)
    assert [v.stored.dtype.name for v in eight.derived] == ["int8", "float32", "float32"] * 2
    assert bytes_of(eight) == 36 * 5 + 5 * 3 + 2 * 4 * (5 + 3) < bytes_of(new) and not eight.parameters
    W = eight[1].q.value * eight[1].scale.value
    np.testing.assert_allclose(eight[1](new[0](X)), new[0](X) @ W + new[1].b.value, rtol=1e-5, atol=1e-5)
    errors = [float(np.abs(quantised(new, bits)(X) - new(X)).mean()) for bits in (8, 6, 4)]
    assert errors == sorted(errors) and errors[0] < 0.02 < errors[2]
    with refused("quantised", cure="folded(net) first"):
        quantised(small())


def test_a_layer_that_knows_of_the_rounding_computes_with_it_and_passes_the_gradient_straight_through():
    new = folded(small())
    net = aware(new, 3)
    np.testing.assert_allclose(net(X), quantised(new, 3)(X), rtol=1e-5, atol=1e-5)
    layer: FakeQuantised = net[1]
    q, scale = rounded(layer.W.value, 3)
    plain = tn.Dense(tn.Parameter("W", q * scale), tn.Parameter("b", layer.b.value))
    objective = lambda layer: lambda x: (layer(x) ** 2).mean()  # noqa: E731
    mine, theirs = (
        tn.TrainFunction(objective(one), one.parameters, tn.SGD()).gradients(X.reshape(12, -1))
        for one in (layer, plain)
    )
    for a, b in zip(mine.values(), theirs.values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert set(net.parameters).isdisjoint(new.parameters) and not net.derived


def test_training_that_knows_of_two_bits_loses_less():
    teacher, x = small(1, 9), np.random.default_rng(1).random((256, 6, 6), dtype=np.float32)
    y = teacher.at("test")(x).argmax(axis=1)
    new = folded(small(2))
    net = aware(new, 2)
    lost = lambda net: float(tn.loss.cross_entropy(quantised(net, 2)(x), y))  # noqa: E731
    before = lost(new)
    Student(net, teacher).train_function(tn.Adam(0.01)).fit(
        tn.data.batches(x, y, size=32, rng=tn.rng(0)), epochs=10, progress=False
    )
    assert lost(net) < before


def test_what_is_shipped_is_copied_saved_and_exported_like_any_function(tmp_path):
    eight = quantised(folded(small()))
    test = tn.TestFunction(lambda x: eight(x), name="eight")
    np.testing.assert_allclose(tn.export.program(test, X)(X[:5]), test(X[:5]), atol=1e-5)
    runtime = pytest.importorskip("onnxruntime")
    tn.export.onnx(test, tmp_path / "eight.onnx", X)
    session = runtime.InferenceSession(tmp_path / "eight.onnx")
    (there,) = session.run(None, {session.get_inputs()[0].name: X})
    np.testing.assert_allclose(there, test(X), atol=1e-5)
    other = copy.deepcopy(eight)
    assert np.array_equal(other(X), eight(X)) and other[1].q is not eight[1].q
    tn.save(tmp_path / "eight.safetensors", eight.derived)
    again = quantised(folded(small(5)))
    assert not np.allclose(again(X), eight(X))
    tn.load(tmp_path / "eight.safetensors", again.derived)
    assert np.array_equal(again(X), eight(X)) and again[1].q.value.dtype == np.int8
    with pytest.raises(tn.CheckpointError, match="int8"):
        tn.load(tmp_path / "eight.safetensors", [tn.Parameter(d.name, d.value) for d in eight.derived])
