"""ONNX Runtime, which knows nothing of this library, computes what our functions compute."""

import numpy as np
import onnx
import onnxruntime
import pytest
import zoo

import teachnn as tn
from teachnn.models.vae import VAE

TESTS = {(name, f.name): (f, (x,)) for name, (_, tests, _) in zoo.models().items() for f, x in tests}
TRAINS = {
    (name, f.name): (f, x) for name, (trains, _, _) in zoo.models().items() for f, x in trains if name != "fractal"
}
Z = np.random.default_rng(1).standard_normal((4, 2)).astype(np.float32)


def run(path, inputs, times=1):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = {told.name: x for told, x in zip(session.get_inputs(), inputs, strict=True)}
    outputs = [session.run(None, given) for _ in range(times)]
    return outputs if times > 1 else outputs[0]


@pytest.mark.parametrize("which", TESTS, ids=".".join)
def test_every_models_test_functions_are_the_same_there_for_any_batch(which, tmp_path):
    function, inputs = TESTS[which]
    tn.export.onnx(function, tmp_path / "f.onnx", *inputs)
    for size in (1, 3, len(inputs[0])):
        batch = [x[:size] for x in inputs]
        expected = function(*batch)
        for one, other in zip(run(tmp_path / "f.onnx", batch), _tuple(expected), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("which", TRAINS, ids=".".join)
def test_every_objective_is_the_same_there(which, tmp_path):
    train, inputs = TRAINS[which]
    tn.export.onnx(train, tmp_path / "train.onnx", *inputs)
    found = run(tmp_path / "train.onnx", inputs)
    program = tn.export.program(train, *inputs)
    names = [label for label, _ in program.outputs]
    assert [output.name for output in onnx.load(tmp_path / "train.onnx").graph.output] == names
    if program.noisy:  # its noise is another one: two runs differ, and are near
        loss, other = (outputs[names.index("loss")] for outputs in run(tmp_path / "train.onnx", inputs, times=2))
        assert loss != other
        assert loss == pytest.approx(float(program(*inputs, rng=tn.rng(0))["loss"]), rel=0.5)
    else:
        assert found[names.index("loss")] == pytest.approx(float(train(*inputs)), abs=1e-5)


def test_two_functions_files_show_by_name_what_the_functions_share(tmp_path):
    vae = VAE(2, tn.rng(0), hidden=8)
    x = np.zeros((3, 28, 28), np.float32)
    tn.export.onnx(vae.decode, tmp_path / "decode.onnx", Z)
    tn.export.onnx(vae.train_function(tn.Adam()), tmp_path / "train.onnx", x)
    decode, train = (
        {i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(tmp_path / f"{name}.onnx").graph.initializer}
        for name in ("decode", "train")
    )
    for parameter in vae.decoder.parameters:
        assert decode[parameter.name].tobytes() == train[parameter.name].tobytes() == parameter.value.tobytes()


@pytest.mark.parametrize("kind", [tn.Conv2D, tn.ConvTranspose2D])
@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 1), (3, 0)])
def test_convolutions_of_every_stride_and_padding_are_the_same_there(kind, stride, padding, tmp_path):
    layer = kind.create("c", (2, 3), tn.rng(0), size=3, stride=stride, padding=padding)
    x = np.random.default_rng(0).standard_normal((2, 7, 6, 2)).astype(np.float32)
    tn.export.onnx(tn.TestFunction(layer), tmp_path / "c.onnx", x)
    np.testing.assert_allclose(run(tmp_path / "c.onnx", [x])[0], layer(x), atol=1e-5)


@pytest.mark.parametrize(
    "pool", [tn.MaxPool2D(3, 2, padding=1), tn.AveragePool2D(2), tn.AveragePool2D(3, 2, padding=1)]
)
def test_pools_are_the_same_there(pool, tmp_path):
    x = np.random.default_rng(0).standard_normal((2, 7, 6, 2)).astype(np.float32)
    tn.export.onnx(tn.TestFunction(pool), tmp_path / "p.onnx", x)
    np.testing.assert_allclose(run(tmp_path / "p.onnx", [x])[0], pool(x), atol=1e-6)


def test_labels_that_are_ignored_and_weights_of_classes_are_the_same_there(tmp_path):
    rng = tn.rng(0)
    W, b = tn.Parameter("W", rng.standard_normal((5, 3))), tn.Parameter("b", np.zeros(3))
    dense = tn.Dense(W, b)

    def objective(x, y):
        return tn.loss.cross_entropy(dense(x), y, class_weights=[1, 2, 0.5], ignore_label=-1)

    train = tn.TrainFunction(objective, dense.parameters, tn.SGD(0.1))
    x, y = rng.standard_normal((6, 5)).astype(np.float32), np.array([0, 1, 2, -1, 2, -1])
    tn.export.onnx(train, tmp_path / "t.onnx", x, y)
    assert run(tmp_path / "t.onnx", [x, y])[0] == pytest.approx(float(train(x, y)), abs=1e-6)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    (tmp_path / "f.onnx").write_text("old")
    with pytest.raises(tn.InputError):
        tn.export.onnx(tn.TestFunction(lambda z: z.cumsum()), tmp_path / "f.onnx", Z)
    assert (tmp_path / "f.onnx").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_missing_package_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'teachnn\[export\]'"):
        tn.export.onnx(tn.TestFunction(np.tanh, name="f"), tmp_path / "f.onnx", Z)


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)
