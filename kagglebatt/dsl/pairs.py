"""One number, or pair of numbers, added to many pairs, or multiplied with them, without a call for each."""

from __future__ import annotations

from itertools import chain
from typing import Any

from kagglebatt.dsl.numbers import add, multiply
from kagglebatt.dsl.types import Fn, Pair

_FEWEST = 8
"""Pairs that are worth the trouble."""
_FAR = 1_000_000
"""Numbers are at most so far from 0: no result is out of range."""

COMBINED = frozenset((add, multiply))
"""The functions that this is for: either argument first, they give the same."""


def combined(function: Fn, fixed: Any, container: Any) -> list[Pair] | None:
    """What a function of ``COMBINED`` gives for each pair, in the container's own order; None where it is not known."""
    if type(container) not in (tuple, frozenset) or len(container) < _FEWEST:
        return None
    numbers = (fixed, fixed) if type(fixed) is int else fixed
    if type(numbers) is not tuple or len(numbers) != 2 or set(map(type, container)) != {tuple}:
        return None
    parts = [*numbers, *chain.from_iterable(container)]
    if set(map(type, parts)) != {int}:
        return None
    distinct = set(parts)
    if min(distinct) < -_FAR or max(distinct) > _FAR:
        return None
    down, right = numbers
    try:
        if function is add:
            return [(i + down, j + right) for i, j in container]
        return [(i * down, j * right) for i, j in container]
    except ValueError:  # not all of them pairs
        return None
