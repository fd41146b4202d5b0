"""The search as a whole: what it promises whatever it finds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kagglebatt import load_tasks
from kagglebatt.programs.library import read_library
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge, knowledge
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task


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
