"""The progress of training: how far, how fast, how well. A bar that fills, or one line an epoch. Notebook 03."""

from __future__ import annotations

import sys
import time
from typing import Any

from teachnn.functions.history import StepResult


class Report:
    """The progress of one epoch: a bar in a terminal or a notebook, one line at its end elsewhere."""

    def __init__(self, epoch: int, epochs: int, length: int | None, show: bool) -> None:
        self.title: str = f"epoch {epoch + 1}/{epochs}"
        self.terms: dict[str, float] = {}
        self.examples: int = 0
        self.count: int = 0
        self.show: bool = show
        self.start: float = time.perf_counter()
        self.refreshed: float = 0.0
        self.bar: Any = None
        if show:
            from tqdm import auto, std

            if sys.stderr.isatty() or auto.notebook_tqdm is not std.tqdm:
                self.bar = auto.tqdm(total=length, desc=self.title, unit=" steps")

    def step(self, result: StepResult, examples: int) -> None:
        """Take note of one step."""
        self.examples, self.count = self.examples + examples, self.count + 1
        for name, value in result.terms.items():
            self.terms[name] = self.terms.get(name, 0.0) + value
        if self.bar is not None:
            self.bar.update()
            if time.perf_counter() - self.refreshed > 0.1:
                self.bar.set_postfix_str(self.state(), refresh=False)
                self.refreshed = time.perf_counter()

    def state(self) -> str:
        """Return the terms' means so far, and the speed."""
        terms = ", ".join(f"{name} {value / self.count:.4g}" for name, value in self.terms.items())
        return f"{terms}, {self.examples / (time.perf_counter() - self.start):,.0f} examples/s"

    def close(self) -> None:
        """Show what the epoch came to."""
        if self.bar is not None:
            if self.count:
                self.bar.set_postfix_str(self.state(), refresh=False)
            self.bar.close()
        elif self.show and self.count:
            print(f"{self.title}: {self.state()}, {time.perf_counter() - self.start:.1f} s", flush=True)
