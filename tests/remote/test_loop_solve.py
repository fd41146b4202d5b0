"""A loop around kernels that solve: the home is carried forward, and the last version submitted, once."""

from __future__ import annotations

import importlib.util
import json
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import RemoteError, RunFailedError
from kagglebatt.home.directory import check, read_archive
from kagglebatt.notebook.result import write_result
from kagglebatt.remote.loop import Loop, StepResult
from kagglebatt.remote.loop_state import FILE_NAME, read_state
from kagglebatt.remote.solve_plan import SIZES, SolvePlan
from kagglebatt.settings import Settings
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.solve import solve
from kagglebatt.tasks.challenges import read_challenges
from tests.kaggle_standin import Run as KaggleRun
from tests.kaggle_standin import Standin
from tests.kaggle_standin.competitions import Competition
from tests.kaggle_standin.swift import SWIFT, SwiftClient
from tests.notebook.test_solve_kernel import MIRROR, ODD, mount
from tests.round_trip import QUICK, Machine

SLUG = "arc-prize-of-a-year"
genuine = pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")


def hold(kaggle: Standin, folder: Path) -> Competition:
    """A competition with one task that a mirror answers, and one that nothing does."""
    seen = mount(folder / "seen", {"mirror": MIRROR, "odd": ODD})
    hidden = mount(folder / "hidden", {"secret": MIRROR, "odd2": ODD})
    return kaggle.hold(Competition(SLUG, seen, hidden, {"secret": [[[8, 7]]], "odd2": [[[9]]]}))


class Solver:
    """Walks a loop that solves beside a Kaggle on which runs are made by ``solve``, in this process.

    Attributes:
        spoil: what each run leaves is given to it before the note is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        solvers = folder / "mine.py"
        solvers.write_text("def solve_mine(I):\n    O = vmirror(I)\n    return O\n")
        self.settings = Settings(home=folder / "home", solvers=solvers, jobs=1, backend="sequential")
        self.spoil = list[Any]()
        self.plan = SolvePlan(
            replace(self.settings, iterations=1), 2, SIZES, 1, "kagglebatt", "tester", {"id": "tester/a-home"}, True,
            True, folder / "loop", competition=SLUG, submits=True, scores=True, budget=SolveBudget(work=50),
        )  # fmt: skip

    def work(self, run: KaggleRun) -> None:
        """What a run leaves."""
        challenges = read_challenges(str(self.folder / ("hidden" if run.rerun else "seen")))
        settings = replace(self.settings, home=run.output)
        report = solve(challenges, settings, SolveBudget(work=50), run.output / "submission.json")
        if self.spoil:
            self.spoil.pop()(run.output)
        write_result(run.output, run.bundle, "complete", "", [report.as_iteration()])

    def walk(self, kaggle: Standin) -> list[StepResult]:
        """Begin the loop, or go on with it."""
        client = SwiftClient(kaggle, SWIFT)
        return list(Loop(self.plan, read_state(self.plan.folder, self.plan.asked()), client, print).walk())


@pytest.fixture
def kaggle(tmp_path: Path) -> Iterator[Standin]:
    """A Kaggle without runs."""
    with Standin(tmp_path / "kaggle") as kaggle:
        yield kaggle


@pytest.fixture
def solver(kaggle: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Solver:
    """A loop on that Kaggle; its dataset is of no interest here."""
    monkeypatch.setattr("kagglebatt.remote.loop.publish", lambda *arguments: 1)
    monkeypatch.setattr("kagglebatt.remote.loop.find_published", lambda *arguments: None)
    made = Solver(tmp_path)
    kaggle.run_instead(made.work)
    return made


def test_the_home_grows_and_the_last_version_is_submitted(kaggle: Standin, solver: Solver) -> None:
    """Each round's kernel is of the competition; from the second on the home is attached; one submission, scored."""
    competition = hold(kaggle, solver.folder)
    first, last = solver.walk(kaggle)
    assert first.submission is None
    assert last.submission is not None
    assert (last.submission.state, last.submission.score) == ("COMPLETE", "50.00")
    assert len(competition.submissions) == 1
    assert [run.version for run in kaggle.runs if not run.rerun] == [1, 2]
    metadata = json.loads((solver.plan.folder / "kernel-1-of-1" / "kernel-metadata.json").read_text())
    assert (metadata["competition_sources"], metadata["dataset_sources"]) == ([SLUG], ["tester/a-home"])
    assert json.loads((last.outputs[0] / "submission.json").read_text())["mirror"][0]["attempt_1"] == [[8, 7]]
    assert last.reports[0]["fitted"]["all"] == 1
    with read_archive(solver.settings.home) as kept:
        assert {entry.task for entry in kept.entries()} == {"mirror"}
    assert not (solver.plan.folder / FILE_NAME).exists()


