"""Every sample of every task, in parallel: batts in, marks out.

The unit of work is a batt on one sample. Units are cut into chunks of similar cost and streamed over all tasks at
once; the crew may do them in any order and leave some undone, marks are put back into the order of the units, and
what is missing is asked for again until nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter

from kagglebatt.batt import Batt, deal
from kagglebatt.crew import Crew
from kagglebatt.execute import Plan, execute, prepare
from kagglebatt.outcome import Outcome
from kagglebatt.program import Program
from kagglebatt.score import Mark
from kagglebatt.task import Task
from kagglebatt.work import Chunk, Done, Slice, Unit, rest


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


def run(
    units: Sequence[Unit], differs: Batt, crew: Crew, progress: Callable[[int], object] = lambda _done: None
) -> tuple[list[list[Mark]], Timing]:
    """Run every unit; for each the marks of its batt's candidates, in order.

    Args:
        differs: judge every distinct output of a demo sample.
        progress: called with the number of candidate runs finished since the last call.
    """
    started = perf_counter()
    marks: list[dict[int, Mark]] = [{} for _ in units]
    dones: list[Done] = []
    judges = prepare(differs)
    left = [Slice(place, unit, tuple(range(len(unit.plan.needs)))) for place, unit in enumerate(units)]
    while left := [part for each in left if (part := rest(each, set(marks[each.place]))) is not None]:
        runs = sum(len(part.numbers) for part in left)
        with closing(crew.perform(_cut(left, judges, crew, runs), runs)) as coming:
            for done in coming:
                marks[done.place].update(done.marks)
                dones.append(done)
                progress(len(done.marks))
    ordered = [[found[number] for number in range(len(found))] for found in marks]
    wall = perf_counter() - started
    return ordered, Timing(wall, sum(done.cpu for done in dones), _spans(units, dones))


def _spans(units: Sequence[Unit], dones: Sequence[Done]) -> dict[str, tuple[float, float]]:
    by_task: dict[str, list[Done]] = {}
    for done in dones:
        by_task.setdefault(units[done.place].task.id, []).append(done)
    return {
        task: (
            max(each.began + each.seconds for each in own) - min(each.began for each in own),
            sum(each.cpu for each in own),
        )
        for task, own in by_task.items()
    }


def _cut(parts: Sequence[Slice], differs: Plan, crew: Crew, runs: int) -> list[Chunk]:
    """Consecutive slices in chunks, big ones first, small ones to end with, so that all workers end together."""
    left = sum(part.unit.cost for part in parts)
    least = left / crew.most_chunks(runs)
    chunks: list[Chunk] = []
    taken: list[Slice] = []
    cost = 0
    for part in parts:
        taken.append(part)
        cost += part.unit.cost
        if cost >= max(least, left / crew.chunks_at_once(runs)):
            chunks.append(Chunk(tuple(taken), differs, crew.limits))
            left -= cost
            taken, cost = [], 0
    if taken:
        chunks.append(Chunk(tuple(taken), differs, crew.limits))
    return chunks


def run_alone(program: Program, task: Task, timeout: float = 1.0) -> list[Outcome]:
    """The outcomes of one program on every sample of a task, demo samples first, in this process."""
    plan = prepare(deal([((), program)]))
    return [outcome for s in task.samples for outcome in execute(plan, (task.pairs, s.input, None), timeout)]
