"""No run is pushed twice, whatever becomes of an answer; counted in the stand-in's log."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest
from click.testing import CliRunner, Result

from kagglebatt.commands.cli import cli
from kagglebatt.errors import RemoteError, StoppedError, UnsureError
from kagglebatt.notebook.bundle import BundleRequest, build
from kagglebatt.remote.client import Timeouts
from kagglebatt.remote.lock import locked
from kagglebatt.remote.pushing import Folder, owned, push, read_folder, renewed, shows_up
from kagglebatt.settings import Settings
from kagglebatt.stop import stopping_at_once
from kagglebatt.tasks.load import load_tasks
from tests.kaggle_standin import Standin
from tests.kaggle_standin.faults import CALLS
from tests.kaggle_standin.swift import SWIFT, SwiftClient
from tests.round_trip import QUICK, SMALL, Machine


@pytest.fixture
def kaggle(tmp_path: Path) -> Iterator[Standin]:
    """A Kaggle whose runs leave nothing."""
    with Standin(tmp_path / "kaggle") as kaggle:
        kaggle.run_instead(lambda run: None)
        yield kaggle


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kernel's folder, with a bare id."""
    folder = tmp_path_factory.mktemp("bundled") / "kernel"
    settings = Settings(offspring=0, candidates=4, jobs=1, tasks=1)
    build(BundleRequest(settings, "pushed once"), load_tasks("arc1-training", 1)).write(folder)
    return folder


class Pusher:
    """Pushes a copy of a kernel, and notes what is there."""

    def __init__(self, kaggle: Standin, bundled: Path, folder: Path) -> None:
        self.client = SwiftClient(kaggle)
        self.kernel = owned(read_folder(Path(shutil.copytree(bundled, folder)), "tester"))
        self.kept: list[tuple[str, int]] = []

    def again(self) -> Folder:
        self.kernel = renewed(self.kernel)
        return self.kernel

    def push(self) -> None:
        push(self.client, self.kernel, self.again, lambda kernel, version: self.kept.append((kernel.bundle, version)))


@pytest.fixture
def pusher(kaggle: Standin, bundled: Path, tmp_path: Path) -> Pusher:
    return Pusher(kaggle, bundled, tmp_path / "kernel")


def runs(kaggle: Standin) -> list[int]:
    """How many runs were started of each bundle."""
    return list(Counter(run.bundle for run in kaggle.runs).values())


LATE = ("save-kernel-late", "save-kernel-lost-answer", "save-kernel-lost-answer-503", "save-kernel-empty-after")
NOT_DONE = ("save-kernel-503", "save-kernel-drop", "save-kernel-garbled", "save-kernel-empty", "save-kernel-429")


@pytest.mark.parametrize("behind", [1, *(pytest.param(n, marks=pytest.mark.campaign) for n in (0, 3))])
@pytest.mark.parametrize("fault", LATE)
def test_a_push_whose_answer_does_not_come(fault: str, behind: int, kaggle: Standin, pusher: Pusher) -> None:
    """Carried out late, or its answer lost, also with a look-up that lags: one push, one run."""
    pusher.client.timeouts = replace(SWIFT, call=0.3)
    kaggle.late = 0.8
    kaggle.inject(fault)
    kaggle.inject("get-kernel-behind", behind)
    pusher.push()
    assert (runs(kaggle), kaggle.calls.count(CALLS["save-kernel"])) == ([1], 1)
    assert pusher.kept == [(kaggle.runs[0].bundle, 0)]


@pytest.mark.parametrize("fault", NOT_DONE)
def test_a_push_that_was_not_done(fault: str, kaggle: Standin, pusher: Pusher) -> None:
    """What is not there when things have had time to show is pushed again, under an identity of its own."""
    first = pusher.kernel.bundle
    pusher.client.timeouts = replace(SWIFT, settle=0.1)
    kaggle.inject(fault)
    pusher.push()
    assert (runs(kaggle), kaggle.calls.count(CALLS["save-kernel"])) == ([1], 2)
    assert pusher.kept == [(pusher.kernel.bundle, 1)]
    assert read_folder(pusher.kernel.path, "tester").bundle == pusher.kernel.bundle != first


