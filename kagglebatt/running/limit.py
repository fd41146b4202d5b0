"""Limits of one candidate on one sample: processor time, memory, depth of calls.

Seconds are those of the processor that the candidate's own thread had, so that a machine that is crowded, stopped or
asleep changes no outcome. A timer interrupts Python code in the main thread of a process, which is where workers run
their tasks. One long call into C is not interrupted before it returns; in a process that may be lost, a second timer
then ends the process, and whoever started it finds the culprit. Whoever waits without using the processor is ended by
the clock, far behind.
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
from time import perf_counter, thread_time
from types import FrameType
from typing import Any

_LOOK_SECONDS = 0.05
"""Processor time after which a timer looks again, at most; and a tenth of the limit, at most."""
_LEAST_LOOK_SECONDS = 0.001
_MEASURED_SECONDS = 0.0002
"""So long the clock stands for the processor's time: asking for that takes longer than many a step."""
_CLOCK_LOOK_SECONDS = 1.0
_STOPPED_SECONDS = 2.0
"""A look that comes so much later than it should: the process was stopped, and the time does not count."""
CLOCK_FACTOR, CLOCK_SECONDS = 10.0, 10.0
"""By the clock a candidate may take so many times its limit, and so many seconds more."""
ENDED_BY_TIMER = signal.SIGVTALRM
"""What ends a process that does not come back from a call into C."""
_GRACE_SECONDS = 0.3
_OWN = __name__.rpartition(".")[0]
"""Code of this wing is not interrupted: it may be handling what was raised before, and sees for itself what is late."""
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
        seconds: of the processor.
        memory: bytes that the process may grow by, over what it has when work begins.
    """

    seconds: float
    memory: int = 2 << 30

    @property
    def clock(self) -> float:
        """Seconds of the clock after which a candidate is ended however little of the processor it had."""
        return CLOCK_FACTOR * self.seconds + CLOCK_SECONDS


class DeadlineReached(BaseException):
    """Raised inside a call that ran out of time.

    Not an ``Exception``: a step that raises is one outcome and a step that is stopped another, and no handler for
    the first may swallow the second.
    """


class ClockReached(DeadlineReached):
    """The clock alone says so: there was hardly any processor time, and another run may end otherwise."""


class Timer:
    """Raises ``DeadlineReached`` when the processor time set last is used up; see ``timer``.

    The system's timers go off regularly, whatever is run: setting them anew for each candidate would cost more than
    many a candidate. They look at the deadline, which is a number.
    """

    def __init__(self, limits: Limits, works: bool, expendable: bool) -> None:
        self._limits = limits
        self._works = works
        self._expendable = expendable
        self._armed = False
        self._clock_seconds = limits.clock
        self._deadline = self._clock_deadline = 0.0
        self._started = self._measured = thread_time()
        self._looked = self._measured_at = perf_counter()

    def set(self, seconds: float) -> float:
        """Allow ``seconds`` of the processor from now, and the clock far more; gives the clock's time."""
        now = perf_counter()
        passed = now - self._measured_at
        if passed > _MEASURED_SECONDS:
            self._measured, self._measured_at, passed = thread_time(), now, 0.0
        self._started = self._measured + passed
        self._deadline = self._started + seconds
        self._clock_deadline = now + self._clock_seconds
        self._armed = True
        return now

    def clear(self) -> None:
        """No limit any more."""
        self._armed = False

    def used(self, clock_seconds: float) -> float:
        """Processor time of a step that took so long by the clock and has just ended."""
        before, self._started = self._started, thread_time()
        self._measured, self._measured_at = self._started, perf_counter()
        return min(clock_seconds, self._started - before)

    def start(self) -> None:
        """Have the system's timers go off."""
        if self._works:
            look = max(min(_LOOK_SECONDS, self._limits.seconds / 10), _LEAST_LOOK_SECONDS)
            signal.setitimer(signal.ITIMER_PROF, look, look)
            signal.setitimer(signal.ITIMER_REAL, _CLOCK_LOOK_SECONDS, _CLOCK_LOOK_SECONDS)
            self._spare()

    def stop(self) -> None:
        """And stop them."""
        self.clear()
        if self._works:
            for kind in (signal.ITIMER_PROF, signal.ITIMER_REAL, signal.ITIMER_VIRTUAL):
                signal.setitimer(kind, 0)

    def _spare(self) -> None:
        """Put off the end of a process that still comes back to Python code."""
        if self._expendable:
            signal.setitimer(signal.ITIMER_VIRTUAL, self._limits.seconds + _GRACE_SECONDS)

    def look(self, _signal: int, frame: FrameType | None) -> None:
        """Raise when the processor time is used up; again and again, since a finaliser swallows what it raises."""
        if self._armed and thread_time() >= self._deadline and not _is_own(frame):
            raise DeadlineReached
        self._spare()

    def look_at_clock(self, _signal: int, frame: FrameType | None) -> None:
        """Raise when the clock's time is over; what passed while the process was stopped does not count."""
        before, self._looked = self._looked, perf_counter()
        stopped = self._looked - before - _CLOCK_LOOK_SECONDS
        if stopped > _STOPPED_SECONDS:
            self._clock_deadline += stopped
        if self._armed and self._looked >= self._clock_deadline and not _is_own(frame):
            raise ClockReached


def _is_own(frame: FrameType | None) -> bool:
    return frame is not None and str(frame.f_globals.get("__name__")).startswith(_OWN)


@contextmanager
def timer(limits: Limits, expendable: bool = False) -> Iterator[Timer]:
    """A timer for the body of a ``with`` statement, unset at first.

    Outside a process's main thread, or where the platform has no interval timers, it interrupts nothing; it measures.

    Args:
        limits: of each candidate.
        expendable: this process may be ended when one call into C overruns.
    """
    works = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    made = Timer(limits, works, expendable)
    if not works:
        yield made
        return
    handlers: dict[signal.Signals, Any] = {signal.SIGPROF: made.look, signal.SIGALRM: made.look_at_clock}
    if expendable:
        handlers[ENDED_BY_TIMER] = signal.SIG_DFL
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        made.start()
        yield made
    finally:
        made.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


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
