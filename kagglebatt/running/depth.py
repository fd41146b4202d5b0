"""Which steps of a batt could nest their value too deeply: told from the program alone, so that others need no look.

A step adds two levels at most to what it is given. Only functions that are called by functions add more; they add
what their parts have together.
"""

from __future__ import annotations

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.nesting import MAX_LEVELS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.programs.batt import Batt
from kagglebatt.programs.program import INPUTS, Ref, Step

_ADDED = 2
_OF_INPUTS = 4
"""Levels of ``S``: pairs of grids."""
_FUNCTIONAL = frozenset(
    primitive.name
    for primitive in PRIMITIVES.values()
    if primitive.family == "combinators" or "Fn" in primitive.parameters
)


def nesting_steps(batt: Batt) -> frozenset[int]:
    """The steps, by place, whose values may have more than ``MAX_LEVELS`` levels."""
    most: list[int] = []
    for step in batt.steps:
        most.append(min(_levels(step, [_of(ref, most) for ref in step.refs]), MAX_LEVELS + 1))
    return frozenset(place for place, count in enumerate(most) if count > MAX_LEVELS)


def _of(ref: Ref, most: list[int]) -> int:
    if isinstance(ref, int):
        return most[ref]
    return _OF_INPUTS if ref in INPUTS else 1


def _levels(step: Step, of_refs: list[int]) -> int:
    """Levels of a step's value at most, from those of its operation and arguments."""
    if step.operation == "power":
        times = CONSTANTS.get(step.arguments[1]) if isinstance(step.arguments[1], str) else None
        return _ADDED + (of_refs[1] * max(times, 1) if isinstance(times, int) else MAX_LEVELS)
    if isinstance(step.operation, int) or step.operation in _FUNCTIONAL:
        return _ADDED + sum(of_refs)
    return _ADDED + max(of_refs[1:])
