"""What solving a set came to: a row for each task, and totals. No test answer is known here."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kagglebatt import __version__
from kagglebatt.markup import plural
from kagglebatt.programs.program import md5
from kagglebatt.solving.job import Searched
from kagglebatt.tasks.challenges import Challenges
from kagglebatt.tasks.task import Task

COLUMNS = ("task", "demo pairs", "stage", "depth", "pieces", "seconds", "program")


@dataclass
class SolveReport:
    """What is known so far.

    Attributes:
        searched: what came of each task, by id, in the order in which they were done.
        cut: the same of those whose search was cut before it had come to its end: what led.
        jobs: worker processes.
        wall: seconds of the clock.
        stopped: why it ended before all tasks were searched.
        filed: solvers that were new in the home.
        again: tasks that were searched before, and for which a part of the work was enough.
        disagreements: programs that did alone something else than in the search.
        home: where it is filed.
    """

    challenges: Challenges
    jobs: int = 1
    searched: dict[str, Searched] = field(default_factory=dict)
    cut: dict[str, Searched] = field(default_factory=dict)
    wall: float = 0.0
    stopped: str = ""
    filed: int = 0
    again: int = 0
    disagreements: list[str] = field(default_factory=list)
    home: Path = Path()

    def add(self, task: Task, done: Searched) -> None:
        """One more task is done."""
        self.searched[task.id] = done

    def add_led(self, task: Task, done: Searched) -> None:
        """What led on a task: better than its end, or there was none."""
        (self.searched if task.id in self.searched else self.cut)[task.id] = done

    @property
    def known(self) -> dict[str, Searched]:
        """All of both, in the set's order."""
        both = {**self.cut, **self.searched}
        return {task_id: both[task_id] for task_id in self.challenges.tests if task_id in both}

    def fitting(self) -> dict[str, int]:
        """How many tasks fit ``all``, ``some`` or ``none`` of their demo pairs, and how many were ``left`` or had a
        ``fault``; a task with a fault that fits some is counted under both.
        """
        counts = Counter(fit_of(done) for done in self.known.values())
        faults = sum(bool(done.fault) for done in self.known.values())
        left = len(self.challenges.tests) - len(self.known)
        return {"all": counts["all"], "some": counts["some"], "none": counts["none"], "left": left, "fault": faults}

    def stages(self) -> dict[str, int]:
        """How many tasks that fit all demo pairs each stage's program answers."""
        bests = [done.best for done in self.known.values() if fit_of(done) == "all"]
        return dict(sorted(Counter(best.stage for best in bests if best is not None).items()))

    @property
    def cpu(self) -> float:
        """Processor seconds of all searches."""
        return sum(done.seconds for done in self.known.values())

    def as_json(self) -> dict[str, Any]:
        """Totals, and a row for each task in the set's order."""
        return {
            "tasks": len(self.challenges.tests), "tests": sum(self.challenges.tests.values()),
            "fitted": self.fitting(), "stages": self.stages(), "cpu_seconds": round(self.cpu, 3),
            "wall_seconds": round(self.wall, 3), "jobs": self.jobs, "stopped": self.stopped, "filed": self.filed,
            "disagreements": self.disagreements, "kagglebatt": __version__, "python": platform.python_version(),
            "cut": sum(done.cut for done in self.known.values()), "again": self.again,
            "answers": [row(task_id, done) for task_id, done in self.known.items()],
        }  # fmt: skip

    def as_iteration(self) -> dict[str, Any]:
        """What the home's history keeps of it."""
        figures = {name: value for name, value in self.as_json().items() if name not in ("answers", "disagreements")}
        solved = {"solved_demo": self.fitting()["all"], "solved_test": 0}
        return {**figures, **solved, "seed": 0, "candidates": 0, "executed": 0, "timeouts": 0, "seconds": self.wall}

    def lines(self) -> Iterator[str]:
        """The table at the end, as text."""
        yield from totals(self.as_json())
        times = sorted(done.seconds for done in self.known.values())
        if times:
            yield (
                f"{self.cpu:,.1f} processor seconds in {self.wall:,.1f} s; a task took {times[len(times) // 2]:.2f} s "
                f"in the median, {times[-1]:.2f} s at most"
            )
        yield f"{plural(self.filed, 'solver')} new in the home"
        for each in self.disagreements:
            yield f"a program did alone something else than in the search, and is not filed: {each}"


def totals(figures: Mapping[str, Any]) -> Iterator[str]:
    """How many tasks fit, and by which stage, as lines.

    Args:
        figures: those of ``SolveReport.as_json``, or of ``SolveReport.as_iteration``.
    """
    fit = figures["fitted"]
    yield f"{plural(figures['tasks'], 'task')}, {plural(figures['tests'], 'test input')}"
    for name, words in (
        ("all", "fit all demo pairs"), ("some", "fit some"), ("none", "fit none"), ("left", "not searched"),
        ("fault", "ended their process, or ran out of their limits"),
    ):  # fmt: skip
        if fit[name] or name in ("all", "some", "none"):
            yield f"{fit[name]:>7,}  {words}"
    if figures.get("cut"):
        yield f"{figures['cut']:>7,}  cut before their search had come to its end; what led is counted above"
    if figures.get("again"):
        yield f"{figures['again']:>7,}  searched before: gone on with from what led then, for a part of the work"
    for stage, count in figures["stages"].items():
        yield f"{count:>7,}  fit by {stage}"


def kernel_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """What a kernel's report says, as lines."""
    yield from totals(figures)
    yield f"{figures['cpu_seconds']:,.1f} processor seconds in {figures['wall_seconds']:,.1f} s"


def row(task_id: str, done: Searched) -> dict[str, Any]:
    """One task's row."""
    best = done.best
    body = "" if best is None else best.program.body
    return {
        "task": task_id, "fitted": 0 if best is None else best.fitted, "demos": 0 if best is None else best.demos,
        "stage": "" if best is None else best.stage, "depth": 0 if best is None else best.depth,
        "pieces": 0 if best is None else best.pieces, "nodes": list(done.nodes), "work": done.work,
        "seconds": round(done.seconds, 3), "fault": done.fault, "cut": done.cut,
        "md5": md5(body) if body else "", "program": body,
    }  # fmt: skip


def fit_of(done: Searched) -> str:
    """``all``, ``some`` or ``none`` of the demo pairs."""
    best = done.best
    return "none" if best is None or not best.fitted else "all" if best.fitted == best.demos else "some"
