"""Every primitive by name, with the typed signature that parsing, mutation and documentation all read.

A family module lists its primitives in ``__all__`` and annotates them with names from ``types``; nothing is
registered by hand, so a primitive cannot be present and unlisted, or listed under another signature.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

from kagglebatt.dsl import (
    blocks,
    combinators,
    containers,
    cutting,
    editing,
    extras,
    filling,
    fitting,
    growing,
    layers,
    marking,
    measuring,
    mirrors,
    numbers,
    objects,
    patches,
    placing,
    relating,
    repairing,
    symmetry,
    templates,
)
from kagglebatt.dsl.types import NAMES

FAMILIES: tuple[ModuleType, ...] = (
    numbers,
    containers,
    combinators,
    measuring,
    patches,
    mirrors,
    objects,
    editing,
    cutting,
)
"""The families of the public vocabulary: 160 primitives."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """One primitive: its name, the function, parameter and result types by name, family and first doc line."""

    name: str
    fn: Callable[..., Any]
    parameters: tuple[str, ...]
    result: str
    family: str
    summary: str

    @property
    def arity(self) -> int:
        """Number of positional parameters, 1 to 4."""
        return len(self.parameters)


def _describe(name: str, family: ModuleType) -> Primitive:
    fn = getattr(family, name)
    annotations = dict(fn.__annotations__)
    result = annotations.pop("return")
    for type_name in (*annotations.values(), result):
        if type_name not in NAMES:
            raise TypeError(f"{family.__name__}.{name} is annotated with {type_name!r}, no type of the vocabulary")
    return Primitive(
        name=name,
        fn=fn,
        parameters=tuple(annotations.values()),
        result=result,
        family=family.__name__.rpartition(".")[2],
        summary=(inspect.getdoc(fn) or "").partition("\n")[0],
    )


def _collect(families: tuple[ModuleType, ...]) -> Mapping[str, Primitive]:
    return MappingProxyType({name: _describe(name, family) for family in families for name in family.__all__})


VOCABULARY: Mapping[str, Primitive] = _collect(FAMILIES)
"""The 160 primitives of the public vocabulary."""

EXTRAS: Mapping[str, Primitive] = _collect(
    (extras, blocks, symmetry, filling, fitting, growing, layers, marking, placing, relating, repairing, templates)
)
"""Primitives of our own: for programs that read ``S``, for differs, and for the search."""

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType({**VOCABULARY, **EXTRAS})
"""All primitives that a program may name."""
