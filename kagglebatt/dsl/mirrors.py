"""Mirrors, rotations and scaling.

On a grid these act on the rows. On a patch the bounding box keeps its upper left corner, colours go along, and
bare locations stay bare; mirrors of an empty patch raise ValueError.
"""

from __future__ import annotations

from typing import Any

from kagglebatt.dsl.bounds import allow, most_members
from kagglebatt.dsl.extent import holds_cells, span
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.types import Element, Grid, Int, Piece

__all__ = [
    "cmirror",
    "dmirror",
    "downscale",
    "hmirror",
    "hupscale",
    "rot90",
    "rot180",
    "rot270",
    "upscale",
    "vmirror",
    "vupscale",
]  # fmt: skip


def rot90(grid: Grid) -> Grid:
    """A quarter turn clockwise."""
    return tuple(zip(*grid[::-1], strict=False))


def rot180(grid: Grid) -> Grid:
    """Half a turn."""
    return tuple([row[::-1] for row in grid[::-1]])


def rot270(grid: Grid) -> Grid:
    """A quarter turn counter-clockwise."""
    return tuple(zip(*(grid if type(grid) is tuple else ascending(grid)), strict=False))[::-1]


def _turned(patch: Any, row: int, down: int, column: int, right: int) -> Any:
    """A patch with every location (i, j) moved to (row + down * i, column + right * j)."""
    if holds_cells(patch):
        return frozenset([(colour, (row + down * i, column + right * j)) for colour, (i, j) in patch])
    return frozenset([(row + down * i, column + right * j) for i, j in patch])


def _transposed(patch: Any, row: int, down: int, column: int, right: int) -> Any:
    """A patch with every location (i, j) moved to (row + down * j, column + right * i)."""
    if holds_cells(patch):
        return frozenset([(colour, (row + down * j, column + right * i)) for colour, (i, j) in patch])
    return frozenset([(row + down * j, column + right * i) for i, j in patch])


def hmirror(piece: Piece) -> Piece:
    """Upside down."""
    if type(piece) is tuple:
        return piece[::-1]
    top, _, bottom, _ = span(piece)
    return _turned(piece, top + bottom, -1, 0, 1)


def vmirror(piece: Piece) -> Piece:
    """Left and right exchanged."""
    if type(piece) is tuple:
        return tuple([row[::-1] for row in piece])
    _, left, _, right = span(piece)
    return _turned(piece, 0, 1, left + right, -1)


def dmirror(piece: Piece) -> Piece:
    """Flipped along the diagonal from the upper left."""
    if type(piece) is tuple:
        return tuple(zip(*piece, strict=False))
    top, left, _, _ = span(piece)
    return _transposed(piece, top - left, 1, left - top, 1)


def cmirror(piece: Piece) -> Piece:
    """Flipped along the diagonal from the upper right; of a patch, height and width are exchanged."""
    if type(piece) is tuple:
        return tuple(zip(*[row[::-1] for row in piece[::-1]], strict=False))
    top, left, bottom, right = span(piece)
    return _transposed(piece, top + right, -1, left + bottom, -1)


def hupscale(grid: Grid, factor: Int) -> Grid:
    """Every cell repeated along its row; rows of length 0 for a factor of 0 or less."""
    _allow_scaled(grid, max(factor, 0))
    if factor <= 0:
        return ((),) * len(grid)
    wide = []
    for row in grid:
        line = [0] * (len(row) * factor)
        for place in range(factor):
            line[place::factor] = row
        wide.append(tuple(line))
    return tuple(wide)


def vupscale(grid: Grid, factor: Int) -> Grid:
    """Every row repeated; () for a factor of 0 or less."""
    if grid and len(grid) * (len(grid[0]) + 1) * factor > most_members():
        _allow_scaled(grid, max(factor, 0))
    times = range(factor)
    return tuple([row for row in grid for _ in times])


def _allow_scaled(grid: Grid, factor: int) -> None:
    if grid:
        allow(len(grid) * max(len(grid[0]), 1) * factor)


def upscale(element: Element, factor: Int) -> Element:
    """Every cell made a block of factor x factor cells; an object's box keeps its upper left corner."""
    if type(element) is tuple:
        _allow_scaled(element, max(factor, 0) ** 2)
        return vupscale(hupscale(element, factor), factor)
    if not element:
        return frozenset()
    allow(len(element) * max(factor, 0) ** 2)
    top, left, _, _ = span(element)
    block = [(down, right) for down in range(factor) for right in range(factor)]
    corners = [(colour, top + (i - top) * factor, left + (j - left) * factor) for colour, (i, j) in element]
    return frozenset([(colour, (i + down, j + right)) for colour, i, j in corners for down, right in block])


def downscale(grid: Grid, factor: Int) -> Grid:
    """The rows and columns whose index is a multiple of the factor; ZeroDivisionError for 0."""
    if not factor:
        raise ZeroDivisionError("a grid cannot be scaled down by 0")
    step = abs(factor)
    return tuple([row[::step] for row in grid[::step]])
