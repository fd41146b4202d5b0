"""What happens in a kernel: look around, take over what is attached, evolve, note the result. Called by the notebook.

The home is the working folder itself, so that what a run leaves is flat. Whatever happens, what was finished is saved,
and ``result.json`` is written last with the true status; then an error goes on, so that the run fails.
"""

from __future__ import annotations

import ast
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from kagglebatt.api.progress import every, progress_bar
from kagglebatt.errors import HomeError, KagglebattError, SettingsError, StoppedError
from kagglebatt.home import index
from kagglebatt.home.copying import copy_home
from kagglebatt.home.directory import merge_homes
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.inputs import FoundHome, RequiredInput, check, find_file, find_homes
from kagglebatt.notebook.result import write_result
from kagglebatt.notify import Pace
from kagglebatt.pages.page import FILE_NAME, Page, make_page
from kagglebatt.report_text import found, funnel, recalled
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import CHALLENGES_NAME, load_tasks
from kagglebatt.tasks.task import Task


def say(sentence: str) -> None:
    """Print a line at once, for a log that is read while the run goes on."""
    print(sentence, flush=True)  # noqa: T201 - a kernel's output is its log


def refuse_unknown(cells: Sequence[str]) -> None:
    """See that what papermill injected are parameters of the notebook; papermill itself only warns.

    Args:
        cells: what was run until now, as IPython's ``In`` has it.

    Raises:
        SettingsError: something else was injected, which would change nothing.
    """
    own: set[str] = set()
    given: set[str] = set()
    for cell in cells:
        names = _assigned(cell)
        if cell.startswith("# Parameters\n"):  # as papermill begins its cell
            given |= names
        elif {"needs", "bundle"} <= names:
            own |= names
    if unknown := sorted(given - own):
        raise SettingsError(f"{', '.join(unknown)}: no parameter of this notebook, which has {', '.join(sorted(own))}.")


