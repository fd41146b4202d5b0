"""One task's search as a job: what it costs, and whether it hangs, crashes or eats memory, is that task's alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

from kagglebatt.dsl.types import Grid
from kagglebatt.running.job import Position
from kagglebatt.running.limit import Limits
from kagglebatt.running.outcome import Kind
from kagglebatt.running.validate import Verdict
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.rank import giving
from kagglebatt.search.result import Found, SearchResult
from kagglebatt.search.search import improvements
from kagglebatt.solving.verify import verify
from kagglebatt.tasks.task import Task

MOST_FOUND = 4
"""Programs of one task that are kept: what fits all demo pairs, or else what comes nearest."""
_HUNG = 0.3
"""Of the search's own seconds: a worker is given up that says nothing for ten times as long."""
_AGAIN = 0.25
"""Of the budget, for a search that ended its process: its programs are found again, to be run alone and filed."""


@dataclass(frozen=True)
class Searched:
    """What came of one task.

    Attributes:
        place: the task's, among those that are searched.
        attempts: for each test input what it should be, better ones first.
        found: programs, better ones first, each with the verdict on its body run alone.
        nodes: different grids by number of moves.
        work: moves applied and programs run.
        seconds: of the processor, the verdicts included.
        fault: what ended the search before its time; empty when nothing did.
        fitted: demo pairs that the best program fits, run alone or not yet.
        early: whether the search goes on, and this is what leads so far.
        leading: programs that give the attempts, better ones first, as the search ranks them.
        searching: of the seconds, those of the search alone.
        cut: whether the end of the time, or a signal, came before the search's own end.
    """

    place: int
    attempts: tuple[tuple[Grid, ...], ...] = ()
    found: tuple[tuple[Found, Verdict], ...] = ()
    nodes: tuple[int, ...] = ()
    work: int = 0
    seconds: float = 0.0
    fault: str = ""
    fitted: int = 0
    early: bool = False
    leading: tuple[Found, ...] = ()
    searching: float = 0.0
    cut: bool = False

    @property
    def best(self) -> Found | None:
        """The best program whose body does alone what the search says."""
        return next((found for found, verdict in self.found if verdict.agrees), None)


@dataclass(frozen=True)
class SearchJob:
    """The search on one task.

    Attributes:
        task: without test answers.
        alone_limits: what one program may use when it is run alone.
        fault: what ended an earlier try; then one result is asked for, and none comes early.
    """

    place: int
    task: Task
    knowledge: Knowledge
    budget: Budget
    alone_limits: Limits
    fault: str = ""

    @property
    def limits(self) -> Limits:
        """After how long without a word this process is taken for stuck."""
        return Limits(_HUNG * self.budget.seconds, self.alone_limits.memory)

    def perform(self, position: Position | None) -> Iterator[Searched]:
        """Search, and run what was found alone; attempts that lead so far come early."""
        if position is not None:
            position.set(self.place, 0)
        for result in improvements(self.task, self.knowledge, self.budget):
            if not self.fault:
                yield Searched(
                    self.place, result.attempts, work=result.work, seconds=result.seconds, fitted=_fitted(result),
                    early=True, leading=result.found,
                )  # fmt: skip
        cut = self.budget.over
        verified = tuple((found, verify(found, self.task, self.alone_limits)) for found in worth(result.found))
        seconds = result.seconds + sum(verdict.seconds for _, verdict in verified)
        if position is not None:
            position.clear()
        yield Searched(
            self.place, result.attempts, verified, result.nodes, result.work, seconds, self.fault, _fitted(result),
            leading=tuple(giving(result.found, result.attempts)), searching=result.seconds, cut=cut,
        )  # fmt: skip

    def alone(self, _place: int, _number: int) -> SearchJob:
        """The same with a smaller budget: it is known to end its process."""
        work = None if self.budget.work is None else max(1, int(_AGAIN * self.budget.work))
        smaller = replace(self.budget, seconds=_AGAIN * self.budget.seconds, work=work)
        return replace(self, budget=smaller, fault="its process ended; searched again with a quarter of the budget")

    def without(self, _differ: int) -> NoReturn:
        """A search has no differs."""
        raise NotImplementedError

    def ended(self, kind: Kind, seconds: float, by_clock: bool, took: float) -> Searched:
        """What is said of a search that ends its process again and again."""
        return Searched(self.place, seconds=took, fault=kind.value)


def _fitted(result: SearchResult) -> int:
    return max((each.fitted for each in result.found), default=0)


def worth(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Those that fit all demo pairs, or else the nearest; a few."""
    whole = [each for each in found if each.fitted == each.demos]
    return tuple((whole or [each for each in found if each.fitted])[:MOST_FOUND])
