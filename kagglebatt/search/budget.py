"""What one search may use, and how much of it is used up.

*Work* is counted: a move applied to a node, or a program of the library run on a task, is one. The same work gives the
same answers everywhere. Seconds are those of the processor, and a promise to be on time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import thread_time, time

ENOUGH = 60_000
"""Work after which hardly any program still comes that solves a task.

Of 48 training tasks, each searched without what is known of it until it was solved: 13 were by work of 1,000, 16 by
5,000, 27 by 13,000, 30 by 33,000 and one more by 80,000. This much takes some 6 seconds on grids of the usual size.
"""
_LOOK = 64
"""Units of work between two looks at the processor's time."""


@dataclass(frozen=True)
class Budget:
    """What one search on one task may use.

    Attributes:
        seconds: of one processor.
        work: moves applied and programs run; None for as many as still bring something (``ENOUGH``).
        until: seconds since 1970, by the clock; None for no such end.
        patient: whether to go on, where no work is given, until the seconds are used up.
    """

    seconds: float = 60.0
    work: int | None = None
    patient: bool = False
    until: float | None = None

    @property
    def most_work(self) -> int | None:
        """Where a search ends by its work; None where only its seconds end it."""
        if self.work is not None:
            return self.work
        return None if self.patient else ENOUGH

    @property
    def over(self) -> bool:
        """Whether the clock ends it."""
        return self.until is not None and time() >= self.until


class Meter:
    """Counts work and time of one search."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = thread_time) -> None:
        self._clock = clock
        self._started = clock()
        self._budget = budget
        self._most_work = budget.most_work
        self._next_look = 0
        self._late = False
        self.work = 0

    @property
    def seconds(self) -> float:
        """Processor seconds since the beginning."""
        return self._clock() - self._started

    def spend(self, units: int = 1) -> None:
        """Count some work."""
        self.work += units

    def part(self, share: float) -> Meter:
        """A meter of its own for what is left until this share of the budget is used up."""
        work = None if self._most_work is None else max(0, int(share * self._most_work) - self.work)
        seconds = max(0.0, share * self._budget.seconds - self.seconds)
        return Meter(replace(self._budget, seconds=seconds, work=work), self._clock)

    def used_up(self, share: float = 1.0) -> bool:
        """Whether this share, 0 to 1, of the budget is used up, by work or by time."""
        if self._most_work is not None and self.work >= share * self._most_work:
            return True
        if share < 1:
            return self.is_late(share)
        if self.work >= self._next_look:
            self._next_look = self.work + _LOOK
            self._late = self.is_late()
        return self._late

    def is_late(self, share: float = 1.0) -> bool:
        """Whether this share of the time is used up."""
        return self.seconds >= share * self._budget.seconds or self._budget.over
