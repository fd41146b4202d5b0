"""Making and moving patches: neighbours, lines, boxes, shifts.

Results are sets unless said otherwise, also for tuple input. Nothing is clipped to a grid or to non-negative
coordinates.
"""

from __future__ import annotations

from itertools import product, repeat

from kagglebatt.dsl.bounds import allow
from kagglebatt.dsl.extent import columns_of, holds_cells, locations, second_of, span
from kagglebatt.dsl.mapping import instead
from kagglebatt.dsl.measuring import center, edge_neighbours
from kagglebatt.dsl.places import FRONTIER, column_line, diagonals, edges, rays, ring, row_line, segments
from kagglebatt.dsl.types import Indices, Int, Object, Pair, Patch

__all__ = [
    "backdrop",
    "box",
    "connect",
    "corners",
    "delta",
    "dneighbors",
    "gravitate",
    "hfrontier",
    "inbox",
    "ineighbors",
    "neighbors",
    "normalize",
    "outbox",
    "recolor",
    "shift",
    "shoot",
    "toindices",
    "vfrontier",
]  # fmt: skip

_NOWHERE: Indices = frozenset()
_REACH = 42
"""Steps that a ray runs, and that a patch falls at most."""


def toindices(patch: Patch) -> Indices:
    """The locations of a patch; bare locations, a tuple of them included, are returned unchanged."""
    if not patch:
        return frozenset()
    return frozenset(map(second_of, patch)) if holds_cells(patch) else patch


def recolor(value: Int, patch: Patch) -> Object:
    """The patch with every location in one colour."""
    return frozenset(zip(repeat(value), locations(patch)))


def shift(patch: Patch, directions: Pair) -> Patch:
    """The patch moved by (rows, columns); an empty patch is returned as it is."""
    if not patch:
        return patch
    down, right = directions
    if holds_cells(patch):
        return frozenset([(colour, (i + down, j + right)) for colour, (i, j) in patch])
    return frozenset([(i + down, j + right) for i, j in patch])


def normalize(patch: Patch) -> Patch:
    """The patch moved so that its bounding box starts at (0, 0); an empty patch is returned as it is."""
    if not patch:
        return patch
    top, left, _, _ = span(patch)
    return shift(patch, (-top, -left))


@instead(edges.__getitem__)
def dneighbors(loc: Pair) -> Indices:
    """The four edge neighbours of a location."""
    return edges[loc]


@instead(diagonals.__getitem__)
def ineighbors(loc: Pair) -> Indices:
    """The four diagonal neighbours of a location."""
    return diagonals[loc]


@instead(ring.__getitem__)
def neighbors(loc: Pair) -> Indices:
    """The eight neighbours of a location."""
    return ring[loc]


def corners(patch: Patch) -> Indices:
    """The corners of the bounding box: 4, 2 or 1; for an empty patch a set of just ()."""
    if not patch:
        return frozenset([()])  # type: ignore[list-item]
    top, left, bottom, right = span(patch)
    return frozenset([(top, left), (top, right), (bottom, left), (bottom, right)])


def connect(a: Pair, b: Pair) -> Indices:
    """The locations from ``a`` to ``b``, both included, along a row, column or diagonal; else none."""
    (i, j), (k, m) = a, b
    down, right = k - i, m - j
    if down and right and down != right and down != -right:  # most pairs of a task's locations
        return _NOWHERE
    kept = segments.get((a, b))  # Ints whoever asks first, as in ``places``
    return segments.keep(a, b, segment((i + 0, j + 0), (k + 0, m + 0))) if kept is None else kept


def segment(a: Pair, b: Pair) -> Indices:
    """The locations from ``a`` to ``b``, which are on one line; nothing is kept."""
    (i, j), (k, m) = a, b
    down, right = k - i, m - j
    allow(max(abs(down), abs(right)) + 1)
    if not down:
        return frozenset(zip(repeat(i), range(min(j, m), max(j, m) + 1)))
    rows = range(min(i, k), max(i, k) + 1)
    if not right:
        return frozenset(zip(rows, repeat(j)))
    if down == right:
        return frozenset(zip(rows, range(min(j, m), max(j, m) + 1), strict=True))
    return frozenset(zip(rows, range(max(j, m), min(j, m) - 1, -1), strict=True))


def shoot(start: Pair, direction: Pair) -> Indices:
    """The ray from ``start``, 42 steps of ``direction`` long; empty off the eight directions."""
    kept = rays.get((start, direction))
    if kept is not None:
        return kept
    (i, j), (down, right) = start, direction
    end = (i + _REACH * down, j + _REACH * right)
    return rays.keep(start, direction, connect(start, end))


def vfrontier(location: Pair) -> Indices:
    """The column of the location, rows 0 to 29."""
    column = location[1]
    return column_line[column] if type(column) is int else frozenset(zip(range(FRONTIER), repeat(column)))


def hfrontier(location: Pair) -> Indices:
    """The row of the location, columns 0 to 29."""
    row = location[0]
    return row_line[row] if type(row) is int else frozenset(zip(repeat(row), range(FRONTIER)))


def backdrop(patch: Patch) -> Indices:
    """All locations of the bounding box."""
    if not patch:
        return frozenset()
    top, left, bottom, right = span(patch)
    allow((bottom - top + 1) * (right - left + 1))
    return frozenset(product(range(top, bottom + 1), range(left, right + 1)))


def delta(patch: Patch) -> Indices:
    """The locations of the bounding box that are not in the patch; TypeError for a tuple of bare locations."""
    return backdrop(patch) - toindices(patch)


def _outline(top: int, left: int, bottom: int, right: int) -> Indices:
    allow(2 * (bottom - top + right - left + 2))
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    outline = [*zip(repeat(top), columns), *zip(repeat(bottom), columns)]
    outline += zip(rows, repeat(left))
    outline += zip(rows, repeat(right))
    return frozenset(outline)


def box(patch: Patch) -> Indices:
    """The outline of the bounding box; an empty patch is returned as it is."""
    return _outline(*span(patch)) if patch else patch


def outbox(patch: Patch) -> Indices:
    """The outline of the bounding box grown by one on each side; ValueError for an empty patch."""
    top, left, bottom, right = span(patch)
    return _outline(top - 1, left - 1, bottom + 1, right + 1)


def inbox(patch: Patch) -> Indices:
    """The outline of the bounding box shrunk by one on each side, sides that cross over taken in order."""
    top, left, bottom, right = span(patch)
    (top, bottom), (left, right) = sorted((top + 1, bottom - 1)), sorted((left + 1, right - 1))
    return _outline(top, left, bottom, right)


def gravitate(source: Patch, destination: Patch) -> Pair:
    """How far the source must move, at most 42 steps along one axis, until it touches the destination.

    The axis is vertical when they share a column, else horizontal; the sense is towards the destination's centre.
    """
    (row, column), (target_row, target_column) = center(source), center(destination)
    if set(columns_of(source)).isdisjoint(columns_of(destination)):
        down, right = 0, 1 if column < target_column else -1
    else:
        down, right = 1 if row < target_row else -1, 0
    falling = list(locations(source))
    ground = set(locations(destination))
    touching = ground.union(edge_neighbours(ground))
    for steps in range(_REACH):
        moved = [(i + steps * down, j + steps * right) for i, j in falling]
        if ground.isdisjoint(moved) and not touching.isdisjoint(moved):
            return (steps * down, steps * right)
    return (_REACH * down, _REACH * right)
