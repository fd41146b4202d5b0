"""Measuring grids and patches: extents, colours, corners, lines, periods, distances.

A tuple is read as a grid, a set as a patch, except where a docstring says that tuples of cells or locations count
as patches too. Rows count downwards and columns to the right, from 0; locations may lie outside any grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from kagglebatt.dsl.extent import columns_of, first_of, locations, rows_of, span
from kagglebatt.dsl.order import smallest
from kagglebatt.dsl.types import Bool, Element, Grid, Int, IntSet, Object, Pair, Patch, Piece

__all__ = [
    "adjacent",
    "bordering",
    "center",
    "centerofmass",
    "color",
    "colorcount",
    "height",
    "hline",
    "hmatching",
    "hperiod",
    "leastcolor",
    "leftmost",
    "llcorner",
    "lowermost",
    "lrcorner",
    "manhattan",
    "mostcolor",
    "numcolors",
    "palette",
    "portrait",
    "position",
    "rightmost",
    "shape",
    "square",
    "ulcorner",
    "uppermost",
    "urcorner",
    "vline",
    "vmatching",
    "vperiod",
    "width",
]  # fmt: skip

_COLORS = 10


def height(piece: Piece) -> Int:
    """The number of rows of a grid or of a patch's bounding box; 0 when empty."""
    if type(piece) is tuple or not piece:
        return len(piece)
    top, _, bottom, _ = span(piece)
    return bottom - top + 1


def width(piece: Piece) -> Int:
    """The number of columns of a grid or of a patch's bounding box; 0 when empty."""
    if not piece:
        return 0
    if type(piece) is tuple:
        return len(piece[0])
    _, left, _, right = span(piece)
    return right - left + 1


def shape(piece: Piece) -> Pair:
    """(height, width)."""
    if type(piece) is tuple or not piece:
        return (len(piece), len(piece[0]) if piece else 0)
    top, left, bottom, right = span(piece)
    return (bottom - top + 1, right - left + 1)


def portrait(piece: Piece) -> Bool:
    """Whether it is strictly higher than wide."""
    rows, columns = shape(piece)
    return rows > columns


def square(piece: Piece) -> Bool:
    """Whether a grid has as many rows as columns, or a patch fills a square box; IndexError for the grid ()."""
    if type(piece) is tuple:
        return len(piece) == len(piece[0])
    rows, columns = shape(piece)
    return rows == columns and rows * columns == len(frozenset(locations(piece)))


def colorcount(element: Element, value: Int) -> Int:
    """How many cells of a grid or object have the colour."""
    if type(element) is tuple:
        return sum([row.count(value) for row in element])
    return list(map(first_of, element)).count(value)


def mostcolor(element: Element) -> Int:
    """The most frequent colour, the smallest of several; ValueError when there is none."""
    global _last
    known, color = _last
    if known is element:
        return color
    found = _in_majority(element)
    color = _by_count(element, max) if found is None else found
    if len(element) <= _FEW_ROWS and type(element) is tuple and len(element[0]) <= _FEW_ROWS:
        _last = (element, color)
    return color


_FEW_ROWS = 50
"""Rows and columns of the largest grid that is kept as the last one."""
_last: tuple[Any, int] = (object(), 0)
"""The grid whose most frequent colour was asked for last, and that colour: mostly the next one who asks means it."""


def leastcolor(element: Element) -> Int:
    """The least frequent of the colours present, the smallest of several; ValueError when there is none."""
    return _by_count(element, min)


def _in_majority(element: Element) -> int | None:
    """The colour of more than half of a grid's cells, where a guess finds it: mostly a grid has a background."""
    if type(element) is not tuple or not element or set(map(type, element)) != {tuple} or not element[0]:
        return None
    guess: int = element[0][0]
    count = sum([row.count(guess) for row in element])
    return guess if 2 * count > sum(map(len, element)) else None


def _by_count(element: Element, best_of: Callable[[Iterable[int]], int]) -> int:
    """The colour whose number of cells is the best, the smallest of several."""
    counts = _counts(element)
    best = best_of(counts.values())
    colors = [value for value, count in counts.items() if count == best]
    return colors[0] if len(colors) == 1 else smallest(frozenset(colors))


def _counts(element: Element) -> dict[int, int]:
    """How many cells have each of the colours present."""
    cells = packed(element) if type(element) is tuple else None
    if cells is not None:
        counts = {value: count for value, count in enumerate(map(cells.count, range(_COLORS))) if count}
        if sum(counts.values()) == len(cells):
            return counts
    colors = list(chain.from_iterable(element) if type(element) is tuple else map(first_of, element))
    return {value: colors.count(value) for value in set(colors)}


def packed(grid: Grid, wall: bytes = b"") -> bytes | None:
    """A grid's colours as bytes, which are counted and replaced several times as fast as in any container.

    Args:
        wall: stands between the rows.

    None when a colour is below 0 or above 255, or it is no grid.
    """
    if set(map(type, grid)) != {tuple}:  # of a number, ``bytes`` would make as many zeros
        return None
    try:
        return wall.join(map(bytes, grid))
    except (TypeError, ValueError):
        return None


def palette(element: Element) -> IntSet:
    """The colours present in a grid or object."""
    return frozenset().union(*element) if type(element) is tuple else frozenset(map(first_of, element))


def numcolors(element: Element) -> Int:
    """The number of different colours."""
    return len(palette(element))


