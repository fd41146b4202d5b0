"""Whole iterations: the same answer every way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.errors import SettingsError, TaskError
from kagglebatt.home.archive import Archive
from kagglebatt.iteration.deal import deal_next
from kagglebatt.iteration.iterate import evolve, run_hand
from kagglebatt.programs.batt import write
from kagglebatt.programs.library import read_library
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import Scores
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task

IDS = ("007bbfb7", "67a3c6ac", "4c4377d9")


def kagglebatt(folder: Path, *arguments: str, seed: str = "0") -> str:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "kagglebatt", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def exported(folder: Path) -> dict[str, str]:
    files = sorted(path for name in ("solver_md5", "differ_md5") for path in (folder / name).iterdir())
    return {path.name: path.read_text() for path in files}


def test_one_batt_run_twice_and_every_other_way(tmp_path: Path) -> None:
    """The second process misses nothing and runs nothing; scores and files never change."""
    kagglebatt(
        tmp_path, "card", "-f", "batt_run.py", "--tasks", "5", "--home", "dealt", "--seed", "3", "--mutate", "0.3"
    )
    common = ("run", "-b", "batt_run", "--tasks", "5", "--json")
    told = []
    for home, jobs, seed in (("a", "2", "0"), ("a", "2", "1"), ("b", "1", "7"), ("c", "1", "42")):
        text = kagglebatt(tmp_path, *common, "--home", home, "--jobs", jobs, "--export", f"{home}{seed}", seed=seed)
        told.append((json.loads(text), exported(tmp_path / f"{home}{seed}")))
    (cold, files), (warm, _), *_ = told
    assert cold["funnel"]["filed"] > 0
    assert all((report["scores"], written) == (cold["scores"], files) for report, written in told)
    assert (cold["executed"] > 0, warm["executed"]) == (True, 0)
    for name in ("inlining", "validation"):
        assert (warm["caches"][name]["misses"], warm["caches"][name]["hits"]) == (0, cold["caches"][name]["misses"])
        assert cold["caches"][name]["hits"] == 0


def test_evolving_is_repeatable_and_builds_on_itself(tmp_path: Path) -> None:
    """Three iterations from one seed give the same batts and archive; later hands hold what was filed."""
    tasks = load_tasks("arc1-training", ids=IDS)
    library = tmp_path / "library.py"
    library.write_text(
        "".join(named.program.text(f"solve_{named.name}") for named in read_library() if named.name in IDS)
    )
    seen = []
    for name, jobs in (("a", 1), ("b", 2)):
        settings = Settings(
            offspring=0, home=tmp_path / name, ids=IDS, solvers=library, iterations=3, jobs=jobs, seed=5
        )
        reports = list(evolve(settings, tasks))
        with Archive(settings.home) as archive:
            entries, problems = archive.entries(), archive.check()
        assert problems == []
        seen.append(([write(report.hand) for report in reports], [report.digest for report in reports], entries))
    assert seen[0] == seen[1]
    filed_first = {entry.md5 for entry in seen[0][2] if entry.iteration == 1}
    assert filed_first
    assert any(md5 in batt for md5 in filed_first for batt in seen[0][0][1:])


def test_an_iteration_executes_only_what_is_new(tmp_path: Path) -> None:
    """Candidates of the first iteration are hits in the second, in a new archive and cache."""
    settings = Settings(offspring=0, home=tmp_path, ids=IDS, jobs=1, mutate=0.0)
    tasks = load_tasks("arc1-training", ids=IDS)
    (first,) = evolve(settings, tasks)
    (second,) = evolve(settings, tasks)
    assert first.executed > 0
    assert second.iteration == 2
    known = {address for address in first.ids if address}
    new = [md5 for md5 in second.ids if md5 not in known]
    assert second.caches["validation"]["misses"] == len(new) * len(tasks)


def test_a_false_claim_is_counted_shown_and_not_filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the run alone says otherwise, nothing is filed, not even in the next process."""
    settings = Settings(offspring=0, home=tmp_path, ids=IDS, jobs=1, mutate=0.0)
    tasks = load_tasks("arc1-training", ids=IDS)
    with Archive(tmp_path) as archive:
        hand = deal_next(settings, archive, tasks)

    def false(demo, test, ids) -> Scores:
        return replace(true(demo, test, ids), similarity=1)

    with monkeypatch.context() as patch:
        from kagglebatt.running import validate

        true = validate.add_up
        patch.setattr(validate, "add_up", false)
        report = run_hand(hand, settings, tasks)
    assert (len(report.disagreements) > 0, report.filed) == (True, 0)
    again = run_hand(hand, settings, tasks)
    assert (len(again.disagreements), again.filed, again.executed) == (len(report.disagreements), 0, 0)


def test_a_verdict_that_ran_out_of_time_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no disagreement and files nothing; the next run has the verdict that it would have had."""
    settings = Settings(offspring=0, home=tmp_path, ids=IDS, jobs=1, mutate=0.0)
    tasks = load_tasks("arc1-training", ids=IDS)
    with Archive(tmp_path) as archive:
        hand = deal_next(settings, archive, tasks)

    def late(demo, test, ids) -> Scores:
        scores = true(demo, test, ids)
        return replace(scores, o_score=0, outcomes=(Kind.TIMED_OUT.value, *scores.outcomes[1:]))

    with monkeypatch.context() as patch:
        from kagglebatt.running import validate

        true = validate.add_up
        patch.setattr(validate, "add_up", late)
        report = run_hand(hand, settings, tasks)
    assert (report.undecided, report.disagreements, report.filed) == (report.validated, [], 0)
    again = run_hand(hand, settings, tasks)
    assert (again.undecided, again.disagreements, again.filed) == (0, [], again.validated)
    assert again.filed > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"candidates": 0},
        {"mutate": 1.5},
        {"jobs": 0},
        {"timeout": 0.0},
        {"timeout": 1e300},
        {"memory": 1 << 50},
        {"tasks": -1},
        {"iterations": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict) -> None:
    """With the option's name."""
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Settings(**wrong)


def test_tasks_given_twice_are_run_once_or_refused(tiny_task: Task, settings: Settings) -> None:
    """The same is one task; another of its name is refused before a home is made, as is what is no task."""
    other = replace(tiny_task, demo=tiny_task.demo[:1])
    for tasks in ((tiny_task, other), ("0000beef",)):
        with pytest.raises(TaskError, match=r"two tasks with other grids|is no task"):
            next(evolve(settings, tasks))
        assert not settings.home.exists()
    (report,) = evolve(settings, (tiny_task, tiny_task))
    assert len(report.tasks) == 1
