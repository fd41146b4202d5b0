"""The kernel: what it finds, what it refuses, what it leaves, and what survives when it is harmed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from time import sleep

import ipykernel
import nbformat
import psutil
import pytest

from kagglebatt.errors import InputError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import check
from kagglebatt.home.files import file_digest
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.bundle import BundleRequest, build
from kagglebatt.notebook.inputs import FoundHome, RequiredInput, find_file, find_homes
from kagglebatt.notebook.inputs import check as check_inputs
from kagglebatt.notebook.result import RESULT_NAME, read_result
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from tests.harm import emptied, of_a_newer_format, with_a_cut_archive, with_a_cut_cache
from tests.kaggle_standin.links import linked
from tests.stage import NOTEBOOK_NAME, run_notebook

TASKS = load_tasks("arc1-training", 3)
MOUNT = "datasets/somebody/grown-home"


def notebook(folder: Path, **order: object) -> Path:
    """A bundled notebook for three tasks."""
    settings = Settings(offspring=0, candidates=8, jobs=1, iterations=int(str(order.pop("iterations", 1))))
    path, *_ = build(BundleRequest(settings, "three tasks", **order), TASKS).write(folder / "kernel")  # type: ignore[arg-type]
    return path


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two iterations."""
    home = tmp_path_factory.mktemp("grown") / "home"
    assert len(list(evolve(Settings(offspring=0, home=home, candidates=8, iterations=2, jobs=1), TASKS))) == 2
    return home


def iterations(home: Path) -> int:
    with Archive(home) as kept:
        return kept.counts()["iterations"]


LONGER = pytest.mark.campaign
"""For what starts kernels again and again; the same is tried without one in test_kernel_use."""


@pytest.mark.parametrize(
    ("mount", "links"),
    [
        (MOUNT, False),
        pytest.param("grown-home", False, marks=LONGER),
        pytest.param("notebooks/somebody/grown-home", False, marks=LONGER),
        pytest.param(MOUNT, True, marks=LONGER),
    ],
)
def test_a_run_goes_on_from_what_is_attached(mount: str, links: bool, grown: Path, tmp_path: Path) -> None:
    """Under every layout, and where it is a link; it leaves a flat home, and a note that describes every file."""
    path = notebook(tmp_path, dataset="somebody/grown-home", expected=2)
    ran = run_notebook(path, {mount: grown}, tmp_path / "out", links=links)
    assert ran.code == 0, ran.log
    result = read_result(tmp_path / "out" / RESULT_NAME)
    assert result is not None
    assert (result.status, result.message) == ("complete", "")
    assert [run["iteration"] for run in result.runs] == [3]
    names = {file.name for file in (tmp_path / "out").iterdir()}
    flat = {archive_layout.FILE_NAME, entries.FILE_NAME, index.FILE_NAME}
    assert names == flat | {RESULT_NAME, NOTEBOOK_NAME, "report.html"}
    assert set(result.files) == names - {RESULT_NAME, NOTEBOOK_NAME}
    for name, (size, sha256) in result.files.items():
        assert (size, sha256) == ((tmp_path / "out" / name).stat().st_size, file_digest(tmp_path / "out" / name))
    assert check(tmp_path / "out") == []


@LONGER
def test_a_home_that_travels_is_joined_with_what_is_attached(grown: Path, tmp_path: Path) -> None:
    """Nothing of either is missing."""
    path = notebook(tmp_path, home=grown)
    assert run_notebook(path, {}, tmp_path / "alone").code == 0
    assert run_notebook(path, {"other": tmp_path / "alone"}, tmp_path / "both").code == 0
    assert iterations(tmp_path / "both") == 4


