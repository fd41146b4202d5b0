"""Many copies of one patch at once, as ``mapply`` of a bound ``shift`` makes them: places as numbers, made cells last.

Copies mostly lie on each other, or one copy's cells are another's; each cell is made once.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from kagglebatt.dsl.bounds import MAX_MEMBERS
from kagglebatt.dsl.extent import holds_cells

_WIDE = 1024
"""Numbers from one row to the next: a place is ``row * _WIDE + column``."""
_HALF = _WIDE // 2
_FAR = 200
"""Rows, columns and vectors are at most so far from 0; then no row's places run into another's."""
_FEWEST = 64
"""Cells that are worth the trouble."""
_INT = {int}


def copies(patch: Any, vectors: Any) -> frozenset[Any] | None:
    """The union of a patch moved by each vector; None where it is not known to be what ``shift`` gives."""
    if type(patch) is not frozenset or not _FEWEST <= len(patch) * len(vectors) <= MAX_MEMBERS:
        return None
    try:
        if not _are_small(chain.from_iterable(vectors)):
            return None
        steps = [down * _WIDE + right for down, right in vectors]
        return _copied_cells(patch, steps) if holds_cells(patch) else _copied_places(patch, steps)
    except (TypeError, ValueError, IndexError):
        return None


def _are_small(numbers: Any) -> bool:
    listed = list(numbers)
    return set(map(type, listed)) == _INT and min(listed) >= -_FAR and max(listed) <= _FAR


def _copied_cells(patch: frozenset[Any], steps: list[int]) -> frozenset[Any] | None:
    by_color: dict[Any, list[int]] = {}
    for color, (row, column) in patch:
        by_color.setdefault(color, []).append(row * _WIDE + column)
    if set(map(type, by_color)) != _INT or not _are_small(chain.from_iterable([place for _, place in patch])):
        return None
    cells: list[Any] = []
    for color, places in by_color.items():
        cells += [(color, place) for place in _reached(places, steps)]
    return frozenset(cells)


def _copied_places(patch: frozenset[Any], steps: list[int]) -> frozenset[Any] | None:
    if not _are_small(chain.from_iterable(patch)):
        return None
    return frozenset(_reached([row * _WIDE + column for row, column in patch], steps))


def _reached(places: list[int], steps: list[int]) -> list[tuple[int, int]]:
    """Every place a step away from one of the places, once."""
    reached: set[int] = set()
    few, many = (places, steps) if len(places) < len(steps) else (steps, places)
    for one in few:
        reached.update([one + other for other in many])
    return list(map(_LOCATIONS.__getitem__, reached))


class _Locations(dict[int, tuple[int, int]]):
    """The location of each number: those of usual grids are kept."""

    def __missing__(self, place: int) -> tuple[int, int]:
        row, column = divmod(place + _HALF, _WIDE)
        column -= _HALF
        if abs(row) <= _NEAR and abs(column) <= _NEAR:
            self[place] = (row, column)
        return (row, column)


_NEAR = 64
"""Rows and columns whose locations are kept: 16,641 of them, less than three megabytes."""
_LOCATIONS = _Locations()
