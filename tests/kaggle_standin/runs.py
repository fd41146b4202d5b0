"""Runs: a pushed notebook is executed by papermill in processes of its own, and comes to an end of its own.

At most two execute at once, the others wait in the order in which they were pushed.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kagglebatt.notebook.bench import mounted, remove

from .links import linked
from .notebooks import prepared
from .processes import execute

NOTEBOOK_NAME = "__notebook__.ipynb"
AT_ONCE = 2
LONGEST_SECONDS = 20.0
"""So long a run waits for a fault that could strike it."""
ACTIVE = ("QUEUED", "RUNNING")


@dataclass
class Run:
    """One run of a kernel's version.

    Attributes:
        bundle: what the notebook calls its bundle; "" when it names none.
        output: folder of what it wrote.
        seconds: after which it is ended; None for no limit.
        faults: those that struck this run.
        links: its inputs are mounted as symbolic links.
        rerun: a competition runs it again.
        over: set when it has ended.
        status: a KernelWorkerStatus.
        failure: why it ended in ERROR.
        mounted: slug and version by mount point below the input folder.
        log: entries {stream_name, time, data}, in the order in which they came.
        ended: seconds since 1970; 0.0 while it goes on.
    """

    owner: str
    slug: str
    version: int
    bundle: str
    output: Path
    seconds: float | None = None
    faults: frozenset[str] = frozenset()
    links: bool = False
    rerun: bool = False
    status: str = "QUEUED"
    failure: str = ""
    mounted: dict[str, tuple[str, int]] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list, repr=False)
    ended: float = 0.0
    over: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @property
    def active(self) -> bool:
        """Whether it still goes on, or waits to."""
        return self.status in ACTIVE

    def files(self) -> list[Path]:
        """What it left, sorted by path; nothing while it goes on."""
        return [] if self.active else sorted(path for path in self.output.rglob("*") if path.is_file())


Mounts = Callable[[], Mapping[str, tuple[Path, str, int]]]
"""What a run gets when it starts: folder, slug and version by mount point."""


class Runner:
    """Executes runs.

    Args:
        awaited: whether something is still to happen to a run that goes on.

    Attributes:
        runs: all that were started, oldest first.
        instead: when given, it writes what a run leaves, and nothing is executed.
    """

    def __init__(self, python: str, tell: Callable[[str], object], awaited: Callable[[], bool]) -> None:
        self.runs: list[Run] = []
        self.instead: Callable[[Run], object] | None = None
        self._python, self._tell, self._awaited = python, tell, awaited
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="run")
        self._idle: list[threading.Thread] = []
        self._stop = threading.Event()

    def start(self, run: Run, source: str, mounts: Mounts) -> None:
        """Start a run, now or when it is its turn."""
        self.runs.append(run)
        self._say(run)
        for fault, status in (("run-never-ends", "RUNNING"), ("run-stays-queued", "QUEUED")):
            if fault in run.faults:
                thread = threading.Thread(target=self._linger, args=(run, status), name=fault)
                self._idle.append(thread)
                thread.start()
                return
        self._pool.submit(self._guarded, run, source, mounts)

    def wait_idle(self, seconds: float) -> None:
        """Wait until no run is going.

        Raises:
            TimeoutError: one still is.
        """
        limit = time.monotonic() + seconds
        while going := [f"{run.slug} version {run.version} is {run.status}" for run in self.runs if run.active]:
            if time.monotonic() > limit:
                raise TimeoutError(f"After {seconds:g} s: {', '.join(going)}.")
            time.sleep(0.02)

    def close(self) -> None:
        """End all runs, and wait until they have."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for thread in self._idle:
            thread.join()
        for run in self.runs:
            if run.active:
                self._end(run, "CANCEL_ACKNOWLEDGED")

    def _linger(self, run: Run, status: str) -> None:
        """A run that does nothing, until its time is up."""
        run.status = status
        run.output.mkdir(parents=True)
        self._stop.wait(run.seconds)
        self._end(run, "CANCEL_ACKNOWLEDGED")

    def _guarded(self, run: Run, source: str, mounts: Mounts) -> None:
        try:
            self._run(run, source, mounts)
        except Exception as error:  # of the stand-in itself: the run must not stay active
            self._end(run, "ERROR", f"The stand-in failed: {error!r}")
            raise

    def _run(self, run: Run, source: str, mounts: Mounts) -> None:
        if self._stop.is_set():
            return
        run.output.mkdir(parents=True)
        notebook = run.output.with_name(f"{run.output.name}-source.ipynb")
        notebook.write_text(prepared(source, run.faults), "utf-8")
        given = mounts()
        run.mounted = {point: (slug, version) for point, (_, slug, version) in given.items()}
        code = self._execute(run, notebook, {point: each[0] for point, each in given.items()})
        limit = time.monotonic() + LONGEST_SECONDS
        while self._awaited() and time.monotonic() < limit and not self._stop.is_set():
            time.sleep(0.05)
        if "run-without-result" in run.faults:
            (run.output / "result.json").unlink(missing_ok=True)
        if code is None:
            self._end(run, "CANCEL_ACKNOWLEDGED")
        elif code:
            self._end(run, "ERROR", "Your notebook tried to run, but ended with an error. See its log.")
        else:
            self._end(run, "COMPLETE")

    def _execute(self, run: Run, notebook: Path, inputs: dict[str, Path]) -> int | None:
        """Run a notebook with its inputs mounted; the exit code, None when it was ended from outside."""
        if self.instead is not None:
            self.instead(run)
            return 0
        folder, empty = run.output.with_name(f"{run.output.name}-input"), "mount-empty" in run.faults
        with (
            _mounted(folder, inputs, empty, run.links) as place,
            tempfile.TemporaryDirectory(prefix="kaggle-run-") as scratch,
        ):
            run.status = "RUNNING"
            self._say(run)
            started = time.monotonic()

            def heard(stream: str, line: str) -> None:
                run.log.append({"stream_name": stream, "time": round(time.monotonic() - started, 6), "data": line})

            command, environment = (
                _command(self._python, notebook, run.output),
                _environment(place, run.output, scratch, run.rerun),
            )
            return execute(command, run.output, environment, heard, run.seconds, self._stop)

    def _end(self, run: Run, status: str, failure: str = "") -> None:
        run.failure, run.ended = failure, time.time()
        run.status = status  # last of all: whoever sees it may use the rest
        run.over.set()
        self._say(run)

    def _say(self, run: Run) -> None:
        self._tell(f"run {run.owner}/{run.slug} version {run.version}: {run.status}")


