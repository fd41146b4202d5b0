"""Editing grids: every primitive returns a new grid, of the same size unless said otherwise.

Locations outside the grid, negative ones included, are skipped. Values outside 0 to 9 may be written.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from kagglebatt.dsl.bounds import MAX_INT, allow
from kagglebatt.dsl.extent import first_of, locations, second_of
from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.patches import shift
from kagglebatt.dsl.types import Cell, Grid, Int, Object, Pair, Patch

__all__ = [
    "canvas",
    "cellwise",
    "compress",
    "cover",
    "fill",
    "index",
    "move",
    "paint",
    "replace",
    "switch",
    "underfill",
    "underpaint",
]  # fmt: skip


_BLANK = -MAX_INT
"""Less than any number that a value may have."""


def canvas(value: Int, dimensions: Pair) -> Grid:
    """A grid of (height, width) in one colour; () or empty rows for extents of 0 or less."""
    rows, columns = dimensions
    allow(max(rows, 0) * max(columns, 1))
    return ((value,) * columns,) * rows


def _most_of(grid: Grid, patch: Patch) -> bool:
    """Whether a patch covers most of a grid: then rows are not opened one by one, as they are met."""
    return 2 * len(patch) > len(grid) * len(grid[0])


def _rebuilt(grid: Grid, changed: dict[int, list[int]]) -> Grid:
    rows = list(grid)
    for i, row in changed.items():
        rows[i] = tuple(row)
    return tuple(rows)


def fill(grid: Grid, value: Int, patch: Patch) -> Grid:
    """The value written at every location of the patch."""
    if _most_of(grid, patch):
        return _overfilled(grid, value, patch)
    rows, columns = len(grid), len(grid[0])
    changed: dict[int, list[int]] = {}
    for i, j in locations(patch):
        if 0 <= i < rows and 0 <= j < columns:
            if i not in changed:
                changed[i] = list(grid[i])
            changed[i][j] = value
    return _rebuilt(grid, changed)


def _overfilled(grid: Grid, value: Int, patch: Patch) -> Grid:
    rows, columns = len(grid), len(grid[0])
    lines = list(map(list, grid))
    for i, j in locations(patch):
        if 0 <= i < rows and 0 <= j < columns:
            lines[i][j] = value
    return tuple(map(tuple, lines))


def paint(grid: Grid, obj: Object) -> Grid:
    """Each cell of the object written in its own colour; of two at one place the later one stays."""
    if _most_of(grid, obj) and type(obj) is frozenset:
        return _overpainted(grid, obj)
    return _painted(grid, _in_order(obj))


def _painted(grid: Grid, cells: Iterable[Cell]) -> Grid:
    """Cells written in their order."""
    rows, columns = len(grid), len(grid[0])
    changed: dict[int, list[int]] = {}
    for value, (i, j) in cells:
        if 0 <= i < rows and 0 <= j < columns:
            if i not in changed:
                changed[i] = list(grid[i])
            changed[i][j] = value
    return _rebuilt(grid, changed)


def _overpainted(grid: Grid, obj: Object) -> Grid:
    """An object with many cells, written onto blank rows: when as many are filled, no two share a place."""
    columns = len(grid[0])
    lines = [[_BLANK] * columns for _ in grid]
    if set(map(len, grid)) != {columns}:
        return _painted(grid, _in_order(obj))
    try:
        for value, (i, j) in obj:
            if i >= 0 <= j:
                lines[i][j] = value
    except (IndexError, TypeError):  # outside the grid, or written where no number is
        return _painted(grid, _in_order(obj))
    blank = [line.count(_BLANK) for line in lines]
    if columns * len(lines) - sum(blank) != len(obj):
        return _painted(grid, _in_order(obj))
    return tuple(
        [
            tuple([old if new == _BLANK else new for new, old in zip(line, row, strict=True)]) if count else tuple(line)
            for line, row, count in zip(lines, grid, blank, strict=True)
        ]
    )


def _in_order(obj: Any) -> Iterable[Cell]:
    """The cells of an object, by colour: where two share a place, the one with the larger colour is met later."""
    if type(obj) is tuple or len(set(map(first_of, obj))) < 2:
        return obj  # type: ignore[no-any-return]
    try:
        return sorted(obj, key=first_of)
    except TypeError:  # not all of them numbers; which matters where places are shared
        if len(set(map(second_of, obj))) < len(obj):
            raise
        return obj  # type: ignore[no-any-return]


def underfill(grid: Grid, value: Int, patch: Patch) -> Grid:
    """As ``fill``, but only where the grid has its most common colour."""
    return _written_under(grid, zip(repeat(value), locations(patch)))


def underpaint(grid: Grid, obj: Object) -> Grid:
    """As ``paint``, but only where the cell still has the grid's most common colour."""
    return _written_under(grid, _in_order(obj))


def _written_under(grid: Grid, cells: Iterable[Cell]) -> Grid:
    background = mostcolor(grid)
    rows, columns = len(grid), len(grid[0])
    lines = list(map(list, grid))
    for value, (i, j) in cells:
        if 0 <= i < rows and 0 <= j < columns and lines[i][j] == background:
            lines[i][j] = value
    return tuple(map(tuple, lines))


def cover(grid: Grid, patch: Patch) -> Grid:
    """The patch erased: filled with the grid's most common colour."""
    return fill(grid, mostcolor(grid), patch)


def move(grid: Grid, obj: Object, offset: Pair) -> Grid:
    """The object erased and painted again, moved by ``offset``."""
    return paint(cover(grid, obj), shift(obj, offset))


def replace(grid: Grid, replacee: Int, replacer: Int) -> Grid:
    """Every cell of the first colour given the second."""
    return tuple(
        [
            tuple([replacer if value == replacee else value for value in row]) if replacee in row else row
            for row in ascending(grid)
        ]
    )


def switch(grid: Grid, a: Int, b: Int) -> Grid:
    """Two colours exchanged."""
    swap = {a: b, b: a}
    return tuple([tuple([swap.get(value, value) for value in row]) for row in ascending(grid)])


def cellwise(a: Grid, b: Grid, fallback: Int) -> Grid:
    """The common value where two grids agree, otherwise ``fallback``; IndexError when ``b`` is smaller than ``a``."""
    if a and (len(b) < len(a) or len(b[0]) < len(a[0])):
        raise IndexError("the second grid is smaller than the first")
    return tuple(
        [
            row
            if row == other
            else tuple([mine if mine == theirs else fallback for mine, theirs in zip(row, other, strict=False)])
            for row, other in zip(a, b, strict=False)
        ]
    )


def index(grid: Grid, loc: Pair) -> Int:
    """The colour at a location, None outside the grid."""
    i, j = loc
    if 0 <= i < len(grid) and 0 <= j < len(grid[0]):
        return grid[i][j]
    return None  # type: ignore[return-value]


def compress(grid: Grid) -> Grid:
    """The grid without its rows and columns of a single colour, both judged on the original."""
    rows = ascending(grid)
    columns = [j for j, column in enumerate(zip(*rows, strict=False)) if len(set(column)) != 1]
    return tuple([tuple([row[j] for j in columns]) for row in rows if len(set(row)) != 1])
