"""Running every filed verdict again: does an archive still hold what its solvers, and its stepping stones, once did?

A home may have been filled by workers that ran something else than they should. What does not hold is taken out of
the archive. What is remembered and was not filed is too much to run again, so a sample of it is: when any of all this
does not hold, nothing that is remembered can be believed, and the cache begins anew from what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from kagglebatt.home.archive import Archive, Entry
from kagglebatt.home.directory import Home, open_home, refill
from kagglebatt.home.recall import CachedResult, verdict_key
from kagglebatt.home.soundness import body_problem
from kagglebatt.iteration.iterate import DIFFER_ID_LENGTH
from kagglebatt.iteration.progress import Progress, no_progress
from kagglebatt.iteration.rerun_stones import StonesRerun, check_stones
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.library import read_library
from kagglebatt.programs.program import md5
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Claim, Verdict, validate
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop, stopping
from kagglebatt.tasks.task import Task

BLOCK = 200
"""Verdicts that are run before what came of them is noted."""

SAMPLE = 500
"""Remembered verdicts, of those that were not filed, that are run again at most."""

_DRAWS = 20_000


@dataclass
class Rerun:
    """What came of it.

    Attributes:
        held: solvers that scored again what is filed.
        undecided: solvers that kept a time limit in only one of the two runs; they stay.
        unchecked: solvers on tasks that were not given; they stay.
        gone: solvers that were taken out, a line each.
        sampled: remembered verdicts that were run again, too.
        wrong: how many of them do not hold.
        stones: stepping stones that were measured again.
    """

    held: int = 0
    undecided: int = 0
    unchecked: int = 0
    gone: list[str] = field(default_factory=list)
    sampled: int = 0
    wrong: int = 0
    stones: StonesRerun = field(default_factory=StonesRerun)

    @property
    def forgotten(self) -> bool:
        """Whether something did not hold, so that all that was only remembered is forgotten."""
        return bool(self.gone or self.wrong or self.stones.gone)


def rerun(
    settings: Settings, tasks: Sequence[Task], progress: Progress = no_progress, notify: Notify = notify_nobody
) -> Rerun:
    """Run every solver that is filed for one of these tasks again, and take out what does not score as it is filed.

    A task is known by its content. A solver of which an older version did not note that is checked on the task of its
    id: it is noted where it holds, and left as it is where it does not, since that may be another task. Stepping
    stones of these tasks are measured again, too.

    Raises:
        StoppedError: a signal came or the time budget is used up; what was found until then is done.
        HomeError: the home cannot be used.
    """
    found = Rerun()
    with (
        stopping(settings.minutes) as stop,
        open_home(settings.home, notify) as home,
        WorkerPool(settings, notify) as pool,
    ):
        try:
            _check_filed(home, tasks, pool, found, progress, stop)
            check_stones(home.archive, tasks, settings, pool, found.stones, progress, stop)
            stop.check()
            _check_remembered(home, tasks, pool, found)
        finally:
            if found.forgotten:
                home.cache.clear()
                refill(home)
                home.save()
    return found


def _check_filed(
    home: Home, tasks: Sequence[Task], pool: WorkerPool, found: Rerun, progress: Progress, stop: Stop
) -> None:
    pairs = list(_pairs(home.archive, tasks))
    found.unchecked = len(home.archive.entries()) - len(pairs)
    for first in range(0, len(pairs), BLOCK):
        stop.check()
        _check_block(pairs[first : first + BLOCK], home.archive, pool, found)
        progress("validate", min(first + BLOCK, len(pairs)), len(pairs))


def _pairs(archive: Archive, tasks: Sequence[Task]) -> Iterator[tuple[Entry, Task]]:
    """Every filed solver with the task that it is filed for, where that is given."""
    by_content = {task.digest: task for task in tasks}
    by_id = {task.id: task for task in tasks}
    for entry in archive.entries():
        task = by_content.get(entry.content) if entry.content else by_id.get(entry.task)
        if task is not None and (entry.demos, entry.tests) == (len(task.demo), len(task.test)):
            yield entry, task


def _differs(archive: Archive) -> Batt:
    """All differs that filed scores may name: the shipped ones and the archive's."""
    shipped = {named.program.address: named.program for named in read_library() if named.kind == "differ"}
    filed = [archive.program(md5(judge.body), differ=True) for judge in archive.differs()]
    every = {**shipped, **{program.address: program for program in filed}}
    return deal([([address], program) for address, program in sorted(every.items())])


