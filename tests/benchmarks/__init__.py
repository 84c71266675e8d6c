"""How fast is it? `python -m tests.benchmarks` measures teachnn beside PyTorch and plain numpy, in the same run.

Each peer works in a process of its own, so that one library's waiting threads do not slow down another. The
processes take turns of a few steps, round after round, so a machine that is slow for a while is slow for all of
them. What counts is the ratio of medians.

Why nothing is compiled. A trial with numba 0.68 on a machine with AVX-512: Adam's `update` as it stands took 4.8 ms
over 404,000 numbers, beside 1.6 in numpy. It took 0.4 on one core only with fastmath, under which NaN may go
unnoticed, and with settings in float32, where 1 - beta2^t loses digits. Its two-core loop did not vectorise: 5.2 ms
of processor time. A second process paid 0.22 s for the import and 0.17 s for one cached formula, more than the 0.3 s
that it was allowed; the optimizer itself, a tuple of settings, was compiled anew each time, in 1.5 s. llvmlite and
numba are 208 MB. Most of a FractalNet's step is products and Python, which it does not touch. So formulas stay as
they are read.

Nor does cutting arrays to the size of the cache help here, except in the optimizer: numpy's loops take as long from
L2 as from L3, and batch norm in blocks took 1.5 to 1.6 times as long. A finite check inside the optimizer's blocks
changed nothing.
"""
