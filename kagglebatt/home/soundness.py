"""Is an archive as it was written? What is asked of its rows, and the lines that say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kagglebatt.errors import ProgramError, TooLargeError
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME
from kagglebatt.home.database import seal
from kagglebatt.home.files import read_json
from kagglebatt.home.lineage import name_of
from kagglebatt.home.ranking import steps_of
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores

BODY_KINDS = {"solver": "solver", "differ": "differ", "stone": "solver"}
"""Tables whose rows name a body, with the kind that it is of."""

Ask = Callable[[str], list[Any]]
"""Gives the rows of a query."""


def damaged_rows(ask: Ask) -> Iterator[str]:
    """What SQLite or a seal says was altered; bodies are not parsed, only compared with their md5."""
    yield from (f"{FILE_NAME}: {row[0]}" for row in ask("PRAGMA integrity_check") if row[0] != "ok")
    for name, text in ask("SELECT md5, text FROM body ORDER BY md5"):
        if md5(text) != name:
            yield f"body {name}: its text is not that of its md5"
    for table in ("solver", "differ", "stone", "origin"):
        query = f"SELECT task, content, md5, seal, {COLUMNS[table]} FROM {table} ORDER BY task, content, md5"
        for task, content, name, sealed, *row in ask(query):
            if sealed != seal(*row):
                yield f"{table} {name} on {task or content}: the row was altered"
    for name, *row in ask(f"SELECT {COLUMNS['ancestor']} FROM ancestor ORDER BY id"):
        if name != name_of(row):
            yield f"ancestor {name}: the row was altered"


def orphans(ask: Ask) -> Iterator[str]:
    """Rows that name a body which is not there, or is of the other kind."""
    for table, kind in BODY_KINDS.items():
        query = f"SELECT task, md5 FROM {table} WHERE md5 NOT IN (SELECT md5 FROM body WHERE kind='{kind}')"
        yield from (f"{table} {name} on {task}: has no body" for task, name in ask(query))
    query = "SELECT task, content, md5 FROM origin WHERE line NOT IN (SELECT id FROM ancestor)"
    yield from (
        f"origin {name} on {task or content}: its line of descent is gone" for task, content, name in ask(query)
    )


def wrong_rows(ask: Ask) -> Iterator[str]:
    """Scores that no measurement gives, and bodies that are no programs."""
    counts = "o_score, demos, test_score, tests, similarity"
    for task, name, text, *row in ask(f"SELECT task, md5, scores, {counts} FROM solver ORDER BY task, content, md5"):
        if row != counts_of(text):
            yield f"solver {name} on {task}: its scores are not those that were measured"
    for task, name, steps, text in ask("SELECT task, md5, steps, text FROM stone JOIN body USING (md5) ORDER BY 1, 2"):
        if steps != steps_of(text):
            yield f"stone {name} on {task}: has another number of steps"
    for kind in ("solver", "differ"):
        for name, text in ask(f"SELECT md5, text FROM body WHERE kind='{kind}' ORDER BY md5"):
            if problem := body_problem(kind, name, text):
                yield problem


def body_problem(kind: str, name: str, text: str) -> str:
    """What is wrong with a body's text; empty when it is a program in its canonical form."""
    try:
        program = parse_program(text, name, differ=kind == "differ")
        canonical = program.differ_body if kind == "differ" else program.body
    except (ProgramError, TooLargeError) as error:
        return str(error)
    return "" if canonical == text else f"body {name}: is not in its canonical form"


def counts_of(text: str) -> list[int]:
    """The counts that stand beside scores in the same row; none when the text is not that of scores."""
    try:
        scores = Scores.from_json(read_json(text))
    except ValueError:
        return []
    return list(scores.counts)
