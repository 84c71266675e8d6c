"""Each function of numpy that learners use: its gradient is the one by finite differences, or it says no.

It is asked of numpy itself and of autograd.numpy, for a row of pictures, a matrix and a square one: some of autograd's
gradients are wrong for one shape alone.
"""

import math

import autograd.numpy as anp
import numpy as np
import pytest

import teachnn as tn
from teachnn.ops import differentiate, getval, isbox, tracing

m, s = np.arange(12).reshape(3, 4) % 3 == 0, np.arange(9.0).reshape(3, 3) ** 2 / 20 + np.eye(3)
RIGHT = {
    "abs": lambda n, x: n.abs(x - 0.5),
    "add": lambda n, x: n.add(x, 1),
    "all": lambda n, x: x * n.all(x > 0),
    "any": lambda n, x: x * n.any(x > 0.5),
    "allclose": lambda n, x: x * n.allclose(x, x),
    "amax": lambda n, x: n.amax(x, axis=1),
    "amin": lambda n, x: n.amin(x, axis=0),
    "append": lambda n, x: n.append(x, x, axis=0),
    "append flat": lambda n, x: n.append(x, 1.0),
    "arange": lambda n, x: x * n.arange(4),
    "arccos": lambda n, x: n.arccos(x),
    "arccosh": lambda n, x: n.arccosh(x + 1.5),
    "arcsin": lambda n, x: n.arcsin(x),
    "arcsinh": lambda n, x: n.arcsinh(x),
    "arctan": lambda n, x: n.arctan(x),
    "arctan2": lambda n, x: n.arctan2(x, 2 * x + 1),
    "arctanh": lambda n, x: n.arctanh(x),
    "argmax": lambda n, x: x * n.argmax(x),
    "argmin": lambda n, x: x * n.argmin(x),
    "argsort": lambda n, x: x[n.argsort(x[:, 0])],
    "around": lambda n, x: x * n.around(x),
    "array_split": lambda n, x: n.array_split(x, 2)[0],
    "atleast_1d": lambda n, x: n.atleast_1d(x),
    "atleast_2d": lambda n, x: n.atleast_2d(x[0]),
    "atleast_3d": lambda n, x: n.atleast_3d(x),
    "broadcast_to": lambda n, x: n.broadcast_to(x[:, :1], (3, 5)),
    "ceil": lambda n, x: x * n.ceil(x),
    "clip": lambda n, x: n.clip(x, 0.4, 0.6),
    "clip kw": lambda n, x: n.clip(x, a_min=0.4, a_max=0.6),
    "clip None": lambda n, x: n.clip(x, 0.4, None),
    "clip method": lambda n, x: x.clip(0.4, 0.6),
    "column_stack": lambda n, x: n.column_stack([x, x]),
    "concatenate": lambda n, x: n.concatenate([x, 2 * x]),
    "concatenate axis": lambda n, x: n.concatenate([x, 2 * x], axis=1),
    "concatenate neg": lambda n, x: n.concatenate([x, 2 * x], -1),
    "cos": lambda n, x: n.cos(x),
    "cosh": lambda n, x: n.cosh(x),
    "count_nonzero": lambda n, x: x * n.count_nonzero(x > 0.5),
    "cross": lambda n, x: n.cross(x[:, :3], s),
    "cumsum": lambda n, x: n.cumsum(x),
    "cumsum 0": lambda n, x: n.cumsum(x, axis=0),
    "cumsum 1": lambda n, x: n.cumsum(x, axis=1),
    "cumsum -1": lambda n, x: n.cumsum(x, axis=-1),
    "cumsum method": lambda n, x: x.cumsum(0),
    "deg2rad": lambda n, x: n.deg2rad(x),
    "degrees": lambda n, x: n.degrees(x),
    "diag vec": lambda n, x: n.diag(x[0]),
    "diff": lambda n, x: n.diff(x),
    "diff 0": lambda n, x: n.diff(x, axis=0),
    "diff 2": lambda n, x: n.diff(x, 2),
    "divide": lambda n, x: n.divide(1, x),
    "dot": lambda n, x: n.dot(x, np.ones((4, 2))),
    "dot method": lambda n, x: x.dot(np.ones((4, 2))),
    "dsplit": lambda n, x: n.dsplit(x[:, :, None] * np.ones(2), 2)[0],
    "einsum": lambda n, x: n.einsum("ij,ij->i", x, x),
    "einsum tr": lambda n, x: n.einsum("ij->ji", x),
    "einsum dots": lambda n, x: n.einsum("...j,j->...", x, np.arange(4.0)),
    "einsum sum": lambda n, x: n.einsum("ij->", x),
    "einsum implicit": lambda n, x: n.einsum("ij,jk", x, np.ones((4, 2))),
    "exp": lambda n, x: n.exp(x),
    "exp2": lambda n, x: n.exp2(x),
    "expand_dims": lambda n, x: n.expand_dims(x, 1),
    "expm1": lambda n, x: n.expm1(x),
    "fabs": lambda n, x: n.fabs(x - 0.5),
    "fft": lambda n, x: n.real(n.fft.fft(x)),
    "fix": lambda n, x: x * n.fix(x),
    "fliplr": lambda n, x: n.fliplr(x),
    "flipud": lambda n, x: n.flipud(x),
    "floor": lambda n, x: x * n.floor(x),
    "floor_divide": lambda n, x: x * n.floor_divide(x, 0.3),
    "fmax": lambda n, x: n.fmax(x, 0.5),
    "fmin": lambda n, x: n.fmin(x, 0.5),
    "full_like": lambda n, x: x * n.full_like(x, 2),
    "gradient 5": lambda n, x: n.gradient(n.reshape(x, (12,))),
    "hsplit": lambda n, x: n.hsplit(x, 2)[0],
    "hstack": lambda n, x: n.hstack([x, x]),
    "hypot": lambda n, x: n.hypot(x, 1 - x),
    "identity": lambda n, x: x @ n.identity(4),
    "inner": lambda n, x: n.inner(x, x),
    "isclose": lambda n, x: x * n.isclose(x, x),
    "isfinite": lambda n, x: x * n.isfinite(x),
    "isnan": lambda n, x: x * n.isnan(x),
    "kron": lambda n, x: n.kron(x, np.ones((2, 2))),
    "kron 2": lambda n, x: n.kron(np.ones((2, 2)), x),
    "linalg.det": lambda n, x: n.linalg.det(x[:, :3]),
    "linalg.inv": lambda n, x: n.linalg.inv(x[:, :3] + np.eye(3)),
    "linalg.norm": lambda n, x: n.linalg.norm(x),
    "linalg.norm 1": lambda n, x: n.linalg.norm(x, axis=1),
    "linalg.norm fro": lambda n, x: n.linalg.norm(x, "fro"),
    "linalg.norm nuc": lambda n, x: n.linalg.norm(x, "nuc"),
    "linalg.norm 2": lambda n, x: n.linalg.norm(x[0], 2),
    "linalg.solve": lambda n, x: n.linalg.solve(x[:, :3] + np.eye(3), s),
    "linalg.pinv": lambda n, x: n.linalg.pinv(x),
    "linalg.slogdet": lambda n, x: n.linalg.slogdet(x[:, :3] + np.eye(3))[1],
    "linalg.svd": lambda n, x: n.linalg.svd(x, compute_uv=False),
    "linalg.eigh": lambda n, x: n.linalg.eigh(x @ x.T + np.diag([1.0, 2, 3]))[0],
    "linalg.cholesky": lambda n, x: n.linalg.cholesky(x @ x.T + np.eye(3)),
    "linspace": lambda n, x: n.linspace(x[0, 0], 1.0, 5),
    "linspace vec": lambda n, x: n.linspace(x[0], 1.0, 5),
    "log": lambda n, x: n.log(x),
    "log10": lambda n, x: n.log10(x),
    "log1p": lambda n, x: n.log1p(x),
    "log2": lambda n, x: n.log2(x),
    "logaddexp": lambda n, x: n.logaddexp(x, 0),
    "logaddexp2": lambda n, x: n.logaddexp2(x, 0),
    "logical_and": lambda n, x: x * n.logical_and(x > 0.3, x < 0.6),
    "logsumexp": lambda n, x: n.log(n.sum(n.exp(x), axis=1)),
    "matmul": lambda n, x: n.matmul(x, np.ones((4, 2))),
    "max": lambda n, x: n.max(x, axis=1),
    "max ties": lambda n, x: n.max(n.zeros((3, 4)) + x[:, :1] ** 2),
    "max keep": lambda n, x: n.max(x, axis=1, keepdims=True),
    "max neg": lambda n, x: n.max(x, -1),
    "max tuple": lambda n, x: n.max(x, axis=(0, 1)),
    "max method": lambda n, x: x.max(1),
    "maximum": lambda n, x: n.maximum(x, 0.5),
    "mean": lambda n, x: n.mean(x),
    "mean 0": lambda n, x: n.mean(x, axis=0),
    "mean tuple": lambda n, x: n.mean(x, axis=(0, 1)),
    "mean neg": lambda n, x: n.mean(x, axis=(-1,)),
    "mean dtype": lambda n, x: n.mean(x, dtype=np.float64),
    "mean method": lambda n, x: x.mean(axis=1, keepdims=True),
    "min": lambda n, x: n.min(x),
    "minimum": lambda n, x: n.minimum(x, 0.5),
    "mod": lambda n, x: n.mod(x, 0.3),
    "moveaxis": lambda n, x: n.moveaxis(x[None], 0, 2),
    "multiply": lambda n, x: n.multiply(x, x),
    "nan_to_num": lambda n, x: n.nan_to_num(x),
    "negative": lambda n, x: n.negative(x),
    "nonzero": lambda n, x: x[n.nonzero(x > 0.5)],
    "outer": lambda n, x: n.outer(x[0], x[1]),
    "pad": lambda n, x: n.pad(x, 1, mode="constant"),
    "pad pairs": lambda n, x: n.pad(x, ((0, 1), (1, 2)), "constant"),
    "partition": lambda n, x: n.partition(x[0], 2),
    "power": lambda n, x: n.power(x, 3),
    "power box": lambda n, x: n.power(x, x),
    "power 2.": lambda n, x: 2.0**x,
    "prod": lambda n, x: n.prod(x),
    "prod 1": lambda n, x: n.prod(x, axis=1),
    "prod tuple": lambda n, x: n.prod(x, axis=(0, 1)),
    "prod keep": lambda n, x: n.prod(x, axis=1, keepdims=True),
    "rad2deg": lambda n, x: n.rad2deg(x),
    "ravel": lambda n, x: n.ravel(x),
    "ravel F": lambda n, x: n.ravel(x, order="F"),
    "ravel method": lambda n, x: x.ravel(),
    "flatten method": lambda n, x: x.flatten(),
    "flatten F": lambda n, x: x.flatten("F"),
    "reciprocal": lambda n, x: n.reciprocal(x),
    "remainder": lambda n, x: n.remainder(x, 0.3),
    "repeat": lambda n, x: n.repeat(x, 2),
    "repeat 1": lambda n, x: n.repeat(x, 2, axis=1),
    "repeat 0": lambda n, x: n.repeat(x, 2, axis=0),
    "repeat 1 wide": lambda n, x: n.repeat(x[:, :1], 2, axis=1),
    "reshape": lambda n, x: n.reshape(x, (4, 3)),
    "reshape -1": lambda n, x: n.reshape(x, -1),
    "reshape F": lambda n, x: n.reshape(x, (4, 3), order="F"),
    "reshape method": lambda n, x: x.reshape(4, 3),
    "reshape method -1": lambda n, x: x.reshape(-1),
    "reshape method F": lambda n, x: x.reshape((4, 3), order="F"),
    "rint": lambda n, x: x * n.rint(x),
    "roll": lambda n, x: n.roll(x, 1),
    "roll axis": lambda n, x: n.roll(x, 1, axis=1),
    "rollaxis": lambda n, x: n.rollaxis(x, 1),
    "rot90": lambda n, x: n.rot90(x),
    "rot90 2": lambda n, x: n.rot90(x, 2),
    "round": lambda n, x: x * n.round(x),
    "searchsorted": lambda n, x: x * n.searchsorted([0.2, 0.5], x),
    "sign": lambda n, x: x * n.sign(x - 0.5),
    "sin": lambda n, x: n.sin(x),
    "sinc": lambda n, x: n.sinc(x),
    "sinh": lambda n, x: n.sinh(x),
    "sort": lambda n, x: n.sort(x[0]),
    "split": lambda n, x: n.split(x, 2, axis=1)[1],
    "split all": lambda n, x: sum(n.split(x, 2, axis=1)),
    "split idx": lambda n, x: n.split(x, [1], axis=1)[1],
    "sqrt": lambda n, x: n.sqrt(x),
    "square": lambda n, x: n.square(x),
    "squeeze": lambda n, x: n.squeeze(x[None]),
    "stack": lambda n, x: n.stack([x, 2 * x]),
    "stack 1": lambda n, x: n.stack([x, 2 * x], axis=1),
    "stack -1": lambda n, x: n.stack([x, 2 * x], axis=-1),
    "std": lambda n, x: n.std(x),
    "std 0": lambda n, x: n.std(x, axis=0),
    "std ddof": lambda n, x: n.std(x, ddof=1, axis=1),
    "subtract": lambda n, x: n.subtract(1, x),
    "sum": lambda n, x: n.sum(x),
    "sum 1": lambda n, x: n.sum(x, axis=1),
    "sum -1": lambda n, x: n.sum(x, -1),
    "sum tuple": lambda n, x: n.sum(x[None], axis=(0, 2)),
    "sum neg tuple": lambda n, x: n.sum(x, axis=(-1,)),
    "sum keep": lambda n, x: n.sum(x, axis=1, keepdims=True),
    "sum kw": lambda n, x: n.sum(a=x),
    "sum py": lambda n, x: sum(x),
    "sum dtype": lambda n, x: n.sum(x, dtype=np.float64),
    "swapaxes": lambda n, x: n.swapaxes(x, 0, 1),
    "tan": lambda n, x: n.tan(x),
    "tanh": lambda n, x: n.tanh(x),
    "tensordot": lambda n, x: n.tensordot(x, x.T, 1),
    "tensordot axes": lambda n, x: n.tensordot(x, x, axes=([0], [0])),
    "tensordot 2": lambda n, x: n.tensordot(x, x),
    "tile tuple": lambda n, x: n.tile(x, (2, 1)),
    "tile 23": lambda n, x: n.tile(x, (2, 3)),
    "tile 3": lambda n, x: n.tile(x, (2, 1, 1)),
    "tile row": lambda n, x: n.tile(x[0], 2),
    "trace": lambda n, x: n.trace(x),
    "trace method": lambda n, x: x.trace(),
    "transpose": lambda n, x: n.transpose(x),
    "transpose axes": lambda n, x: n.transpose(x[None], (2, 0, 1)),
    "transpose method": lambda n, x: x.transpose(1, 0),
    "T": lambda n, x: x.T,
    "tri": lambda n, x: x * n.tri(3, 4),
    "tril": lambda n, x: n.tril(x),
    "tril k": lambda n, x: n.tril(x, 1),
    "triu": lambda n, x: n.triu(x, -1),
    "true_divide": lambda n, x: n.true_divide(x, 2),
    "trunc": lambda n, x: x * n.trunc(x),
    "var": lambda n, x: n.var(x),
    "var 0": lambda n, x: n.var(x, axis=0, keepdims=True),
    "var ddof": lambda n, x: n.var(x, ddof=1),
    "var tuple": lambda n, x: n.var(x, axis=(0, 1)),
    "vsplit": lambda n, x: n.vsplit(x, 3)[0],
    "vstack": lambda n, x: n.vstack([x, x]),
    "where": lambda n, x: n.where(x > 0.5, x, 0.1 * x),
    "where cond": lambda n, x: x[n.where(x > 0.5)],
    "zeros_like": lambda n, x: x + n.zeros_like(x),
    "ones_like": lambda n, x: x + n.ones_like(x),
    "astype": lambda n, x: x.astype(np.float64),
    "index": lambda n, x: x[1],
    "index list": lambda n, x: x[[0, 0, 2]],
    "index bool": lambda n, x: x[m],
    "index neg": lambda n, x: x[::-1, ::2],
    "index ...": lambda n, x: x[..., 0],
    "matmul vec": lambda n, x: x @ np.ones(4),
    "matmul batch": lambda n, x: x[None] @ np.ones((2, 4, 2)),
    "rmatmul": lambda n, x: np.ones((2, 3)) @ x,
    "pow 0": lambda n, x: x**0,
    "pow box": lambda n, x: (x - x[0, 0] * np.eye(3, 4)) ** 2,
    "neg pow": lambda n, x: x ** (-1),
    "mod op": lambda n, x: x % 0.3,
    "abs op": lambda n, x: abs(x - 0.5),
    "softmax": lambda n, x: (
        n.exp(x - n.max(x, axis=1, keepdims=True))
        / n.sum(n.exp(x - n.max(x, axis=1, keepdims=True)), axis=1, keepdims=True)
    ),
    "positive": lambda n, x: +x,
    "concat": lambda n, x: n.concat([x, x]),
    "permute_dims": lambda n, x: n.permute_dims(x, (1, 0)),
    "pow fn": lambda n, x: n.pow(x, 2),
    "acos": lambda n, x: n.acos(x),
}
REFUSED = {  # by numpy, by autograd.numpy, or by both; for these arguments, or for one of the shapes
    "array": lambda n, x: n.array([x[0], x[1]]),
    "array scalars": lambda n, x: n.array([x[0, 0], 2 * x[1, 1]]),
    "array of box": lambda n, x: n.array(x),
    "asarray": lambda n, x: n.asarray(x),
    "asarray list": lambda n, x: n.asarray([x[0], x[1]]),
    "average": lambda n, x: n.average(x),
    "average w": lambda n, x: n.average(x, weights=np.arange(4.0) + 1, axis=1),
    "block": lambda n, x: n.block([[x, x]]),
    "broadcast_to new": lambda n, x: n.broadcast_to(x, (2, 3, 4)),
    "broadcast_arrays": lambda n, x: n.broadcast_arrays(x, x[:1])[1],
    "cbrt": lambda n, x: n.cbrt(x),
    "clip out": lambda n, x: n.clip(x, 0.4, 0.6, out=None),
    "clip minmax": lambda n, x: n.clip(x, min=0.4, max=0.6),
    "clip bounds": lambda n, x: n.clip(0.5 * np.ones((3, 4)), x - 0.3, 0.7),
    "concatenate None": lambda n, x: n.concatenate([x, 2 * x], axis=None),
    "convolve": lambda n, x: n.convolve(x[0], [1.0, 2.0]),
    "copy": lambda n, x: n.copy(x),
    "copysign": lambda n, x: n.copysign(x, -1),
    "corrcoef": lambda n, x: n.corrcoef(x),
    "correlate": lambda n, x: n.correlate(x[0], [1.0, 2.0]),
    "cov": lambda n, x: n.cov(x),
    "cumprod": lambda n, x: n.cumprod(x, axis=1),
    "cumprod method": lambda n, x: x.cumprod(axis=1),
    "delete": lambda n, x: n.delete(x, 0, axis=0),
    "diag": lambda n, x: n.diag(x[:, :3]),
    "diag non-square": lambda n, x: n.diag(x),
    "diagflat": lambda n, x: n.diagflat(x),
    "diagonal": lambda n, x: n.diagonal(x[:, :3]),
    "diagonal -": lambda n, x: n.diagonal(x[:, :3], axis1=-1, axis2=-2),
    "diagonal rect": lambda n, x: n.diagonal(x, axis1=-1, axis2=-2),
    "diff prepend": lambda n, x: n.diff(x, prepend=0),
    "digitize": lambda n, x: x * n.digitize(x, [0.5]),
    "divmod": lambda n, x: n.divmod(x, 0.3)[1],
    "dstack": lambda n, x: n.dstack([x, x]),
    "ediff1d": lambda n, x: n.ediff1d(x),
    "einsum diag": lambda n, x: n.einsum("ii->i", x[:, :3]),
    "extract": lambda n, x: n.extract(m, x),
    "flip": lambda n, x: n.flip(x),
    "flip 1": lambda n, x: n.flip(x, 1),
    "float_power": lambda n, x: n.float_power(x, 2),
    "fmod": lambda n, x: n.fmod(x, 0.3),
    "full": lambda n, x: n.full((2,), x[0, 0]),
    "gradient": lambda n, x: n.gradient(x, axis=1),
    "heaviside": lambda n, x: x * n.heaviside(x, 1),
    "histogram": lambda n, x: x.sum() * n.histogram(x)[0],
    "insert": lambda n, x: n.insert(x, 0, 1.0, axis=0),
    "interp": lambda n, x: n.interp(x, [0, 1], [0, 2]),
    "lexsort": lambda n, x: x[n.lexsort((x[:, 0],))],
    "linalg.norm ord1": lambda n, x: n.linalg.norm(x, 1, axis=1),
    "linalg.norm keep": lambda n, x: n.linalg.norm(x, axis=1, keepdims=True),
    "linalg.norm inf": lambda n, x: n.linalg.norm(x, np.inf, axis=1),
    "linalg.norm mat2": lambda n, x: n.linalg.norm(x, 2),
    "linalg.norm mat1": lambda n, x: n.linalg.norm(x, 1),
    "linalg.qr": lambda n, x: n.linalg.qr(x)[1],
    "linalg.trace": lambda n, x: n.linalg.trace(x),
    "linalg.matrix_power": lambda n, x: n.linalg.matrix_power(x[:, :3], 2),
    "linalg.lstsq": lambda n, x: n.linalg.lstsq(x, np.ones(3))[0],
    "linspace endpoint": lambda n, x: n.linspace(x[0, 0], 1.0, 5, endpoint=False),
    "logspace": lambda n, x: n.logspace(x[0, 0], 1.0, 5),
    "max where": lambda n, x: n.max(x, where=m, initial=0),
    "max initial": lambda n, x: n.max(x, initial=0.8, axis=1),
    "max list": lambda n, x: n.max([x[0, 0], x[1, 1]]),
    "mean where": lambda n, x: n.mean(x, where=m),
    "mean list": lambda n, x: n.mean([x[0, 0], x[1, 1]]),
    "median": lambda n, x: n.median(x),
    "meshgrid": lambda n, x: n.meshgrid(x[0], x[1])[0],
    "nanmax": lambda n, x: n.nanmax(x),
    "nanmean": lambda n, x: n.nanmean(x),
    "nansum": lambda n, x: n.nansum(x),
    "outer 2d": lambda n, x: n.outer(x, x),
    "pad value": lambda n, x: n.pad(x, 1, constant_values=2.0),
    "pad edge": lambda n, x: n.pad(x, 1, "edge"),
    "percentile": lambda n, x: n.percentile(x, 50),
    "piecewise": lambda n, x: n.piecewise(x, [x < 0.5], [0, 1]),
    "polyfit": lambda n, x: n.polyfit(np.arange(4.0), x[0], 1),
    "polyval": lambda n, x: n.polyval([1.0, 2.0], x),
    "ptp": lambda n, x: n.ptp(x),
    "quantile": lambda n, x: n.quantile(x, 0.5),
    "repeat -1": lambda n, x: n.repeat(x, 2, axis=-1),
    "repeat list": lambda n, x: n.repeat(x, [1, 2, 3], axis=0),
    "resize": lambda n, x: n.resize(x, (2, 2)),
    "roll tuple": lambda n, x: n.roll(x, (1, 1), axis=(0, 1)),
    "rot90 axes": lambda n, x: n.rot90(x[None], 1, axes=(1, 2)),
    "select": lambda n, x: n.select([x < 0.5, x >= 0.5], [x, 2 * x]),
    "sort 2": lambda n, x: n.sort(x, axis=1),
    "std where": lambda n, x: n.std(x, where=m),
    "sum where": lambda n, x: n.sum(x, where=m),
    "sum initial": lambda n, x: n.sum(x, initial=1.0),
    "sum list": lambda n, x: n.sum([x[0, 0], x[1, 1]]),
    "take": lambda n, x: n.take(x, [0, 2], axis=1),
    "take method": lambda n, x: x.take([0, 2], axis=1),
    "take_along_axis": lambda n, x: n.take_along_axis(x, np.argsort(getval(x), axis=1), axis=1),
    "tile": lambda n, x: n.tile(x, 2),
    "tile (2,)": lambda n, x: n.tile(x, (2,)),
    "transpose neg": lambda n, x: n.transpose(x[None], (-1, 0, 1)),
    "trapezoid": lambda n, x: n.trapezoid(x),
    "unique": lambda n, x: n.unique(x),
    "unwrap": lambda n, x: n.unwrap(x),
    "vdot": lambda n, x: n.vdot(x, x),
    "where bcast": lambda n, x: n.where(m, x[:1], x),
    "where scalar": lambda n, x: n.where(m, x[0, 0], 0.0),
    "r_": lambda n, x: n.r_[x[0], x[1]],
    "c_": lambda n, x: n.c_[x[0], x[1]],
    "exp where": lambda n, x: n.exp(x, where=m, out=np.zeros((3, 4))),
    "exp out": lambda n, x: n.exp(x, out=np.zeros((3, 4))),
    "ldexp": lambda n, x: n.ldexp(x, 2),
    "np positive": lambda n, x: n.positive(x),
    "cumulative_sum": lambda n, x: n.cumulative_sum(x, axis=1),
    "matrix_transpose": lambda n, x: n.matrix_transpose(x),
    "linalg.vector_norm": lambda n, x: n.linalg.vector_norm(x),
}
SHAPES = (3, 4), (4, 4), (3, 3), (2, 4)


