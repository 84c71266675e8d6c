"""On what machine was it measured? A ratio holds for one kind of processor, and for the kernels chosen for it."""

import os
import platform
import re
from pathlib import Path


def heading() -> str:
    """Return the processor's instruction set and the kernel of numpy's matrix products, for the head of a table."""
    return f"{instructions()}, {os.cpu_count()} cores; {blas()}"


def instructions() -> str:
    """Return the widest vector instructions that the processor has."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:  # not Linux
        return platform.machine()
    widest = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX", "asimd": "Neon"}
    return next((name for flag, name in widest.items() if flag in flags), platform.machine())


def blas() -> str:
    """Return numpy's version and what it multiplies matrices with."""
    import numpy
    import threadpoolctl

    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    kernels = [f"{p['internal_api']} {p['version']} {p['architecture']}, {p['num_threads']} threads" for p in pools]
    return f"numpy {numpy.__version__}, {', '.join(kernels)}"


def peak() -> float:
    """Return this process's peak resident memory in MB (on Linux; getrusage's would begin with the parent's)."""
    return int(re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
