"""Moves mined from known programs: every part of one that leads from one grid to one grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import log2

from kagglebatt.programs.program import Program, extract
from kagglebatt.search.graph.moves import GRID, Move
from kagglebatt.search.knowledge import Knowledge

MOST_STEPS = 25
"""Longer parts are hardly ever right for another task."""
MOST_MOVES = 400
"""The library has 308; a home has thousands, and a search goes deeper with few."""
_DEAREST, _CHEAPEST = 2.6, 1.2
_GRAIN = 0.25
"""Moves of equal cost are applied to a node one after another, and share their calls."""


def mined(knowledge: Knowledge) -> Iterator[Move]:
    """A move for every part; the more tasks have a program with it, the cheaper."""
    counted = sorted(parts(knowledge).items(), key=lambda item: (-item[1], len(item[0]), item[0].body))
    for part, count in counted[:MOST_MOVES]:
        cost = max(_DEAREST - 0.4 * log2(count), _CHEAPEST) + 0.02 * len(part)
        yield Move(part, GRID, GRID, round(cost / _GRAIN) * _GRAIN, trusted=False)


def parts(knowledge: Knowledge) -> Counter[Program]:
    """Every part of the known programs, with the number of tasks that have a program with it.

    A home has several programs of one task, much alike: together they say no more than one.
    """
    found: dict[Program, set[str]] = {}
    for known in knowledge.programs:
        for part in _parts_of(known.program.canonical):
            found.setdefault(part, set()).add(known.task or known.content or known.name)
    return Counter({part: len(tasks) for part, tasks in found.items()})


@lru_cache(maxsize=20_000)  # a process searches many tasks with nearly the same known programs
def _parts_of(program: Program) -> tuple[Program, ...]:
    found = []
    for place, step in enumerate(program.steps):
        part = extract(program.steps, program.addresses, place)
        leads = place == len(program) - 1 or step.result_type == "Grid"
        if leads and len(part) <= MOST_STEPS and "I" in part.names and "S" not in part.names:
            found.append(part)
    return tuple(found)
