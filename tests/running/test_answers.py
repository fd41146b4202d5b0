"""Answers travel from workers only where they were asked for, and only grids do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.execute import prepare
from kagglebatt.running.run import run
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

TEXTS = ("O = vmirror(I)", "O = height(I)", "O = first(ZERO)")


@pytest.mark.parametrize("backend", ["threading", "sequential"])
@pytest.mark.parametrize("keep", [True, False])
def test_answers_are_kept_where_asked_for(tiny_task: Task, backend: str, keep: bool, tmp_path: Path) -> None:
    """The grid beside its score, of a number only its type; nothing of a program that raised, or where nobody asked."""
    plan = prepare(deal([((text,), parse_program(text)) for text in TEXTS]))
    units = [Unit(plan, tiny_task, sample) for sample in tiny_task.samples]
    settings = Settings(offspring=0, home=tmp_path, jobs=1, backend=backend)
    with WorkerPool(settings, pytest.fail) as pool:
        scores, _ = run(units, Batt((), ()), pool, keep_answers=keep)
    expected = [[sample.answer if keep else None, None, None] for sample in tiny_task.samples]
    assert [[score.answer for score in row] for row in scores] == expected
    assert [score.fault for score in scores[0]] == ["", "int" if keep else "", "TypeError"]
    assert all(row[0].right and not row[1].right for row in scores)
