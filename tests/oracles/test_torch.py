"""Another library's answer to the same question: values, all gradients, kept statistics, whole trajectories."""

import copy

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp

import teachnn as tn
from teachnn import ops
from teachnn.functions.check import _Checking
from teachnn.models.gpt import GPT
from teachnn.models.recurrent import RecurrentNet
from teachnn.models.vae import VAE

torch = pytest.importorskip("torch")
F = torch.nn.functional
torch.set_num_threads(1)  # a second one costs these small arrays more than it gives

SEED = np.random.default_rng(0)
STEPS = 100


def numbers(*shape) -> np.ndarray:
    return SEED.standard_normal(shape)


def compare(ours, theirs, *arrays, rel=1e-10):
    """The value and the gradient by each array agree, the output weighted at random."""
    vjp, y = make_vjp(ours, tuple(range(len(arrays))))(*arrays)
    g = np.asarray(numbers(*np.shape(y)))
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    z = theirs(*tensors)
    assert y == pytest.approx(z.detach().numpy(), rel=rel, abs=rel)
    (z * torch.tensor(g)).sum().backward()
    for gradient, tensor in zip(vjp(g), tensors, strict=True):
        expected = tensor.grad.numpy()
        assert gradient.shape == expected.shape
        assert gradient == pytest.approx(expected, rel=rel, abs=rel)


def in_double(layer, x, *values):
    """Call the layer in float64 with other values of its parameters."""
    return _Checking(dict(zip(layer.parameters, values, strict=True))).run(layer, x)


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(y):
    return y.permute(0, 2, 3, 1)


def test_dense():
    layer = tn.Dense.create("h", 7, 4, tn.rng(0))
    compare(
        lambda x, W, b: in_double(layer, x, W, b),
        lambda x, W, b: F.linear(x, W.T, b),
        numbers(5, 7), numbers(7, 4), numbers(4),
    )  # fmt: skip


CURVES = {
    tn.ops.relu: F.relu,
    tn.ops.leaky_relu: F.leaky_relu,
    tn.ops.sigmoid: torch.sigmoid,
    tn.ops.tanh: torch.tanh,
    tn.ops.softplus: F.softplus,  # which is x itself, exactly, from 20 on
    tn.ops.softmax: lambda x: F.softmax(x, -1),
    tn.ops.log_softmax: lambda x: F.log_softmax(x, -1),
}
EXTREMES = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [7, 7, 7], [0, 0, 0], [200, -200, -0.0], [1e4, 1e4, 1e4]])


@pytest.mark.parametrize("ours", CURVES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [3 * numbers(6, 5), numbers(1, 1), EXTREMES], ids=["plain", "one number", "extreme"])
def test_curves(ours, x):
    compare(ours, CURVES[ours], x)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 2), (2, 1), (3, 1), (2, 0)])
def test_convolution(stride, padding):
    layer = tn.Conv2D.create("c", (3, 4), tn.rng(0), stride=stride, padding=padding)
    compare(
        lambda x, W, b: in_double(layer, x, W, b),
        lambda x, W, b: channels_last(F.conv2d(channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding)),
        numbers(2, 8, 7, 3), numbers(3, 3, 3, 4), numbers(4),
    )  # fmt: skip


@pytest.mark.parametrize(("size", "stride", "padding"), [(4, 2, 1), (3, 1, 0), (3, 2, 0), (2, 3, 0), (5, 2, 2)])
def test_transposed_convolution(size, stride, padding):
    layer = tn.ConvTranspose2D.create("t", (3, 4), tn.rng(0), size=size, stride=stride, padding=padding)
    compare(
        lambda x, W, b: in_double(layer, x, W, b),
        lambda x, W, b: channels_last(F.conv_transpose2d(channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding)),
        numbers(2, 5, 4, 3), numbers(size, size, 4, 3), numbers(4),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, 0), (3, 1, 0), (2, 3, 0), (3, 2, 0), (3, 2, 1), (2, 1, 1), (5, 3, 2)]
)
def test_pools(size, stride, padding):
    x, windows = numbers(2, 8, 7, 3), (size, stride, padding)
    compare(
        tn.MaxPool2D(size, stride, padding=padding),
        lambda x: channels_last(F.max_pool2d(channels_first(x), *windows)),
        x,
    )
    for counts in (True, False):
        compare(
            tn.AveragePool2D(size, stride, padding=padding, count_include_pad=counts),
            lambda x, c=counts: channels_last(F.avg_pool2d(channels_first(x), *windows, count_include_pad=c)),
            x,
        )
    compare(tn.GlobalAveragePool2D(), lambda x: x.mean(dim=(1, 2)), x)


