"""A command that leaves no process behind: its kernel and that kernel's workers end with it.

A notebook's kernel is a session of its own, so ending the command's process group does not reach it. All its
descendants carry the run's working folder in their environment, and are found by that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import psutil

_MARK = "KAGGLEBATT_WORKING"
_LOOK = 0.05
"""Seconds between two looks at a running command."""


def execute(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    heard: Callable[[str, str], None],
    seconds: float | None,
    stop: threading.Event,
) -> int | None:
    """Run a command to its end; its exit code, None when it was ended from outside.

    Args:
        folder: where it works; no other command may have the same ``KAGGLEBATT_WORKING`` in its environment.
        heard: called with ``stdout`` or ``stderr`` and each line, as it comes, from other threads.
        seconds: after which it is ended.
        stop: ends it.
    """
    process = subprocess.Popen(
        command, cwd=folder, env=dict(environment), start_new_session=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    streams = {"stdout": process.stdout, "stderr": process.stderr}
    readers = [threading.Thread(target=_read, args=(name, stream, heard)) for name, stream in streams.items()]
    for reader in readers:
        reader.start()
    limit = time.monotonic() + seconds if seconds else None
    while process.poll() is None and not stop.wait(_LOOK):
        if limit is not None and time.monotonic() > limit:
            break
    code = process.poll()
    _end_all(process, environment[_MARK])
    for reader in readers:
        reader.join()
    return code


def _read(name: str, stream: IO[str], heard: Callable[[str, str], None]) -> None:
    with stream:
        for line in stream:
            heard(name, line)


def _end_all(process: subprocess.Popen[str], mark: str) -> None:
    """Kill a command and all that came of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while left := _descendants(mark):  # one may have begun another while they were looked for
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(left, timeout=1)


def _descendants(mark: str) -> list[psutil.Process]:
    found = []
    for each in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if each.environ().get(_MARK) == mark and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
    return found
