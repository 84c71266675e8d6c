"""Parameters as PyTorch names and shapes them, and back: the same network computes the same there.

    state = tn.export.torch_state(net)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    tn.export.from_torch(net, module.state_dict())

A network of layers one after the other stands there as `nn.Sequential` of the same layers, `nn.Linear` for Dense; the
names are "0.weight", "0.bias" and so on. Other layers are modules with the fields' names. What differs, and is turned:

- nn.Linear's weight is (units, inputs); a kernel is (out, in, height, width), one that paints (in, out, height, width).
- Pictures are NCHW there. Where they are flattened, or made of a row by Reshape, the numbers of a row stand in another
  order: the Dense layers there are put in PyTorch's.
- nn.BatchNorm keeps variances divided by n - 1 in training, ours by n. They are handed over as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from teachnn.functions import CheckpointError
from teachnn.layers import GRU, BatchNorm, Conv2D, Dense, Embedding, Flatten, Layer, LayerNorm, Reshape, Sequential
from teachnn.ops import tracing
from teachnn.parameters import Change, Variable, change
from teachnn.support import InputTypeError, instance

KERNEL = (3, 2, 0, 1)
NORM = {"weight": "gamma", "bias": "beta"}
ROWS = {"weight": "W"}  # of nn.Embedding, whose weight stands as ours does
NAMES: dict[type[Layer], dict[str, str]] = {  # PyTorch's name: ours
    Dense: {"weight": "W", "bias": "b"},
    Conv2D: {"weight": "W", "bias": "b"},
    BatchNorm: {**NORM, "running_mean": "mean", "running_var": "variance"},
    LayerNorm: NORM,
    Embedding: ROWS,
    GRU: {"weight_ih": "W", "weight_hh": "U", "bias_ih": "b", "bias_hh": "c"},  # nn.GRUCell
}


class Entry(NamedTuple):
    """One array: PyTorch's name, our variable, how its axes stand there, and along which ones pictures lie flat."""

    name: str
    variable: Variable
    axes: tuple[int, ...]
    pictures: dict[int, int]  # axis: the number of channels

    def there(self) -> np.ndarray:
        """Return the array as PyTorch wants it."""
        array = self.variable.stored
        for axis, channels in self.pictures.items():
            array = np.take(array, _channels_first(array.shape[axis], channels), axis)
        return np.array(array.transpose(self.axes), order="C")

    def here(self, array: np.ndarray) -> np.ndarray:
        """Return PyTorch's array as we want it."""
        array = array.transpose(np.argsort(self.axes))
        for axis, channels in self.pictures.items():
            array = np.take(array, np.argsort(_channels_first(array.shape[axis], channels)), axis)
        return np.ascontiguousarray(array)


def torch_state(net: Layer) -> dict[str, np.ndarray]:
    """Return the parameters and statistics of a network as PyTorch's `state_dict` has them, as numpy arrays."""
    return {entry.name: entry.there() for entry in _entries(net)}


def from_torch(net: Layer, state: Mapping[str, Any]) -> None:
    """Set the network's parameters and statistics to those of a PyTorch `state_dict` of the same network.

    Raises CheckpointError that lists every name that is missing or not expected, and every wrong shape; nothing has
    changed then.
    """
    if not isinstance(state, Mapping):
        raise InputTypeError("from_torch", "a state_dict", type(state).__name__, "module.state_dict()")
    entries, wrong, changes = {entry.name: entry for entry in _entries(net)}, [], list[Change]()
    arrays = {name: np.asarray(value) for name, value in state.items() if not name.endswith("num_batches_tracked")}
    for name, entry in entries.items():
        shape = entry.there().shape
        if name not in arrays:
            wrong.append(f"{name}: missing")
        elif arrays[name].shape != shape:
            wrong.append(f"{name}: shape {arrays[name].shape} for shape {shape}")
        elif not np.isfinite(arrays[name]).all():
            wrong.append(f"{name}: NaN or infinity")
        else:
            array = entry.here(arrays[name].astype(np.float32))
            array.flags.writeable = False
            changes.append((entry.variable, "stored", array))
    wrong += [f"{name}: unexpected" for name in arrays if name not in entries]
    if wrong:
        raise CheckpointError(f"from_torch: expected the names and shapes of this network, got {'; '.join(wrong)}")
    with tracing:  # between two steps
        change(changes)


def _channels_first(count: int, channels: int) -> np.ndarray:
    """Return which of our numbers of a flattened picture stand first, second, ... in PyTorch's."""
    return np.arange(count).reshape(-1, channels).T.ravel()


def _entries(net: Layer) -> list[Entry]:
    """Return all arrays of a network, in its layers' order."""
    entries: list[Entry] = []
    channels, flat = 0, 0  # of the pictures; of those that were flattened
    row: list[Entry] = []  # arrays since the last Dense: they hold numbers of the same row
    for path, layer in _leaves(instance("export", "a network", net, Layer, "a Layer, as Sequential is"), ""):
        kinds = [names for kind, names in NAMES.items() if isinstance(layer, kind)]
        variables = {path + name: getattr(layer, field) for name, field in kinds[0].items()} if kinds else {}
        if isinstance(layer, Variable):
            variables = {path: layer}
        found = [
            Entry(name, v, _axes(v, bool(kinds) and kinds[0] is not ROWS), {0: flat} if flat > 1 else {})
            for name, v in variables.items()
        ]
        entries += found
        if isinstance(layer, Conv2D):
            channels, row = layer.b.size, []
        elif isinstance(layer, Flatten):
            flat = channels
        elif isinstance(layer, Dense):
            found[1].pictures.clear()  # b has a number for each output
            channels, flat, row = 0, 0, found
        elif isinstance(layer, Reshape):
            channels, flat = (layer.shape[2] if len(layer.shape) == 3 else 0), 0
            for entry in row if channels > 1 else []:
                entry.pictures[len(entry.variable.shape) - 1] = channels
        elif row:
            row += found
    return entries


def _axes(variable: Variable, known: bool) -> tuple[int, ...]:
    axes = tuple(range(len(variable.shape)))
    return axes if not known else KERNEL if len(axes) == 4 else axes[::-1]


def _leaves(layer: Layer, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the simple layers in a network, and parameters of its own, with the names of the way to them."""
    if isinstance(layer, (*NAMES, Flatten, Reshape)):
        yield path, layer
        return
    parts = enumerate(layer) if isinstance(layer, Sequential) else _parts(layer)
    for name, part in parts:
        if isinstance(part, Layer):
            yield from _leaves(part, f"{path}{name}.")
        else:
            yield f"{path}{name}", part


def _parts(layer: Layer) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(layer):
        value = getattr(layer, field.name)
        for i, part in enumerate(value if isinstance(value, tuple) else [value]):
            if isinstance(part, Layer | Variable):
                yield (f"{field.name}.{i}" if isinstance(value, tuple) else field.name), part
