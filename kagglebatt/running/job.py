"""What a worker is given to do: a *job*, of whatever kind, that may end its process.

Candidates to run, to probe or to look at are jobs; a wing above this one brings jobs of its own, whose class its
processes import by name. A worker knows no more of a job than stands here: where it was when its process was lost,
and how to go on without what ended it.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import Protocol, TypeVar

from kagglebatt.running.limit import Limits
from kagglebatt.running.outcome import Kind

Result = TypeVar("Result")
ResultOfJob = TypeVar("ResultOfJob", covariant=True)


class Position:
    """Where a process is: place, candidate and differ; readable after the process is gone."""

    _FORM = struct.Struct("qqq")
    SIZE = _FORM.size

    def __init__(self, handle: int) -> None:
        """Over an open file of ``SIZE`` bytes."""
        self._map = mmap.mmap(handle, self.SIZE)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def set(self, place: int, number: int, differ: int = -1) -> None:
        """The process turns to a candidate at a place of its job, or to a differ on that candidate's output."""
        self._FORM.pack_into(self._map, 0, place, number + 1, differ)

    def clear(self) -> None:
        """The process is at none."""
        self._FORM.pack_into(self._map, 0, 0, 0, -1)

    def read(self) -> tuple[int, int, int] | None:
        """(place, candidate, differ) that the process was at last; a differ below 0 is none."""
        place, following, differ = self._FORM.unpack_from(self._map)
        return (place, following - 1, differ) if following else None


class Job(Protocol[ResultOfJob]):
    """What one process does in one go; a value that can be pickled, and so can its results."""

    @property
    def limits(self) -> Limits:
        """What each candidate may use."""

    def perform(self, position: Position | None) -> Iterator[ResultOfJob]:
        """Do it; results come in parts. It may end with some of it undone, which is then asked for again.

        Args:
            position: kept up to date when this process may be lost; then a long call into C may end it, too.
        """

    def alone(self, place: int, number: int) -> Job[ResultOfJob]:
        """The one candidate that a process was lost at, as a job that gives one result."""

    def without(self, differ: int) -> Job[ResultOfJob]:
        """Of a job of one candidate: the same without a differ that ends its process."""

    def ended(self, kind: Kind, seconds: float, by_clock: bool, took: float) -> ResultOfJob:
        """Of a job of one candidate: the result of one that ends its process.

        Args:
            kind: TIMED_OUT or CRASHED.
            seconds: what it used of the processor, as far as is known.
            by_clock: whether it was ended for the time by the clock alone.
            took: seconds that finding this out took.
        """
