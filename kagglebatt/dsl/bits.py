"""Cells of a grid as the bits of one number: sets of cells grow, shift and meet in a few operations on numbers.

A grid of ``rows`` x ``columns`` has a wall after each row, so that no step to the side leads into another row: the cell
(i, j) is bit ``i * (columns + 1) + j``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kagglebatt.dsl.sheet import FEWEST_CELLS, LARGEST, MOST_CELLS, WALL, Frame, frame, sheet_of
from kagglebatt.dsl.types import Grid

_COLOURS = 10
_ONE = [bytes([48 + (byte == colour) for byte in range(256)]) for colour in range(_COLOURS)]
_ANY = bytes([48 + (0 < byte < _COLOURS) for byte in range(256)])


def walled(grid: Grid) -> bytes:
    """The colours row by row with a wall between rows; ValueError for colours that are no bytes."""
    return WALL.join(map(bytes, grid))


def where(grid: Grid, colour: int) -> int:
    """The cells of one colour, 0 to 9."""
    sheet = sheet_of(grid)
    if sheet is None:
        return int(walled(grid)[::-1].translate(_ONE[colour]), 2)
    if colour not in sheet.bits:
        sheet.bits[colour] = int(sheet.walled[::-1].translate(_ONE[colour]), 2)
    return sheet.bits[colour]


def occupied(grid: Grid) -> int:
    """The cells that are not empty: of colour 1 to 9."""
    sheet = sheet_of(grid)
    return int((walled(grid) if sheet is None else sheet.walled)[::-1].translate(_ANY), 2)


@lru_cache(maxsize=1024)
def inside(rows: int, columns: int) -> int:
    """All cells of a grid."""
    row = (1 << columns) - 1
    return sum(row << (i * (columns + 1)) for i in range(rows))


@lru_cache(maxsize=1024)
def rim(rows: int, columns: int) -> int:
    """The outermost cells of a grid."""
    side = 1 | 1 << (columns - 1)
    row = (1 << columns) - 1
    return sum((row if i in (0, rows - 1) else side) << (i * (columns + 1)) for i in range(rows))


def spread(cells: int, stride: int, diagonal: bool) -> int:
    """The cells and their neighbours, four or eight; those in walls and outside included."""
    across = cells | cells << 1 | cells >> 1
    if diagonal:
        return across | across << stride | across >> stride
    return across | cells << stride | cells >> stride


def reached(start: int, free: int, stride: int, diagonal: bool) -> int:
    """The free cells that are reached from ``start`` by steps over free cells."""
    found = start & free
    while True:
        grown = spread(found, stride, diagonal) & free
        if grown == found:
            return found
        found = grown


def components(cells: int, stride: int, diagonal: bool) -> list[int]:
    """The connected parts of a set of cells, in reading order of their first cells."""
    found = []
    while cells:
        part = reached(cells & -cells, cells, stride, diagonal)
        found.append(part)
        cells &= ~part
    return found


def painted(grid: Grid, cells: int, colour: int) -> Grid:
    """The grid with one colour, whichever, at these cells."""
    if type(colour) is not int or not 0 <= colour <= LARGEST:
        return _one_painted(grid, cells, colour)
    return painted_all(grid, [(cells, colour)])


def painted_all(grid: Grid, paints: Iterable[tuple[int, int]]) -> Grid:
    """The grid with sets of cells painted in turn.

    Args:
        paints: cells, and their colour, 0 to 9.
    """
    sheet = sheet_of(grid)
    if sheet is None:
        return _painted_by_rows(grid, paints)
    return _painted(*sheet.number(1), paints)


def _painted(number: int, form: Frame, paints: Iterable[tuple[int, int]]) -> Grid:
    for cells, colour in paints:
        mask = form.mask(cells)
        number = number & ~mask | mask & form.ones * colour
    return form.grid(number)


def _painted_by_rows(grid: Grid, paints: Iterable[tuple[int, int]]) -> Grid:
    for cells, colour in paints:
        grid = _one_painted(grid, cells, colour)
    return grid


def blank_painted(rows: int, columns: int, paints: Iterable[tuple[int, int]], colour: int = 0) -> Grid:
    """A grid of one colour with sets of cells painted in turn."""
    if FEWEST_CELLS <= rows * columns <= MOST_CELLS:
        form = frame(rows, columns, 1)
        return _painted(form.ones * colour, form, paints)
    return _painted_by_rows(((colour,) * columns,) * rows, paints)


def _one_painted(grid: Grid, cells: int, colour: int) -> Grid:
    columns = len(grid[0])
    stride = columns + 1
    rows = []
    line = (1 << columns) - 1
    for row in grid:
        now = cells & line
        if now:
            row = tuple([colour if now >> j & 1 else value for j, value in enumerate(row)])
        rows.append(row)
        cells >>= stride
    return tuple(rows)


def kept(grid: Grid, cells: int) -> Grid:
    """The grid's colours at these cells, and nothing elsewhere."""
    return kept_each(grid, [cells])[0]


def kept_each(grid: Grid, parts: Iterable[int]) -> list[Grid]:
    """For each of several sets of cells the grid's colours there, and nothing elsewhere."""
    sheet = sheet_of(grid)
    if sheet is None:
        return [_kept_by_rows(grid, cells) for cells in parts]
    number, form = sheet.number(1)
    return [form.grid(number & form.mask(cells)) for cells in parts]


def _kept_by_rows(grid: Grid, cells: int) -> Grid:
    columns = len(grid[0])
    stride = columns + 1
    line = (1 << columns) - 1
    blank = (0,) * columns
    rows = []
    for row in grid:
        now = cells & line
        rows.append(tuple([value if now >> j & 1 else 0 for j, value in enumerate(row)]) if now else blank)
        cells >>= stride
    return tuple(rows)


def shaped(cells: int, rows: int, columns: int, colour: int = 1) -> Grid:
    """A grid with one colour, 0 to 9, at these cells, and nothing elsewhere."""
    return blank_painted(rows, columns, [(cells, colour)])