@pytest.mark.parametrize("shape", [(4, 3), (16, 3), (2, 5, 4, 3)])
def test_batch_norm_in_training(shape):
    layer = tn.BatchNorm.create("bn", 3, mode="train")
    compare(
        lambda x, gamma, beta: in_double(layer, x, gamma, beta),
        lambda x, gamma, beta: F.batch_norm(
            x.reshape(-1, 3), None, None, gamma, beta, training=True, eps=1e-5
        ).reshape(x.shape),
        2 * numbers(*shape) + 1, numbers(3), numbers(3),
        rel=1e-8,
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 3), (5, 3), (2, 5, 4, 3)])
def test_batch_norm_at_test(shape):
    layer, mean, variance = tn.BatchNorm.create("bn", 3, mode="test"), numbers(3), numbers(3) ** 2
    kept = [torch.tensor(v) for v in (mean, variance)]

    def ours(x, gamma, beta):
        values = (gamma, beta, mean, variance)
        return _Checking(dict(zip(layer.parameters + layer.statistics, values, strict=True))).run(layer, x)

    def theirs(x, gamma, beta):
        return F.batch_norm(x.reshape(-1, 3), *kept, gamma, beta, eps=1e-5).reshape(x.shape)

    compare(ours, theirs, 2 * numbers(*shape) + 1, numbers(3), numbers(3))


@pytest.mark.parametrize("number", [0.0, 7.0, -1e4])
def test_a_variance_of_zero(number):
    x, gamma, beta = np.full((4, 3), number), numbers(3), numbers(3)
    for layer, theirs in (
        (
            tn.BatchNorm.create("bn", 3, mode="train"),
            lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True, eps=1e-5),
        ),
        (tn.LayerNorm.create("ln", 3), lambda x, g, b: F.layer_norm(x, (3,), g, b)),
    ):
        compare(lambda *values, layer=layer: in_double(layer, *values), theirs, x, gamma, beta, rel=1e-8)


@pytest.mark.parametrize("n", [4, 16])
@pytest.mark.parametrize("rate", [0.1, 0.01, 0.5])
def test_batch_norms_kept_statistics_after_50_steps(n, rate):
    """We keep the variance divided by n, and PyTorch that divided by n - 1: of what was added, (n - 1) / n is ours."""
    layer = tn.BatchNorm.create("bn", 3, mode="train", rate=rate)
    theirs = torch.nn.BatchNorm1d(3, momentum=rate).double()
    train = tn.TrainFunction(lambda x: anp.sum(layer(x)), layer.parameters, tn.SGD(1e-3))
    for step in range(50):
        x = ((1 + step / 25) * numbers(n, 3) + step / 10).astype(np.float32)
        train(x)
        theirs(torch.tensor(x, dtype=torch.float64))
    start = (1 - rate) ** 50  # what is left of the ones at the beginning
    variance = start + (theirs.running_var.numpy() - start) * (n - 1) / n
    assert layer.mean.value == pytest.approx(theirs.running_mean.numpy(), rel=1e-5)
    assert layer.variance.value == pytest.approx(variance, rel=1e-5)
    x = numbers(5, 3).astype(np.float32)
    theirs.running_var = torch.tensor(variance)
    theirs.weight.data, theirs.bias.data = (torch.tensor(p.value.astype(float)) for p in layer.parameters)
    at_test = theirs.eval()(torch.tensor(x, dtype=torch.float64)).detach().numpy()
    assert layer.at("test")(x) == pytest.approx(at_test, rel=1e-5, abs=1e-5)


def test_a_variance_divided_by_n_minus_1_would_be_noticed(monkeypatch):
    """The guard on the guard: at n = 4 the factor is 4 / 3."""
    right = ops.moments
    monkeypatch.setattr(ops, "moments", lambda x: (right(x)[0], right(x)[1] * len(x) / (len(x) - 1)))
    for test in (
        lambda: test_batch_norm_in_training((4, 3)),
        lambda: test_batch_norms_kept_statistics_after_50_steps(4, 0.1),
    ):
        with pytest.raises(AssertionError, match="comparison failed"):
            test()


