"""What was read from files of other people: what is good, and what was left out with its place and reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from kagglebatt.errors import KagglebattError
from kagglebatt.notify import Notify

MOST_NAMED = 10
"""So many of the left out are named; the others are counted."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that was not read: its file, 1-based line (0 when the fault is not on one line), and the reason."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        return f"{where}: {self.reason}"


class Reading(tuple[T, ...]):
    """What is good, as a tuple, in the order of reading; and beside it what is not.

    Attributes:
        left_out: what was left out, in the order of reading.
        ignored: what no program or task could lie in, such as ``import numpy``, each once.
    """

    left_out: tuple[LeftOut, ...]
    ignored: tuple[str, ...]

    def __new__(
        cls, good: Iterable[T] = (), left_out: Iterable[LeftOut] = (), ignored: Iterable[str] = ()
    ) -> Reading[T]:
        """A reading; without the last two, one of which nothing was left out."""
        made = super().__new__(cls, good)
        made.left_out, made.ignored = tuple(left_out), tuple(dict.fromkeys(ignored))
        return made

    def tell(self, notify: Notify) -> None:
        """Say what was ignored, and what was left out: the first ten, then how many more."""
        if self.ignored:
            notify(f"ignored: {', '.join(self.ignored[:MOST_NAMED])}")
        for line in named(self.left_out):
            notify(f"left out: {line}")


def named(left_out: Iterable[LeftOut]) -> list[str]:
    """A line for each of the first ten that were left out, and one that counts the others."""
    every = list(left_out)
    lines = [str(each) for each in every[:MOST_NAMED]]
    return lines + ([f"{len(every) - MOST_NAMED:,} more"] if len(every) > MOST_NAMED else [])


def checked(
    reading: Reading[T], strict: bool, error: Callable[[LeftOut], KagglebattError], nothing: LeftOut
) -> Reading[T]:
    """The reading itself, where it is one to go on with.

    Args:
        strict: refuse it when anything was left out.
        error: makes the error of what was left out first, whose reason is followed by the others, a line each.
        nothing: what is wrong where nothing was found, and nothing left out either.

    Raises:
        KagglebattError: as ``error`` makes it; nothing is left, or something was left out and ``strict`` is set.
    """
    if reading and not (strict and reading.left_out):
        return reading
    faults = reading.left_out or (nothing,)
    first = faults[0]
    raise error(LeftOut(first.source, first.line, "\n".join([first.reason, *named(faults)[1:]])))
