"""Products of containers: mostly of two runs of numbers, and mostly put in order next.

Which containers the last product was made of is kept, by its identity: then its order is known without sorting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, product, repeat
from typing import Any

_MANY, _MOST = 1_000, 50_000
"""Members from which a product is made row by row, and of the largest one that is kept."""

_last: tuple[Any, Any, Any] = (object(), (), ())
"""The product that was made last, and the containers it is of."""


def produced(a: Collection[Any], b: Collection[Any]) -> frozenset[Any]:
    """All tuples of a member of ``a`` and a member of ``b``."""
    global _last
    size = len(a) * len(b)
    if size < _MANY:
        return frozenset(product(a, b))

    def row(member: Any) -> Iterator[Any]:  # a timer ends what takes long between two rows
        return zip(repeat(member), b)

    made = frozenset(chain.from_iterable(map(row, a)))
    if size <= _MOST:
        _last = (made, a, b)
    return made


_last_rows: tuple[Any, list[int], list[int]] = ((), [], [])
"""The members in order, as they were given last, and the numbers that they are the product of."""


def row_by_row(members: Any) -> tuple[tuple[int, int], ...] | None:
    """The members of the product that was made last, in ascending order; None of anything else, and where it is of
    something else than numbers.
    """
    global _last_rows
    made, a, b = _last
    if made is not members or set(map(type, chain(a, b))) != {int}:
        return None
    rows, columns = sorted(set(a)), sorted(set(b))
    listed = tuple(product(rows, columns))
    _last_rows = (listed, rows, columns)
    return listed


def factors(members: Any) -> tuple[list[int], list[int]] | None:
    """The numbers, ascending, that a tuple is the product of; None but of what ``row_by_row`` gave last."""
    listed, rows, columns = _last_rows
    return (rows, columns) if listed is members and listed else None