@pytest.mark.parametrize("words", ["", "hello", "Kernel version successfully pushed.", "\x00\x01", "{}"])
def test_words_that_name_no_version_are_not_believed(words: str, kaggle: Standin, pusher: Pusher) -> None:
    """It is looked up: once because it is there, once because it never was."""
    pusher.client.words = lambda said: words
    pusher.push()
    assert (runs(kaggle), pusher.kept) == ([1], [(kaggle.runs[0].bundle, 0)])
    kaggle.inject("save-kernel-empty", 100)
    pusher.client.timeouts = replace(SWIFT, settle=0.0, outage=0.0, pause=0.0001)
    pusher.again()
    with pytest.raises(UnsureError, match=r"names no version.*pushes nothing twice"):
        pusher.push()
    assert len(kaggle.runs) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_a_push_finish(number: signal.Signals, kaggle: Standin, pusher: Pusher) -> None:
    """It is noted as pushed, and then the process stops."""
    pusher.client.meanwhile = lambda: signal.raise_signal(number)
    with stopping_at_once(), pytest.raises(StoppedError, match=number.name):
        pusher.push()
    assert (runs(kaggle), pusher.kept) == ([1], [(pusher.kernel.bundle, 1)])
    assert any("is finished first" in line for line in pusher.client.told)


def test_a_second_signal_does_not_wait(kaggle: Standin, pusher: Pusher) -> None:
    """Whoever presses twice means it; the next process looks whether it was pushed."""
    kaggle.inject("save-kernel-hang")

    def twice() -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    pusher.client.meanwhile = twice
    with stopping_at_once(), pytest.raises(StoppedError):
        pusher.push()
    assert pusher.kept == []


def test_a_signal_does_not_wait_for_a_look(kaggle: Standin, pusher: Pusher) -> None:
    """Only what cannot be taken back is finished."""
    kaggle.inject("save-kernel-503")
    pusher.client.meanwhile = lambda: signal.raise_signal(signal.SIGINT)
    with stopping_at_once(), pytest.raises(StoppedError):
        pusher.push()
    assert CALLS["get-kernel"] not in kaggle.calls


def test_a_look_takes_its_time(kaggle: Standin, pusher: Pusher) -> None:
    """The last look comes when things have had time to show, not before."""
    pusher.push()
    kaggle.inject("get-kernel-behind")
    pusher.client.timeouts = replace(SWIFT, settle=0.05, poll=0.1)
    assert shows_up(pusher.client, pusher.kernel.ref, pusher.kernel.bundle)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("source-too-big", "less than 1 megabytes"),
        ("source-refused", "less than 1 megabytes"),
        ("save-kernel-403", "does not let this account"),
        ("slug-taken", "another --name"),
        ("quota-weekly", "kaggle quota"),
    ],
)
def test_a_refusal_is_final(fault: str, words: str, kaggle: Standin, pusher: Pusher) -> None:
    """One push, no look, and what to do."""
    kaggle.inject(fault, 9)
    with pytest.raises(RemoteError, match=words) as raised:
        pusher.push()
    assert not isinstance(raised.value, UnsureError)
    assert (kaggle.calls.count(CALLS["save-kernel"]), kaggle.runs) == (1, [])


def test_an_outage_is_waited_out(kaggle: Standin, pusher: Pusher) -> None:
    """More failures than tries, and Kaggle's own wish is heeded: no call comes before it is over."""
    kaggle.retry_after = 1
    kaggle.inject("save-kernel-429")
    kaggle.inject("get-kernel-503", 6)
    pusher.client.timeouts = replace(SWIFT, settle=0.01)
    pusher.push()
    first, second = kaggle.moments(CALLS["save-kernel"])
    assert second - first >= 1.0
    assert runs(kaggle) == [1]


