"""Primitives of our own for one layer among others: its rank, its neighbours, its way to them; colour 0 is empty.

A *layer* has the size of the whole grid and holds one part of it, as ``layers`` gives them. Several primitives make a
function of one layer out of all layers, or out of the whole grid; so that a condition may be about the others.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce

from kagglebatt.dsl.bits import inside, kept, occupied, painted, spread
from kagglebatt.dsl.filling import core, nudge, overlay
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.types import Fn, Grid, Int, Pair, Tuple

__all__ = [
    "around",
    "boxed",
    "commonness",
    "drawn",
    "erased",
    "inplace",
    "leftedge",
    "nearest",
    "overlaid",
    "peer",
    "pushed",
    "ranked",
    "rimsides",
    "rounded",
    "tint",
    "topedge",
    "underlaid",
    "within",
]  # fmt: skip


def tint(grid: Grid, value: Int) -> Grid:
    """All that is not empty in one colour, 0 to 9."""
    return tuple([tuple([value if v else 0 for v in row]) if any(row) else row for row in grid])


def overlaid(grid: Grid, grids: Tuple) -> Grid:
    """The grid with every layer of a tuple over it, the last one on top."""
    return reduce(overlay, ascending(grids), grid)


def underlaid(grid: Grid, grids: Tuple) -> Grid:
    """The grid with the layers of a tuple where it is empty itself, the last one on top."""
    return overlay(reduce(overlay, ascending(grids), ((0,) * len(grid[0]),) * len(grid)), grid)


def erased(grid: Grid, grids: Tuple) -> Grid:
    """The grid emptied where any layer of a tuple is not empty."""
    cells = 0
    for each in ascending(grids):
        cells |= occupied(each)
    return painted(grid, cells, 0) if cells else grid


def inplace(function: Fn, grid: Grid) -> Grid:
    """A function of the smallest part that holds all that is not empty, put back at the same upper left corner."""
    part = function(core(grid))
    rows, columns = len(grid), len(grid[0])
    top, left = topedge(grid), leftedge(grid)
    made = [(0,) * columns] * rows
    for i, row in enumerate(part[: rows - top]):
        made[top + i] = ((0,) * left + tuple(row) + (0,) * columns)[:columns]
    return tuple(made)


def topedge(grid: Grid) -> Int:
    """The first row that is not empty; ValueError when all are."""
    return _first_filled(grid)


def leftedge(grid: Grid) -> Int:
    """The first column that is not empty; ValueError when all are."""
    return _first_filled(tuple(zip(*grid, strict=True)))


def rimsides(grid: Grid) -> Int:
    """At how many of the grid's four sides something that is not empty lies."""
    columns = tuple(zip(*grid, strict=True))
    return sum(map(any, (grid[0], grid[-1], columns[0], columns[-1])))


def boxed(grid: Grid) -> Grid:
    """1 at the empty cells of the smallest box that holds all that is not empty."""
    cells = occupied(grid)
    return kept(_ones(grid), _box(cells, len(grid[0])) & ~cells)


def rounded(grid: Grid) -> Grid:
    """1 at the empty cells beside what is not empty, eight neighbours being beside."""
    rows, columns = len(grid), len(grid[0])
    cells = occupied(grid)
    return kept(_ones(grid), spread(cells, columns + 1, True) & inside(rows, columns) & ~cells)


def ranked(function: Fn, members: Tuple) -> Fn:
    """x -> how many different values of the function, of all members, are larger than that of x."""
    values = ascending(frozenset(map(function, ascending(members))))
    ranks = {value: rank for rank, value in enumerate(reversed(values))}
    return lambda x: ranks[function(x)]


def commonness(function: Fn, members: Tuple) -> Fn:
    """x -> how many members have the value of the function that x has."""
    counts = Counter(map(function, members))
    return lambda x: counts[function(x)]


def around(grid: Grid) -> Fn:
    """x -> what the grid has beside the layer x, at the eight neighbours of its cells, as a layer."""
    full = occupied(grid)
    stride = len(grid[0]) + 1

    def beside(x: Grid) -> Grid:
        own = occupied(x)
        return kept(grid, spread(own, stride, True) & full & ~own)

    return beside