def _run(claims: Sequence[Claim], archive: Archive, pool: WorkerPool) -> list[Verdict]:
    differs = _differs(archive)
    ids = [md5(program.differ_body)[:DIFFER_ID_LENGTH] for program in differs.candidates]
    return validate(claims, differs, ids, pool)[0]


def _check_block(pairs: Sequence[tuple[Entry, Task]], archive: Archive, pool: WorkerPool, found: Rerun) -> None:
    filed = [archive.scores(entry.task, entry.md5, entry.content) for entry, _ in pairs]
    claims = [Claim(archive.body(entry.md5), task, each) for (entry, task), each in zip(pairs, filed, strict=True)]
    verdicts = _run(claims, archive, pool)
    gone: list[Entry] = []
    recognised: list[tuple[Entry, str]] = []
    for (entry, task), verdict in zip(pairs, verdicts, strict=True):
        if _agree(verdict.claimed, verdict.measured):
            found.held += 1
            if not entry.content:
                recognised.append((entry, task.digest))
        elif verdict.undecided:
            found.undecided += 1
        elif entry.content:
            gone.append(entry)
            found.gone.append(_line(entry, verdict))
        else:
            found.unchecked += 1
    archive.amend(gone, recognised)


def _check_remembered(home: Home, tasks: Sequence[Task], pool: WorkerPool, found: Rerun) -> None:
    claims = _remembered(home, tasks)
    found.sampled = len(claims)
    for verdict in map(_as_far_as_claimed, _run(claims, home.archive, pool)):
        found.wrong += not (_agree(verdict.claimed, verdict.measured) or verdict.undecided)


def _as_far_as_claimed(verdict: Verdict) -> Verdict:
    """The verdict without test pairs, where nothing was claimed of them."""
    claims_none = Kind.NOT_RUN.value in verdict.claimed.outcomes
    return replace(verdict, measured=verdict.measured.untested) if claims_none else verdict


def _remembered(home: Home, tasks: Sequence[Task]) -> list[Claim]:
    """Verdicts of the cache that were not filed: all of few, some of many, the same ones each time.

    Bodies are those that the cache remembers; the rest of a verdict's key is the task's content.
    """
    filed = {(entry.md5, entry.content) for entry in home.archive.entries()}
    texts = {row.value for row in home.cache.rows() if row.value.startswith("def ")}
    bodies = sorted(text for text in texts if not body_problem("solver", "", text))
    count = len(bodies) * len(tasks)
    drawn = sorted(Random(0).sample(range(count), min(count, _DRAWS)))
    asked = [(bodies[number // len(tasks)], tasks[number % len(tasks)]) for number in drawn]
    claims = []
    for body, task in asked:
        if (md5(body), task.digest) in filed:
            continue
        text = home.cache.validation.peek(verdict_key(body, task, home.cache))
        known = CachedResult.read(text) if text else None
        if known is not None and known.is_of(task) and Kind.GAVE_UP.value not in known.scores.outcomes:
            claims.append(Claim(body, task, known.scores))
    return [claims[number] for number in sorted(Random(0).sample(range(len(claims)), min(len(claims), SAMPLE)))]


def _agree(filed: Scores, measured: Scores) -> bool:
    """Whether all is as it was filed; differs that are not here any more say nothing."""
    return (filed.counts, filed.outcomes) == (measured.counts, measured.outcomes) and _common(
        filed.d_scores, measured.d_scores
    )


def _common(some: Mapping[str, int], others: Mapping[str, int]) -> bool:
    return all(some[name] == others[name] for name in some.keys() & others.keys())


def _line(entry: Entry, verdict: Verdict) -> str:
    measured = verdict.measured
    return (
        f"solver {entry.md5} on {entry.task}: is taken out; filed with demo {entry.o_score}/{entry.demos}, test "
        f"{entry.test_score}/{entry.tests}, similarity {entry.similarity}; it has {measured.o_score}, "
        f"{measured.test_score}, {measured.similarity}"
    )
