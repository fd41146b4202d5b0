"""A grid's cells of known colour compared with those that lie elsewhere, all at once: as numbers of a ``Sheet``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any

from kagglebatt.dsl.sheet import LARGEST, WALL, Sheet, moved
from kagglebatt.dsl.types import Grid

Shift = tuple[int, int]


class Known:
    """The cells of a grid whose colour is not the one that means unknown.

    Attributes:
        number: the colours of known cells, 0 elsewhere.
        mask: 255 at known cells.
        form: the frame of both.
    """

    __slots__ = ("form", "mask", "number")

    def __init__(self, sheet: Sheet, value: Any, margin: int) -> None:
        number, self.form = sheet.number(margin)
        self.mask = self.form.inside
        if isinstance(value, int) and 0 <= value <= LARGEST:
            self.mask = self.form.filled(number ^ self.form.ones * value)
        self.number = number & self.mask

    def meets(self, other: Known, cells: int) -> int:
        """How many known cells meet known ones of another grid that is moved by so many; -1 where colours differ."""
        both = self.mask & moved(other.mask, cells)
        if (self.number ^ moved(other.number, cells)) & both:
            return -1
        return both.bit_count() >> 3

    def lines(self) -> list[tuple[int, int]]:
        """For each row the colours of known cells, and what is left of 255 at these."""
        form = self.form
        colours = self.number.to_bytes(form.size, "little")
        rest = (self.mask ^ self.number).to_bytes(form.size, "little")
        starts = range(0, form.size, form.stride)
        ends = form.columns
        return [
            (int.from_bytes(colours[at : at + ends], "little"), int.from_bytes(rest[at : at + ends], "little"))
            for at in starts
        ]


def mirrored(sheet: Sheet, value: Any, totals: list[list[int]], shifts: range) -> Iterator[int]:
    """For mirrors, in their order, how many known cells meet known ones; -1 where colours differ.

    Args:
        totals: of horizontal, and of vertical mirrors: the sum of a cell's and its image's row, or column.
        shifts: of mirrors along either diagonal.
    """
    grid = sheet.grid
    rows, columns = len(grid), len(grid[0])
    stride = 2 * max(rows, columns) + len(shifts)

    def known(image: Grid) -> Known:
        return Known(Sheet(image, WALL.join(map(bytes, image))), value, stride - len(image[0]))

    own = Known(sheet, value, stride - columns)
    flipped, turned = known(grid[::-1]), known(tuple([row[::-1] for row in grid]))
    across = tuple(zip(*grid, strict=True))
    for total in totals[0]:
        yield own.meets(flipped, (total - rows + 1) * stride)
    for total in totals[1]:
        yield own.meets(turned, total - columns + 1)
    crossed = known(across)
    for shift in shifts:
        yield own.meets(crossed, shift * stride - shift)
    crossed = known(tuple([row[::-1] for row in across[::-1]]))
    for shift in shifts:
        yield own.meets(crossed, (rows - columns + shift) * stride + columns - rows + shift)


def periods(known: Known) -> Iterator[tuple[Shift, ...]]:
    """The shifts that move no known cell onto another colour: across and down, the smallest first; then slanting."""
    rows, columns, stride = known.form.rows, known.form.columns, known.form.stride
    fits_down = [known.meets(known, -p * stride) > 0 for p in range(rows)]
    fits_across = [known.meets(known, -q) > 0 for q in range(columns)]
    for p, q in sizes(rows, columns):
        if (p == rows or fits_down[p]) and (q == columns or fits_across[q]):
            yield ((p, 0), (0, q))
    for p, q in product(range(1, rows // 2 + 1), range(-(columns // 2), columns // 2 + 1)):
        if q and known.meets(known, -p * stride - q) > 0:
            yield ((p, q),)


@lru_cache(maxsize=256)
def sizes(rows: int, columns: int) -> tuple[Shift, ...]:
    """The sizes of parts of a grid, the smallest first, but for the whole."""
    found = product(range(1, rows + 1), range(1, columns + 1))
    return tuple(sorted(found, key=lambda size: (size[0] * size[1], size)))[:-1]


def completed(known: Known, shifts: tuple[Shift, ...]) -> Grid | None:
    """The grid whose cells a shift apart have one colour; None when known ones differ, or none of them is known."""
    down, right = shifts[0]
    columns = known.form.columns
    if len(shifts) == 2:
        made = [_repeated(line, shifts[1][1], columns) for line in _united(known.lines(), down, 0)]
        return None if None in made else tuple([made[i % down] for i in range(known.form.rows)])  # type: ignore[misc]
    turns = [i // down for i in range(known.form.rows)]
    start = max(0, turns[-1] * right)
    classes = _united(known.lines(), down, right)
    rows = [_part(classes[i % down], start - turn * right, columns) for i, turn in enumerate(turns)]
    return None if None in rows else tuple(rows)  # type: ignore[arg-type]


def _united(lines: list[tuple[int, int]], down: int, right: int) -> list[tuple[int, int]]:
    """The lines a period apart laid over each other, each period so many cells to the left of the one before."""
    start = max(0, (len(lines) - 1) // down * right)
    united = [(0, 0)] * down
    for i, (colours, rest) in enumerate(lines):
        cells = 8 * (start - i // down * right)
        before, before_rest = united[i % down]
        united[i % down] = (before | colours << cells, before_rest | rest << cells)
    return united


def _part(line: tuple[int, int], start: int, columns: int) -> tuple[int, ...] | None:
    """A part of a line; None when a cell of it has two colours or none.

    A colour and what is left of 255 have no bit in common, and all bits together; two colours have some in common.
    """
    everything = (1 << 8 * columns) - 1
    colours, rest = line[0] >> 8 * start & everything, line[1] >> 8 * start & everything
    return tuple(colours.to_bytes(columns, "little")) if colours ^ rest == everything else None


def _repeated(line: tuple[int, int], across: int, columns: int) -> tuple[int, ...] | None:
    colours, rest = line
    everything = (1 << 8 * across) - 1
    united = united_rest = 0
    while colours or rest:
        united |= colours & everything
        united_rest |= rest & everything
        colours >>= 8 * across
        rest >>= 8 * across
    part = _part((united, united_rest), 0, across)
    return part and (part * (columns // across + 1))[:columns]
