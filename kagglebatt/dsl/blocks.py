"""Primitives of our own for rectangles, lines and middles of what a grid shows; colour 0 is empty.

What they give has the size of the grid that they are given.
"""

from __future__ import annotations

from kagglebatt.dsl.bits import inside, kept, painted, reached, spread, where
from kagglebatt.dsl.filling import nudge, smear
from kagglebatt.dsl.layers import parts_of
from kagglebatt.dsl.types import Bool, Fn, Grid, Int, Pair

__all__ = ["aimed", "blocks", "largestblocks", "linewise", "middles", "spill"]

_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0))
_MOST = 9


def blocks(grid: Grid, dimensions: Pair) -> Grid:
    """What lies in a rectangle of (rows, columns) of one colour; the rest vanishes. ValueError below 1 x 1."""
    rows, columns = dimensions
    if rows < 1 or columns < 1:
        raise ValueError("a block has at least one cell")
    stride = len(grid[0]) + 1
    found = 0
    for colour in sorted(set().union(*grid) - {0}):
        found |= _opened(where(grid, colour), rows, columns, stride)
    return kept(grid, found)


def _opened(cells: int, rows: int, columns: int, stride: int) -> int:
    """The cells of all rectangles that lie within a set of cells."""
    corners = cells
    for steps in range(1, columns):
        corners &= cells >> steps
    tops = corners
    for steps in range(1, rows):
        tops &= corners >> (steps * stride)
    return _spanned(tops, rows, columns, stride)


def _spanned(corners: int, rows: int, columns: int, stride: int) -> int:
    """The rectangles with these upper left corners."""
    lines = corners
    for steps in range(1, columns):
        lines |= corners << steps
    found = lines
    for steps in range(1, rows):
        found |= lines << (steps * stride)
    return found


def largestblocks(grid: Grid) -> Grid:
    """The rectangles of one colour that have the most cells; the rest vanishes."""
    stride = len(grid[0]) + 1
    most, found = 0, 0
    for colour in sorted(set().union(*grid) - {0}):
        tall = cells = where(grid, colour)
        rows = 0
        while tall:
            rows += 1
            wide, columns = tall, 0
            while wide:
                columns += 1
                if rows * columns >= most:
                    mine = _spanned(wide, rows, columns, stride)
                    found = mine if rows * columns > most else found | mine
                    most = rows * columns
                wide &= tall >> columns
            tall &= cells >> (rows * stride)
    return kept(grid, found)


def linewise(grid: Grid, function: Fn) -> Grid:
    """Each row in the colour that a function of it, as a grid of one row, says, kept within 0 and 9."""
    return tuple([(min(max(int(function((row,))), 0), _MOST),) * len(row) for row in grid])


def middles(grid: Grid, univalued: Bool, diagonal: Bool) -> Grid:
    """1 in the middle of each connected part's bounding box: one cell, or two or four where sides are even."""
    columns = len(grid[0])
    stride = columns + 1
    found = 0
    for part in parts_of(grid, univalued, diagonal):
        rows = [at for at in range(len(grid)) if part >> (at * stride) & ((1 << columns) - 1)]
        across = 0
        for at in rows:
            across |= part >> (at * stride) & ((1 << columns) - 1)
        left, right = (across & -across).bit_length() - 1, across.bit_length() - 1
        for i in {(rows[0] + rows[-1]) // 2, (rows[0] + rows[-1] + 1) // 2}:
            for j in {(left + right) // 2, (left + right + 1) // 2}:
                found |= 1 << (i * stride + j)
    return painted(((0,) * columns,) * len(grid), found, 1)


def spill(grid: Grid, value: Int, diagonal: Bool) -> Grid:
    """A colour runs over all empty cells that are connected with it, by four or eight sides."""
    stride = len(grid[0]) + 1
    start = where(grid, value)
    free = where(grid, 0)
    near = spread(start, stride, diagonal) & free & inside(len(grid), len(grid[0]))
    return painted(grid, reached(near, free, stride, diagonal), value)


def aimed(grid: Grid, value: Int) -> Grid:
    """Cells of other colours run on, over empty cells, towards the cells of a colour that they see to four sides."""
    made = grid
    empty = where(grid, 0)
    for down, right in _SIDES:
        coming = nudge(smear(grid, (down, right)), (down, right))
        ahead = nudge(smear(grid, (-down, -right)), (-down, -right))
        for colour in sorted(set().union(*grid) - {0, value}):
            made = painted(made, empty & where(ahead, value) & where(coming, colour), colour)
    return made
