"""What is run is what was started: no file of the working folder, of PYTHONPATH, or of another copy of the package."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.errors import RunFailedError
from kagglebatt.notebook.bench import run_notebook
from kagglebatt.notebook.bundle import Bundle
from kagglebatt.programs.batt import deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running import worker_start
from kagglebatt.running.execute import prepare
from kagglebatt.running.limit import Limits
from kagglebatt.running.run import run
from kagglebatt.running.work import Chunk, Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.running.worker_process import WorkerProcess
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task
from tests.strangers import EVOLVING, PACKAGE, STRANGE, other_copy, stranger

NO_CLUSTER = importlib.util.find_spec("ray") is None


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with one task, and the one solver that solves it."""
    pair = {"input": [[1, 2], [3, 4]], "output": [[3, 4], [1, 2]]}
    (tmp_path / "0a0a0a0a.json").write_text(json.dumps({"train": [pair], "test": [pair]}))
    (tmp_path / "solvers").mkdir()
    (tmp_path / "solvers" / "one.py").write_text("def solve_0a0a0a0a(I):\n    O = hmirror(I)\n    return O\n")
    return tmp_path


def evolved(command: list[str], place: Path, here: Path, backend: str, **environment: str) -> dict[str, Any]:
    """The report of one iteration that was started in the folder ``here``."""
    arguments = [
        "evolve",
        "--offspring=0",
        "--dataset",
        str(place / "0a0a0a0a.json"),
        "--solvers",
        str(place / "solvers"),
        "--mutate=0",
    ]
    arguments += ["--candidates=1", "--jobs=2", "--backend", backend, "--home", str(place / "home"), "--json"]
    env = {**os.environ, **environment}
    done = subprocess.run([*command, *arguments], cwd=here, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "lost" not in done.stderr
    (report,) = json.loads(done.stdout)["iterations"]
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize(
    "backend",
    [
        "sequential",
        "threading",
        "loky",
        "dask",
        pytest.param("ray", marks=[pytest.mark.campaign, pytest.mark.skipif(NO_CLUSTER, reason="ray is missing")]),
    ],
)
def test_every_backend_runs_the_code_that_was_started(backend: str, place: Path) -> None:
    """Whatever lies in the working folder, which is an entry of PYTHONPATH, too."""
    here = place / "here"
    ran = stranger(here)
    other_copy(here)
    script = place / "evolving.py"
    script.write_text(EVOLVING)
    report = evolved([sys.executable, "-I", str(script)], place, here, backend, PYTHONPATH=str(here))
    assert (report["solved_demo"], report["solved_test"]) == (1, 1)
    assert not ran.exists(), ran.read_text()


@pytest.mark.parametrize("entry", [None, os.pathsep], ids=["no PYTHONPATH", "an empty entry in PYTHONPATH"])
def test_the_command_runs_nothing_of_the_working_folder(entry: str | None, place: Path) -> None:
    """Not of an empty entry in PYTHONPATH either, but for what Python imports itself before the command begins."""
    here = place / "here"
    early = ("types", "enum", "re", "copy", "typing", "sitecustomize")
    ran = stranger(here, tuple(name for name in STRANGE if entry is None or name not in early))
    command = Path(sys.executable).with_name("kagglebatt")
    given = {} if entry is None else {"PYTHONPATH": entry}
    assert evolved([str(command)], place, here, "threading", **given)["solved_demo"] == 1
    assert not ran.exists(), ran.read_text()


def test_python_m_runs_nothing_of_the_working_folder(place: Path) -> None:
    """But for what Python imports itself before ``__main__`` begins, ``types`` for instance."""
    here = place / "here"
    ran = stranger(here, tuple(name for name in STRANGE if name != "types"))
    assert evolved([sys.executable, "-m", "kagglebatt"], place, here, "threading")["solved_demo"] == 1
    assert not ran.exists(), ran.read_text()


def test_a_worker_imports_from_the_library_and_the_package_alone() -> None:
    """Nothing of site-packages, whose files others may have written."""
    listed = "print(*sorted(m for m in sys.modules if 'site-packages' in str(getattr(sys.modules[m], '__file__', ''))))"
    *command, package = [part for part in worker_start.command() if part != "\n".join(worker_start.BOOT)]
    code = f"{worker_start.FIND}\nfrom kagglebatt.running import worker_process\n{listed}"
    done = subprocess.run([*command, code, package], capture_output=True, text=True, check=True)
    outside = [name for name in done.stdout.split() if name.partition(".")[0] != "kagglebatt"]
    assert outside == []


def test_a_worker_with_other_code_is_refused(tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the package is changed on disk during a run: one sentence, and no result is used."""
    assert worker_start.fingerprint()  # this process's own, worked out before the change
    other_copy(tmp_path)
    monkeypatch.setattr(worker_start, "_PACKAGE", tmp_path / "kagglebatt")
    units = [Unit(prepare(deal([((), parse_program("O = hmirror(I)"))])), tiny_task, tiny_task.demo[0])]
    done: list[int] = []
    with (
        WorkerPool(Settings(offspring=0, home=tmp_path, jobs=1), lambda _: None) as pool,
        pytest.raises(worker_start.WorkerRefusedError, match="Its results are not used"),
    ):
        run(units, deal([]), pool, done.append)
    assert done == []


def test_code_of_sub_packages_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose code differs in a folder of a folder, or has it in another one, is another worker."""
    monkeypatch.setattr(worker_start, "_PACKAGE", tmp_path)
    said = []
    for place, text in (("one", "A = 1"), ("one", "A = 2"), ("two", "A = 2")):
        path = tmp_path / "search" / place / "file.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        said.append(worker_start.fingerprint.__wrapped__())
        path.unlink()
    (tmp_path / "search" / "one" / "file.py").write_text("A = 1")
    assert len(set(said)) == 3
    assert worker_start.fingerprint.__wrapped__() == said[0]


class _Deed:
    """What does something when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self._path), "w")


def test_what_a_refused_worker_says_is_not_unpickled(tmp_path: Path) -> None:
    """Its first word is read as text."""
    word = pickle.dumps(_Deed(tmp_path / "done"))
    said = f"import os; os.write(int(sys.argv[1]), {len(word).to_bytes(4, 'big') + word!r}); sys.stdin.read()"
    boot = "\n".join(worker_start.BOOT)
    command = tuple(f"{worker_start.FIND}\n{said}" if part == boot else part for part in worker_start.command())
    with (
        WorkerProcess(command) as child,
        pytest.raises(worker_start.WorkerRefusedError, match="this process runs kagglebatt"),
    ):
        list(child.perform(Chunk((), prepare(deal([])), Limits(1.0))))
    assert not (tmp_path / "done").exists()


def test_the_notebook_leaves_its_own_folder_before_it_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beside the notebook is no module to it."""
    path = PACKAGE / "notebook" / "kernel.ipynb"
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]}
    names = list(cells)
    assert names.index("path") == names.index("unpack") - 1
    monkeypatch.setattr(sys, "path", [os.getcwd(), "/somewhere", "", "/elsewhere"])
    exec(cells["path"], {"os": os})
    assert sys.path == ["/somewhere", "/elsewhere"]


def test_a_bench_kernel_gets_no_strange_entry_of_pythonpath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one without which it could not start."""
    needed = tmp_path / "needed"
    (needed / "ipykernel").mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), "", "relative", str(needed)]))
    given: list[str] = []

    def execute(*_arguments: object, **_options: object) -> None:
        given.append(os.environ["PYTHONPATH"])
        raise RuntimeError("enough")

    monkeypatch.setattr("papermill.execute_notebook", execute)
    bundle = Bundle.__new__(Bundle)
    with pytest.raises(RunFailedError, match="enough"):
        run_notebook(tmp_path / "k.ipynb", bundle, tmp_path, tmp_path / "out")
    assert given == [str(needed)]
    assert os.environ["PYTHONPATH"].startswith(str(tmp_path))
