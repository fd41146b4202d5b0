"""A researcher's machine beside a stand-in for Kaggle: runs commands there, and says what of a home is the same."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kagglebatt.home import archive_layout, entries
from tests.kaggle_standin import Standin

QUICK = ("--poll", "0.25", "--settle", "4", "--call-timeout", "10", "--wait", "2")
"""Timeouts for a Kaggle that is on this machine."""

SMALL = ("--candidates", "4", "--offspring", "0", "--jobs", "1")


_BESIDE = """
import sys
sys.executable = sys.argv.pop(1)
from kagglebatt.commands.cli import run_command_line
run_command_line()
"""


@dataclass(frozen=True)
class Machine:
    """A working directory with Kaggle's client logged in to the stand-in.

    Attributes:
        tools: folder of another client, used as if it were beside the interpreter.
    """

    kaggle: Standin
    folder: Path
    tools: Path | None = None

    def command(self, *arguments: str) -> list[str]:
        """A kagglebatt command line."""
        if self.tools is not None:
            return [sys.executable, "-c", _BESIDE, str(self.tools / "python"), *arguments]
        return [sys.executable, "-m", "kagglebatt", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """What its commands find in their environment."""
        beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": beside, **self.kaggle.environment(self.folder / "config"), **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a kagglebatt command to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment(**more), capture_output=True, text=True,
            check=False, timeout=240,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one, to be killed."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def pushed_twice(self) -> list[tuple[str, str]]:
        """Kernels and bundles of which Kaggle started more than one run."""
        counts = Counter((run.slug, run.bundle) for run in self.kaggle.runs)
        return [name for name, count in counts.items() if count > 1]


_REPORTED = (
    "iteration", "seed", "tasks", "samples", "candidates", "executed", "solved_demo", "solved_test", "outcomes",
    "scores_digest",
)  # fmt: skip
_SCORED = "task, md5, o_score, demos, test_score, tests, similarity, steps, scores, iteration, key"


def content(home: Path, reports: bool = True) -> dict[str, Any]:
    """All of a home but for measured times.

    Args:
        reports: of the iterations, too; they differ where an iteration was shared out.
    """
    with sqlite3.connect(home / archive_layout.FILE_NAME) as archive:
        found: dict[str, Any] = {
            "solvers": archive.execute(f"SELECT {_SCORED} FROM solver ORDER BY task, md5").fetchall(),
            "differs": archive.execute("SELECT task, md5, s_score, iteration FROM differ ORDER BY 1, 2").fetchall(),
            "bodies": archive.execute("SELECT * FROM body ORDER BY md5").fetchall(),
        }
        texts = [text for (text,) in archive.execute("SELECT report FROM iteration ORDER BY number, id")]
    archive.close()
    if reports:
        found["reports"] = [{name: json.loads(text)[name] for name in _REPORTED} for text in texts]
    with sqlite3.connect(home / entries.FILE_NAME) as cache:
        query = "SELECT name, hex(key) FROM entry JOIN function ON function.id = entry.function ORDER BY 1, 2"
        found["cache"] = cache.execute(query).fetchall()
    cache.close()
    return found
