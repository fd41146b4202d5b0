"""The file that the cache remembers in: text under digests of keys, one sealed row each, in SQLite.

A row that was altered is as good as missing. One file holds everything, since a Kaggle dataset wants few.
"""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kagglebatt.home import probed_rows
from kagglebatt.home.connection import Connection
from kagglebatt.home.database import Layout, close, open_database, seal
from kagglebatt.notify import Notify, notify_nobody

FILE_NAME = "solver-bodies.sqlite"

_SCHEMA = """
CREATE TABLE function (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, code TEXT);
CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);
CREATE TABLE entry (
    function INTEGER NOT NULL, key BLOB NOT NULL, call BLOB, vocabulary INTEGER NOT NULL,
    value TEXT NOT NULL, seconds REAL NOT NULL, seal INTEGER NOT NULL,
    PRIMARY KEY (function, key)
) WITHOUT ROWID;
CREATE INDEX entry_by_call ON entry (function, call)
"""

_FROM_1 = "DROP INDEX entry_by_key; DROP TABLE entry; DROP TABLE code;" + _SCHEMA
"""What format 1 remembered is under keys of another form; the cache starts anew, and costs only time."""

_SCHEMA_1 = """
CREATE TABLE entry (
    function TEXT NOT NULL, call TEXT NOT NULL, key TEXT, value TEXT NOT NULL, seconds REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (function, call)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_by_key ON entry (function, key) WHERE key IS NOT NULL;
CREATE TABLE code (function TEXT PRIMARY KEY, text TEXT NOT NULL)
"""

LAYOUT = Layout(
    schema=f"{_SCHEMA};{probed_rows.SCHEMA}",
    upgrades=(_FROM_1, probed_rows.SCHEMA),
    tables=frozenset({"function", "vocabulary", "entry", "entry_by_call", "entry_by_key", "code", "batch", "probed"}),
    synchronous="NORMAL",
    remedy="Delete it: that costs only time.",
    older=_SCHEMA_1,
)

MOST_CHARACTERS = 10_000_000
"""Longer values are neither kept nor read."""

_MOST_SECONDS = 1e9
_PER_QUERY = 500
_ROW_BYTES = 100


_INSERT = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)"
_SHORT = f"length(value) <= {MOST_CHARACTERS}"


def _is_sound(key: object, value: object, seconds: object, sealed: object) -> bool:
    """Whether a row is one that somebody wrote here: values of the right types, and as they were sealed."""
    typed = isinstance(key, bytes) and isinstance(value, str) and isinstance(seconds, float)
    return typed and 0 <= seconds <= _MOST_SECONDS and sealed == seal(key, value, seconds)  # type: ignore[operator]


class EntryRow(NamedTuple):
    """One entry as it is stored; ``key`` is the digest of the key's text."""

    function: str
    key: bytes
    call: bytes | None
    vocabulary: str
    value: str
    seconds: float

    @property
    def bytes(self) -> int:
        """What the entry takes in the file, nearly: its value, its key, and their places in table and index."""
        return len(self.value.encode()) + _ROW_BYTES


def key_digest(key: str) -> bytes:
    """What stands for a key's text in the file, 16 bytes."""
    return hashlib.blake2b(key.encode(), digest_size=16).digest()


