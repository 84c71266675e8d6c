"""Places on a line, in a given order and at given distances, as near as can be to those that are wanted. Notebook 03.

This is isotonic regression by the absolute error: Barlow, Bartholomew, Bremner & Brunk 1972, with medians for means.
"""

from __future__ import annotations

from collections.abc import Sequence


def median(pulls: list[tuple[float, int]]) -> float:
    """Return the weighted median of (place, weight) pairs; the middle of the two if it falls between two.

    What weighs nothing has no say, unless nothing weighs anything.

    >>> median([(0.0, 1), (10.0, 1)]), median([(0.0, 3), (10.0, 1)]), median([(7.0, 0)])
    (5.0, 0.0, 7.0)
    """
    pulls = sorted(pull for pull in pulls if pull[1]) or sorted((place, 1) for place, _ in pulls)
    half, passed = sum(weight for _, weight in pulls) / 2, 0.0
    for i, (place, weight) in enumerate(pulls):
        passed += weight
        if passed > half:
            return place
        if passed == half:
            return (place + pulls[i + 1][0]) / 2
    return pulls[-1][0]


def separated(wanted: Sequence[float], weights: Sequence[int], gaps: Sequence[float]) -> list[float]:
    """Return places as near as can be to the wanted ones, with at least `gaps` between neighbours.

    Items that want to stand too close form a block, which stands at the median of what its members want.

    >>> separated([0, 0, 50], [1, 1, 1], [10, 10])
    [-5.0, 5.0, 50.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, list[tuple[float, int]]]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=False):
        value, members = float(want - offset), [(float(want - offset), weight)]
        while blocks and blocks[-1][0] > value:
            members = blocks.pop()[1] + members
            value = median(members)
        blocks.append((value, members))
    starts = [value for value, members in blocks for _ in members]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]
