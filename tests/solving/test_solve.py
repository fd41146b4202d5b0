"""Solving a set: always a valid file, the same answers every way, what is found is filed."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import KagglebattError, SettingsError
from kagglebatt.home import directory
from kagglebatt.home.directory import open_home, read_archive
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.limit import Limits
from kagglebatt.running.outcome import Kind
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.result import Found, SearchResult
from kagglebatt.search.search import search
from kagglebatt.settings import Settings
from kagglebatt.solving import job as job_module
from kagglebatt.solving import solve as solve_module
from kagglebatt.solving import submission_file
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.job import SearchJob
from kagglebatt.solving.solve import solve
from kagglebatt.solving.verify import verify
from kagglebatt.tasks.challenges import Challenges, as_challenges, read_challenges
from kagglebatt.tasks.submission_check import faults
from kagglebatt.tasks.task import Task

MIRROR = {
    "train": [{"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]}, {"input": [[5, 5, 0]], "output": [[0, 5, 5]]}],
    "test": [{"input": [[7, 8]], "output": [[8, 7]]}, {"input": [[1, 2]], "output": [[2, 1]]}],
}
ODD = {
    "train": [
        {"input": [[1, 7, 2]], "output": [[7, 0, 4, 4], [9, 4, 1, 6]]},
        {"input": [[3]], "output": [[5, 8, 6]] * 5},
    ],
    "test": [{"input": [[2]]}],
}
"""Nothing leads from these inputs to these outputs."""
WORK = SolveBudget(work=100)


def bomb() -> dict[str, Any]:
    """Grids of 30 x 30 in which every cell is an object of its own."""
    colours = random.Random(0)
    grids = [[[colours.randrange(10) for _ in range(30)] for _ in range(30)] for _ in range(5)]
    pairs = [{"input": a, "output": b} for a, b in zip(grids[:2], grids[2:4], strict=True)]
    return {"train": pairs, "test": [{"input": grids[4]}]}


def challenges_file(folder: Path, count: int = 3) -> Path:
    """So many tasks: mirrors, one nobody can answer, one damaged, a bomb."""
    tasks = {f"mirror{number}": MIRROR for number in range(count - 3)} | {"odd": ODD, "broken": 5, "bomb": bomb()}
    place = folder / "challenges.json"
    place.write_text(json.dumps(tasks))
    return place


@pytest.fixture
def challenges(tmp_path: Path) -> Challenges:
    """Four tasks that can be read, and one that cannot."""
    return read_challenges(challenges_file(tmp_path, 5))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library of two solvers, nothing outside this process."""
    (tmp_path / "mine.py").write_text("def solve_mirror0(I):\n    O = vmirror(I)\n    return O\n\n\n"
                                      "def solve_other(I):\n    O = rot90(I)\n    return O\n")  # fmt: skip
    return Settings(home=tmp_path / "home", solvers=tmp_path / "mine.py", jobs=1, backend="sequential")


def answers(place: Path, of: Challenges) -> dict[str, Any]:
    """A submission's content, once it is seen to be complete."""
    content = json.loads(place.read_text())
    assert faults(content, of.tests) == []
    return dict(content)


def test_answers_are_written_and_programs_filed(challenges: Challenges, settings: Settings, tmp_path: Path) -> None:
    """Of each task that a known program fits; every other one has its fallback."""
    told: list[tuple[str, int, int, str]] = []
    report = solve(challenges, settings, WORK, tmp_path / "submission.json", lambda *each: told.append(each))
    content = answers(tmp_path / "submission.json", challenges)
    assert [content["mirror0"][place]["attempt_1"] for place in (0, 1)] == [[[8, 7]], [[2, 1]]]
    assert set(content) == {"mirror0", "mirror1", "odd", "broken", "bomb"}
    assert report.fitting() == {"all": 2, "some": 0, "none": 2, "left": 1, "fault": 0}
    assert (report.stages(), report.stopped) == ({"recall": 2}, "")
    assert [each[:3] for each in told] == [("tasks", number, 4) for number in (1, 2, 3, 4)]
    assert told[1][3].startswith("2 fit all demo pairs, about ")
    with read_archive(settings.home) as kept:
        assert len(kept.entries()) == report.filed
        assert {(entry.task, entry.o_score, entry.tests) for entry in kept.entries()} == {
            ("mirror0", 2, 2),
            ("mirror1", 2, 2),
        }
        assert kept.check() == []


