"""What the notebook's stop button means for work on other threads: they are told, since a signal reaches none of them.

A kernel changes what SIGINT does again and again. Between messages it is ignored; before each message
`pre_handler_hook` has it raise KeyboardInterrupt, and a cell with `await` has it cancel the cell; after each, what was
there before is put back. So whatever is there is wrapped, once for each of the three: our members are told, then the
kernel's own does what it does. What the kernel puts back is then ours too, and nothing of it is ever lost.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from IPython.core.getipython import get_ipython


class Told:
    """A signal's handler that tells the members, and then does what the one before it did."""

    def __init__(self, interrupts: Interrupts, there: Any):
        self.interrupts, self.there = interrupts, there

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        self.interrupts.tell()
        self.interrupts.wake_up()  # or a cell that awaits would notice only with the next message that it is cancelled
        if callable(self.there):  # neither SIG_IGN nor SIG_DFL
            self.there(number, frame)


class Interrupts:
    """Calls its members when the kernel is interrupted; on the main thread, at any time, so they must take no lock."""

    def __init__(self):
        self._members: tuple[Callable[[], None], ...] = ()
        self._changing = threading.RLock()
        self._kernel = None

    def add(self, member: Callable[[], None]) -> None:
        """Begin to tell a member."""
        with self._changing:
            self._members += (member,)
        self.listen()

    def remove(self, member: Callable[[], None]) -> None:
        """Stop telling a member; unknown ones are no error."""
        with self._changing:
            self._members = tuple(other for other in self._members if other != member)

    def tell(self) -> None:
        """Tell all members."""
        for member in self._members:
            member()

    def listen(self) -> None:
        """See to it that each signal is heard from now on; nothing happens outside of a kernel of IPython's."""
        shell = get_ipython()
        kernel = getattr(shell, "kernel", None)
        if shell is None or kernel is None or getattr(kernel, "pre_handler_hook", None) is None:
            return  # JupyterLite's kernel has no hook, and no signals
        with self._changing:
            if self._kernel is not kernel:
                self._kernel, before = kernel, kernel.pre_handler_hook

                def hear_this_message() -> None:
                    before()  # raises ValueError on a subshell's thread, which signals do not reach
                    self._wrap()

                kernel.pre_handler_hook = hear_this_message
                shell.events.register("pre_run_cell", lambda info: self._wrap())
                shell.events.register("post_run_cell", self._after_cell)
                shell.events.register("post_run_cell", lambda result: kernel.io_loop.add_callback(self._wrap))
        self._wrap()
        kernel.io_loop.add_callback(self._wrap)  # the main thread, which is between two messages then or awaits

    def wake_up(self) -> None:
        """Have the kernel's loop look at once at what a signal's handler left for it."""
        if self._kernel is not None:
            self._kernel.io_loop.asyncio_loop.call_soon_threadsafe(lambda: None)

    def _wrap(self) -> None:
        """Have SIGINT tell our members before it does what it does now."""
        if threading.current_thread() is threading.main_thread():
            there = signal.getsignal(signal.SIGINT)
            if not isinstance(there, Told):
                signal.signal(signal.SIGINT, Told(self, there))

    def _after_cell(self, result) -> None:
        """Hear what came in the instant before the cell's handler was wrapped."""
        error = result and result.error_in_exec
        if result is None or isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            self.tell()


interrupts = Interrupts()
