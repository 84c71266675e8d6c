"""One training function on many machines: each worker finds the gradients of its rows, the step is taken here.

    train = tn.scale.DataParallel(vae.train_function(tn.Adam(1e-3)), client)       train(x)       train.fit(batches)

Only the parameters connect the machines: those that changed go out, gradients come back. The mean of the shards'
gradients, weighted by their rows, is the gradient of the whole batch if the loss is a mean over examples and no layer
looks at an example's neighbours. Batch norm does: each worker normalises by its own rows, and what is kept is averaged.
Li et al. 2014, "Scaling distributed machine learning with the parameter server".
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.functions import TrainFunction, TrainScope
from teachnn.parameters import Statistic
from teachnn.scale.cluster import checked, package, workers
from teachnn.scale.sending import Sent, sent
from teachnn.scale.shard import Found, Work, shard
from teachnn.support import instance

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 1.0  # seconds between two looks whether all workers are still there


class WorkerLost(RuntimeError):
    """A worker died, or the scheduler went away, during a step: nothing has changed, and it can be taken again."""


class DataParallel(TrainFunction):
    """A training function like `train`, which it goes on from, whose gradients come from the client's workers.

    Called, fitted, drawn and saved as any TrainFunction; a step is atomic, whatever dies. The batch's rows (of every
    input as long as the first) are spread evenly over the workers that are there. Noise: each step and each worker has
    seeds drawn from the generators handed over, so the same seeds and number of workers give the same run.
    bytes_sent: by the last step, to all workers. Raises InputTypeError if the objective uses something that cannot be
    sent, WorkerLost if a worker dies during a step.
    """

    def __init__(self, train: TrainFunction, client: Client) -> None:
        instance("DataParallel", "a training function", train, TrainFunction, "tn.TrainFunction(...) makes one")
        super().__init__(train.objective, train.parameters, train.optimizer, clip=train.clip)
        vars(self).update({name: value for name, value in vars(train).items() if name not in ("who", "kept")})
        self.who: str = f"{self.name} (DataParallel)"
        self.client: Client = checked(self.who, client)
        self._sent: Sent = sent(self.who, train.objective)
        self._token: str = uuid.uuid4().hex
        self._known: dict[str, dict[int, np.ndarray]] = {}  # of each worker: the values it has, by place
        self.bytes_sent: int = 0

    def differentiate(
        self, scope: TrainScope, inputs: Sequence[Any]
    ) -> tuple[float, dict[str, float], list[np.ndarray]]:
        """Return the loss, its terms and its gradients, each the mean of what the workers found for their rows."""
        self.check_alone()
        rows = len(inputs[0]) if inputs and np.ndim(inputs[0]) else 1
        places = {variable: place for place, variable in enumerate(self._sent.variables)}
        addresses = self._addresses()[:rows]
        parts = [_part(inputs, rows, i, len(addresses)) for i in range(len(addresses))]
        seeds = [scope.generator(rng).integers(0, 2**63, 2).tolist() for rng in self._sent.generators]
        moved = tuple(places[p] for p in self.parameters if p in places)
        works = [
            self._work(address, moved, tuple((*seed, i) for seed in seeds), part)
            for i, (address, part) in enumerate(zip(addresses, parts, strict=True))
        ]
        shares = [len(part[0]) / rows if np.ndim(part[0]) else 1.0 for part in parts]
        found = self._found(addresses, works)
        for place, variable in enumerate(self._sent.variables):
            if isinstance(variable, Statistic) and place in found[0].statistics:
                mean = _mean([f.statistics[place] for f in found], shares)
                mean.flags.writeable = False
                scope.moved[variable] = mean
        by_place = {place: _mean([f.gradients[i] for f in found], shares) for i, place in enumerate(moved)}
        gradients = [by_place.get(places.get(p, -1), np.zeros(p.shape, np.float32)) for p in self.parameters]
        terms = {name: float(_mean([f.terms[name] for f in found], shares)) for name in found[0].terms}
        return float(_mean([f.loss for f in found], shares)), terms, gradients

    def _addresses(self) -> list[str]:
        try:
            found = workers(self.client)
        except (OSError, TimeoutError) as error:
            raise WorkerLost(f"{self.who}: expected a scheduler that answers, got none; {RESUME}") from error
        if not found:
            raise WorkerLost(f"{self.who}: expected a worker, got none; {RESUME}")
        self._known = {address: self._known.get(address, {}) for address in found}
        return found

    def _work(self, address: str, moved: tuple[int, ...], seeds: tuple, inputs: tuple) -> Work:
        """Return what a worker is asked for, with the values that it does not have yet."""
        known = self._known[address]
        values = {i: v.stored for i, v in enumerate(self._sent.variables) if known.get(i) is not v.stored}
        code = None if known else self._sent.function
        return Work(self._token, code, self.steps, moved, values, seeds, inputs)

    def _found(self, addresses: list[str], works: list[Work]) -> list[Found]:
        """Return what all workers found; raises WorkerLost if one of them is lost, and its own error if one fails."""
        distributed = package()
        futures = [
            self.client.submit(shard, work, workers=[address], pure=False, retries=0)
            for address, work in zip(addresses, works, strict=True)
        ]
        try:
            found = [self._result(future, addresses) for future in futures]
        except (distributed.KilledWorker, OSError, distributed.client.FutureCancelledError) as error:
            raise self._lost(f"{type(error).__name__}: {error}") from error
        finally:
            if self.client.status == "running":
                self.client.cancel([future for future in futures if not future.done()], force=True)
        known = [f for f in found if f is not None]
        if len(known) < len(found):
            raise self._lost("one that has forgotten the objective")
        for address, work in zip(addresses, works, strict=True):
            self._known[address] |= work.values
        self.bytes_sent = sum(_size(work) for work in works)
        return known

    def _result(self, future: Future, addresses: list[str]) -> Found | None:
        """Return what one worker found; while it takes long, look whether all are still there."""
        while True:
            try:
                return future.result(timeout=PATIENCE)
            except TimeoutError:
                missing = sorted(set(addresses) - set(self._addresses()))
                if missing:
                    raise self._lost(f"{', '.join(missing)} gone") from None

    def _lost(self, got: str) -> WorkerLost:
        self._known.clear()
        return WorkerLost(f"{self.who}: expected all workers to answer, got {got}; {RESUME}")


RESUME = "nothing has changed, take the step again, or fit with resume=True"


def _part(inputs: Sequence[Any], rows: int, i: int, count: int) -> tuple[Any, ...]:
    """Return the i-th of `count` parts of a batch: its rows, and whole what has no rows of its own."""
    start, stop = rows * i // count, rows * (i + 1) // count
    return tuple(x[start:stop] if np.ndim(x) and len(x) == rows else x for x in inputs)


def _mean(values: Sequence[Any], shares: Sequence[float]) -> Any:
    total = sum(value * np.float64(share) for value, share in zip(values, shares, strict=True))
    return np.asarray(total, np.float32)


def _size(work: Work) -> int:
    arrays = [*work.values.values(), *(x for x in work.inputs if isinstance(x, np.ndarray))]
    return len(work.function or b"") + sum(array.nbytes for array in arrays)
