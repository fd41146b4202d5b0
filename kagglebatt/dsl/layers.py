"""Primitives of our own that take a grid apart into a tuple of grids, and choose among them; colour 0 is empty.

A *layer* has the size of the whole grid and holds one part of it; a *panel* is a rectangle cut out.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from itertools import groupby
from typing import Any

from kagglebatt.dsl.bits import components, kept_each, occupied, where
from kagglebatt.dsl.bounds import allow
from kagglebatt.dsl.filling import holes, overlay
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.types import Bool, Fn, Grid, Int, Tuple

__all__ = [
    "argrare",
    "colorlayers",
    "filled",
    "holecount",
    "keepmost",
    "layers",
    "maincolor",
    "overlays",
    "panels",
    "partcount",
    "rarecolor",
    "symmetries",
    "worthiest",
]  # fmt: skip

_MOST = 60
"""Grids with more parts than this are taken apart by nobody: ValueError."""


def layers(grid: Grid, univalued: Bool, diagonal: Bool) -> Tuple:
    """The connected parts of what is not empty, each as a layer, in reading order; ValueError for over 60 of them.

    Args:
        univalued: a part has one colour.
        diagonal: eight neighbours connect; otherwise four.
    """
    return tuple(kept_each(grid, parts_of(grid, univalued, diagonal)))


def parts_of(grid: Grid, univalued: bool, diagonal: bool) -> list[int]:
    """The connected parts as sets of bits, in reading order."""
    stride = len(grid[0]) + 1
    if univalued:
        colours = sorted(set().union(*grid) - {0})
        found = [part for colour in colours for part in components(where(grid, colour), stride, diagonal)]
        found.sort(key=lambda part: part & -part)
    else:
        found = components(occupied(grid), stride, diagonal)
    if len(found) > _MOST:
        raise ValueError(f"{len(found)} parts")
    return found


def colorlayers(grid: Grid) -> Tuple:
    """One layer for each colour but 0, in ascending order."""
    return tuple(kept_each(grid, [where(grid, colour) for colour in sorted(set().union(*grid) - {0})]))


def panels(grid: Grid) -> Tuple:
    """The parts between full rows and full columns of one colour, row by row; ValueError when nothing divides.

    The lines' colour is that of the first dividing row, or else column, that is not empty.
    """
    found = [piece for line in panel_rows(grid) for piece in line]
    allow(len(found))
    return tuple(found)


def panel_rows(grid: Grid) -> list[list[Grid]]:
    """The panels of a grid as they lie, in rows."""
    columns = list(zip(*grid, strict=True))
    lines = [line[0] for line in (*grid, *columns) if line[0] and len(set(line)) == 1]
    if not lines:
        raise ValueError("no line divides the grid")
    colour = lines[0]
    down, right = _between(grid, colour), _between(columns, colour)
    if len(down) * len(right) < 2:
        raise ValueError("nothing lies between lines")
    return [[tuple([row[left:end] for row in grid[top:bottom]]) for left, end in right] for top, bottom in down]


def _between(lines: Any, colour: int) -> list[tuple[int, int]]:
    """The runs of lines that are not wholly of one colour, from and up to."""
    found, at = [], 0
    for full, run in groupby(set(line) == {colour} for line in lines):
        count = len(list(run))
        if not full:
            found.append((at, at + count))
        at += count
    return found


def overlays(grids: Tuple) -> Grid:
    """All grids of a tuple over each other, the last one on top; the size is the first one's."""
    if not grids:
        raise ValueError("no grids")
    return reduce(overlay, ascending(grids))


def argrare(container: Tuple, function: Fn) -> Any:
    """The member whose value of the function is the rarest, the first of several."""
    container = ascending(container)
    keys = [function(member) for member in container]
    counts = Counter(keys)
    return min(zip(keys, container, strict=True), key=lambda pair: counts[pair[0]])[1]


def keepmost(container: Tuple, function: Fn) -> Tuple:
    """The members that have the largest value of the function, in their order."""
    container = ascending(container)
    keys = [function(member) for member in container]
    largest = max(keys)
    return tuple([member for key, member in zip(keys, container, strict=True) if key == largest])


def worthiest(container: Tuple) -> Any:
    """The member that occurs most often, the first of several."""
    counts = Counter(container)
    return max(ascending(container), key=counts.__getitem__)


def filled(grid: Grid) -> Int:
    """The number of cells that are not empty."""
    return sum([len(row) - row.count(0) for row in grid])


def partcount(grid: Grid) -> Int:
    """The number of connected parts of what is not empty, eight neighbours connecting."""
    return len(components(occupied(grid), len(grid[0]) + 1, True)) if grid else 0


def holecount(grid: Grid) -> Int:
    """The number of separate enclosed regions of empty cells."""
    return len(components(where(holes(grid, False), 1), len(grid[0]) + 1, False)) if grid else 0


def symmetries(grid: Grid) -> Int:
    """Of how many mirrors, of the four a square has, and half turns the part that is not empty is its own image."""
    rows = [i for i, row in enumerate(grid) if any(row)]
    if not rows:
        return 0
    part = grid[rows[0] : rows[-1] + 1]
    columns = [column for column in zip(*part, strict=True)]
    while columns and not any(columns[0]):
        columns.pop(0)
    while columns and not any(columns[-1]):
        columns.pop()
    across = tuple(columns)
    part = tuple(zip(*across, strict=True))
    flipped = tuple([row[::-1] for row in part])
    return sum(
        [part == part[::-1], part == flipped, part == flipped[::-1], part == across, part == flipped_cross(across)]
    )


def flipped_cross(across: Grid) -> Grid:
    """A transposed grid mirrored at both sides: the other diagonal's image."""
    return tuple([row[::-1] for row in across[::-1]])


def maincolor(grid: Grid) -> Int:
    """The most common colour but 0, the smallest of several; ValueError for an empty grid."""
    return -max([(count, -value) for count, value in _counted(grid)])[1]


def rarecolor(grid: Grid) -> Int:
    """The least common colour but 0, the smallest of several; ValueError for an empty grid."""
    return min(_counted(grid))[1]


def _counted(grid: Grid) -> list[tuple[int, int]]:
    """(cells, colour) of each colour but 0."""
    return [(count, value) for value, count in Counter([value for row in grid for value in row if value]).items()]
