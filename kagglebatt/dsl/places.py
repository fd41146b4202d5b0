"""Sets of locations that depend on a location alone, made once and kept: reading one costs a tenth of making it.

Kept for locations in and just around grids of the usual size, a bounded number of them. A kept set has plain Ints
whoever asks first, since (True, 0) and (1, 0) are one key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kagglebatt.dsl.types import Indices

_LEAST, _MOST = -3, 33
"""Rows and columns for which sets are kept."""
FRONTIER = 30
"""Rows and columns that a frontier covers, whatever the grid's size."""


class Around(dict[Any, Indices]):
    """What lies around a location, by location; like a function of it that is called without a frame of its own."""

    def __init__(self, make: Callable[[int, int], Indices]) -> None:
        """Begin empty.

        Args:
            make: the set for a row and a column.
        """
        super().__init__()
        self._make = make

    def __missing__(self, loc: Any) -> Indices:
        """Make a set, and keep it when its location is one that grids have."""
        row, column = loc
        made = self._make(row + 0, column + 0)  # plus 0: a Bool becomes an Int
        if type(loc) is tuple and _LEAST <= row <= _MOST and _LEAST <= column <= _MOST:
            self[loc if type(row) is type(column) is int else (row + 0, column + 0)] = made
        return made


class Lines(dict[int, Indices]):
    """The frontier through a row or column, by number."""

    def __init__(self, make: Callable[[int], Indices]) -> None:
        """Begin empty.

        Args:
            make: the line of a number.
        """
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> Indices:
        """Make a line, and keep it when it crosses a grid."""
        made = self._make(number)
        if _LEAST <= number <= _MOST:
            self[number] = made
        return made


@Around
def edges(i: int, j: int) -> Indices:
    """The four edge neighbours."""
    return frozenset([(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)])


@Around
def diagonals(i: int, j: int) -> Indices:
    """The four diagonal neighbours."""
    return frozenset([(i - 1, j - 1), (i - 1, j + 1), (i + 1, j - 1), (i + 1, j + 1)])


@Around
def ring(i: int, j: int) -> Indices:
    """All eight neighbours."""
    return edges[i, j] | diagonals[i, j]


@Lines
def row_line(i: int) -> Indices:
    """Columns 0 to 29 of a row."""
    return frozenset([(i, j) for j in range(FRONTIER)])


@Lines
def column_line(j: int) -> Indices:
    """Rows 0 to 29 of a column."""
    return frozenset([(i, j) for i in range(FRONTIER)])


_KEPT_RUNS = 1024
"""Rays, and as many segments: at most about five megabytes of each."""


class Runs(dict[Any, Indices]):
    """Rays or segments by two pairs, a bounded number of them."""

    def keep(self, a: tuple[int, int], b: tuple[int, int], run: Indices) -> Indices:
        """The run, kept when both pairs have numbers of the usual size."""
        numbers = (*a, *b)
        if {*map(type, numbers)} == {int} and max(numbers) <= _MOST and min(numbers) >= _LEAST:
            if len(self) >= _KEPT_RUNS:
                self.clear()
            self[a, b] = run
        return run


rays = Runs()
"""By start and direction."""
segments = Runs()
"""By both ends."""
