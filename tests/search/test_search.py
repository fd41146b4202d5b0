"""The search as a whole: what it promises whatever it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

import kagglebatt.search.recall as recall_module
import kagglebatt.search.search as search_module
from kagglebatt import load_tasks
from kagglebatt.programs.library import read_library
from kagglebatt.programs.program import Program
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge, Known, knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.result import Found
from kagglebatt.search.running import guarded
from kagglebatt.search.search import ONCE, search
from kagglebatt.tasks.task import Sample, Task


@pytest.fixture(scope="module")
def library() -> Knowledge:
    return knowledge(read_library())


def task_of(name: str) -> Task:
    (task,) = load_tasks("arc1-training", ids=[name])
    return task


def poisoned(task: Task) -> Task:
    """The same task with other answers of its test pairs."""
    return replace(task, test=tuple(replace(sample, answer=((7,),)) for sample in task.test))


def test_a_known_program_is_recalled(library: Knowledge) -> None:
    """It fits all pairs, and its answer is the first attempt."""
    task = task_of("67a3c6ac")
    result = search(task, library, Budget(work=400))
    assert result.found[0].fitted == len(task.demo)
    assert result.attempts[0][0] == task.test[0].answer


def test_what_is_known_is_soon_told(library: Knowledge) -> None:
    """Where a known program fits, little work is spent on a better one, however large the budget."""
    result = search(task_of("67a3c6ac"), library, Budget(work=1_000_000))
    assert result.work < 5_000


def test_poisoned_answers_change_nothing(library: Knowledge) -> None:
    """Neither other answers of test pairs nor missing ones."""
    task = task_of("67a3c6ac")
    left = library.without([task.id])
    results = [search(each, left, Budget(work=400)) for each in (task, poisoned(task))]
    assert results[0].found == results[1].found
    assert results[0].attempts == results[1].attempts


def test_there_is_always_an_attempt() -> None:
    """With nothing known and no budget too."""
    task = task_of("67a3c6ac")
    result = search(task, Knowledge(), Budget(work=0))
    assert [len(each) for each in result.attempts] == [1]


def test_what_fitted_before_ends_the_search(library: Knowledge) -> None:
    """After the known programs, without a single move."""
    task = task_of("67a3c6ac")
    first = search(task, library, Budget(work=400))
    again = search(task, Knowledge(led=first.found, searched=True), Budget(work=400))
    assert (again.attempts, again.nodes, again.work) == (first.attempts, (), len(first.found))


def test_what_needs_no_other_programs_is_done_once() -> None:
    """On a task on which nothing was found, its stages are those in which what was learnt on others has a part."""
    task = task_of("67a3c6ac")
    nothing = replace(task, demo=tuple(replace(sample, answer=sample.input[:1] * 2) for sample in task.demo))
    first = search(nothing, Knowledge(), Budget(work=50))
    again = search(nothing, Knowledge(searched=True), Budget(work=50))
    assert first.stage_seconds.keys() & ONCE == {"objects", "growth", "cells"}
    assert first.stage_seconds.keys() - again.stage_seconds.keys() == first.stage_seconds.keys() & ONCE


def test_colours_in_roles_are_for_the_library_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of other tasks are about colours as they are, and would take the work that is left there."""
    asked = []

    def noted(problem: Problem, known: Knowledge, *common: object) -> Iterator[Found]:
        asked.append([each.name for each in known.programs])
        return iter(())

    monkeypatch.setattr(search_module, "recall", noted)
    known = Knowledge((Known("filed", "a", "grids", written("rot90(I)")), Known("mine", "b", "", written("trim(I)"))))
    grids = [((1, 1), (0, 2)), ((2, 2), (0, 3))]
    demo = tuple(Sample("demo", place, grid, ((5, 6, 7),)) for place, grid in enumerate(grids))
    task = Task("in roles", demo, (Sample("test", 0, ((3, 3), (0, 1)), None),))
    search(task, known, Budget(work=100), without=["objects", "cells"])
    assert asked == [["filed", "mine"], ["mine"]]


def test_climbing_begins_with_the_nearest_of_what_was_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are right on a pair were found; all others of a home would take seconds, and led nowhere."""
    asked = []

    class Noted:
        def __init__(self, _problem: Problem, donors: list[Program], *_common: object) -> None:
            asked.append(("donors", [donor.body for donor in donors]))

        def climb(self, begin: list[Program]) -> Iterator[Found]:
            asked.append(("begin", [program.body for program in begin]))
            return iter(())

    monkeypatch.setattr(search_module, "Climber", Noted)
    texts = {"near": "rot90(I)", "far": "trim(I)", "mine": "dmirror(I)"}
    contents = {"near": "grids", "far": "others", "mine": ""}
    known = Knowledge(tuple(Known(name, name, contents[name], written(text)) for name, text in texts.items()))
    demo = (Sample("demo", 0, ((1, 2), (3, 4)), ((3, 1), (4, 2))), Sample("demo", 1, ((5,),), ((6, 7),)))
    task = Task("half", demo, (Sample("test", 0, ((8,),), None),))
    search(task, known, Budget(work=50), without=["graph", "objects", "cells", "stack", "roles"])
    assert asked == [("donors", [written("dmirror(I)").body]), ("begin", [written("rot90(I)").body])]


def test_filed_programs_take_no_work_from_other_stages() -> None:
    """With or without a home the same is left."""
    problem = Problem.of(task_of("67a3c6ac"))
    worked = []
    for content in ("grids", ""):
        known = [Known(name, name, content, written(f"{name}(I)")) for name in ("trim", "core", "rot90")]
        meter = Meter(Budget(work=10))
        with guarded() as clock:
            list(recall_module.recall(problem, Knowledge(tuple(known)), meter, clock))
        worked.append(meter.work)
    assert worked == [0, 3]


def test_filed_programs_do_not_take_all_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of it; then it is the library's turn."""
    ticks = count()
    meter = Meter(Budget(seconds=100.0), clock=lambda: next(ticks))
    tried: list[int] = []
    monkeypatch.setattr(recall_module, "tried", lambda program, *_rest: tried.append(len(program)))
    programs = [written("trim(" * steps + "I" + ")" * steps) for steps in range(1, 32)]
    known = [Known("", "", "grids" if len(program) < 31 else "", program) for program in programs]
    with guarded() as clock:
        list(recall_module.recall(Problem.of(task_of("67a3c6ac")), Knowledge(tuple(known)), meter, clock))
    assert (tried[0], tried[-1]) == (1, 31)
    assert len(tried) <= 10
