"""A program that a search found, alone: its body's text is parsed again and run by itself on every sample."""

from __future__ import annotations

from dataclasses import replace

from kagglebatt.notify import notify_nobody
from kagglebatt.programs.batt import deal
from kagglebatt.programs.inline import read_body
from kagglebatt.programs.program import md5
from kagglebatt.running.execute import prepare
from kagglebatt.running.limit import Limits
from kagglebatt.running.run import run
from kagglebatt.running.score import add_up
from kagglebatt.running.validate import Verdict
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.search.result import Found
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


def verify(found: Found, task: Task, limits: Limits) -> Verdict:
    """The verdict on what a search claims: pairs fitted, and each answer to a test input; run in this process.

    Args:
        task: without test answers.
        limits: for one sample.
    """
    body = found.program.body
    plan = prepare(deal([((), read_body(body, md5(body)))]))
    settings = Settings(backend="sequential", jobs=1, timeout=limits.seconds, memory=limits.memory >> 20)
    with WorkerPool(settings, notify_nobody) as pool:
        scored, _ = run([Unit(plan, task, each) for each in task.samples], deal([]), pool, keep_answers=True)
    marks = [only for (only,) in scored]
    demos, tests = marks[: len(task.demo)], marks[len(task.demo) :]
    measured = add_up(demos, tests, ())
    claimed = replace(measured, o_score=found.fitted)
    if tuple(mark.answer for mark in tests) != found.answers:
        claimed = replace(claimed, outcomes=tuple(f"{each}, other than claimed" for each in claimed.outcomes))
    seconds = sum(mark.seconds for mark in marks)
    return Verdict(body, task.id, claimed, measured, seconds, unsure=any(mark.unsure for mark in marks))
