"""Answers for tasks that nobody has solved, from a notebook: they show themselves as pictures, with their program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import overload

from kagglebatt.api.program import Program
from kagglebatt.api.progress import progress_bar
from kagglebatt.api.tasks import as_tasks, warn
from kagglebatt.dsl.types import Grid
from kagglebatt.errors import StoppedError
from kagglebatt.markup import block, line, plural, table
from kagglebatt.settings import Settings
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.job import Searched
from kagglebatt.solving.solve import solve as solve_all
from kagglebatt.tasks.challenges import as_challenges
from kagglebatt.tasks.picture import Gallery
from kagglebatt.tasks.task import Sample, Task

_MOST_DRAWN = 10


@dataclass(frozen=True, repr=False)
class Answer:
    """What a search makes of one task; a notebook shows its attempts beside the test inputs, and the program.

    Attributes:
        task: as it was given.
        attempts: for each test input at most two grids, the better one first.
        program: the best that was found, run alone; None without one.
        fitted: demo pairs that it reproduces.
        stage: that found it; empty without one.
        depth: moves one after another in it.
        pieces: grids that it paints over each other; 1 when it paints none.
        nodes: different grids that were looked at, by number of moves.
        seconds: of the processor.
    """

    task: Task
    attempts: tuple[tuple[Grid, ...], ...] = field(default=(), compare=False)
    program: Program | None = None
    fitted: int = 0
    stage: str = ""
    depth: int = 0
    pieces: int = 0
    nodes: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether the program reproduces every demo pair."""
        return self.fitted == len(self.task.demo)

    def __repr__(self) -> str:
        deep = f", {plural(self.depth, 'move')} deep" if self.depth else ""
        found = f"by {self.stage}{deep}" if self.program else "no program"
        return f"<answer to {self.task.id}: {self.fitted} of {plural(len(self.task.demo), 'demo pair')}, {found}>"

    def _repr_html_(self) -> str:
        groups = tuple(tuple(self._group(number, sample)) for number, sample in enumerate(self.task.test))
        looked = [(f"after {plural(depth, 'move')}", count) for depth, count in enumerate(self.nodes)]
        parts = [Gallery("", groups)._repr_html_()]
        if looked:
            parts.append(table(("", "different grids"), looked))
        if self.program is not None:
            parts.append(self.program._repr_html_())
        return block(repr(self)[1:-1], *parts)

    def _group(self, number: int, sample: Sample) -> Iterator[tuple[str, Grid | None]]:
        yield f"test {number + 1} input", sample.input
        for place, grid in enumerate(self.attempts[number] if number < len(self.attempts) else (), 1):
            right = "" if sample.answer is None else ", right" if grid == sample.answer else ", wrong"
            yield f"attempt {place}{right}", grid


class Answers(tuple[Answer, ...]):
    """Answers in the tasks' order; a notebook shows the first ten."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{plural(len(self), 'answer')}, {sum(each.fits for each in self)} fit all demo pairs>"

    def _repr_html_(self) -> str:
        left = len(self) - _MOST_DRAWN
        more = [line(f"and {left:,} more")] if left > 0 else []
        return block(repr(self)[1:-1], *(each._repr_html_() for each in self[:_MOST_DRAWN]), *more)


@overload
def solve(
    tasks: Task, *, seconds: float | None = ..., work: int | None = ..., minutes: float | None = ...,
    patient: bool = ..., home: str | Path | None = ..., output: str | Path | None = ..., jobs: int = ...,
    progress: bool = ...,
) -> Answer: ...  # fmt: skip
@overload
def solve(
    tasks: Iterable[Task], *, seconds: float | None = ..., work: int | None = ..., minutes: float | None = ...,
    patient: bool = ..., home: str | Path | None = ..., output: str | Path | None = ..., jobs: int = ...,
    progress: bool = ...,
) -> Answers: ...  # fmt: skip
def solve(
    tasks: Task | Iterable[Task],
    *,
    seconds: float | None = None,
    work: int | None = None,
    minutes: float | None = None,
    patient: bool = False,
    home: str | Path | None = None,
    output: str | Path | None = None,
    jobs: int = Settings.jobs,
    progress: bool = True,
) -> Answer | Answers:
    """Search a program for each task, and answer its test inputs; each is searched in a process of its own.

    Answers of test inputs, where tasks have them, are taken away before anything is searched.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> answer = kb.solve(task, work=1000)
    >>> answer.fits, answer.attempts[0][0] == task.test[0].answer
    (True, True)

    Args:
        tasks: one task, or many.
        seconds: of the processor for each task at most; 60, or its part of ``minutes``.
        work: moves and programs tried for each task; the same answers on every machine.
        minutes: for all tasks together.
        patient: search on until the seconds are used up, however little there is to be expected.
        home: where what is found is filed, and what earlier searches found is taken from; nowhere when None.
        output: also write a submission in the ARC Prize's form there.
        jobs: worker processes; -1 for one per processor.
        progress: show how far it is.

    Raises:
        KagglebattError: tasks, home or output cannot be used.
        StoppedError: it was interrupted; everything found is filed and written.
    """
    chosen = as_tasks(tasks)
    place = None if output is None else Path(output)
    with _home(home) as folder, progress_bar(progress) as told:
        settings = Settings(home=folder, jobs=jobs)
        budget = SolveBudget(seconds, work, minutes, patient)
        report = solve_all(as_challenges(chosen), settings, budget, place, told, warn)
    if report.stopped not in ("", "time budget"):
        raise StoppedError(report.stopped)
    found = Answers(_answer(task, report.known.get(task.id)) for task in chosen)
    return found[0] if isinstance(tasks, Task) else found


@contextmanager
def _home(home: str | Path | None) -> Iterator[Path]:
    if home is not None:
        yield Path(home)
        return
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        yield Path(folder)


def _answer(task: Task, done: Searched | None) -> Answer:
    if done is None:
        return Answer(task)
    best = done.best
    if best is None:
        return Answer(task, done.attempts, nodes=done.nodes, seconds=done.seconds)
    program = Program(task.id, "solve", best.program)
    return Answer(
        task, done.attempts, program, best.fitted, best.stage, best.depth, best.pieces, done.nodes, done.seconds
    )
