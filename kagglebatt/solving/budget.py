"""What a whole set of tasks may use, and what of it the next task gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import time

from kagglebatt.errors import SettingsError
from kagglebatt.search.budget import Budget
from kagglebatt.settings import MOST_MINUTES

PER_TASK = 60.0
"""Processor seconds for one task, where nothing else was asked for."""
LEAST, MOST = 0.01, 86_400.0
"""Processor seconds for one task that make sense."""
MOST_WORK = 10**12
_PART = 0.6
"""Of the time left: a busy machine takes longer by the clock."""
_SPARE, _MOST_SPARE = 0.015, 5.0
"""Of the whole time, and seconds, in which no search goes on: what was found is run alone and filed."""


@dataclass(frozen=True)
class SolveBudget:
    """What solving a set may use.

    Attributes:
        per_task: processor seconds for each task at most; None for 60, or for as much as a time budget allows, or as a
            budget in work needs.
        work: for each task, as counted by the search; with it the answers are the same everywhere.
        minutes: of the clock for all tasks together.
        patient: whether a search goes on until its seconds are used up; otherwise it ends by itself when little is to
            be expected any more.
    """

    per_task: float | None = None
    work: int | None = None
    minutes: float | None = None
    patient: bool = False

    def __post_init__(self) -> None:
        if self.per_task is not None and not (_is_number(self.per_task) and LEAST <= self.per_task <= MOST):
            raise SettingsError(f"--per-task is {self.per_task}; give {LEAST} to {MOST:,.0f} seconds.")
        if self.work is not None and not (type(self.work) is int and 0 < self.work <= MOST_WORK):
            raise SettingsError(f"--work is {self.work}; give 1 to {MOST_WORK:,}.")
        if self.minutes is not None and not (_is_number(self.minutes) and 0 < self.minutes <= MOST_MINUTES):
            raise SettingsError(f"--minutes is {self.minutes}; give more than 0, at most {MOST_MINUTES:,}.")

    @property
    def most(self) -> float:
        """Processor seconds that one task may have at most."""
        if self.per_task is not None:
            return self.per_task
        return MOST if self.work is not None else PER_TASK if self.minutes is None else MOST

    def end(self, now: float) -> float | None:
        """When all of the time is over that begins now, in seconds since 1970; None where it never is."""
        return None if self.minutes is None else now + 60 * self.minutes

    def until(self, end: float | None) -> float | None:
        """When no search goes on any more."""
        return None if end is None or self.minutes is None else end - min(_MOST_SPARE, _SPARE * 60 * self.minutes)

    def shares(
        self, tasks: int, jobs: int, clock: Callable[[], float] = time, end: float | None = None
    ) -> Iterator[Budget]:
        """A budget for each of so many tasks, made when the task's turn has come; none once the time is over.

        Of a time budget each gets its part of what those before it left; a budget in work is the same for each.

        Args:
            end: of the time budget, where that began before; machines of a cluster are taken to agree on the time.
        """
        end = self.end(clock()) if end is None else end
        until = self.until(end)
        for left in range(tasks, 0, -1):
            seconds = self.most
            if end is not None and self.work is None:
                seconds = min(seconds, max(LEAST, _PART * (end - clock()) * min(jobs, left) / left))
            if until is not None and clock() >= until:
                return
            yield Budget(seconds, self.work, self.patient, until)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)
