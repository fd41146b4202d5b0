"""How what was probed lies in the cache's file: batches of bodies, and for each the tasks that are done.

A row that is not as it was written is as good as missing. Changes belong into a transaction of the caller's.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kagglebatt.home.database import seal

SCHEMA = """
CREATE TABLE batch (
    id BLOB PRIMARY KEY, vocabulary TEXT NOT NULL, iteration INTEGER NOT NULL, draw TEXT NOT NULL,
    milliseconds INTEGER NOT NULL, bodies BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE probed (
    batch BLOB NOT NULL, part BLOB NOT NULL, contents BLOB NOT NULL, found TEXT NOT NULL, seal INTEGER NOT NULL,
    PRIMARY KEY (batch, part)
) WITHOUT ROWID
"""

BODY_BYTES = 8
MOST_BODIES = 2_000_000
"""Bodies that are remembered; beyond that the oldest batches go."""
KEPT_FOUND = 2
"""Iterations, the newest, of which it is kept what was found."""
MOST_CHARACTERS = 10_000_000

FOLDED = b""
"""The part in which all tasks of an older batch are."""
_DONE = struct.Struct(">16sII")
_MOST = (1 << 32) - 1


class Taken(NamedTuple):
    """What probing a batch on one task took: seconds of the processor, for so many programs."""

    seconds: float
    probes: int


class BatchRow(NamedTuple):
    """Programs that were bred and probed together; ``bodies`` has 8 bytes for each, in order."""

    id: bytes
    vocabulary: str
    iteration: int
    draw: str
    milliseconds: int
    bodies: bytes


class ProbedRow(NamedTuple):
    """Tasks that a batch was probed on: ``contents`` as ``joined`` writes them, and what was found, as JSON."""

    batch: bytes
    part: bytes
    contents: bytes
    found: str


def batch_row(vocabulary: str, iteration: int, draw: str, milliseconds: int, bodies: bytes) -> BatchRow:
    """A batch under its name."""
    row = (vocabulary, iteration, draw, milliseconds, bodies)
    return BatchRow(_name(row), *row)


def _name(row: tuple[str, int, str, int, bytes]) -> bytes:
    *words, bodies = row
    return hashlib.blake2b("\x1f".join(map(str, words)).encode() + bodies, digest_size=16).digest()


def part_name(contents: bytes, found: str) -> bytes:
    """What stands for one part of what a batch found, 8 bytes."""
    return hashlib.blake2b(contents + found.encode(), digest_size=8).digest()


def joined(done: Mapping[str, Taken]) -> bytes:
    """Contents of tasks with what each took, 24 bytes each, in a fixed order."""
    rows = sorted((bytes.fromhex(content), done[content]) for content in done)
    return b"".join(
        _DONE.pack(raw, min(_MOST, round(1e6 * taken.seconds)), min(_MOST, taken.probes)) for raw, taken in rows
    )


def split(contents: bytes) -> dict[str, Taken]:
    """What ``joined`` was given, to the microsecond."""
    return {raw.hex(): Taken(taken / 1e6, probes) for raw, taken, probes in _DONE.iter_unpack(contents)}


def read_batches(connection: sqlite3.Connection) -> Iterator[BatchRow]:
    """Every batch that is what its name says, in the order of names."""
    query = (
        "SELECT id, vocabulary, iteration, draw, milliseconds, bodies FROM batch WHERE typeof(bodies) = 'blob' "
        f"AND length(bodies) <= {BODY_BYTES * MOST_BODIES} AND length(bodies) % {BODY_BYTES} = 0 "
        "AND typeof(iteration) = 'integer' AND iteration BETWEEN 0 AND 1000000000 ORDER BY id"
    )
    for name, *row in connection.execute(query):
        if name == _name(tuple(row)):
            yield BatchRow(name, *row)


def read_probed(connection: sqlite3.Connection, batch: bytes | None = None) -> Iterator[ProbedRow]:
    """What is noted of one batch, or of all, as far as it is as it was written."""
    where, values = ("", ()) if batch is None else ("AND batch=?", (batch,))
    query = (
        "SELECT batch, part, contents, found, seal FROM probed WHERE typeof(contents) = 'blob' "
        f"AND length(contents) % {_DONE.size} = 0 AND length(contents) <= {MOST_CHARACTERS} "
        f"AND length(found) <= {MOST_CHARACTERS} {where} ORDER BY batch, part"
    )
    for *row, sealed in connection.execute(query, values):
        if sealed == seal(*row):
            yield ProbedRow(*row)


def put_batch(connection: sqlite3.Connection, row: BatchRow) -> None:
    """Add a batch, unless it is there."""
    connection.execute("INSERT OR IGNORE INTO batch VALUES (?, ?, ?, ?, ?, ?)", row)


def put_probed(connection: sqlite3.Connection, row: ProbedRow) -> None:
    """Add tasks to what is noted of a batch; of two that one task took the longer one stays."""
    if row.part == FOLDED:
        own = [each for each in read_probed(connection, row.batch) if each.part == FOLDED]
        row = ProbedRow(row.batch, FOLDED, _union([row, *own]), "")
    connection.execute("INSERT OR REPLACE INTO probed VALUES (?, ?, ?, ?, ?)", (*row, seal(*row)))


def _union(rows: list[ProbedRow]) -> bytes:
    done: dict[str, Taken] = {}
    for row in rows:
        for content, taken in split(row.contents).items():
            done[content] = max(taken, done.get(content, taken))
    return joined(done)


def drop_oldest(connection: sqlite3.Connection, most_bytes: int) -> int:
    """Forget the oldest batches until the others take so many bytes at most; returns how many went."""
    noted = "(SELECT coalesce(sum(length(contents) + length(found)), 0) FROM probed WHERE batch = id)"
    return _drop(connection, f"length(bodies) + {noted}", most_bytes)


def _drop(connection: sqlite3.Connection, size: str, most: int) -> int:
    gone, left = [], most
    for name, own in connection.execute(f"SELECT id, {size} FROM batch ORDER BY iteration DESC, id").fetchall():
        left -= own
        if left < 0:
            gone.append((name,))
    connection.executemany("DELETE FROM batch WHERE id=?", gone)
    connection.execute("DELETE FROM probed WHERE batch NOT IN (SELECT id FROM batch)")
    return len(gone)


def bytes_of(connection: sqlite3.Connection) -> int:
    """What all batches take, nearly."""
    sums = {"batch": "length(bodies)", "probed": "length(contents) + length(found)"}
    queries = [f"SELECT coalesce(sum({size}), 0) FROM {table}" for table, size in sums.items()]
    return sum(int(connection.execute(query).fetchone()[0]) for query in queries)


def tidy(connection: sqlite3.Connection, most_bodies: int = MOST_BODIES) -> int:
    """Fold what older batches found, and drop the oldest beyond a number of bodies; returns how many batches went."""
    gone = _drop(connection, f"length(bodies) / {BODY_BYTES}", most_bodies)
    old = (
        "SELECT DISTINCT batch FROM probed JOIN batch ON batch.id = batch WHERE part != x'' "
        f"AND iteration <= (SELECT max(iteration) FROM batch) - {KEPT_FOUND}"
    )
    for (name,) in connection.execute(old).fetchall():
        folded = ProbedRow(name, FOLDED, _union(list(read_probed(connection, name))), "")
        connection.execute("DELETE FROM probed WHERE batch=?", (name,))
        put_probed(connection, folded)
    return gone
