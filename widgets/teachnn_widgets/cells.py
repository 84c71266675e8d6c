"""A cell that is run again closes the widgets that it made before: their views are gone, nothing else ends them.

A cell is known by its id; in a front end that gives none, a console say, by its text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from IPython.core.getipython import get_ipython


class Closable(Protocol):
    """A widget, as far as its cell knows one."""

    def close(self) -> None:
        """End it."""


class Run(NamedTuple):
    """One run of a cell."""

    cell: str
    number: str  # of the message that asked for it


class Cells:
    """Which widgets were made in which run of which cell."""

    def __init__(self):
        self._made: dict[str, dict[Run, WeakSet[Closable]]] = defaultdict(lambda: defaultdict(WeakSet))
        self._counts: dict[Run, int] = {}  # what stands beside the cell, In[12] say
        self._shell = None

    def made(self, widget: Closable) -> None:
        """Take note of a new widget; outside of a notebook's cell nothing happens."""
        run, shell = running_now(), get_ipython()
        if run is None or shell is None:
            return
        if self._shell is not shell:
            self._shell = shell
            shell.events.register("post_run_cell", lambda result: self.close_earlier(running_now()))
        self._made[run.cell][run].add(widget)
        self._counts[run] = shell.execution_count

    def close_earlier(self, run: Run | None) -> None:
        """Close what earlier runs of the cell made. This run is over: what it made has taken over by now."""
        runs = self._made.get(run.cell, {}) if run else {}
        for earlier in [other for other in runs if other != run]:
            widgets = list(runs.pop(earlier))
            for widget in widgets:
                widget.close()
            forget(self._shell, widgets, self._counts.pop(earlier))


def running_now() -> Run | None:
    """Return which cell is running, if any."""
    kernel = getattr(get_ipython(), "kernel", None)
    message = kernel.get_parent() if kernel is not None else {}
    if not message or message["header"]["msg_type"] != "execute_request":
        return None
    return Run(message.get("metadata", {}).get("cellId") or message["content"]["code"], message["header"]["msg_id"])


def forget(shell: Any, widgets: Sequence[Closable], count: int) -> None:
    """Take widgets out of IPython's memory of results, `Out`, `_`, `_12` and the like, and their pictures too."""
    for names in (shell.user_ns, shell.user_ns_hidden, shell.history_manager.output_hist):
        results = [name for name in names if str(name).strip("_0123456789") == ""]
        for name in results:
            if any(names[name] is widget for widget in widgets):
                del names[name]
    getattr(shell.history_manager, "outputs", {}).pop(count, None)  # of IPython 9, for %notebook


cells = Cells()
