"""The stages of a search on one screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from time import thread_time

from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.running.limit import Timer
from kagglebatt.search.answers.explore import MARGIN, Explorer
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.cells.cells import cells
from kagglebatt.search.cells.growth import growth
from kagglebatt.search.climb import Climber
from kagglebatt.search.colour_roles import TaskInRoles, task_in_roles
from kagglebatt.search.graph.catalogue import catalogue
from kagglebatt.search.graph.graph import Graph
from kagglebatt.search.graph.mined import mined
from kagglebatt.search.graph.moves import Move
from kagglebatt.search.graph.size_moves import size_moves
from kagglebatt.search.graph.template_moves import completions, template_moves
from kagglebatt.search.invariants import Invariants
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.objects.objects import ObjectStage
from kagglebatt.search.problem import Problem
from kagglebatt.search.rank import Leaders, attempts
from kagglebatt.search.recall import recall
from kagglebatt.search.result import Found, SearchResult
from kagglebatt.search.running import guarded
from kagglebatt.tasks.task import Task

ROUNDS = (0.15, 0.4, 0.85)
"""Shares of the budget at which the graph pauses, and its pieces so far are stacked."""
IDEAS = (
    "recall", "objects", "steps", "mined", "sizes", "templates", "graph", "colours", "recolouring", "tiling",
    "choosing", "scaling", "growth", "cells", "stack", "subsets", "copies", "roles", "climb", "invariants",
)  # fmt: skip
"""Stages and ideas that can be left out, for measuring what they are worth."""
OWN = 0.6
"""Of these, where the task in roles is searched, too."""
ONCE = frozenset({"objects", "growth", "cells", "roles"})
"""Stages in which other tasks' programs have no part: on a task that was searched before they come to the same."""


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
        without: some of ``IDEAS``, to be left out.
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
    invariants = None if "invariants" in without else Invariants(problem)
    leaders = Leaders(problem, invariants)
    with guarded() as clock:
        stages = Stages(problem, knowledge.useful_for(task.digest), meter, clock, frozenset(without), notify)
        for each in stages.run():
            if leaders.add(each):
                yield SearchResult(leaders.found, leaders.attempts, (), meter.work, meter.seconds)
    best, levels = leaders.ranked, tuple(stages.levels)
    yield SearchResult(best, attempts(best, problem, invariants), levels, meter.work, meter.seconds, stages.seconds)


class Stages:
    """The stages of one search, one after another.

    Attributes:
        found: all programs so far.
        seconds: of the processor, by stage.
        levels: nodes by number of moves.
    """

    def __init__(
        self, problem: Problem, known: Knowledge, meter: Meter, clock: Timer, without: frozenset[str], notify: Notify
    ) -> None:
        self.problem, self.known, self.meter, self.clock = problem, known, meter, clock
        self.without, self.notify = without | (ONCE if known.searched else frozenset()), notify
        self.found: list[Found] = []
        self._works: list[int] = []
        self.seconds: dict[str, float] = {}
        self.levels: list[int] = []

    def run(self) -> Iterator[Found]:
        """Programs that fit at least one demo pair, as they are found."""
        common = self.meter, self.clock
        objects = ObjectStage(self.problem, *common)
        in_roles = None if "roles" in self.without else task_in_roles(self.problem)
        yield from self._stage("recall", recall(self.problem, self.known, *common))
        if any(each.fitted == each.demos and each.cost < -MARGIN for each in self.found):
            return  # what led before fits: no chain of moves could come near to it
        templates = [] if "templates" in self.without else list(template_moves(self.problem, self.clock))
        yield from self._stage("templates", completions(templates, self.problem, *common))
        if not self._fits_all:
            yield from self._stage("objects", objects.programs())
        explorer = self._explorer(objects, templates)
        for share in ROUNDS:
            yield from self._stage("graph", explorer.nodes(share if in_roles is None else OWN * share))
            if share == ROUNDS[0] and not explorer.settled:
                grown = growth(self.problem, explorer.pieces, *common)
                yield from self._stage("growth", map(explorer.note, grown))
            if share == ROUNDS[0] and not explorer.settled:
                yield from self._stage("cells", map(explorer.note, cells(self.problem, explorer.pieces, *common)))
            if not explorer.settled:
                yield from self._stage("stack", explorer.stacks())
            if explorer.settled:
                return
        del explorer  # its graph is as large as the next one
        if in_roles is not None:
            yield from self._stage("roles", self._by_roles(in_roles))
        if not self._fits_all:
            donors = [known.program for known in self.known.of_library.programs]  # the nearest of the filed are found
            climber = Climber(self.problem, donors, *common)
            yield from self._stage("climb", climber.climb([each.program for each in self.found]))

    @property
    def _fits_all(self) -> bool:
        return any(each.fitted == each.demos for each in self.found)

    def _explorer(self, objects: ObjectStage, templates: list[Move]) -> Explorer:
        """The graph, and what was found already, as if it had been found there."""
        moves = [
            *catalogue(self.problem),
            *(() if "steps" in self.without else objects.moves()),
            *(() if "sizes" in self.without else size_moves(self.problem, self.clock)),
            *templates,
        ]
        if "mined" not in self.without:
            moves += mined(self.known, beside=moves)
        graph = Graph(self.problem, moves, self.meter, self.clock, levels=self.levels)
        explorer = Explorer(self.problem, graph, self.meter, self.clock, self.without)
        for each, work in zip(self.found, self._works, strict=True):
            if objects.is_likely(each):
                explorer.note(each, work=work)
        return explorer

    def _by_roles(self, in_roles: TaskInRoles) -> Iterator[Found]:
        """The same stages on the task in roles, with a part of the budget of their own."""
        part = self.meter.part(ROUNDS[-1])
        without = self.without | {"roles", "climb"}
        stages = Stages(in_roles.problem, self.known.of_library, part, self.clock, without, notify_nobody)
        yield from in_roles.found(stages.run(), self.problem, self.clock)
        self.meter.spend(part.work)

    def _stage(self, stage: str, coming: Iterable[Found]) -> Iterator[Found]:
        """What one stage finds; its time, and what there is after it, are noted."""
        if stage in self.without:
            return
        started = thread_time()
        for each in coming:
            self.found.append(each)
            self._works.append(self.meter.work)
            yield each
        self.seconds[stage] = self.seconds.get(stage, 0.0) + thread_time() - started
        fit = sum(each.fitted == each.demos for each in self.found)
        self.notify(f"{stage}: {fit} programs fit all demo pairs")
