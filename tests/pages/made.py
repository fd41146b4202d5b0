"""Homes made by hand, to make pages of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kagglebatt.home.archive import Filing
from kagglebatt.home.directory import open_home
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.tasks.task import Task

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
"""A name that a stranger could give, to have a script run."""


def file_one(home: Path, task: Task, text: str, right: int, report: dict[str, Any] | None = None) -> str:
    """File a program on a task as right on so many demo pairs; its md5."""
    body = parse_program(text, "test").body
    demos, tests = len(task.demo), len(task.test)
    scores = Scores(right, demos, tests if right == demos else 0, tests, 1000 * right // demos, ("value",) * 3, {})
    verdict = Verdict(body, task.id, scores, scores, 0.1)
    with open_home(home) as opened:
        number = opened.archive.next_iteration
        opened.archive.file(number, [Filing(verdict, "", "", task.digest)], [], report or {"iteration": number})
    return verdict.md5
