"""The 28 named constants of the vocabulary, with the type each has in a signature."""

from __future__ import annotations

from typing import Any

_COUNT_NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN")

CONSTANTS: dict[str, Any] = {
    "F": False,
    "T": True,
    **{name: value for value, name in enumerate(_COUNT_NAMES)},
    "NEG_ONE": -1,
    "NEG_TWO": -2,
    "DOWN": (1, 0),
    "RIGHT": (0, 1),
    "UP": (-1, 0),
    "LEFT": (0, -1),
    "ORIGIN": (0, 0),
    "UNITY": (1, 1),
    "NEG_UNITY": (-1, -1),
    "UP_RIGHT": (-1, 1),
    "DOWN_LEFT": (1, -1),
    "ZERO_BY_TWO": (0, 2),
    "TWO_BY_ZERO": (2, 0),
    "TWO_BY_TWO": (2, 2),
    "THREE_BY_THREE": (3, 3),
}


def type_of_constant(name: str) -> str:
    """The type name of a constant: ``Bool``, ``Int`` or ``Pair``.

    >>> type_of_constant("ORIGIN")
    'Pair'

    Raises:
        KeyError: the vocabulary has no such constant.
    """
    value = CONSTANTS[name]
    if isinstance(value, bool):
        return "Bool"
    return "Int" if isinstance(value, int) else "Pair"