def test_a_home_travels_in_the_notebook_and_is_shown(grown: Path, tmp_path: Path) -> None:
    """Without any input. The report comes first, and lies beside the result's note; no errors and no flood."""
    path = notebook(tmp_path, home=grown)
    assert run_notebook(path, {}, tmp_path / "out").code == 0
    assert iterations(tmp_path / "out") == 3
    done = nbformat.read(tmp_path / "out" / NOTEBOOK_NAME, as_version=4)
    cells = [cell for cell in done.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    (page,) = [output.data["text/html"] for output in outputs if "data" in output]
    assert page == cells[0].outputs[0].data["text/html"]
    assert page.count("<iframe") == 1
    left = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert f'srcdoc="{escape(left)}"' in page
    for part in ("Candidates, programs by tasks", "What remembering saved", "by the clock", "timed out"):
        assert part in left
    result = read_result(tmp_path / "out" / RESULT_NAME)
    assert result is not None
    assert result.status == "complete"
    assert result.files["report.html"][0] == len(left.encode())
    assert sum(len(output.get("text", "").splitlines()) for output in outputs) < 20


def changed(grown: Path, target: Path, harm: Callable[[Path], object]) -> Path:
    target.mkdir()
    for path in grown.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    harm(target)
    return target


@LONGER
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (emptied, "is attached but holds no home"),
        (of_a_newer_format, "Update kagglebatt"),
        (with_a_cut_archive, "archive check --fix"),
    ],
)
def test_a_bad_input_ends_the_run_at_once(
    harm: Callable[[Path], object], words: str, grown: Path, tmp_path: Path
) -> None:
    """With a message that says what to do, a true exit code, and a note that says it failed."""
    path = notebook(tmp_path, dataset="somebody/grown-home")
    ran = run_notebook(path, {MOUNT: changed(grown, tmp_path / "home", harm)}, tmp_path / "out")
    assert ran.code == 1
    assert words in ran.log
    assert ran.result is not None
    assert ran.result["status"] == "failed"
    assert words in ran.result["message"]


@LONGER
def test_a_cut_cache_costs_only_time(grown: Path, tmp_path: Path) -> None:
    """It is filled again from the archive, and said."""
    path = notebook(tmp_path, dataset="somebody/grown-home")
    ran = run_notebook(path, {MOUNT: changed(grown, tmp_path / "home", with_a_cut_cache)}, tmp_path / "out")
    assert ran.code == 0, ran.log
    assert "was damaged" in ran.log
    assert iterations(tmp_path / "out") == 3


@LONGER
def test_an_old_or_missing_input_is_refused(grown: Path, tmp_path: Path) -> None:
    """Both in the first seconds."""
    ran = run_notebook(notebook(tmp_path, dataset="somebody/grown-home", expected=5), {MOUNT: grown}, tmp_path / "old")
    assert (ran.code, "holds 2 iterations, and 5 are expected" in ran.log) == (1, True)
    ran = run_notebook(notebook(tmp_path, dataset="somebody/grown-home"), {}, tmp_path / "missing")
    assert (ran.code, "is not attached" in ran.log) == (1, True)


@pytest.mark.parametrize("character", ["~", pytest.param(".", marks=LONGER)])
def test_an_altered_payload_is_not_used(character: str, tmp_path: Path) -> None:
    """One character of the code, and one that base 85 does not have."""
    made = nbformat.read(notebook(tmp_path), as_version=4)
    (cell,) = [each for each in made.cells if each.id == "payload-code"]
    middle = len(cell.source) // 2
    cell.source = cell.source[:middle] + character + cell.source[middle + 1 :]
    altered = tmp_path / "altered.ipynb"
    nbformat.write(made, altered)
    ran = run_notebook(altered, {}, tmp_path / "out")
    assert (ran.code, "was altered on its way" in ran.log, ran.result) == (1, True, None)


@LONGER
def test_a_payload_under_another_name_is_not_overlooked(grown: Path, tmp_path: Path) -> None:
    """One flipped bit in its name, and the run would begin with nothing and call itself complete."""
    made = nbformat.read(notebook(tmp_path, home=grown), as_version=4)
    (cell,) = [each for each in made.cells if each.id == "payload-home"]
    cell.source = cell.source.replace('payloads["home"]', 'payloads["hoee"]', 1)
    nbformat.write(made, tmp_path / "altered.ipynb")
    ran = run_notebook(tmp_path / "altered.ipynb", {}, tmp_path / "out")
    assert (ran.code, "The hoee in this notebook was altered on its way" in ran.log) == (1, True)


@pytest.mark.parametrize(
    ("place", "status"), [pytest.param(*each, marks=LONGER) for each in (("run", "failed"), ("report", "complete"))]
)
def test_an_error_in_a_cell_leaves_a_true_note(place: str, status: str, grown: Path, tmp_path: Path) -> None:
    """Before the run: it failed, and what was taken over is there. After it: it was complete."""
    made = nbformat.read(notebook(tmp_path, dataset="somebody/grown-home"), as_version=4)
    (cell,) = [each for each in made.cells if each.id == place]
    cell.source = "1 / 0"
    broken = tmp_path / "broken.ipynb"
    nbformat.write(made, broken)
    ran = run_notebook(broken, {MOUNT: grown}, tmp_path / "out")
    assert ran.code == 1
    assert ran.result is not None
    assert ran.result["status"] == status
    assert iterations(tmp_path / "out") == (2 if status == "failed" else 3)


SMALL_DISK = """
import resource, sys
if any("ipykernel" in argument for argument in sys.orig_argv):
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
"""


