"""Work in a child process that may be lost: a candidate that ends it is found and marked, and the rest goes on.

The child is a fresh interpreter, not a fork, so it can be started from any thread of any process. It is told what
to do, and answers, over a pipe; the bytes that say where it is are in memory that both see. It ends when the pipe
is closed; and at once, whatever it is at, when the process that started it is gone: a second pipe, into which nobody
writes, then gives the kernel the reason to end it.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from time import perf_counter
from typing import IO, Any

from kagglebatt.running import worker_start
from kagglebatt.running.job import Job, Position, Result
from kagglebatt.running.limit import ENDED_BY_TIMER
from kagglebatt.running.outcome import Kind

_PATIENCE_SECONDS = 10.0
"""How much longer than its limits allow a child may stay at one candidate before it is taken for stuck."""
_DEATHS = 2
"""So many times must a candidate end its process: once may be somebody else's doing."""
_STARTS = 3
"""So many times is a child started that ends before it is at any candidate: then there is no room for one."""
_LONGEST_GREETING = 1000
"""Bytes; a longer first word is none of ours."""
_NEVER_AT_WORK = "child processes end with code {} before they do anything"
_MANY_CONTAINERS = 200_000
"""Some tens of megabytes; what is kept for reuse is less."""

_OF_THE_GROUP = (signal.SIGINT, signal.SIGTERM)
"""What Ctrl-C, or `timeout`, sends to a child as well; who started it decides when it ends."""


class WorkerLost(Exception):
    """A child process is gone; where it was is known, and whether it was ended since it stayed there by the clock."""

    def __init__(self, code: int, at: tuple[int, int, int] | None, stuck: bool = False) -> None:
        super().__init__(code, at, stuck)
        self.code = code
        self.at = at
        self.stuck = stuck


class WorkerProcess:
    """A child process that does jobs; use it as a context manager or close it.

    Raises:
        OSError: the machine has no room for another process.
    """

    def __init__(self, command: tuple[str, ...] | None = None, expected: str | None = None) -> None:
        """Start it.

        Args:
            command: instead of this process's own.
            expected: the fingerprint that the child must give, instead of this process's own.
        """
        self._command = worker_start.command() if command is None else command
        self._expected = worker_start.fingerprint() if expected is None else expected
        self._greeted = False
        self._file = _shared_file(Position.SIZE)
        self._position = Position(self._file.fileno())
        self._pipe: Connection | None = None
        self._lifeline = -1
        self._abandoned = False
        self._stuck = False
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        if self._abandoned:
            raise ChildProcessError("nobody waits for this work any more")
        self._position.clear()
        ours, theirs = Pipe()
        lifeline, self._lifeline = os.pipe()
        handles = (theirs.fileno(), self._file.fileno(), lifeline)
        command = [*self._command, *map(str, handles)]
        self._greeted = False
        try:
            with _unheard():
                self._process = subprocess.Popen(command, pass_fds=handles, stdin=subprocess.DEVNULL)
        except BaseException:
            ours.close()
            os.close(self._lifeline)
            raise
        finally:
            theirs.close()
            os.close(lifeline)
        self._pipe = ours
        if self._abandoned:  # while it was being started
            self._process.kill()

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; one that is at work is killed."""
        if self._pipe is not None:
            if self._position.read() is not None:
                self._process.kill()
            self._end()
        self._position.close()
        self._file.close()

    def abandon(self) -> None:
        """End the child from another thread; the one that waits for it gets an OSError, and closes it."""
        self._abandoned = True  # first: a child that is started meanwhile is ended by who starts it
        self._process.kill()

    def _end(self) -> int:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
            os.close(self._lifeline)
        return self._process.wait()

    def perform(self, job: Job[Result]) -> Iterator[Result]:
        """Do a job, or a part of it: after a candidate that took long, or ended the child, others are left.

        A candidate that ends the child gets the mark it earned.

        Raises:
            OSError: child after child ends before it is at any candidate.
        """
        for _ in range(_STARTS):
            told = False
            try:
                for done in self._attempt(job):
                    told = True
                    yield done
            except WorkerLost as lost:
                if lost.at is not None:
                    yield self._settle(job.alone(*lost.at[:2]), lost)
                elif not told:  # killed while it was idle, or it cannot even start
                    code = lost.code
                    continue
            return
        raise ChildProcessError(_NEVER_AT_WORK.format(code))

    def _attempt(self, job: Job[Result]) -> Iterator[Result]:
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        finished = False
        try:
            self._greet(job)
            self._pipe.send(job)
            while (done := self._receive(job)) is not None:
                yield done
            finished = True
        except (EOFError, OSError) as error:
            finished = True
            raise WorkerLost(self._end(), self._position.read(), self._stuck) from error
        finally:
            if not finished:  # whoever asked has lost interest
                self._process.kill()
                self._end()

    def _greet(self, job: Job[Any]) -> None:
        """Hear which code the child runs, before anything else that it says is read.

        Raises:
            WorkerRefusedError: it is not the code that was asked for.
        """
        if self._greeted:
            return
        assert self._pipe is not None
        self._wait(job)
        said = self._pipe.recv_bytes(_LONGEST_GREETING).decode("utf-8", "replace")
        if said != self._expected:
            raise worker_start.WorkerRefusedError.of(said, self._expected)
        self._greeted = True

    def _receive(self, job: Job[Result]) -> Result | None:
        assert self._pipe is not None
        self._wait(job)
        answer = self._pipe.recv()
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]

    def _wait(self, job: Job[Any]) -> None:
        """Wait for the child's next word; one that stays where it is for too long is killed."""
        assert self._pipe is not None
        patience = job.limits.clock + _PATIENCE_SECONDS
        before: Any = ()
        self._stuck = False
        while not self._pipe.poll(patience):
            at = self._position.read()
            if at == before:
                self._stuck = True
                self._process.kill()
            before = at

    def _settle(self, job: Job[Result], lost: WorkerLost) -> Result:
        """Whether the one candidate of this job, or a differ on its output, ends its process again and again."""
        began = perf_counter()
        deaths: Counter[int] = Counter()
        while True:
            differ = lost.at[2] if lost.at is not None else -1
            out_of_time = lost.code == -ENDED_BY_TIMER
            deaths[differ] += _DEATHS if out_of_time else 1
            if deaths[differ] >= _DEATHS and differ < 0:
                seconds = job.limits.seconds if out_of_time else 0.0
                kind = Kind.TIMED_OUT if out_of_time or lost.stuck else Kind.CRASHED
                return job.ended(kind, seconds, lost.stuck, perf_counter() - began)
            if deaths[differ] >= _DEATHS:
                job = job.without(differ)
            try:
                return self._attempt_alone(job)
            except WorkerLost as again:
                lost = again

    def _attempt_alone(self, job: Job[Result]) -> Result:
        """Do the one candidate of a job; a child that ends before it is at it says nothing against it."""
        for _ in range(_STARTS):
            try:
                (done,) = self._attempt(job)
            except WorkerLost as lost:
                if lost.at is not None:
                    raise
                code = lost.code
            else:
                return done
        raise ChildProcessError(_NEVER_AT_WORK.format(code))


