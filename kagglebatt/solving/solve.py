"""From challenges to a submission, on one screen: know, search each task, take the answers, file the programs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic, time

from kagglebatt.errors import StoppedError
from kagglebatt.home.directory import Home, open_home
from kagglebatt.markup import as_time
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.library import read_to_deal
from kagglebatt.running.cluster import require_package
from kagglebatt.running.worker_pool import SMALL_WORK, WorkerPool
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge, knowledge
from kagglebatt.settings import Settings
from kagglebatt.solving.alone import run_alone
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.earlier import EarlierSearches
from kagglebatt.solving.ending import Ending, ending
from kagglebatt.solving.filing import Filer
from kagglebatt.solving.job import Searched, SearchJob
from kagglebatt.solving.leading import Leading
from kagglebatt.solving.report import SolveReport
from kagglebatt.solving.submission_file import SubmissionFile
from kagglebatt.tasks.challenges import Challenges
from kagglebatt.tasks.task import Task

Tell = Callable[[str, int, int, str], object]
"""Told (stage, tasks done, tasks in all, words on how it goes)."""

Heard = Callable[[Task, Searched], object]
"""Told what leads on a task while it is searched."""

_TRIES = 3
"""So often is a search asked for whose worker was lost by no fault of its own."""


def tell_nobody(_stage: str, _done: int, _total: int, _words: str) -> None:
    """Tell nobody."""


def hear_nothing(_task: Task, _done: Searched) -> None:
    """Hear nothing."""


def solve(
    challenges: Challenges,
    settings: Settings,
    budget: SolveBudget,
    output: Path | None = None,
    tell: Tell = tell_nobody,
    notify: Notify = notify_nobody,
) -> SolveReport:
    """Answer every task as well as the budget allows; what is found is filed in the home.

    Ended by a signal or by its time it returns what it has; the report says so.

    Args:
        settings: home, library and limits.
        output: the submission's file, which is there and valid from the first moment.
        tell: told how far it is.
        notify: told what the user should know.

    Raises:
        KagglebattError: home, library or output cannot be used; what could be written is written.
    """
    require_package(settings.backend)
    began = monotonic()
    file = None if output is None or output.exists() else SubmissionFile(output, challenges, notify)
    library = read_to_deal(settings.solvers, settings.strict, notify)
    with (
        ending(budget.minutes, notify) as end,
        open_home(settings.home, notify) as home,
        WorkerPool(settings, notify) as pool,
    ):
        leading = Leading(file or _anew(output, challenges, notify))
        report = SolveReport(challenges, pool.jobs, home=home.path)
        filer = Filer(home, notify)
        known = knowledge(library, home.archive, notify=notify)
        earlier = EarlierSearches(home)
        try:
            for task, done in _waited(end, search_all(challenges.tasks, known, budget, pool, leading.take, earlier)):
                leading.take(task, done)
                if done.early:
                    continue
                report.add(task, done)
                earlier.note(task, done)
                report.again = earlier.again
                report.wall = monotonic() - began
                filer.add(task, done, report.as_iteration)
                tell("tasks", len(report.searched), len(challenges.tasks), _words(report))
            if len(report.searched) < len(challenges.tasks) or any(done.cut for done in report.searched.values()):
                report.stopped = "time budget"
        except StoppedError as stopped:
            report.stopped = stopped.reason
        finally:
            report.wall = monotonic() - began
            try:
                _take_what_led(leading, report, filer, settings, notify)
                _file_the_rest(filer, home, report)
            finally:
                leading.finish()
    return report


def _anew(output: Path | None, challenges: Challenges, notify: Notify) -> SubmissionFile | None:
    """Replace an earlier submission; once the home is open, and the library read, without which it had better stay."""
    return None if output is None else SubmissionFile(output, challenges, notify)


def _waited(
    end: Ending, coming: Generator[tuple[Task, Searched], None, None]
) -> Generator[tuple[Task, Searched], None, None]:
    """What comes, one by one; only waiting for it is ended by a signal or the clock."""
    with closing(coming):
        while True:
            with end.waiting():
                following = next(coming, None)
            if following is None:
                return
            yield following


def _take_what_led(leading: Leading, report: SolveReport, filer: Filer, settings: Settings, notify: Notify) -> None:
    """Count and file what led where a search was cut, or its process lost."""
    if not (cut := leading.cut(report.known)):
        return
    for task, done in run_alone(cut, settings, notify):
        report.add_led(task, done)
        filer.add(task, done, report.as_iteration)


def _file_the_rest(filer: Filer, home: Home, report: SolveReport) -> None:
    report.disagreements = filer.disagreements
    if report.known:
        filer.file(report.as_iteration())
        report.filed = filer.filed
    home.save()


def search_all(
    tasks: Sequence[Task],
    known: Knowledge,
    budget: SolveBudget,
    pool: WorkerPool,
    heard: Heard = hear_nothing,
    earlier: EarlierSearches | None = None,
) -> Generator[tuple[Task, Searched], None, None]:
    """Search every task in worker processes; gives what came of each as it is done, in any order, and what is early.

    Args:
        heard: told of early results before they are given, in threads that wait for workers.
        earlier: what is remembered of these tasks.
    """
    left = dict(enumerate(tasks))
    end = budget.end(time())
    until = budget.until(end)

    def hear(done: Searched) -> None:
        if done.early:
            heard(tasks[done.place], done)

    for _ in range(_TRIES):
        jobs = (
            SearchJob(place, task, *_prepared(task, known, share, earlier), pool.limits)
            for share, (place, task) in zip(
                budget.shares(len(left), pool.jobs, end=end),  # fewer than tasks, where the time is over
                list(left.items()),
                strict=False,
            )
        )
        with closing(pool.perform(jobs, SMALL_WORK + 1, hear)) as coming:
            for done in coming:
                yield (left[done.place] if done.early else left.pop(done.place)), done
        if not left or (until is not None and time() >= until):
            return
    for place, task in left.items():
        yield task, Searched(place, fault="its worker was lost")


def _prepared(task: Task, known: Knowledge, share: Budget, earlier: EarlierSearches | None) -> tuple[Knowledge, Budget]:
    return (known, share) if earlier is None else earlier.prepared(task, known, share)


def _words(report: SolveReport) -> str:
    done, total = len(report.searched), len(report.challenges.tasks)
    fit = report.fitting()["all"]
    return f"{fit:,} fit all demo pairs, about {as_time(report.wall / done * (total - done))} left"
