"""The types of the grid vocabulary: aliases for readers and checkers, and which type may stand where.

Values are plain immutable Python values (int, bool, tuple, frozenset, callables, None); there are no classes.
Primitives are annotated with the aliases below, and the registry reads those annotations as the signature
that mutation and documentation use. The aliases are documentation to mypy as well, hence mostly ``Any``:
what a value is follows from its Python type and members, which no static type can tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Int: TypeAlias = int
Bool: TypeAlias = bool
Pair: TypeAlias = tuple[int, int]
"""A location (row, column), a vector (rows down, columns right) or a shape (height, width)."""
Num: TypeAlias = Any
"""Int or Pair."""
Grid: TypeAlias = tuple[tuple[int, ...], ...]
"""Rows x columns of colours, row 0 on top; ``()`` and empty rows occur."""
Cell: TypeAlias = tuple[int, tuple[int, int]]
"""(colour, (row, column))."""
Indices: TypeAlias = frozenset[tuple[int, int]]
Object: TypeAlias = frozenset[tuple[int, tuple[int, int]]]
Objects: TypeAlias = frozenset[frozenset[tuple[int, tuple[int, int]]]]
IndicesSet: TypeAlias = frozenset[frozenset[tuple[int, int]]]
IntSet: TypeAlias = frozenset[int]
Patch: TypeAlias = Any
"""Object or Indices; most patch primitives also take a tuple of cells or of locations."""
Element: TypeAlias = Any
"""Grid or Object."""
Piece: TypeAlias = Any
"""Grid or Patch."""
Tuple: TypeAlias = tuple[Any, ...]
Set: TypeAlias = frozenset[Any]
Container: TypeAlias = Any
"""Tuple or Set."""
Nested: TypeAlias = Any
"""A container of containers."""
Fn: TypeAlias = Callable[..., Any]
"""A callable whose number of positional parameters is known."""

NAMES = (
    "Any", "Int", "Bool", "Pair", "Num", "Grid", "Cell", "Indices", "Object", "Objects", "IndicesSet", "IntSet",
    "Patch", "Element", "Piece", "Tuple", "Set", "Container", "Nested", "Fn",
)  # fmt: skip

# Each type with the types that are narrower by one step; `accepts` follows the chain.
_NARROWER: dict[str, tuple[str, ...]] = {
    "Int": ("Bool",),
    "Num": ("Int", "Pair"),
    "Tuple": ("Pair", "Cell", "Grid"),
    "Patch": ("Object", "Indices"),
    "Element": ("Grid", "Object"),
    "Piece": ("Grid", "Patch", "Element"),
    "Set": ("IntSet", "Objects", "IndicesSet", "Indices", "Object"),
    "Nested": ("Objects", "IndicesSet", "Grid", "Object", "Indices"),
    "Container": ("Tuple", "Set", "Nested", "Patch", "Piece"),
}


def _closure(name: str) -> frozenset[str]:
    found = {name}
    for narrower in _NARROWER.get(name, ()):
        found |= _closure(narrower)
    return frozenset(found)


_BELOW = {name: _closure(name) for name in NAMES}


def accepts(wanted: str, given: str) -> bool:
    """Whether a value of type ``given`` may stand where ``wanted`` is asked for.

    Programs are typed by their values, so only pairs that can never fit are refused: types that have no type in
    common, as a Piece and a Set have Object, and a Piece and a Tuple have Grid.

    >>> accepts("Num", "Pair"), accepts("Grid", "Piece"), accepts("Set", "Piece"), accepts("Grid", "Int")
    (True, True, True, False)
    """
    if wanted == "Any" or given == "Any":
        return True
    return not _BELOW[wanted].isdisjoint(_BELOW[given])