@LONGER
def test_a_full_working_folder_is_said(grown: Path, tmp_path: Path) -> None:
    """What was finished before is whole."""
    site = tmp_path / "site"
    site.mkdir()
    limit = (grown / entries.FILE_NAME).stat().st_size + 4096
    (site / "sitecustomize.py").write_text(SMALL_DISK.format(limit=limit))
    path = notebook(tmp_path, dataset="somebody/grown-home", iterations=20)
    ran = run_notebook(path, {MOUNT: grown}, tmp_path / "out", PYTHONPATH=str(site))
    assert ran.code == 1
    assert "Free some space" in ran.log
    assert ran.result is not None
    assert ran.result["status"] == "failed"
    assert check(tmp_path / "out") == []
    assert iterations(tmp_path / "out") >= 2


OLDER_TAR = """
import tarfile
del tarfile.data_filter
whole = tarfile.TarFile.extractall
tarfile.TarFile.extractall = lambda self, path: whole(self, path)
"""


@LONGER
def test_a_python_without_filters_of_archives_runs_it(tmp_path: Path) -> None:
    """3.10 before 3.10.12 and 3.11 before 3.11.4, as some systems have them."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(OLDER_TAR)
    ran = run_notebook(notebook(tmp_path), {}, tmp_path / "out", PYTHONPATH=str(site))
    assert ran.code == 0, ran.log


@LONGER
def test_a_killed_kernel_loses_nothing_finished(tmp_path: Path) -> None:
    """Papermill's exit code is true, and the next run goes on from what is there."""
    path = notebook(tmp_path, iterations=500)
    working = tmp_path / "out"

    def kill() -> None:
        while not (working / index.FILE_NAME).exists():
            sleep(0.05)
        sleep(1.0)
        for process in psutil.Process().children(recursive=True):
            if "ipykernel_launcher" in " ".join(process.cmdline()):
                process.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    ran = run_notebook(path, {}, working)
    killer.join()
    assert ran.code != 0
    done = iterations(working)
    assert done >= 1
    again = run_notebook(notebook(tmp_path / "next"), {"three-tasks": working}, tmp_path / "again")
    assert again.code == 0, again.log
    assert iterations(tmp_path / "again") == done + 1


def test_a_budget_ends_it_in_order(tmp_path: Path) -> None:
    """A stopped run is no failure, and says that it was stopped."""
    settings = Settings(offspring=0, candidates=8, jobs=1, iterations=100_000, minutes=0.02)
    path, *_ = build(BundleRequest(settings, "three tasks"), TASKS).write(tmp_path / "kernel")
    ran = run_notebook(path, {}, tmp_path / "out")
    assert ran.code == 0, ran.log
    assert ran.result is not None
    assert (ran.result["status"], ran.result["message"]) == ("stopped", "time budget")
    assert len(ran.result["runs"]) == iterations(tmp_path / "out")


def test_homes_are_found_by_what_they_are(grown: Path, tmp_path: Path) -> None:
    """At any depth that Kaggle uses, newest first; other folders are none."""
    for point in ("a/b/c", "old"):
        changed(grown, (tmp_path / point.replace("/", "-")), lambda home: None).rename(tmp_path / Path(point).name)
    (tmp_path / "old" / index.FILE_NAME).write_text("{")
    (tmp_path / "none").mkdir()
    assert find_homes(tmp_path) == [FoundHome(tmp_path / "c", 2), FoundHome(tmp_path / "old", 0)]
    check_inputs(tmp_path, [RequiredInput("x/c", 2)], find_homes(tmp_path))
    with pytest.raises(InputError, match="old version"):
        check_inputs(tmp_path, [RequiredInput("x/old", 1)], find_homes(tmp_path))
    with pytest.raises(InputError, match="holds no home"):
        check_inputs(tmp_path, [RequiredInput("x/none")], find_homes(tmp_path))


def test_inputs_may_be_links(grown: Path, tmp_path: Path) -> None:
    """A home is found through a link, under each name that it has, but only once; so is a file."""
    home = changed(grown, tmp_path / "elsewhere", lambda home: None)
    (home / "tasks.json").write_text("[]")
    with linked(tmp_path / "one", {"datasets/x/home": home}) as folder:
        assert find_homes(folder) == [FoundHome(folder / "datasets" / "x" / "home", 2)]
        assert find_file(folder, "tasks.json", file_digest(home / "tasks.json")).read_text() == "[]"
        check_inputs(folder, [RequiredInput("x/home", 2)], find_homes(folder))
    (tmp_path / "two").mkdir()
    for name in ("alias", "home"):
        (tmp_path / "two" / name).symlink_to(home)
    assert len(find_homes(tmp_path / "two")) == 1
    check_inputs(tmp_path / "two", [RequiredInput("x/home", 2)], find_homes(tmp_path / "two"))
    with pytest.raises(InputError, match="is not attached"):
        check_inputs(tmp_path / "two", [RequiredInput("x/other")], find_homes(tmp_path / "two"))