@pytest.mark.parametrize("shape", [(4, 6), (2, 3, 6), (1, 6)])
def test_layer_norm(shape):
    layer = tn.LayerNorm.create("ln", 6)
    compare(
        lambda x, gamma, beta: in_double(layer, x, gamma, beta),
        lambda x, gamma, beta: F.layer_norm(x, (6,), gamma, beta),
        3 * numbers(*shape) + 2, numbers(6), numbers(6),
    )  # fmt: skip


def test_noise_is_what_its_generator_draws_and_no_gradient_goes_to_it():
    rng = tn.rng(0)
    kept = torch.tensor(copy.deepcopy(rng).random((6, 5), np.float32) >= 0.3)
    compare(
        lambda x: _Checking({}).run(tn.Dropout(0.3, rng, mode="train"), x),
        lambda x: torch.where(kept, x / 0.7, 0.0),
        numbers(6, 5),
    )
    noise = torch.tensor(copy.deepcopy(rng).standard_normal((6, 5), np.float32).astype(float))
    compare(
        lambda mean, v: _Checking({}).run(tn.GaussianSample(rng, mode="train"), mean, v),
        lambda mean, v: torch.addcmul(mean, torch.exp(v / 2), noise),
        numbers(6, 5), numbers(6, 5),
    )  # fmt: skip


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.9])
def test_the_mean_of_the_paths_that_live(rate):
    drop, join = tn.DropPath(rate, tn.rng(1), mode="train"), tn.Join()
    paths = [numbers(4, 3) for _ in range(4)]
    alive = torch.tensor(_Checking({}).run(drop.alive, 4)).double().reshape(4, 1, 1)

    def ours(*paths):  # a dead path passes no gradient, but autograd wants to see it
        return _Checking({}).run(lambda *p: join(*drop(*p)), *paths) + 0 * sum(paths)

    compare(ours, lambda *paths: (torch.stack(paths) * alive).sum(0) / alive.sum(), *paths)


@pytest.mark.parametrize("scores", [3 * numbers(6, 3), EXTREMES], ids=["plain", "extreme"])
def test_losses_on_labels(scores):
    labels = np.array([0, 2, 1, 1, 1, 0])
    targets = torch.tensor(labels)
    compare(lambda s: tn.loss.cross_entropy(s, labels), lambda s: F.cross_entropy(s, targets), scores)
    # PyTorch divides an example's margins by the number of classes
    compare(lambda s: tn.loss.hinge(s, labels), lambda s: 3 * F.multi_margin_loss(s, targets), scores)


@pytest.mark.parametrize("ignored", [-100, 2])
@pytest.mark.parametrize("weights", [None, [0.2, 3.0, 1.0]])
def test_cross_entropy_with_class_weights_and_an_ignored_label(weights, ignored):
    labels = np.array([0, ignored, 1, 1, ignored, 0])
    weight = weights and torch.tensor(weights, dtype=torch.float64)
    compare(
        lambda s: tn.loss.cross_entropy(s, labels, class_weights=weights, ignore_label=ignored),
        lambda s: F.cross_entropy(s, torch.tensor(labels), weight, ignore_index=ignored),
        3 * numbers(6, 3),
    )


def test_binary_cross_entropy_of_sure_targets_and_extreme_logits():
    targets = np.tile([1.0, 0.0, 1.0], (6, 1))
    compare(
        tn.loss.binary_cross_entropy,
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="sum") / 6,
        EXTREMES, targets,
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(6, 5), (2, 4, 3, 1)])
def test_losses_on_arrays_of_one_shape(shape):
    logits, y, log_variance = 3 * numbers(*shape), numbers(*shape), numbers(*shape)
    targets = np.clip(abs(numbers(*shape)), 0, 1)
    compare(
        tn.loss.binary_cross_entropy,
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="sum") / shape[0],
        logits, targets,
    )  # fmt: skip
    compare(tn.loss.mean_squared_error, F.mse_loss, y, logits)
    if len(shape) == 2:
        compare(
            tn.loss.gaussian_kl,
            lambda m, v: torch.distributions.kl_divergence(
                torch.distributions.Normal(m, torch.exp(v / 2)), torch.distributions.Normal(0.0, 1.0)
            ).sum() / shape[0],
            y, log_variance,
        )  # fmt: skip