def color(obj: Object) -> Int:
    """The colour of an object, the smallest of several; of a tuple of cells that of the first."""
    cells: Any = obj  # an Object by its name, but a tuple of cells has a colour too
    return min(map(first_of, cells)) if type(cells) is frozenset else cells[0][0]  # type: ignore[no-any-return]


def ulcorner(patch: Patch) -> Pair:
    """(top, left) of the bounding box; () for an empty patch, as for the other corners."""
    if not patch:
        return ()  # type: ignore[return-value]
    top, left, _, _ = span(patch)
    return (top, left)


def urcorner(patch: Patch) -> Pair:
    """(top, right) of the bounding box."""
    if not patch:
        return ()  # type: ignore[return-value]
    top, _, _, right = span(patch)
    return (top, right)


def llcorner(patch: Patch) -> Pair:
    """(bottom, left) of the bounding box."""
    if not patch:
        return ()  # type: ignore[return-value]
    _, left, bottom, _ = span(patch)
    return (bottom, left)


def lrcorner(patch: Patch) -> Pair:
    """(bottom, right) of the bounding box."""
    if not patch:
        return ()  # type: ignore[return-value]
    _, _, bottom, right = span(patch)
    return (bottom, right)


def uppermost(patch: Patch) -> Int:
    """The smallest row; ValueError for an empty patch, as for the next three."""
    return min(rows_of(patch))


def lowermost(patch: Patch) -> Int:
    """The largest row."""
    return max(rows_of(patch))


def leftmost(patch: Patch) -> Int:
    """The smallest column."""
    return min(columns_of(patch))


def rightmost(patch: Patch) -> Int:
    """The largest column."""
    return max(columns_of(patch))


def center(patch: Patch) -> Pair:
    """The middle of the bounding box, the lower or right one of two; ValueError for an empty patch."""
    top, left, bottom, right = span(patch)
    return (top + (bottom - top + 1) // 2, left + (right - left + 1) // 2)


def centerofmass(patch: Patch) -> Pair:
    """The mean row and column, rounded towards minus infinity; () for an empty patch."""
    if not patch:
        return ()  # type: ignore[return-value]
    return (sum(rows_of(patch)) // len(patch), sum(columns_of(patch)) // len(patch))


def position(a: Patch, b: Patch) -> Pair:
    """The direction, entries -1, 0 and 1, from the centre of ``a`` to that of ``b``; (0, -1) when they coincide."""
    (row_a, column_a), (row_b, column_b) = center(a), center(b)
    if row_a == row_b:
        return (0, 1 if column_a < column_b else -1)
    down = 1 if row_a < row_b else -1
    if column_a == column_b:
        return (down, 0)
    return (down, 1 if column_a < column_b else -1)


def hmatching(a: Patch, b: Patch) -> Bool:
    """Whether the patches have a row in common."""
    return not set(rows_of(a)).isdisjoint(rows_of(b))


def vmatching(a: Patch, b: Patch) -> Bool:
    """Whether the patches have a column in common."""
    return not set(columns_of(a)).isdisjoint(columns_of(b))


def manhattan(a: Patch, b: Patch) -> Int:
    """The smallest sum of row and column distance between a cell of each; ValueError when one is empty."""
    mine, theirs = set(locations(a)), set(locations(b))
    if not mine.isdisjoint(theirs):
        return 0
    return min([min([abs(i - k) + abs(j - m) for k, m in theirs]) for i, j in mine])


def adjacent(a: Patch, b: Patch) -> Bool:
    """Whether the patches share an edge and do not overlap; ValueError when one is empty."""
    if not a or not b:
        raise ValueError("an empty patch has no neighbours")
    theirs = set(locations(b))
    mine = set(locations(a))
    return mine.isdisjoint(theirs) and not theirs.isdisjoint(edge_neighbours(mine))


def edge_neighbours(where: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The four neighbours of every location, with repeats."""
    found = [(i - 1, j) for i, j in where]
    found += [(i + 1, j) for i, j in where]
    found += [(i, j - 1) for i, j in where]
    found += [(i, j + 1) for i, j in where]
    return found


def bordering(patch: Patch, grid: Grid) -> Bool:
    """Whether an extreme of the patch lies exactly on an edge of the grid; ValueError for an empty patch."""
    top, left, bottom, right = span(patch)
    return top == 0 or left == 0 or bottom == len(grid) - 1 or right == len(grid[0]) - 1


def vline(patch: Patch) -> Bool:
    """Whether the patch is one cell wide and as high as it has members."""
    return bool(patch) and shape(patch) == (len(patch), 1)


def hline(patch: Patch) -> Bool:
    """Whether the patch is one cell high and as wide as it has members."""
    return bool(patch) and shape(patch) == (1, len(patch))


def hperiod(obj: Object) -> Int:
    """The smallest shift to the left, 1 to width - 1, that maps the object into itself; its width when none does."""
    return _period([(colour, row, column) for colour, (row, column) in obj])


def vperiod(obj: Object) -> Int:
    """The smallest shift upwards, 1 to height - 1, that maps the object into itself; its height when none does."""
    return _period([(colour, column, row) for colour, (row, column) in obj])


def _period(cells: list[tuple[int, int, int]]) -> int:
    """The period along the last component; what a shift moves below the smallest value is not looked at."""
    if not cells:
        return 0
    places = [cell[2] for cell in cells]
    start = min(places)
    extent = max(places) - start + 1
    known = set(cells)
    for shift in range(1, extent):
        if known.issuperset([(colour, line, at - shift) for colour, line, at in cells if at - shift >= start]):
            return shift
    return extent
