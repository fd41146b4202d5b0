"""What searches found, into the home: accepted solvers with their origin, some tasks' at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from kagglebatt.errors import HomeError
from kagglebatt.home.directory import Home
from kagglebatt.home.ranking import Filing
from kagglebatt.notify import Notify
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.solving.job import Searched
from kagglebatt.tasks.task import Task

EVERY_SECONDS = 20.0
"""What a killed process may lose."""


class Filer:
    """Files what is found as one iteration of the home, now and then, and at the end.

    Attributes:
        filed: solvers that were new and stayed.
        disagreements: programs that did not do alone what the search said; none of them is filed.
    """

    def __init__(self, home: Home, notify: Notify, clock: Callable[[], float] = monotonic) -> None:
        self._home, self._notify, self._clock = home, notify, clock
        self._iteration = home.archive.next_iteration
        self._waiting: list[Filing] = []
        self._origins: dict[str, Origin] = {}
        self._last = clock()
        self._said = False
        self.filed = 0
        self.disagreements: list[str] = []

    def add(self, task: Task, done: Searched, report: Callable[[], Mapping[str, Any]]) -> None:
        """Take what was found on a task; file it when it is time."""
        for found, verdict in done.found:
            if not verdict.agrees:
                if not verdict.unsure:
                    self.disagreements.append(f"{verdict.md5} on {task.id}")
                continue
            self._waiting.append(Filing(verdict, "", "", task.digest))
            self._origins[verdict.md5] = Origin(GIVEN if found.stage == "recall" else found.stage)
        if self._waiting and self._clock() - self._last >= EVERY_SECONDS:
            try:
                self.file(report())
            except HomeError as error:  # a full disk, for example: the answers go on
                if not self._said:
                    self._notify(f"{error} It is tried again; the search goes on.")
                self._said = True
            self._last = self._clock()

    def file(self, report: Mapping[str, Any]) -> None:
        """File what is not filed yet.

        Raises:
            HomeError: it cannot be filed; it is kept for the next time.
        """
        content = {**report, "iteration": self._iteration}
        self.filed += self._home.archive.file(self._iteration, self._waiting, (), content, origins=self._origins)
        self._waiting.clear()
        self._origins.clear()
        self._home.cache.save()
