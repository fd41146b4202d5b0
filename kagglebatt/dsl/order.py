"""The one order in which sets are walked wherever order can show: ascending.

Ints compare as numbers, tuples member by member, sets as their sorted lists of members with a proper prefix
first, so results are the same under any hash seed. Native comparison is tried first; members that Python cannot
compare with each other (functions, None, mixed types) get a total order from a key that describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain, pairwise
from typing import Any, TypeVar

Made = TypeVar("Made")

_NUMBERS = frozenset((int, bool))


def ascending(container: Any) -> Any:
    """The members in the order in which they are walked: a tuple as it is, a set as a sorted list.

    >>> ascending(frozenset({(1, (0, 2)), (0, (5, 5))}))
    [(0, (5, 5)), (1, (0, 2))]
    """
    if type(container) is not frozenset:
        return container
    if len(container) < 2:
        return list(container)
    return _sorted(container)


def smallest(members: frozenset[Any]) -> Any:
    """The member of a set that is walked first; IndexError when there is none."""
    return _outermost(members, min, 0)


def largest(members: frozenset[Any]) -> Any:
    """The member of a set that is walked last; IndexError when there is none."""
    return _outermost(members, max, -1)


def _outermost(members: frozenset[Any], best_of: Callable[..., Any], place: int) -> Any:
    """The member at one end of the order; the others are not put in order where it can be told without."""
    if len(members) < 2:
        for member in members:
            return member
        raise IndexError("an empty set has no first and no last member")
    ranked = _ranked(members, best_of)
    if ranked is not None:
        return ranked
    try:
        if is_plain(members):
            return best_of(members)
        heads = _heads(members)
        if heads is not None:
            best = best_of(heads)
            if heads.count(best) == 1:
                return list(members)[heads.index(best)]
    except TypeError:
        pass  # numbers beside tuples
    return _sorted(members)[place]


class _Ranks(dict[Any, int]):
    """Numbers that order locations, or cells, as they are ordered themselves: compared several times as fast.

    Asked for anything else, or for what no grid has, it raises TypeError, ValueError or LookupError.
    """

    def __init__(self, rank: Callable[[Any, Any], int]) -> None:
        super().__init__()
        self._rank = rank

    def __missing__(self, member: Any) -> int:
        if type(member) is not tuple:
            raise TypeError("neither a location nor a cell")
        rank = self._rank(*member)
        if len(self) >= _MOST_RANKS:
            self.clear()
        self[member] = rank
        return rank


_MOST_RANKS = 20_000
_FAR = 500
"""Rows, columns and colours are ranked from ``-_FAR`` up to, but without, ``_FAR``."""


def _within(number: Any) -> int:
    if type(number) not in _NUMBERS or not -_FAR <= number < _FAR:
        raise LookupError("out of the range that is ranked")
    return int(number) + _FAR


def _rank_of_place(row: Any, column: Any) -> int:
    return _within(row) * 2 * _FAR + _within(column)


def _rank_of_cell(color: Any, place: Any) -> int:
    if type(place) is not tuple:
        raise TypeError("not a cell")
    return _within(color) * 4 * _FAR * _FAR + _rank_of_place(*place)


_PLACES = _Ranks(_rank_of_place)
_CELLS = _Ranks(_rank_of_cell)


def _ranked(members: frozenset[Any], choose: Callable[..., Made]) -> Made | None:
    """What ``sorted``, ``min`` or ``max`` chooses when all members are locations, or all cells; else None."""
    for member in members:
        if type(member) is not tuple or len(member) != 2:
            return None
        ranks = _CELLS if type(member[1]) is tuple else _PLACES
        try:
            return choose(members, key=ranks.__getitem__)
        except (TypeError, ValueError, LookupError):
            return None
    return None


def _sorted(members: frozenset[Any]) -> list[Any]:
    ranked = _ranked(members, sorted)
    if ranked is not None:
        return ranked
    try:
        if is_plain(members):
            return sorted(members)
        heads = _heads(members)
        if heads is not None:
            if len(set(heads)) == len(heads):
                return [member for _, member in sorted(zip(heads, members, strict=True))]
            return sorted(members, key=sorted)
    except TypeError:
        pass  # numbers beside tuples: the described order is total
    described = sorted([(describe(member), place) for place, member in enumerate(members)])
    if any(one[0] == other[0] for one, other in pairwise(described)):
        raise TypeError("functions that are written alike have no order")
    listed = list(members)
    return [listed[place] for _, place in described]


def walked(make: Callable[[Any], Made], container: Any) -> Made:
    """What ``make`` gives for the members, where it is the same in any order.

    Where it raises, it is asked again in the one order: of several members that it fails for, the same one is first.
    """
    try:
        return make(container)
    except Exception:
        if type(container) is not frozenset:
            raise
    return make(ascending(container))


_PARTS = frozenset((int, bool, tuple))
_TUPLES = frozenset((tuple,))


def is_plain(members: Collection[Any]) -> bool:
    """Whether there are but numbers, and tuples of such: these Python puts into one order, or cannot compare.

    Sets it compares by inclusion, so that what is sorted would depend on the order in which it was met.
    """
    parts = members
    while True:
        kinds = set(map(type, parts))
        if kinds <= _NUMBERS:
            return True
        if not kinds <= _PARTS:
            return False
        inner = parts if kinds == _TUPLES else _tuples(parts)
        if set(map(type, chain.from_iterable(inner))) <= _NUMBERS:  # mostly: no list is needed to tell
            return True
        parts = list(chain.from_iterable(inner))


def comparable(container: Any) -> Any:
    """The members in an order in which the largest and the smallest are always the same: any, where that is so."""
    return container if type(container) is tuple or is_plain(container) else ascending(container)


def _tuples(members: Collection[Any]) -> list[Any]:
    """Those members that are tuples, of numbers and tuples."""
    parts = list(members)
    if not set(map(type, parts[::2])) - _NUMBERS and set(map(type, parts[1::2])) == {tuple}:
        return parts[1::2]  # colours and locations take turns: cells
    return [part for part in parts if type(part) is tuple]


def _heads(members: frozenset[Any]) -> list[Any] | None:
    """The smallest member of each of several non-empty sets, which alone decides between most sets.

    None when there is anything else, or what Python does not put into one order.
    """
    if all(members) and set(map(type, members)) == {frozenset} and is_plain(list(chain.from_iterable(members))):
        return list(map(min, members))
    return None


def describe(value: Any) -> tuple[Any, ...]:
    """A key that orders any two values: by kind (None, number, tuple, set, function), then by content."""
    if value is None:
        return (0,)
    if isinstance(value, int):
        return (1, value)
    if isinstance(value, tuple):
        return (2, tuple(describe(part) for part in value))
    if isinstance(value, frozenset):
        return (3, tuple(describe(part) for part in ascending(value)))
    return (4, _describe_function(value))


def _describe_function(function: Callable[..., Any]) -> tuple[Any, ...]:
    """A primitive by its name; what a combinator returned by its name and what it closes over."""
    cells = function.__closure__ or ()
    return (function.__qualname__, tuple(describe(cell.cell_contents) for cell in cells))
