"""What a sweep found: a row for each setting, that prints itself, goes to a file, and is drawn with its spread."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.support import InputError, path_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 30  # rows, at most


class Rows:
    """Rows, each a setting and what its job returned, or its "error"; index and iterate them like a list of dicts.

    asked: the names of the settings. Names stand in the order in which they were met.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]], asked: Iterable[str]) -> None:
        self._rows = [dict(row) for row in rows]
        self.asked: tuple[str, ...] = tuple(asked)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> dict[str, Any]:
        return self._rows[place]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that stands in the rows."""
        return tuple(dict.fromkeys([*self.asked, *(name for row in self._rows for name in row)]))

    @property
    def failed(self) -> Rows:
        """The rows that have an error."""
        return Rows((row for row in self._rows if "error" in row), self.asked)

    def column(self, name: str) -> np.ndarray:
        """Return what stands under a name, NaN where nothing does; raises InputError if no row has it."""
        if name not in self.names:
            raise InputError("Rows", f"one of {', '.join(self.names)}", repr(name))
        return np.array([row.get(name, np.nan) for row in self._rows])

    def mean(self, y: str, *by: str) -> Rows:
        """Return a row for each combination of the settings `by`: y's mean, standard deviation, number of rows."""
        groups: dict[tuple, list[float]] = {}
        self.column(y)
        for row in self._rows:
            if y in row:
                groups.setdefault(tuple(row.get(name) for name in by), []).append(row[y])
        rows = (
            dict(zip(by, key, strict=True))
            | {y: float(np.mean(values)), "std": float(np.std(values, ddof=len(values) > 1)), "count": len(values)}
            for key, values in groups.items()
        )
        return Rows(rows, by)

    def plot(self, x: str, y: str, *, by: str | None = None) -> Figure:
        """Return a figure of y over x: the mean over all other settings, seeds say, and a standard deviation around it.

        by: a line for each value of this setting.
        """
        from teachnn.images import figure

        drawing, axes = figure()
        for value in dict.fromkeys(self.column(by).tolist()) if by else [None]:
            part = Rows((row for row in self._rows if by is None or row.get(by) == value), self.asked).mean(y, x)
            part = sorted(part, key=lambda row: row[x])
            at, mean, spread = (np.array([row[name] for row in part], float) for name in (x, y, "std"))
            line = axes.errorbar(at, mean, spread, marker="o", markersize=4, capsize=3, label=f"{by} {value}")
            axes.fill_between(at, mean - spread, mean + spread, color=line[0].get_color(), alpha=0.12, linewidth=0)
        axes.set(xlabel=x, ylabel=f"{y}, mean and standard deviation")
        if by:
            axes.legend()
        return drawing

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write all rows to a file of comma-separated values, the names first."""
        with Path(path_of("to_csv", path)).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.names, restval="")
            writer.writeheader()
            writer.writerows(self._rows)

    def __str__(self) -> str:
        lines = [self.names, *([_text(row.get(name)) for name in self.names] for row in self._rows[:SHOWN])]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.names))]
        texts = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        more = [f"... and {len(self) - SHOWN} more rows"] if len(self) > SHOWN else []
        return "\n".join([*texts, *more]) if self.names else "no rows"

    __repr__ = __str__


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
