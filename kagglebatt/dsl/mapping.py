"""A function of every member of a container, called as cheaply as Python can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kagglebatt.dsl.order import ascending

Primitive = TypeVar("Primitive", bound=Callable[..., Any])

_INSTEAD: dict[Any, Callable[..., Any]] = {}
"""For a primitive a callable in C that gives the same wherever it gives anything."""


def instead(quick: Callable[..., Any]) -> Callable[[Primitive], Primitive]:
    """Mark a primitive: where it is mapped, ``quick`` is called in its place; it may raise where the primitive would
    not, for then the primitive is asked.
    """

    def mark(primitive: Primitive) -> Primitive:
        _INSTEAD[primitive] = quick
        return primitive

    return mark


def mapped(function: Any, container: Any) -> list[Any]:
    """The function of every member, in the container's own order.

    Where it raises, it is asked again in the one order: of several members that it fails for, the same one is first.
    """
    if function in _INSTEAD:
        try:
            return list(map(_INSTEAD[function], container))
        except Exception:  # noqa: BLE001, S110 - whatever it is, the primitive is asked
            pass
    try:
        return list(map(function, container))
    except Exception:
        ask_again(function, container)
        raise


def ask_again(function: Any, container: Any) -> None:
    """Raise what a function raises for the first member of a set, in the one order, that it fails for."""
    if type(container) is frozenset:
        for member in ascending(container):
            function(member)
