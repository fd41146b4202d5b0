"""Submitting to a competition: a finished version, once; refusals are sentences, the score is that of hidden tasks."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import RemoteError, SettingsError, UnsureError
from kagglebatt.notebook.result import write_result
from kagglebatt.notify import notify_nobody
from kagglebatt.remote import submitting
from kagglebatt.remote.client import Timeouts
from kagglebatt.remote.pushing import Folder, read_folder
from tests.kaggle_standin import Standin
from tests.kaggle_standin.competitions import Competition
from tests.kaggle_standin.faults import LATE_WAYS, WAYS
from tests.kaggle_standin.runs import Run
from tests.kaggle_standin.swift import SWIFT, SwiftClient
from tests.notebook.test_solve_kernel import MIRROR, ODD, mount
from tests.round_trip import QUICK, Machine

genuine = pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")

SLUG = "arc-prize-of-a-year"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with a pushed kernel's folder, beside a Kaggle with one competition."""
    folder = tmp_path / "work"
    folder.mkdir()
    with Standin(tmp_path / "kaggle") as kaggle:
        seen = mount(tmp_path / "seen", {"mirror": MIRROR, "odd": ODD})
        hidden = mount(tmp_path / "hidden", {"secret": MIRROR, "odd2": ODD})
        kaggle.hold(Competition(SLUG, seen, hidden, {"secret": [[[8, 7]]], "odd2": [[[9]]]}))
        yield Machine(kaggle, folder)


def held(machine: Machine) -> Competition:
    return machine.kaggle._competitions.known[SLUG]


def bundle(machine: Machine, *more: str) -> None:
    place = str(machine.folder / "build" / "kernel")
    assert main(["bundle", "--solve", "--competition", SLUG, "--to", place, "--jobs", "1", "--work", "100", *more]) == 0


def answered(run: Run) -> None:
    """What a run leaves, without running it: on the rerun the answer to one of the hidden tasks."""
    grids = {"attempt_1": [[8, 7]], "attempt_2": [[1]]}
    content = {"secret": [grids], "odd2": [grids]} if run.rerun else {"mirror": [grids], "odd": [grids]}
    (run.output / "submission.json").write_text(json.dumps(content))
    write_result(run.output, run.bundle, "complete", "", [])


@genuine
@pytest.mark.campaign
def test_a_finished_version_is_submitted_once(machine: Machine) -> None:
    """With what is wrong before that, as sentences; a lost answer is found among the submissions."""
    kaggle = machine.kaggle
    kaggle.run_instead(answered)
    bundle(machine)
    said = machine.run("submit", *QUICK)
    assert (said.returncode, "`kagglebatt push" in said.stderr) == (1, True)
    assert machine.run("push", *QUICK).returncode == 0
    kaggle.wait_idle()
    for fault, words in (("rules-not-accepted", "/rules, and submit again"), ("submission-limit", "0:00 UTC")):
        kaggle.inject(fault)
        said = machine.run("submit", *QUICK)
        assert (said.returncode, words in said.stderr) == (1, True), said.stderr
    assert held(machine).submissions == []
    kaggle.inject("submit-lost-answer")
    kaggle.inject("submission-not-there-yet")
    said = machine.run("submit", "--score", "--json", *QUICK)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["score"] == "50.00"
    said = machine.run("submit", *QUICK)
    assert (said.returncode, "not submitted again" in said.stderr, len(held(machine).submissions)) == (0, True, 1)
    assert said.stdout.strip() == f"{SLUG}: submission 4000 is complete, score 50.00"


@genuine
@pytest.mark.campaign
def test_what_cannot_be_scored_is_not_submitted(machine: Machine) -> None:
    """A run that goes on, one without a submission, and one whose submission is no good."""
    kaggle = machine.kaggle
    kaggle.inject("run-never-ends")
    bundle(machine)
    assert machine.run("push", *QUICK).returncode == 0
    said = machine.run("submit", *QUICK)
    assert (said.returncode, "is still running" in said.stderr) == (1, True), said.stderr

    def spoilt(run: Run) -> None:
        answered(run)
        (run.output / "submission.json").write_text('{"mirror": [{"attempt_1": []}]}')
        write_result(run.output, run.bundle, "complete", "", [])

    kaggle.run_instead(spoilt)
    bundle(machine, "--name", "another kernel")
    assert machine.run("push", *QUICK).returncode == 0
    said = machine.run("submit", *QUICK)
    assert (said.returncode, "is an empty list" in said.stderr) == (1, True), said.stderr
    said = machine.run("submit", "--competition", "another", *QUICK)
    assert (said.returncode, "is no kernel of the competition another" in said.stderr) == (2, True)
    assert held(machine).submissions == []


