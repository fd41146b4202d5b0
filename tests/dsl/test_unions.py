"""The union of what a function gives, without all of it at once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from kagglebatt.dsl.combinators import mapply
from kagglebatt.dsl.containers import flattened
from kagglebatt.dsl.mapping import mapped
from kagglebatt.errors import TooLargeError

MANY, FEWER = [frozenset((n, 0) for n in range(count)) for count in (300, 65)]


def rising(place: tuple[int, int]) -> frozenset[Any]:
    """Six hundred members, most of them those of its neighbours, too."""
    return frozenset(range(place[0], place[0] + 600))


def test_what_is_united_is_not_held_all_at_once() -> None:
    """Three hundred sets of fifty thousand bytes are never there together."""
    tracemalloc.start()
    try:
        united = mapply(rising, MANY)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert united == frozenset(range(899))
    assert most < 10_000_000


@pytest.mark.parametrize("function", [rising, lambda place: (place,), lambda place: ()])
def test_it_is_what_all_of_them_together_come_to(function: Callable[[Any], Any]) -> None:
    assert mapply(function, MANY) == flattened(mapped(function, MANY), ordered=False)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(TooLargeError):
        mapply(lambda place: frozenset(range(15_500 * place[0], 15_500 * place[0] + 15_500)), FEWER)


def test_of_members_that_fail_the_first_in_order_is_told() -> None:
    """Also where what others give is no container."""

    def failing(place: tuple[int, int]) -> Any:
        if place[0] >= 7:
            raise ValueError(place[0])
        return 5 if place[0] % 2 else frozenset()

    with pytest.raises(ValueError, match=r"^7$"):
        mapply(failing, MANY)
    with pytest.raises(TypeError):
        mapply(lambda place: place[0], MANY)
