"""How the archive lies in its SQLite file: tables and what each holds, upgrades, and what no version ever stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kagglebatt.errors import HomeError
from kagglebatt.home.database import Layout
from kagglebatt.running.nearness import EXACT

FILE_NAME = "archive.sqlite"

_SOLVER_COLUMNS_2 = (
    "task, md5, o_score, demos, test_score, tests, similarity, steps, scores, seconds, iteration, key, known"
)
_DIFFER_COLUMNS_2 = "task, md5, s_score, iteration"
COLUMNS = {
    "body": "md5, kind, text",
    "solver": f"{_SOLVER_COLUMNS_2}, content",
    "differ": f"{_DIFFER_COLUMNS_2}, content",
    "iteration": "number, id, report",
    "past": "number, id, figures",
    "stone": "content, md5, task, nearness, o_score, demos, similarity, outputs, first, steps, iteration",
    "origin": "md5, kind, task, content, line",
    "ancestor": "id, md5, operator, parents, iteration, content, o_score, demos, nearness",
}
"""What each table holds, but for the seals. ``content`` is the digest of the task's grids, empty where it is unknown:
a row belongs to it, and ``task``, which other tasks may be called as well, is what people call it.

A *stone* is one of the nearest programs of a task that nobody solves. An *origin* says, for the place of a solver or a
stone, which *ancestor* its line of descent begins with; ancestors are named by a digest of what they are, and their
``parents`` are such names."""

SEALED = ("solver", "differ", "past", "stone", "origin")
"""Tables whose rows have a seal; those of the others have a digest for a name."""

_SOLVER = """
CREATE TABLE solver (
    task TEXT NOT NULL, md5 TEXT NOT NULL, o_score INTEGER NOT NULL, demos INTEGER NOT NULL,
    test_score INTEGER NOT NULL, tests INTEGER NOT NULL, similarity INTEGER NOT NULL, steps INTEGER NOT NULL,
    scores TEXT NOT NULL, seconds REAL NOT NULL, iteration INTEGER NOT NULL,
    key TEXT NOT NULL DEFAULT '', known TEXT NOT NULL DEFAULT '', content TEXT NOT NULL DEFAULT '',
    seal INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task, content, md5)
) WITHOUT ROWID;
"""
_DIFFER = """
CREATE TABLE differ (
    task TEXT NOT NULL, md5 TEXT NOT NULL, s_score INTEGER NOT NULL, iteration INTEGER NOT NULL,
    content TEXT NOT NULL DEFAULT '', seal INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task, content, md5)
) WITHOUT ROWID;
"""
_ITERATION = """
CREATE TABLE iteration (
    number INTEGER NOT NULL, id TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (number, id)
) WITHOUT ROWID;
"""
_PAST = """
CREATE TABLE past (
    number INTEGER NOT NULL, id TEXT NOT NULL, figures TEXT NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (number, id)
) WITHOUT ROWID;
CREATE TABLE total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID
"""
_STONE = """
CREATE TABLE stone (
    content TEXT NOT NULL, md5 TEXT NOT NULL, task TEXT NOT NULL, nearness INTEGER NOT NULL, o_score INTEGER NOT NULL,
    demos INTEGER NOT NULL, similarity INTEGER NOT NULL, outputs BLOB NOT NULL, first BLOB NOT NULL,
    steps INTEGER NOT NULL, iteration INTEGER NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (content, md5)
) WITHOUT ROWID;
"""
_LINEAGE = """
CREATE TABLE origin (
    md5 TEXT NOT NULL, kind TEXT NOT NULL, task TEXT NOT NULL, content TEXT NOT NULL, line TEXT NOT NULL,
    seal INTEGER NOT NULL, PRIMARY KEY (md5, kind, task, content)
) WITHOUT ROWID;
CREATE TABLE ancestor (
    id TEXT PRIMARY KEY, md5 TEXT NOT NULL, operator TEXT NOT NULL, parents TEXT NOT NULL, iteration INTEGER NOT NULL,
    content TEXT NOT NULL, o_score INTEGER NOT NULL, demos INTEGER NOT NULL, nearness INTEGER NOT NULL
) WITHOUT ROWID
"""
_BODY = "CREATE TABLE body (md5 TEXT PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;"

_FROM_1 = f"""
ALTER TABLE solver ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE solver ADD COLUMN known TEXT NOT NULL DEFAULT '';
ALTER TABLE solver ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE solver SET seal = seal({_SOLVER_COLUMNS_2});
ALTER TABLE differ ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE differ SET seal = seal({_DIFFER_COLUMNS_2});
ALTER TABLE iteration RENAME TO iteration_1;
{_ITERATION}
INSERT INTO iteration SELECT number, md5(report), report FROM iteration_1;
DROP TABLE iteration_1
"""

_KEYED = "substr(key, -65, 32) = md5 AND substr(key, -33, 1) = ' ' AND substr(key, -32) NOT GLOB '*[^0-9a-f]*'"
"""Whether the key of a remembered verdict ends as it does since it was first kept: md5 of body, digest of task."""


def _resealed(columns: str, content: str) -> str:
    """A row's new seal; one that was altered under its old seal gets one that no row has."""
    return f"CASE WHEN seal = seal({columns}) THEN seal({columns}, {content}) ELSE -1 END"


