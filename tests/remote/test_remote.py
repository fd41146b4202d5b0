"""The commands of the round trip, asked for odd things: one true message, and nothing lost."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kagglebatt.commands.remote import timeouts_of
from kagglebatt.errors import SettingsError
from kagglebatt.notebook.result import RESULT_NAME, Result, altered_files, read_result
from kagglebatt.remote.dataset_metadata import NAME, read_metadata
from kagglebatt.remote.masking import without_secrets
from tests.kaggle_standin import Standin
from tests.kaggle_standin.callers import create
from tests.round_trip import QUICK, SMALL, Machine, content

pytestmark = pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")


@pytest.fixture(scope="module")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """One Kaggle for all; each test has kernels and datasets of its own."""
    with Standin(tmp_path_factory.mktemp("kaggle")) as kaggle:
        yield kaggle


@pytest.fixture
def machine(kaggle: Standin, tmp_path: Path) -> Machine:
    """A machine without a home."""
    return Machine(kaggle, tmp_path)


def bundled(machine: Machine, name: str, *more: str) -> None:
    done = machine.run("bundle", "--tasks", "1", "--name", name, *SMALL, *more)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["call_timeout", "poll", "settle", "wait"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), 1e300])
def test_limits_are_finite(name: str, value: float) -> None:
    """The system's clocks take no endless ones."""
    given = {"call_timeout": 1.0, "poll": 1.0, "settle": 1.0, "wait": 1.0, name: value}
    with pytest.raises(SettingsError, match=f"--{name.replace('_', '-')} is .* at most"):
        timeouts_of(given)


@pytest.mark.campaign
def test_an_output_replaces_nothing_else(machine: Machine) -> None:
    """`pull --to` takes a new folder, or that of an earlier output; what else is in one stays."""
    bundled(machine, "kept things")
    (machine.folder / "mine").mkdir()
    (machine.folder / "mine" / "thesis.txt").write_text("years of work")
    (machine.folder / "home").mkdir()
    for target, words in (("mine", "holds other things"), ("home", "the home itself")):
        done = machine.run("pull", "--to", target, *QUICK)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert (machine.folder / "mine" / "thesis.txt").read_text() == "years of work"
    assert machine.run("push", *QUICK).returncode == 0
    for _ in range(2):
        done = machine.run("pull", "--to", "new", *QUICK)
        assert done.returncode == 0, done.stderr
    assert (machine.folder / "new" / "result.json").exists()


def test_metadata_name_one_dataset(tmp_path: Path) -> None:
    """``OWNER`` is the account, as a whole word; an ``id_no`` would name another dataset than the id."""
    given = {"id": "OWNER/some-home", "id_no": 7, "title": "some home", "licenses": [{"name": "CC0-1.0"}]}
    (tmp_path / NAME).write_text(json.dumps(given))
    assert read_metadata(tmp_path, "tester", None) == {
        "id": "tester/some-home", "title": "some home", "licenses": [{"name": "CC0-1.0"}],
    }  # fmt: skip
    (tmp_path / NAME).write_text(json.dumps({**given, "id": "GROWNER/some-home"}))
    assert read_metadata(tmp_path, "tester", None)["id"] == "GROWNER/some-home"
    assert read_metadata(tmp_path, "tester", "team/other-home")["id"] == "team/other-home"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "home"}, {"id": 5}, {"id": "OWNER/a"}, {"title": ["a title"]}, {"title": "short"}, {"subtitle": 5},
        {"subtitle": "short"}, {"description": 5}, {"keywords": 5}, {"keywords": [5]}, {"licenses": [{}]},
        {"licenses": [{"name": 5}]}, {"licenses": []}, {"licenses": "CC0-1.0"},
    ],
)  # fmt: skip
def test_metadata_that_kaggle_would_refuse(wrong: dict[str, object], tmp_path: Path) -> None:
    """Nothing is sent that the client would break on."""
    given = {"id": "OWNER/some-home", "title": "some home", "licenses": [{"name": "CC0-1.0"}], **wrong}
    (tmp_path / NAME).write_text(json.dumps(given))
    with pytest.raises(SettingsError, match=NAME):
        read_metadata(tmp_path, "tester", None)


@pytest.mark.campaign
def test_a_dataset_that_holds_other_things_is_left_alone(machine: Machine) -> None:
    """A loop says so before anything is pushed; what is there is never fetched as a home."""
    create(machine.kaggle, "other-things")
    runs = len(machine.kaggle.runs)
    for command, code in (("loop", 2), ("pull", 1)):
        done = machine.run(command, "--dataset-source", "tester/other-things", *QUICK)
        assert (done.returncode, "holds no home" in done.stderr) == (code, True), done.stderr
    assert len(machine.kaggle.runs) == runs


