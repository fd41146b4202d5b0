"""How deep values may be nested: one number, the same under every Python version.

Comparing, hashing and ordering a nested value, and calling a nested function, go one level after another. How many
levels an interpreter takes differs from version to version; all of them take far more than is allowed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

MAX_LEVELS = 200
"""Levels of a value; programs for tasks of ARC have fewer than ten."""

_SHARED_FROM = 10
"""Levels below which parts that occur again are looked at once: only nested pairs of equal parts make millions."""
_FLAT = frozenset((int, bool, type(None)))
_HOLDERS = frozenset((tuple, frozenset))


def allow_levels(value: Any) -> Any:
    """The value itself.

    Raises:
        RecursionError: it has more than ``MAX_LEVELS`` levels.
    """
    if levels(value) > MAX_LEVELS:
        raise RecursionError(f"nested more than {MAX_LEVELS} deep")
    return value


def levels(value: Any) -> int:
    """Levels of a value, counted to one above ``MAX_LEVELS``: 0 for a number, 3 for a set of cells.

    A primitive has one; what a combinator returned has one more than its parts together, since they may call each
    other in turn.

    >>> levels(frozenset({(1, (0, 0))}))
    3
    """
    return _levels(value, {}, MAX_LEVELS)


def _levels(value: Any, known: dict[int, int], most: int) -> int:
    """The same, counted to one above ``most``; ``known`` has the functions that were looked at, by identity."""
    parts: Sequence[Any] = (value,)
    depth = deepest = 0
    while True:
        kinds = set(map(type, parts))
        if others := kinds - _FLAT - _HOLDERS:
            functions = [part for part in parts if type(part) in others]
            deepest = max(deepest, depth + max(_function_levels(each, known, most - depth) for each in functions))
        if kinds.isdisjoint(_HOLDERS) or max(deepest, depth) > most:
            return min(max(deepest, depth), most + 1)
        holders = parts if kinds <= _HOLDERS else [part for part in parts if type(part) in _HOLDERS]
        if depth > _SHARED_FROM:
            holders = list({id(part): part for part in holders}.values())
        parts = list(chain.from_iterable(holders))
        depth += 1


def _function_levels(function: Callable[..., Any], known: dict[int, int], most: int) -> int:
    if most < 1:
        return most + 1
    if id(function) not in known:
        found = 1
        for cell in getattr(function, "__closure__", None) or ():
            found += _levels(cell.cell_contents, known, most - found)
            if found > most:
                break
        known[id(function)] = found
    return known[id(function)]
