"""What is known of a hand's candidates, and running those of which nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from kagglebatt.home.cache import Cache
from kagglebatt.home.recall import CachedResult, look_up, verdict_key
from kagglebatt.iteration.progress import Progress, StageProgress
from kagglebatt.report import Report
from kagglebatt.running.execute import Plan, prepare
from kagglebatt.running.run import Timing, run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.stages import run_in_stages
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.stop import Stop
from kagglebatt.tasks.task import Task

KINDS = ("demo", "test")
BLOCK_RUNS = 16_000
"""Candidate runs, some seconds of work, after which what was found is saved."""


def with_body(named: Sequence[str | None]) -> list[int]:
    """Numbers of the candidates that have a body."""
    return [number for number, body in enumerate(named) if body is not None]


def recall(
    report: Report, named: Sequence[str | None], cache: Cache, stop: Stop
) -> dict[tuple[str, int], CachedResult]:
    """What is remembered, by task id and number of the candidate."""
    able = with_body(named)
    wanted = [(task, n, named[n] or "") for task in report.tasks for n in report.run_on(task, able)]
    pairs = [(body, task) for task, _, body in wanted]
    found = look_up(pairs, report.settings, report.differ_ids, cache, stop.check, report.staged)
    return {(task.id, n): known for (task, n, _), known in zip(wanted, found, strict=True) if known is not None}


def run_unknown(
    report: Report,
    named: Sequence[str | None],
    known: Mapping[tuple[str, int], CachedResult],
    cache: Cache,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> dict[tuple[str, int], CachedResult]:
    """Run what nothing is known of, in blocks of tasks; each block is remembered and saved before the next begins."""
    able = with_body(named)
    missing = {
        task.id: tuple(n for n in report.run_on(task, able) if (task.id, n) not in known) for task in report.tasks
    }
    unknown = [task for task in report.tasks if missing[task.id]]
    plans = {numbers: prepare(report.hand.solvers.only(numbers)) for numbers in set(missing.values())}
    runs = {task.id: len(missing[task.id]) * len(task.samples) for task in unknown}
    total = sum(runs.values())
    if unknown:
        with report.timed("start_workers"):
            pool.get_ready(total)
    done = StageProgress("score", total, progress, stop)
    found: dict[tuple[str, int], CachedResult] = {}
    for block in _blocks(unknown, runs):
        stop.check()
        sample_scores = _score(report, [(task, plans[missing[task.id]]) for task in block], pool, done)
        for task in block:
            for column, number in enumerate(missing[task.id]):
                own = [[row[column] for row in sample_scores[task.id][kind]] for kind in KINDS]
                entry = CachedResult.measured(own[0], own[1], report.differ_ids, report.settings)
                found[task.id, number] = entry
                if entry.unsure:  # nothing is remembered of it: another time tells
                    cache.validation.misses += 1
                    continue
                place = verdict_key(named[number] or "", task, cache)
                cache.validation.store(place, entry.text(), entry.seconds)
        cache.save()
    return found


def _blocks(tasks: Sequence[Task], runs: Mapping[str, int]) -> Iterator[list[Task]]:
    """Consecutive tasks, at most ``BLOCK_RUNS`` candidate runs together where a task alone has not more."""
    block: list[Task] = []
    for task in tasks:
        if block and sum(runs[each.id] for each in (*block, task)) > BLOCK_RUNS:
            yield block
            block = []
        block.append(task)
    if block:
        yield block


def _score(
    report: Report, block: Sequence[tuple[Task, Plan]], pool: WorkerPool, done: Callable[[int], object]
) -> dict[str, dict[str, list[list[SampleScore]]]]:
    """The scores of a block by task and kind of sample: a list for each sample, in it one for each candidate."""
    if report.staged:
        return _score_in_stages(report, block, pool, done)
    sample_scores: dict[str, dict[str, list[list[SampleScore]]]] = {
        task.id: {kind: [] for kind in KINDS} for task, _ in block
    }
    for kind in KINDS:
        units = [Unit(plan, task, sample) for task, plan in block for sample in task.samples if sample.kind == kind]
        each, timing = run(units, report.hand.differs, pool, done)
        note_timing(report, f"phase4_{kind}", timing)
        report.executed += sum(map(len, each))
        for unit, unit_scores in zip(units, each, strict=True):
            sample_scores[unit.task.id][kind].append(unit_scores)
    return sample_scores


def _score_in_stages(
    report: Report, block: Sequence[tuple[Task, Plan]], pool: WorkerPool, done: Callable[[int], object]
) -> dict[str, dict[str, list[list[SampleScore]]]]:
    found = run_in_stages(block, report.hand.differs, pool, report.settings.patience, done)
    for kind, timing in found.timing.items():
        note_timing(report, f"phase4_{kind}", timing)
    report.executed += found.runs
    demos = {task.id: len(task.demo) for task, _ in block}
    return {
        task: dict(zip(KINDS, (rows[: demos[task]], rows[demos[task] :]), strict=True))
        for task, rows in found.scores.items()
    }


def note_timing(report: Report, phase: str, timing: Timing) -> None:
    """Add what a run took to a phase, of the iteration and of each task."""
    report.add_time(f"{phase}_parallel", timing.wall)
    report.add_time(f"{phase}_cpu", timing.cpu)
    for task, (wall, cpu) in timing.spans.items():
        report.add_task_time(task, f"{phase}_parallel", wall)
        report.add_task_time(task, f"{phase}_cpu", cpu)
