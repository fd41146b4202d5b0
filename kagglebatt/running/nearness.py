"""How near an output is to the answer of a demo pair: one number that means the same everywhere and always.

It is the similarity plus what six of the shipped differs say on the average, 0 to 2,000 a pair; over a task's demo
pairs it is summed. It differs from similarity and mean d_score together by what the differs say of the raw input, the
same for all programs of a task. The differ that counts objects is not among them: it takes as long as all the others.

What the differs say is worked out here directly, several times as fast as by running them as the programs that they
are. Tests compare the two.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import chain, compress
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
    if set(map(type, chain.from_iterable(value))) != {int}:
        return None
    try:
        cells = b"".join(map(bytes, value))
    except ValueError:  # a number that is no byte, so no colour either
        return None
    return None if cells.translate(None, _COLOURS) else width.to_bytes(_WIDTH_BYTES, "big") + cells


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
        self._grid = answer
        self.packed = packed_grid(answer)  # None of one that is so large that no output reproduces it
        self._size = len(answer), len(answer[0])
        self._cells = cells = bytes(chain.from_iterable(answer))
        background = _most_common(cells)
        self._palette = set(cells)
        self._rows, self._columns = _profiles(answer, background)
        self._foreground = [value != background for value in cells]
        self._foreground_size = len(cells) - cells.count(background)

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
        shape = PERFECT * least // most
        same = (rows, columns) == self._size
        if _at_most(PERFECT if same else 0, 2 * shape) <= beat:  # no more cells agree than both have
            return beat, 0
        cells = packed[_WIDTH_BYTES:]
        equal = list(map(eq, cells, self._cells)) if same else self._agreeing(grid)
        likeness = PERFECT * sum(equal) // most
        similarity = likeness if same else 0
        if _at_most(similarity, likeness + shape) <= beat:
            return beat, similarity
        palette = set(cells)
        by_row, by_column = _profiles(grid, _most_common(cells))
        foreground = sum(compress(equal, self._foreground))
        said = (
            likeness,
            PERFECT * len(palette & self._palette) // len(palette | self._palette),
            shape,
            PERFECT * foreground // self._foreground_size if self._foreground_size else PERFECT,
            PERFECT * sum(map(eq, by_row, self._rows)) // max(rows, wanted_rows),
            PERFECT * sum(map(eq, by_column, self._columns)) // max(columns, wanted_columns),
        )
        return similarity + sum(said) // len(said), similarity

    def _agreeing(self, grid: Grid) -> list[bool]:
        """For each cell of the answer whether a grid of another size has the same there."""
        columns = self._size[1]
        equal: list[bool] = []
        for mine, theirs in zip(grid, self._grid, strict=False):
            row = list(map(eq, mine, theirs))
            equal += row
            equal += [False] * (columns - len(row))
        return equal


def _at_most(similarity: int, two: int) -> int:
    """The most that a nearness can be after what two of the differs say together."""
    return similarity + (two + (len(DIFFERS) - 2) * PERFECT) // len(DIFFERS)


def _most_common(cells: bytes) -> int:
    """The most frequent colour, the smallest of several."""
    return max(sorted(set(cells)), key=cells.count)


def _profiles(grid: Grid, background: int) -> tuple[list[int], list[int]]:
    """For every row and every column the number of cells that are not background."""
    height, width = len(grid), len(grid[0])
    rows = [width - row.count(background) for row in grid]
    return rows, [height - column.count(background) for column in zip(*grid, strict=True)]