_CONTENT = f"CASE WHEN {_KEYED} THEN substr(key, -32) ELSE '' END"
_FROM_2 = f"""
ALTER TABLE solver RENAME TO solver_2;
{_SOLVER}
INSERT INTO solver SELECT {_SOLVER_COLUMNS_2}, {_CONTENT}, {_resealed(_SOLVER_COLUMNS_2, _CONTENT)} FROM solver_2;
DROP TABLE solver_2;
ALTER TABLE differ RENAME TO differ_2;
{_DIFFER}
INSERT INTO differ SELECT {_DIFFER_COLUMNS_2}, '', {_resealed(_DIFFER_COLUMNS_2, "''")} FROM differ_2;
DROP TABLE differ_2;
{_PAST}
"""

_FROM_3 = _STONE + _LINEAGE

OLDER_ROWS = {"solver": (_SOLVER_COLUMNS_2, _CONTENT), "differ": (_DIFFER_COLUMNS_2, "''")}
"""Of tables of format 2: the columns that their seals are of, and what their rows have for a content since."""

LAYOUT = Layout(
    schema=f"{_BODY}{_SOLVER}{_DIFFER}{_ITERATION}{_PAST};{_STONE}{_LINEAGE}",
    upgrades=(_FROM_1, _FROM_2, _FROM_3),
    tables=frozenset({"total", *COLUMNS}),
    synchronous="FULL",
    remedy="Restore it from a copy, or keep what can be read with `kagglebatt archive check --fix`.",
)

MOST_CHARACTERS = 1_000_000
"""A longer text is neither stored nor read."""
_BLOB = "'blob'"
_WITHIN = "-1000000000000 AND 1000000000000"


def _invalid(texts: str, integers: str, more: str) -> str:
    """A condition that holds for rows with a value of another type than is stored, or beyond a limit."""
    faults = [f"typeof({name}) != 'text' OR length({name}) > {MOST_CHARACTERS}" for name in texts.split()]
    faults += [f"typeof({name}) != 'integer' OR {name} NOT BETWEEN {_WITHIN}" for name in integers.split()]
    return " OR ".join([*faults, more])


INVALID_ROWS = {
    "body": _invalid("md5 kind text", "", "kind NOT IN ('solver', 'differ')"),
    "solver": _invalid(
        "task md5 scores key known content",
        "o_score demos test_score tests similarity steps iteration",
        "typeof(seconds) != 'real' OR seconds NOT BETWEEN 0 AND 1e9 "
        "OR o_score NOT BETWEEN 0 AND demos OR test_score NOT BETWEEN 0 AND tests",
    ),
    "differ": _invalid("task md5 content", "s_score iteration", "0"),
    "iteration": _invalid("id report", "number", "number NOT BETWEEN 0 AND 1000000000"),
    "past": _invalid("id figures", "number", "number NOT BETWEEN 0 AND 1000000000"),
    "stone": _invalid(
        "content md5 task",
        "nearness o_score demos similarity steps iteration",
        "content = '' OR o_score NOT BETWEEN 0 AND demos OR similarity NOT BETWEEN 0 AND 1000 "
        f"OR nearness NOT BETWEEN 0 AND {EXACT} * demos "
        f"OR {' OR '.join(f'typeof({name}) != {_BLOB} OR length({name}) > 64' for name in ('outputs', 'first'))}",
    ),
    "origin": _invalid("md5 kind task content line", "", "kind NOT IN ('solver', 'stone')"),
    "ancestor": _invalid(
        "id md5 operator parents content",
        "iteration o_score demos nearness",
        "length(operator) > 40 OR length(parents) > 33 OR o_score NOT BETWEEN 0 AND demos",
    ),
}
"""Conditions for rows that no version of this package stores, by table; with one of them no file is believed."""

READ_AT_OPENING = tuple(table for table in INVALID_ROWS if table != "past")
"""Tables that do not grow with every iteration, so that each of their rows is looked at whenever a file is opened."""


def refuse_invalid(connection: sqlite3.Connection, table: str, row: Sequence[Any]) -> None:
    """See that a row, as ``COLUMNS`` says, is one that is read back: what is written is checked before.

    Raises:
        HomeError: it is not; no file that holds it would be believed.
    """
    if connection.execute(_question(table), row).fetchone():
        longest = max((len(value) for value in row if isinstance(value, str)), default=0)
        raise HomeError(
            f"{FILE_NAME}: a row of the table {table} cannot be stored, since it could not be read back: its longest "
            f"text has {longest:,} characters, of {MOST_CHARACTERS:,} possible, or a number in it is out of range "
            f"({row[0]!s:.40}, {row[1]!s:.40}). Nothing of this iteration was filed; what was run is remembered. "
            "Use fewer differs or shorter task ids."
        )


@lru_cache(maxsize=16)
def _question(table: str) -> str:
    values = ", ".join(f"? AS {name.strip()}" for name in COLUMNS[table].split(","))
    return f"SELECT 1 FROM (SELECT {values}) WHERE {INVALID_ROWS[table]}"
