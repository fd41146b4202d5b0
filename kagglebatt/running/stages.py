"""Full runs in stages, so that nothing is run that cannot matter.

1. The first three demo pairs, for all candidates.
2. The other demo pairs. A candidate that ran out of time on all of the first three has a tenth of its limit on each of
   them; where that does not do, it *gave up*.
3. Where a candidate gave up though it reproduced a demo pair after all, it is run once more with all of its time.
4. The test pairs, for candidates that reproduced a demo pair. For others they are *not run*.

Each is decided by a candidate's own outcomes on demo pairs of the one task. So it is the same in whatever order the
work is done, and whatever else is run or remembered; and what is claimed of a candidate that may be filed is what it
scores when it is run alone with all of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kagglebatt.programs.batt import Batt
from kagglebatt.running.execute import Plan
from kagglebatt.running.outcome import Kind
from kagglebatt.running.run import NO_TIME, Timing, run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.tasks.task import Sample, Task

TRIES = 3
"""Demo pairs on which a candidate must have run out of time before it is given less."""
SHARE = 0.1
"""The part of its limit that it is given then."""
NOT_RUN = SampleScore(Kind.NOT_RUN, "", False, 0, (), 0.0)


@dataclass
class Staged:
    """What came of it.

    Attributes:
        scores: by task id, for each sample, demo samples first, one for each candidate.
        timing: by kind of sample.
        runs: of candidates that were made.
    """

    scores: dict[str, list[list[SampleScore]]]
    timing: dict[str, Timing] = field(default_factory=lambda: {"demo": NO_TIME, "test": NO_TIME})
    runs: int = 0


def run_in_stages(
    batts: Sequence[tuple[Task, Plan]],
    differs: Batt,
    pool: WorkerPool,
    patience: bool = False,
    progress: Callable[[int], object] = lambda _done: None,
) -> Staged:
    """Run the candidates of each batt on its task.

    Args:
        differs: judge every distinct output of a demo pair.
        patience: give every candidate all of its time on every pair.
        progress: called with the number of candidate runs that are done or need not be done since the last call.
    """
    found = Staged({task.id: [[NOT_RUN] * len(plan.needs) for _ in task.samples] for task, plan in batts})
    stages = _Stages(batts, differs, pool, found)
    stages.run(lambda task, place, _: place < min(TRIES, len(task.demo)), progress)
    late = stages.out_of_time(patience)
    stages.run(lambda task, place, n: TRIES <= place < len(task.demo) and (task.id, n) not in late, progress)
    stages.run(lambda task, place, n: TRIES <= place < len(task.demo) and (task.id, n) in late, progress, SHARE)
    right = stages.right()
    gave_up = stages.of_kind(Kind.GAVE_UP)
    stages.run(lambda task, place, n: (task.id, n) in right and (task.id, place, n) in gave_up, lambda _done: None)
    stages.run(lambda task, place, n: place >= len(task.demo) and (task.id, n) in right, progress)
    progress(sum(score is NOT_RUN for rows in found.scores.values() for row in rows for score in row))
    return found


class _Stages:
    def __init__(self, batts: Sequence[tuple[Task, Plan]], differs: Batt, pool: WorkerPool, found: Staged) -> None:
        self._batts, self._differs, self._pool, self._found = batts, differs, pool, found

    def run(
        self, wanted: Callable[[Task, int, int], bool], progress: Callable[[int], object], share: float = 1.0
    ) -> None:
        """Run what is wanted of (task, place of the sample, number of the candidate)."""
        for kind in ("demo", "test"):
            places: list[tuple[Task, int]] = []
            units: list[Unit] = []
            numbers: list[list[int]] = []
            for task, plan in self._batts:
                for place, sample in enumerate(task.samples):
                    chosen = self._chosen(task, plan, place, sample, kind, wanted)
                    if chosen:
                        places.append((task, place))
                        units.append(Unit(plan, task, sample))
                        numbers.append(chosen)
            if units:
                scores, timing = run(units, self._differs, self._pool, progress, numbers=numbers, share=share)
                self._note(places, numbers, scores)
                self._found.timing[kind] += timing

    def _chosen(
        self, task: Task, plan: Plan, place: int, sample: Sample, kind: str, wanted: Callable[[Task, int, int], bool]
    ) -> list[int]:
        return [n for n in range(len(plan.needs)) if sample.kind == kind and wanted(task, place, n)]

    def _note(
        self,
        places: Sequence[tuple[Task, int]],
        numbers: Sequence[Sequence[int]],
        scores: Sequence[Sequence[SampleScore]],
    ) -> None:
        for (task, place), chosen, row in zip(places, numbers, scores, strict=True):
            for number, score in zip(chosen, row, strict=True):
                self._found.scores[task.id][place][number] = score
            self._found.runs += len(chosen)

    def out_of_time(self, patience: bool) -> set[tuple[str, int]]:
        """(task, candidate) for those that ran out of time on all of the first demo pairs, where others follow."""
        return {
            (task.id, number)
            for task, plan in self._batts
            if len(task.demo) > TRIES and not patience
            for number in range(len(plan.needs))
            if all(row[number].kind is Kind.TIMED_OUT for row in self._found.scores[task.id][:TRIES])
        }

    def right(self) -> set[tuple[str, int]]:
        """(task, candidate) for those that reproduced a demo pair."""
        return {
            (task.id, number)
            for task, plan in self._batts
            for number in range(len(plan.needs))
            if any(row[number].right for row in self._found.scores[task.id][: len(task.demo)])
        }

    def of_kind(self, kind: Kind) -> set[tuple[str, int, int]]:
        """(task, place of the sample, candidate) for all runs that ended so."""
        return {
            (task, place, number)
            for task, rows in self._found.scores.items()
            for place, row in enumerate(rows)
            for number, score in enumerate(row)
            if score.kind is kind
        }