def first(y):
    return y[0] if isinstance(getval(y), tuple | list) else y


def verdict(f, module, x):
    """Return "right", or "refused"; anything else is a fault. None: numpy itself takes no such array."""
    try:
        plain = first(f(np, x.copy()))
    except (ValueError, IndexError, TypeError, AttributeError, np.linalg.LinAlgError):
        return None
    weights = np.random.default_rng(0).uniform(0.5, 1.5, np.shape(plain))

    def scalar(boxes):
        y = first(f(module, boxes[0]))
        assert isbox(y) or isinstance(y, float), f"{type(y).__name__} of {np.shape(y)}: the gradient is lost"
        return anp.sum(weights * y), None

    try:
        with tracing:
            _, _, (gradient,) = differentiate(scalar, [x.copy()])
    except tn.InputTypeError as error:
        assert "use autograd.numpy" in str(error)
        return "refused"
    for place in np.ndindex(*x.shape):
        moved = [x.copy(), x.copy()]
        for step, array in zip((1e-6, -1e-6), moved, strict=True):
            array[place] += step
        high, low = (np.sum(weights * first(f(np, array))) for array in moved)
        if abs(gradient[place] - (high - low) / 2e-6) > 1e-5 * max(1, abs(gradient[place])):
            return f"{gradient[place]} for {(high - low) / 2e-6} at {place}"
    return "right"