@pytest.mark.campaign
def test_two_machines_lose_nothing_of_each_other(machine: Machine) -> None:
    """A home of the same size but another content is taken over before it is replaced."""
    grown = ("--tasks", "1", *SMALL)
    for home, seed in (("here", "1"), ("there", "2")):
        assert machine.run("evolve", "--offspring=0", *grown, "--seed", seed, "--home", home).returncode == 0
    source = ("--dataset-source", "tester/home-of-both", *QUICK)
    assert machine.run("publish", "--home", "here", *source).returncode == 0
    done = machine.run("loop", "--sizes", "1", "--home", "there", "--name", "both", *SMALL, *source)
    assert done.returncode == 0, done.stderr
    published = content(machine.kaggle.datasets["tester/home-of-both"][-1])
    assert sorted(report["seed"] for report in published["reports"]) == [0, 1, 2]


@pytest.mark.campaign
def test_a_published_home_that_lost_its_index_is_mended(machine: Machine) -> None:
    """By publish, by a loop that begins with it, and after it was fetched; a whole one is left as it is."""
    grown = ("--tasks", "1", *SMALL)
    source = ("--dataset-source", "tester/torn-home", *QUICK)
    metadata = {"title": "torn home", "id": "OWNER/torn-home", "licenses": [{"name": "CC0-1.0"}]}
    (machine.folder / NAME).write_text(json.dumps(metadata))  # a title is one dataset's alone
    assert machine.run("evolve", "--offspring=0", *grown).returncode == 0
    for number in (1, 1):
        done = machine.run("publish", *source)
        assert (done.returncode, f"version {number} has all of home" in done.stdout) == (0, True), done.stderr
    (machine.kaggle.datasets["tester/torn-home"][-1] / "index.json").unlink()
    done = machine.run("pull", "--home", "fetched", *source)
    assert (done.returncode, "has no index.json" in done.stderr) == (0, True), done.stderr
    assert content(machine.folder / "fetched") == content(machine.folder / "home")
    done = machine.run("publish", *source)
    assert (done.returncode, "version 2 has all of home" in done.stdout) == (0, True), done.stderr
    (machine.kaggle.datasets["tester/torn-home"][-1] / "index.json").unlink()
    done = machine.run("loop", "--sizes", "1", "--name", "torn", *SMALL, *source)
    assert done.returncode == 0, done.stderr
    assert [report["iteration"] for report in content(machine.folder / "home")["reports"]] == [1, 2]
    assert len(machine.kaggle.datasets["tester/torn-home"]) == 4


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/passwd", "a/b", "a\0", "\udc00", "result.json"])
def test_a_note_names_plain_files_alone(name: str, tmp_path: Path) -> None:
    """Who fetched it removes and compares nothing elsewhere."""
    write_note(tmp_path, {name: {"bytes": 1, "sha256": "0"}}, [])
    assert read_result(tmp_path / RESULT_NAME) is None


@pytest.mark.parametrize(("files", "runs"), [({"a": {"bytes": 1e999, "sha256": "0"}}, []), ({}, [5]), ({}, 5), (7, [])])
def test_an_odd_note_is_none(files: object, runs: object, tmp_path: Path) -> None:
    """Numbers without end, and values of other kinds."""
    write_note(tmp_path, files, runs)
    assert read_result(tmp_path / RESULT_NAME) is None


def write_note(folder: Path, files: object, runs: object) -> None:
    """A sealed note of such values."""
    values = {"format": 1, "bundle": "b", "status": "complete", "message": "", "files": files, "runs": runs}
    seal = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    (folder / RESULT_NAME).write_text(json.dumps({**values, "sha256": seal}))


def test_a_link_is_no_output(tmp_path: Path) -> None:
    """What a link leads to did not come from the run."""
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    size, digest = 1, hashlib.sha256(b"x").hexdigest()
    note = Result("b", "complete", "", {"real": (size, digest), "link": (size, digest), "gone": (1, "")}, ())
    assert altered_files(note, tmp_path) == ["gone", "link"]