@pytest.fixture
def command(kaggle: Standin, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line, on a kernel's folder."""
    folder = Path(shutil.copytree(bundled, tmp_path / "pushed"))
    quick = ("--settle", "3", "--poll", "0.02", "--call-timeout", "2", "--wait", "0.5")

    def swift(timeouts: Timeouts, notify: Callable[[str], object], *_more: object) -> SwiftClient:
        client = SwiftClient(kaggle, timeouts)
        client.notify = notify  # type: ignore[assignment]
        return client

    monkeypatch.setattr("kagglebatt.commands.remote.Client", swift)
    return lambda name, *more: CliRunner().invoke(cli, [name, str(folder), *quick, *more])


def test_a_push_is_repeated_at_once(kaggle: Standin, command: Callable[..., Result]) -> None:
    """It is there already, also where a look says otherwise at first."""
    first = command("push").output
    assert "pushed as version 1" in first
    assert "https://www.kaggle.com/code/tester/" in first
    kaggle.inject("get-kernel-behind", 2)
    again = command("push")
    assert ("is there already" in again.output, again.exit_code, runs(kaggle)) == (True, 0, [1])


def test_a_push_that_was_killed_is_looked_for(
    kaggle: Standin, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had sent the kernel, noted that before, and died."""

    def die(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("kagglebatt.remote.pushing._version", die)
        assert command("push").exit_code
    assert runs(kaggle) == [1]
    kaggle.inject("get-kernel-behind", 2)
    again = command("push")
    assert ("is there already" in again.output, again.exit_code, runs(kaggle)) == (True, 0, [1])


def test_one_push_of_a_folder_at_a_time(
    kaggle: Standin, command: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits, then says so; it has sent nothing."""
    monkeypatch.setattr("kagglebatt.remote.lock._LOCK_SECONDS", 0.1)
    with locked(tmp_path / "pushed", print, "push"):
        refused = command("push")
    assert refused.exit_code
    assert "another process works on this push" in str(refused.exception)
    assert runs(kaggle) == []
    assert command("push").exit_code == 0


def test_a_refused_push_is_not_looked_for(kaggle: Standin, command: Callable[..., Result]) -> None:
    """Nothing is under way after it; the owner was filled in."""
    for fault in ("save-kernel-403", "quota-refused"):
        kaggle.inject(fault)
        assert command("push", "--quota", "stop").exit_code
    looks = kaggle.calls.count(CALLS["get-kernel"])
    assert "pushed as version 1" in command("push").output
    assert (runs(kaggle), kaggle.calls.count(CALLS["get-kernel"]) - looks) == ([1], SWIFT.tries)  # one look
    assert kaggle.runs[0].owner == "tester"


@pytest.mark.campaign
def test_two_pushes_of_a_folder_at_once(kaggle: Standin, tmp_path: Path) -> None:
    """With Kaggle's own client, in processes of their own: one run."""
    machine = Machine(kaggle, tmp_path)
    assert machine.run("bundle", "--tasks", "1", "--name", "pushed twice", *SMALL).returncode == 0
    both = [machine.start("push", *QUICK) for _ in range(2)]
    assert [process.wait(240) for process in both] == [0, 0]
    assert runs(kaggle) == [1]


@pytest.mark.campaign
@pytest.mark.parametrize("fault", LATE)
def test_a_killed_push_with_the_genuine_client(fault: str, kaggle: Standin, tmp_path: Path) -> None:
    """Killed while the client sends, and repeated at once: one run."""
    machine = Machine(kaggle, tmp_path)
    assert machine.run("bundle", "--tasks", "1", "--name", "killed push", *SMALL).returncode == 0
    kaggle.late = 3.0
    kaggle.inject(fault)
    process = machine.start("push", *QUICK)
    while CALLS["save-kernel"] not in kaggle.calls:
        sleep(0.05)
    process.kill()
    process.wait()
    kaggle.inject("get-kernel-behind")
    done = machine.run("push", *QUICK)
    assert (done.returncode, runs(kaggle)) == (0, [1]), done.stderr
