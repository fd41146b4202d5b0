"""Stepping stones: for every task that nobody solves the programs that came nearest, apart from accepted solvers.

A task is its content. At most 8 stones stay for one, nearest first, then with fewer steps, then with the smaller md5,
and no two with equal outputs; none stays where an accepted solver reproduces every demo pair. All that is decided
from the rows alone, so homes may be merged in any order.

Changes belong into a transaction of the caller's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kagglebatt.home.archive_layout import COLUMNS
from kagglebatt.home.ranking import put, put_body, steps_of
from kagglebatt.programs.program import md5

STONES_PER_TASK = 8
"""Most stones kept for one task."""

_RANK = "nearness DESC, steps, md5"


@dataclass(frozen=True, slots=True)
class Stone:
    """A program that came near on a task, with what was measured on all of its demo pairs.

    Attributes:
        task: the id that the task had; others may have the same.
        content: the digest of the task's grids, to which all this belongs.
        nearness: higher is nearer.
        o_score: demo pairs reproduced exactly, of ``demos``.
        similarity: mean over demo pairs, per thousand.
        outputs: a digest of its outputs on all demo pairs.
        first: a digest of its output on the first.
        iteration: that found it; set by the archive.
    """

    task: str
    content: str
    body: str
    nearness: int
    o_score: int
    demos: int
    similarity: int
    outputs: bytes
    first: bytes
    iteration: int = 0

    @property
    def md5(self) -> str:
        """The program's id."""
        return md5(self.body)

    @property
    def steps(self) -> int:
        """How long the program is."""
        return steps_of(self.body)

    def row(self, iteration: int) -> tuple[Any, ...]:
        """What the table ``stone`` has of it."""
        return (
            self.content, self.md5, self.task, self.nearness, self.o_score, self.demos, self.similarity,
            self.outputs, self.first, self.steps, iteration,
        )  # fmt: skip


def read_stones(connection: sqlite3.Connection, content: str | None) -> list[Stone]:
    """The stones of a task's content, or of all, by content and nearest first."""
    where, values = ("WHERE content=?", (content,)) if content is not None else ("", ())
    columns = "task, content, text, nearness, o_score, demos, similarity, outputs, first, iteration"
    query = f"SELECT {columns} FROM stone JOIN body USING (md5) {where} ORDER BY content, {_RANK}"
    return [Stone(*row) for row in connection.execute(query, values)]


def file_stone(connection: sqlite3.Connection, stone: Stone, iteration: int) -> None:
    """Add a stone and its body."""
    put_body(connection, stone.md5, "solver", stone.body)
    put_stone(connection, stone.row(iteration))


def put_stone(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    """Add a row, or the greater of it and the one that is there, nearness first."""
    query = f"SELECT {COLUMNS['stone']} FROM stone WHERE content=? AND md5=?"
    old = connection.execute(query, row[:2]).fetchone() or row
    put(connection, "stone", max(row, old, key=lambda each: (*each[3:-1], -each[-1], each[2])))


def drop_stones(connection: sqlite3.Connection, stones: Iterable[Stone]) -> None:
    """Take stones out; what only they needed is left to whoever prunes."""
    keys = [(stone.content, stone.md5) for stone in stones]
    connection.executemany("DELETE FROM stone WHERE content=? AND md5=?", keys)


def prune_stones(connection: sqlite3.Connection) -> None:
    """Leave the nearest of every task's content, none where it is solved."""
    solved = {content for (content,) in connection.execute("SELECT DISTINCT content FROM solver WHERE o_score=demos")}
    kept: dict[str, set[bytes]] = {}
    gone = []
    for content, name, outputs in connection.execute(f"SELECT content, md5, outputs FROM stone ORDER BY {_RANK}"):
        own = kept.setdefault(content, set())
        if content in solved or outputs in own or len(own) == STONES_PER_TASK:
            gone.append((content, name))
        else:
            own.add(outputs)
    connection.executemany("DELETE FROM stone WHERE content=? AND md5=?", gone)
