"""From all that was found to two attempts: pairs fitted, then cost, then length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


class Leaders:
    """The attempts as programs come in one after another, without all that came before.

    Attributes:
        found: the programs that give the attempts, best first; a program that gives none now never will.
        attempts: for each test input at most two different answers.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.found: tuple[Found, ...] = ()
        self.attempts: tuple[tuple[Grid, ...], ...] = ()

    def add(self, each: Found) -> bool:
        """Take one more program; whether the attempts are others now."""
        best = ranked((*self.found, each))
        chosen = attempts(best, self._problem)
        changed = chosen != self.attempts
        self.attempts = chosen
        self.found = tuple(giving(best, chosen))
        return changed


def giving(best: tuple[Found, ...], chosen: tuple[tuple[Grid, ...], ...]) -> Iterator[Found]:
    """The first program that gives each attempt."""
    missing = {(number, answer) for number, answers in enumerate(chosen) for answer in answers}
    for each in best:
        own = missing & set(enumerate(each.answers))
        if own:
            missing -= own
            yield each