def _assigned(cell: str) -> set[str]:
    try:
        lines = ast.parse(cell).body
    except SyntaxError:  # IPython's own commands
        return set()
    targets = [target for line in lines if isinstance(line, ast.Assign) for target in line.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@dataclass
class Kernel:
    """One run in a kernel.

    Attributes:
        bundle: id of the bundle.
        unpacked: folder of what the notebook carried: code, and in ``tasks`` and ``home`` those, if they are there.
        input_folder: where inputs are mounted, read-only.
        working_folder: where everything is written; it becomes the run's output.
        needs: inputs that must be there.
        task_files: sha256 by name of the task files.
        given: settings by name.
        ended: status and message of the last note.
    """

    bundle: str
    unpacked: Path
    input_folder: Path
    working_folder: Path
    needs: Sequence[RequiredInput]
    task_files: Mapping[str, str]
    given: Mapping[str, Any]
    runs: list[dict[str, Any]] = field(default_factory=list)
    tasks: tuple[Task, ...] = ()
    ended: tuple[str, str] = ("failed", "it was not run")

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        solvers = self.unpacked / "solvers"
        return Settings(
            dataset=str(self.unpacked),
            home=self.working_folder,
            solvers=solvers if solvers.is_dir() else None,
            **self.given,
        )

    def prepare(self) -> None:
        """Say what this machine is, find the inputs, and take over what they know.

        Raises:
            KagglebattError: an input is missing, empty, old or damaged, or of a newer format.
        """
        with self._noted("failed", "was prepared"):
            say(hardware())
            self.working_folder.mkdir(parents=True, exist_ok=True)
            self.take_over_inputs()
            self.tasks = load_tasks(str(self._challenges()))
            say(f"{len(self.tasks)} tasks, seed {self.settings.seed}, {self.settings.iterations} iterations")

    def take_over_inputs(self) -> None:
        """Begin with what the homes know that are attached, or that the notebook carries.

        Raises:
            KagglebattError: an input is missing, empty, old or damaged, or of a newer format.
        """
        homes = find_homes(self.input_folder)
        check(self.input_folder, self.needs, homes)
        carried = self.unpacked / "home"
        if carried.is_dir():
            homes += [FoundHome(carried, 0)]
        self._take_over([home.path for home in homes])

    def _take_over(self, homes: Sequence[Path]) -> None:
        if not homes:
            say("no home is attached: this run begins with nothing")
            return
        rest = list(homes)
        fresh = not any((self.working_folder / name).exists() for name in index.FILES)
        before = set(self.working_folder.iterdir())
        try:
            if fresh:
                copy_home(rest[0], self.working_folder)
                say(f"{rest.pop(0)}: taken over")
            # Also when there is none to merge: opening the working folder finds what is damaged in it.
            for place, solvers, entries in merge_homes(rest, self.working_folder, say):
                say(f"{place}: merged, {solvers} solvers and {entries} cache entries were new")
        except (HomeError, OSError):
            if fresh:  # or it would stand in the way of a better input, when this is run by hand again
                for path in set(self.working_folder.iterdir()) - before:
                    path.unlink()
                say(f"{homes[0]}: what was taken over is removed again")
            raise

    def _challenges(self) -> Path:
        carried = self.unpacked / "tasks"
        root = carried if carried.is_dir() else self.input_folder
        paths = {name: find_file(root, name, digest) for name, digest in self.task_files.items()}
        return paths[CHALLENGES_NAME]

    def run(self) -> None:
        """Evolve; say what an iteration found, of the first and the last and of some between.

        Raises:
            KagglebattError: something cannot be read or written; what was finished is saved.
        """
        with self._noted("complete", "was run"):
            pace, settings, told = Pace(every()), self.settings, 0
            try:
                with progress_bar(True, settings.iterations, settings.minutes, say, pace=pace) as progress:
                    for report in evolve(settings, self.tasks, progress, say):
                        self.runs.append(report.as_json())
                        progress.iteration_done(report.solved_tasks(on_tests=False), len(report.tasks))
                        if len(self.runs) == 1 or pace.due():
                            told = self._tell_last()
            finally:
                if len(self.runs) > told:
                    self._tell_last()

    def _tell_last(self) -> int:
        last = self.runs[-1]
        say("\n".join([*(found(last) if "search" in last else funnel(last)), *recalled(last)]))
        return len(self.runs)

    @contextmanager
    def _noted(self, status: str, what: str) -> Iterator[None]:
        """Write result.json after the body, with the status, or with what ended it."""
        message = "it was not run" if status == "failed" else ""
        try:
            yield
        except StoppedError as stopped:
            status, message = "stopped", stopped.reason
            say(f"stopped ({stopped}); everything finished is saved, and the next run goes on from there")
        except BaseException as error:
            status, message = "failed", f"{type(error).__name__}: {error}"
            say(f"failed before it {what}: {message}")
            raise
        finally:
            self.ended = status, message
            self._note()

    def _note(self) -> None:
        write_result(self.working_folder, self.bundle, *self.ended, self.runs)

    def report(self) -> Page:
        """What was found, as a page; it is left as a file, too. Where none can be made, it says why: the run stands."""
        since = self.runs[0]["iteration"] if self.runs else None
        try:
            page = make_page(
                self.working_folder, self.tasks, self.settings, "this kernel", since, empty=True, notify=say
            )
            page.write(self.working_folder / FILE_NAME)
            self._note()
        except (KagglebattError, OSError) as error:
            words = f"No report was made: {error}"
            return Page(f"<p>{escape(words)}</p>", words)
        say(page.summary)
        return page

    def outputs(self) -> None:
        """Say what the run leaves."""
        for path in sorted(self.working_folder.iterdir()):
            if path.is_file():
                say(f"{path.stat().st_size:>12,} bytes  {path.name}")


def hardware() -> str:
    """One line on the machine and what it runs: processors, memory and disk in GiB, versions."""
    import joblib

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    disk = shutil.disk_usage(Path.cwd()).free / 2**30
    return (
        f"{os.cpu_count()} processors, {memory:.1f} GiB memory, {disk:.1f} GiB disk free, {platform.system()}, "
        f"Python {platform.python_version()}, joblib {joblib.__version__}, "
        f"{os.environ.get('KAGGLE_KERNEL_RUN_TYPE', 'not on Kaggle')}"
    )
