"""Measure, and print a table in Markdown."""

import argparse
import json
import statistics
import subprocess
import sys
import time

from tests.benchmarks.vae_step import PEERS, SIZES


class Peer:
    """One way of doing the work, in a process of its own that waits until it is asked for some steps."""

    def __init__(self, name: str, size: str):
        command = [sys.executable, "-m", "tests.benchmarks", "--peer", name, "--size", size]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts, self.milliseconds = json.loads(self._line()), []

    def take(self, steps: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        self.milliseconds += json.loads(self._line())

    def close(self) -> None:
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


def serve(name: str, size: str) -> None:
    """Take as many steps as each line of standard input asks for, and print how long each took."""
    step = PEERS[name](*SIZES[size])
    for _ in range(30):
        step()
    print(json.dumps(facts(name)), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(5 + int(line)):
            start = time.perf_counter()
            step()
            times.append(1000 * (time.perf_counter() - start))
        print(json.dumps(times[5:]), flush=True)


def facts(name: str) -> str:
    """Return the version and the threads of what this process computes with."""
    if name == "PyTorch":
        import torch

        return f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    import numpy
    import threadpoolctl

    blas = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    kernels = ", ".join(
        f"{p['internal_api']} {p['version']} {p['architecture']}, {p['num_threads']} threads" for p in blas
    )
    return f"numpy {numpy.__version__}, {kernels}"


def measure(size: str, rounds: int, steps: int) -> dict[str, Peer]:
    """Let the peers take turns."""
    peers = {name: Peer(name, size) for name in PEERS}
    for _ in range(rounds):
        for peer in peers.values():
            time.sleep(0.05)  # until the threads of the one before have stopped waiting for more work
            peer.take(steps)
    for peer in peers.values():
        peer.close()
    return peers


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--steps", type=int, default=20, help="a round")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--size", choices=SIZES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return serve(options.peer, options.size)
    print("| VAE training step | peer | median ms | quartiles | teachnn / peer |\n| --- | --- | --- | --- | --- |")
    seen = set()
    for size in SIZES:
        peers = measure(size, options.rounds, options.steps)
        ours = statistics.median(peers["teachnn"].milliseconds)
        for name, peer in peers.items():
            low, middle, high = statistics.quantiles(peer.milliseconds, n=4)
            print(f"| {size} | {name} | {middle:.2f} | {low:.2f} to {high:.2f} | {ours / middle:.2f} |", flush=True)
            seen.add(peer.facts)
    print("\n" + "\n".join(sorted(seen)))


if __name__ == "__main__":
    main()