def test_the_loss_of_a_vae_and_all_its_gradients_on_one_batch_and_one_noise():
    vae, x = VAE(2, tn.rng(0), hidden=9, shape=(5, 4)), abs(np.sin(numbers(4, 5, 4)))
    for p in vae.parameters:
        p.value = p.value + 0.3 * numbers(*p.shape)
    noise = torch.tensor(copy.deepcopy(vae.rng).standard_normal((4, 2), np.float32).astype(float))

    def ours(*values):
        return sum(_Checking(dict(zip(vae.parameters, values, strict=True))).run(vae.objective, x).values())

    def theirs(*tensors):
        W = dict(zip([p.name for p in vae.parameters], tensors, strict=True))
        dense = lambda x, name: F.linear(x, W[f"{name}.W"].T, W[f"{name}.b"])  # noqa: E731
        pixels = torch.tensor(x.reshape(4, 20)).double()
        h = F.relu(dense(pixels, "enc.h"))
        q = torch.distributions.Normal(dense(h, "enc.mean"), torch.exp(dense(h, "enc.log_variance") / 2))
        logits = dense(F.relu(dense(q.mean + q.stddev * noise, "dec.h")), "dec.out")
        reconstruction = F.binary_cross_entropy_with_logits(logits, pixels, reduction="sum")
        return (torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum() + reconstruction) / 4

    values = [p.value.astype(float) for p in vae.parameters]
    compare(ours, theirs, *values)
    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    x = x.astype(np.float32)  # as the training function takes it, which finds the same in float32
    theirs(*tensors).backward()
    for gradient, tensor in zip(vae.train_function(tn.Adam()).gradients(x).values(), tensors, strict=True):
        assert gradient == pytest.approx(tensor.grad.numpy(), rel=1e-4, abs=1e-5)


RATE = tn.schedule.Cosine(0.02, 0.001, steps=80)


@pytest.mark.parametrize(
    ("make", "theirs"),
    [
        (tn.SGD, lambda w: torch.optim.SGD(w, lr=0.02)),
        (tn.Momentum, lambda w: torch.optim.SGD(w, lr=0.02, momentum=0.9)),
        (
            lambda rate: tn.Momentum(rate, momentum=0.7, nesterov=True),
            lambda w: torch.optim.SGD(w, lr=0.02, momentum=0.7, nesterov=True),
        ),
        (tn.RMSProp, lambda w: torch.optim.RMSprop(w, lr=0.02, alpha=0.9, eps=1e-8)),
        (lambda rate: tn.RMSProp(rate, 0.99, 0.1), lambda w: torch.optim.RMSprop(w, lr=0.02, alpha=0.99, eps=0.1)),
        (tn.Adam, lambda w: torch.optim.Adam(w, lr=0.02)),
        (tn.AdamW, lambda w: torch.optim.AdamW(w, lr=0.02)),
        (lambda rate: tn.AdamW(rate, weight_decay=0.5), lambda w: torch.optim.AdamW(w, lr=0.02, weight_decay=0.5)),
        (
            lambda rate: tn.AdamW(rate, weight_decay=0.5, decay_vectors=False),
            lambda w: torch.optim.AdamW(
                [{"params": w[:1]}, {"params": w[1:], "weight_decay": 0}], 0.02, weight_decay=0.5
            ),
        ),
    ],
    ids=["SGD", "Momentum", "Nesterov", "RMSProp", "RMSProp 0.99", "Adam", "AdamW", "AdamW 0.5", "AdamW of weights"],
)
@pytest.mark.parametrize("rate", [0.02, RATE], ids=["constant", "schedule"])
def test_a_trajectory_of_100_steps(make, theirs, rate):
    """A least squares fit on a new batch each step; ours keeps float32, theirs is in float64."""
    W, b = tn.Parameter("W", numbers(6, 3)), tn.Parameter("b", numbers(3))
    tensors = [torch.tensor(p.value.astype(float), requires_grad=True) for p in (W, b)]
    layer = tn.Dense(W, b)
    train = tn.TrainFunction(lambda x, y: tn.loss.mean_squared_error(layer(x), y), layer.parameters, make(rate))
    optimizer = theirs(tensors)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: rate(t) / 0.02 if callable(rate) else 1.0)
    start = W.value
    for _ in range(STEPS):
        x, y = numbers(8, 6).astype(np.float32), numbers(8, 3).astype(np.float32)
        loss = F.mse_loss(torch.tensor(x).double() @ tensors[0] + tensors[1], torch.tensor(y).double())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        assert train(x, y).loss == pytest.approx(loss.item(), rel=1e-4)
    for parameter, tensor in zip((W, b), tensors, strict=True):
        assert parameter.value == pytest.approx(tensor.detach().numpy(), abs=1e-5)
    assert np.abs(W.value - start).max() > 0.1  # it went somewhere


