"""How long does a step of N workers take? A model of three numbers: compute, bandwidth, latency. Notebook 17.

A batch of a fixed size is cut into N shards, so computing takes N times less. What is sent does not shrink: each worker
needs all parameters, and has a gradient for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from teachnn.support import number, whole


@dataclass(frozen=True)
class StepCost:
    """What a step is made of, in seconds and bytes.

    compute: seconds of the gradients of the whole batch, on one machine. update: seconds of the optimizer.
    size: bytes of all parameters. bandwidth: bytes a second of a machine's connection. latency: seconds a message.
    Raises InputError for a number below 0, or a bandwidth of 0.
    """

    compute: float
    update: float
    size: float
    bandwidth: float
    latency: float

    def __post_init__(self) -> None:
        for each in fields(self):
            number("StepCost", each.name, getattr(self, each.name), "> 0" if each.name == "bandwidth" else ">= 0")

    def alone(self) -> float:
        """Return the seconds of a step of one machine."""
        return self.compute + self.update

    def by_one(self, workers: int) -> float:
        """Return the seconds of a step in which one machine sends all parameters to each worker, and takes the step.

        So does DataParallel. Its connection carries 2 * size * workers bytes: what each worker gets and gives.
        Li et al. 2014, "Scaling distributed machine learning with the parameter server", spread it over many servers.
        """
        n = whole("by_one", "number of workers", workers)
        return self.compute / n + 2 * n * self.size / self.bandwidth + 2 * self.latency + self.update

    def by_ring(self, workers: int) -> float:
        """Return the seconds of a step in which the workers add up their gradients in a ring, and each takes the step.

        So does PyTorch's all-reduce: in 2 (n - 1) rounds each sends size / n bytes to the next, all at the same time.
        Patarasuk & Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations".
        """
        n = whole("by_ring", "number of workers", workers)
        rounds = 2 * (n - 1)
        return self.compute / n + rounds * (self.size / n / self.bandwidth + self.latency) + self.update