def verdicts(f, module):
    arrays = [np.random.default_rng(0).uniform(0.2, 0.9, shape) for shape in SHAPES]
    return {verdict(f, module, x) for x in arrays} - {None}


quiet = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


@quiet
@pytest.mark.parametrize("module", [np, anp], ids=["numpy", "autograd.numpy"])
@pytest.mark.parametrize("name", RIGHT)
def test_a_function_that_autograd_follows_has_the_right_gradient(name, module):
    assert verdicts(RIGHT[name], module) == {"right"}


@quiet
@pytest.mark.parametrize("name", REFUSED)
def test_another_function_is_refused_and_is_never_wrong(name):
    found = [verdicts(REFUSED[name], module) for module in (np, anp)]
    assert all(found) and set().union(*found) <= {"right", "refused"} and "refused" in set().union(*found)


def in_a_step(objective):
    """Take a step of W, whose value is [1, 2, 3]."""
    W = tn.Parameter("W", [1.0, 2.0, 3.0])
    return W, tn.TrainFunction(lambda: objective(W.value), [W], tn.SGD(1.0))


def test_clip_of_numpy_in_an_objective_passes_its_gradient():
    W, train = in_a_step(lambda w: np.clip(w, 0, 2.5).sum())
    train()
    assert W.value.tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("objective", "who"),
    [
        (lambda w: float(w.sum()), "float"),
        (lambda w: w.sum().item(), "item"),
        (lambda w: (f"{w.sum():.3f}", w.sum())[1], "format"),
        (lambda w: int(w.sum()), "int"),
        (lambda w: round(w.sum()), "round"),
        (lambda w: w.tolist()[0], "tolist"),
        (lambda w: math.exp(w.sum()), "float"),
    ],
    ids=["float", "item", "format", "int", "round", "tolist", "math.exp"],
)
def test_a_plain_number_made_of_a_loss_says_where_to_read_it(objective, who):
    W, train = in_a_step(objective)
    with pytest.raises(tn.InputTypeError, match=rf"^{who}: expected .* print what the training function returns"):
        train()
    assert W.value.tolist() == [1, 2, 3]


