"""Keeping what can be read of a damaged archive. The damaged file itself is kept beside it, under another name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kagglebatt.errors import HomeError
from kagglebatt.home.archive import Archive
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, INVALID_ROWS, LAYOUT, SEALED
from kagglebatt.home.database import seal
from kagglebatt.home.soundness import body_problem, counts_of
from kagglebatt.programs.program import md5

SET_ASIDE_NAME = f"damaged-{FILE_NAME}"


def salvage(home: Path) -> dict[str, int]:
    """Set the archive of a home aside and make a new one of every row that is as it was written.

    Returns:
        The counts of the new archive.

    Raises:
        HomeError: an archive was set aside before and is still there, or nothing can be written.
    """
    damaged = home / SET_ASIDE_NAME
    if damaged.exists():
        raise HomeError(f"{damaged}: an earlier damaged archive is still there. Move it away first.")
    path = home / FILE_NAME
    try:
        path.replace(damaged)
        for suffix in ("-wal", "-shm"):
            log = path.with_name(path.name + suffix)
            if log.exists():
                log.replace(damaged.with_name(damaged.name + suffix))
    except OSError as error:
        raise HomeError(f"{path}: cannot be set aside ({error.strerror}).") from error
    rows = {table: list(_intact(damaged, table)) for table in COLUMNS}
    bodies = {(name, kind) for name, kind, _ in rows["body"]}
    for kind in ("solver", "differ"):
        rows[kind] = [row for row in rows[kind] if (row[1], kind) in bodies]
    with Archive(home) as archive:
        archive.adopt(rows)
        return archive.counts()


def _intact(path: Path, table: str) -> Iterator[tuple[Any, ...]]:
    sealed = table in SEALED
    columns = COLUMNS[table] + (", seal" if sealed else "")
    key = COLUMNS[table].split(",")[0]
    for row in _readable(
        path, table, f"SELECT {columns} FROM {table} WHERE NOT ({INVALID_ROWS[table]}) ORDER BY {key}"
    ):
        if sealed and row[-1] == seal(*row[:-1]) and (table != "solver" or counts_of(row[8]) == list(row[2:7])):
            yield row[:-1]
        if table == "body" and md5(row[2]) == row[0] and not body_problem(row[1], row[0], row[2]):
            yield row
        if table == "iteration" and md5(row[2]) == row[1]:
            yield row


def _readable(path: Path, table: str, query: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a torn table: from its front until the tear, then from its end; none of one that others defined."""
    seen = set()
    for direction in ("", " DESC"):
        connection = sqlite3.connect(path)
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
