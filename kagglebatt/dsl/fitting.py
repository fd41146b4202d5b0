"""Primitives of our own that make grids fit a size, and that cut out parts by their size or their frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from kagglebatt.dsl.bounds import allow
from kagglebatt.dsl.cutting import crop
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.types import Bool, Fn, Grid, Int, Pair, Tuple

__all__ = [
    "bars",
    "centered",
    "cornered",
    "digest",
    "embed",
    "framed",
    "rescale",
    "tally",
    "windows",
    "wrap",
]  # fmt: skip


def rescale(grid: Grid, dims: Pair) -> Grid:
    """The grid stretched or thinned to ``dims`` (rows, columns, each at least 1), by the cell that lies there.

    ValueError for an empty grid or an empty size.
    """
    rows, columns = _size(dims)
    high, wide = len(grid), len(grid[0]) if grid else 0
    if not wide:
        raise ValueError("an empty grid cannot be scaled")
    places = [j * wide // columns for j in range(columns)]
    return tuple([tuple([grid[i * high // rows][j] for j in places]) for i in range(rows)])


def embed(grid: Grid, dims: Pair) -> Grid:
    """The grid in the middle of an empty one of ``dims`` (rows, columns), cut off where it is larger.

    Where the margin is odd, it is smaller above and to the left. ValueError for an empty size.
    """
    rows, columns = _size(dims)
    top, left = (rows - len(grid)) // 2, (columns - len(grid[0])) // 2
    lines = [_placed(row, left, columns) for row in grid]
    blank = (0,) * columns
    return tuple([lines[i - top] if 0 <= i - top < len(lines) else blank for i in range(rows)])


def _placed(row: tuple[int, ...], left: int, columns: int) -> tuple[int, ...]:
    kept = row[max(-left, 0) : columns - left]
    return (0,) * max(left, 0) + kept + (0,) * (columns - max(left, 0) - len(kept))


def _size(dims: Pair) -> Pair:
    rows, columns = dims
    if rows < 1 or columns < 1:
        raise ValueError("an empty size")
    allow(rows * columns)
    return rows, columns


def centered(grids: Tuple) -> Tuple:
    """All grids in the middle of empty ones that are as large as the largest; ValueError for none."""
    rows = max([len(grid) for grid in grids])
    columns = max([len(grid[0]) for grid in grids])
    allow(rows * columns * len(grids))
    return tuple([embed(grid, (rows, columns)) for grid in ascending(grids)])


def bars(grid: Grid) -> Grid:
    """A row for each colour but 0, the most common first, of as many cells as it has; ValueError for an empty grid.

    Of equally common colours the smaller is first; rows are as long as the longest, with nothing at their ends.
    """
    counts = Counter([value for row in grid for value in row if value])
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if not ranked:
        raise ValueError("nothing to count")
    longest = ranked[0][1]
    allow(longest * len(ranked))
    return tuple([(colour,) * count + (0,) * (longest - count) for colour, count in ranked])


def windows(grid: Grid, dims: Pair) -> Tuple:
    """Every part of ``dims`` (rows, columns), in reading order; ValueError for an empty size."""
    rows, columns = _size(dims)
    places = [(i, j) for i in range(len(grid) - rows + 1) for j in range(len(grid[0]) - columns + 1)]
    allow(rows * columns * len(places))
    return tuple([crop(grid, place, dims) for place in places])


def digest(grid: Grid, dims: Pair, function: Fn) -> Grid:
    """One cell for each of rows x columns equal parts, with what a function of it says, kept within 0 and 9.

    Parts are as large as they can be; what is left over lies between them, as lines or as gaps of one width.
    ValueError when the grid has too few rows or columns, or does not divide so.
    """
    rows, columns = _size(dims)
    tops, high = _divided(len(grid), rows)
    lefts, wide = _divided(len(grid[0]) if grid else 0, columns)
    made = [[function(crop(grid, (top, left), (high, wide))) for left in lefts] for top in tops]
    return tuple([tuple([min(max(int(value), 0), 9) for value in row]) for row in made])


def _divided(length: int, count: int) -> tuple[range, int]:
    """Where equal parts begin, and how long they are."""
    size = length // count
    gap, over = divmod(length - size * count, max(count - 1, 1))
    if not size or over:
        raise ValueError("the grid does not divide into equal parts")
    return range(0, (size + gap) * count, size + gap), size


def tally(count: Int, dims: Pair) -> Grid:
    """1 in so many cells of an empty grid of ``dims`` (rows, columns), from the upper left in reading order."""
    rows, columns = _size(dims)
    full = min(max(count, 0), rows * columns)
    return _in_rows((1,) * full, rows, columns)


def wrap(grid: Grid, dims: Pair, snake: Bool) -> Grid:
    """The cells that are not empty, in reading order, in the rows of a grid of ``dims`` (rows, columns).

    What has no room is left out, and what is left over is empty. With ``snake`` every other row runs from the right.
    """
    rows, columns = _size(dims)
    made = _in_rows(tuple([value for row in grid for value in row if value]), rows, columns)
    return tuple([row[::-1] if snake and i % 2 else row for i, row in enumerate(made)])


def _in_rows(cells: tuple[int, ...], rows: int, columns: int) -> Grid:
    padded = cells[: rows * columns] + (0,) * (rows * columns - len(cells))
    return tuple([padded[i * columns : (i + 1) * columns] for i in range(rows)])


def framed(grid: Grid) -> Tuple:
    """The parts that have a frame of one colour, not empty, with something else just within it; the largest first.

    Frames are one cell wide and closed, and the part includes them; of equally large ones the upper left is first.
    """
    return _largest_first(grid, {place for colour in set().union(*grid) - {0} for place in _frames(grid, colour)})


def _largest_first(grid: Grid, found: set[tuple[int, int, int, int]]) -> Tuple:
    """The parts at these (top, left, bottom, right)."""
    ranked = sorted(found, key=lambda place: (-(place[2] - place[0]) * (place[3] - place[1]), place))
    return tuple([crop(grid, (i, j), (lower - i + 1, right - j + 1)) for i, j, lower, right in ranked])


def cornered(grid: Grid) -> Tuple:
    """The parts whose four corner cells have one colour, not empty; the largest first, at least 3 x 3.

    Their left and right edges are columns next to each other of those that have the colour in both rows. Of equally
    large ones the upper left is first.
    """
    return _largest_first(grid, {place for colour in set().union(*grid) - {0} for place in _corners(grid, colour)})


def _corners(grid: Grid, colour: int) -> Iterator[tuple[int, int, int, int]]:
    """(top, left, bottom, right) of each part with corners of a colour."""
    lines = [sum(1 << j for j, value in enumerate(row) if value == colour) for row in grid]
    for top, first in enumerate(lines):
        for bottom in range(top + 2, len(lines)):
            both = first & lines[bottom]
            if both & (both - 1):
                places = [j for j in range(both.bit_length()) if both >> j & 1]
                yield from [(top, left, bottom, right) for left, right in pairwise(places) if right > left + 1]


def _frames(grid: Grid, colour: int) -> Iterator[tuple[int, int, int, int]]:
    """(top, left, bottom, right) of each frame of a colour."""
    lines = [sum(1 << j for j, value in enumerate(row) if value == colour) for row in grid]
    long = [line & (line >> 1) & (line >> 2) for line in lines]
    for top, first in enumerate(lines):
        sides = first if long[top] else 0
        for bottom in range(top + 1, len(lines)):
            sides &= lines[bottom]
            if not sides & (sides - 1):
                break
            if bottom > top + 1 and long[bottom]:
                for left, right in _runs(sides, first & lines[bottom]):
                    if any([row[left + 1 : right].count(colour) < right - left - 1 for row in grid[top + 1 : bottom]]):
                        yield top, left, bottom, right


def _runs(sides: int, both: int) -> Iterator[tuple[int, int]]:
    """Neighbouring sides that are not side by side, with the upper and the lower edge between them."""
    places = [j for j in range(sides.bit_length()) if sides >> j & 1]
    for left, right in pairwise(places):
        run = (1 << (right + 1)) - (1 << left)
        if right > left + 1 and both & run == run:
            yield left, right
