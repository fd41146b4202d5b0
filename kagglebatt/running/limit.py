"""Limits of one candidate on one sample: time, memory, depth of calls.

An interval timer interrupts Python code in the main thread of a process, which is where workers run their tasks.
One long call into C is not interrupted before it returns; in a process that may be lost, a second timer, of
processor time, then ends the process, and whoever started it finds the culprit.
"""

from __future__ import annotations

import gc
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_REPEAT_SECONDS = 0.05
_GRACE_SECONDS = 0.3
_DEPTH = 8_000
"""Calls that a program may be deep, counted from where it was started: the same in every kind of process.

A call may take several levels of the interpreter, more or fewer by its version. What decides is how deep values are
nested (``dsl.nesting``), which is far below; this ends what has no end.
"""
_STACK_BYTES = 100 << 20
"""The stack that C may use: comparing or hashing a value that is nested a hundred thousand deep needs much."""


@dataclass(frozen=True)
class Limits:
    """What one candidate may use on one sample.

    Attributes:
        seconds: of the clock.
        memory: bytes that the process may grow by, over what it has when work begins.
    """

    seconds: float
    memory: int = 2 << 30


class DeadlineReached(BaseException):
    """Raised inside a call that ran out of time.

    Not an ``Exception``: a step that raises is one outcome and a step that is stopped another, and no handler for
    the first may swallow the second.
    """


class Timer:
    """Raises ``DeadlineReached`` when the seconds set last have passed; see ``timer``."""

    def __init__(self, works: bool, expendable: bool) -> None:
        self._works = works
        self._expendable = expendable
        self._armed = False

    def set(self, seconds: float) -> None:
        """Allow ``seconds`` from now; the smallest limit is a microsecond, since 0 would mean none."""
        if not self._works:
            return
        self._armed = True
        seconds = max(seconds, 1e-6)
        # Fires again until cleared: an exception raised inside a finaliser is swallowed by the interpreter.
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
        if self._expendable:
            signal.setitimer(signal.ITIMER_PROF, seconds + _GRACE_SECONDS)

    def clear(self) -> None:
        """No limit any more."""
        if not self._works:
            return
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._expendable:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _fire(self, _signal: int, _frame: FrameType | None) -> None:
        if self._armed:
            raise DeadlineReached


@contextmanager
def timer(expendable: bool = False) -> Iterator[Timer]:
    """A timer for the body of a ``with`` statement, unset at first.

    Outside a process's main thread, or where the platform has no interval timers, it never fires.

    Args:
        expendable: this process may be ended when one call into C overruns.
    """
    works = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    made = Timer(works, expendable)
    if not works:
        yield made
        return
    previous = signal.signal(signal.SIGALRM, made._fire)
    before = signal.signal(signal.SIGPROF, signal.SIG_DFL) if expendable else None
    try:
        yield made
    finally:
        made.clear()
        signal.signal(signal.SIGALRM, previous)
        if expendable:
            signal.signal(signal.SIGPROF, before)


@contextmanager
def contained(memory: int) -> Iterator[None]:
    """Keep what runs meanwhile within bounds of memory and depth, and leave the process as it was.

    No search for reference cycles either: values have none, and the search takes a third of building a set.
    """
    collected, depth = gc.isenabled(), sys.getrecursionlimit()
    space, stack = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_STACK)
    used = _address_space()
    gc.disable()
    sys.setrecursionlimit(_depth_here() + _DEPTH)
    _lower(resource.RLIMIT_AS, space, used + memory if used else None)
    _raise(resource.RLIMIT_STACK, stack, _STACK_BYTES)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, space)
        resource.setrlimit(resource.RLIMIT_STACK, stack)
        sys.setrecursionlimit(depth)
        if collected:
            gc.enable()


def _depth_here() -> int:
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    return depth


def _address_space() -> int:
    """Bytes of address space that the process has; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _lower(kind: int, now: tuple[int, int], wanted: int | None) -> None:
    if wanted is not None and (now[0] == resource.RLIM_INFINITY or now[0] > wanted):
        resource.setrlimit(kind, (wanted, now[1]))


def _raise(kind: int, now: tuple[int, int], wanted: int) -> None:
    most = wanted if now[1] == resource.RLIM_INFINITY else min(wanted, now[1])
    if now[0] != resource.RLIM_INFINITY and now[0] < most:
        resource.setrlimit(kind, (most, now[1]))