def test_links_do_not_lead_astray(grown: Path, tmp_path: Path) -> None:
    """Up again, to itself, to nothing, or to what is deeper than a home can be: the search ends, and finds the rest."""
    root = tmp_path / "input"
    home = root / "datasets" / "x" / "home"
    home.parent.mkdir(parents=True)
    changed(grown, home, lambda home: None)
    deep = tmp_path / "deep" / "a" / "b" / "c" / "d"
    deep.parent.mkdir(parents=True)
    changed(grown, deep, lambda home: None)
    for name, target in (("a-up", root), ("b-home", home), ("itself", root / "itself"), ("gone", tmp_path / "gone")):
        (root / name).symlink_to(target)
    (home / "up").symlink_to(root)
    (root / "datasets" / "deep").symlink_to(tmp_path / "deep")
    (tmp_path / "fifo").mkdir()
    os.mkfifo(tmp_path / "fifo" / archive_layout.FILE_NAME)
    (root / "fifo").symlink_to(tmp_path / "fifo")
    assert find_homes(root) == [FoundHome(home, 2)]


def test_a_file_is_found_by_name_and_digest(tmp_path: Path) -> None:
    """Another content under the same name is said to be another file."""
    for folder, text in (("a", "one"), ("b", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tasks.json").write_text(text)
    assert find_file(tmp_path, "tasks.json", file_digest(tmp_path / "b" / "tasks.json")).parent.name == "b"
    with pytest.raises(InputError, match="is not the file that this notebook was bundled with"):
        find_file(tmp_path, "tasks.json", "0" * 64)
    with pytest.raises(InputError, match=r"has no other\.json"):
        find_file(tmp_path, "other.json", "0" * 64)


def test_bench_says_what_it_measured(tmp_path: Path) -> None:
    """Two kernels, the second on what the first left; a table and a document."""
    command = [
        sys.executable,
        "-m",
        "kagglebatt",
        "bench",
        "--sizes",
        "2",
        "--candidates",
        "6",
        "--jobs",
        "1",
        "--json",
    ]
    done = subprocess.run(
        [*command, "--to", str(tmp_path / "bench")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == {"kagglebatt"}  # kernels are quiet
    runs = json.loads(done.stdout)["runs"]
    assert [(run["size"], run["bench_iteration"], run["iteration"]) for run in runs] == [(2, 1, 1), (2, 2, 2)]
    assert all(run["wall"] > run["seconds"] for run in runs)
    assert json.loads((tmp_path / "bench" / "table.json").read_text())["runs"] == runs
    assert len((tmp_path / "bench" / "table.md").read_text().splitlines()) == 4


@LONGER
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_bench_that_is_stopped_keeps_its_rows(tmp_path: Path, number: int, code: int) -> None:
    """In table and document; and no kernel goes on."""
    arguments = ["--sizes", "2", "--iterations", "200", "--candidates", "6", "--jobs", "1", "--to", "bench"]
    process = subprocess.Popen(
        [sys.executable, "-m", "kagglebatt", "bench", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert process.stderr is not None
    while "iteration 1:" not in process.stderr.readline():
        pass
    while not (kernels := psutil.Process(process.pid).children(recursive=True)):
        sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert said.splitlines()[-1].endswith(f"the rows that are done are in {Path('bench', 'table.md')}.")
    assert "Traceback" not in said
    rows = json.loads((tmp_path / "bench" / "table.json").read_text())["runs"]
    assert rows[0]["bench_iteration"] == 1
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert alive == []


@LONGER
def test_bench_fails_when_a_kernel_does(tmp_path: Path) -> None:
    """With one message, also when the kernel never began."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "ipykernel").symlink_to(Path(ipykernel.__file__).parent)  # or the kernel would not be given the folder
    (site / "sitecustomize.py").write_text(
        "import os, sys\nif any('ipykernel' in argument for argument in sys.orig_argv):\n    os._exit(9)\n"
    )
    command = [sys.executable, "-m", "kagglebatt", "bench", "--sizes", "2", "--iterations", "1", "--to", "bench"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)}
    )
    assert done.returncode == 1
    assert "failed" in done.stderr
    assert "Traceback" not in done.stderr
