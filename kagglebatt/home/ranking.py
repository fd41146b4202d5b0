"""Which rows of solvers and differs stay: of two for one place the better one, and of a task the best.

Changes belong into a transaction of the caller's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kagglebatt.home.archive_layout import COLUMNS, refuse_invalid
from kagglebatt.home.database import seal
from kagglebatt.running.validate import Verdict

KEPT_PER_TASK = 32
"""Most solvers kept for one task, and most differs."""

RANK = "o_score DESC, similarity DESC, steps, md5"
"""The archive rank of solvers, as columns to order by."""


@dataclass(frozen=True, slots=True)
class Filing:
    """An accepted solver as it is handed over: its verdict, the cache's key and text for it, the task's content."""

    verdict: Verdict
    key: str
    known: str
    content: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The task that it is ranked on, by id and content."""
        return self.verdict.task_id, self.content

    def row(self, iteration: int) -> tuple[Any, ...]:
        """What the table ``solver`` has of it."""
        verdict, scores = self.verdict, self.verdict.measured
        return (
            verdict.task_id, verdict.md5, *scores.counts, steps_of(verdict.body), json.dumps(scores.as_json()),
            float(verdict.seconds), iteration, self.key, self.known, self.content,
        )  # fmt: skip


def steps_of(body: str) -> int:
    """The steps of a solver's body, which has one line a step between its head and its return."""
    return body.count("\n") - 2


def put(connection: sqlite3.Connection, table: str, row: Sequence[Any]) -> None:
    """Put one row, as ``COLUMNS`` says, into a table of sealed rows, in place of an older one with its key."""
    refuse_invalid(connection, table, row)
    marks = ",".join("?" * (len(row) + 1))
    connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", (*row, seal(*row)))


def put_body(connection: sqlite3.Connection, name: str, kind: str, text: str) -> None:
    """Add the text of a program under its md5, unless it is there; stones' are of the kind of solvers'."""
    refuse_invalid(connection, "body", (name, kind, text))
    connection.execute("INSERT OR IGNORE INTO body VALUES (?, ?, ?)", (name, kind, text))


def put_solver(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    """Add a row, or the better of it and the one that is there; which came first makes no difference.

    Better is by the archive rank first: a row that was left out among others then never comes back by being
    merged again.
    """
    query = f"SELECT {COLUMNS['solver']} FROM solver WHERE task=? AND md5=? AND content=?"
    old = connection.execute(query, (*row[:2], row[-1])).fetchone() or row
    scored, seconds, iteration, place = slice(3, 9), 9, 10, slice(11, 13)

    def rank(each: tuple[Any, ...]) -> tuple[Any, ...]:
        return each[2], each[6], -each[7], each[scored]

    if rank(row) == rank(old):
        times = min(row[seconds], old[seconds]), min(row[iteration], old[iteration])
        row = (*row[:seconds], *times, *max(row[place], old[place]), row[-1])
    else:
        row = max(row, old, key=rank)
    put(connection, "solver", row)


def put_differ(connection: sqlite3.Connection, row: tuple[str, str, int, int, str]) -> None:
    """Add a row, or the better of it and the one that is there."""
    query = f"SELECT {COLUMNS['differ']} FROM differ WHERE task=? AND md5=? AND content=?"
    old = connection.execute(query, (*row[:2], row[-1])).fetchone() or row
    put(connection, "differ", max(row, old, key=lambda each: (each[2], -each[3])))


def prune(connection: sqlite3.Connection, places: Iterable[tuple[str, str]]) -> None:
    """Leave the best of every (task, content)."""
    for place in sorted(places):
        for table, rank in (("solver", RANK), ("differ", "s_score DESC, md5")):
            connection.execute(
                f"DELETE FROM {table} WHERE task=? AND content=? AND md5 NOT IN "
                f"(SELECT md5 FROM {table} WHERE task=? AND content=? ORDER BY {rank} LIMIT {KEPT_PER_TASK})",
                (*place, *place),
            )


def drop_bodies(connection: sqlite3.Connection) -> None:
    """Drop the bodies that nothing names."""
    named = " UNION ".join(f"SELECT md5 FROM {table}" for table in ("solver", "differ", "stone"))
    connection.execute(f"DELETE FROM body WHERE md5 NOT IN ({named})")
