"""The union of what a function gives for many members, without holding all of that at once.

Nine hundred copies of a shape have far more cells than their union.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from kagglebatt.dsl.containers import flattened, unite
from kagglebatt.dsl.mapping import ask_again, mapped

PART = 64
"""Members that the function is mapped over at a time."""
MOST_HELD = 50_000
"""Members of the containers that wait to be united; what is kept comes again and again, and counts each time."""


def union_of(function: Any, container: frozenset[Any]) -> frozenset[Any]:
    """The same as ``flattened(mapped(function, container), False)``; where it raises, too."""
    members: set[Any] = set()
    held: dict[int, Any] = {}
    waiting = 0
    coming = iter(container)
    try:
        while part := tuple(islice(coming, PART)):
            results = mapped(function, part)
            held.update(zip(map(id, results), results, strict=True))
            waiting += sum(map(len, results))
            if waiting > MOST_HELD:
                unite(members, held.values())
                held, results, waiting = {}, [], 0
        if not members:
            return flattened(held.values(), ordered=False)  # type: ignore[no-any-return]
        unite(members, held.values())
    except Exception:
        ask_again(function, container)
        raise
    return frozenset(members)