@contextlib.contextmanager
def _mounted(folder: Path, inputs: dict[str, Path], empty: bool, links: bool) -> Iterator[Path]:
    """The inputs, read-only; as empty folders where a fault says so, or as links."""
    nothing = folder.with_name(f"{folder.name}-nothing")
    if empty:
        nothing.mkdir()
        inputs = dict.fromkeys(inputs, nothing)
    try:
        with (linked if links else mounted)(folder, inputs) as place:
            yield place
    finally:
        remove(nothing)


def _command(python: str, notebook: Path, working: Path) -> list[str]:
    # papermill passes its paths through str.format
    source, target = (str(path).replace("{", "{{").replace("}", "}}") for path in (notebook, working / NOTEBOOK_NAME))
    streams = ["--stdout-file", "/dev/stdout", "--stderr-file", "/dev/stderr"]
    return [python, "-m", "papermill", "--no-progress-bar", *streams, "--cwd", str(working), source, target]


def _environment(inputs: Path, working: Path, scratch: str, rerun: bool) -> dict[str, str]:
    """This process's environment without anything that leads to an account, and with what a batch run has."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KAGGLE") and not name.lower().endswith("_proxy")
    }
    return {
        **kept,
        "KAGGLE_KERNEL_RUN_TYPE": "Batch",
        **({"KAGGLE_IS_COMPETITION_RERUN": "1"} if rerun else {}),
        "KAGGLEBATT_INPUT": str(inputs),
        "KAGGLEBATT_WORKING": str(working),
        "TMPDIR": scratch,  # what a run that is killed leaves there goes with it
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def as_log(run: Run) -> str:
    """A run's log as it is stored: a JSON array; "" while it goes on."""
    return "" if run.active else json.dumps(run.log)
