"""Ending a run in order: on SIGINT (Ctrl-C), on SIGTERM, or when its time budget is used up.

A signal only leaves a note; the run looks for it between blocks of work, after what is finished was saved. A block
that takes much longer is given up. A second signal ends the process at once, as it would without this; the first one
says so.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from types import FrameType

from kagglebatt.errors import StoppedError
from kagglebatt.notify import Notify, notify_nobody

GRACE_SECONDS = 10.0
"""How long a block of work may go on after the run was asked to end."""


class Stop:
    """Whether a run has been asked to end."""

    def __init__(self, minutes: float | None = None) -> None:
        self._deadline = None if minutes is None else monotonic() + 60 * minutes
        self.reason = ""
        self._noticed: float | None = None

    def check(self) -> None:
        """Raise StoppedError when the run has been asked to end."""
        if not self.reason and self._deadline is not None and monotonic() >= self._deadline:
            self.reason = "time budget"
        if self.reason:
            raise StoppedError(self.reason)

    def check_with_grace(self) -> None:
        """The same within a block of work, whose unsaved part would be lost: only when it has had its grace."""
        now = monotonic()
        if self._noticed is None and (self.reason or (self._deadline is not None and now >= self._deadline)):
            self._noticed = now
        if self._noticed is not None and now - self._noticed >= GRACE_SECONDS:
            self.check()


@contextmanager
def stopping(minutes: float | None, notify: Notify = notify_nobody) -> Iterator[Stop]:
    """A stop that listens to signals meanwhile, where it can: only a process's main thread may set handlers.

    Args:
        notify: told at once what happens now, and what another signal would do.
    """
    stop = Stop(minutes)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: FrameType | None) -> None:
        stop.reason = name = signal.Signals(number).name
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        with suppress(RuntimeError):  # it came while the same stream was being written to
            notify(
                f"{name}: ending in order and saving, which may take {GRACE_SECONDS:.0f} seconds. "
                f"A second {_another(number)} ends at once; only the work that is under way is lost."
            )

    for number in previous:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _another(number: int) -> str:
    return "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name


@contextmanager
def stopping_at_once(notify: Notify = notify_nobody, what: str = "ending") -> Iterator[None]:
    """SIGINT and SIGTERM raise StoppedError wherever the body is, for work that can be continued from anywhere.

    Args:
        notify: told at once what happens now, and what another signal would do.
        what: happens now.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        with suppress(RuntimeError):  # it came while the same stream was being written to
            notify(f"{name}: {what}. A second {_another(number)} ends at once.")
        raise StoppedError(name)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def finishing(tell: Callable[[], object]) -> Iterator[None]:
    """Put off SIGINT and SIGTERM until the body is done, for what must not be left half done; a second one is heeded.

    Args:
        tell: called when a signal is put off.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.getsignal(number) for number in numbers}
    put_off: list[int] = []

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def note(number: int, _frame: FrameType | None) -> None:
        restore()  # the next one does what it would have done without this
        put_off.append(number)
        tell()

    for number in numbers:
        signal.signal(number, note)
    try:
        yield
    finally:
        restore()
        if put_off:
            signal.raise_signal(put_off[0])
