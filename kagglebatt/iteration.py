"""One iteration: deal, look up, run, score, inline, validate, file, save. The only file that knows the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from time import perf_counter

from kagglebatt.errors import SettingsError
from kagglebatt.home.archive import Archive, Entry, Filing, RankedDiffer
from kagglebatt.home.cache import Cache
from kagglebatt.home.directory import Home, open_home
from kagglebatt.home.notify import Notify, notify_nobody
from kagglebatt.home.recall import CachedResult, bodies, look_up, verdict_key
from kagglebatt.programs.batt import Hand
from kagglebatt.programs.card import Donor, deal_hand, go_on
from kagglebatt.programs.library import read_library, read_to_deal
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import md5
from kagglebatt.report import Report
from kagglebatt.running.cluster import require_package
from kagglebatt.running.execute import Plan, prepare
from kagglebatt.running.run import Timing, run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.validate import Claim, Verdict, validate
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop, stopping
from kagglebatt.tasks.task import Task, one_of_each

Progress = Callable[[str, int, int], None]
"""Told (stage, candidate runs done, runs in all) as work goes on."""

KINDS = ("demo", "test")
BLOCK_RUNS = 16_000
"""Candidate runs, some seconds of work, after which what was found is saved."""

DIFFER_ID_LENGTH = 12
"""Hex digits of a differ's md5 that stand for it in scores."""


def donors(archive: Archive, library: Sequence[NamedProgram], tasks: Sequence[Task]) -> tuple[list[Donor], list[Donor]]:
    """Solvers and differs to deal from: what the archive accepted, better ones first, then the library.

    Args:
        tasks: what was accepted for another task of the same id is a donor like any other.
    """
    contents = {task.id: task.digest for task in tasks}
    filed = [Donor(entry.md5, archive.program(entry.md5), _filed_for(entry, contents)) for entry in archive.entries()]
    judges = {md5(judge.body): archive.program(md5(judge.body), differ=True) for judge in archive.differs()}
    solvers = [*filed, *(Donor(named.name, named.program, named.task) for named in library if named.kind == "solve")]
    differs = [Donor(named.name, named.program) for named in library if named.kind == "differ"]
    if not differs:  # a library of solvers alone is judged by the shipped differs
        differs = [Donor(named.name, named.program) for named in _shipped_differs()]
    return _distinct(solvers), _distinct([*differs, *(Donor(name, judges[name]) for name in sorted(judges))])


def _filed_for(entry: Entry, contents: Mapping[str, str]) -> str:
    """The task that a donor was filed for: its id, unless that stands for another content now."""
    is_own = entry.content in ("", contents.get(entry.task, entry.content))
    return entry.task if is_own else f"{entry.task} {entry.content}"


def _shipped_differs() -> Iterator[NamedProgram]:
    return (named for named in read_library() if named.kind == "differ")


def _distinct(given: Sequence[Donor]) -> list[Donor]:
    """The first donor of every (program, task)."""
    found: dict[tuple[str, str], Donor] = {}
    for donor in given:
        found.setdefault((donor.program.address, donor.task), donor)
    return list(found.values())


def deal_next(
    settings: Settings,
    archive: Archive,
    tasks: Sequence[Task],
    library: Sequence[NamedProgram] | None = None,
    check: Callable[[], object] = go_on,
) -> Hand:
    """The hand of the iteration to come: the same for the same seed, settings and archive.

    Args:
        library: programs to deal from beside the archive's; read from where the settings say when None.
        check: called all the time; what it raises ends the deal.
    """
    if library is None:
        library = read_to_deal(settings.solvers, settings.strict, notify_nobody)
    solvers, differs = donors(archive, library, tasks)
    rng = Random(f"{settings.seed}/{archive.next_iteration}")
    ids = [task.id for task in tasks]
    return deal_hand(solvers, differs, ids, settings.candidates, settings.mutate, rng, check)


