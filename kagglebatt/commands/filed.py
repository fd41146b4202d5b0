"""What is filed in an archive, as ``archive list`` and ``archive show`` choose and print it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from kagglebatt.commands.given import find_archived
from kagglebatt.commands.screen import Screen
from kagglebatt.home.archive import Archive, Entry
from kagglebatt.tasks.terminal import printable

COLUMNS = ("task", "md5", "demo", "test", "similarity", "steps", "iteration")


def row(entry: Entry) -> tuple[object, ...]:
    """An entry under ``COLUMNS``."""
    demo, test = f"{entry.o_score}/{entry.demos}", f"{entry.test_score}/{entry.tests}"
    return entry.task, entry.md5[:12], demo, test, entry.similarity, entry.steps, entry.iteration


def solves(entry: Entry) -> bool:
    """Whether every demo pair was reproduced; test pairs choose nothing."""
    return entry.o_score == entry.demos


def chosen(entries: Sequence[Entry], solved: bool, near: bool, since: int | None) -> list[Entry]:
    """Those that were asked for, in order; of ``near`` the best of each task that nobody solves, nearest first."""
    kept = [entry for entry in entries if since is None or entry.iteration >= since]
    if solved:
        kept = [entry for entry in kept if solves(entry)]
    if near:
        done = {(entry.task, entry.content) for entry in entries if solves(entry)}
        best: dict[tuple[str, str], Entry] = {}
        for entry in kept:
            if (entry.task, entry.content) not in done:
                best.setdefault((entry.task, entry.content), entry)
        kept = sorted(best.values(), key=lambda each: (-each.o_score / max(each.demos, 1), -each.similarity, each.task))
    return kept


def print_list(screen: Screen, entries: Sequence[Entry], as_json: bool) -> None:
    """Entries as a table in a terminal, as a line each in a log."""
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries]))
    elif screen.is_terminal:
        screen.table(COLUMNS, list(map(row, entries)))
    else:
        for entry in entries:
            screen.say(_line(entry))


def _line(entry: Entry) -> str:
    return (
        f"{printable(entry.task)}  {entry.md5}  demo {entry.o_score}/{entry.demos}  "
        f"test {entry.test_score}/{entry.tests}  "
        f"similarity {entry.similarity / 10:5.1f}%  {entry.steps} steps  content {entry.content[:8] or 'unknown'}"
    )


def print_shown(screen: Screen, kept: Archive, wanted: str, as_json: bool) -> None:
    """The bodies filed for a task, better ones first; else the one whose md5 begins so.

    Raises:
        KagglebattError: there is none, or there are several.
    """
    entries = kept.entries(wanted)
    names = list(dict.fromkeys(entry.md5 for entry in entries)) or [find_archived(kept, wanted)[0]]
    every = [entry for entry in (entries or kept.entries()) if entry.md5 in names]
    if as_json:
        click.echo(json.dumps([_with_body(kept, name, every) for name in names]))
        return
    if screen.is_terminal and every:
        screen.table(COLUMNS, list(map(row, every)))
    for name in names:
        if len(names) > 1:
            click.echo(f"# {name}")
        for line in kept.body(name).splitlines():
            screen.say(line)


def _with_body(kept: Archive, name: str, entries: Sequence[Entry]) -> dict[str, Any]:
    return {"md5": name, "body": kept.body(name), "filed": [asdict(each) for each in entries if each.md5 == name]}
