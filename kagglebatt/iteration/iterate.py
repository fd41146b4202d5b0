"""One iteration: deal, look up, run, score, inline, validate, file, save. The only file that knows the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from kagglebatt.errors import SettingsError
from kagglebatt.home.archive import RankedDiffer
from kagglebatt.home.directory import Home, open_home
from kagglebatt.home.recall import bodies
from kagglebatt.iteration.confirm import claims_of, confirm
from kagglebatt.iteration.deal import deal_next
from kagglebatt.iteration.progress import Progress, no_progress
from kagglebatt.iteration.unknown import recall, run_unknown, with_body
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.batt import Hand
from kagglebatt.programs.library import read_to_deal
from kagglebatt.programs.program import md5
from kagglebatt.report import Report
from kagglebatt.running.cluster import require_package
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop, stopping
from kagglebatt.tasks.task import Task, one_of_each

DIFFER_ID_LENGTH = 12
"""Hex digits of a differ's md5 that stand for it in scores."""


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
        known = recall(report, named, cache, stop)
    known |= run_unknown(report, named, known, cache, pool, progress, stop)
    with report.timed("phase1_filter"):
        report.table = {task.id: {n: known[task.id, n].scores for n in with_body(named)} for task in tasks}
        claims = claims_of(report, named, known)
    filings = confirm(report, claims, known, cache, pool, progress, stop)
    with report.timed("file"):
        cache.save()
        report.caches = cache.figures()
        report.seconds = perf_counter() - started
        report.filed = home.archive.file(report.iteration, filings, _ranked_differs(report), report.as_json())
        home.save()
    report.seconds = perf_counter() - started
    return report


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
