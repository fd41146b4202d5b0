"""Primitives of our own that see the rule in a pattern and complete what is missing of it.

What is missing is a colour: its cells take those of their images, where these agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from kagglebatt.dsl.known import Known, Shift, completed, mirrored, periods, sizes
from kagglebatt.dsl.sheet import sheet_of
from kagglebatt.dsl.types import Grid, Int

__all__ = ["mirrorrepair", "tilerepair", "tileunit"]

_LEAST_SHARE = 3
"""A shift is a period only if at least one cell in so many can be compared with its image."""


def mirrorrepair(grid: Grid, value: Int) -> Grid:
    """Cells of a colour take those of their mirror images, over all mirrors that the rest of the grid agrees with.

    Mirrors are horizontal, vertical and both diagonals', with axes anywhere that leave at least half of the grid
    its own image; what no mirror tells stays as it is.
    """
    rows, columns = len(grid), len(grid[0])
    known = {(i, j): v for i, row in enumerate(grid) for j, v in enumerate(row) if v != value}
    if len(known) == rows * columns:
        return grid
    images = _agreeing(grid, known, value)
    if not images:
        return grid
    made = dict(known)
    for _ in range(2):
        for place in product(range(rows), range(columns)):
            if place not in made:
                told = [made[image(*place)] for image in images if image(*place) in made]
                if told:
                    made[place] = told[0]
    return tuple([tuple([made.get((i, j), value) for j in range(columns)]) for i in range(rows)])


Image = Callable[[int, int], tuple[int, int]]

_ASIDE = range(-2, 3)
"""How far the axis of a diagonal mirror lies from the grid's own diagonal."""


def _agreeing(grid: Grid, known: dict[tuple[int, int], int], value: int) -> list[Image]:
    """The mirrors under which no known cell meets another colour, and one cell of three a known one."""
    rows, columns = len(grid), len(grid[0])
    mirrors = _mirrors(rows, columns)
    sheet = sheet_of(grid)
    if sheet is None:
        return [image for image in mirrors if _agrees(known, image, rows * columns)]
    counts = mirrored(sheet, value, [_totals(rows), _totals(columns)], _ASIDE)
    return [image for image, met in zip(mirrors, counts, strict=True) if met * _LEAST_SHARE >= rows * columns]


def _totals(lines: int) -> list[int]:
    """Sums of a line's number and its image's, those whose axis is near the middle first."""
    return sorted(range(lines // 2, lines + lines // 2), key=lambda total: abs(total - lines + 1))


def _mirrors(rows: int, columns: int) -> Iterable[Image]:
    for total in _totals(rows):
        yield lambda i, j, total=total: (total - i, j)  # type: ignore[misc]
    for total in _totals(columns):
        yield lambda i, j, total=total: (i, total - j)  # type: ignore[misc]
    for shift in _ASIDE:
        yield lambda i, j, shift=shift: (j + shift, i - shift)  # type: ignore[misc]
    for shift in _ASIDE:
        yield lambda i, j, shift=shift: (columns - 1 - j + shift, rows - 1 - i + shift)  # type: ignore[misc]


def _agrees(known: dict[tuple[int, int], int], image: Image, cells: int) -> bool:
    compared = 0
    for place, value in known.items():
        other = known.get(image(*place))
        if other is not None:
            if other != value:
                return False
            compared += 1
    return compared * _LEAST_SHARE >= cells


def tilerepair(grid: Grid, value: Int) -> Grid:
    """Cells of a colour take those a period away, for the smallest periods down, across and slanting that agree.

    The first of: one period across and one down; one shift to any side. The grid as it is when none agrees.
    """
    sheet = sheet_of(grid)
    if sheet is None:
        found = (_told(grid, value, shifts) for shifts in _periods(grid, value))
    elif not any([value in row for row in grid]):
        return grid
    else:
        known = Known(sheet, value, len(grid[0]))
        found = (completed(known, shifts) for shifts in periods(known))
    return next((made for made in found if made is not None), grid)


def _periods(grid: Grid, value: int) -> Iterable[tuple[Shift, ...]]:
    rows, columns = len(grid), len(grid[0])
    fits_down = [_fits(grid, value, (p, 0)) for p in range(rows)]
    fits_across = [_fits(grid, value, (0, q)) for q in range(columns)]
    for p, q in sizes(rows, columns):
        if (p == rows or fits_down[p]) and (q == columns or fits_across[q]):
            yield ((p, 0), (0, q))
    for p, q in product(range(1, rows // 2 + 1), range(-(columns // 2), columns // 2 + 1)):
        if q and _fits(grid, value, (p, q)):
            yield ((p, q),)


def _fits(grid: Grid, value: int, shift: Shift) -> bool:
    """Whether no known cell differs from a known one that lies a shift away."""
    down, right = shift
    compared = 0
    for above, below in zip(grid, grid[down:], strict=False):
        first, second = (above, below[right:]) if right >= 0 else (above[-right:], below)
        for a, b in zip(first, second, strict=False):
            if a != b:
                if value not in (a, b):
                    return False
            elif a != value:
                compared += 1
    return compared > 0


def _told(grid: Grid, value: int, shifts: tuple[Shift, ...]) -> Grid | None:
    """The grid completed by its classes of cells; None when a class has two colours, or none of its cells is known."""
    classes: dict[tuple[int, int], int] = {}
    keys = [[_class(i, j, shifts) for j in range(len(row))] for i, row in enumerate(grid)]
    for row, of in zip(grid, keys, strict=True):
        for v, key in zip(row, of, strict=True):
            if v != value and classes.setdefault(key, v) != v:
                return None
    made = [tuple([classes.get(key, value) for key in of]) for of in keys]
    return None if any(value in row for row in made) else tuple(made)


def _class(i: int, j: int, shifts: tuple[Shift, ...]) -> tuple[int, int]:
    if len(shifts) == 2:
        return (i % shifts[0][0], j % shifts[1][1])
    (down, right), turns = shifts[0], i // shifts[0][0]
    return (i - turns * down, j - turns * right)


def tileunit(grid: Grid) -> Grid:
    """The smallest part, from the upper left, whose repetition gives the grid; the grid itself when there is none."""
    rows, columns = len(grid), len(grid[0])
    down = next((p for p in range(1, rows) if grid[p:] == grid[:-p]), rows)
    across = next((q for q in range(1, columns) if all([row[q:] == row[:-q] for row in grid])), columns)
    return tuple([row[:across] for row in grid[:down]])
