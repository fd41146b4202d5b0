"""Many copies of one patch at once, as ``mapply`` of a bound ``shift`` makes them, and ``prapply`` of ``add``.

Copies mostly lie on each other, or one copy's cells are another's: all places are the bits of one number, which is
moved as a whole, and each cell is made once.
"""

from __future__ import annotations

from itertools import chain, compress, product, repeat
from typing import Any

from kagglebatt.dsl.bounds import MAX_MEMBERS
from kagglebatt.dsl.extent import holds_cells

Place = tuple[int, int]

_FAR = 1_000_000
"""Rows, columns and vectors are at most so far from 0: no sum of two is out of range."""
_FEWEST = 64
"""Cells that are worth the trouble."""
_INT = {int}
_BITS = bytes([byte == ord("1") for byte in range(256)])
"""Turns digits of a number in base 2 into 0 and 1."""


def copies(patch: Any, vectors: Any) -> frozenset[Any] | None:
    """The union of a patch moved by each vector; None where it is not known to be what ``shift`` gives."""
    if type(patch) is not frozenset or not _FEWEST <= len(patch) * len(vectors) <= MAX_MEMBERS:
        return None
    try:
        if not _are_small(chain.from_iterable(vectors)):
            return None
        return _copied_cells(patch, list(vectors)) if holds_cells(patch) else sums(patch, vectors)
    except (TypeError, ValueError, IndexError):
        return None


def sums(places: Any, vectors: Any) -> frozenset[Any] | None:
    """Every sum of a location and a vector; None where it is not known to be what ``add`` gives."""
    if not _FEWEST <= len(places) * len(vectors) <= MAX_MEMBERS:
        return None
    try:
        if set(map(type, chain(places, vectors))) != {tuple}:
            return None
        if not _are_small(chain.from_iterable(places)) or not _are_small(chain.from_iterable(vectors)):
            return None
        return frozenset(_reached(list(places), list(vectors)))
    except (TypeError, ValueError):
        return None


def _are_small(numbers: Any) -> bool:
    listed = list(numbers)
    return set(map(type, listed)) == _INT and min(listed) >= -_FAR and max(listed) <= _FAR


def _copied_cells(patch: frozenset[Any], vectors: list[Place]) -> frozenset[Any] | None:
    by_color: dict[Any, list[Place]] = {}
    for color, place in patch:
        by_color.setdefault(color, []).append(place)
    if set(map(type, by_color)) != _INT or not _are_small(chain.from_iterable([place for _, place in patch])):
        return None
    cells: list[Any] = []
    for color, places in by_color.items():
        cells += zip(repeat(color), _reached(places, vectors))
    return frozenset(cells)


def _reached(places: list[Place], vectors: list[Place]) -> list[Place]:
    """Every place a vector away from one of the places, once.

    Raises:
        ValueError: some of them are no pairs.
    """
    few, many = (places, vectors) if len(places) < len(vectors) else (vectors, places)
    (top, bottom, left, right), (up, down, back, ahead) = _box(few), _box(many)
    corner = top + up, left + back
    rows, stride = bottom - top + down - up + 1, right - left + ahead - back + 1
    if rows * stride > len(few) * len(many):
        return _scattered(few, many, corner, stride)
    copied, reached = 0, 0
    for row, column in many:
        copied |= 1 << (row - up) * stride + column - back
    for row, column in few:
        reached |= copied << (row - top) * stride + column - left
    met = f"{reached:0{rows * stride}b}"[::-1].encode().translate(_BITS)
    top, left = corner
    return list(compress(product(range(top, top + rows), range(left, left + stride)), met))


def _box(places: list[Place]) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of places."""
    rows, columns = zip(*places, strict=True)
    return min(rows), max(rows), min(columns), max(columns)


def _scattered(few: list[Place], many: list[Place], corner: Place, stride: int) -> list[Place]:
    """The same as ``_reached`` where what is reached is a small part of the box around it.

    Args:
        corner: of that box.
        stride: its width.
    """
    numbers = [row * stride + column for row, column in many]
    least = corner[0] * stride + corner[1]
    reached: set[int] = set()
    for row, column in few:
        one = row * stride + column - least
        reached.update([one + other for other in numbers])
    top, left = corner
    return [(number // stride + top, number % stride + left) for number in reached]
