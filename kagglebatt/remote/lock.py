"""One process at a time works in a folder; a client that outlives its master keeps the next one waiting."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from kagglebatt.errors import SettingsError
from kagglebatt.home.files import writing
from kagglebatt.notify import Notify

_LOCK_SECONDS = 120.0


@contextmanager
def locked(folder: Path, notify: Notify, work: str = "loop") -> Iterator[int]:
    """Hold a folder's lock; its handle, for clients to hold on to as well.

    Args:
        notify: told once when another process has to be waited for.
        work: what is done there; each kind of work has a lock of its own.

    Raises:
        SettingsError: another process does this work there.
        OutputError: the folder cannot be written to.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / f"{work}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        began, told = monotonic(), False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                busy = f"{folder}: another process works on this {work}."
                if monotonic() - began > _LOCK_SECONDS:
                    raise SettingsError(f"{busy} Wait for it.") from None
                if not told:
                    notify(f"{busy} Waiting for it, {_LOCK_SECONDS:.0f} s at most.")
                told = True
                sleep(0.1)
        yield handle
    finally:
        os.close(handle)
