"""Every sample of every task, in parallel: batts in, a score for each candidate out.

The unit of work is a batt on one sample. Units are cut into chunks of similar cost and streamed over all tasks at
once; the pool may do them in any order and leave some undone, scores are put back into the order of the units,
and what is missing is asked for again until nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from time import perf_counter

from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.program import Program
from kagglebatt.running.execute import Plan, execute, prepare
from kagglebatt.running.outcome import Outcome
from kagglebatt.running.score import SampleScore
from kagglebatt.running.work import Chunk, Slice, SliceResult, Unit, rest
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Timing:
    """How long a run took.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of processors, summed over workers.
        spans: for each task the same two, by id. A task's clock runs from its first candidate's beginning to its
            last one's end, whatever else was done meanwhile.
    """

    wall: float
    cpu: float
    spans: dict[str, tuple[float, float]]

    def __add__(self, other: Timing) -> Timing:
        spans = dict(self.spans)
        for task, (wall, cpu) in other.spans.items():
            before = spans.get(task, (0.0, 0.0))
            spans[task] = before[0] + wall, before[1] + cpu
        return Timing(self.wall + other.wall, self.cpu + other.cpu, spans)


NO_TIME = Timing(0.0, 0.0, {})


def run(
    units: Sequence[Unit],
    differs: Batt,
    pool: WorkerPool,
    progress: Callable[[int], object] = lambda _done: None,
    keep_answers: bool = False,
    numbers: Sequence[Sequence[int]] | None = None,
    share: float = 1.0,
) -> tuple[list[list[SampleScore]], Timing]:
    """Run every unit; for each the scores of its batt's candidates, in order.

    Args:
        differs: judge every distinct output of a demo sample.
        progress: called with the number of candidate runs finished since the last call.
        keep_answers: give back the grids that were computed, too; they are many.
        numbers: for each unit the candidates to run, instead of all.
        share: the part of its limit of time that a candidate gets.
    """
    started = perf_counter()
    sample_scores: list[dict[int, SampleScore]] = [{} for _ in units]
    results: list[SliceResult] = []
    differ_plan = prepare(differs)
    asked = [range(len(unit.plan.needs)) for unit in units] if numbers is None else numbers
    left = [Slice(place, unit, tuple(each)) for place, (unit, each) in enumerate(zip(units, asked, strict=True))]
    while left := [part for each in left if (part := rest(each, set(sample_scores[each.place]))) is not None]:
        runs = sum(len(part.numbers) for part in left)
        with closing(
            pool.perform(
                [replace(chunk, share=share) for chunk in _cut(left, differ_plan, pool, runs, keep_answers)], runs
            )
        ) as coming:
            for done in coming:
                sample_scores[done.place].update(done.scores)
                results.append(done)
                progress(len(done.scores))
    ordered = [[found[number] for number in each] for found, each in zip(sample_scores, asked, strict=True)]
    wall = perf_counter() - started
    return ordered, Timing(wall, sum(done.cpu for done in results), _spans(units, results))


def _spans(units: Sequence[Unit], results: Sequence[SliceResult]) -> dict[str, tuple[float, float]]:
    by_task: dict[str, list[SliceResult]] = {}
    for done in results:
        by_task.setdefault(units[done.place].task.id, []).append(done)
    return {
        task: (
            max(each.began + each.seconds for each in own) - min(each.began for each in own),
            sum(each.cpu for each in own),
        )
        for task, own in by_task.items()
    }


def _cut(parts: Sequence[Slice], differs: Plan, pool: WorkerPool, runs: int, keep_answers: bool) -> list[Chunk]:
    """Consecutive slices in chunks, big ones first, small ones to end with, so that all workers end together."""
    left = sum(part.unit.cost for part in parts)
    least = left / pool.most_chunks(runs)
    chunks: list[Chunk] = []
    taken: list[Slice] = []
    cost = 0
    for part in parts:
        taken.append(part)
        cost += part.unit.cost
        if cost >= max(least, left / pool.chunks_at_once(runs)):
            chunks.append(Chunk(tuple(taken), differs, pool.limits, keep_answers))
            left -= cost
            taken, cost = [], 0
    if taken:
        chunks.append(Chunk(tuple(taken), differs, pool.limits, keep_answers))
    return chunks


def run_alone(program: Program, task: Task, timeout: float = 1.0) -> list[Outcome]:
    """The outcomes of one program on every sample of a task, demo samples first, in this process."""
    plan = prepare(deal([((), program)]))
    return [outcome for s in task.samples for outcome in execute(plan, (task.pairs_for(s), s.input, None), timeout)]
