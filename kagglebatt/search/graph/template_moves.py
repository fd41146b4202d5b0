"""Moves for tasks with templates: parts of most colours, of which other places have some colours alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from kagglebatt.dsl.types import Grid
from kagglebatt.running.limit import Timer
from kagglebatt.search.budget import Meter
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import GRID, Move, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.running import compiled, value_of

COST = 0.8
"""Little: each of these moves was seen to complete something in every demo pair."""
_EMPTIED = "switch(I,ZERO,mostcolor(I))"
_TEMPLATES = ("keepmost(layers({x},F,T),numcolors)", "keepmost(layers({x},F,F),numcolors)", "layers({x},F,F)")
_BOXED = "totuple(initset(paint(canvas(ZERO,shape({x})),toobject(backdrop(ofcolor({x},COLOUR)),{x}))))"
"""What lies in the box of all cells of one colour, whatever touches it from outside."""
_COMPLETED = "completed({x},{templates})"
_WAYS = (
    (_COMPLETED, 0.0),
    (f"unmasked({_COMPLETED},overlays({{templates}}))", 0.3),
    (f"unmasked({_COMPLETED},{{x}})", 0.6),
)
"""With what was there, without the templates, and what is new alone."""


def template_moves(problem: Problem, clock: Timer) -> Iterator[Move]:
    """Those that complete something in each demo pair; of ways to see templates that come to the same the first."""
    seen: set[tuple[Grid | None, ...]] = set()
    everywhere = set.intersection(*[set(chain.from_iterable(grid)) for grid in problem.inputs])
    boxed = [_BOXED.replace("COLOUR", COLOURS[colour]) for colour in sorted(everywhere - {0})]
    for ground in (_EMPTIED, "I"):
        for templates in (*_TEMPLATES, *boxed):
            call = compiled(written(_text(_COMPLETED, templates, ground)))
            values = tuple([value_of(call, clock, grid, ()) for grid in problem.inputs])
            changed = [value not in (None, grid) for value, grid in zip(values, problem.inputs, strict=True)]
            if values not in seen and all(changed[: problem.demos]):
                seen.add(values)
                for way, cost in _WAYS:
                    yield Move(written(_text(way, templates, ground)), GRID, GRID, COST + cost)


def completions(moves: Iterable[Move], problem: Problem, meter: Meter, clock: Timer) -> Iterator[Found]:
    """Those that are right on a demo pair by themselves: before all else, which may use up a small budget."""
    for move in moves:
        meter.spend()
        found = measured(move.program, problem, clock, "templates", move.cost, 1)
        if found.fitted:
            yield found


def _text(way: str, templates: str, ground: str) -> str:
    """A way on the input, its most common colour as the empty one where it is not 0 already."""
    text = way.format(x=ground, templates=templates.format(x=ground))
    return text if ground == "I" else f"switch({text},ZERO,mostcolor(I))"
