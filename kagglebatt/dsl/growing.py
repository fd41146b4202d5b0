"""Primitives of our own for patterns that grow: what a cell sees some way off, and growing until nothing changes.

An *offset* leads from a cell to the one that it looks at, in (rows, columns); colour 0 is empty.
"""

from __future__ import annotations

from kagglebatt.dsl.filling import overlay
from kagglebatt.dsl.types import Fn, Grid, Int, Pair

__all__ = ["fetched", "regrown", "seen"]

MOST_ROUNDS = 60
"""More than the cells from one corner of a grid to the other."""
_OUTSIDE = 10


def fetched(grid: Grid, offset: Pair) -> Grid:
    """Each cell in the colour of the one at an offset from it; empty where that lies outside."""
    return _looking(grid, offset, 0)


def seen(grid: Grid, value: Int, offset: Pair) -> Grid:
    """1 at the cells from which the one at an offset has the colour; for a colour of 10: lies outside."""
    return tuple([tuple([int(v == value) for v in row]) for row in _looking(grid, offset, _OUTSIDE)])


def _looking(grid: Grid, offset: Pair, outside: int) -> Grid:
    down, right = offset
    rows, columns = len(grid), len(grid[0])
    before, after = (outside,) * min(max(-right, 0), columns), (outside,) * min(max(right, 0), columns)
    blank = (outside,) * columns
    return tuple(
        [
            (*before, *grid[i][max(right, 0) : max(columns + min(right, 0), 0)], *after) if 0 <= i < rows else blank
            for i in range(down, down + rows)
        ]
    )


def regrown(grid: Grid, function: Fn) -> Grid:
    """What a function of the grid gives goes where that is empty; again, until nothing changes, 60 times at most."""
    for _ in range(MOST_ROUNDS):
        grown = overlay(function(grid), grid)
        if grown == grid:
            break
        grid = grown
    return grid
