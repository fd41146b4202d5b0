"""The program alone: is the score that its batt claimed true?

A *claim* is what a candidate scored inside a batt. For the *verdict* its body's text is parsed again and run by
itself on every sample. The two must agree; a disagreement is a fault of kagglebatt, not of the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.inline import read_body
from kagglebatt.programs.program import md5
from kagglebatt.running.execute import prepare
from kagglebatt.running.outcome import Kind
from kagglebatt.running.run import Timing, run
from kagglebatt.running.score import Scores, add_up
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Claim:
    """What a candidate with this body scored on a task inside a batt.

    Attributes:
        late: whether a differ ran out of time.
        unsure: whether the clock alone ended the candidate, or a differ on its output.
    """

    body: str
    task: Task
    scores: Scores
    late: bool = False
    unsure: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the body scored alone, and what had been claimed.

    Attributes:
        seconds: summed over samples.
        late: whether a limit of time had a say in what differs said, in the batt or alone.
        unsure: whether the clock alone ended it, or a differ on its output, in the batt or alone.
    """

    body: str
    task_id: str
    claimed: Scores
    measured: Scores
    seconds: float
    late: bool = False
    unsure: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the claim was true in every part."""
        return self.claimed == self.measured

    @property
    def undecided(self) -> bool:
        """Whether limits of time alone tell the two apart: a run close to its limit may or may not keep it."""
        pairs = list(zip(self.claimed.outcomes, self.measured.outcomes, strict=True))
        differ = any(a != b for a, b in pairs)
        by_time = all(a == b or Kind.TIMED_OUT.value in (a, b) for a, b in pairs)
        judged_late = self.late and replace(self.claimed, d_scores=self.measured.d_scores) == self.measured
        return self.unsure or (differ and by_time) or (not self.agrees and judged_late)

    @property
    def md5(self) -> str:
        """The solver's id."""
        return md5(self.body)


def validate(
    claims: Sequence[Claim],
    differs: Batt,
    differ_ids: Sequence[str],
    pool: WorkerPool,
    progress: Callable[[int], object] = lambda _done: None,
) -> tuple[list[Verdict], Timing]:
    """Run the body of every claim alone; one verdict each, in order."""
    plans = {claim.body: prepare(deal([((), read_body(claim.body, md5(claim.body)))])) for claim in claims}
    units = [Unit(plans[claim.body], claim.task, sample) for claim in claims for sample in claim.task.samples]
    sample_scores, timing = run(units, differs, pool, progress)
    verdicts = []
    place = 0
    for claim in claims:
        demos, count = len(claim.task.demo), len(claim.task.samples)
        own = [only for (only,) in sample_scores[place : place + count]]
        place += count
        measured = add_up(own[:demos], own[demos:], differ_ids)
        seconds = sum(each.seconds for each in own)
        late = claim.late or any(each.judging.late for each in own)
        unsure = claim.unsure or any(each.unsure for each in own)
        verdicts.append(Verdict(claim.body, claim.task.id, claim.scores, measured, seconds, late, unsure))
    return verdicts, timing
