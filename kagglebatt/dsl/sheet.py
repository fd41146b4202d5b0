"""Grids as numbers, eight bits a cell: whole grids are masked, moved and compared in a few operations on numbers.

The cell (i, j) of a grid of ``columns`` columns is the byte ``i * stride + j``, counted from the lowest; between
columns and stride each row has a margin, whose bytes are 0, so that what leaves a row enters no other.

A grid is mostly asked about several times in a row, by one primitive after another: what it looks like as numbers is
kept for those that were seen last, by identity, together with the grids themselves.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from kagglebatt.dsl.types import Grid

LARGEST = 127
"""The largest colour that a cell of a number has."""
FEWEST_CELLS, MOST_CELLS = 30, 2500
"""Smaller grids are sooner done cell by cell; larger ones are rare, and what is kept of each is as large as a grid."""
_KEPT = 512
"""Grids that are kept, with a few kilobytes each at most."""
WALL = b"\xff"
"""What stands between the rows."""
_MASK = bytes([255 * (byte == ord("1")) for byte in range(256)])


class Frame(NamedTuple):
    """What all grids of one shape and margin have in common.

    Attributes:
        rows: of cells.
        columns: of cells, without the margin.
        stride: cells from one row to the next.
        size: cells in all, those in margins included.
        ones: 1 at every cell.
        inside: 255 at every cell.
        margins: 255 at every cell of a margin.
        sevens: 127 at every cell.
        tops: 128 at every cell.
    """

    rows: int
    columns: int
    stride: int
    size: int
    ones: int
    inside: int
    margins: int
    sevens: int
    tops: int

    def grid(self, number: int) -> Grid:
        """The grid of a number of which no byte is over 127."""
        if not self.margins:
            return unflat(number.to_bytes(self.size, "little"), self.columns)
        walled = (number & self.inside | self.margins).to_bytes(self.size, "little")
        return unflat(walled.translate(None, WALL), self.columns)

    def filled(self, number: int) -> int:
        """255 at every cell that is not 0."""
        return ((number + self.sevens & self.tops) >> 7) * 0xFF

    def mask(self, bits: int) -> int:
        """255 at the cells whose bit is set; a bit for each cell, those of margins included."""
        return int.from_bytes(f"{bits:0{self.size}b}".encode().translate(_MASK)[-self.size :], "big") & self.inside


@lru_cache(maxsize=256)
def frame(rows: int, columns: int, margin: int = 0) -> Frame:
    """The frame of a shape."""
    stride = columns + margin
    row = int.from_bytes(b"\1" * columns, "little")
    ones = sum(row << (8 * stride * i) for i in range(rows))
    inside = ones * 0xFF
    everything = (1 << (8 * stride * rows)) - 1
    return Frame(rows, columns, stride, stride * rows, ones, inside, everything ^ inside, ones * 0x7F, ones * 0x80)


class Sheet:
    """A grid of rows of one length and of colours 0 to 127, and what it looks like as numbers."""

    __slots__ = ("_numbers", "bits", "grid", "walled")

    def __init__(self, grid: Grid, walled: bytes) -> None:
        self.grid = grid
        self.walled = walled
        """The colours row by row with a byte of 255 between rows."""
        self.bits: dict[int, int] = {}
        """The cells of one colour as bits, for those colours that were asked for."""
        self._numbers: dict[int, tuple[int, Frame]] = {}

    def flat(self) -> bytes:
        """The colours row by row."""
        return self.walled.translate(None, WALL)

    def number(self, margin: int = 0) -> tuple[int, Frame]:
        """The grid as a number with a margin, and its frame."""
        known = self._numbers.get(margin)
        if known is None:
            made = frame(len(self.grid), len(self.grid[0]), margin)
            cells = self.walled if margin == 1 else self.walled.replace(WALL, b"\0" * margin)
            known = self._numbers[margin] = (int.from_bytes(cells, "little") & made.inside, made)
        return known


_SHEETS: dict[int, Sheet] = {}
"""By identity; a grid that is kept here has its identity for itself."""


def sheet_of(grid: Any) -> Sheet | None:
    """A grid as numbers; None when it is too small or too large for that, or has other rows or colours."""
    return _SHEETS.get(id(grid)) or _made(grid)


def _made(grid: Any) -> Sheet | None:
    if type(grid) is not tuple or not grid or type(grid[0]) is not tuple:
        return None
    if not FEWEST_CELLS <= len(grid) * len(grid[0]) <= MOST_CELLS:
        return None
    if set(map(type, grid)) != {tuple} or len(set(map(len, grid))) != 1:
        return None
    if set(map(type, chain.from_iterable(grid))) != {int}:  # a Bool would come back as an Int
        return None
    try:
        walled = WALL.join(map(bytes, grid))
    except ValueError:
        return None
    if not walled.translate(None, WALL).isascii() or walled.count(WALL) != len(grid) - 1:
        return None
    if len(_SHEETS) >= _KEPT:
        _SHEETS.clear()
    made = _SHEETS[id(grid)] = Sheet(grid, walled)
    return made


def unflat(cells: bytes, columns: int) -> Grid:
    """The grid of colours row by row."""
    return tuple(zip(*[iter(cells)] * columns, strict=True))


def moved(number: int, cells: int) -> int:
    """Everything so many cells on, or back; margins are to be cleared by whoever needs them."""
    return number << 8 * cells if cells >= 0 else number >> -8 * cells
