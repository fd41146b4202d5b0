"""Who does the work: this process, processes of it, joblib's worker processes, or a cluster.

Candidates run in child processes that may be lost (see ``isolated``), so that workers never are by a candidate's
doing. By default joblib's ``Parallel`` has a thread for each child: since the processes are processes already, worker
processes above them would only take longer to start, and as much memory again. A worker that is lost all the same,
or that there is no room for, leaves its work undone; the pool becomes smaller, says so, and whoever asked gives it
what is left.
"""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Any

from kagglebatt.notify import Notify
from kagglebatt.running.cluster import PATIENCE_SECONDS, joined, lost_errors
from kagglebatt.running.job import Job, Result
from kagglebatt.running.limit import Limits
from kagglebatt.running.worker_start import command, fingerprint, guarded
from kagglebatt.settings import Settings

if TYPE_CHECKING:
    from kagglebatt.running.worker_process import WorkerProcess

SMALL_WORK = 3_000
"""Candidate runs up to this many are made by one child: starting workers would take longer."""


_LOOK_SECONDS = 0.5


class WorkerPool:
    """The processes that do the work of a run, and its limits; use it as a context manager.

    Args:
        notify: told when there are fewer workers than were asked for.
    """

    def __init__(self, settings: Settings, notify: Notify) -> None:
        self.limits = Limits(settings.timeout, settings.memory << 20)
        self.backend = settings.backend
        self.jobs = settings.jobs if settings.jobs > 0 else os.cpu_count() or 1
        self._scheduler = settings.scheduler
        self._notify = notify
        self._idle: list[WorkerProcess] = []
        self._busy: list[WorkerProcess] = []
        self._over = False
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._workers_run = False
        self._connected = False
        self._lost: tuple[type[BaseException], ...] = (OSError, MemoryError)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_exception: object) -> None:
        with self._lock:
            self._over = True
            for child in self._busy:  # threads that were left behind have them, and close them
                child.abandon()
        self._close_idle()
        self._opened.close()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def chunks_at_once(self, runs: int) -> int:
        """What part of the work left is one job: a third of each worker's share."""
        return 3 * (1 if self._is_small(runs) else self.jobs)

    def most_chunks(self, runs: int) -> int:
        """So many jobs at most, where candidates cost what was estimated."""
        return 12 * self.chunks_at_once(runs)

    def _is_small(self, runs: int) -> bool:
        return self.jobs == 1 or (runs <= SMALL_WORK and not self._workers_run)

    def get_ready(self, runs: int) -> None:
        """Start what so many candidate runs will need: processes, and joblib, which is imported while they start.

        It may be left out; then they start with the first jobs.
        """
        if self.backend not in ("threading", "loky"):
            return
        small = self._is_small(runs)
        if small or self.backend == "threading":
            with suppress(OSError):  # said when there is work for them
                self._start_processes(1 if small else self.jobs)
        if not small:
            import joblib  # noqa: F401 - it takes longer than everything before a run

    def _start_processes(self, count: int) -> None:
        from kagglebatt.running.worker_process import WorkerProcess

        while len(self._idle) < count:
            self._idle.append(WorkerProcess())

    def perform(
        self, jobs: Iterable[Job[Result]], runs: int, heard: Callable[[Result], object] | None = None
    ) -> Generator[Result, None, None]:
        """Do jobs, in any order; some marks may be missing afterwards, and are then asked for again.

        Args:
            runs: candidate runs in all jobs together.
            heard: told of each result as a thread that waits for a child has it; the result is given when the job is
                done. Results that need no such thread are given as they come; those of other backends with their job.
        """
        try:
            if self.backend == "sequential":
                for job in jobs:
                    yield from job.perform(None)
            elif self._is_small(runs) and self.backend in ("threading", "loky"):
                for job in jobs:
                    yield from self._results_of_idle_process(job)
            else:
                yield from self._spread(jobs, heard)
        except self._lost as error:
            self._shrink(error)

    def _perform_in_idle_process(
        self, job: Job[Result], heard: Callable[[Result], object] | None = None
    ) -> list[Result]:
        given = []
        for done in self._results_of_idle_process(job):
            given.append(done)
            if heard is not None:
                heard(done)
        return given

    def _results_of_idle_process(self, job: Job[Result]) -> Iterator[Result]:
        child = self._taken()
        try:
            yield from child.perform(job)
        finally:
            with self._lock:
                self._busy.remove(child)
                self._idle.append(child)
            if self._over:
                self._close_idle()

    def _taken(self) -> WorkerProcess:
        """An idle process, or a new one, that counts as busy from now on.

        Raises:
            OSError: the pool is closed, and this is a thread that was left behind; or there is no room for a process.
        """
        from kagglebatt.running.worker_process import (
            WorkerProcess,  # late: a run that only remembers needs no child, nor what it imports
        )

        started = None if self._idle else WorkerProcess()  # outside the lock: others need not wait for it
        with self._lock:
            child = started or (self._idle.pop() if self._idle else WorkerProcess())
            if not self._over:
                self._busy.append(child)
                return child
        child.close()
        raise ChildProcessError("the pool is closed; nobody waits for this work any more")

    def _spread(self, jobs: Iterable[Job[Result]], heard: Callable[[Result], object] | None = None) -> Iterator[Result]:
        from concurrent.futures import BrokenExecutor
        from multiprocessing import TimeoutError

        from kagglebatt.running.worker_process import perform_in_kept_process, perform_in_own_process

        if not self._workers_run:
            self._lost = (*self._lost, TimeoutError, BrokenExecutor)
        if self.backend == "threading":
            self._start_processes(self.jobs)
        from joblib import Parallel, delayed  # late: importing joblib takes longer than everything before a run

        self._connect()
        options: dict[str, Any] = {"n_jobs": self.jobs, "batch_size": 1, "return_as": "generator_unordered"}
        work: Callable[[Job[Result]], list[Result]] = partial(perform_in_own_process, expected=fingerprint())
        if self.backend == "threading":
            options["backend"] = "threading"
            work = partial(self._perform_in_idle_process, heard=heard)
        elif self.backend == "loky":
            options |= {"backend": "loky", "initializer": _prepare_worker, "timeout": self._patience}
            work = partial(perform_in_kept_process, command=command(), expected=fingerprint())
        elif self.backend == "ray":
            options["return_as"] = "list"  # ray cannot give results as they come
        else:
            options["timeout"] = self._patience
        self._workers_run = True
        try:
            with _quietly_closed(Parallel(**options)(delayed(work)(job) for job in jobs)) as results:
                for done in results:
                    yield from done
        except RuntimeError as error:  # the interpreter has no room for a thread, and no class of its own to say so
            raise ChildProcessError(*error.args) from error

    @property
    def _patience(self) -> float:
        """Seconds without any result after which workers are given up: each gives its job back long before that."""
        return PATIENCE_SECONDS + 4 * self.limits.clock

    def _connect(self) -> None:
        """Join the cluster that was asked for, once; processes that are not ours are started under guard."""
        if self._connected or self.backend == "threading":
            return
        self._opened.enter_context(guarded("joblib", "distributed", "ray"))
        self._connected = True
        if self.backend == "loky":
            return
        self._lost = (*self._lost, *lost_errors(self.backend))
        self.jobs = self._opened.enter_context(joined(self.backend, self._scheduler, self.jobs))

    def _shrink(self, error: BaseException) -> None:
        why = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}" if str(error) else type(error).__name__
        if self.backend in ("dask", "ray"):
            self._opened.close()
            self._notify(f"the {self.backend} cluster was lost ({why}); going on with workers of this machine")
            self.backend, self.jobs = "threading", os.cpu_count() or 1
        elif self.jobs > 1:
            self.jobs //= 2
            self._notify(f"workers were lost ({why}); going on with {self.jobs}")
        else:
            self.backend = "sequential"
            self._notify(f"no worker could be started ({why}); going on in this process, with limits on time only")


@contextmanager
def _quietly_closed(results: Any) -> Iterator[Any]:
    """Results as they come, closed when nobody wants more, without joblib's advice on work that was left undone."""
    try:
        yield results
    finally:
        if isinstance(results, Generator):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                results.close()


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the process that asked decides
    threading.Thread(target=_end_without, args=(os.getppid(),), daemon=True).start()


def _end_without(parent: int) -> None:
    """End this worker soon after the process that started it is gone; loky's own would wait for five minutes."""
    while os.getppid() == parent:
        sleep(_LOOK_SECONDS)
    os._exit(1)
