"""Scenes: the samples of a task taken apart into objects, in one way for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kagglebatt.dsl.editing import switch
from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.catalogue import COLOURS
from kagglebatt.search.moves import written
from kagglebatt.search.problem import Problem
from kagglebatt.search.sight import Sight, inserted

MOST_OBJECTS = 40
"""In one sample; grids with more of them are not about objects."""
MOST_IN_ALL = 160
_EMPTIED = "switch(I,ZERO,mostcolor(I))"
_WAYS = (
    ("layers(X,T,T)", 0.2),
    ("layers(X,T,F)", 0.2),
    ("layers(X,F,T)", 0.2),
    ("layers(X,F,F)", 0.4),
    ("layers(negative(X),T,F)", 0.5),
    ("colorlayers(X)", 0.5),
)
_WAYS_OF_COLOUR = (("layers(keepcolor(X,{c}),T,F)", 0.5), ("layers(keepcolor(X,{c}),T,T)", 0.6))


@dataclass(frozen=True)
class Scene:
    """Every sample as objects.

    Attributes:
        base: the expression that ``X`` stands for, whose colour 0 is empty.
        parts: the objects, ``L``, as an expression over ``X``.
        others: those that an object may be near to or like, ``M``.
        sights: of every sample, demo pairs first.
        objects: of every sample, each as a layer.
        answers: of the demo pairs, with colours as in ``X``.
    """

    base: str
    parts: str
    others: str
    cost: float
    sights: tuple[Sight, ...]
    objects: tuple[tuple[Grid, ...], ...]
    answers: tuple[Grid, ...]

    def program(self, text: str, restored: bool) -> Program:
        """An expression over ``X``, ``L`` and ``M`` as a program; ``restored``: its colours are those of ``X``."""
        inner = inserted(inserted(text, {"L": self.parts, "M": self.others}), {"X": self.base})
        return written(inserted_back(inner) if restored and self.base != "I" else inner)


def inserted_back(text: str) -> str:
    """The expression with the colours as they were before the most common one was made the empty one."""
    return f"switch({text},ZERO,mostcolor(I))"


def scenes(problem: Problem, clock: Timer) -> Iterator[Scene]:
    """All ways to see objects in the samples of a task."""
    seen: set[object] = set()
    grounds = [mostcolor(grid) for grid in problem.inputs]
    if any(0 in row for grid in problem.inputs for row in grid):
        yield from _of_base("I", problem.inputs, problem.answers, 0.0, clock, seen)
    if any(grounds):
        bases = tuple(switch(grid, 0, ground) for grid, ground in zip(problem.inputs, grounds, strict=True))
        answers = tuple(switch(grid, 0, ground) for grid, ground in zip(problem.answers, grounds, strict=False))
        yield from _of_base(_EMPTIED, bases, answers, 0.3, clock, seen)


def _of_base(
    base: str, grids: tuple[Grid, ...], answers: tuple[Grid, ...], cost: float, clock: Timer, seen: set[object]
) -> Iterator[Scene]:
    colours = _changing(grids, answers)
    ways = [(text, "L", extra) for text, extra in _WAYS]
    for colour in colours:
        name = COLOURS[colour]
        rest = f"layers(replace(X,{name},ZERO),T,T)"
        ways += [(text.format(c=name), rest, extra) for text, extra in _WAYS_OF_COLOUR]
    for parts, others, extra in ways:
        known = [Sight(clock, X=grid) for grid in grids]
        objects = tuple(sight.value(parts) for sight in known)
        if None in objects or not 0 < max(map(len, objects)) <= MOST_OBJECTS or objects in seen:
            continue
        if sum(map(len, objects)) > MOST_IN_ALL or not any(objects[: len(answers)]):
            continue
        seen.add(objects)
        among = [
            members if others == "L" else sight.value(others) for sight, members in zip(known, objects, strict=True)
        ]
        sights = tuple(
            Sight(clock, X=grid, L=members, M=rest) for grid, members, rest in zip(grids, objects, among, strict=True)
        )
        yield Scene(base, parts, parts if others == "L" else others, cost + extra, sights, objects, answers)


def _changing(grids: tuple[Grid, ...], answers: tuple[Grid, ...]) -> list[int]:
    """The colours but 0 of cells whose colour is another one in the answer; those of all, where sizes differ."""
    found: set[int] = set()
    for grid, answer in zip(grids, answers, strict=False):
        if len(grid) == len(answer) and len(grid[0]) == len(answer[0]):
            for row, line in zip(grid, answer, strict=True):
                found |= {a for a, b in zip(row, line, strict=True) if a != b}
        else:
            found |= set().union(*grid)
    return sorted(found - {0})
