"""From grids to sets of cells and locations, and back to objects.

Objects are connected components. The background is the most common colour of the whole grid, the smallest of
several.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, compress, product

from kagglebatt.dsl.bounds import MAX_INT, allow
from kagglebatt.dsl.extent import locations, span
from kagglebatt.dsl.measuring import color, mostcolor, packed
from kagglebatt.dsl.types import Bool, Cell, Grid, Indices, Int, Object, Objects, Patch

__all__ = [
    "asindices",
    "asobject",
    "colorfilter",
    "fgpartition",
    "frontiers",
    "objects",
    "occurrences",
    "ofcolor",
    "partition",
    "toobject",
]  # fmt: skip


_WALL = b"\xff"


_SHARED_CELLS = 2500
"""Locations of grids with more cells are not kept: those of 256 of the largest would take tens of gigabytes."""

Places = tuple[tuple[int, int], ...]


def _shared(make: Callable[[int, int], Places]) -> Callable[[int, int], Places]:
    """Keep what was made for small grids: making locations costs more than reading them."""
    kept = lru_cache(maxsize=256)(make)
    return lambda rows, columns: (kept if rows * columns <= _SHARED_CELLS else make)(rows, columns)


@_shared
def _places(rows: int, columns: int) -> Places:
    """All locations of a grid row by row."""
    return tuple(product(range(rows), range(columns)))


@_shared
def _walled_places(rows: int, columns: int) -> Places:
    """The locations of a grid at the indices that their cells have in its flat list with walls."""
    inside = product(range(rows), range(columns + 1))
    return tuple([*[(-1, -1)] * (columns + 2), *inside, *[(-1, -1)] * (columns + 1)])


def _cells(grid: Grid) -> list[Cell]:
    """All cells of a grid row by row."""
    columns = len(grid[0]) if grid else 0
    return list(zip(chain.from_iterable(grid), _places(len(grid), columns), strict=True))


def asindices(grid: Grid) -> Indices:
    """All locations of the grid."""
    return frozenset(_places(len(grid), len(grid[0]))) if grid else frozenset()


def asobject(grid: Grid) -> Object:
    """All cells of the grid."""
    return frozenset(_cells(grid))


def ofcolor(grid: Grid, value: Int) -> Indices:
    """The locations of one colour."""
    return frozenset([(i, j) for i, row in enumerate(grid) if value in row for j, v in enumerate(row) if v == value])


def toobject(patch: Patch, grid: Grid) -> Object:
    """The grid's cells at the patch's locations; those outside the grid are left out."""
    rows, columns = len(grid), len(grid[0])
    return frozenset([(grid[i][j], (i, j)) for i, j in locations(patch) if 0 <= i < rows and 0 <= j < columns])


def objects(grid: Grid, univalued: Bool, diagonal: Bool, without_bg: Bool) -> Objects:
    """The connected components of a grid.

    Args:
        univalued: all cells of a component have one colour.
        diagonal: eight neighbours connect; otherwise four.
        without_bg: cells of the most common colour belong to nothing.
    """
    if len(set(map(len, grid))) > 1:
        raise ValueError("the rows of the grid have several lengths")
    colors, wall = _walled(grid, mostcolor(grid) if without_bg else None)
    places = _walled_places(len(grid), len(grid[0]))
    # Where any two colours connect, all cells but walls look alike.
    waiting = colors[:] if univalued else [wall if value == wall else 0 for value in colors]
    stride = len(grid[0]) + 1
    steps: tuple[int, ...] = (-stride, -1, 1, stride)
    if diagonal:
        steps += (-stride - 1, -stride + 1, stride - 1, stride + 1)
    found = []
    for start in [at for at, value in enumerate(colors) if value != wall]:
        if waiting[start] != wall:
            component = _flood(waiting, start, steps, wall)
            colored = map(colors.__getitem__, component)
            found.append(frozenset(zip(colored, map(places.__getitem__, component), strict=True)))
    return frozenset(found)


def _walled(grid: Grid, background: int | None) -> tuple[list[int], int]:
    """The grid as one flat list, and the value that stands for a wall in it.

    A wall is after each row, around the grid, and wherever the background is, so that no step needs a bounds check.
    """
    around = len(grid[0]) + 2
    flat = packed(grid, _WALL)
    if flat is not None and flat.count(_WALL) == len(grid) - 1:
        if background is not None:
            flat = flat.replace(bytes((background,)), _WALL)
        return [*_WALL * around, *flat, *_WALL * around], _WALL[0]
    wall = MAX_INT
    line = [wall if value == background else value for row in grid for value in (wall, *row)]
    return [*[wall] * (around - 1), *line, *[wall] * around], wall


def _flood(waiting: list[int], start: int, steps: tuple[int, ...], wall: int) -> list[int]:
    """The places connected to ``start`` and of its value; each is turned into wall as it is reached."""
    value = waiting[start]
    waiting[start] = wall
    component = [start]
    for at in component:
        for step in steps:
            if waiting[at + step] == value:
                waiting[at + step] = wall
                component.append(at + step)
    return component


@lru_cache(maxsize=256)
def _one(colour: int) -> bytes:
    """What turns bytes of one colour into 1, and others into 0."""
    return bytes([byte == colour for byte in range(256)])


def _by_color(grid: Grid) -> dict[int, list[Cell]]:
    flat = packed(grid) if grid and len(set(map(len, grid))) == 1 else None
    if flat is not None and set(map(type, chain.from_iterable(grid))) == {int}:
        places = _places(len(grid), len(grid[0]))
        return {
            colour: [(colour, place) for place in compress(places, flat.translate(_one(colour)))]
            for colour in dict.fromkeys(flat)
        }
    groups: dict[int, list[Cell]] = {}
    for cell in _cells(grid):
        groups.setdefault(cell[0], []).append(cell)
    return groups


def partition(grid: Grid) -> Objects:
    """One object for each colour, of all its cells."""
    return frozenset(map(frozenset, _by_color(grid).values()))


def fgpartition(grid: Grid) -> Objects:
    """One object for each colour but the most common one."""
    background = mostcolor(grid)
    return frozenset([frozenset(cells) for value, cells in _by_color(grid).items() if value != background])


def colorfilter(objs: Objects, value: Int) -> Objects:
    """The objects of one colour, judged by ``color``."""
    return frozenset([obj for obj in objs if color(obj) == value])


def frontiers(grid: Grid) -> Objects:
    """The full rows and full columns that have a single colour, each as an object."""
    lines = [[(row[0], (i, j)) for j in range(len(row))] for i, row in enumerate(grid) if len(set(row)) == 1]
    for j, column in enumerate(zip(*grid, strict=False)):
        if len(set(column)) == 1:
            lines.append([(column[0], (i, j)) for i in range(len(column))])
    return frozenset(map(frozenset, lines))


def occurrences(grid: Grid, obj: Object) -> Indices:
    """The locations at which the object's box can be put so that each of its cells meets its colour in the grid.

    The grid's cells of a colour are the bits of one number, row by row; moving that number by a cell's offset
    tests the cell at every location at once.
    """
    rows, columns = len(grid), len(grid[0])
    if not obj:
        allow((rows + 1) * (columns + 1))
        return frozenset(_places(rows + 1, columns + 1))
    top, left, bottom, right = span(obj)
    spare_rows, spare_columns = rows - (bottom - top), columns - (right - left)
    if spare_rows <= 0 or spare_columns <= 0:
        return frozenset()
    flat = list(chain.from_iterable(grid))[::-1]
    masks: dict[int, int] = {}
    fits = -1
    for colour, (i, j) in obj:
        if colour not in masks:
            masks[colour] = int("".join(["1" if value == colour else "0" for value in flat]), 2)
        fits &= masks[colour] >> ((i - top) * columns + j - left)
        if not fits:
            return frozenset()
    return frozenset([(i, j) for i in range(spare_rows) for j in range(spare_columns) if fits >> (i * columns + j) & 1])
