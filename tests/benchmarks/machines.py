"""A VAE's step on one machine and on 1 and 2 workers of it, beside the model of N: time, bytes sent, overhead.

OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks machines
"""

import time
from collections.abc import Callable

import numpy as np

CASES = {"VAE 784-256-2, batch 100": (2, 256, 100), "VAE 784-400-20, batch 1,024": (20, 400, 1024)}
MODELLED = (1, 2, 4, 8, 16)
TIMES = 15


def seconds(*functions: Callable[[], object]) -> list[float]:
    """Return the least time of each, of many: what the machine can do if others leave it alone. They take turns."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(TIMES + 2):
        for function, times in zip(functions, taken, strict=True):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    return [min(times[2:]) for times in taken]


def measured(client, train, inputs: tuple):
    """Return the numbers of the model, as this client's connection and one core have them."""
    import teachnn as tn

    size = 4 * sum(p.size for p in train.parameters)
    package = np.zeros(3 * size // 4, np.float32)  # large, so that the message itself takes little of it
    step, gradients, empty, there_and_back = seconds(
        lambda: train(*inputs),
        lambda: train.gradients(*inputs),
        lambda: client.submit(int, pure=False).result(),
        lambda: client.submit(lambda x: x, package, pure=False).result(),
    )
    bandwidth = 6 * size / max(there_and_back - empty, there_and_back / 10)
    return tn.scale.StepCost(gradients, max(step - gradients, 0.0), size, bandwidth, empty / 2)


def main() -> None:
    import distributed

    import teachnn as tn
    from teachnn.models.vae import VAE

    print("\n| step | one machine, ms | workers | measured, ms | sent, MB | overhead, ms | model, ms | ring, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for case, (latent, hidden, rows) in CASES.items():
        x = np.random.default_rng(0).random((rows, 28, 28), dtype=np.float32)
        trains = [VAE(latent, tn.rng(0), hidden=hidden).train_function(tn.Adam(1e-3)) for _ in range(3)]
        found = {}
        for n in (1, 2):
            local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
            with distributed.LocalCluster(n_workers=n, threads_per_worker=1, processes=True, **local) as cluster:
                with distributed.Client(cluster, set_as_default=False) as client:
                    parallel = tn.scale.DataParallel(trains[n], client)
                    (took,) = seconds(lambda step=parallel, x=x: step(x))
                    found[n] = took, parallel.bytes_sent
                    cost = measured(client, trains[0], (x,))
        for n in MODELLED:
            took, sent = found.get(n, (None, None))
            numbers = (1e3 * took, sent / 1e6, 1e3 * (took - cost.compute / n)) if took else ()
            own = " | ".join(f"{number:.1f}" for number in numbers) or " | | "
            model = f"{1e3 * cost.by_one(n):.1f} | {1e3 * cost.by_ring(n):.1f}"
            print(f"| {case} | {1e3 * cost.alone():.1f} | {n} | {own} | {model} |", flush=True)
        said = f"{cost.bandwidth / 1e6:.0f} MB/s there and back, {1e3 * cost.latency:.1f} ms a message"
        print(f"| {case} | | | | | | {said} | |", flush=True)
