"""One number, or pair of numbers, added to many pairs, or multiplied with them, without a call for each."""

from __future__ import annotations

from itertools import chain, product
from typing import Any

from kagglebatt.dsl.blockset import factors
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
    if type(numbers) is not tuple or len(numbers) != 2:
        return None
    known = factors(container)
    if known is None and set(map(type, container)) != {tuple}:
        return None
    distinct = _numbers([*numbers, *chain.from_iterable(container if known is None else known)])
    if not distinct or min(distinct) < -_FAR or max(distinct) > _FAR:
        return None
    down, right = numbers
    if known is not None:
        rows, columns = known
        if function is add:
            return list(product([i + down for i in rows], [j + right for j in columns]))
        return list(product([i * down for i in rows], [j * right for j in columns]))
    try:
        if function is add:
            return [(i + down, j + right) for i, j in container]
        return [(i * down, j * right) for i, j in container]
    except ValueError:  # not all of them pairs
        return None


def _numbers(parts: list[Any]) -> set[int]:
    """The distinct ones of some numbers; none where something else is among them."""
    return set(parts) if set(map(type, parts)) == {int} else set()
