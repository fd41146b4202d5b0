"""How near an output is to the answer of a demo pair: one number that means the same everywhere and always.

It is the similarity plus what six of the shipped differs say on the average, 0 to 2,000 a pair; over a task's demo
pairs it is summed. It differs from similarity and mean d_score together by what the differs say of the raw input, the
same for all programs of a task. The differ that counts objects is not among them: it takes as long as all the others.

What the differs say is worked out here directly, several times as fast as by running them as the programs that they
are. Tests compare the two.
"""

from __future__ import annotations

import marshal
from hashlib import blake2b
from itertools import chain
from operator import eq
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.running.outcome import MAX_ANSWER_CELLS
from kagglebatt.running.score import PERFECT

DIFFERS = ("likeness", "palette", "shape", "foreground", "rows", "columns")
"""The shipped differs that have a say, by name. Another list would make stones of other iterations incomparable."""

EXACT = 2 * PERFECT
"""The nearness of an answer that was reproduced, on one pair; no other grid has it."""

DIGEST_BYTES = 8
_WIDTH_BYTES = 2
_COLOURS = bytes(range(10))
_WRITTEN = 5
"""Bytes that each row and each Int takes when ``marshal`` writes a grid, and its frame once more; a Bool takes one.

Asking every cell for its type takes three times as long.
"""
_OUTSIDE = b"\xff"
"""Stands at the answer's cells that an output of another size does not have; no colour."""


def packed_grid(value: Any) -> bytes | None:
    """A grid that could be an answer as bytes: its width, then its cells; None when it could be none.

    >>> packed_grid(((1, 2), (3, 4))).hex(), packed_grid(((True,),)), packed_grid(5)
    ('000201020304', None, None)
    """
    if type(value) is not tuple or not value or set(map(type, value)) != {tuple}:
        return None
    width = len(value[0])
    if not width or width * len(value) > MAX_ANSWER_CELLS or set(map(len, value)) != {width}:
        return None
    try:
        cells = b"".join(map(bytes, value))
    except (TypeError, ValueError):  # no number, or one that is no byte, so no colour either
        return None
    if cells.translate(None, _COLOURS) or len(marshal.dumps(value, 2)) != _WRITTEN * (1 + len(value) * (1 + width)):
        return None
    return width.to_bytes(_WIDTH_BYTES, "big") + cells


def output_digest(*packed: bytes | None) -> bytes:
    """A digest, 8 bytes, of outputs that ``packed_grid`` gave; equal outputs, equal digest.

    >>> output_digest(packed_grid(((1,),))) == output_digest(b"\\x00\\x01\\x01") != output_digest(None)
    True
    """
    if len(packed) == 1 and packed[0] is not None:
        return blake2b(packed[0], digest_size=DIGEST_BYTES).digest()
    digest = blake2b(digest_size=DIGEST_BYTES)
    for each in packed:
        digest.update(b"-" if each is None else len(each).to_bytes(4, "big") + each)
    return digest.digest()


class Answer:
    """The known answer of one demo pair, made ready for comparing many outputs with it."""

    def __init__(self, answer: Grid) -> None:
        """Take what every comparison needs of the answer."""
        self.packed = packed_grid(answer)  # None of one that is so large that no output reproduces it
        self._size = len(answer), len(answer[0])
        self._cells = cells = bytes(chain.from_iterable(answer))
        counts = _counts(cells)
        background = _most_common(counts)
        self._palette = _palette(counts)
        self._rows, self._columns = _profiles(cells, self._size[1], background)
        self._number = int.from_bytes(cells, "big")
        self._background = int.from_bytes(bytes([255 * (value == background) for value in cells]), "big")
        self._foreground_size = len(cells) - counts[background]

    def compare(self, grid: Grid, packed: bytes, beat: int = -1) -> tuple[int, int]:
        """(nearness, similarity) of an output that is a grid.

        Args:
            packed: the output as ``packed_grid`` gives it.
            beat: where the nearness is not above this, it need not be worked out: some number that is not above it is
                given instead.
        """
        if packed == self.packed:
            return EXACT, PERFECT
        (rows, columns), (wanted_rows, wanted_columns) = (len(grid), len(grid[0])), self._size
        least = min(rows, wanted_rows) * min(columns, wanted_columns)
        most = max(rows, wanted_rows) * max(columns, wanted_columns)
        said = shape = PERFECT * least // most
        same = (rows, columns) == self._size
        if _at_most(PERFECT if same else 0, 2 * shape, 2) <= beat:  # no more cells agree than both have
            return beat, 0
        cells = packed[_WIDTH_BYTES:]
        differing = int.from_bytes(cells if same else self._laid_over(cells, columns), "big") ^ self._number
        likeness = PERFECT * self._zeros(differing) // most
        similarity = likeness if same else 0
        said += likeness
        if _at_most(similarity, said, 2) <= beat:
            return beat, similarity
        counts = _counts(cells)
        palette = _palette(counts)
        said += PERFECT * (palette & self._palette).bit_count() // (palette | self._palette).bit_count()
        if self._foreground_size:
            said += PERFECT * self._zeros(differing | self._background) // self._foreground_size
        else:
            said += PERFECT
        if _at_most(similarity, said, 4) <= beat:
            return beat, similarity
        by_row, by_column = _profiles(cells, columns, _most_common(counts))
        said += PERFECT * sum(map(eq, by_row, self._rows)) // max(rows, wanted_rows)
        said += PERFECT * sum(map(eq, by_column, self._columns)) // max(columns, wanted_columns)
        return similarity + said // len(DIFFERS), similarity

    def _zeros(self, number: int) -> int:
        """How many of the answer's cells are 0 in a number of a byte for each."""
        return number.to_bytes(len(self._cells), "big").count(0)

    def _laid_over(self, cells: bytes, columns: int) -> bytes:
        """For each cell of the answer the one that a grid of another size has there."""
        rows, wanted = self._size
        lines = [cells[first : first + columns] for first in range(0, min(len(cells), rows * columns), columns)]
        if columns > wanted:
            lines = [line[:wanted] for line in lines]
        elif columns < wanted:
            lines = [line.ljust(wanted, _OUTSIDE) for line in lines]
        return b"".join(lines).ljust(rows * wanted, _OUTSIDE)


def _at_most(similarity: int, said: int, differs: int) -> int:
    """The most that a nearness can be after what so many of the differs say together."""
    return similarity + (said + (len(DIFFERS) - differs) * PERFECT) // len(DIFFERS)


def _counts(cells: bytes) -> list[int]:
    """How many cells each colour has."""
    return list(map(cells.count, _COLOURS))


def _most_common(counts: list[int]) -> int:
    """The most frequent colour, the smallest of several."""
    return counts.index(max(counts))


def _palette(counts: list[int]) -> int:
    """The colours that have cells, as bits."""
    return sum([1 << colour for colour, count in enumerate(counts) if count])


def _profiles(cells: bytes, width: int, background: int) -> tuple[list[int], list[int]]:
    """For every row and every column the number of cells that are not background."""
    height = len(cells) // width
    count = cells.count
    rows = [width - count(background, first, first + width) for first in range(0, len(cells), width)]
    return rows, [height - cells[first::width].count(background) for first in range(width)]
