"""What costs the same however much is computed: import, data, a call, a graph, a file."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np


def seconds(function, times: int = 7) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return median(found)


def in_a_fresh_process(code: str) -> float:
    """Return the median of the seconds that the code prints."""
    run = lambda: float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)  # noqa: E731
    return median(run() for _ in range(7))


def stack(layers: int):
    import teachnn as tn

    rng = tn.rng(0)
    net = tn.Sequential(*(tn.Dense.create(f"h{i}", 4, 4, rng) for i in range(layers)))
    return tn.TestFunction(net, name="net")


def layer_call() -> tuple[float, float]:
    """Return the microseconds of one small dense layer's call, and of the bare operation's."""
    import teachnn as tn

    layer, x = tn.Dense.create("h", 4, 4, tn.rng(0)), np.ones((1, 4), np.float32)
    W, b = layer.W.value, layer.b.value
    loops = 20_000
    calls = lambda f, *args: seconds(lambda: [f(*args) for _ in range(loops)]) / loops * 1e6  # noqa: E731
    return calls(layer, x), calls(tn.ops.dense, x, W, b)


def main() -> None:
    import teachnn as tn
    from teachnn.graphs import draw

    rows = []
    took = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
    rows.append(("import teachnn, a fresh process", f"{in_a_fresh_process(took.format('import teachnn')):.3f} s"))
    cold = took.format("import teachnn as tn; start = time.perf_counter(); tn.data.mnist()")
    rows.append(("MNIST, a fresh process", f"{in_a_fresh_process(cold):.3f} s"))
    call, bare = layer_call()
    rows.append(("a layer's call over the bare operation", f"{call - bare:.2f} microseconds ({call:.2f} - {bare:.2f})"))
    for layers in (20, 200, 2000):
        function, x = stack(layers), np.zeros((1, 4), np.float32)
        graph = function.graph(x)
        recorded, drawn = seconds(lambda: function.graph(x), 3), seconds(lambda: draw(graph).svg, 3)  # noqa: B023
        rows.append((f"a graph of {layers:,} layers", f"recorded in {recorded:.3f} s, laid out in {drawn:.3f} s"))
    for size in (1_000_000, 100_000_000):
        parameter = tn.Parameter("W", np.zeros(size, np.float32))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "W.safetensors"
            saved = seconds(lambda: tn.save(path, [parameter]), 3)  # noqa: B023
            loaded = seconds(lambda: tn.load(path, [parameter]), 3)  # noqa: B023
        rows.append((f"{size // 1_000_000} M parameters", f"saved in {saved:.3f} s, loaded in {loaded:.3f} s"))
    print("\n| fixed cost | median |\n| --- | --- |")
    for name, value in rows:
        print(f"| {name} | {value} |")