def test_a_submission_is_made_once_by_whoever_goes_on(
    kaggle: Standin, solver: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop is stopped while it waits for the score; then the list does not show the submission yet."""
    competition = hold(kaggle, solver.folder)
    with monkeypatch.context() as patched:
        patched.setattr("kagglebatt.remote.submission_of_loop.wait_for_score", _stopped)
        with pytest.raises(KeyboardInterrupt):
            solver.walk(kaggle)
    shown = [None, None]
    real = "kagglebatt.remote.submission_of_loop.submitted"
    from kagglebatt.remote.submission_of_loop import submitted

    monkeypatch.setattr(real, lambda *given: shown.pop() if shown else submitted(*given))
    (last,) = solver.walk(kaggle)
    assert last.submission is not None
    assert (last.submission.score, len(competition.submissions), shown) == ("50.00", 1, [])


def _stopped(*_given: Any) -> None:
    raise KeyboardInterrupt


def test_a_refused_submission_is_made_later(kaggle: Standin, solver: Solver) -> None:
    """The day's submissions are used up; nothing is pushed again for it the next day."""
    competition = hold(kaggle, solver.folder)
    competition.left = 0
    with pytest.raises(RemoteError, match=r"0:00 UTC.*the same command goes on from there"):
        solver.walk(kaggle)
    competition.left = 1
    (last,) = solver.walk(kaggle)
    assert last.submission is not None
    assert (last.submission.score, len([run for run in kaggle.runs if not run.rerun])) == ("50.00", 2)


def test_a_run_without_a_good_submission_is_made_again(kaggle: Standin, solver: Solver) -> None:
    """What it found is taken over all the same."""
    hold(kaggle, solver.folder)
    solver.spoil = [lambda output: (output / "submission.json").write_text("{}")]
    assert len(solver.walk(kaggle)) == 2
    assert len([run for run in kaggle.runs if not run.rerun]) == 3


def test_only_a_version_that_is_known_is_submitted(kaggle: Standin, solver: Solver) -> None:
    """A push whose answer was lost is there under a number that nobody told: the last round is pushed once more."""
    competition = hold(kaggle, solver.folder)
    solver.plan = replace(solver.plan, iterations=1)
    kaggle.inject("save-kernel-lost-answer")
    (last,) = solver.walk(kaggle)
    assert last.submission is not None
    assert len(competition.submissions) == 1
    assert [run.version for run in kaggle.runs if not run.rerun] == [1, 2]


def test_a_competition_that_was_not_joined_is_said_at_once(kaggle: Standin, solver: Solver) -> None:
    """One run is started, which Kaggle does without its files; no more are."""
    with pytest.raises(RunFailedError, match=rf"competitions/{SLUG}/rules"):
        solver.walk(kaggle)
    assert len(kaggle.runs) == 1
    hold(kaggle, solver.folder)
    assert len(solver.walk(kaggle)) == 2


def test_options_of_the_other_kind_of_loop_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked."""
    place = ["--to", str(tmp_path)]
    for given, words in (
        (["--solve"], "belong together"),
        (["--competition", SLUG], "belong together"),
        (
            ["--solve", "--competition", SLUG, "--sizes", "5", "--kernels", "2"],
            "--sizes, --kernels: means nothing",
        ),
        (["--submit"], "--submit: means nothing without --solve"),
        (["--solve", "--competition", SLUG, "--work", "0"], "--work is 0"),
    ):
        assert main(["loop", *place, *given]) == 2
        assert words in capsys.readouterr().err


@genuine
def test_what_it_would_do_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All options of both kinds of loop are taken."""
    place = ["loop", "--dry-run", "--iterations", "2", "--home", str(tmp_path / "home"), "--to", str(tmp_path)]
    own = ["--solve", "--competition", SLUG, "--submit", "--per-task", "5", "--patient", "--minutes", "60"]
    assert main([*place, *own]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said[1:5]] == [f"iteration {i}, tasks of {SLUG}" for i in (1, 1, 2, 2)]
    assert said[5] == f"submit the last version to {SLUG}"
    assert main([*place, "--sizes", "2", "--offspring", "5"]) == 0
    assert "iteration 2, 2 tasks: push" in capsys.readouterr().out


@genuine
@pytest.mark.campaign
def test_a_killed_loop_goes_on_to_its_score(kaggle: Standin, tmp_path: Path) -> None:
    """The genuine client and real runs, killed at random moments: nothing is pushed or submitted twice."""
    folder = tmp_path / "machine"
    folder.mkdir()
    machine = Machine(kaggle, folder)
    competition = hold(kaggle, tmp_path)
    (folder / "mine.py").write_text("def solve_mine(I):\n    O = vmirror(I)\n    return O\n")
    command = ("loop", "--solve", "--competition", SLUG, "--iterations", "2", "--submit", "--score", "--work", "50",
               "--jobs", "1", "--solvers", "mine.py", *QUICK)  # fmt: skip
    moments, kills = random.Random(3), 0
    while kills < 5:
        process = machine.start(*command)
        sleep(moments.uniform(0.5, 5.0))
        if process.poll() is None:
            process.kill()
            kills += 1
        if process.wait() == 0:
            break
        assert process.returncode == -signal.SIGKILL
    else:
        done = machine.run(*command, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["steps"][-1]["submission"]["score"] == "50.00"
    assert machine.pushed_twice() == []
    assert [each.score for each in competition.submissions] == ["50.00"]
    assert check(folder / "home") == []
    assert len(kaggle.datasets["tester/kagglebatt-home"]) == 2
