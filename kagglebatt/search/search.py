"""The stages of a search on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.rank import attempts, ranked
from kagglebatt.search.recall import recall
from kagglebatt.search.result import Found, SearchResult
from kagglebatt.search.running import guarded
from kagglebatt.tasks.task import Task


def search(
    task: Task, knowledge: Knowledge, budget: Budget | None = None, notify: Notify = notify_nobody
) -> SearchResult:
    """Search for programs that solve a task, in this process, until they are found or the budget is used up.

    Args:
        task: answers of its test pairs are not looked at.
        notify: told at the end of each stage what was found.
    """
    problem = Problem.of(task)
    meter = Meter(budget or Budget())
    found: list[Found] = []
    seconds: dict[str, float] = {}
    with guarded() as clock:
        with _timed("recall", seconds):
            found += recall(problem, knowledge, meter, clock)
        notify(_said("recall", found))
    best = ranked(found)
    return SearchResult(best, attempts(best, problem), (), meter.work, meter.seconds, seconds)


def _said(stage: str, found: list[Found]) -> str:
    return f"{stage}: {sum(each.fitted == each.demos for each in found)} programs fit all demo pairs"


@contextmanager
def _timed(stage: str, seconds: dict[str, float]) -> Iterator[None]:
    started = thread_time()
    yield
    seconds[stage] = thread_time() - started
