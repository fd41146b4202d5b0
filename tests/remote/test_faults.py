"""Everything that Kaggle and its client can do wrong: what comes of it, and that nothing is lost by it.

One row for each fault: which command meets it, how often it strikes, and the exit code. The table of what happened is
printed at the end of the test run.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from kagglebatt.home.directory import check, open_home
from kagglebatt.iteration.iterate import evolve
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from tests.kaggle_standin import Standin
from tests.round_trip import QUICK, SMALL, Machine, content

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11"),
    pytest.mark.campaign,  # in short, and without Kaggle's client: test_push_once, test_loop_faults, test_publish_once
]

OFTEN = 40
WAYS = ("403", "429", "503", "drop", "hang", "garbled")


def overcome(*names: str) -> list[tuple[str, int, int, str]]:
    """Faults that strike once and are overcome."""
    return [(name, 1, 0, "") for name in names]


KERNEL_FAULTS = [
    *overcome(
        "save-kernel-503",
        "save-kernel-hang",
        "save-kernel-lost-answer",
        "save-kernel-hang-after",
        "status-403",
        "status-hang",
        "output-503",
        "output-file-404",
        "output-file-cut",
        "output-file-altered",
        "output-file-old-date",
        "output-missing",
        "output-stale",
        "status-stale",
        "log-breaks",
        "quota-refused",
    ),
    # Ends in a true exit code, with what to do.
    ("save-kernel-403", 1, 1, "does not let this account"),
    ("source-too-big", 1, 1, "more than 1 MB"),
    ("slug-taken", 1, 1, "another --name"),
    ("dataset-source-ignored", 1, 1, "Check that they exist"),
    ("run-dies", 1, 1, "Its log"),
    ("run-without-result", 1, 1, "left no result.json"),
    ("run-never-ends", 1, 1, "`kagglebatt pull` waits for it again"),
    ("mount-empty", 1, 1, "holds no home"),
    *overcome("save-kernel-lost-answer-503", "output-file-drop", "output-file-page", "output-no-log"),
    ("kernel-source-ignored", 1, 1, "Check that they exist"),
    ("output-file-altered", OFTEN, 1, "Run the same command again to fetch it"),
    ("run-error", 1, 1, "Its log"),
    ("run-stays-queued", 1, 1, "`kagglebatt pull` waits for it again"),
    ("status-503", OFTEN, 1, "again later"),
    ("save-kernel-drop", OFTEN, 1, "it pushes nothing twice"),
    ("output-503", OFTEN, 1, "Run the same command again to fetch it"),
]

DATASET_FAULTS = [
    *overcome(
        "create-dataset-lost-answer-503", "version-dataset-lost-answer", "dataset-status-403", "list-dataset-stale",
        "upload-403", "dataset-loses-file", "dataset-failed", "dataset-slow", "dataset-file-page",
        "dataset-file-altered",
    ),
    ("create-dataset-error", 1, 1, "another --dataset-source"),
    ("dataset-file-page", OFTEN, 1, "cannot be told"),
    *overcome(
        "create-dataset-hang-after", "version-dataset-lost-answer-503", "version-dataset-hang-after", "upload-503",
        "upload-drop", "dataset-file-404", "dataset-file-cut", "dataset-file-drop", "dataset-file-old-date",
    ),
    ("upload-403", OFTEN, 1, "Publish it again later"),
    ("version-dataset-error", 1, 1, "another --dataset-source"),
    ("dataset-loses-file", OFTEN, 1, "Publish it again later"),
    ("dataset-status-503", OFTEN, 1, "again later"),
]  # fmt: skip


def table(rows: list[tuple[str, int, int, str]], calls: str) -> list[tuple[str, int, int, str]]:
    """The rows, and what any of these calls may meet beside them."""
    have = {name for name, times, *_ in rows if times == 1}
    faults = (f"{call}-{way}" for call in calls.split() for way in WAYS)
    return [*rows, *overcome(*(fault for fault in faults if fault not in have))]


@pytest.fixture(scope="module")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """One Kaggle for all; each fault has kernels and datasets of its own."""
    with Standin(tmp_path_factory.mktemp("kaggle")) as kaggle:
        yield kaggle


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of one iteration."""
    home = tmp_path_factory.mktemp("grown") / "home"
    list(evolve(Settings(offspring=0, home=home, candidates=4, jobs=1), load_tasks("arc1-training", 2)))
    return home