@pytest.mark.parametrize("clip", [0.1, 2.0])
def test_a_trajectory_of_clipped_gradients(clip):
    W, b = tn.Parameter("W", numbers(6, 3)), tn.Parameter("b", numbers(3))
    tensors = [torch.tensor(p.value.astype(float), requires_grad=True) for p in (W, b)]
    layer = tn.Dense(W, b)
    objective = lambda x, y: tn.loss.mean_squared_error(layer(x), y)  # noqa: E731
    train = tn.TrainFunction(objective, layer.parameters, tn.Momentum(0.1), clip=clip)
    optimizer, above = torch.optim.SGD(tensors, lr=0.1, momentum=0.9), 0
    for _ in range(STEPS):
        x, y = numbers(8, 6).astype(np.float32), numbers(8, 3).astype(np.float32)
        loss = F.mse_loss(torch.tensor(x).double() @ tensors[0] + tensors[1], torch.tensor(y).double())
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(tensors, clip).item()
        optimizer.step()
        above += norm > clip
        assert train(x, y).norm == pytest.approx(norm, rel=1e-4)
    for parameter, tensor in zip((W, b), tensors, strict=True):
        assert parameter.value == pytest.approx(tensor.detach().numpy(), abs=1e-5)
    assert 0 < above and (clip < 1 or above < STEPS)  # some are clipped, and of the larger one not all


# The same network there: tn.export


def twin(rng):
    """Return a network and the same one in PyTorch, which takes pictures of one channel."""
    net = tn.Sequential(
        tn.Reshape((8, 8, 1)),
        tn.Conv2D.create("c", (1, 4), rng, padding=1),
        tn.BatchNorm.create("b", 4, mode="train"),
        tn.ReLU(),
        tn.MaxPool2D(2),
        tn.Flatten(),
        tn.Dense.create("d", 64, 32, rng),
        tn.BatchNorm.create("b2", 32, mode="train"),
        tn.ReLU(),
        tn.Reshape((2, 2, 8)),
        tn.ConvTranspose2D.create("t", (8, 3), rng),
        tn.Flatten(),
        tn.LayerNorm.create("ln", 48),
        tn.Dense.create("o", 48, 5, rng),
    )
    nn = torch.nn
    module = nn.Sequential(
        *(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Unflatten(1, (8, 2, 2))),
        *(nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Flatten(), nn.LayerNorm(48), nn.Linear(48, 5)),
    )
    return net, module


def test_the_same_network_there_computes_the_same_in_both_modes():
    net, module = twin(tn.rng(0))
    for variable in net.parameters + net.statistics:
        variable.value = variable.value + SEED.uniform(0, 0.1, variable.shape)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in tn.export.torch_state(net).items()})
    x = numbers(64, 64).astype(np.float32)
    for mode, near in (("test", 2e-6), ("train", 1e-5)):  # a call in training moves the statistics there
        there = module.train(mode == "train")(torch.from_numpy(x))
        assert net.at(mode)(x) == pytest.approx(there.detach().numpy(), abs=near)


def test_a_network_trained_there_is_the_same_here():
    net, module = twin(tn.rng(0))
    module(torch.from_numpy(numbers(20, 64).astype(np.float32)))  # its statistics move
    for parameter in module.parameters():
        parameter.data = torch.from_numpy(0.1 * numbers(*parameter.shape).astype(np.float32))
    tn.export.from_torch(net, module.state_dict())
    x = numbers(64, 64).astype(np.float32)
    assert net.at("test")(x) == pytest.approx(module.eval()(torch.from_numpy(x)).detach().numpy(), abs=2e-6)


# Stacks, parts and what is put together


