"""Running a command so that a chosen one of the calls with which it changes a folder kills it, or fails.

``failing_calls.c`` is compiled once and loaded ahead of the C library; so every call counts, also SQLite's own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("failing_calls.c")
KILL = 0
"""What a call does instead of failing with the number of an error."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: what it exited with; below zero, the signal that ended it.
        calls: how many calls were counted.
    """

    code: int
    out: str
    err: str
    calls: int


class FailingCalls:
    """The library, compiled into a folder."""

    def __init__(self, folder: Path) -> None:
        self._library = folder / "failing_calls.so"
        self._log = folder / "calls"
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)

    def environment(self, under: Path, at: int, how: int, name: str = "") -> dict[str, str]:
        """What a process needs in its environment.

        Args:
            under: the folder whose files are meant.
            at: the number of the call, from 1; 0 for none.
            how: ``KILL``, or the number of the error that it and all later ones fail with.
            name: count only calls for the file of this name.
        """
        return {
            **os.environ, "LD_PRELOAD": str(self._library), "FAIL_UNDER": os.path.realpath(under), "FAIL_NAME": name,
            "FAIL_AT": str(at), "FAIL_HOW": str(how), "FAIL_LOG": str(self._log), "PYTHONHASHSEED": "0",
        }  # fmt: skip

    def run(self, arguments: list[str], under: Path, at: int = 0, how: int = KILL) -> Ended:
        """Run ``kagglebatt`` with arguments to its end, whichever that is."""
        self._log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "kagglebatt", *arguments]
        environment = self.environment(under, at, how)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        calls = self._log.stat().st_size if self._log.exists() else 0
        return Ended(done.returncode, done.stdout, done.stderr, calls)
