"""Cutting grids into parts and joining them; nothing is padded.

Cuts are plain slices: negative starts count from the end, and a zero extent gives () or empty rows.
"""

from __future__ import annotations

from kagglebatt.dsl.bounds import allow, most_members
from kagglebatt.dsl.extent import span
from kagglebatt.dsl.types import Grid, Int, Pair, Patch, Tuple

__all__ = [
    "bottomhalf",
    "crop",
    "hconcat",
    "hsplit",
    "lefthalf",
    "righthalf",
    "subgrid",
    "tophalf",
    "trim",
    "vconcat",
    "vsplit",
]  # fmt: skip


def crop(grid: Grid, start: Pair, dims: Pair) -> Grid:
    """The part of ``dims`` (rows, columns) that begins at ``start``, cut off at the grid's edge."""
    (i, j), (rows, columns) = start, dims
    return tuple([row[j : j + columns] for row in grid[i : i + rows]])


def subgrid(patch: Patch, grid: Grid) -> Grid:
    """The grid's cells in the bounding box of the patch; ValueError for an empty patch."""
    top, left, bottom, right = span(patch)
    return crop(grid, (top, left), (bottom - top + 1, right - left + 1))


def trim(grid: Grid) -> Grid:
    """The grid without its outermost row and column on all four sides."""
    return tuple([row[1:-1] for row in grid[1:-1]])


def tophalf(grid: Grid) -> Grid:
    """The first rows // 2 rows."""
    return grid[: len(grid) // 2]


def bottomhalf(grid: Grid) -> Grid:
    """The last rows // 2 rows."""
    return grid[len(grid) - len(grid) // 2 :]


def lefthalf(grid: Grid) -> Grid:
    """The first columns // 2 columns; () for a grid one column wide."""
    half = len(grid[0]) // 2 if grid else 0
    return tuple([row[:half] for row in grid]) if half else ()


def righthalf(grid: Grid) -> Grid:
    """The last columns // 2 columns; () for a grid one column wide."""
    half = len(grid[0]) // 2 if grid else 0
    return tuple([row[-half:] for row in grid]) if half else ()


def hsplit(grid: Grid, n: Int) -> Tuple:
    """``n`` parts side by side, each columns // n wide."""
    long = len(grid[0]) // n
    step = long + (len(grid[0]) % n != 0)
    allow(n * len(grid))
    return tuple([tuple([row[part * step : part * step + long] for row in grid]) for part in range(n)])


def vsplit(grid: Grid, n: Int) -> Tuple:
    """``n`` parts from top to bottom, each rows // n high."""
    long = len(grid) // n
    step = long + (len(grid) % n != 0)
    allow(n)
    return tuple([grid[part * step : part * step + long] for part in range(n)])


def hconcat(a: Grid, b: Grid) -> Grid:
    """``b`` to the right of ``a``, cut to the smaller number of rows."""
    if a and b and len(a) * (len(a[0]) + len(b[0])) > most_members():
        allow(min(len(a), len(b)) * (len(a[0]) + len(b[0])))
    return tuple([mine + theirs for mine, theirs in zip(a, b, strict=False)])


def vconcat(a: Grid, b: Grid) -> Grid:
    """``b`` below ``a``; widths are not checked."""
    if a and b and len(a) * (len(a[0]) + 1) + len(b) * (len(b[0]) + 1) > most_members():
        allow(len(a) * max(len(a[0]), 1) + len(b) * max(len(b[0]), 1))
    return a + b
