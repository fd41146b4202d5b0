"""Primitives of our own that give every cell a number, 0 to 9, for what it is part of or where it lies.

What they give are grids, whose colours mean something else than the colours of the grid that they were made from.
Colour 0 is empty.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from kagglebatt.dsl.bits import blank_painted, inside, kept, kept_each, occupied, reached, spread, where
from kagglebatt.dsl.filling import core
from kagglebatt.dsl.layers import maincolor, panel_rows, parts_of
from kagglebatt.dsl.sheet import LARGEST, Frame, moved, sheet_of
from kagglebatt.dsl.types import Bool, Fn, Grid, Int

__all__ = [
    "checker",
    "columnmarks",
    "crowd",
    "distances",
    "markalike",
    "markparts",
    "markranks",
    "numbered",
    "paneldigest",
    "partcolors",
    "partmeasures",
    "partranks",
    "partrows",
    "rings",
    "rowmarks",
    "touching",
]  # fmt: skip

_MOST = 9


def markparts(grid: Grid, function: Fn, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in the colour that a function of its cut-out says, kept within 0 and 9."""
    parts = parts_of(grid, univalued, diagonal)
    values = [int(function(core(layer))) for layer in kept_each(grid, parts)]
    return _marked(grid, parts, [min(max(value, 0), _MOST) for value in values])


