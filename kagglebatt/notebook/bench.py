"""The benchmark: the bundled notebook through papermill, at each size, again and again, each time in a fresh kernel.

What one kernel leaves is mounted, read-only, as the next one's input, where Kaggle would mount the output of a kernel.
Whether a run succeeded is told by its ``result.json`` and by what papermill raised; the executed notebook says
"completed" also of a kernel that died.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from kagglebatt.api.progress import EVERY
from kagglebatt.errors import RunFailedError, SettingsError
from kagglebatt.notebook.bundle import Bundle, BundleRequest, build
from kagglebatt.notebook.result import NOTEBOOK_NAME, RESULT_NAME, Result, read_result
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.library import read_to_deal
from kagglebatt.running.worker_start import path_entries_with
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks


@dataclass(frozen=True)
class BenchRow:
    """One size and iteration: the seconds from papermill's start to its end, and the kernel's own report."""

    size: int
    iteration: int
    wall: float
    report: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The report's keys, and ``size``, ``bench_iteration`` and ``wall``."""
        return {
            "size": self.size, "bench_iteration": self.iteration, "wall": round(self.wall, 3), **self.report
        }  # fmt: skip


def bench(
    settings: Settings,
    sizes: Sequence[int],
    iterations: int,
    folder: Path,
    notify: Notify,
    hear: Notify = notify_nobody,
) -> Iterator[BenchRow]:
    """Run every size so many times; yields each row as it is done.

    Args:
        settings: of every run; their tasks and iterations are not used.
        hear: given each line that a kernel prints, when it does, and which kernel that is.
        folder: for kernels and outputs, ``5-tasks/kernel``, ``5-tasks/output-1`` and so on; replaced if it is there.

    Raises:
        SettingsError: no notebook can hold the folder's name.
        RunFailedError: a run failed; its executed notebook is in its output.
    """
    refuse_unwritable_name(folder)
    read_to_deal(settings.solvers, settings.strict, notify)
    for size in sizes:
        place = folder / f"{size}-tasks"
        remove(place)
        tasks = load_tasks(settings.dataset, size, settings.ids, settings.strict)
        tasks.tell(notify)
        order = BundleRequest(replace(settings, tasks=None, iterations=1), f"kagglebatt bench {size} tasks", "local")
        bundle = build(order, tasks)
        notebook, *_ = bundle.write(place / "kernel")
        notify(f"{size} tasks: bundle {bundle.id}, {bundle.size:,} bytes of source")
        before: Path | None = None
        for iteration in range(1, iterations + 1):
            output = place / f"output-{iteration}"
            started = perf_counter()
            with mounted(place / "input", {"notebooks/local/kagglebatt-bench": before} if before else {}) as inputs:
                named = f"{size} tasks, iteration {iteration} of {iterations}"
                result = run_notebook(notebook, bundle, inputs, output, Heard(hear, named))
            yield BenchRow(len(tasks), iteration, perf_counter() - started, result.runs[-1])
            before = output


@contextmanager
def mounted(folder: Path, inputs: dict[str, Path]) -> Iterator[Path]:
    """A folder of inputs as Kaggle lays them out, read-only, for the body of a ``with`` statement.

    Args:
        inputs: folders by their place below it.
    """
    folder.mkdir(parents=True)
    for point, source in inputs.items():
        shutil.copytree(source, folder / point)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, also a read-only one, if it is there."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    if folder.exists():
        shutil.rmtree(folder)


class Heard:
    """Takes what a kernel prints as if it were a file, and passes its lines on."""

    def __init__(self, hear: Notify, kernel: str) -> None:
        self._hear, self._kernel, self._rest = hear, kernel, ""
        hear(f"{kernel}: the kernel begins")

    def write(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._hear(f"{self._kernel}: {line.strip()}")

    def flush(self) -> None:
        """A line is passed on when it is whole."""


def run_notebook(notebook: Path, bundle: Bundle, inputs: Path, output: Path, heard: Heard | None = None) -> Result:
    """Run a bundled notebook in a fresh kernel, as a batch run; the note that it left.

    Args:
        heard: written to as the kernel prints.

    Raises:
        RunFailedError: it did not come to its end.
    """
    import papermill

    output.mkdir(parents=True)
    places = {"input_folder": str(inputs.resolve()), "working_folder": str(output.resolve())}
    fault = ""
    try:
        path = os.pathsep.join(path_entries_with(("ipykernel",)))  # or a kernel would run what lies in other entries
        batch = {
            "KAGGLE_KERNEL_RUN_TYPE": "Batch",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONPATH": path,
            EVERY: os.environ.get(EVERY, "1"),
        }
        with _own_kernel(), _environment(**batch):
            papermill.execute_notebook(
                str(notebook).replace("{", "{{").replace("}", "}}"),
                str(output / NOTEBOOK_NAME).replace("{", "{{").replace("}", "}}"),
                parameters=places,
                cwd=str(output),
                progress_bar=False,
                stdout_file=heard,
                extra_arguments=[
                    "--log-level=CRITICAL"
                ],  # or kernels say that they talk over TCP, and that they are ended
            )
    except papermill.exceptions.PapermillExecutionError as error:
        fault = f"{error.ename}: {error.evalue}"
    except RuntimeError as error:  # nbclient's DeadKernelError, and what jupyter_client says of one that never began
        fault = f"its kernel died: {error}"
    result = read_result(output / RESULT_NAME)
    if fault or result is None or result.bundle != bundle.id or not result.runs:
        why = fault or (result.message if result else "") or f"it left no {RESULT_NAME}"
        raise RunFailedError(f"{notebook.name}: failed ({why}). What it printed is in {output / NOTEBOOK_NAME}.")
    return result


def refuse_unwritable_name(folder: Path) -> None:
    """See that a notebook can hold the folder's name, as it does while it runs.

    Raises:
        SettingsError: the name is not UTF-8.
    """
    name = str(folder.resolve())
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise SettingsError(
            f"{name!r}: this name is not UTF-8, and no notebook can hold it. Give another --to."
        ) from error


@contextmanager
def _own_kernel() -> Iterator[None]:
    """Let ``python3`` be the kernel of this very interpreter; Jupyter may know another one of that name."""
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        place = Path(folder) / "kernels" / "python3"
        place.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        document = {"argv": argv, "display_name": "Python 3", "language": "python"}
        (place / "kernel.json").write_text(json.dumps(document))
        before = os.environ.get("JUPYTER_PATH")
        with _environment(JUPYTER_PATH=os.pathsep.join([folder, before] if before else [folder])):  # the first counts
            yield


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def table(rows: Sequence[BenchRow]) -> list[str]:
    """The rows as a table in Markdown; hits and misses as inlining / validation / probes."""
    lines = [
        "| tasks | iteration | wall | offspring | solved so far | solved on demo | on test | timeouts | hits | misses "
        "| time saved |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        report, caches = row.report, row.report["caches"]
        search = report.get("search") or {"bred": 0, "solved_so_far": ""}
        hits, misses = (
            " / ".join(str(caches[name][what]) for name in ("inlining", "validation", "probes") if name in caches)
            for what in ("hits", "misses")
        )
        saved = sum(figures["seconds_saved"] for figures in caches.values())
        lines.append(
            f"| {row.size} | {row.iteration} | {row.wall:.1f} s | {search['bred']:,} | {search['solved_so_far']} "
            f"| {report['solved_demo']} | {report['solved_test']} | {report['timeouts']} | {hits} | {misses} "
            f"| {saved:.2f} s |"
        )
    return lines
