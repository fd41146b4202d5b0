"""lineage.json of an export: the lines of descent of what was exported. Read back from anyone, as data alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from kagglebatt.errors import HomeError
from kagglebatt.home.archive_layout import COLUMNS, refuse_invalid
from kagglebatt.home.files import read_json, write_aside
from kagglebatt.home.lineage import name_of
from kagglebatt.reading import LeftOut, Reading

LINEAGE_NAME = "lineage.json"
FORMAT = 1
MOST_BYTES = 64 << 20
_TABLES = ("ancestor", "origin")

Row = tuple[Any, ...]


def write_lineage(folder: Path, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write lines of descent beside the programs of an export; one that is there from before is replaced."""
    if any(rows[table] for table in _TABLES):
        found = {"format": FORMAT, **{table: [list(row) for row in rows[table]] for table in _TABLES}}
        write_aside(folder / LINEAGE_NAME, json.dumps(found) + "\n")
    else:
        (folder / LINEAGE_NAME).unlink(missing_ok=True)


def read_lineage(folder: Path) -> Reading[tuple[str, Row]]:
    """The rows of an export's lines of descent, each with its table; none where there is no such file.

    Of an ancestor that is not what its name says, and of a row that nobody wrote here, it is said that it is left out.
    """
    path = folder / LINEAGE_NAME
    if not path.exists():
        return Reading()
    found = _content(path)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return Reading((), [LeftOut(str(path), 0, "is no lineage of this kagglebatt's. Export it again.")])
    good, wrong = [], 0
    with closing(sqlite3.connect(":memory:")) as scratch:
        for table in _TABLES:
            rows = found.get(table)
            for row in rows if isinstance(rows, list) else ():
                if _is_sound(table, row, scratch):
                    good.append((table, tuple(row)))
                else:
                    wrong += 1
    left_out = [LeftOut(str(path), 0, f"{wrong:,} rows are not as they were written.")] if wrong else []
    return Reading(good, left_out)


def _content(path: Path) -> Any:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _is_sound(table: str, row: Any, scratch: sqlite3.Connection) -> bool:
    """Whether a row is one that an archive reads back, and an ancestor what its name says."""
    if not isinstance(row, list) or len(row) != len(COLUMNS[table].split(",")):
        return False
    if not all(isinstance(value, str) or (type(value) is int and abs(value) < 1 << 63) for value in row):
        return False
    try:
        refuse_invalid(scratch, table, row)
    except (HomeError, UnicodeEncodeError):  # half a surrogate pair is no text
        return False
    return table != "ancestor" or row[0] == name_of(row[1:])
