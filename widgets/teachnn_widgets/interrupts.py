"""What the notebook's stop button means for work on other threads: it is told, since a signal reaches but the main one.

In a cell the button raises KeyboardInterrupt there; between cells IPython's kernel ignores the signal, so a handler of
ours takes it while somebody wants to know.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from IPython.core.getipython import get_ipython


class Interrupts:
    """Calls its members when the kernel is interrupted."""

    def __init__(self):
        self._members: tuple[Callable[[], None], ...] = ()
        self._changing = threading.RLock()
        self._before = None

    def add(self, member: Callable[[], None]) -> None:
        """Begin to tell a member."""
        with self._changing:
            if not self._members:
                self._listen(True)
            self._members += (member,)

    def remove(self, member: Callable[[], None]) -> None:
        """Stop telling a member; unknown ones are no error."""
        with self._changing:
            had = bool(self._members)
            self._members = tuple(other for other in self._members if other != member)
            if had and not self._members:
                self._listen(False)

    def tell(self, *signal_and_frame) -> None:
        """Tell all members."""
        for member in self._members:
            member()

    def _listen(self, on: bool) -> None:
        shell = get_ipython()
        if shell is None:
            return
        change = shell.events.register if on else shell.events.unregister
        change("post_run_cell", self._after_cell)
        kernel = getattr(shell, "kernel", None)
        if kernel is not None:
            kernel.io_loop.add_callback(self._handle_signal)  # signals are the main thread's alone

    def _handle_signal(self) -> None:
        here = signal.getsignal(signal.SIGINT)
        if self._members and here != self.tell:
            self._before = signal.signal(signal.SIGINT, self.tell)
        elif not self._members and here == self.tell:
            signal.signal(signal.SIGINT, self._before)

    def _after_cell(self, result) -> None:
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            self.tell()


interrupts = Interrupts()
