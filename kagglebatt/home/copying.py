"""Copying a home's files, each as it was at one moment, also while another process works on them.

Databases that nobody works on are copied byte by byte, so that the index still vouches for them. Of one that has a
write-ahead log SQLite makes the copy, which waits for nobody and sees no half of a change.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kagglebatt.errors import HomeError
from kagglebatt.home import index
from kagglebatt.home.connection import connect
from kagglebatt.home.handles import blocks
from kagglebatt.home.salvage import refuse_half_mended

_BESIDE = (index.FILE_NAME, "dataset-metadata.json")
_TRIES = 40
_PAUSE_SECONDS = 0.05
_LOG = "-wal"

Version = tuple[int, int, int]


def copy_home(source: Path, target: Path, names: Sequence[str] = (*_BESIDE, *index.FILES)) -> None:
    """Copy files of a home into an existing folder; the index first, so that it never knows more than the archive.

    Raises:
        HomeError: one is no file, the home's mending was interrupted, or another process keeps writing what cannot be
            copied by SQLite.
        OSError: one cannot be read, or there is no room.
    """
    refuse_half_mended(source)
    for name in names:
        if not any(_copied(source, target, name) for _ in range(_TRIES)):
            raise HomeError(f"{source / name}: is being written all the time by another process. Wait for it.")


@contextmanager
def copy_of(place: Path, names: Sequence[str] = (index.FILE_NAME, *index.FILES)) -> Iterator[Path]:
    """A copy of a home's files in a folder of its own, which goes afterwards; errors speak of the home itself."""
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        try:
            copy_home(place, Path(folder), names)
            yield Path(folder)
        except HomeError as error:
            raise type(error)(str(error).replace(folder, str(place))) from error
        except OSError as error:
            raise HomeError(f"{place}: cannot be copied for reading ({error.strerror}).") from error


def read_only(place: Path) -> bool:
    """Also when only the mode says so: whoever took the write bits away means it, and root may write anyway."""
    present = [place, *(place / name for name in index.FILES if (place / name).exists())]
    return any(not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK) for path in present)


def version(path: Path) -> Version | None:
    """What changes whenever a file is written; None for one that is not there.

    Raises:
        HomeError: it is no file, or cannot be looked at.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeError(f"{path}: cannot be read ({error.strerror}).") from error
    if not stat.S_ISREG(found.st_mode):
        raise HomeError(f"{path}: is no file. Move it away, or fetch the whole directory again.")
    return found.st_ino, found.st_size, found.st_mtime_ns


def _copied(source: Path, target: Path, name: str) -> bool:
    """Whether a file, with its log, was copied as it was at one moment; else try again."""
    files = (name, name + _LOG) if name in index.FILES else (name,)
    before = [version(source / each) for each in files]
    for each in files:
        (target / each).unlink(missing_ok=True)  # a log that is there belongs to another file
    if None not in before[1:] and before[1:] and _snapshot(source / name, target / name):
        return True
    try:
        for each, found in zip(files, before, strict=True):
            if found is not None:
                _copy(source / each, target / each)
    except FileNotFoundError:
        return False  # it was there a moment ago
    if before == [version(source / each) for each in files] and not any(map(_just_written, before)):
        return True
    time.sleep(_PAUSE_SECONDS)
    return False


def _copy(path: Path, target: Path) -> None:
    with target.open("wb") as file:
        for block in blocks(path):
            file.write(block)


def _just_written(found: Version | None) -> bool:
    """Whether another write could have left the same time: file systems have coarse ones."""
    return found is not None and abs(time.time() - found[2] / 1e9) < _PAUSE_SECONDS


def _snapshot(path: Path, target: Path) -> bool:
    """Have SQLite copy a database that has a log; whether it could."""
    files = [path, *(path.with_name(path.name + suffix) for suffix in (_LOG, "-shm"))]
    if read_only(path.parent) or any(each.is_symlink() for each in files):
        return False
    try:
        with closing(connect(path)) as connection, closing(sqlite3.connect(target.resolve())) as copy:
            connection.backup(copy)
    except sqlite3.Error:
        target.unlink(missing_ok=True)
        return False  # it is torn, or no database: it is copied as it is, and whoever opens the copy says so
    return True
