"""Programs run on tasks in worker processes, within the same limits as an iteration's candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kagglebatt.api.outcomes import Outcomes, compared
from kagglebatt.api.tasks import as_tasks, warn
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.program import Program as Steps
from kagglebatt.running.execute import prepare
from kagglebatt.running.run import run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


def outcomes_of(name: str, steps: Steps, task: Task, timeout: float, memory: int) -> Outcomes:
    """Run a program on every sample of a task in a worker process; a hang or a crash costs that process alone."""
    (task,) = as_tasks(task)
    settings = Settings(jobs=1, timeout=timeout, memory=memory)
    with WorkerPool(settings, warn) as pool:
        ((_, scores),) = run_each([(steps, task)], pool)
    return compared(name, task, scores)


def run_each(
    pairs: Sequence[tuple[Steps, Task]], pool: WorkerPool, progress: Callable[[int], object] = lambda _done: None
) -> list[tuple[Task, list[SampleScore]]]:
    """Each program on every sample of its own task: the task, and the scores with the grids that were computed."""
    plans = {steps: prepare(deal([((), steps)])) for steps, _ in pairs}
    units = [Unit(plans[steps], task, sample) for steps, task in pairs for sample in task.samples]
    rows, _ = run(units, Batt((), ()), pool, progress, keep_answers=True)
    coming = iter(rows)
    return [(task, [next(coming)[0] for _ in task.samples]) for _, task in pairs]


def run_all(
    programs: Sequence[Steps],
    tasks: Sequence[Task],
    settings: Settings,
    progress: Callable[[int], object] = lambda _done: None,
) -> list[list[SampleScore]]:
    """The scores of programs on every sample of every task, in order: a row for each sample, in it one for each."""
    merged = deal(((str(place),), steps) for place, steps in enumerate(programs))
    column = {int(owner): number for number, output in enumerate(merged.outputs) for owner in output.owners}
    plan = prepare(merged)
    units = [Unit(plan, task, sample) for task in tasks for sample in task.samples]
    with WorkerPool(settings, warn) as pool:
        rows, _ = run(units, Batt((), ()), pool, progress)
    return [[row[column[place]] for place in range(len(programs))] for row in rows]
