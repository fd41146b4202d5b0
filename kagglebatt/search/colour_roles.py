"""A task in roles: the same task with the colours of each sample replaced by their roles there.

Where samples have other colours each, a program about colours by number is wrong on most of them, and right on all
samples of the task in roles. What solves that solves the task: colours by roles, the program, and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kagglebatt.dsl.extras import colorroles, mapcolors
from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import following, joined, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found

COST = 1.0
"""Of a program by way of the task in roles."""
_BACK = "mapcolors(G,apply(fork(astuple,last,first),colorroles(I,{fixed})))"


@dataclass(frozen=True)
class TaskInRoles:
    """A problem made from another, and the ways there and back.

    Attributes:
        there: from an input to the same in roles.
        back: from ``G``, the answer in roles, and ``I``, the input, to the answer.
    """

    problem: Problem
    there: Program
    back: Program

    def program(self, program: Program) -> Program:
        """What solves the original, from what solves the task in roles."""
        return joined((following(self.there, program), None), self.back, ("G", "I"))

    def found(self, coming: Iterable[Found], problem: Problem, clock: Timer) -> Iterator[Found]:
        """Programs of the task in roles as programs of the original problem, each measured there."""
        for each in coming:
            program = self.program(each.program)
            found = measured(program, problem, clock, "roles", each.cost + COST, each.depth, each.pieces)
            if found.fitted:
                yield found


def task_in_roles(problem: Problem) -> TaskInRoles | None:
    """The task in roles; None when each colour has the same role everywhere."""
    fixed = frozenset(_fixed(problem))
    mappings = [colorroles(grid, fixed) for grid in problem.inputs]
    if not _differ(problem.inputs, mappings):
        return None
    inputs = tuple(map(mapcolors, problem.inputs, mappings))
    answers = tuple(map(mapcolors, problem.answers, mappings))
    named = _named(sorted(fixed))
    return TaskInRoles(
        replace(problem, inputs=inputs, answers=answers),
        written(f"mapcolors(I,colorroles(I,{named}))"),
        written(_BACK.format(fixed=named)),
    )


def _fixed(problem: Problem) -> set[int]:
    """Colours that mean something by number: they are in every input, or every answer has them anew."""
    palettes = list(map(_palette, problem.inputs))
    new = [_palette(answer) - palette for answer, palette in zip(problem.answers, palettes, strict=False)]
    return set.intersection(*palettes) | set.intersection(*new)


def _palette(grid: Grid) -> set[int]:
    return {colour for row in grid for colour in row}


def _differ(inputs: tuple[Grid, ...], mappings: list[frozenset[tuple[int, int]]]) -> bool:
    """Whether some colour has different roles."""
    roles: dict[int, int] = {}
    for grid, mapping in zip(inputs, mappings, strict=True):
        palette = _palette(grid)
        for colour, role in mapping:
            if colour in palette and roles.setdefault(colour, role) != role:
                return True
    return False


def _named(colours: list[int]) -> str:
    """A set of colours as an expression."""
    text = "difference(initset(ZERO),initset(ZERO))"
    for number, colour in enumerate(colours):
        name = COLOURS[colour]
        text = f"insert({name},{text})" if number else f"initset({name})"
    return text
