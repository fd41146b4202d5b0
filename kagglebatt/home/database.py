"""Opening the SQLite files of a home, always in the same way.

Write-ahead mode: a process killed at any moment leaves every committed row. The format is kept as SQLite's
``user_version``; a newer one is refused before anything is written.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from kagglebatt.errors import ForeignError, HomeError
from kagglebatt.home.connection import WORKING_SECONDS, Connection, connect, fault
from kagglebatt.home.handles import blocks
from kagglebatt.notify import Notify, notify_nobody

_FORMAT_PLACE = 60
"""Where SQLite's files have the user_version, four bytes."""


@dataclass(frozen=True)
class Layout:
    """How one kind of file is laid out.

    Attributes:
        schema: statements that make an empty file of the newest format.
        upgrades: for each older format, from 1 on, the statements that turn it into the next one.
        tables: the names of all tables and indices; a file with anything else in it is foreign.
        synchronous: SQLite's setting; ``NORMAL`` survives a killed process, ``FULL`` a power cut too.
        remedy: what to do when the file cannot be used.
        older: what older formats were made with, where their tables had words that no statement here has.
    """

    schema: str
    upgrades: tuple[str, ...]
    tables: frozenset[str]
    synchronous: str
    remedy: str
    older: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that the definitions of tables and indices are made of, in lower case."""
        statements = [part.strip() for text in (self.schema, *self.upgrades) for part in text.split(";")]
        own = [part for part in statements if part.startswith(("CREATE", "ALTER"))]
        return frozenset(re.findall(r"\w+", " ".join([*own, self.older]).lower()))

    def made(self, kind: str, name: str, definition: str | None) -> bool:
        """Whether an object of a database is of this layout.

        A table's definition may hold code, in constraints, generated columns, or as a virtual table; and an index's,
        in its expressions. Of the layout's own words, and without operators, none of that can be written.
        """
        if definition is None:
            return kind == "index" and name.startswith("sqlite_autoindex_")
        plain = self.words.issuperset(re.findall(r"\w+", definition.lower()))
        return (
            kind in ("table", "index") and name in self.tables and plain and not re.search(r"[^\w\s(),']", definition)
        )

    @property
    def format(self) -> int:
        """The format that is written, and the newest that is read."""
        return len(self.upgrades) + 1


def open_database(path: Path, layout: Layout, notify: Notify = notify_nobody) -> Connection:
    """Open the file, making it where it is missing and upgrading it in place where it is old.

    The caller begins and commits transactions.

    Args:
        notify: is told when another program has the file locked.

    Raises:
        HomeError: it cannot be opened or written, is locked by another program, or is of a newer format.
        ForeignError: it holds something that no version of kagglebatt put there.
        DamagedError: it is no database, or one that is torn.
    """
    try:
        connection = connect(path)
    except (sqlite3.Error, OSError) as error:
        raise fault(path, error, layout.remedy) from error
    try:
        connection.notify = notify
        connection.text_factory = _text
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.create_function("seal", -1, seal, deterministic=True)
        connection.create_function("md5", 1, lambda text: hashlib.md5(text.encode()).hexdigest(), deterministic=True)
        _refuse_foreign(path, connection, layout)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={layout.synchronous}")
        _bring_up_to_date(connection, layout)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise fault(path, error, layout.remedy) from error
    except HomeError:
        connection.close()
        raise
    connection.patience = WORKING_SECONDS
    return connection


def newest_format(path: Path, layout: Layout) -> bool:
    """Whether a file says that it is of the format that is written, so that opening it will not change it."""
    head = next(blocks(path), b"")
    return int.from_bytes(head[_FORMAT_PLACE : _FORMAT_PLACE + 4], "big") == layout.format


def _text(raw: bytes) -> str:
    """Text as it is stored; a byte that is none shows as a replacement character, which no seal agrees with."""
    return raw.decode("utf-8", "replace")


def _refuse_foreign(path: Path, connection: Connection, layout: Layout) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if not 0 <= found <= layout.format:
        raise HomeError(
            f"{path}: is of format {found}; this kagglebatt reads up to {layout.format}. Update kagglebatt."
        )
    objects = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    strange = sorted(str(name) for kind, name, definition in objects if not layout.made(kind, name, definition))
    lacking = _columns_of(layout) - _columns(connection) if found else set()
    if found == layout.format:
        strange += sorted(f"no {name}" for name in lacking)
    elif found and not strange and not lacking:
        strange = ["another format than it says"]
    if strange or (found == 0 and objects):
        what = ", ".join(strange[:5])[:200] or "no format"
        raise ForeignError(f"{path}: is not a file of kagglebatt's alone ({what}). {layout.remedy}")


def _columns(connection: sqlite3.Connection) -> set[str]:
    query = (
        "SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
    )
    return {str(name) for (name,) in connection.execute(query)}


@lru_cache(maxsize=8)
def _columns_of(layout: Layout) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(layout.schema)
        return _columns(connection)


def _bring_up_to_date(connection: Connection, layout: Layout) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == layout.format:
        return  # whoever only reads takes no lock that a writer needs
    connection.execute("BEGIN IMMEDIATE")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    try:
        for statements in (layout.schema,) if found == 0 else layout.upgrades[found - 1 :]:
            for statement in statements.split(";"):
                connection.execute(statement)
        if found != layout.format:
            connection.execute(f"PRAGMA user_version={layout.format}")
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def close(connection: Connection, fold: bool = True) -> None:
    """Fold the write-ahead log into the file and close it, so that one file is all there is.

    Args:
        fold: leave it out where nothing was written: it takes locks that a writer may need.
    """
    try:
        if fold:
            connection.fold()
    except sqlite3.Error:
        pass  # a full disk or a torn file: everything committed stays in the log, which the next open reads
    finally:
        connection.close()


def seal(*parts: object) -> int:
    """A checksum over a row's values, 0 to 2**32 - 1: a flipped bit anywhere in the file is noticed when it is read."""
    return zlib.crc32("\x1f".join(map(str, parts)).encode())
