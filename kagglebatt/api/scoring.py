"""Running one program to look at it, and scoring many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from kagglebatt.api.outcomes import Outcomes
from kagglebatt.api.program import Program, as_program, as_programs
from kagglebatt.api.progress import progress_bar
from kagglebatt.api.table import Table
from kagglebatt.api.tasks import as_tasks
from kagglebatt.api.trial import run_all
from kagglebatt.running.score import SampleScore, add_up
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


def run(
    program: Program | str, task: Task, timeout: float = Settings.timeout, memory: int = Settings.memory
) -> Outcomes:
    """Run a program on every sample of a task; the outcomes show themselves beside the expected answers.

    It is run in a process of its own, so that a program that hangs, crashes or eats memory costs nothing but its own
    score.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> kb.run("O = hmirror(I)", task)
    program on task 67a3c6ac: right on 0 of 3 demo pairs and 0 of 1 test pair
      demo 1: wrong
      demo 2: wrong, 34.6% of cells agree
      demo 3: wrong, 22.2% of cells agree
      test 1: wrong, 33.3% of cells agree

    Args:
        program: a solver, or its text.
        timeout: seconds that it may take on one sample.
        memory: MiB that it may need on one sample.

    Raises:
        ProgramError: the text is no program.
        TaskError: the task is none.
    """
    return as_program(program).run(task, timeout, memory)


def score(
    programs: Program | str | Iterable[Program | str],
    tasks: Task | Iterable[Task],
    timeout: float = Settings.timeout,
    memory: int = Settings.memory,
    jobs: int = Settings.jobs,
    backend: str = Settings.backend,
    progress: bool = True,
) -> Table:
    """Score every program on every task: a row each, programs in order, tasks in order.

    ``o_score`` counts the demo pairs that were reproduced exactly, ``test_score`` the test pairs; ``similarity`` is the
    mean over demo pairs of cells that agree, per thousand.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> table = kb.score(["O = vmirror(I)", "O = rot90(I)"], task)
    >>> table.column("o_score"), table.column("outcomes")
    ([3, 0], ['4 value', '4 value'])

    Args:
        timeout: seconds that one program may take on one sample.
        memory: MiB that it may need.
        jobs: worker processes; -1 for one per processor.
        backend: who does the work; one of those of ``Settings``.
        progress: show a bar in a terminal or in a notebook with widgets, elsewhere a line every ten seconds.

    Raises:
        ProgramError: a text is no program.
        TaskError: a task is none.
    """
    settings = Settings(timeout=timeout, memory=memory, jobs=jobs, backend=backend)
    chosen = as_programs(programs)
    for program in chosen:
        program.check_solver()
    of = as_tasks(tasks)
    scores = _scores(chosen, of, settings, progress)
    rows = (
        _row(program, task, own[place])
        for place, program in enumerate(chosen)
        for task, own in zip(of, scores, strict=True)
    )
    return Table("scores", rows)


def _scores(
    programs: Iterable[Program], tasks: Sequence[Task], settings: Settings, progress: bool
) -> list[list[list[SampleScore]]]:
    """For each task, for each program, the score of each sample."""
    steps = [program.steps for program in programs]
    total, done = len({each.address for each in steps}) * sum(len(task.samples) for task in tasks), 0
    with progress_bar(progress) as advance:

        def count(more: int) -> None:
            nonlocal done
            done += more
            advance("score", done, total)

        rows = run_all(steps, tasks, settings, count) if steps and tasks else []
    coming = iter(rows)
    by_task = [[next(coming) for _ in task.samples] for task in tasks] if rows else [[] for _ in tasks]
    return [[[row[place] for row in own] for place in range(len(steps))] for own in by_task]


def _row(program: Program, task: Task, samples: list[SampleScore]) -> dict[str, Any]:
    demos = len(task.demo)
    scores = add_up(samples[:demos], samples[demos:], ())
    return {
        "program": program.name,
        "task": task.id,
        "o_score": scores.o_score,
        "demos": scores.demos,
        "test_score": scores.test_score,
        "tests": scores.tests,
        "similarity": scores.similarity,
        "outcomes": ", ".join(f"{count} {outcome}" for outcome, count in Counter(scores.outcomes).items()),
        "steps": len(program.steps.canonical),
        "seconds": sum(each.seconds for each in samples),
        "md5": program.md5,
    }
