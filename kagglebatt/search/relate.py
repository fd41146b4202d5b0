"""The stage of objects: scenes, what became of the objects in them, and programs that do the same."""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.running.limit import Timer
from kagglebatt.search.budget import Meter
from kagglebatt.search.fates import Fates
from kagglebatt.search.pieces import sizes
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.scenes import scenes

STAGE = "objects"


def relate(problem: Problem, meter: Meter, clock: Timer) -> Iterator[Found]:
    """Programs for objects that fit at least one demo pair."""
    demos = problem.demos
    if sizes(problem.inputs[:demos]) != sizes(problem.answers) or problem.inputs[:demos] == problem.answers:
        return
    colours = [colour for colour in problem.colours() if colour]
    seen: set[str] = set()
    for scene in scenes(problem, clock):
        for program, cost, pieces in Fates(scene, colours, meter).programs():
            if meter.used_up():
                return
            meter.spend()
            if program.address not in seen:
                seen.add(program.address)
                found = measured(program, problem, clock, STAGE, cost, 1, pieces)
                if found.fitted:
                    yield found
