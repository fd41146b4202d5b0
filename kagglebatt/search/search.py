"""The stages of a search on one screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from time import thread_time

from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.catalogue import catalogue
from kagglebatt.search.cells import cells
from kagglebatt.search.climb import Climber
from kagglebatt.search.explore import Explorer
from kagglebatt.search.graph import Graph
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.mined import mined
from kagglebatt.search.problem import Problem
from kagglebatt.search.rank import Leaders, attempts, ranked
from kagglebatt.search.recall import recall
from kagglebatt.search.relate import Relater
from kagglebatt.search.result import Found, SearchResult
from kagglebatt.search.running import guarded
from kagglebatt.search.shapes import shaped
from kagglebatt.tasks.task import Task

ROUNDS = (0.15, 0.4, 0.85)
"""Shares of the budget at which the graph pauses, and its pieces so far are stacked."""


def search(
    task: Task,
    knowledge: Knowledge,
    budget: Budget | None = None,
    notify: Notify = notify_nobody,
    without: Collection[str] = (),
) -> SearchResult:
    """Search for programs that solve a task, in this process, until they are found or the budget is used up.

    Args:
        task: answers of its test pairs are not looked at.
        notify: told at the end of each stage what was found.
        without: stages and ideas to leave out, for measuring what they are worth.
    """
    *_, whole = improvements(task, knowledge, budget, notify, without)
    return whole


def improvements(
    task: Task,
    knowledge: Knowledge,
    budget: Budget | None = None,
    notify: Notify = notify_nobody,
    without: Collection[str] = (),
) -> Iterator[SearchResult]:
    """The same search: whenever the attempts change what leads so far, and at last the whole result.

    Args are those of ``search``.
    """
    problem = Problem.of(task)
    meter = Meter(budget or Budget())
    found: list[Found] = []
    seconds: dict[str, float] = {}
    noted = partial(_noted, found, Leaders(problem), meter)
    with guarded() as clock:
        relater = Relater(problem, meter, clock)
        with _stage("recall", seconds, found, notify):
            if "recall" not in without:
                yield from noted(recall(problem, knowledge, meter, clock))
        with _stage("objects", seconds, found, notify):
            if "objects" not in without:
                yield from noted(relater.relate())
        moves = [
            *catalogue(problem),
            *(() if "steps" in without else relater.moves()),
            *(() if "shaped" in without else shaped(problem, clock)),
            *(() if "mined" in without else mined(knowledge)),
        ]
        graph = Graph(problem, moves, meter, clock)
        explorer = Explorer(problem, graph, meter, clock, without)
        for each in found:
            explorer.note(each)
        for share in ROUNDS:
            with _stage("graph", seconds, found, notify):
                if "graph" not in without:
                    yield from noted(explorer.nodes(share))
            with _stage("cells", seconds, found, notify):
                if "cells" not in without and share == ROUNDS[0] and not explorer.settled:
                    yield from noted(map(explorer.note, cells(problem, explorer.pieces, meter, clock)))
            with _stage("stack", seconds, found, notify):
                if "stack" not in without and not explorer.settled:
                    yield from noted(explorer.stacks())
            if explorer.settled:
                break
        with _stage("climb", seconds, found, notify):
            if "climb" not in without and not _fits_all(found):
                climber = Climber(problem, [known.program for known in knowledge.programs], meter, clock)
                yield from noted(climber.climb([each.program for each in found]))
    best = ranked(found)
    yield SearchResult(best, attempts(best, problem), tuple(graph.levels), meter.work, meter.seconds, seconds)


def _noted(found: list[Found], leaders: Leaders, meter: Meter, coming: Iterable[Found]) -> Iterator[SearchResult]:
    """Add what comes to what was found; what leads, whenever the attempts change."""
    for each in coming:
        found.append(each)
        if leaders.add(each):
            yield SearchResult(leaders.found, leaders.attempts, (), meter.work, meter.seconds)


def _fits_all(found: list[Found]) -> bool:
    return any(each.fitted == each.demos for each in found)


@contextmanager
def _stage(stage: str, seconds: dict[str, float], found: list[Found], notify: Notify) -> Iterator[None]:
    started = thread_time()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + thread_time() - started
    notify(f"{stage}: {sum(each.fitted == each.demos for each in found)} programs fit all demo pairs")
