"""Where a patch lies: its locations without colours, and the bounding box around them.

Cells or locations is told by one member: when its second component is a tuple the patch holds cells. Patches are
never mixed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import Any

first_of = itemgetter(0)
"""The colour of a cell, or the row of a location."""
second_of = itemgetter(1)
"""The location of a cell, or the column of a location."""


def holds_cells(patch: Any) -> bool:
    """Whether the members of a non-empty patch are cells rather than bare locations."""
    for member in patch:
        return type(member[1]) is tuple
    raise ValueError("an empty patch holds nothing")


def locations(patch: Any) -> Collection[tuple[int, int]]:
    """The locations of a patch in its own order, with repeats; the patch itself when it holds bare locations."""
    for member in patch:
        return list(map(second_of, patch)) if type(member[1]) is tuple else patch
    return ()


_FEW = 2500
"""Members of the largest patch that is kept as the last one."""
_last: tuple[Any, tuple[int, int, int, int]] = (object(), (0, 0, 0, 0))
"""The patch that was measured last, and its box: mostly one is asked for several corners in a row."""


def span(patch: Any) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of the bounding box, all inclusive; ValueError for an empty patch."""
    global _last
    known, box = _last
    if known is patch:
        return box
    box = _measured(patch)
    if len(patch) <= _FEW:
        _last = (patch, box)
    return box


def _measured(patch: Any) -> tuple[int, int, int, int]:
    for member in patch:
        where = map(second_of, patch) if type(member[1]) is tuple else iter(patch)
        top, left = bottom, right = next(where)
        for i, j in where:  # one walk of comparisons: half the time of min and max over lists
            if i < top:
                top = i
            elif i > bottom:
                bottom = i
            if j < left:
                left = j
            elif j > right:
                right = j
        return top, left, bottom, right
    raise ValueError("an empty patch has no bounding box")


def rows_of(patch: Any) -> Iterator[int]:
    """The row of every member."""
    return map(first_of, locations(patch))


def columns_of(patch: Any) -> Iterator[int]:
    """The column of every member."""
    return map(second_of, locations(patch))
