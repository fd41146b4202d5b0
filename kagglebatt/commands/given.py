"""What a command is given to look at: a file, a folder or an archived program, and the tasks to run each solver on."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from kagglebatt.api.program import Program
from kagglebatt.commands.options import notify, read_tasks
from kagglebatt.errors import KagglebattError
from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import read_archive
from kagglebatt.programs.read_file import read_programs
from kagglebatt.reading import LeftOut, named
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task
from kagglebatt.tasks.terminal import printable

_MD5 = re.compile(r"[0-9a-f]{4,32}")

Given = tuple[Program, tuple[str, ...]]
"""A program, and the ids of the tasks that it is of."""


def tell(sentence: str) -> None:
    """Say something beside the results that may have names of strangers in it."""
    notify(printable(sentence, most=2_000))


def is_place(source: str) -> bool:
    """Whether a file or folder is meant, be it there or not."""
    return os.path.exists(source) or source.endswith(".py") or os.sep in source


def read_given(source: str, home: Path, strict: bool) -> list[Given]:
    """The programs of a file or folder; or the one in the home's archive whose md5 begins with ``source``.

    Raises:
        KagglebattError: there is nothing of the kind.
    """
    if is_place(source):
        reading = read_programs(source, strict)
        reading.tell(tell)
        return [(Program.of(each), (each.task,)) for each in reading]
    if not _MD5.fullmatch(source):
        raise KagglebattError(
            f"{printable(source)}: is no file or folder, and no md5 of an archived program (4 to 32 of 0-9, a-f)."
        )
    with read_archive(home, notify=tell) as kept:
        name, kind = find_archived(kept, source)
        tasks = tuple(dict.fromkeys(entry.task for entry in kept.entries() if entry.md5 == name))
        return [
            (Program(name[:8], "differ" if kind == "differ" else "solve", kept.program(name, kind == "differ")), tasks)
        ]


def find_archived(kept: Archive, prefix: str) -> tuple[str, str]:
    """(md5, kind) of the one program whose md5 begins so.

    Raises:
        KagglebattError: there is none, or there are several.
    """
    found = [(name, kind) for kind in ("solver", "differ") for name, _ in kept.bodies(kind) if name.startswith(prefix)]
    if len(found) != 1 or len(prefix) < 4:
        many = f"has {len(found):,} programs under" if found else "has no solver or differ"
        hint = "`kagglebatt archive list` shows all; give more digits, 4 at least."
        raise KagglebattError(f"{kept.path.parent}: {many} {printable(prefix)!r}. {hint}")
    return found[0]


def pair_up(given: Sequence[Given], settings: Settings) -> list[tuple[Program, Task]]:
    """Each solver with each task that it is to be run on: those of ``settings.ids``, else those that it is of.

    Raises:
        KagglebattError: there is no solver, or none of a task that is there.
    """
    solvers = [each for each in given if each[0].kind != "differ"]
    if differs := len(given) - len(solvers):
        tell(f"not run: {differs:,} differ{'s' if differs > 1 else ''}, which judge what solvers compute")
    if not solvers:
        raise KagglebattError("there is no solver in it, only differs. Give a solver.")
    if settings.ids:
        tasks = read_tasks(settings)
        return [(program, task) for program, _ in solvers for task in tasks]
    by_id = {task.id: task for task in load_tasks(settings.dataset, None, (), settings.strict)}
    pairs, lost = [], []
    for program, ids in solvers:
        own = [(program, by_id[each]) for each in ids if each in by_id]
        pairs += own
        if not own:
            lost.append(LeftOut(program.name, 0, f"{settings.dataset} has no task of this name."))
    if not pairs:
        raise KagglebattError(
            "\n".join([*map(printable, named(lost)), "Say what to run it on: -i ID, or --dataset with its task in it."])
        )
    for line in named(lost):
        tell(f"left out: {line} Give -i ID, or another --dataset.")
    return pairs
