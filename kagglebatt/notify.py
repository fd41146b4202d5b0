"""Whom to tell what the user should know, and how often."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

Notify = Callable[[str], object]
"""Takes one sentence for the user."""


def notify_nobody(_sentence: str) -> None:
    """Takes a sentence and says nothing."""


class Pace:
    """How often something that goes on for long is spoken of: a log must stay readable, be it of minutes or of hours.

    Args:
        least: seconds between two lines, at first.
        part: of all the time that has passed; where that is more than ``least``, it is kept between two lines.
        most: seconds between two lines, however long it takes.
    """

    def __init__(
        self, least: float = 10.0, part: float = 0.02, most: float = 60.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._least, self._part, self._most = least, part, max(least, most)
        self._clock = clock
        self._began = self._told = self._looked = clock()

    @property
    def passed(self) -> float:
        """Seconds since the beginning, at the last look."""
        return self._looked - self._began

    def due(self) -> bool:
        """Whether nothing was said for long enough; then it counts as said."""
        self._looked = now = self._clock()
        if now - self._told < min(self._most, max(self._least, (now - self._began) * self._part)):
            return False
        self._told = now
        return True
