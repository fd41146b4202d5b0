"""Segmentations: the samples of a task taken apart into objects, in one way for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kagglebatt.dsl.editing import switch
from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import following, joined, written
from kagglebatt.search.objects.evaluator import Evaluator, inserted
from kagglebatt.search.problem import Problem

MOST_OBJECTS = 40
"""In one sample; grids with more of them are not about objects."""
MOST_IN_ALL = 160
_EMPTIED = written("switch(I,ZERO,mostcolor(I))")
_RESTORED = written("switch(X,ZERO,mostcolor(I))")
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
class WorkingGrids:
    """What a program makes of all samples, and what is wanted in its colours; colour 0 counts as empty.

    Attributes:
        program: from the inputs; None for the inputs themselves.
        emptied: the most common colour of each input and 0 are exchanged, and must be again at the end.
    """

    program: Program | None
    grids: tuple[Grid, ...]
    answers: tuple[Grid, ...]
    cost: float = 0.0
    emptied: bool = False

    def after(self, step: Program) -> Program:
        """A program on these grids as one on the inputs, in the inputs' colours."""
        whole = following(self.program, step)
        return joined((whole, None), _RESTORED, ("X", "I")) if self.emptied else whole


@dataclass(frozen=True)
class Segmentation:
    """Every sample as objects.

    Attributes:
        working: the grids that ``X`` stands for.
        parts: the objects, ``L``, as an expression over ``X``.
        others: those that an object may be near to or like, ``M``.
        evaluators: of every sample, demo pairs first.
        objects: of every sample, each as a layer.
    """

    working: WorkingGrids
    parts: str
    others: str
    cost: float
    evaluators: tuple[Evaluator, ...]
    objects: tuple[tuple[Grid, ...], ...]

    def step(self, text: str) -> Program:
        """An expression over ``X``, ``L`` and ``M`` as a program on the working grids."""
        return written(inserted(inserted(text, {"L": self.parts, "M": self.others}), {"X": "I"}))


def working_grids(problem: Problem) -> Iterator[WorkingGrids]:
    """The inputs, and the inputs with their most common colour as the empty one."""
    grounds = [mostcolor(grid) for grid in problem.inputs]
    if any(0 in row for grid in problem.inputs for row in grid):
        yield WorkingGrids(None, problem.inputs, problem.answers)
    if any(grounds):
        grids = tuple(switch(grid, 0, ground) for grid, ground in zip(problem.inputs, grounds, strict=True))
        answers = tuple(switch(grid, 0, ground) for grid, ground in zip(problem.answers, grounds, strict=False))
        yield WorkingGrids(_EMPTIED, grids, answers, 0.3, True)


def segmentations(working: WorkingGrids, clock: Timer) -> Iterator[Segmentation]:
    """All ways to see objects in the samples of a task."""
    seen: set[object] = set()
    ways = [(text, "L", cost) for text, cost in _WAYS]
    for colour in _changing(working.grids, working.answers):
        name = COLOURS[colour]
        rest = f"layers(replace(X,{name},ZERO),T,T)"
        ways += [(text.format(c=name), rest, cost) for text, cost in _WAYS_OF_COLOUR]
    for parts, others, cost in ways:
        known = [Evaluator(clock, X=grid) for grid in working.grids]
        objects = tuple(evaluator.value(parts) for evaluator in known)
        if None in objects or objects in seen or not _are_few(objects) or not any(objects[: len(working.answers)]):
            continue
        seen.add(objects)
        among = [
            members if others == "L" else evaluator.value(others)
            for evaluator, members in zip(known, objects, strict=True)
        ]
        evaluators = tuple(
            Evaluator(clock, X=grid, L=members, M=rest)
            for grid, members, rest in zip(working.grids, objects, among, strict=True)
        )
        yield Segmentation(working, parts, parts if others == "L" else others, working.cost + cost, evaluators, objects)


def _are_few(objects: tuple[tuple[Grid, ...], ...]) -> bool:
    counts = list(map(len, objects))
    return 0 < max(counts) <= MOST_OBJECTS and sum(counts) <= MOST_IN_ALL


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