def test_a_loss_can_be_compared_printed_and_followed_by_its_methods():
    said = []

    def objective(w):
        loss = +w.dot(w) + w.reshape(3, 1).transpose(1, 0).sum() * 0
        said.append(f"{loss}")
        return loss if loss > 1 else w.sum()

    W, train = in_a_step(objective)
    assert float(train()) == 14 and W.value.tolist() == [-1, -2, -3] and "14" in said[0]


@pytest.mark.parametrize("change", [lambda w: w.copy(), lambda w: w.sort(), lambda w: np.add.reduce(w)])
def test_what_no_gradient_passes_is_refused(change):
    W, train = in_a_step(lambda w: (change(w), w.sum())[1])
    with pytest.raises(tn.InputTypeError, match=r"expected .* use autograd\.numpy"):
        train()
    assert not isinstance(W.value, str) and not hasattr(tn.ops.getval(W.value), "no such name")


def test_a_graph_is_recorded_of_functions_without_a_gradient_too():
    halves = tn.TestFunction(lambda x: np.median(x, axis=1), name="halves")
    assert [node.type for node in halves.graph(np.ones((2, 3))).nodes if node.kind == "primitive"] == ["median"]
    with pytest.raises(tn.InputTypeError, match="one that a graph is recorded of"):
        tn.TestFunction(lambda x: np.asarray(x), name="plain").graph(np.ones((2, 3)))
