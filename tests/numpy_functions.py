"""Functions of numpy as learners write them, each said in operations: for whoever carries functions elsewhere."""

import autograd.numpy as anp
import numpy as np

import teachnn as tn

X = np.random.default_rng(0).standard_normal((4, 3, 6)).astype(np.float32)
FUNCTIONS = [
    lambda x: x[:, 0],
    lambda x: x[..., 1:5:2],
    lambda x: x[:, None, ::-1],
    lambda x: x[:, -1, 2:],
    lambda x: anp.concatenate([x, x[:, :1]], axis=1),
    lambda x: anp.stack([x[:, 0], x[:, 1]], axis=1),
    lambda x: anp.transpose(x, (0, 2, 1)),
    lambda x: anp.swapaxes(x, 1, 2),
    lambda x: anp.expand_dims(x, 1),
    lambda x: anp.squeeze(x[:, :1], 1),
    lambda x: x.reshape((x.shape[0], -1)),
    lambda x: anp.clip(x, -0.5, 0.5),
    lambda x: anp.square(x) + anp.reciprocal(2 + x * x),
    lambda x: anp.var(x, axis=-1) + anp.std(x, axis=1, keepdims=True)[..., 0],
    lambda x: anp.where(x > 0, x, 0.1 * x),
    lambda x: anp.max(x, axis=2) - anp.min(x, axis=2),
    lambda x: anp.argmax(x, axis=-1),
    lambda x: anp.logical_and(x > -1, anp.logical_not(x > 1)),
    lambda x: anp.exp(-anp.abs(x)) + anp.log(1 + x * x) + anp.sqrt(x * x) + anp.sin(x) * anp.cos(x) + anp.sign(x),
    lambda x: anp.rint(3 * x) + anp.rint(anp.rint(2 * x) / 2),
    lambda x: tn.ops.leaky_relu(x, 0.3) + tn.ops.tanh(x) ** 2 + anp.maximum(x, 0) - anp.minimum(x, 1),
    lambda x: x @ np.ones((6, 2), np.float32),
    lambda x: anp.dot(x[:, 0], np.ones((6, 2), np.float32)),
    lambda x: (x.astype(np.float64) * 2).astype(np.float32),
]
