"""Iterations from a notebook: a report each, as they are done and saved."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kagglebatt.api.program import Program, Programs, as_programs
from kagglebatt.api.progress import progress_bar
from kagglebatt.api.tasks import as_tasks, load_tasks, warn
from kagglebatt.errors import SettingsError, StoppedError
from kagglebatt.iteration.iterate import evolve as iterations
from kagglebatt.report import Report
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


def evolve(settings: Settings | None = None, *, progress: bool = True, **keywords: Any) -> Iterator[Report]:
    """Deal, run, score, validate and file, again and again; gives each iteration's report when it is done and saved.

    What was learnt is in the home directory, where the next call finds it, in whatever process. The home stays in use
    until the last report was taken, or the iterator is closed.

    >>> import kagglebatt as kb
    >>> tasks = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> for report in kb.evolve(tasks=tasks, solvers="O = vmirror(I)", candidates=4, offspring=20, home="home"):
    ...     print(report.solved(on_tests=True), "of", len(report.tasks), "solved")
    1 of 1 solved

    Args:
        settings: a whole ``Settings``; or give any of its fields as keywords, or both.
        progress: show bars in a terminal or in a notebook with widgets, elsewhere a line every ten seconds.
        keywords: fields of ``Settings``. ``tasks`` may be tasks as well as a count, and ``solvers`` programs as well
            as a path. When ``minutes`` are used up the reports just end.

    Raises:
        SettingsError: a keyword that is none, or a value that cannot work.
        TaskError, ProgramError, HomeError: tasks, programs or home cannot be used.
        StoppedError: the run was interrupted; everything finished is saved.
    """
    tasks = _given_tasks(keywords)
    programs = _given_programs(keywords)
    if settings is not None and not isinstance(settings, Settings):
        raise SettingsError(f"{settings!r:.80} are no settings. Give a Settings, or keywords such as tasks=5.")
    chosen = replace(settings or Settings(), **_checked(keywords))
    found = tasks if tasks is not None else load_tasks(chosen.dataset, chosen.tasks, chosen.ids, chosen.strict)
    return _reports(chosen, found, programs, progress)


def _given_tasks(keywords: dict[str, Any]) -> tuple[Task, ...] | None:
    """Tasks that were given themselves, taken out of the keywords."""
    given = keywords.get("tasks")
    if not isinstance(given, (Task, Iterable)) or isinstance(given, str):
        return None
    del keywords["tasks"]
    tasks = as_tasks(given)
    if not tasks:
        raise SettingsError("tasks is empty. Give one task at least, or a count.")
    return tasks


def _given_programs(keywords: dict[str, Any]) -> Programs | None:
    """Programs that were given themselves, taken out of the keywords."""
    given = keywords.get("solvers")
    if given is None or isinstance(given, os.PathLike) or (isinstance(given, str) and "=" not in given):
        return None
    return as_programs(keywords.pop("solvers"))


def _checked(keywords: dict[str, Any]) -> dict[str, Any]:
    known = [field.name for field in fields(Settings)]
    for name in keywords:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" (closest: {near[0]})" if near else ""
            raise SettingsError(f"{name!r} is no setting{hint}. They are {', '.join(known)}.")
    return keywords


def _reports(settings: Settings, tasks: tuple[Task, ...], given: Programs | None, progress: bool) -> Iterator[Report]:
    with ExitStack() as opened:
        if given is not None:  # through the one door that programs come in by: their text
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="kagglebatt-")))
            settings = replace(settings, solvers=_written(given, folder))
        told = opened.enter_context(progress_bar(progress, settings.iterations, settings.minutes))
        try:
            for report in iterations(settings, tasks, told, warn):
                told.iteration_done(report.solved_tasks(on_tests=False), len(report.tasks))
                yield report
        except StoppedError as stopped:
            if stopped.reason != "time budget":
                raise


def _written(programs: Iterable[Program], folder: Path) -> Path:
    """A file of programs, under names of their own: those of mutants and of texts may be equal."""
    texts, names = [], set()
    for place, program in enumerate(programs, 1):
        name = program.name if program.name.isidentifier() or f"x{program.name}".isidentifier() else f"program_{place}"
        name = f"{name}_{place}" if (program.kind, name) in names else name
        names.add((program.kind, name))
        texts.append(program.steps.canonical.text(f"{program.kind}_{name}"))
    path = folder / "given.py"
    path.write_text("\n\n".join(texts), "utf-8")
    return path