def test_a_second_solve_recalls_from_the_home(challenges: Challenges, settings: Settings, tmp_path: Path) -> None:
    """With a library that knows nothing of it."""
    solve(challenges, settings, WORK)
    other = tmp_path / "other.py"
    other.write_text("def solve_other(I):\n    O = rot90(I)\n    return O\n")
    again = Settings(home=settings.home, solvers=other, jobs=1, backend="sequential")
    report = solve(challenges, again, WORK, tmp_path / "submission.json")
    assert report.fitting()["all"] == 2
    assert report.stages() == {"recall": 2}


def test_one_and_two_jobs_give_the_same(challenges: Challenges, settings: Settings, tmp_path: Path) -> None:
    """In this process, and spread over two; answers, programs and archive."""
    found = []
    for jobs, backend in ((1, "sequential"), (2, "threading")):
        own = Settings(home=tmp_path / backend, solvers=settings.solvers, jobs=jobs, backend=backend)
        report = solve(challenges, own, WORK, tmp_path / f"{backend}.json")
        rows = [{**row, "seconds": 0} for row in report.as_json()["answers"]]
        with read_archive(own.home) as kept:
            found.append((answers(tmp_path / f"{backend}.json", challenges), rows, kept.entries()))
    assert found[0] == found[1]


def test_test_answers_change_nothing(settings: Settings, tmp_path: Path) -> None:
    """Neither answers nor what is filed: poison in the file has no way to the search."""
    found = []
    for name, answer in (("true", [[8, 7]]), ("poison", [[1, 1]]), ("broken", "?")):
        tests = [{"input": [[7, 8]], "output": answer}]
        (tmp_path / f"{name}.json").write_text(json.dumps({"mirror0": {**MIRROR, "test": tests}}))
        of = read_challenges(tmp_path / f"{name}.json")
        own = Settings(home=tmp_path / name, solvers=settings.solvers, jobs=1, backend="sequential")
        solve(of, own, WORK, tmp_path / f"{name}-submission.json")
        with read_archive(own.home) as kept:
            found.append(((tmp_path / f"{name}-submission.json").read_text(), kept.entries()))
    assert found[0] == found[1] == found[2]


def searching(monkeypatch: pytest.MonkeyPatch, search: Callable[[Task], SearchResult]) -> None:
    """Have another search in place of the real one, in this process."""
    monkeypatch.setattr(job_module, "improvements", lambda task, _knowledge, _budget: iter([search(task)]))


