"""What is filed in an archive, as ``archive list``, ``show`` and ``operators`` choose and print it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from kagglebatt.commands.given import find_archived
from kagglebatt.commands.screen import Screen
from kagglebatt.home.archive import Archive, Entry
from kagglebatt.home.history import COUNTED
from kagglebatt.home.lineage import Ancestor
from kagglebatt.home.stones import Stone
from kagglebatt.markup import plural
from kagglebatt.tasks.terminal import printable

COLUMNS = ("task", "md5", "demo", "test", "similarity", "steps", "iteration", "content")


def row(entry: Entry) -> tuple[object, ...]:
    """An entry under ``COLUMNS``."""
    demo, test = f"{entry.o_score}/{entry.demos}", f"{entry.test_score}/{entry.tests}"
    likeness, content = f"{entry.similarity / 10:5.1f}%", entry.content[:8] or "unknown"
    return entry.task, entry.md5[:12], demo, test, likeness, entry.steps, entry.iteration, content


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
    likeness, content = f"{entry.similarity / 10:5.1f}%", entry.content[:8] or "unknown"
    return (
        f"{printable(entry.task)}  {entry.md5}  demo {entry.o_score}/{entry.demos}  "
        f"test {entry.test_score}/{entry.tests}  "
        f"similarity {likeness}  {plural(entry.steps, 'step')}  content {content}"
    )


def print_shown(screen: Screen, kept: Archive, wanted: str, as_json: bool) -> None:
    """The bodies filed for a task, better ones first, or its stones; else the one whose md5 begins so.

    Raises:
        KagglebattError: there is none, or there are several.
    """
    entries, near = kept.entries(wanted), [stone.md5 for stone in kept.stones() if stone.task == wanted]
    names = list(dict.fromkeys([entry.md5 for entry in entries] or near)) or [find_archived(kept, wanted)[0]]
    every = [entry for entry in (entries or kept.entries()) if entry.md5 in names]
    stones = [stone for stone in kept.stones() if stone.md5 in names]
    if as_json:
        click.echo(json.dumps([_with_body(kept, name, every, stones) for name in names]))
        return
    if screen.is_terminal and every:
        screen.table(COLUMNS, list(map(row, every)))
    called = {stone.content: stone.task for stone in kept.stones()} | {
        each.content: each.task for each in kept.entries()
    }
    for name in names:
        if len(names) > 1:
            click.echo(f"# {name}")
        for line in kept.body(name).splitlines():
            screen.say(line)
        for line in _history(kept, name, stones, called):
            screen.say(f"# {line}")


def _history(kept: Archive, name: str, stones: Sequence[Stone], called: Mapping[str, str]) -> Iterator[str]:
    """What a body came near on, and its line of descent; comments, so that all of it is still a program."""
    for stone in stones:
        if stone.md5 == name:
            yield (
                f"near {stone.task}: nearness {stone.nearness}, demo {stone.o_score}/{stone.demos}, "
                f"similarity {stone.similarity / 10:.1f}% (iteration {stone.iteration})"
            )
    line = kept.descent(name)
    if line:
        yield "line of descent:"
    for each in line:
        parents = f" from {' and '.join(parent[:8] for parent in each.parents)}" if each.parents else ""
        yield f"  {each.md5} by {each.operator}{parents}{_scored(each, called)}"


def _scored(each: Ancestor, called: Mapping[str, str]) -> str:
    scored = each.scored
    if not scored.content:
        return ""
    near = f", nearness {scored.nearness}" if scored.nearness else ""
    task = called.get(scored.content, f"content {scored.content[:8]}")
    return f" in iteration {each.iteration}: demo {scored.o_score}/{scored.demos}{near} on {task}"


def _with_body(kept: Archive, name: str, entries: Sequence[Entry], stones: Sequence[Stone]) -> dict[str, Any]:
    shown = {"md5": name, "body": kept.body(name), "filed": [asdict(each) for each in entries if each.md5 == name]}
    near = [_stone_json(stone) for stone in stones if stone.md5 == name]
    return {**shown, "near": near, "descent": [asdict(each) for each in kept.descent(name)]}


def _stone_json(stone: Stone) -> dict[str, Any]:
    names = ("task", "content", "nearness", "o_score", "demos", "similarity", "iteration")
    return {name: getattr(stone, name) for name in names}


def print_operators(screen: Screen, counts: Mapping[str, Sequence[int]], as_json: bool) -> None:
    """What came of each operator, those that are drawn most first."""
    ranked = sorted(counts.items(), key=lambda each: (-each[1][0], each[0]))
    if as_json:
        click.echo(json.dumps({name: dict(zip(COUNTED, own, strict=True)) for name, own in ranked}))
        return
    if not ranked:
        screen.say("no operator was drawn yet: `kagglebatt evolve` counts them")
        return
    per_mille = [(name, *own, f"{1000 * own[1] / own[0] if own[0] else 0:.1f}") for name, own in ranked]
    screen.table(("operator", *COUNTED, "nearer per 1000"), per_mille)
