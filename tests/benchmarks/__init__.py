"""How fast is it? `python -m tests.benchmarks` measures teachnn beside PyTorch and plain numpy, in the same run.

Each peer works in a process of its own, so that one library's waiting threads do not slow down another. The processes
take turns of a few steps, round after round, so a machine that is slow for a while is slow for all of them. What counts
is the ratio of medians.
"""