@pytest.mark.campaign
def test_a_signal_ends_the_client_too(machine: Machine) -> None:
    """A waiting pull: the signal's exit code, one sentence, and no client that goes on alone."""
    bundled(machine, "waits for it")
    machine.kaggle.inject("run-never-ends")
    assert machine.run("push", *QUICK).returncode == 0
    process = subprocess.Popen(
        machine.command("pull", *QUICK, "--wait", "5"), cwd=machine.folder, env=machine.environment(),
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    while "running" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in told) == (143, False), told
    clients = [each.cmdline() for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"]]
    assert not [line for line in clients if "tester/waits-for-it" in line]


def test_a_dry_run_needs_nobody(machine: Machine) -> None:
    """With a token that cannot be checked, and nobody who answers: it says that it would not start, and goes on."""
    bundled(machine, "never sent")
    nowhere = "http://127.0.0.1:9"
    alone = {"KAGGLE_USERNAME": "", "KAGGLE_KEY": "", "KAGGLE_API_TOKEN": "KGAT_" + "0" * 32,
             "HTTP_PROXY": nowhere, "http_proxy": nowhere}  # fmt: skip
    done = machine.run("push", "--dry-run", **alone)
    assert (done.returncode, "OWNER/never-sent" in done.stdout) == (0, True)
    (told,) = done.stderr.splitlines()
    assert told.startswith("kagglebatt: without --dry-run this would not start: ")
    assert "Kaggle cannot be reached" in told


def test_a_loop_files_what_it_learns(machine: Machine) -> None:
    """A home that cannot be written is refused before anything is built."""
    (machine.folder / "home").mkdir()
    (machine.folder / "home").chmod(0o555)
    done = machine.run("loop", "--sizes", "1", *SMALL, *QUICK)
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True), done.stderr


def test_a_step_has_no_kernel_without_tasks(machine: Machine) -> None:
    """More kernels than tasks: one for each task."""
    done = machine.run("loop", "--sizes", "1,2", "--kernels", "4", "--dry-run", *SMALL)
    assert [line.rpartition("/")[2] for line in done.stdout.splitlines() if " push " in line] == [
        "kagglebatt-1-tasks", "kagglebatt-2-tasks-part-1-of-2", "kagglebatt-2-tasks-part-2-of-2",
    ]  # fmt: skip


@pytest.mark.parametrize("place", [".kaggle/kaggle.json", ".kaggle/credentials.json", "config/access_token", "token"])
def test_secrets_are_starred_wherever_the_client_keeps_them(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's name is none."""
    secret = "5ecret" * 5
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("KAGGLE_API_TOKEN", str(tmp_path / "token"))
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    values = {"username": "somebody-long", "key": secret, "refresh_token": secret}
    path.write_text(json.dumps(values) if path.suffix == ".json" else f"{secret}\n")
    assert without_secrets(f"somebody-long has {secret}") == "somebody-long has ***"


@pytest.mark.campaign
def test_a_client_may_warn_before_every_answer(machine: Machine) -> None:
    """On its standard output, too: of a newer version, or of a key file that others may read."""
    tools = machine.folder / "tools"
    tools.mkdir()
    real = Path(sys.executable).with_name("kaggle")
    (tools / "kaggle").write_text(
        f'#!/bin/sh\necho "Warning: Looks like you\'re using an outdated version, - username: x"\nexec {real} "$@"\n'
    )
    (tools / "kaggle").chmod(0o755)
    bundled(machine, "warned about")
    machine = replace(machine, tools=tools)
    metadata = {"title": "warned home", "id": "OWNER/warned-home", "licenses": [{"name": "CC0-1.0"}]}
    (machine.folder / NAME).write_text(json.dumps(metadata))  # a title is one dataset's alone
    source = ("--dataset-source", "tester/warned-home")
    for command in (("push",), ("pull",), ("publish", *source), ("pull", *source), ("status",)):
        done = machine.run(*command, *QUICK)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "script",
    [
        "echo usage: kaggle; exit 2",
        *(
            pytest.param(each, marks=pytest.mark.campaign)
            for each in ("exit 0", "echo '{}'", "head -c 100 /dev/urandom")
        ),
    ],
)
def test_a_client_that_says_odd_things(script: str, machine: Machine) -> None:
    """An old one, or another program of that name: a true exit code and one last sentence."""
    (machine.folder / "kaggle").write_text(f"#!/bin/sh\n{script}\n")
    (machine.folder / "kaggle").chmod(0o755)
    done = replace(machine, tools=machine.folder).run("loop", "--sizes", "1", *QUICK)
    assert (done.returncode in (1, 2), "Traceback" in done.stderr) == (True, False), done.stderr
    assert done.stderr.splitlines()[-1].startswith("kagglebatt: ")
