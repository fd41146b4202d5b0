"""One iteration, from breeding to saving. The only file that knows the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from kagglebatt.errors import SettingsError
from kagglebatt.home.archive import Archive, RankedDiffer
from kagglebatt.home.directory import Home, open_home
from kagglebatt.home.ranking import Filing
from kagglebatt.home.recall import bodies
from kagglebatt.iteration.choose import choose
from kagglebatt.iteration.confirm import claims_of, confirm
from kagglebatt.iteration.deal import deal_next
from kagglebatt.iteration.dealt import Dealt
from kagglebatt.iteration.generation import Generation, tell_solved
from kagglebatt.iteration.parents import Breeders
from kagglebatt.iteration.progress import Progress, no_progress
from kagglebatt.iteration.smaller import make_smaller
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
    dealt: Dealt | None = None,
) -> Report:
    """Run one iteration on a hand that was dealt, file what it found, and save.

    Args:
        dealt: what is filed beside solvers, and on which tasks each candidate is run, where it was bred and probed.

    Raises:
        StoppedError: it was asked to end; what was run is remembered, and nothing of it is filed yet.
    """
    report = Report(home.archive.next_iteration, settings, hand, tasks, home=home.path)
    cache = home.cache
    if dealt is None:
        cache.restart_counts()
    else:
        report.wanted, report.search = dealt.wanted, dealt.search
    started = perf_counter()
    with report.timed("phase2_inline"):
        named = bodies(hand.solvers.candidates, cache, stop.check)
    report.ids = [None if body is None else md5(body) for body in named]
    report.differ_ids = [md5(program.differ_body)[:DIFFER_ID_LENGTH] for program in hand.differs.candidates]
    with report.timed("recall"):
        known = recall(report, named, cache, stop)
    known |= run_unknown(report, named, known, cache, pool, progress, stop)
    with report.timed("phase1_filter"):
        able = with_body(named)
        report.table = {task.id: {n: known[task.id, n].scores for n in report.run_on(task, able)} for task in tasks}
        claims = claims_of(report, named, known)
    filings = confirm(report, claims, known, cache, pool, progress, stop)
    with report.timed("file"):
        cache.save()
        report.caches = cache.figures()
        report.seconds = perf_counter() - started
        report.filed = _file(home.archive, report, filings, dealt or Dealt(hand, {}))
        home.save()
    report.seconds = perf_counter() - started
    return report


def _find(
    settings: Settings,
    breeders: Breeders,
    tasks: tuple[Task, ...],
    home: Home,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> Report:
    """One iteration that breeds first: parents, offspring, probes, a hand of the best, and all that follows."""
    started = perf_counter()
    home.cache.restart_counts()
    generation = Generation(settings, tasks, home, breeders)
    bred = generation.breed()
    found = generation.probe(bred, pool, progress, stop)
    chosen = choose(generation.choices(bred, found), settings.candidates)
    smaller, replaced = make_smaller(chosen, generation.targets, pool, stop)
    dealt = generation.deal(bred, found, choose(smaller, settings.candidates), replaced)
    dealt.search.seconds = perf_counter() - started
    return iterate(dealt.hand, tasks, home, settings, pool, progress, stop, dealt)


def _file(archive: Archive, report: Report, filings: Sequence[Filing], dealt: Dealt) -> int:
    """File all that an iteration found; how many solvers were new and stayed."""
    if report.search is not None:
        outputs = report.hand.solvers.outputs
        owners = {name: outputs[number].owners[0] for number, name in enumerate(report.ids) if name is not None}
        tell_solved(report.search, archive, report.tasks, owners, filings)
    differs, stones = _ranked_differs(report), dealt.stones
    return archive.file(
        report.iteration, filings, differs, report.as_json(), stones, dealt.origins, dealt.operators
    )  # fmt: skip


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
    if settings.part != (1, 1) and settings.iterations > 1 and not settings.offspring:
        notify(
            f"shard {settings.shard}: from the second iteration on it deals from its own archive, not from that of all "
            "shards. To have what one home would have, give --iterations 1, and merge the homes before the next."
        )
    with (
        stopping(settings.minutes, notify) as stop,
        open_home(settings.home, notify) as home,
        WorkerPool(settings, notify) as pool,
    ):
        breeders = Breeders(library)
        for _ in range(settings.iterations):
            stop.check()
            if settings.offspring:
                yield _find(settings, breeders, _mine(settings, tasks), home, pool, progress, stop)
            else:
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
    """The tasks of this shard. A hand that is not bred is dealt for all of them: every shard runs the same one."""
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