class EntryFile:
    """An open file of entries; it opens when it is first needed, and again after it was closed.

    One that nobody closed, such as a copy that joblib made of a memoized function, closes when it is dropped.
    """

    def __init__(self, path: Path, notify: Notify = notify_nobody) -> None:
        self.path = path
        self._notify = notify
        self._connection: Connection | None = None
        self._functions: dict[str, int] = {}
        self._vocabularies: dict[str, int] = {}

    def __getstate__(self) -> dict[str, object]:
        return {"path": self.path, "_notify": notify_nobody, "_connection": None, "_functions": {}, "_vocabularies": {}}

    @property
    def connection(self) -> Connection:
        """The open database."""
        if self._connection is None:
            self._connection = open_database(self.path, LAYOUT, self._notify)
            weakref.finalize(self, self._connection.close)
        return self._connection

    def function(self, name: str) -> int:
        """The number that stands for a function's name."""
        if name not in self._functions:
            self._functions[name] = self._number("function", "name", name)
        return self._functions[name]

    def _vocabulary(self, digest: str) -> int:
        if digest not in self._vocabularies:
            self._vocabularies[digest] = self._number("vocabulary", "digest", digest)
        return self._vocabularies[digest]

    def _number(self, table: str, column: str, value: str) -> int:
        query = f"SELECT id FROM {table} WHERE {column}=?"
        row = self.connection.execute(query, (value,)).fetchone()
        if row is None:
            self.connection.execute(f"INSERT OR IGNORE INTO {table} ({column}) VALUES (?)", (value,))
            row = self.connection.execute(query, (value,)).fetchone()
        return int(row[0])

    def write(self, row: EntryRow) -> None:
        """Put one row into the file, in place of an older one with its key."""
        self.connection.execute(_INSERT, self._values(row))

    def write_all(self, rows: Iterable[EntryRow]) -> None:
        """As ``write``, many; within a transaction of the caller's."""
        self.connection.executemany(_INSERT, list(map(self._values, rows)))

    def _values(self, row: EntryRow) -> tuple[object, ...]:
        return (
            self.function(row.function), row.key, row.call, self._vocabulary(row.vocabulary), row.value, row.seconds,
            seal(row.key, row.value, row.seconds),
        )  # fmt: skip

    def read_call(self, function: str, call: bytes) -> str | None:
        """The value that joblib's id of a call stands for, when it is remembered and unaltered."""
        query = f"SELECT key, value, seconds, seal FROM entry WHERE function=? AND call=? AND {_SHORT}"
        row = self.connection.execute(query, (self.function(function), call)).fetchone()
        return str(row[1]) if row is not None and _is_sound(*row) else None

    def read(self, function: str, keys: Sequence[str]) -> dict[str, tuple[str, float]]:
        """(value, seconds) of every key that is remembered and unaltered, in few queries."""
        found: dict[str, tuple[str, float]] = {}
        number = self.function(function)
        by_digest = {key_digest(key): key for key in keys}
        digests = list(by_digest)
        for start in range(0, len(digests), _PER_QUERY):
            part = digests[start : start + _PER_QUERY]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, value, seconds, seal FROM entry WHERE function=? AND key IN ({marks}) AND {_SHORT}"
            for digest, value, seconds, sealed in self.connection.execute(query, (number, *part)):
                if _is_sound(digest, value, seconds, sealed):
                    found[by_digest[digest]] = (value, seconds)
        return found

    def rows(self) -> Iterator[EntryRow]:
        """Every entry that is as it was written, in the order of function and key."""
        query = (
            "SELECT name, key, call, digest, value, seconds, seal FROM entry "
            "JOIN function ON function.id = entry.function JOIN vocabulary ON vocabulary.id = entry.vocabulary "
            f"WHERE typeof(name) = 'text' AND typeof(digest) = 'text' AND {_SHORT} ORDER BY name, key"
        )
        for name, key, call, digest, value, seconds, sealed in self.connection.execute(query):
            if _is_sound(key, value, seconds, sealed) and isinstance(call, (bytes, type(None))):
                yield EntryRow(name, key, call, digest, value, seconds)

    def count(self, function: str) -> int:
        """How many results of a function are remembered."""
        query = "SELECT count(*) FROM entry WHERE function=?"
        return int(self.connection.execute(query, (self.function(function),)).fetchone()[0])

    def over_limits(self, most_bytes: int | None, most: int | None, needed: Container[bytes]) -> list[EntryRow]:
        """The rows that have to go for both limits to hold, cheapest first; none with a key in ``needed`` ever goes."""
        rows = list(self.rows())
        left, size = len(rows), sum(row.bytes for row in rows)
        gone = []
        spare = [row for row in rows if row.key not in needed]
        for row in sorted(spare, key=lambda row: (row.seconds, row.function, row.key)):
            if (most is None or left <= most) and (most_bytes is None or size <= most_bytes):
                break
            gone.append(row)
            left, size = left - 1, size - row.bytes
        return gone

    def delete(self, rows: Iterable[EntryRow]) -> None:
        """Forget these rows."""
        values = [(self.function(row.function), row.key) for row in rows]
        self.connection.executemany("DELETE FROM entry WHERE function=? AND key=?", values)

    def clear(self) -> None:
        """Forget everything."""
        for table in ("entry", "batch", "probed"):
            self.connection.execute(f"DELETE FROM {table}")

    def vacuum(self) -> None:
        """Give the space of forgotten rows back to the disk."""
        self.connection.execute("VACUUM")

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        if self._connection is not None:
            close(self._connection)
            self._connection = None
            self._functions.clear()
            self._vocabularies.clear()
