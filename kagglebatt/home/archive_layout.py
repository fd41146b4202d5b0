"""How the archive lies in its SQLite file: tables and what each holds, upgrades, and what no version ever stored."""

from __future__ import annotations

from kagglebatt.home.database import Layout

FILE_NAME = "archive.sqlite"

_SOLVER_COLUMNS = (
    "task, md5, o_score, demos, test_score, tests, similarity, steps, scores, seconds, iteration, key, known"
)
_DIFFER_COLUMNS = "task, md5, s_score, iteration"
COLUMNS = {
    "body": "md5, kind, text",
    "solver": _SOLVER_COLUMNS,
    "differ": _DIFFER_COLUMNS,
    "iteration": "number, id, report",
}
"""What each table holds, but for the seals."""

_SCHEMA = """
CREATE TABLE body (md5 TEXT PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE solver (
    task TEXT NOT NULL, md5 TEXT NOT NULL, o_score INTEGER NOT NULL, demos INTEGER NOT NULL,
    test_score INTEGER NOT NULL, tests INTEGER NOT NULL, similarity INTEGER NOT NULL, steps INTEGER NOT NULL,
    scores TEXT NOT NULL, seconds REAL NOT NULL, iteration INTEGER NOT NULL,
    key TEXT NOT NULL DEFAULT '', known TEXT NOT NULL DEFAULT '', seal INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task, md5)
) WITHOUT ROWID;
CREATE TABLE differ (
    task TEXT NOT NULL, md5 TEXT NOT NULL, s_score INTEGER NOT NULL, iteration INTEGER NOT NULL,
    seal INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task, md5)
) WITHOUT ROWID;
CREATE TABLE iteration (
    number INTEGER NOT NULL, id TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (number, id)
) WITHOUT ROWID
"""

_FROM_1 = f"""
ALTER TABLE solver ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE solver ADD COLUMN known TEXT NOT NULL DEFAULT '';
ALTER TABLE solver ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE solver SET seal = seal({_SOLVER_COLUMNS});
ALTER TABLE differ ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE differ SET seal = seal({_DIFFER_COLUMNS});
ALTER TABLE iteration RENAME TO iteration_1;
CREATE TABLE iteration (
    number INTEGER NOT NULL, id TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (number, id)
) WITHOUT ROWID;
INSERT INTO iteration SELECT number, md5(report), report FROM iteration_1;
DROP TABLE iteration_1
"""

LAYOUT = Layout(
    schema=_SCHEMA,
    upgrades=(_FROM_1,),
    tables=frozenset({"body", "solver", "differ", "iteration"}),
    synchronous="FULL",
    remedy="Restore it from a copy, or keep what can be read with `kagglebatt archive check --fix`.",
)

_MOST_CHARACTERS = 1_000_000
_WITHIN = "-1000000000000 AND 1000000000000"


def _invalid(texts: str, integers: str, more: str) -> str:
    """A condition that holds for rows with a value of another type than is stored, or beyond a limit."""
    faults = [f"typeof({name}) != 'text' OR length({name}) > {_MOST_CHARACTERS}" for name in texts.split()]
    faults += [f"typeof({name}) != 'integer' OR {name} NOT BETWEEN {_WITHIN}" for name in integers.split()]
    return " OR ".join([*faults, more])


INVALID_ROWS = {
    "body": _invalid("md5 kind text", "", "kind NOT IN ('solver', 'differ')"),
    "solver": _invalid(
        "task md5 scores key known",
        "o_score demos test_score tests similarity steps iteration",
        "typeof(seconds) != 'real' OR seconds NOT BETWEEN 0 AND 1e9 "
        "OR o_score NOT BETWEEN 0 AND demos OR test_score NOT BETWEEN 0 AND tests",
    ),
    "differ": _invalid("task md5", "s_score iteration", "0"),
    "iteration": _invalid("id report", "number", "number NOT BETWEEN 0 AND 1000000000"),
}
"""Conditions for rows that no version of this package stores, by table; with one of them no file is believed."""