JOINED = {
    "a product of stacks": (anp.matmul, torch.matmul, [(2, 3, 4, 5), (2, 3, 5, 2)]),
    "a stack times a matrix": (anp.matmul, torch.matmul, [(2, 4, 5), (5, 3)]),
    "one after the other": (
        lambda *xs: anp.concatenate(xs, axis=1), lambda *xs: torch.cat(xs, 1), [(2, 3), (2, 1), (2, 4)],
    ),
    "a stack": (lambda *xs: ops.stack(*xs), lambda *xs: torch.stack(xs), [(2, 3)] * 3),
    "a stack along the second axis": (lambda *xs: anp.stack(xs, axis=1), lambda *xs: torch.stack(xs, 1), [(2, 3)] * 3),
    "a slice": (lambda x: x[:, 1:4:2], lambda x: x[:, 1:4:2], [(3, 5, 2)]),
    "a number and the rest": (lambda x: x[..., -1] * x[:, 0:1, 0], lambda x: x[..., -1] * x[:, 0:1, 0], [(3, 5, 2)]),
    "axes in another order": (lambda x: anp.swapaxes(x, 1, 3), lambda x: x.transpose(1, 3), [(2, 3, 4, 5)]),
}  # fmt: skip


@pytest.mark.parametrize("what", JOINED)
def test_parts_and_stacks_and_their_gradients(what):
    ours, theirs, shapes = JOINED[what]
    compare(ours, theirs, *(numbers(*shape) for shape in shapes))


# A recurrent net


def test_a_gru_and_all_its_gradients():
    layer = tn.GRU.create("g", 5, 4, tn.rng(0))

    def theirs(x, h, W, U, b, c):
        arrays = {"weight_ih": W.T, "weight_hh": U.T, "bias_ih": b, "bias_hh": c}
        return torch.func.functional_call(torch.nn.GRUCell(5, 4, dtype=torch.float64), arrays, (x, h))

    shapes = [(3, 5), (3, 4), *(p.shape for p in layer.parameters)]
    compare(
        lambda x, h, *values: _Checking(dict(zip(layer.parameters, values, strict=True))).run(layer, x, h),
        theirs, *(numbers(*shape) for shape in shapes), rel=1e-8,
    )  # fmt: skip


def test_a_gru_goes_there_and_follows_a_series_as_it_does_here():
    layer, module = tn.GRU.create("g", 5, 4, tn.rng(0)), torch.nn.GRUCell(5, 4)
    for parameter in layer.parameters:
        parameter.value = parameter.value + 0.1 * numbers(*parameter.shape).astype(np.float32)
    state = tn.export.torch_state(layer)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    x, h = numbers(6, 3, 5).astype(np.float32), np.zeros((3, 4), np.float32)
    there = torch.zeros(3, 4)
    for t in range(6):
        h, there = layer(x[t], h), module(torch.from_numpy(x[t]), there)
        assert h == pytest.approx(there.detach().numpy(), abs=2e-6)


def test_a_recurrent_nets_loss_and_all_its_gradients():
    net = RecurrentNet(2, 4, tn.rng(0))
    module = torch.nn.GRU(2, 4, batch_first=True, dtype=torch.float64)

    def theirs(W, U, b, c, W_out, b_out):
        series = torch.tensor(known)
        arrays = {"weight_ih_l0": W.T, "weight_hh_l0": U.T, "bias_ih_l0": b, "bias_hh_l0": c}
        states, _ = torch.func.functional_call(module, arrays, (series[:, :-1],))
        return F.mse_loss(F.linear(states, W_out.T, b_out), series[:, 1:])

    known = numbers(3, 6, 2)
    compare(
        lambda *values: _Checking(dict(zip(net.parameters, values, strict=True))).run(net.objective, known),
        theirs, *(numbers(*p.shape) for p in net.parameters), rel=1e-6,
    )  # fmt: skip


def test_an_embedding_goes_there():
    layer, module = tn.Embedding.create("e", 6, 3, tn.rng(0)), torch.nn.Embedding(6, 3)
    state = tn.export.torch_state(layer)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    tokens = np.array([[5, 0], [1, 1]])
    assert (layer(tokens) == module(torch.from_numpy(tokens)).detach().numpy()).all()


def test_a_residual_layer_and_all_its_gradients():
    layer = tn.Residual(tn.Sequential(tn.Dense.create("h", 4, 4, tn.rng(0)), tn.Tanh()))
    compare(
        lambda x, W, b: in_double(layer, x, W, b),
        lambda x, W, b: x + torch.tanh(F.linear(x, W.T, b)),
        numbers(5, 4), numbers(4, 4), numbers(4),
    )  # fmt: skip


