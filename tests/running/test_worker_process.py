"""The file that a worker's process and its starter share."""

from __future__ import annotations

import os

import pytest

from kagglebatt.running import worker_process


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
