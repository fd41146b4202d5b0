"""Climbing: programs that come near are changed at random, and the nearest of all go on.

Near is how many cells agree with the answers, as each demo pair's similarity tells; the choices are those of a
``random.Random`` whose seed is the same for all tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from kagglebatt.dsl.extras import likeness
from kagglebatt.programs.mutate import apply_mutation, mutate
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.running.score import PERFECT
from kagglebatt.search.budget import Meter
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured, outputs
from kagglebatt.search.result import Found

MOST_PARENTS = 24
"""The nearest programs, which are changed next."""
LONGEST = 60
"""Longer programs take too much time for what a change of theirs brings."""
_COST = 3.0


class Climber:
    """The nearest programs of one task."""

    def __init__(self, problem: Problem, donors: Sequence[Program], meter: Meter, clock: Timer) -> None:
        self.problem, self.meter, self.clock = problem, meter, clock
        self.donors = [donor for donor in donors if len(donor) <= LONGEST]
        self._near: dict[object, tuple[int, Program]] = {}
        self._seen: set[str] = set()

    def climb(self, begin: Sequence[Program]) -> Iterator[Found]:
        """Programs that are right on a pair, until the budget is used up."""
        rng = Random(0)
        for program in (*begin, *self.donors):
            if self.meter.used_up():
                return
            yield from self._tried(program)
        while self._near and not self.meter.used_up():
            nearest = sorted(self._near.values(), key=lambda each: (-each[0], len(each[1]), each[1].address))
            self._near = {key: each for key, each in self._near.items() if each in nearest[:MOST_PARENTS]}
            for _, parent in nearest[:MOST_PARENTS]:
                self.meter.spend()
                mutation = mutate(parent, self.donors, rng)
                changed = apply_mutation(parent, mutation) if mutation is not None else None
                if changed is not None and len(changed) <= LONGEST:
                    yield from self._tried(changed)

    def _tried(self, program: Program) -> Iterator[Found]:
        if program.address in self._seen:
            return
        self._seen.add(program.address)
        self.meter.spend()
        given = outputs(program, self.problem, range(self.problem.demos), self.clock)
        if given[0] is None:
            return
        pairs = zip(given, self.problem.answers, strict=True)
        near = [likeness(grid, answer) if grid is not None else 0 for grid, answer in pairs]
        held = self._near.get(tuple(given))
        if held is None or len(held[1]) > len(program):
            self._near[tuple(given)] = (sum(near), program)
        if held is None and PERFECT in near:
            yield measured(program, self.problem, self.clock, "climb", _COST + 0.1 * len(program))
