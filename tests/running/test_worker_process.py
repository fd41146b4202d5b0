"""The file that a worker's process and its starter share."""

from __future__ import annotations

import gc
import os
import weakref
from collections.abc import Iterator

import pytest

from kagglebatt.running import worker_process, worker_start


def test_shared_memory_has_room_on_the_disk() -> None:
    """A file that is only made so long has none, and who touches it on a full disk is ended by the system."""
    with worker_process._shared_file(4096) as file:
        assert os.fstat(file.fileno()).st_size == 4096
        assert os.fstat(file.fileno()).st_blocks


def test_a_full_disk_is_an_error_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a worker is told."""
    monkeypatch.setattr(worker_process.tempfile, "TemporaryFile", lambda prefix: open("/dev/full", "wb"))  # noqa: SIM115 - closed by who asked
    with pytest.raises(OSError, match="No space left"):
        worker_process.WorkerProcess()


class Cycle:
    """Holds itself."""

    def __init__(self) -> None:
        self.held = self


def test_a_child_looks_for_reference_cycles_where_many_containers_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After few it does not, for then there is nothing to be had."""
    monkeypatch.setattr(worker_process, "_MANY_CONTAINERS", 5_000)
    gc.collect()
    gc.disable()
    try:
        left = weakref.ref(Cycle())
        worker_process._look_for_cycles()
        assert left() is not None
        more = [[] for _ in range(10_000)]
        worker_process._look_for_cycles()
        assert left() is None
    finally:
        gc.enable()
    assert more


def test_a_child_does_not_look_for_reference_cycles_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither within a part of a job nor between them: that takes a tenth of a probe."""
    states: list[object] = []

    class Asking:
        def perform(self, _position: object) -> Iterator[bool]:
            yield gc.isenabled()

    class Pipe:
        def __init__(self, _handle: int) -> None:
            self._jobs = [Asking(), Asking()]

        def send_bytes(self, _said: bytes) -> None:
            pass

        def recv(self) -> Asking:
            if not self._jobs:
                raise EOFError
            return self._jobs.pop()

        def send(self, said: object) -> None:
            states.append(said)

    for name, other in {
        "Connection": Pipe,
        "Position": lambda _handle: None,
        "end_without": lambda _handle: None,
    }.items():
        monkeypatch.setattr(worker_process, name, other)
    monkeypatch.setattr(worker_process.signal, "signal", lambda _number, _handler: None)
    try:
        worker_process.serve(0, 0, 0)
    finally:
        gc.unfreeze()
        gc.enable()
    assert states == [False, None, False, None]


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_child_that_starts_is_not_ended_by_what_its_group_is_sent(number: str) -> None:
    """As Ctrl-C is while it imports its code: it would end with a traceback in the terminal."""
    *python, _boot, place = worker_start.command()
    sent = f"import os, signal; os.kill(os.getpid(), signal.{number})"
    with worker_process.WorkerProcess((*python, "\n".join((sent, *worker_start.BOOT)), place)) as child:
        assert child._pipe is not None
        assert child._pipe.recv_bytes().decode() == worker_start.fingerprint()