@genuine
@pytest.mark.campaign
@pytest.mark.parametrize("layout", ["old", "new", "links"])
def test_from_the_page_to_a_score(machine: Machine, layout: str) -> None:
    """The genuine client and a real run: the hidden tasks are answered on the rerun."""
    machine.kaggle.layout = layout
    bundle(machine)
    assert machine.run("push", *QUICK).returncode == 0
    said = machine.run("pull", "--home", "home", *QUICK)
    assert said.returncode == 0, said.stderr
    said = machine.run("submit", "--score", *QUICK)
    assert (said.returncode, said.stdout.strip()) == (0, f"{SLUG}: submission 4000 is complete, score 50.00"), (
        said.stderr
    )


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standin, Folder]]:
    """A Kaggle with a version of a kernel whose run is over."""
    folder = tmp_path_factory.mktemp("pushed")
    command = ["bundle", "--solve", "--competition", SLUG, "--to", str(folder / "kernel"), "--owner", "tester"]
    assert main(command) == 0
    with Standin(folder / "kaggle") as kaggle:
        kaggle.hold(
            Competition(SLUG, mount(folder / "seen", {}), mount(folder / "hidden", {}), {"secret": [[[8, 7]]]}, left=99)
        )
        kaggle.run_instead(answered)
        SwiftClient(kaggle).ask("kernels", "push", "-p", str(folder / "kernel"))
        kaggle.wait_idle()
        yield kaggle, read_folder(folder / "kernel", "tester")


@pytest.mark.parametrize("way", [*WAYS, *LATE_WAYS])
def test_whatever_is_answered_it_is_submitted_once(way: str, pushed: tuple[Standin, Folder]) -> None:
    """Refused, lost or carried out unseen: the same again submits what was not, and nothing twice."""
    kaggle, kernel = pushed
    made = kaggle._competitions.known[SLUG].submissions
    made.clear()
    client = SwiftClient(kaggle, replace(SWIFT, call=0.4, settle=0.3))
    kaggle.inject(f"submit-{way}")
    refused = 0
    for _ in range(2):
        if submitting.submitted(client, SLUG, kernel.bundle) is None:
            try:
                submitting.submit(client, kernel, SLUG, 1, "kagglebatt")
            except RemoteError:
                refused += 1
    assert (len(made), refused) == (1, int(way in WAYS))
    assert kaggle.calm() == {}


class SaidClient:
    """A client that says what it is told to, in order; an error is raised."""

    pins = True
    timeouts = Timeouts()
    notify = staticmethod(notify_nobody)

    def __init__(self, *answers: str | Exception) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, ...]]()

    def ask(self, *arguments: str, **_more: Any) -> str:
        self.asked.append(arguments)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    read = ask

    def polls(self, _seconds: float, _what: str) -> Iterator[float]:
        yield 0.0


KERNEL = Folder(Path("build/kernel"), "me/answers", "0123456789abcdef", None, "answers.ipynb")
SUBMISSION = {"ref": 8, "description": "kagglebatt (bundle 0123456789abcdef)", "status": "SubmissionStatus.COMPLETE"}
LISTED = json.dumps([{**SUBMISSION, "publicScore": "4.5"}])


def submit(*answers: str | Exception) -> int:
    """The number of a submission to which the client says this."""
    return submitting.submit(SaidClient(*answers), KERNEL, SLUG, 3, "kagglebatt")  # type: ignore[arg-type]


def test_only_an_answer_that_names_the_submission_is_believed() -> None:
    """After any other it is looked for among the submissions; what is not there was not submitted."""
    assert submit("Submission ref: 7\n3 submissions remaining today.") == 7
    assert submit("Successfully submitted", LISTED) == 8
    assert submit(UnsureError("no answer"), LISTED) == 8
    with pytest.raises(UnsureError, match="not among the submissions"):
        submit(UnsureError("no answer"), "No submissions found")


@pytest.mark.parametrize(
    ("status", "words", "remedy"),
    [
        (403, "You must accept this competition's rules", f"competitions/{SLUG}/rules"),
        (400, "Your team has used its daily Submission allowance limit", "0:00 UTC"),
        (404, "Could not find competition or notebook", f"See that {SLUG} is the competition's slug"),
    ],
)
def test_refusals_say_what_to_do(status: int, words: str, remedy: str) -> None:
    """In one sentence each."""
    with pytest.raises(RemoteError, match=remedy):
        submit(RemoteError(words, status))


def test_a_score_is_waited_for() -> None:
    """A submission that does not show yet is asked after again; one that cannot be scored says why."""
    said = "Submission Ref:   7\nStatus:           COMPLETE\nPublic Score:     4.50\n"
    client = SaidClient(said)
    assert submitting.wait_for_score(client, 7) == submitting.Scored(7, "COMPLETE", "4.50")  # type: ignore[arg-type]
    failed = "Status:           ERROR\nError:            Notebook Threw Exception\n"
    client = SaidClient(failed)
    assert submitting.wait_for_score(client, 7).error == "Notebook Threw Exception"  # type: ignore[arg-type]
    with pytest.raises(UnsureError, match="is not scored yet"):
        submitting.wait_for_score(SaidClient(RemoteError("none", 404)), 7)  # type: ignore[arg-type]


def test_the_kernel_names_its_competition(tmp_path: Path) -> None:
    """Another one is refused before anything is asked."""
    kernel = Folder(tmp_path, "me/answers", "0123456789abcdef", None, "answers.ipynb")
    (tmp_path / "kernel-metadata.json").write_text(json.dumps({"competition_sources": [SLUG]}))
    assert submitting.competition_of(kernel, "") == SLUG
    with pytest.raises(SettingsError, match="no kernel of the competition another"):
        submitting.competition_of(kernel, "another")