@contextmanager
def _unheard() -> Iterator[None]:
    """A child that is started meanwhile hears no signal of the group before it ignores them.

    Else Ctrl-C while it imports its code would end it, with a traceback. This thread's own come when it is done.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_THE_GROUP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _shared_file(size: int) -> IO[bytes]:
    """A file without a name that has room for what is mapped of it; OSError when the disk has none."""
    file = tempfile.TemporaryFile(prefix="kagglebatt-")  # noqa: SIM115 - closed with the child
    try:
        # Written, not only made so long: a page that the disk has no room for ends whoever touches it.
        file.write(bytes(size))
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


_kept: dict[tuple[tuple[str, ...], str], WorkerProcess] = {}


def perform_in_kept_process(job: Job[Result], command: tuple[str, ...], expected: str) -> list[Result]:
    """Do a job in a child that stays for the next one, until this process ends; for a worker of one thread.

    Args:
        command: how whoever asks starts a child, on this machine.
        expected: the fingerprint of whoever asks.
    """
    if (command, expected) not in _kept:
        child = _kept[command, expected] = WorkerProcess(command, expected)
        atexit.register(child.close)
    return list(_kept[command, expected].perform(job))


def perform_in_own_process(job: Job[Result], expected: str) -> list[Result]:
    """Do a job in a child of its own, from any thread, perhaps on another machine than whoever asks.

    Args:
        expected: the fingerprint of whoever asks.
    """
    with WorkerProcess(expected=expected) as child:
        return list(child.perform(job))


def end_without(lifeline: int) -> None:
    """Have this process end at once when nobody holds the other end of a pipe any more."""
    # What the signal does by itself, on Linux; elsewhere it would do nothing, and Python's handler must.
    signal.signal(signal.SIGIO, signal.SIG_DFL if sys.platform == "linux" else lambda _number, _frame: os._exit(1))
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    waiting = select.poll()
    waiting.register(lifeline, 0)
    if waiting.poll(0):
        os._exit(1)  # it was let go of before


def _look_for_cycles() -> None:
    """Collect garbage where so many containers are left that there could be some worth it.

    Every look goes through all values that are kept for reuse; after each small job it takes a twentieth of a probe.
    """
    if gc.get_count()[0] > _MANY_CONTAINERS:
        gc.collect(0)


def serve(pipe: int, file: int, lifeline: int) -> None:
    """What the child does: jobs as they come, until the pipe is closed."""
    end_without(lifeline)
    for number in _OF_THE_GROUP:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _OF_THE_GROUP)
    connection = Connection(pipe)
    position = Position(file)
    # Jobs and values have no reference cycles. Looking for some between the parts of a job takes a tenth of a probe.
    gc.disable()
    gc.freeze()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send_bytes(worker_start.fingerprint().encode())
        while True:
            _look_for_cycles()
            job = connection.recv()
            try:
                for done in job.perform(position):
                    connection.send(done)
                answer = None
            except MemoryError:
                os._exit(1)  # outside of any step, with no memory left to say more: this candidate's doing
            except Exception as error:  # noqa: BLE001 - a fault of kagglebatt itself: whoever asked raises it
                answer = error
            connection.send(answer)
