"""Measure, and print tables in Markdown: `python -m tests.benchmarks [vae operations ...]`, all by default.

The peers of a case run in a process each and take turns, a few steps at a time, so that a busy machine is busy for all.
What counts is the ratio of their medians. Widgets have benches of their own: `python -m tests.benchmarks.sliders`.
"""

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import time

from tests.benchmarks.machine import blas, heading

GROUPS = {
    "vae": "vae_step",
    "classifier": "classifier_step",
    "gpt": "gpt_step",
    "operations": "operations",
    "use": "use",
}
TABLES = ("fixed", "growth", "runs", "idea", "machines")  # each prints a table of its own


class Peer:
    """One way of doing the work, in a process of its own that waits until it is asked for some steps."""

    def __init__(self, group: str, case: str, name: str):
        command = [sys.executable, "-m", "tests.benchmarks", "--serve", group, case, name]
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


def cases(group: str) -> dict[str, dict]:
    """Return {case: {peer: a function that returns the function to be timed}}."""
    return importlib.import_module(f"tests.benchmarks.{GROUPS[group]}").CASES


def serve(group: str, case: str, name: str) -> None:
    """Take as many steps as each line of standard input asks for, and print how long each took."""
    step = cases(group)[case][name]()
    start = time.perf_counter()
    for done in range(1, 31):
        step()
        if time.perf_counter() - start > 2 and done > 3:
            break
    print(json.dumps(facts(name)), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(2 + int(line)):
            start = time.perf_counter()
            step()
            times.append(1000 * (time.perf_counter() - start))
        print(json.dumps(times[2:]), flush=True)


def facts(name: str) -> str:
    """Return the version and the threads of what this process computes with."""
    if name.startswith("PyTorch"):
        import torch

        return (
            f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads"
        )
    return blas()


def measure(group: str, case: str, rounds: int, steps: int) -> dict[str, Peer]:
    """Let the peers take turns."""
    peers = {name: Peer(group, case, name) for name in cases(group)[case]}
    for _ in range(rounds):
        for peer in peers.values():
            time.sleep(0.05)  # until the threads of the one before have stopped waiting for more work
            peer.take(steps)
    for peer in peers.values():
        peer.close()
    return peers


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=", ".join((*GROUPS, *TABLES)))
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--steps", type=int, default=15, help="a round")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(*options.serve)
    chosen, seen = options.groups or [*GROUPS, *TABLES], set()
    for group in chosen:
        print(f"\n### {group}: {heading()}", flush=True)
        if group not in GROUPS:
            importlib.import_module(f"tests.benchmarks.{group}").main()
            continue
        print(f"\n| {group} | peer | median ms | quartiles | teachnn / peer |\n| --- | --- | --- | --- | --- |")
        for case in cases(group):
            peers = measure(group, case, options.rounds, options.steps)
            ours = statistics.median(peers["teachnn"].milliseconds)
            for name, peer in peers.items():
                low, middle, high = statistics.quantiles(peer.milliseconds, n=4)
                spread = f"{low:.3g} to {high:.3g}"
                print(f"| {case} | {name} | {middle:.3g} | {spread} | {ours / middle:.2f} |", flush=True)
                seen.add(peer.facts)
    print("\n" + "\n".join(sorted(seen)))


if __name__ == "__main__":
    main()