def within(grid: Grid) -> Fn:
    """x -> what the grid has in the box of the layer x besides x itself, as a layer."""
    full = occupied(grid)

    def other(x: Grid) -> Grid:
        own = occupied(x)
        return kept(grid, _box(own, len(x[0])) & full & ~own)

    return other


def nearest(members: Tuple) -> Fn:
    """x -> the member other than x that the fewest steps, to eight sides, lead to; ValueError when there is none."""
    members = ascending(members)
    cells = list(map(occupied, members))

    def near(x: Grid) -> Grid:
        own = reach = occupied(x)
        stride = len(x[0]) + 1
        everything = inside(len(x), stride - 1)
        others = [(bits, member) for bits, member in zip(cells, members, strict=True) if not bits & own]
        while others:
            for bits, member in others:
                if bits & reach:
                    return member  # type: ignore[no-any-return]
            wider = spread(reach, stride, True) & everything
            if wider == reach:
                break
            reach = wider
        raise ValueError("no other member")

    return near


def peer(function: Fn, members: Tuple) -> Fn:
    """x -> the first member besides x with the same value of the function; ValueError when there is none."""
    members = ascending(members)
    values = list(map(function, members))

    def equal(x: Grid) -> Grid:
        wanted = function(x)
        for value, member in zip(values, members, strict=True):
            if value == wanted and member != x:
                return member  # type: ignore[no-any-return]
        raise ValueError("no other member has the value")

    return equal


def pushed(grid: Grid, direction: Pair) -> Fn:
    """x -> the layer x moved in one of eight directions until the grid's other cells, or its rim, stop it."""
    full = occupied(grid)

    def far(x: Grid) -> Grid:
        return _moved(x, direction, _steps(x, full, direction)[0])

    return far


def drawn(grid: Grid) -> Fn:
    """x -> the layer x moved straight until it touches the nearest thing of the grid in its way; else x itself."""
    full = occupied(grid)

    def close(x: Grid) -> Grid:
        ways = []
        for direction in ((1, 0), (-1, 0), (0, -1), (0, 1)):
            steps, met = _steps(x, full, direction)
            if met:
                ways.append((steps, direction))
        return _moved(x, min(ways)[1], min(ways)[0]) if ways else x

    return close


def _steps(x: Grid, full: int, direction: Pair) -> tuple[int, bool]:
    """How many steps are free, and whether something else than the rim is what stops."""
    rows, columns = len(x), len(x[0])
    stride = columns + 1
    by = direction[0] * stride + direction[1]
    own = occupied(x)
    others, everything = full & ~own, inside(rows, columns)
    steps = 0
    while steps < max(rows, columns):
        moved = own << by if by > 0 else own >> -by
        if moved & ~everything or moved.bit_count() < own.bit_count() or not by:
            return steps, False
        if moved & others:
            return steps, True
        own, steps = moved, steps + 1
    return steps, False


def _moved(x: Grid, direction: Pair, steps: int) -> Grid:
    for _ in range(steps):
        x = nudge(x, direction)
    return x


def _ones(grid: Grid) -> Grid:
    return ((1,) * len(grid[0]),) * len(grid)


def _first_filled(lines: Grid) -> int:
    for i, line in enumerate(lines):
        if any(line):
            return i
    raise ValueError("an empty grid has no edges")


def _box(cells: int, columns: int) -> int:
    """The smallest rectangle around a set of cells of a grid with so many columns."""
    if not cells:
        return 0
    stride = columns + 1
    line = (1 << stride) - 1
    top = ((cells & -cells).bit_length() - 1) // stride
    bottom = (cells.bit_length() - 1) // stride
    across, left_over = 0, cells
    while left_over:
        across |= left_over & line
        left_over >>= stride
    left = (across & -across).bit_length() - 1
    row = (1 << across.bit_length()) - (1 << left)
    return sum(row << (i * stride) for i in range(top, bottom + 1))
