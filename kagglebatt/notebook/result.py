"""result.json: what a run notes of itself, last of all, so that whoever fetches its output can tell what is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kagglebatt.errors import SettingsError
from kagglebatt.home.files import file_digest, read_json, write_aside

RESULT_NAME = "result.json"
NOTEBOOK_NAME = "__notebook__.ipynb"
"""The notebook's name while it runs, and of what it looks like afterwards."""
REPORT_NAME = "report.html"
"""The page that a run leaves, to be looked at."""
_NOT_OURS = (RESULT_NAME, NOTEBOOK_NAME)
"""The notebook is still being written while it runs."""


FORMAT = 1
MOST_RUNS = 100
"""A note of all reports of a run of days would be longer than what it earned."""


def write_result(folder: Path, bundle: str, status: str, message: str, runs: Sequence[Mapping[str, Any]]) -> None:
    """Write the note into a run's output folder, over all files that lie there.

    Args:
        bundle: id of the bundle that ran.
        status: complete, stopped or failed.
        message: why, where it did not complete.
        runs: the report of each iteration; of the last ``MOST_RUNS`` of them it is kept.

    Raises:
        OSError: the disk is full; an older note is left as it was.
    """
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in _NOT_OURS]
    content = {
        "format": FORMAT,
        "bundle": bundle,
        "status": status,
        "message": message,
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": file_digest(path)} for path in files},
        "iterations": len(runs),
        "runs": list(runs)[-MOST_RUNS:],
    }
    write_aside(folder / RESULT_NAME, json.dumps({**content, "sha256": _digest(content)}) + "\n")


def _digest(content: Mapping[str, Any]) -> str:
    """What tells whether the note itself is as it was written."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Result:
    """One run's note.

    Attributes:
        bundle: id of the bundle that ran.
        status: complete, stopped or failed.
        message: why, where it did not complete.
        files: size in bytes and sha256 by name, of every other output.
        runs: the report of each iteration, of the last ones where there were many.
    """

    bundle: str
    status: str
    message: str
    files: dict[str, tuple[int, str]]
    runs: tuple[dict[str, Any], ...]

    @property
    def usable(self) -> bool:
        """Whether what it wrote may be taken over: it came to an end, or was stopped by its time budget in order."""
        return self.status in ("complete", "stopped")


def read_result(path: Path) -> Result | None:
    """The note in a file; None when there is none, or it is damaged.

    Raises:
        SettingsError: it is whole, and of a format that only a newer version knows.
    """
    try:
        found = read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    if not isinstance(found, dict) or found.pop("sha256", "") != _digest(found):
        return None
    number = found.get("format")
    if isinstance(number, int) and number > FORMAT:
        raise SettingsError(
            f"{path.name}: what this run left is of format {number}, newer than this kagglebatt. Update it, and run "
            "the same command again."
        )
    try:
        files = {_plain(name): (int(each["bytes"]), str(each["sha256"])) for name, each in found["files"].items()}
        runs = tuple(dict(run) for run in found.get("runs", ()))
        return Result(str(found["bundle"]), str(found["status"]), str(found["message"]), files, runs)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None


def _plain(name: str) -> str:
    """The name of a file in the output folder itself.

    Raises:
        ValueError: it leads somewhere else, or no file can have it.
    """
    if name in ("", ".", "..", RESULT_NAME) or "/" in name or not name.isprintable():
        raise ValueError(name)
    return name


def altered_files(result: Result, folder: Path) -> list[str]:
    """Names of files that are not as the note says."""
    return [name for name, (size, digest) in sorted(result.files.items()) if not _is(folder / name, size, digest)]


def _is(path: Path, size: int, digest: str) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size == size and file_digest(path) == digest
