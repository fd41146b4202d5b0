"""A primitive of our own that makes a pattern symmetric about the place where it nearly is so; colour 0 is empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kagglebatt.dsl.layers import parts_of
from kagglebatt.dsl.types import Bool, Grid

__all__ = ["symmetrized"]

_Place = tuple[int, int]


def symmetrized(grid: Grid, turned: Bool) -> Grid:
    """Empty cells take the colours of their mirror images about the middle that most of the pattern agrees with.

    It is the middle of a connected part, or of the whole pattern, about which no image of a cell has another colour and
    most have the same one. Mirrored left to right and upside down; ``turned``: by quarter turns and diagonals, too.
    A grid without such a middle stays as it is; ValueError for over 60 parts.
    """
    shown = {(i, j): value for i, row in enumerate(grid) for j, value in enumerate(row) if value}
    best, most = None, 0
    for middle in _middles(grid, shown):
        agreeing = _agreeing(shown, middle, turned)
        if agreeing > most:
            best, most = middle, agreeing
    if best is None:
        return grid
    made = [list(row) for row in grid]
    for place, value in shown.items():
        for i, j in _images(place, best, turned):
            if 0 <= i < len(made) and 0 <= j < len(made[0]):
                made[i][j] = value
    return tuple(map(tuple, made))


def _middles(grid: Grid, shown: dict[_Place, int]) -> Iterable[_Place]:
    """(first + last row, first + last column) of the pattern and its parts, each once."""
    stride = len(grid[0]) + 1
    parts = [*parts_of(grid, False, True), *parts_of(grid, True, True), *parts_of(grid, True, False)]
    found = [[place for place in shown if part >> (place[0] * stride + place[1]) & 1] for part in parts]
    return dict.fromkeys(map(_middle, [list(shown), *found] if shown else []))


def _middle(cells: list[_Place]) -> _Place:
    rows, columns = [i for i, _ in cells], [j for _, j in cells]
    return (min(rows) + max(rows), min(columns) + max(columns))


def _agreeing(shown: dict[_Place, int], middle: _Place, turned: bool) -> int:
    """How many images of cells have their colours; 0 when one has another."""
    agreeing = 0
    for place, value in shown.items():
        for image in _images(place, middle, turned):
            there = shown.get(image)
            if there is not None and there != value:
                return 0
            agreeing += there is not None and image != place
    return agreeing


def _images(place: _Place, middle: _Place, turned: bool) -> Iterator[_Place]:
    """A place seen in all mirrors; quarter turns need a middle that is one of a square."""
    (i, j), (down, right) = place, middle
    yield from ((down - i, j), (i, right - j), (down - i, right - j))
    if turned and (down + right) % 2 == 0:
        y, x = (down - right) // 2, (right - down) // 2
        yield from ((j + y, i + x), (down - j - y, i + x), (j + y, right - i - x), (down - j - y, right - i - x))
