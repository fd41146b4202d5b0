"""From all that was found to two attempts: votes for an answer, the cheap programs' more, and broken invariants.

A program that fits all pairs is often wrong; programs that come to the same answers by different ways are so less
often. An answer's cost is that of its cheapest program, less for each further one, and more for each invariant of the
demo pairs that it breaks.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import replace
from math import log2

from kagglebatt.dsl.types import Grid
from kagglebatt.search.invariants import Invariants
from kagglebatt.search.problem import Problem
from kagglebatt.search.result import Found

MOST_ATTEMPTS = 2
"""Answers that the ARC Prize allows for one test input."""
MOST_VOTERS = 6
"""The cheapest programs for one answer; more are often all of one kind."""
WEIGHT = 1.0
"""A program that is dearer by the inverse of this has half the weight.

Of 50 training tasks, 40 with a right program: the cheapest program alone has 35 right at the first and 39 with two
attempts, votes have 36 and 40.
"""
Answers = tuple[Grid | None, ...]


class Leaders:
    """The attempts as programs come in one after another.

    Attributes:
        found: a program for each attempt that differs, best first.
        attempts: for each test input at most two different answers.
    """

    def __init__(self, problem: Problem, invariants: Invariants | None = None) -> None:
        self._problem, self._invariants = problem, invariants
        self._voters: dict[Answers, list[Found]] = {}
        self.attempts: tuple[tuple[Grid, ...], ...] = ()

    def add(self, each: Found) -> bool:
        """Take one more program; whether the attempts are others now."""
        voters = self._voters.setdefault(each.answers, [])
        if any(each.program.address == other.program.address and each.cost >= other.cost for other in voters):
            return False
        voters[:] = [other for other in voters if other.program.address != each.program.address]
        insort(voters, each, key=_order)
        del voters[MOST_VOTERS:]
        chosen = attempts(self.ranked, self._problem, self._invariants)
        changed = chosen != self.attempts
        self.attempts = chosen
        return changed

    @property
    def ranked(self) -> tuple[Found, ...]:
        """The best program for each answer, best first, at the answer's cost but for its invariants."""
        best = [replace(voters[0], cost=_cost(voters)) for voters in self._voters.values()]
        return tuple(sorted(best, key=self._doubted))

    def _doubted(self, each: Found) -> tuple[object, ...]:
        """The order of answers: that of programs, dearer where invariants are broken."""
        return _order(each, self._invariants.doubt(each.answers) if self._invariants else 0.0)

    @property
    def found(self) -> tuple[Found, ...]:
        """The first program that gives each attempt."""
        return tuple(giving(self.ranked, self.attempts))


def attempts(
    found: tuple[Found, ...], problem: Problem, invariants: Invariants | None = None
) -> tuple[tuple[Grid, ...], ...]:
    """For each test input at most two different answers; the input itself where there is none.

    Where each answer is one of a few that were seen, these come first; the most frequent ones, where no program gives
    any of them.
    """
    seen = invariants.seen if invariants else ()
    chosen = []
    for number, grid in enumerate(problem.inputs[problem.demos :]):
        answers = dict.fromkeys(answer for each in found if (answer := each.answers[number]) is not None)
        if seen:
            answers = dict.fromkeys((*[answer for answer in answers if answer in seen], *seen, *answers))
        chosen.append(tuple(answers)[:MOST_ATTEMPTS] or (grid,))
    return tuple(chosen)


def _order(each: Found, doubt: float = 0.0) -> tuple[object, ...]:
    return -each.fitted, each.cost + doubt, len(each.program), each.program.address


def _cost(voters: list[Found]) -> float:
    """The cost of an answer, by those of its programs that fit most pairs."""
    best = voters[0]
    votes = sum([2 ** (-WEIGHT * (each.cost - best.cost)) for each in voters if each.fitted == best.fitted])
    return best.cost - log2(votes) / WEIGHT


def giving(best: tuple[Found, ...], chosen: tuple[tuple[Grid, ...], ...]) -> Iterator[Found]:
    """The first program that gives each attempt."""
    missing = {(number, answer) for number, answers in enumerate(chosen) for answer in answers}
    for each in best:
        own = missing & set(enumerate(each.answers))
        if own:
            missing -= own
            yield each
