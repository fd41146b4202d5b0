"""Rules of growth: an empty cell takes a colour because of what it sees some way off, again and again.

A rule says: where the cell at an offset has a colour, and perhaps something else holds beside it, the cell takes a
colour; or it takes whatever colour the cell at the offset has. It is *sound* when it says nothing wrong of the answers
themselves, in which everything has grown: then no order of growing can go wrong.

Cells of all samples are bits of one number, sample below sample, with margins, so that looking some way off is a shift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kagglebatt.dsl.types import Grid

MARGIN = 10
"""The farthest offset that a colour is fetched from."""
OUTSIDE = 10
"""What lies beyond the rim, as a colour."""
Offset = tuple[int, int]
Planes = tuple[int, ...]
"""For each colour, 0 to 9, and ``OUTSIDE`` the cells that have it."""


@dataclass(frozen=True)
class Field:
    """Where the cells of all samples lie."""

    shapes: tuple[tuple[int, int], ...]
    stride: int
    starts: tuple[int, ...]

    @classmethod
    def of(cls, grids: Sequence[Grid]) -> Field:
        """A field for grids of these sizes."""
        shapes = tuple([(len(grid), len(grid[0])) for grid in grids])
        starts, row = [], MARGIN
        for rows, _ in shapes:
            starts.append(row)
            row += rows + MARGIN
        return cls(shapes, max(columns for _, columns in shapes) + MARGIN, tuple(starts))

    def planes(self, grids: Sequence[Grid]) -> Planes:
        """Grids, of the first samples or all, as bits."""
        made = [0] * 11
        for start, grid in zip(self.starts, grids, strict=False):
            for i, row in enumerate(grid):
                for j, value in enumerate(row, (start + i) * self.stride):
                    made[value] |= 1 << j
        end = (self.starts[-1] + self.shapes[-1][0] + MARGIN) * self.stride
        made[OUTSIDE] = (1 << end) - 1 & ~sum(map(self.cells, range(len(self.shapes))))
        return tuple(made)

    def cells(self, number: int) -> int:
        """All cells of one sample."""
        rows, columns = self.shapes[number]
        row = (1 << columns) - 1
        return sum([row << (self.starts[number] + i) * self.stride for i in range(rows)])

    def looking(self, cells: int, offset: Offset) -> int:
        """The cells from which one of these lies at an offset."""
        steps = offset[0] * self.stride + offset[1]
        return cells >> steps if steps >= 0 else cells << -steps


class Sight(NamedTuple):
    """Something at an offset: a colour, or none of it; of the grid as it was, or as it has grown (``grown``)."""

    offset: Offset
    value: int
    holds: bool = True
    grown: bool = False


class Rule(NamedTuple):
    """One way to grow: ``colour`` where ``first``, of what has grown, and ``second`` are seen.

    Attributes:
        colour: None for that of the cell at the first's offset, whichever it is.
    """

    first: Sight
    second: Sight | None
    colour: int | None

    def turned(self, turn: int) -> Rule:
        """The rule in one of eight orientations."""
        second = self.second and _turned(self.second, turn)
        return Rule(_turned(self.first, turn), second, self.colour)

    def paints(self, field: Field, before: Planes, now: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(colour, cells that take it), whether they are empty or not."""
        where = -1
        if self.second is not None:
            there = (now if self.second.grown else before)[self.second.value]
            where = field.looking(there, self.second.offset)
            where = where if self.second.holds else ~where
        if self.colour is not None:
            yield self.colour, field.looking(now[self.first.value], self.first.offset) & where
            return
        for colour in range(1, 10):
            if now[colour]:
                yield colour, field.looking(now[colour], self.first.offset) & where


@lru_cache(maxsize=8192)
def _turned(sight: Sight, turn: int) -> Sight:
    return Sight(_at(sight.offset, turn), sight.value, sight.holds, sight.grown)


def _at(offset: Offset, turn: int) -> Offset:
    i, j = offset
    if turn & 4:
        i, j = j, i
    return (-i if turn & 1 else i, -j if turn & 2 else j)


GROUPS = ((0, 1, 2, 3, 4, 5, 6, 7), (0, 3, 5, 6), (0, 1, 2, 3), (0, 3), (0, 1), (0, 2), (0,))
"""Orientations in which a rule is one idea: all, quarter turns, mirrored both ways, half a turn, mirrored, as it is."""


def _within(steps: int) -> tuple[Offset, ...]:
    """All offsets up to so many rows and columns, but for the cell itself."""
    sides = range(-steps, steps + 1)
    return tuple((i, j) for i in sides for j in sides if i or j)


_NEAR, _AROUND, _FURTHER, _FAR = _within(1), _within(2), frozenset(_within(4)), _within(MARGIN)


def proposals(colours: Sequence[int], grown: Sequence[int]) -> Iterator[Rule]:
    """Rules of one sight, the nearest first.

    Args:
        colours: but 0 that a cell may see.
        grown: colours that cells take.
    """
    for offset in sorted(_FAR, key=lambda o: o[0] * o[0] + o[1] * o[1]):
        yield Rule(Sight(offset, 0), None, None)
        for value in colours:
            for colour in grown:
                if colour == value or offset in _AROUND:
                    yield Rule(Sight(offset, value, grown=True), None, colour)


def second_offsets(first: Offset) -> Iterable[Offset]:
    """Where a rule that looks not too far looks besides: beside the cell, and beside the neighbour that it looks at."""
    if first not in _FURTHER:
        return ()
    i, j = first
    beyond = [(i + down, j + right) for down, right in _NEAR if first in _NEAR and (down, right) != (-i, -j)]
    return dict.fromkeys((*_NEAR, *beyond))


def sights(offset: Offset, colours: Sequence[int]) -> Iterator[Sight]:
    """What may be seen there besides."""
    for value in (0, OUTSIDE, *colours):
        yield Sight(offset, value)
        yield Sight(offset, value, False)
    yield Sight(offset, 0, False, grown=True)
    for value in colours:
        yield Sight(offset, value, grown=True)
