"""Keeping what can be read of a damaged archive. The damaged file itself is kept beside it, under another name.

The new archive is made in a folder of its own. Once it is whole it gets the name ``mended-archive.sqlite``, and from
then on the home is refused until everything is in its place; so a mending that was interrupted, by a kill or a full
disk, is said and is finished by the next one.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home import index
from kagglebatt.home.archive import Archive
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, INVALID_ROWS, LAYOUT, OLDER_ROWS, SEALED
from kagglebatt.home.connection import connect
from kagglebatt.home.database import seal
from kagglebatt.home.lineage import name_of
from kagglebatt.home.soundness import BODY_KINDS, body_problem, counts_of
from kagglebatt.programs.program import md5

SET_ASIDE_NAME = f"damaged-{FILE_NAME}"
MENDED_NAME = f"mended-{FILE_NAME}"
WORKSHOP_NAME = ".mending"
"""The folder in which the new archive is made."""

_INTERRUPTED = "an earlier `kagglebatt archive check --fix` was interrupted. Run it again: it goes on from there."

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows by table, each as ``COLUMNS`` says."""


def salvage(home: Path) -> dict[str, int]:
    """Make a new archive of every row that is as it was written, and put it in the place of the one that is there.

    It can be interrupted anywhere and called again; what an interrupted one left is taken up.

    Returns:
        The counts of the new archive.

    Raises:
        HomeError: an archive was set aside before and is still there, or something cannot be written.
    """
    try:
        if not (home / MENDED_NAME).exists():
            _make(home)
        _swap(home)
    except OSError as error:
        raise HomeError(f"{home}: cannot be mended ({error.strerror}). Free some space, then run it again.") from error
    with Archive(home) as archive:
        return archive.counts()


def half_mended(home: Path) -> bool:
    """Whether a mending was interrupted, so that what the archive held is not, or not all, under its own name.

    Versions before this one set the archive aside first; what they left is recognised by an archive that holds
    nothing beside one that does.
    """
    if (home / MENDED_NAME).exists():
        return True
    aside, path = home / SET_ASIDE_NAME, home / FILE_NAME
    if aside.is_symlink() or not aside.is_file() or not _holds_nothing(path):
        return False
    return any(_intact_rows(aside).values()) or _log_was_left(home)


def refuse_half_mended(home: Path) -> None:
    """Refuse a home whose mending was interrupted.

    Raises:
        DamagedError: it was.
    """
    if half_mended(home):
        raise DamagedError(f"{home}: {_INTERRUPTED}")


def _make(home: Path) -> None:
    """Make the new archive; nothing that is there changes."""
    source = home / (SET_ASIDE_NAME if half_mended(home) else FILE_NAME)
    if source.name == SET_ASIDE_NAME and _log_was_left(home):
        _log(home / FILE_NAME).replace(_log(source))
    if source.name == FILE_NAME and (home / SET_ASIDE_NAME).exists():
        raise HomeError(f"{home / SET_ASIDE_NAME}: an earlier damaged archive is still there. Move it away first.")
    workshop = home / WORKSHOP_NAME
    shutil.rmtree(workshop, ignore_errors=True)  # of an attempt that was interrupted
    try:
        with Archive(workshop) as archive:
            archive.adopt(_intact_rows(source))
        if _log(workshop / FILE_NAME).exists():
            raise HomeError(f"{workshop}: cannot be written. Free some space, then run it again.")
        (workshop / FILE_NAME).replace(home / MENDED_NAME)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _swap(home: Path) -> None:
    """Put the new archive in its place and the damaged one aside; each step can be the last before a kill."""
    path, aside = home / FILE_NAME, home / SET_ASIDE_NAME
    (home / index.FILE_NAME).unlink(missing_ok=True)  # it vouches for what is set aside
    if aside.exists():
        _log(path).unlink(missing_ok=True)  # of an archive that holds nothing
    elif _log(path).exists():
        _log(path).replace(_log(aside))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    if path.exists() and not aside.exists():
        path.replace(aside)
    (home / MENDED_NAME).replace(path)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _log_was_left(home: Path) -> bool:
    """Whether the archive was set aside, and its log was not."""
    path = home / FILE_NAME
    return not path.exists() and _log(path).exists() and not _log(home / SET_ASIDE_NAME).exists()


def _holds_nothing(path: Path) -> bool:
    """Whether an archive is not there, or is one that has no row."""
    if not path.is_file() or not path.stat().st_size:
        return True
    try:
        with closing(connect(path)) as connection:
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            tables = [table for table in COLUMNS if table in there]  # older formats have fewer
            return not any(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _intact_rows(path: Path) -> Rows:
    rows = {table: list(_intact(path, table)) for table in COLUMNS}
    for table in OLDER_ROWS:
        rows[table] = rows[table] or list(_intact_of_format_2(path, table))
    bodies = {(name, kind) for name, kind, _ in rows["body"]}
    for table, kind in BODY_KINDS.items():
        rows[table] = [row for row in rows[table] if (row[1], kind) in bodies]
    return rows


def _intact(path: Path, table: str) -> Iterator[tuple[Any, ...]]:
    sealed = table in SEALED
    columns = COLUMNS[table] + (", seal" if sealed else "")
    key = COLUMNS[table].split(",")[0]
    for row in _readable(
        path, table, f"SELECT {columns} FROM {table} WHERE NOT ({INVALID_ROWS[table]}) ORDER BY {key}"
    ):
        if sealed and row[-1] == seal(*row[:-1]) and (table != "solver" or _scored(row)):
            yield row[:-1]
        if table == "body" and md5(row[2]) == row[0] and not body_problem(row[1], row[0], row[2]):
            yield row
        if table == "iteration" and md5(row[2]) == row[1]:
            yield row
        if table == "ancestor" and name_of(row[1:]) == row[0]:
            yield row


def _intact_of_format_2(path: Path, table: str) -> Iterator[tuple[Any, ...]]:
    columns, content = OLDER_ROWS[table]
    upgraded = f"(SELECT *, {content} AS content FROM {table})"
    query = f"SELECT {columns}, seal, content FROM {upgraded} WHERE NOT ({INVALID_ROWS[table]}) ORDER BY task"
    for *row, sealed, own in _readable(path, table, query):
        if sealed == seal(*row) and (table != "solver" or _scored(row)):
            yield (*row, own)


def _scored(row: Sequence[Any]) -> bool:
    """Whether the counts of a solver's row are those of its scores."""
    return counts_of(row[8]) == list(row[2:7])


def _readable(path: Path, table: str, query: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a torn table: from its front until the tear, then from its end; none of one that others defined."""
    seen = set()
    for direction in ("", " DESC"):
        connection = connect(path)
        try:
            connection.execute("PRAGMA trusted_schema=OFF")
            (made,) = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name=?", (table,))
            if not LAYOUT.made(*made):
                return
            for row in connection.execute(query + direction):
                if row not in seen:
                    seen.add(row)
                    yield row
        except (sqlite3.Error, UnicodeDecodeError, ValueError):
            continue  # the tear, no such table, or no database at all: what lies behind it is read from the other end
        finally:
            connection.close()