def markranks(grid: Grid, function: Fn, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in the rank of what a function of its cut-out says: 1 for the largest value, 9 at most."""
    parts = parts_of(grid, univalued, diagonal)
    values = [function(core(layer)) for layer in kept_each(grid, parts)]
    ranks = {value: min(rank, _MOST) for rank, value in enumerate(sorted(set(values), reverse=True), 1)}
    return _marked(grid, parts, [ranks[value] for value in values])


def markalike(grid: Grid, function: Fn, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in the number of parts, itself included, whose cut-outs give the same value, 9 at most."""
    parts = parts_of(grid, univalued, diagonal)
    values = [function(core(layer)) for layer in kept_each(grid, parts)]
    counts = Counter(values)
    return _marked(grid, parts, [min(counts[value], _MOST) for value in values])


def _marked(grid: Grid, parts: list[int], values: list[int]) -> Grid:
    return blank_painted(len(grid), len(grid[0]), list(zip(parts, values, strict=True)))


def partcolors(grid: Grid, other: Grid, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in the most common colour but 0, the smallest of several, of another grid at its cells.

    Parts where that one is empty vanish. ValueError for a grid of another size.
    """
    parts = parts_of(grid, univalued, diagonal)
    return _marked(grid, parts, _measures(grid, other, _main_or_none, parts))


def _main_or_none(grid: Grid) -> int:
    return maincolor(grid) if any(map(any, grid)) else 0


def partmeasures(grid: Grid, other: Grid, function: Fn, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in what a function says of another grid at its cells, kept within 0 and 9.

    ValueError for a grid of another size; as for ``partranks``.
    """
    parts = parts_of(grid, univalued, diagonal)
    return _marked(grid, parts, [min(max(int(value), 0), _MOST) for value in _measures(grid, other, function, parts)])


def partranks(grid: Grid, other: Grid, function: Fn, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in the rank, 1 for the largest, of what a function says of another grid at its cells."""
    parts = parts_of(grid, univalued, diagonal)
    values = _measures(grid, other, function, parts)
    ranks = {value: min(rank, _MOST) for rank, value in enumerate(sorted(set(values), reverse=True), 1)}
    return _marked(grid, parts, [ranks[value] for value in values])


def _measures(grid: Grid, other: Grid, function: Fn, parts: list[int]) -> list[Any]:
    """What a function says of another grid at the cells of each part."""
    if (len(other), len(other[0])) != (len(grid), len(grid[0])):
        raise ValueError("the other grid has another size")
    return [function(layer) for layer in kept_each(other, parts)]


def partrows(grid: Grid, period: Int, univalued: Bool, diagonal: Bool) -> Grid:
    """Each cell of a connected part in its row within the part, from 1 to a period of at most 9, and again."""
    stride = len(grid[0]) + 1
    made = [[0] * len(row) for row in grid]
    for part in parts_of(grid, univalued, diagonal):
        top = ((part & -part).bit_length() - 1) // stride
        for i in range(top, len(grid)):
            for j in range(stride - 1):
                if part >> (i * stride + j) & 1:
                    made[i][j] = (i - top) % min(period, _MOST) + 1
    return tuple(map(tuple, made))


def numbered(grid: Grid, univalued: Bool, diagonal: Bool) -> Grid:
    """Each connected part in its number in reading order, from 1, 9 at most."""
    parts = parts_of(grid, univalued, diagonal)
    return _marked(grid, parts, [min(number, _MOST) for number in range(1, len(parts) + 1)])


def crowd(grid: Grid, value: Int) -> Grid:
    """For each cell how many of its eight neighbours have a colour."""
    sheet = sheet_of(grid)
    return _crowd_by_rows(grid, value) if sheet is None else _crowd(*sheet.number(1), value)


def _crowd(number: int, form: Frame, value: Any) -> Grid:
    if type(value) not in (int, bool) or not 0 <= value <= LARGEST:
        return form.grid(0)
    here = (form.inside ^ form.filled(number ^ form.ones * value)) & form.ones
    line = here + moved(here, 1) + moved(here, -1)
    return form.grid(line + moved(line, form.stride) + moved(line, -form.stride) - here)


def _crowd_by_rows(grid: Grid, value: Int) -> Grid:
    rows, columns = len(grid), len(grid[0])
    padded = [(0,) * (columns + 2), *[(0, *[v == value for v in row], 0) for row in grid], (0,) * (columns + 2)]
    made = []
    for i in range(rows):
        lines = list(zip(padded[i], padded[i + 1], padded[i + 2], strict=True))
        sums = list(map(sum, lines))
        made.append(tuple([sums[j] + sums[j + 1] + sums[j + 2] - padded[i + 1][j + 1] for j in range(columns)]))
    return tuple(made)


def distances(grid: Grid, diagonal: Bool) -> Grid:
    """For each cell the steps, to four or eight sides, to the nearest that is not empty, 9 at most."""
    rows, columns = len(grid), len(grid[0])
    near, everything = occupied(grid), inside(rows, columns)
    paints = [(near, 0)]
    for steps in range(1, _MOST):
        grown = spread(near, columns + 1, diagonal) & everything
        if grown == near:
            break
        paints.append((grown & ~near, steps))
        near = grown
    return blank_painted(rows, columns, paints, _MOST)


def touching(grid: Grid, value: Int, diagonal: Bool) -> Grid:
    """Of what is not empty, the connected parts that hold a cell of the colour; the others vanish."""
    stride = len(grid[0]) + 1
    return kept(grid, reached(where(grid, value), occupied(grid), stride, diagonal))


def rings(grid: Grid) -> Grid:
    """For each cell the steps to the nearest edge of the grid, from 1, 9 at most."""
    rows, columns = len(grid), len(grid[0])
    paints = []
    left = outside = inside(rows, columns)
    for ring in range(1, _MOST + 1):
        paints.append((left, ring))
        far = left & (left << 1) & (left >> 1) & (left << (columns + 1)) & (left >> (columns + 1)) & outside
        if not far:
            break
        left = far
    return blank_painted(len(grid), len(grid[0]), paints)


def rowmarks(grid: Grid, period: Int) -> Grid:
    """Each cell in the number of its row from the top, modulo a period of 1 to 10."""
    return tuple([(i % min(period, 10),) * len(row) for i, row in enumerate(grid)])


def columnmarks(grid: Grid, period: Int) -> Grid:
    """Each cell in the number of its column from the left, modulo a period of 1 to 10."""
    return tuple([tuple([j % min(period, 10) for j in range(len(row))]) for row in grid])


def checker(grid: Grid, period: Int) -> Grid:
    """Each cell in the sum of its row and column, modulo a period of 1 to 10."""
    return tuple([tuple([(i + j) % min(period, 10) for j in range(len(row))]) for i, row in enumerate(grid)])


def paneldigest(grid: Grid, function: Fn) -> Grid:
    """One cell for each panel, with what a function of it says, kept within 0 and 9; ``panels`` says what divides."""
    return tuple([tuple([min(max(int(function(each)), 0), _MOST) for each in row]) for row in panel_rows(grid)])
