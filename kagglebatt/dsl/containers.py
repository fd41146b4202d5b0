"""Containers: tuples and frozensets, filtered, joined, counted and chosen from.

A result *follows* a container when it is a tuple for a tuple and a set for a set. Sets are walked in ascending
order (``order.ascending``) wherever order can show; of equally frequent values the smallest counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from operator import itemgetter
from typing import Any

from kagglebatt.dsl.blockset import produced, row_by_row
from kagglebatt.dsl.bounds import allow, most_members
from kagglebatt.dsl.mapping import instead, mapped
from kagglebatt.dsl.numbers import identity
from kagglebatt.dsl.order import ascending, comparable, is_plain, largest, smallest, walked
from kagglebatt.dsl.types import Container, Fn, Int, Nested, Set, Tuple
from kagglebatt.errors import TooLargeError

__all__ = [
    "argmax",
    "argmin",
    "astuple",
    "combine",
    "dedupe",
    "difference",
    "extract",
    "first",
    "initset",
    "insert",
    "intersection",
    "interval",
    "last",
    "leastcommon",
    "maximum",
    "merge",
    "mfilter",
    "minimum",
    "mostcommon",
    "order",
    "other",
    "pair",
    "product",
    "remove",
    "repeat",
    "sfilter",
    "size",
    "sizefilter",
    "totuple",
    "valmax",
    "valmin",
]  # fmt: skip


def combine(a: Container, b: Container) -> Container:
    """The members of ``a`` followed by, or united with, those of ``b``; follows ``a``."""
    allow(len(a) + len(b))
    return a + tuple(ascending(b)) if type(a) is tuple else a.union(b)


def intersection(a: Set, b: Set) -> Set:
    """The members that both sets have."""
    return a & b


def difference(a: Container, b: Container) -> Container:
    """The members of ``a`` that are not in ``b``; follows ``a``, keeping order and duplicates of a tuple."""
    if type(a) is frozenset:
        return a.difference(b)
    out = b if type(b) is frozenset else frozenset(b)
    return tuple([member for member in a if member not in out])


def dedupe(tup: Tuple) -> Tuple:
    """The first of every equal members, in order."""
    return tuple(dict.fromkeys(ascending(tup)))


def order(container: Container, compfunc: Fn) -> Tuple:
    """The members sorted ascending by ``compfunc``, equal keys as they were met."""
    if compfunc is identity:
        known = row_by_row(container)
        return tuple(sorted(ascending(container))) if known is None else known
    if type(container) is frozenset:
        keys = mapped(compfunc, container)
        by_key = dict(zip(keys, container, strict=True))
        if len(by_key) == len(keys) and is_plain(keys):  # no two to be put in the order of sets
            try:
                return tuple([by_key[key] for key in sorted(keys)])
            except TypeError:
                pass  # numbers beside tuples
    return tuple(sorted(ascending(container), key=compfunc))


def repeat(item: Any, num: Int) -> Tuple:
    """``item`` ``num`` times; none when ``num`` is 0 or less."""
    allow(num)
    return (item,) * num


@instead(len)
def size(container: Container) -> Int:
    """The number of members."""
    return len(container)


def merge(containers: Nested) -> Container:
    """One level flattened; follows the outer container."""
    return flattened(containers, type(containers) is tuple)


def flattened(containers: Collection[Any], ordered: bool) -> Container:
    """The members of all containers: of each in turn as a tuple, or together as a set."""
    if not ordered:
        each = dict(zip(map(id, containers), containers, strict=True)).values()  # what is kept comes again and again
        if sum(map(len, each)) <= most_members():
            return frozenset().union(*each)
        members: set[Any] = set()
        unite(members, each)
        return frozenset(members)
    allow(sum(map(len, containers)))
    return join(containers)


def unite(members: set[Any], containers: Iterable[Any]) -> None:
    """Add the members of containers, which may have some in common, and stop as soon as they grow too many."""
    for container in containers:
        members.update(container)
        allow(len(members))


def join(containers: Iterable[Any]) -> tuple[Any, ...]:
    """The members of each container in turn, as a tuple."""
    members: list[Any] = []
    for container in containers:
        members += ascending(container)
    return tuple(members)


def maximum(container: Container) -> Int:
    """The largest member, 0 when there is none."""
    return max(comparable(container), default=0)


def minimum(container: Container) -> Int:
    """The smallest member, 0 when there is none."""
    return min(comparable(container), default=0)


def valmax(container: Container, compfunc: Fn) -> Any:
    """The largest value of ``compfunc`` over the members; ``compfunc(0)`` when there is none."""
    return compfunc(_chosen(container, compfunc, max)) if container else compfunc(0)


def valmin(container: Container, compfunc: Fn) -> Any:
    """The smallest value of ``compfunc`` over the members; ``compfunc(0)`` when there is none."""
    return compfunc(_chosen(container, compfunc, min)) if container else compfunc(0)


def argmax(container: Container, compfunc: Fn) -> Any:
    """The member with the largest key, the first met of several; ValueError when there is none."""
    return _chosen(container, compfunc, max)


def argmin(container: Container, compfunc: Fn) -> Any:
    """The member with the smallest key, the first met of several; ValueError when there is none."""
    return _chosen(container, compfunc, min)


def _chosen(container: Any, compfunc: Callable[..., Any], best_of: Callable[..., Any]) -> Any:
    members, keys = walked(lambda each: (list(each), list(map(compfunc, each))), container)
    if type(container) is frozenset and len(set(map(type, keys))) > 1:
        members = ascending(container)  # the kind of the first key decides
        keys = list(map(compfunc, members))
    if keys and type(keys[0]) is frozenset:
        keys = list(map(len, keys))  # inclusion is no total order
    elif keys and type(container) is frozenset and type(keys[0]) is not int and not is_plain(keys):
        members = ascending(container)  # with sets inside keys, the best may be the one that was met first
        keys = list(map(compfunc, members))
    best = best_of(keys)
    if type(container) is tuple or keys.count(best) == 1:
        return members[keys.index(best)]
    return smallest(frozenset([member for member, key in zip(members, keys, strict=True) if key == best]))


_FEW = 12
"""Values that are counted one by one sooner than all together."""


def mostcommon(container: Container) -> Any:
    """The most frequent value of a tuple, the smallest of several; ValueError when it is empty."""
    return _by_frequency(container, max)


def leastcommon(container: Container) -> Any:
    """The least frequent value of a tuple, the smallest of several; ValueError when it is empty."""
    return _by_frequency(container, min)


def _by_frequency(container: Any, best_of: Callable[..., Any]) -> Any:
    if type(container) is not tuple:
        raise TypeError("only a tuple has frequencies")
    distinct = set(container)
    few = len(distinct) <= _FEW
    counts = {value: container.count(value) for value in distinct} if few else Counter(container)
    best = best_of(counts.values())
    values = [value for value, count in counts.items() if count == best]
    return values[0] if len(values) == 1 else smallest(frozenset(values))


def initset(value: Any) -> Set:
    """A set of just this value."""
    return frozenset((value,))


def sfilter(container: Container, condition: Fn) -> Container:
    """The members for which ``condition`` is true; follows the container."""
    if type(container) is tuple:
        return tuple(filter(condition, container))
    return walked(lambda members: frozenset(filter(condition, members)), container)


def mfilter(container: Container, function: Fn) -> Container:
    """The members for which ``function`` is true, flattened one level; follows the container."""
    return merge(sfilter(container, function))


def extract(container: Container, condition: Fn) -> Any:
    """The first member for which ``condition`` is true; ValueError when there is none."""
    found = _met(container, condition) if type(container) is frozenset else None
    for member in filter(condition, ascending(container)) if found is None else found:
        return member
    raise ValueError("no member meets the condition")  # StopIteration would end whichever ``map`` called this


def _met(members: Set, condition: Fn) -> list[Any] | None:
    """The first member that meets a condition, if any; None where some member cannot be asked.

    Asking all is cheaper than putting them in order.
    """
    try:
        found = list(filter(condition, members))
    except Exception:  # noqa: BLE001 - whether it shows depends on the order
        return None
    return found if len(found) < 2 else [smallest(frozenset(found))]


def sizefilter(container: Container, n: Int) -> Set:
    """The members of exactly ``n`` members, as a set."""
    return frozenset([member for member in container if len(member) == n])


def totuple(container: Container) -> Tuple:
    """The members as a tuple."""
    return tuple(ascending(container))


@instead(itemgetter(0))
def first(container: Container) -> Any:
    """The member met first; raises when there is none."""
    return smallest(container) if type(container) is frozenset else container[0]


@instead(itemgetter(-1))
def last(container: Container) -> Any:
    """The member met last; raises when there is none."""
    return largest(container) if type(container) is frozenset else container[-1]


def insert(value: Any, container: Set) -> Set:
    """The set with ``value`` added."""
    return container.union((value,))


def remove(value: Any, container: Container) -> Container:
    """Every member but those equal to ``value``; follows the container."""
    if type(container) is frozenset:
        return container.difference((value,))
    return tuple([member for member in container if member != value])


def other(container: Container, value: Any) -> Any:
    """The first member that differs from ``value``; raises when there is none."""
    return first(remove(value, container))


def interval(start: Int, stop: Int, step: Int) -> Tuple:
    """The Ints from ``start`` up or down to, but without, ``stop``; ValueError for a step of 0."""
    numbers = range(start, stop, step)
    try:
        allow(len(numbers))
    except OverflowError as error:  # more than any machine can hold
        raise TooLargeError("a longer interval than can be counted") from error
    return tuple(numbers)


def astuple(a: Any, b: Any) -> Tuple:
    """The tuple (a, b)."""
    return (a, b)


def product(a: Container, b: Container) -> Set:
    """All tuples of a member of ``a`` and a member of ``b``, as a set."""
    allow(len(a) * len(b))
    return produced(a, b)


def pair(a: Container, b: Container) -> Tuple:
    """Tuples of members at equal positions, cut to the shorter input."""
    if type(a) is type(b) is tuple:
        return tuple(zip(a, b, strict=False))
    return tuple(zip(ascending(a), ascending(b), strict=False))