@pytest.fixture
def machine(kaggle: Standin, tmp_path: Path) -> Machine:
    return Machine(kaggle, tmp_path)


def copied(home: Path, target: Path) -> Path:
    target.mkdir()
    for path in home.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def titled(machine: Machine, title: str) -> str:
    """A dataset of this title, to be published; its owner/slug."""
    metadata = {"title": title, "id": f"OWNER/{title}", "licenses": [{"name": "CC0-1.0"}]}
    (machine.folder / "dataset-metadata.json").write_text(json.dumps(metadata))
    return f"tester/{title}"


def bundled(machine: Machine, name: str, iteration: int, *more: str) -> None:
    done = machine.run("bundle", "--tasks", "1", "--seed", str(iteration), "--name", name, *SMALL, *more)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("fault", "times", "code", "words"),
    table(KERNEL_FAULTS, "save-kernel status output"),
)
def test_a_fault_around_a_kernel(
    fault: str,
    times: int,
    code: int,
    words: str,
    machine: Machine,
    grown: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Push and pull: each succeeds or says truly that it did not; the home is never less than it was."""
    home = copied(grown, machine.folder / "home")
    name = f"fault {fault} {times}"
    inputs: tuple[str, ...] = ()
    if fault in ("dataset-source-ignored", "mount-empty"):
        inputs = ("--dataset-source", titled(machine, fault))
        assert machine.run("publish", *inputs, *QUICK).returncode == 0
    if fault == "kernel-source-ignored":
        inputs = ("--kernel-source", "tester/nobody")
    if "stale" in fault:  # there has to be an earlier run
        bundled(machine, name, 0)
        assert machine.run("push", *QUICK).returncode == 0
        assert machine.run("pull", *QUICK).returncode == 0
    bundled(machine, name, 1, *inputs)
    machine.kaggle.inject(fault, times)
    began = monotonic()
    brief = ("--wait", "0.1") if "waits for it" in words else ("--wait", "0.3") if times == OFTEN else ()
    done = machine.run("push", *QUICK, *brief)
    if done.returncode == 0:
        done = machine.run("pull", *QUICK, *brief)
    row(record_property, fault, times, done, monotonic() - began)
    told_truly(machine, done, fault, times, code, words)
    assert machine.pushed_twice() == []
    assert check(home) == []
    before, after = content(grown), content(home)
    assert set(map(str, before["solvers"])) <= set(map(str, after["solvers"]))
    assert set(before["cache"]) <= set(after["cache"])
    assert len(after["reports"]) == len(before["reports"]) + (code == 0) + ("stale" in fault)


@pytest.mark.parametrize(
    ("fault", "times", "code", "words"),
    table(DATASET_FAULTS, "create-dataset version-dataset dataset-status list-dataset start-upload"),
)
def test_a_fault_around_a_dataset(
    fault: str,
    times: int,
    code: int,
    words: str,
    machine: Machine,
    grown: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Publish: all of the home is there, or the command says truly that it is not; the home is as it was."""
    home = copied(grown, machine.folder / "home")
    ref = titled(machine, f"{fault}-{times}")
    arguments = ("publish", "--dataset-source", ref, *QUICK)
    if not fault.startswith("create"):  # a version that has less in it, or there would be nothing to publish
        with open_home(machine.folder / "begun"):
            pass
        assert machine.run(*arguments, "--home", "begun").returncode == 0
    machine.kaggle.inject(fault, times)
    began = monotonic()
    done = machine.run(*arguments)
    row(record_property, fault, times, done, monotonic() - began)
    told_truly(machine, done, fault, times, code, words)
    assert content(home) == content(grown)
    if code == 0:
        assert content(machine.kaggle.datasets[ref][-1]) == content(grown)


def told_truly(
    machine: Machine, done: subprocess.CompletedProcess[str], fault: str, times: int, code: int, words: str
) -> None:
    """The fault struck, and the command ended with the expected code and words, and without a traceback of its own."""
    assert machine.kaggle.calm().get(fault, 0) < times, "the fault never struck"
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert code == 0 or done.stderr.splitlines()[-1].startswith("kagglebatt: ")


def row(
    record: Callable[[str, object], None],
    fault: str,
    times: int,
    done: subprocess.CompletedProcess[str],
    seconds: float,
) -> None:
    """A row of the table that the test run prints."""
    last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
    came = last if done.returncode else "recovered"
    record("fault", f"{fault:30} x{times:<3} exit {done.returncode} {seconds:5.1f} s  {came[:100]}")
