"""What a search found before it is cut, or its process lost, is in the submission."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.home.directory import read_archive
from kagglebatt.running import worker_start
from kagglebatt.running.limit import Limits
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.result import SearchResult
from kagglebatt.search.search import improvements, search
from kagglebatt.settings import Settings
from kagglebatt.solving import job as job_module
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.job import Searched, SearchJob
from kagglebatt.solving.leading import Leading
from kagglebatt.solving.solve import solve
from kagglebatt.solving.submission_file import SubmissionFile
from kagglebatt.tasks.challenges import Challenges, read_challenges

RAW = {
    "train": [{"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]}, {"input": [[5, 5, 0]], "output": [[0, 5, 5]]}],
    "test": [{"input": [[3, 4]]}],
}
NINE = (((9,),),)


@pytest.fixture
def challenges(tmp_path: Path) -> Challenges:
    """One task of one test input."""
    (tmp_path / "my_challenges.json").write_text(json.dumps({"aa": RAW}))
    return read_challenges(tmp_path / "my_challenges.json")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library of one solver, nothing outside this process."""
    (tmp_path / "mine.py").write_text("def solve_other(I):\n    O = rot90(I)\n    return O\n")
    return Settings(home=tmp_path / "home", solvers=tmp_path / "mine.py", jobs=1, backend="sequential")


def first(place: Path) -> Any:
    """The first attempt in a submission."""
    return json.loads(place.read_text())["aa"][0]["attempt_1"]


def leads(challenges: Challenges) -> SearchResult:
    """What leads with a program that fits all pairs."""
    (task,) = challenges.tasks
    *_, early, _end = improvements(task, Knowledge(()), Budget(work=800))
    return early


def filed(settings: Settings) -> list[tuple[str, int]]:
    """Task and pairs of all that is in the home."""
    with read_archive(settings.home) as kept:
        return [(entry.task, entry.o_score) for entry in kept.entries()]


DYING = "import os; from kagglebatt.solving import job; job.verify = lambda *_: os._exit(1)"
"""What a worker process is told first, so that every search ends it after its last early result."""


def test_a_search_that_is_cut_keeps_its_answers(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in the file although the search never came to its end."""

    def cut(*_arguments: Any) -> Iterator[SearchResult]:
        yield SearchResult((), (NINE,))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    monkeypatch.setattr(job_module, "improvements", cut)
    report = solve(challenges, settings, SolveBudget(work=10), tmp_path / "submission.json")
    assert (report.stopped, report.searched) == ("SIGTERM", {})
    assert first(tmp_path / "submission.json") == [[9]]


@pytest.mark.parametrize("reason", ["SIGTERM", "time budget"])
def test_what_led_when_a_search_was_cut_counts_and_is_filed(
    reason: str, challenges: Challenges, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a signal or the clock: it is run alone first, as all that is found."""
    led = leads(challenges)

    def cut(*_arguments: Any) -> Iterator[SearchResult]:
        yield led
        os.kill(os.getpid(), signal.SIGTERM if reason == "SIGTERM" else signal.SIGUSR1)
        time.sleep(60)

    monkeypatch.setattr(job_module, "improvements", cut)
    report = solve(challenges, settings, SolveBudget(work=10))
    assert (report.stopped, report.searched, list(report.cut)) == (reason, {}, ["aa"])
    assert report.fitting() == {"all": 1, "some": 0, "none": 0, "left": 0, "fault": 0}
    (row,) = report.as_json()["answers"]
    assert (row["fitted"], row["cut"], report.as_json()["cut"]) == (2, True, 1)
    assert any("1  cut before" in line for line in report.lines())
    assert (set(filed(settings)), len(filed(settings))) == ({("aa", 2)}, report.filed)


def test_a_job_ends_by_itself_before_it_is_cut(challenges: Challenges) -> None:
    """So that where nothing comes early, on loky or a cluster, what it found comes all the same."""
    (task,) = challenges.tasks
    over = Budget(1000.0, patient=True, until=time.time())
    *_, end = SearchJob(0, task, Knowledge(()), over, Limits(5.0)).perform(None)
    assert (end.cut, end.early, end.work < 1_000) == (True, False, True)
    now = [0.0]
    shares = SolveBudget(minutes=1.0).shares(9, 1, lambda: now[0])
    assert next(shares).until == pytest.approx(59.1)
    now[0] = 59.2
    assert list(shares) == []
    again = SolveBudget(minutes=1.0).shares(9, 1, lambda: now[0], end=60.0)
    assert list(again) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_search_whose_process_ends_keeps_what_it_sent(
    jobs: int, challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one worker, and with threads that wait for several."""
    monkeypatch.setattr(worker_start, "BOOT", (worker_start.FIND, DYING, worker_start.SERVE))
    own = Settings(home=settings.home, solvers=settings.solvers, jobs=jobs)
    report = solve(challenges, own, SolveBudget(work=800), tmp_path / "submission.json")
    assert report.fitting() == {"all": 1, "some": 0, "none": 0, "left": 0, "fault": 1}
    assert set(filed(settings)) == {("aa", 2)}
    ((best, *_),) = report.known["aa"].attempts
    assert first(tmp_path / "submission.json") == [list(row) for row in best] != [[3, 4]]


def test_only_an_end_replaces_what_is_better(challenges: Challenges, tmp_path: Path) -> None:
    """Neither an earlier result that is heard again, nor a try that was lost; and nothing is written after the end."""
    leading = Leading(SubmissionFile(tmp_path / "submission.json", challenges))
    (task,) = challenges.tasks

    def after(grid: int, **more: Any) -> Any:
        leading.take(task, Searched(0, ((((grid,),),),), **more))
        return first(tmp_path / "submission.json")

    assert after(1, fitted=1, work=5, early=True) == [[1]]
    assert after(2, fitted=2, work=9, early=True) == [[2]]
    assert after(1, fitted=1, work=5, early=True) == [[2]]
    assert after(3, fitted=1, work=20, fault="lost") == [[2]]
    assert after(4, fitted=1, work=2) == [[4]]
    leading.finish()
    assert after(5, fitted=9, work=99) == [[4]]


def test_what_leads_at_last_is_the_result(challenges: Challenges) -> None:
    """Each result has other attempts than the one before; the last that is early has those of the end."""
    (task,) = challenges.tasks
    *early, whole = improvements(task, Knowledge(()), Budget(work=2_000))
    again = search(task, Knowledge(()), Budget(work=2_000))
    assert early
    assert all(one.attempts != other.attempts for one, other in pairwise(early))
    assert early[-1].attempts == whole.attempts
    assert (whole.found, whole.attempts, whole.work) == (again.found, again.attempts, again.work)


def test_a_job_gives_what_leads_and_then_its_end(challenges: Challenges) -> None:
    """One that is tried again gives its end alone: that is what is asked for."""
    (task,) = challenges.tasks
    job = SearchJob(0, task, Knowledge(()), Budget(work=800), Limits(5.0))
    *early, end = job.perform(None)
    assert early
    assert all(each.early for each in early)
    assert not end.early
    (only,) = job.alone(0, 0).perform(None)
    assert not only.early
