"""index.json: what is in a home and how it came there, for people and for whoever copied it. Written last.

A home without an index that matches its files was not closed in order, or did not come whole. What it holds is
still used, and that it is incomplete is said.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kagglebatt import __version__
from kagglebatt.dsl.fingerprint import sources_digest
from kagglebatt.errors import HomeError
from kagglebatt.home import archive_layout, entries
from kagglebatt.home.archive import Archive
from kagglebatt.home.files import file_digest, read_json, write_aside

FILE_NAME = "index.json"
FORMAT = 2
MOST_BYTES = 64 << 20
"""A longer index is taken for damaged; ten thousand iterations take a tenth of it."""
FILES = (archive_layout.FILE_NAME, entries.FILE_NAME)
"""The files of a home that the index vouches for."""

MOST_ITERATIONS = 100
"""Reports, the newest, of which the index has figures; of all of them it has sums."""

_HISTORY = (
    "iteration", "seed", "tasks", "candidates", "executed", "solved_demo", "solved_test", "timeouts", "filed",
    "seconds", "caches", "kagglebatt", "python",
)  # fmt: skip


def write_index(home: Path, kept: Archive, remembered: Mapping[str, int], vocabulary: str, probed: int = 0) -> None:
    """Write the index of a home whose files are folded and closed or idle.

    Args:
        remembered: entries of each cache by name.
        vocabulary: the digest of the installed vocabulary.
        probed: programs that are remembered as probed; stones and they may become fewer.
    """
    index = {
        "format": FORMAT,
        "kagglebatt": __version__,
        "vocabulary": vocabulary,
        "vocabulary_sources": sources_digest(),
        "archive": kept.counts(),
        "stones": len(kept.stones()),
        "cache": dict(remembered),
        "probed": probed,
        "files": {
            name: {"bytes": (home / name).stat().st_size, "sha256": file_digest(home / name)}
            for name in FILES
            if (home / name).exists()
        },
        "sums": kept.sums(),
        "iterations": kept.history(_HISTORY, MOST_ITERATIONS),
    }
    try:
        write_aside(home / FILE_NAME, json.dumps({**index, "sha256": _seal(index)}, indent=1) + "\n")
    except OSError as error:
        raise HomeError(f"{home / FILE_NAME}: cannot be written ({error.strerror}). Free some space.") from error


def _seal(index: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()


def read_index(home: Path) -> dict[str, Any]:
    """The index of a home; empty when there is none, or it is not as it was written."""
    found = _read(home / FILE_NAME) or {}
    seal = found.pop("sha256", None)
    return found if seal in (None, _seal(found)) else {}  # older homes have no seal


def vocabulary(home: Path) -> str:
    """The digest of the installed vocabulary, where whoever wrote the index had the very same sources; else empty."""
    index = read_index(home)
    known = index.get("vocabulary")
    sound = isinstance(known, str) and re.fullmatch("[0-9a-f]{16}", known)
    return str(known) if sound and index.get("vocabulary_sources") == sources_digest() else ""


def altered(home: Path) -> str:
    """The first file of a copied home that is not, byte by byte, as it was when its index was written; else empty."""
    index = read_index(home)
    files = index.get("files")
    if not isinstance(files, dict):
        return FILE_NAME
    for name in FILES:
        vouched = files.get(name)
        if isinstance(vouched, dict) and (
            not (home / name).is_file() or file_digest(home / name) != vouched.get("sha256")
        ):
            return name
    return ""


def incompleteness(home: Path) -> str:
    """Why a home is not complete, as words that follow its name; empty when it is complete or there is none yet.

    Raises:
        HomeError: the index is of a newer format, or vouches for an archive that is not there; or a link, a folder, a
            pipe or a device stands in the place of a file.
    """
    path = home / FILE_NAME
    _refuse_what_is_no_file(home)
    present = [name for name in FILES if (home / name).exists()]
    if not path.exists():
        return f"has {present[0]} but no {FILE_NAME}" if present else ""
    index = _read(path)
    if index is None:
        return f"has an {FILE_NAME} that is damaged"
    found = index.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise HomeError(f"{path}: is of format {found}; this kagglebatt reads up to {FORMAT}. Update kagglebatt.")
    files = index.get("files")
    vouched: dict[str, Any] = files if isinstance(files, dict) else {}
    if found == 1:
        vouched = {archive_layout.FILE_NAME: index.get("archive")}
    if archive_layout.FILE_NAME in vouched and _is_void(home / archive_layout.FILE_NAME):
        raise HomeError(
            f"{home}: its {FILE_NAME} lists {archive_layout.FILE_NAME}, which is not there, or empty. "
            f"Fetch the whole directory again, or delete {FILE_NAME} to begin anew."
        )
    for name in FILES:
        if not _matches(home / name, vouched.get(name)):
            return f"has a {name} that its {FILE_NAME} does not describe"
    return ""


def _refuse_what_is_no_file(home: Path) -> None:
    for name in (*FILES, *(f"{name}{suffix}" for name in FILES for suffix in ("-wal", "-shm")), FILE_NAME):
        if (home / name).is_symlink():
            raise HomeError(f"{home / name}: is a link. Put the file itself there.")
        if (home / name).exists() and not (home / name).is_file():
            raise HomeError(f"{home / name}: is no file. Move it away, or fetch the whole directory again.")


def iterations_lost(home: Path, kept: Archive) -> int:
    """How many reports of iterations the index knows that the archive does not; they only ever become more."""
    index = _read(home / FILE_NAME) or {}
    listed, sums = index.get("iterations"), index.get("sums")
    known = sums.get("reports") if isinstance(sums, dict) else None
    if not isinstance(known, int):  # older versions listed all of them
        known = len(listed) if isinstance(listed, list) else 0
    return max(0, known - int(kept.sums()["reports"]))


def iterations_known(index: Mapping[str, Any]) -> int:
    """How many iterations made the home of an index; those of shards have one number and one seed, and count once."""
    counts, listed = index.get("archive"), index.get("iterations")
    known = counts.get("iterations") if isinstance(counts, dict) else None
    if isinstance(known, int):
        return known
    reports = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return len({(str(each.get("iteration")), str(each.get("seed"))) for each in reports})


def _is_void(path: Path) -> bool:
    files = [path, path.with_name(path.name + "-wal")]
    return not any(each.exists() and each.stat().st_size for each in files)


def _matches(path: Path, vouched: Any) -> bool:
    if not path.exists():
        return vouched is None
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return False
    if path.name == entries.FILE_NAME and vouched is None:
        return True  # format 1 did not describe the cache
    if not isinstance(vouched, dict) or vouched.get("bytes") != path.stat().st_size:
        return False
    # Rows of the cache are sealed one by one, and reading all of a large one would cost more than it saves.
    return path.name == entries.FILE_NAME or bool(vouched.get("sha256") == file_digest(path))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        index = read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return index if isinstance(index, dict) else None
