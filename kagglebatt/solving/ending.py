"""Ending a solve when a signal comes or its time is over: at once while it waits, and never while it writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kagglebatt.errors import StoppedError
from kagglebatt.notify import Notify

_TIME = signal.SIGUSR1
"""What the time's end is told by: it wakes the main thread out of whatever it waits for."""


class Ending:
    """Whether the work has been asked to end.

    Attributes:
        reason: ``"SIGINT"``, ``"SIGTERM"`` or ``"time budget"``; empty until then.
    """

    def __init__(self) -> None:
        self.reason = ""
        self._waiting = False

    def come(self, reason: str) -> None:
        """It is to end now."""
        self.reason = self.reason or reason
        if self._waiting:
            self._waiting = False
            raise StoppedError(self.reason)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Only waiting goes on in the body, which may be left at any point.

        Raises:
            StoppedError: it is to end.
        """
        self._waiting = True
        try:
            if self.reason:
                raise StoppedError(self.reason)
            yield
        finally:
            self._waiting = False


@contextmanager
def ending(minutes: float | None, notify: Notify) -> Iterator[Ending]:
    """An ending that listens to signals and the clock, where it can: only a main thread may set handlers.

    Args:
        minutes: of the clock, from now.
        notify: told that a signal came, and what a second one does.
    """
    made = Ending()
    main = threading.main_thread()
    if threading.current_thread() is not main or main.ident is None:
        yield made
        return
    numbers = (signal.SIGINT, signal.SIGTERM, _TIME)
    previous = {number: signal.getsignal(number) for number in numbers}

    def note(number: int, _frame: FrameType | None) -> None:
        if number == _TIME:
            made.come("time budget")
            return
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        name = signal.Signals(number).name
        notify(f"{name}: ending in order and saving. A second one ends at once; only what is not filed yet is lost.")
        made.come(name)

    def wake() -> None:
        signal.pthread_kill(main.ident or 0, _TIME)

    timer = None if minutes is None else threading.Timer(60 * minutes, wake)
    for number in numbers:
        signal.signal(number, note)
    try:
        if timer is not None:
            timer.daemon = True
            timer.start()
        yield made
    finally:
        if timer is not None:
            timer.cancel()
            timer.join(1.0)
        for number, handler in previous.items():
            signal.signal(number, handler)
