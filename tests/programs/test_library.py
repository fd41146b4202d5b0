"""The shipped solvers and differs."""

from __future__ import annotations

import pytest

from kagglebatt.programs.batt import deal
from kagglebatt.programs.library import read_library
from kagglebatt.running.execute import execute, prepare
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import judged
from kagglebatt.tasks.load import load_tasks

LIBRARY = read_library()
SOLVERS = [named for named in LIBRARY if named.kind == "solve"]
DIFFERS = [named for named in LIBRARY if named.kind == "differ"]
TASKS = {task.id: task for task in load_tasks("arc1-training")}


def test_enough_are_shipped() -> None:
    """At least 64 solvers of training tasks and 5 differs, no two of them the same."""
    assert len(SOLVERS) >= 64
    assert len(DIFFERS) >= 5
    assert len({named.program.address for named in DIFFERS}) == len(DIFFERS)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda named: named.name)
def test_solver_is_right_on_every_pair(solver) -> None:
    """Demo and test pairs of its ARC-AGI-1 training task, run as it is judged: without the pair itself in ``S``."""
    plan = prepare(deal([((), solver.program)]))
    task = TASKS[solver.name]
    for sample in task.samples:
        (outcome,) = execute(plan, (task.pairs_for(sample), sample.input, None), 10.0)
        assert outcome.value == sample.answer


@pytest.mark.parametrize("differ", DIFFERS, ids=lambda named: named.name)
def test_differ_measures_closeness(differ) -> None:
    """1000 for the answer itself, 0 to 1000 for every input."""
    plan = prepare(deal([((), differ.program)]))
    for task in list(TASKS.values())[:60]:
        for sample in task.demo:
            for grid in (sample.answer, sample.input):
                (outcome,) = execute(plan, (task.pairs, grid, sample.answer), 1.0)
                value = judged(outcome)
                assert outcome.kind is Kind.VALUE
                assert value == 1000 if grid is sample.answer else value is not None
