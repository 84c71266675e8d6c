"""One thread for all widgets that show what moves by itself, while another thread trains."""

from __future__ import annotations

import itertools
import threading
from typing import Protocol

PERIOD = 0.05  # seconds: a page is told at most 20 times a second
SELDOM = 20  # beats: one in so many is for those that nobody looks at, so that they are not far behind when they are


class Beating(Protocol):
    """Whatever is to be called some 20 times a second."""

    @property
    def in_sight(self) -> bool:
        """Whether somebody can look at it."""
        ...

    def beat(self) -> None:
        """Look whether anything moved, and show it; must not raise."""


class Pulse:
    """Calls `beat` of each member, one after the other, seldom if it is out of sight.

    Its thread lives while there are members.
    """

    def __init__(self):
        self._members: tuple[Beating, ...] = ()
        self._changing = threading.RLock()  # a widget that is collected meanwhile closes itself on this very thread
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, member: Beating) -> None:
        """Begin to call a member; once is enough."""
        new = None
        with self._changing:
            if not any(member is other for other in self._members):
                self._members += (member,)
            if self._thread is None:
                self._wake = threading.Event()
                new = threading.Thread(target=self._run, args=[self._wake], name="teachnn pulse", daemon=True)
                self._thread = new
        if new is not None:  # without the lock: start waits for a thread on which a collected widget may close itself
            new.start()

    def remove(self, member: Beating) -> None:
        """Stop calling a member; a call that is under way may still end. Unknown ones are no error."""
        with self._changing:
            self._members = tuple(other for other in self._members if other is not member)
            if not self._members and self._thread is not None:
                self._wake.set()
                self._thread = None

    def _run(self, wake: threading.Event) -> None:
        for count in itertools.count(1):
            if wake.wait(PERIOD):
                break
            self._beat(wake, everybody=count % SELDOM == 0)

    def _beat(self, wake: threading.Event, everybody: bool) -> None:
        """Call each member. In a function of its own: between two beats the thread keeps no widget alive."""
        for member in self._members:
            if not wake.is_set() and (everybody or member.in_sight):
                member.beat()


pulse = Pulse()