# A GPT


class TorchGPT(torch.nn.Module):
    """The same GPT in PyTorch, out of its own attention."""

    def __init__(self, gpt):
        super().__init__()
        arrays = {p.name: torch.tensor(p.value.astype(np.float64), requires_grad=True) for p in gpt.parameters}
        self.arrays, self.blocks, self.heads = arrays, len(gpt.blocks), gpt.blocks[0].attention.heads

    def forward(self, tokens):
        a = self.arrays
        norm = lambda x, name: F.layer_norm(x, x.shape[-1:], a[f"{name}.gamma"], a[f"{name}.beta"])  # noqa: E731
        N, T = tokens.shape
        x = a["tokens.W"][tokens] + a["places.W"][:T]
        width = x.shape[-1]
        for name in (f"block{i}" for i in range(1, self.blocks + 1)):
            both = norm(x, f"{name}.norm1") @ a[f"{name}.attention.W"] + a[f"{name}.attention.b"]
            parts = both.view(N, T, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
            taken = F.scaled_dot_product_attention(*parts, is_causal=True).transpose(1, 2).reshape(N, T, width)
            x = x + taken @ a[f"{name}.attention.W_out"] + a[f"{name}.attention.b_out"]
            up = F.relu(norm(x, f"{name}.norm2") @ a[f"{name}.up.W"] + a[f"{name}.up.b"])
            x = x + up @ a[f"{name}.down.W"] + a[f"{name}.down.b"]
        return norm(x, "norm") @ a["tokens.W"].T


def gpt_in_double(tokens, first):
    """Return a GPT, and its loss and gradients in float64 as we and as PyTorch have them."""
    gpt = GPT(11, 12, tn.rng(0), width=16, heads=4, blocks=2)
    for parameter in gpt.parameters:
        parameter.value = parameter.value + 0.2 * SEED.standard_normal(parameter.shape)
    values = [parameter.value.astype(np.float64) for parameter in gpt.parameters]

    def loss(*values):
        return _Checking(dict(zip(gpt.parameters, values, strict=True))).run(gpt.objective, tokens, first)

    vjp, ours = make_vjp(loss, tuple(range(len(values))))(*values)
    there, x, y = TorchGPT(gpt), torch.tensor(tokens[:, :-1]), torch.tensor(tokens[:, first:])
    theirs = F.cross_entropy(there(x)[:, first - 1 :].reshape(-1, 11), y.reshape(-1))
    theirs.backward()
    return gpt, (ours, vjp(1.0)), (theirs.item(), [there.arrays[p.name].grad.numpy() for p in gpt.parameters])


@pytest.mark.parametrize("first", [1, 5])
def test_a_gpts_loss_and_all_its_gradients_are_pytorchs_in_float64(first):
    _, (loss, gradients), (expected, theirs) = gpt_in_double(SEED.integers(0, 11, (3, 9)), first)
    assert loss == pytest.approx(expected, rel=1e-10)
    for gradient, other in zip(gradients, theirs, strict=True):
        assert gradient.dtype == np.float64
        np.testing.assert_allclose(gradient, other, rtol=1e-6, atol=1e-9)


def test_a_gpts_training_function_has_these_gradients_in_float32():
    tokens = SEED.integers(0, 11, (3, 9))
    gpt, _, (expected, theirs) = gpt_in_double(tokens, 1)
    train = gpt.train_function(tn.SGD(0.1))
    gradients = train.gradients(tokens)
    assert train(tokens).loss == pytest.approx(expected, abs=2e-6)
    for parameter, other in zip(gpt.parameters, theirs, strict=True):
        np.testing.assert_allclose(gradients[parameter], other, atol=5e-6)


def test_a_gpts_cached_logits_are_those_of_pytorchs_whole_text():
    gpt, tokens = GPT(11, 12, tn.rng(0), width=16, heads=4, blocks=2), SEED.integers(0, 11, (3, 9))
    theirs = TorchGPT(gpt)(torch.tensor(tokens)).detach().numpy()
    logits, cache = gpt.read(tokens[:, :4])
    for place in range(3, 9):
        np.testing.assert_allclose(logits, theirs[:, place], atol=1e-5)
        if place < 8:
            logits, cache = gpt.next(tokens[:, place + 1], cache)
