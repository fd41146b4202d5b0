"""From all that was found to two attempts: pairs fitted, then cost, then length."""

from __future__ import annotations

from collections.abc import Iterable

from kagglebatt.dsl.types import Grid
from kagglebatt.search.problem import Problem
from kagglebatt.search.result import Found

MOST_ATTEMPTS = 2
"""Answers that the ARC Prize allows for one test input."""


def ranked(found: Iterable[Found]) -> tuple[Found, ...]:
    """Best first; of those that give equal answers the first alone."""
    kept: dict[tuple[Grid | None, ...], Found] = {}
    for each in sorted(found, key=lambda each: (-each.fitted, each.cost, len(each.program), each.program.address)):
        kept.setdefault(each.answers, each)
    return tuple(kept.values())


def attempts(found: tuple[Found, ...], problem: Problem) -> tuple[tuple[Grid, ...], ...]:
    """For each test input at most two different answers; the input itself where there is none."""
    chosen = []
    for number, grid in enumerate(problem.inputs[problem.demos :]):
        answers = dict.fromkeys(answer for each in found if (answer := each.answers[number]) is not None)
        chosen.append(tuple(answers)[:MOST_ATTEMPTS] or (grid,))
    return tuple(chosen)
