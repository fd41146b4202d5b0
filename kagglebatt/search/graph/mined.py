"""Moves mined from known programs: every part of one that leads from one grid to one grid.

Solvers of a library are written to be read, and each of their parts is a move. What searches filed is mostly made of
the written moves, and a part of it says little of other tasks until programs of several tasks have it: each of these
parts was a move once, and the searches of other tasks, thinned out by them, solved fewer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import log2

from kagglebatt.programs.program import Program, extract
from kagglebatt.search.graph.moves import GRID, Move
from kagglebatt.search.knowledge import Knowledge, Known

MOST_STEPS = 25
"""Longer parts are hardly ever right for another task."""
MOST_MOVES = 400
"""The library has 308; a home has thousands, and a search goes deeper with few."""
LEAST_TASKS = 3
"""So many tasks' programs must have a part that no program of the library has."""
_DEAREST, _CHEAPEST = 2.6, 1.2
_GRAIN = 0.25
"""Moves of equal cost are applied to a node one after another, and share their calls."""


@dataclass(frozen=True, slots=True)
class _Programs:
    """Known programs, equal to others when they have the same names: comparing their steps takes as long as mining."""

    names: tuple[tuple[str, str, str], ...]
    known: tuple[Known, ...] = field(compare=False)


def mined(knowledge: Knowledge, beside: Iterable[Move] = ()) -> Iterator[Move]:
    """A move for every part; the more tasks have a program with it, the cheaper.

    Args:
        beside: moves that there are already; only the library's parts are moves once more, at their own cost.
    """
    names = tuple([(known.program.address, known.task, known.content) for known in knowledge.programs])
    written = {move.program.address for move in beside}
    for move, filed in _moves(_Programs(names, knowledge.programs)):
        if not (filed and move.program.address in written):
            yield move


@lru_cache(maxsize=2)  # a process searches many tasks with the same known programs
def _moves(programs: _Programs) -> tuple[tuple[Move, bool], ...]:
    """Every move, and whether it is of filed programs alone."""
    of_library = {part for known in programs.known if not known.content for part in _parts_of(known.program.canonical)}
    counted = [
        (-count, len(part), part.body, part)
        for part, count in parts(Knowledge(programs.known)).items()
        if count >= LEAST_TASKS or part in of_library
    ]
    return tuple([(_move(part, -less), part not in of_library) for less, _, _, part in sorted(counted)[:MOST_MOVES]])


def _move(part: Program, count: int) -> Move:
    cost = max(_DEAREST - 0.4 * log2(count), _CHEAPEST) + 0.02 * len(part)
    return Move(part, GRID, GRID, round(cost / _GRAIN) * _GRAIN, trusted=False)


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
