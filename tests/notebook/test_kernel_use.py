"""The kernel as people use it: by hand and again, with their own solvers, with what was moved, with odd parameters."""

from __future__ import annotations

import copy
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from nbclient import NotebookClient

from kagglebatt.errors import HomeError, InputError, KagglebattError, SettingsError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.bundle import BundleRequest, build
from kagglebatt.notebook.inputs import RequiredInput
from kagglebatt.notebook.kernel import Kernel, refuse_unknown
from kagglebatt.notebook.result import RESULT_NAME, read_result
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks, write_tasks
from tests.harm import emptied, of_a_newer_format, with_a_cut_archive, with_a_cut_cache
from tests.stage import NOTEBOOK_NAME, run_notebook

TASKS = load_tasks("arc1-training", 2)
SETTINGS = Settings(offspring=0, candidates=8, jobs=1)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two homes, of one and of two iterations, with different seeds."""
    folder = tmp_path_factory.mktemp("homes")
    for seed in (1, 2):
        list(evolve(replace(SETTINGS, home=folder / str(seed), iterations=seed, seed=seed), TASKS))
    return folder / "1", folder / "2"


def kernel(folder: Path, needs: tuple[RequiredInput, ...] = ()) -> Kernel:
    """One for ``folder/input``, which may hold homes, and ``folder/working``; tasks are carried."""
    (folder / "unpacked" / "tasks").mkdir(parents=True)
    digests = {}
    for name, content in write_tasks(TASKS).items():
        (folder / "unpacked" / "tasks" / name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    given = {"candidates": 8, "jobs": 1}
    return Kernel("id", folder / "unpacked", folder / "input", folder / "working", needs, digests, given)


def attach(home: Path, point: Path) -> Path:
    """Copy a home to a mount point."""
    point.mkdir(parents=True)
    for path in home.iterdir():
        (point / path.name).write_bytes(path.read_bytes())
    return point


@pytest.mark.parametrize("points", [("datasets/me/one", "notebooks/me/two"), ("one", "two"), ("a b/\u00e9/one", "two")])
def test_every_attached_home_is_taken_over(points: tuple[str, str], homes: tuple[Path, Path], tmp_path: Path) -> None:
    """In both layouts, below folders of any name: nothing that one of them knows is missing."""
    for point, home in zip(points, homes, strict=True):
        attach(home, tmp_path / "input" / point)
    kernel(tmp_path, (RequiredInput("me/one", 1), RequiredInput("me/two", 2))).prepare()
    with Archive(tmp_path / "working") as kept:
        held = {(entry.task, entry.md5) for entry in kept.entries()}
    for home in homes:
        with Archive(home) as kept:
            assert {(entry.task, entry.md5) for entry in kept.entries()} <= held


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>" * 100])
def test_a_bad_home_does_not_stand_in_the_way(content: bytes, homes: tuple[Path, Path], tmp_path: Path) -> None:
    """By hand: it is refused and nothing of it stays, so that the same cell takes a better one afterwards."""
    point = attach(homes[1], tmp_path / "input" / "two")
    (point / archive_layout.FILE_NAME).write_bytes(content)
    run = kernel(tmp_path)
    with pytest.raises(HomeError):
        run.prepare()
    assert not [name for name in (*index.FILES, index.FILE_NAME) if (tmp_path / "working" / name).exists()]
    for path in homes[1].iterdir():
        (point / path.name).write_bytes(path.read_bytes())
    run.prepare()
    run.run()
    assert run.runs[-1]["iteration"] == 3


def test_a_home_without_its_index_is_old_or_used(homes: tuple[Path, Path], tmp_path: Path) -> None:
    """What was committed is used, but it cannot be said to be the newest."""
    (attach(homes[1], tmp_path / "input" / "two") / index.FILE_NAME).unlink()
    with pytest.raises(InputError, match="old version"):
        kernel(tmp_path, (RequiredInput("me/two", 2),)).prepare()
    run = replace(kernel(tmp_path / "again"), input_folder=tmp_path / "input")
    run.prepare()
    run.run()
    assert run.runs[-1]["iteration"] == 3


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (emptied, "is attached but holds no home"),
        (of_a_newer_format, "Update kagglebatt"),
        (with_a_cut_archive, "archive check --fix"),
    ],
)
def test_a_bad_input_is_refused_and_noted(
    harm: Callable[[Path], object], words: str, homes: tuple[Path, Path], tmp_path: Path
) -> None:
    """Without a kernel: the error says what to do, and so does the note that is left."""
    harm(attach(homes[1], tmp_path / "input" / "datasets" / "me" / "two"))
    with pytest.raises(KagglebattError, match=words):
        kernel(tmp_path, (RequiredInput("me/two"),)).prepare()
    note = read_result(tmp_path / "working" / RESULT_NAME)
    assert note is not None
    assert (note.status, words in note.message) == ("failed", True)


def test_a_cut_cache_costs_only_time(homes: tuple[Path, Path], tmp_path: Path) -> None:
    """Without a kernel: it is filled again from the archive."""
    with_a_cut_cache(attach(homes[1], tmp_path / "input" / "two"))
    run = kernel(tmp_path)
    run.prepare()
    run.run()
    assert run.runs[-1]["iteration"] == 3


def test_a_missing_input_is_refused(tmp_path: Path) -> None:
    """Before anything else."""
    with pytest.raises(InputError, match="is not attached"):
        kernel(tmp_path, (RequiredInput("me/two"),)).prepare()


def test_names_of_inputs_are_checked(tmp_path: Path) -> None:
    """An owner is needed to tell where it is mounted."""
    with pytest.raises(InputError, match="OWNER/SLUG"):
        kernel(tmp_path, (RequiredInput("two"),)).prepare()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iterations", "5"),
        ("iterations", True),
        ("candidates", 2.5),
        ("timeout", None),
        ("mutate", "0.5"),
        ("shard", 3),
        ("patience", "no"),
    ],
)
def test_parameters_of_another_kind_are_refused(name: str, value: object, tmp_path: Path) -> None:
    """By name, before anything runs."""
    run = kernel(tmp_path)
    run.given = {**run.given, name: value}
    with pytest.raises(SettingsError, match=f"--{name} is"):
        run.prepare()


def test_only_parameters_may_be_injected() -> None:
    """Others change nothing, which nobody would notice; a cell with IPython's commands is none of our business."""
    own = "iterations = 1\nneeds = []\nbundle = ''\n"
    refuse_unknown([own, "# Parameters\niterations = 2\n", "%pip list", "other = 3"])
    with pytest.raises(SettingsError, match=r"iteration: no parameter of this notebook, which has bundle, iter"):
        refuse_unknown([own, "# Parameters\niteration = 2\n", own])