def iterate(
    hand: Hand,
    tasks: tuple[Task, ...],
    home: Home,
    settings: Settings,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> Report:
    """Run one iteration on a hand that was dealt, file what it found, and save.

    Raises:
        StoppedError: it was asked to end; what was run is remembered, and nothing of it is filed yet.
    """
    report = Report(home.archive.next_iteration, settings, hand, tasks, home=home.path)
    cache = home.cache
    cache.restart_counts()
    started = perf_counter()
    with report.timed("phase2_inline"):
        named = bodies(hand.solvers.candidates, cache, stop.check)
    report.ids = [None if body is None else md5(body) for body in named]
    report.differ_ids = [md5(program.differ_body)[:DIFFER_ID_LENGTH] for program in hand.differs.candidates]
    with report.timed("recall"):
        known = _recall(report, named, cache, stop)
    known |= _run_unknown(report, named, known, cache, pool, progress, stop)
    with report.timed("phase1_filter"):
        report.table = {task.id: {n: known[task.id, n].scores for n in _with_body(named)} for task in tasks}
        claims = _claims(report, named, known)
    filings = _confirm(report, claims, known, cache, pool, progress, stop)
    with report.timed("file"):
        cache.save()
        report.caches = cache.figures()
        report.seconds = perf_counter() - started
        report.filed = home.archive.file(report.iteration, filings, _ranked_differs(report), report.as_json())
        home.save()
    report.seconds = perf_counter() - started
    return report


def _with_body(named: Sequence[str | None]) -> list[int]:
    """Numbers of the candidates that have a body."""
    return [number for number, body in enumerate(named) if body is not None]


def _recall(
    report: Report, named: Sequence[str | None], cache: Cache, stop: Stop
) -> dict[tuple[str, int], CachedResult]:
    wanted = [(task, n, body) for task in report.tasks for n, body in enumerate(named) if body is not None]
    pairs = [(body, task) for task, _, body in wanted]
    found = look_up(pairs, report.settings, report.differ_ids, cache, stop.check)
    return {(task.id, n): known for (task, n, _), known in zip(wanted, found, strict=True) if known is not None}


def _run_unknown(
    report: Report,
    named: Sequence[str | None],
    known: Mapping[tuple[str, int], CachedResult],
    cache: Cache,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> dict[tuple[str, int], CachedResult]:
    """Run what nothing is known of, in blocks of tasks; each block is remembered and saved before the next begins."""
    able = _with_body(named)
    missing = {task.id: tuple(n for n in able if (task.id, n) not in known) for task in report.tasks}
    unknown = [task for task in report.tasks if missing[task.id]]
    plans = {numbers: prepare(report.hand.solvers.only(numbers)) for numbers in set(missing.values())}
    runs = {task.id: len(missing[task.id]) * len(task.samples) for task in unknown}
    total = sum(runs.values())
    if unknown:
        with report.timed("start_workers"):
            pool.get_ready(total)
    done = _Count("score", total, progress, stop)
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
    sample_scores: dict[str, dict[str, list[list[SampleScore]]]] = {
        task.id: {kind: [] for kind in KINDS} for task, _ in block
    }
    for kind in KINDS:
        units = [Unit(plan, task, sample) for task, plan in block for sample in task.samples if sample.kind == kind]
        each, timing = run(units, report.hand.differs, pool, done)
        _note(report, f"phase4_{kind}", timing)
        report.executed += sum(map(len, each))
        for unit, unit_scores in zip(units, each, strict=True):
            sample_scores[unit.task.id][kind].append(unit_scores)
    return sample_scores


def _note(report: Report, phase: str, timing: Timing) -> None:
    report.add_time(f"{phase}_parallel", timing.wall)
    report.add_time(f"{phase}_cpu", timing.cpu)
    for task, (wall, cpu) in timing.spans.items():
        report.add_task_time(task, f"{phase}_parallel", wall)
        report.add_task_time(task, f"{phase}_cpu", cpu)


def _claims(
    report: Report, named: Sequence[str | None], known: Mapping[tuple[str, int], CachedResult]
) -> list[tuple[int, Claim]]:
    """Candidates that reproduced a demo pair: worth a verdict."""
    return [
        (number, Claim(named[number] or "", task, scores, known[task.id, number].late, known[task.id, number].unsure))
        for task in report.tasks
        for number, scores in report.table[task.id].items()
        if scores.o_score > 0
    ]


def _confirm(
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
    done = _Count("validate", runs, progress, stop)
    verdicts, timing = validate(
        [claim for _, claim in fresh],
        report.hand.differs,
        report.differ_ids,
        pool,
        done,
    )
    _note(report, "phase3_validation", timing)
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


def _ranked_differs(report: Report) -> list[RankedDiffer]:
    """Differs that saw something gained, by task."""
    candidates = report.hand.differs.candidates
    texts = {md5(program.differ_body)[:DIFFER_ID_LENGTH]: program.differ_body for program in candidates}
    return [
        RankedDiffer(task.id, texts[name], score, task.digest)
        for task in report.tasks
        for name, score in report.s_scores(task.id).items()
        if score > 0
    ]


def _mine(settings: Settings, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The tasks of this shard; the deal is made for all of them, so that every shard runs the same hand."""
    first, count = settings.part
    return tasks[first - 1 :: count]


def _possible(settings: Settings, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks, each once. What cannot be done is seen before a home is opened, or made.

    Raises:
        KagglebattError: there is no task for this shard, two tasks have one id, or the backend's package is missing.
    """
    require_package(settings.backend)
    tasks = one_of_each(tasks)
    if not _mine(settings, tasks):
        part = "" if settings.shard is None else f"of shard {settings.shard} "
        raise SettingsError(f"no task is left {part}of {len(tasks)}. Give more tasks, or fewer shards.")
    return tasks


class _Count:
    """Turns a stage's steps into calls of the progress function, and ends a stage that goes on after the end."""

    def __init__(self, stage: str, total: int, progress: Progress, stop: Stop) -> None:
        self._stage, self._total, self._progress, self._stop, self._done = stage, total, progress, stop, 0

    def __call__(self, steps: int) -> None:
        self._done += steps
        self._progress(self._stage, self._done, self._total)
        self._stop.check_with_grace()


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def evolve(
    settings: Settings, tasks: tuple[Task, ...], progress: Progress = no_progress, notify: Notify = notify_nobody
) -> Iterator[Report]:
    """Deal and run one iteration after another; yields each report as it is done and saved.

    Args:
        progress: told how far the work is.
        notify: given what the user should know of the home directory.

    Raises:
        StoppedError: a signal came or the time budget is used up; everything finished is saved.
        HomeError: the home cannot be used.
    """
    tasks = _possible(settings, tasks)
    library = read_to_deal(settings.solvers, settings.strict, notify)
    if settings.part != (1, 1) and settings.iterations > 1:
        notify(
            f"shard {settings.shard}: from the second iteration on it deals from its own archive, not from that of all "
            "shards. To have what one home would have, give --iterations 1, and merge the homes before the next."
        )
    with (
        stopping(settings.minutes, notify) as stop,
        open_home(settings.home, notify) as home,
        WorkerPool(settings, notify) as pool,
    ):
        for _ in range(settings.iterations):
            stop.check()
            hand = deal_next(settings, home.archive, tasks, library, stop.check)
            yield iterate(hand, _mine(settings, tasks), home, settings, pool, progress, stop)


def run_hand(
    hand: Hand,
    settings: Settings,
    tasks: tuple[Task, ...],
    progress: Progress = no_progress,
    notify: Notify = notify_nobody,
) -> Report:
    """Run one hand that was dealt before, from a batt file; arguments and errors as for ``evolve``."""
    tasks = _possible(settings, tasks)
    with (
        stopping(settings.minutes, notify) as stop,
        open_home(settings.home, notify) as home,
        WorkerPool(settings, notify) as pool,
    ):
        return iterate(hand, _mine(settings, tasks), home, settings, pool, progress, stop)
