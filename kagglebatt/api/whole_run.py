"""How far a run of several iterations is, in figures and in words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import monotonic

from kagglebatt.markup import as_time, plural


class WholeRun:
    """Iterations done, tasks solved, and the seconds that the rest may take.

    Attributes:
        iterations: how many there are to be, unless the time budget is used up before.
        done: how many are.
    """

    def __init__(self, iterations: int, minutes: float | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.iterations = iterations
        self.done = 0
        self._clock = clock
        self._began = self._last = clock()
        self._budget = None if minutes is None else 60 * minutes
        self._solved: set[str] = set()
        self._tasks = 0

    def add(self, solved: Collection[str], tasks: int) -> None:
        """One more iteration is done; ``solved`` are ids of tasks that it solved, of ``tasks``."""
        self.done += 1
        self._last = self._clock()
        self._solved.update(solved)
        self._tasks = tasks

    @property
    def left(self) -> float | None:
        """Seconds until the end, if the other iterations take as long as those before; None before the first is done.

        The time budget ends a run sooner, if it does.
        """
        if not self.done:
            return None
        end = self._last + (self._last - self._began) / self.done * (self.iterations - self.done)
        if self._budget is not None:
            end = min(end, self._began + self._budget)
        return max(0.0, end - self._clock())

    @property
    def words(self) -> str:
        """What there is to say beside the count of iterations; nothing before the first is done."""
        left = self.left
        if left is None:
            return ""
        return f"{len(self._solved):,} of {plural(self._tasks, 'task')} solved, about {as_time(left)} left"