@pytest.mark.campaign
def test_an_unknown_parameter_fails_the_run(tmp_path: Path) -> None:
    """Papermill itself only warns; the exit code is true."""
    path, *_ = build(BundleRequest(SETTINGS, "two tasks"), TASKS).write(tmp_path / "kernel")
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", str(path), "out.ipynb", "-p", "candidats", "4"]
    places = {"KAGGLEBATT_INPUT": str(tmp_path), "KAGGLEBATT_WORKING": str(tmp_path / "working")}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **places}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "candidats: no parameter of this notebook" in done.stderr) == (1, True)


def test_cells_may_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand, also the one that unpacks the modules that are in use: the second run goes on from the first."""
    monkeypatch.setenv("KAGGLEBATT_INPUT", str(tmp_path / "input"))
    monkeypatch.setenv("KAGGLEBATT_WORKING", str(tmp_path / "working"))
    made = build(BundleRequest(SETTINGS, "two tasks"), TASKS).notebook
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    first = [cell.id for cell in cells].index("unpack")
    made.cells = [*cells, *copy.deepcopy(cells[first:])]
    NotebookClient(made, resources={"metadata": {"path": str(tmp_path)}}).execute()
    with Archive(tmp_path / "working") as kept:
        assert kept.counts()["iterations"] == 2


MINE = "def solve_67a3c6ac(I):\n    O = vmirror(I)\n    return O\n"


def test_own_solvers_are_dealt_from(tmp_path: Path) -> None:
    """A file or a folder of them travels along, and the shipped library is not used."""
    (task,) = load_tasks("arc1-training", ids=("67a3c6ac",))
    own = tmp_path / "own" / "mine.py"
    own.parent.mkdir()
    own.write_text(MINE)
    settings = replace(SETTINGS, mutate=0.0)
    bundles = [
        build(BundleRequest(replace(settings, solvers=place), "own solvers"), (task,)) for place in (own, own.parent)
    ]
    assert bundles[0].id == bundles[1].id
    assert bundles[0].id != build(BundleRequest(settings, "own solvers"), (task,)).id


@pytest.mark.campaign
def test_own_solvers_are_what_runs(tmp_path: Path) -> None:
    """The one program is the only candidate, and solves its task."""
    (task,) = load_tasks("arc1-training", ids=("67a3c6ac",))
    own = tmp_path / "mine.py"
    own.write_text(MINE)
    made = build(BundleRequest(replace(SETTINGS, mutate=0.0, solvers=own), "own solvers"), (task,))
    path, *_ = made.write(tmp_path / "kernel")
    ran = run_notebook(path, {}, tmp_path / "out")
    assert ran.code == 0, ran.log
    assert ran.result is not None
    (run,) = ran.result["runs"]
    assert (run["candidates"], run["solved_demo"], run["solved_test"]) == (1, 1, 1)


@pytest.mark.campaign
def test_what_was_moved_is_found_in_the_dataset(homes: tuple[Path, Path], tmp_path: Path) -> None:
    """A bundle too small for home and tasks runs on the dataset that was written beside it."""
    order = BundleRequest(SETTINGS, "two tasks", home=homes[1], dataset="me/moved", expected=2)
    without_home = build(replace(order, budget=build(order, TASKS).size - 1), TASKS)
    made = build(replace(order, budget=without_home.size - 1), TASKS)
    path, *_ = made.write(tmp_path / "kernel")
    dataset = tmp_path / "kernel-dataset"
    assert {entries.FILE_NAME, archive_layout.FILE_NAME, *write_tasks(TASKS)} <= set(os.listdir(dataset))
    for number, mount in enumerate(("datasets/me/moved", "moved")):
        ran = run_notebook(path, {mount: dataset}, tmp_path / f"out-{number}")
        assert ran.code == 0, ran.log
        assert ran.result is not None
        assert [run["iteration"] for run in ran.result["runs"]] == [3]
        assert (tmp_path / f"out-{number}" / NOTEBOOK_NAME).exists()
