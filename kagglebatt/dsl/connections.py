"""All segments between two sets of locations, as ``prapply`` of ``connect`` makes them.

Most pairs of locations are on no common line; those that are, are found by line.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import Any

from kagglebatt.dsl.patches import connect, segment
from kagglebatt.dsl.types import Indices, Pair

_FEWEST = 64
"""Pairs that are worth the trouble."""
_MANY = 2_000
"""Pairs from which on there are more segments than are kept."""
_NOWHERE: Indices = frozenset()


def connections(a: Any, b: Any) -> frozenset[Indices] | None:
    """What connects each of some locations with each of others; None where it is not known to be that."""
    if len(a) * len(b) < _FEWEST:
        return None
    try:
        if set(map(type, chain(a, b))) != {tuple}:
            return None
        if set(map(type, chain(chain.from_iterable(a), chain.from_iterable(b)))) != {int}:
            return None
        return _along_lines(set(a), set(b))
    except (TypeError, ValueError):
        return None


def _along_lines(starts: set[Pair], ends: set[Pair]) -> frozenset[Indices]:
    lines: tuple[defaultdict[int, list[Pair]], ...] = tuple(defaultdict(list) for _ in range(4))
    rows, columns, falling, rising = lines
    for end in ends:
        i, j = end
        rows[i].append(end)
        columns[j].append(end)
        falling[i - j].append(end)
        rising[i + j].append(end)
    join = connect if len(starts) * len(ends) < _MANY else segment
    same = starts == ends  # then either way of a pair tells
    found: set[Indices] = set()
    met = 0
    for start in starts:
        i, j = start
        reached = [*rows[i], *columns[j], *falling[i - j], *rising[i + j]]
        met += len(reached) - 3 * (start in ends)  # itself is on each of the lines
        found.update([join(start, end) for end in reached if not same or start <= end])
    if met < len(starts) * len(ends):
        found.add(_NOWHERE)
    return frozenset(found)
