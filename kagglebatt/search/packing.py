"""Grids as bytes, one for each cell: what waits, or is compared, takes a tenth of the memory that it does as tuples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kagglebatt.dsl.types import Grid

Sizes = tuple[tuple[int, int], ...]


def sizes(grids: Iterable[Grid]) -> Sizes:
    """(rows, columns) of every grid."""
    return tuple([(len(grid), len(grid[0])) for grid in grids])


def packed(grids: Iterable[Grid]) -> bytes:
    """The colours of all cells, grid by grid and row by row.

    Raises:
        ValueError: a value is not within 0 to 255.
        TypeError: a value is no integer.
    """
    return b"".join([bytes(chain.from_iterable(grid)) for grid in grids])


def unpacked(cells: bytes, of: Sizes) -> tuple[Grid, ...]:
    """The grids of these sizes whose cells were packed."""
    return tuple(_grids(cells, of))


def _grids(cells: bytes, of: Sizes) -> Iterator[Grid]:
    start = 0
    for rows, columns in of:
        end = start + rows * columns
        yield tuple([tuple(cells[row : row + columns]) for row in range(start, end, columns)])
        start = end


@dataclass(frozen=True, slots=True)
class Packed:
    """Values of a node, each a grid or a tuple of grids.

    Attributes:
        counts: grids of each value; none where each value is one grid.
    """

    cells: bytes
    sizes: Sizes
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: tuple[Any, ...], lists: bool) -> Packed:
        """Pack values, which are tuples of grids or grids.

        Raises:
            ValueError: as of ``packed``, or a grid is no rectangle.
            TypeError: as of ``packed``.
        """
        grids = tuple(chain.from_iterable(values)) if lists else values
        made = cls(packed(grids), sizes(grids), tuple(map(len, values)) if lists else ())
        if len(made.cells) != sum([rows * columns for rows, columns in made.sizes]):
            raise ValueError("rows of different lengths")
        return made

    def values(self) -> tuple[Any, ...]:
        """The values as they were."""
        grids = _grids(self.cells, self.sizes)
        if not self.counts:
            return tuple(grids)
        return tuple([tuple([next(grids) for _ in range(count)]) for count in self.counts])
