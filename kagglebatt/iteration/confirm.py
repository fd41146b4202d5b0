"""A verdict for every claim: what an iteration files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kagglebatt.home.cache import Cache
from kagglebatt.home.ranking import Filing
from kagglebatt.home.recall import CachedResult, verdict_key
from kagglebatt.iteration.progress import Progress, StageProgress
from kagglebatt.iteration.unknown import note_timing
from kagglebatt.report import Report
from kagglebatt.running.validate import Claim, Verdict, validate
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.stop import Stop


def claims_of(
    report: Report, named: Sequence[str | None], known: Mapping[tuple[str, int], CachedResult]
) -> list[tuple[int, Claim]]:
    """Candidates that reproduced a demo pair: worth a verdict."""
    return [
        (number, Claim(named[number] or "", task, scores, known[task.id, number].late, known[task.id, number].unsure))
        for task in report.tasks
        for number, scores in report.table[task.id].items()
        if scores.o_score > 0
    ]


def confirm(
    report: Report,
    claims: Sequence[tuple[int, Claim]],
    known: Mapping[tuple[str, int], CachedResult],
    cache: Cache,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> list[Filing]:
    """A verdict for every claim, remembered or run; those that agree."""
    fresh = [(number, claim) for number, claim in claims if known[claim.task.id, number].confirmed is None]
    runs = sum(len(claim.task.samples) for _, claim in fresh)
    done = StageProgress("validate", runs, progress, stop)
    verdicts, timing = validate(
        [claim for _, claim in fresh],
        report.hand.differs,
        report.differ_ids,
        pool,
        done,
    )
    note_timing(report, "phase3_validation", timing)
    report.executed += runs
    by_claim = {(claim.task.id, number): verdict for (number, claim), verdict in zip(fresh, verdicts, strict=True)}
    agreed = []
    for number, claim in claims:
        entry, place = known[claim.task.id, number], verdict_key(claim.body, claim.task, cache)
        verdict = by_claim.get((claim.task.id, number))
        if verdict is None:
            verdict = Verdict(claim.body, claim.task.id, claim.scores, claim.scores, entry.alone)
        elif verdict.undecided:  # nothing is remembered of it: another time tells
            report.undecided += 1
            continue
        else:
            entry = replace(
                entry, seconds=entry.seconds + verdict.seconds, confirmed=verdict.agrees, alone=verdict.seconds
            )
            cache.validation.replace(place, entry.text(), entry.seconds)
        if verdict.agrees and entry.confirmed:
            agreed.append(Filing(verdict, place, entry.text(), claim.task.digest))
        else:
            report.disagreements.append(f"{verdict.md5} on {claim.task.id}")
    report.validated = len(claims)
    return agreed