def test_the_file_is_valid_while_the_search_goes_on(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From before the first task on: killed at any moment, it is the best so far."""
    seen = []

    def look(task: Task) -> SearchResult:
        seen.append(answers(tmp_path / "submission.json", challenges))
        return SearchResult((), tuple(((sum(sample.input, ()),),) for sample in task.test))

    searching(monkeypatch, look)
    solve(challenges, settings, WORK, tmp_path / "submission.json")
    assert [each["mirror0"][0]["attempt_1"] for each in seen] == [[[7, 8]]] + [[[7, 8]]] * 3
    assert [each["bomb"] for each in seen] == [seen[0]["bomb"]] * 4


def test_the_end_of_the_time_wakes_a_search_that_hangs(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found before it is in the file, and filed."""

    def hang(task: Task) -> SearchResult:
        if task.id == "mirror1":
            time.sleep(60)
        return search(task, Knowledge(()), Budget(work=1))

    searching(monkeypatch, hang)
    report = solve(challenges, settings, SolveBudget(minutes=2 / 60), tmp_path / "submission.json")
    assert (report.stopped, list(report.searched)) == ("time budget", ["mirror0"])
    answers(tmp_path / "submission.json", challenges)


def test_a_signal_ends_in_order(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says what it was, and the handlers are as they were before."""
    before = signal.getsignal(signal.SIGTERM)

    def end(task: Task) -> SearchResult:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
        raise AssertionError(task)

    searching(monkeypatch, end)
    told: list[str] = []
    report = solve(challenges, settings, WORK, tmp_path / "submission.json", notify=told.append)
    assert (report.stopped, report.searched, signal.getsignal(signal.SIGTERM)) == ("SIGTERM", {}, before)
    assert told[-1].startswith("SIGTERM: ending in order")


def test_the_report_knows_the_copy_of_a_read_only_home(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For that is where what was found is filed."""
    settings.home.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(directory, "read_only", lambda place: place == settings.home)
    assert solve(as_challenges([]), settings, WORK).home == tmp_path / "here" / "home"


@pytest.mark.parametrize("what", ["home", "library"])
def test_what_cannot_begin_leaves_an_earlier_submission(
    challenges: Challenges, settings: Settings, tmp_path: Path, what: str
) -> None:
    """As when the same command is started twice."""
    (place := tmp_path / "submission.json").write_text("earned")
    bad = tmp_path / "bad.py"
    bad.write_text("1")
    chosen = settings if what == "home" else replace(settings, solvers=bad)
    held = open_home(settings.home) if what == "home" else nullcontext()
    with held, pytest.raises(KagglebattError):
        solve(challenges, chosen, WORK, place)
    assert place.read_text() == "earned"
    place.unlink()
    with held if what == "library" else open_home(settings.home), pytest.raises(KagglebattError):
        solve(challenges, chosen, WORK, place)
    answers(place, challenges)


def test_a_full_disk_leaves_what_was_written(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The search goes on, programs are filed, and the command says which file is behind."""
    writes = []

    def full(path: Path, text: str) -> None:
        writes.append(path)
        if len(writes) > 1:
            raise OSError(28, "No space left on device")
        path.write_text(text)

    monkeypatch.setattr(submission_file, "write_aside", full)
    output = tmp_path / "submission.json"
    source = str(tmp_path / "challenges.json")
    assert main(["solve", source, "-o", str(output), "--home", str(settings.home), "--solvers", str(settings.solvers),
                 "--backend", "sequential", "--work", "100"]) == 2  # fmt: skip
    answers(output, challenges)
    assert "No space left" in capsys.readouterr().err
    with read_archive(settings.home) as kept:
        assert {entry.task for entry in kept.entries()} == {"mirror0", "mirror1"}


def test_what_does_not_do_alone_what_was_said_is_not_filed(tiny_task: Task) -> None:
    """Neither with another count of pairs, nor with another answer."""
    (task,) = as_challenges([tiny_task]).tasks
    program = parse_program("O = vmirror(I)", "test").canonical
    true = Found(program, "graph", 2, 2, 1, 1, (((8, 7),),))
    assert verify(true, task, Limits(5.0)).agrees
    for fitted, answer in ((1, ((8, 7),)), (2, ((7, 8),)), (2, None)):
        assert not verify(Found(program, "graph", fitted, 2, 1, 1, (answer,)), task, Limits(5.0)).agrees


def test_a_search_that_ends_its_process_is_tried_with_less(tiny_task: Task) -> None:
    """And then given up; the task alone pays for it."""
    job = SearchJob(3, tiny_task, Knowledge(()), Budget(8.0, 100), Limits(1.0))
    again = job.alone(3, 0)
    assert (again.budget, again.fault != "") == (Budget(2.0, 25), True)
    assert again.ended(Kind.CRASHED, 0.0, False, 2.0).fault == "crashed"


def test_time_is_shared_out_among_the_tasks_that_are_left() -> None:
    """What one leaves, those after it get; a budget in work is not cut by the clock."""
    now = [0.0]
    shares = SolveBudget(minutes=1.0).shares(3, 1, lambda: now[0])
    seconds = [next(shares).seconds]
    now[0] = 2.0
    seconds.append(next(shares).seconds)
    now[0] = 59.0
    seconds.append(next(shares).seconds)
    assert seconds == pytest.approx([12.0, 17.4, 0.6])
    assert next(SolveBudget(work=5, minutes=1.0).shares(9, 1)).work == 5
    assert next(SolveBudget().shares(9, 1)) == Budget(60.0)
    assert next(SolveBudget(patient=True).shares(9, 1)) == Budget(60.0, patient=True)
    with pytest.raises(SettingsError, match="--per-task is 0"):
        SolveBudget(per_task=0.0)
    with pytest.raises(SettingsError, match="--work is 0"):
        SolveBudget(work=0)


@pytest.mark.parametrize(
    "given",
    [{"minutes": -1}, {"minutes": 0}, {"minutes": math.nan}, {"minutes": 1e9}, {"minutes": "1"}, {"work": True},
     {"work": 1.5}, {"work": "9"}, {"per_task": "1"}, {"per_task": True}, {"per_task": math.nan}],
)  # fmt: skip
def test_a_budget_that_is_none_is_refused(given: dict[str, Any]) -> None:
    """Else a caller from Python would get no answers, and no word of why; or a fault of the comparison."""
    ((name, value),) = given.items()
    with pytest.raises(SettingsError, match=f"^--{name.replace('_', '-')} is {value}; give "):
        SolveBudget(**given)


def test_the_command_says_how_many_fit(
    challenges: Challenges, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a table, with programs where they are asked for, or as JSON."""
    command = ["solve", challenges.source, "-o", str(tmp_path / "submission.json"), "--home", str(settings.home),
               "--solvers", str(settings.solvers), "--backend", "sequential", "--work", "100", "-q"]  # fmt: skip
    assert main([*command, "--explain"]) == 0
    out = capsys.readouterr().out
    assert "mirror0: 2 of 2 demo pairs, by recall, depth 0, pieces 1" in out
    assert "O = vmirror(I)" in out
    assert out.endswith(f"{tmp_path / 'submission.json'}: two attempts at each of 7 test inputs\n")
    assert "      2  fit all demo pairs\n      0  fit some\n      2  fit none\n      1  not searched\n" in out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["fitted"]["all"], len(found["answers"])) == (2, 4)


def command_for(source: Path, folder: Path, *more: str) -> list[str]:
    """The solve command, in a process of its own."""
    return [sys.executable, "-m", "kagglebatt", "solve", str(source), "-o", str(folder / "submission.json"), "--home",
            str(folder / "home"), "-q", *more]  # fmt: skip


@pytest.mark.campaign
def test_killed_at_ten_moments_the_file_is_whole(tmp_path: Path) -> None:
    """Twenty tasks, SIGKILL each time; afterwards the same command fits what a run in one go fits."""
    source = challenges_file(tmp_path, 20)
    of = read_challenges(source)
    for moment in range(10):
        process = subprocess.Popen(command_for(source, tmp_path, "--work", "100", "--jobs", "2"), cwd=tmp_path)
        if moment == 0:
            while not (tmp_path / "submission.json").exists():
                time.sleep(0.01)
        else:
            time.sleep(0.3 * moment)
        process.kill()
        process.wait()
        answers(tmp_path / "submission.json", of)
    done = subprocess.run(command_for(source, tmp_path, "--work", "100", "--json"), cwd=tmp_path, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert json.loads(done.stdout)["fitted"]["all"] == 17


@pytest.mark.campaign
def test_a_budget_of_one_second_ends_in_time(tmp_path: Path) -> None:
    """Exit code 3 or 0; the file is whole."""
    source = challenges_file(tmp_path, 20)
    started = time.monotonic()
    done = subprocess.run(command_for(source, tmp_path, "--minutes", "0.0166"), cwd=tmp_path, check=False)
    assert done.returncode in (0, 3)
    assert time.monotonic() - started < 30
    answers(tmp_path / "submission.json", read_challenges(source))


@pytest.mark.campaign
def test_hash_seeds_and_jobs_do_not_change_answers(tmp_path: Path) -> None:
    """With a budget in work."""
    source = challenges_file(tmp_path, 8)
    found = set()
    for seed, jobs in (("0", "1"), ("1", "2")):
        folder = tmp_path / seed
        folder.mkdir()
        subprocess.run(command_for(source, folder, "--work", "100", "--jobs", jobs), cwd=folder, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed})  # fmt: skip
        found.add((folder / "submission.json").read_text())
    assert len(found) == 1


@pytest.mark.campaign
def test_a_worker_that_is_killed_costs_its_task_alone(
    challenges: Challenges, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed from outside while it searches: it is searched again, and everything is answered."""
    killed: list[int] = []
    real = solve_module.WorkerPool

    class Harmed(real):  # type: ignore[misc, valid-type]
        """A pool whose first worker is killed at its first job."""

        def _perform_in_idle_process(self, job: Any, heard: Any = None) -> Any:
            if not killed:
                self._start_processes(1)
                killed.append(self._idle[-1]._process.pid)
                os.kill(killed[0], signal.SIGKILL)
            return super()._perform_in_idle_process(job, heard)

    monkeypatch.setattr(solve_module, "WorkerPool", Harmed)
    own = Settings(home=settings.home, solvers=settings.solvers, jobs=2)
    report = solve(challenges, own, WORK, tmp_path / "submission.json")
    assert (report.fitting()["all"], len(killed)) == (2, 1)
    answers(tmp_path / "submission.json", challenges)
