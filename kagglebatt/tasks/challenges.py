"""Challenges: what a submission must answer, read without any test answer.

A test answer that a file has, or that lies beside it, is left out before anything is made of it: not even a broken one
has a say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kagglebatt.errors import TaskError
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.reading import LeftOut
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.sources import raw_tasks, reading
from kagglebatt.tasks.task import Task

_MARK = "challenges"
_BY_NAME = ("test", "evaluation", "training")
"""Of several sets in one folder, the one to answer: that which Kaggle scores comes first."""


@dataclass(frozen=True)
class Challenges:
    """A set of tasks to answer.

    Attributes:
        source: where they were read.
        tasks: those that can be searched; none of their test answers is known.
        tests: the number of test inputs by task id, also of tasks that had to be left out, in the set's order.
        left_out: those, with the reason.
    """

    source: str
    tasks: tuple[Task, ...]
    tests: Mapping[str, int]
    left_out: tuple[LeftOut, ...] = ()


def read_challenges(
    place: str | Path,
    count: int | None = None,
    ids: str | Sequence[str] = (),
    strict: bool = False,
    notify: Notify = notify_nobody,
) -> Challenges:
    """Read what is to be answered from a named dataset, a folder, or a file, as ``load_tasks`` does.

    Args:
        place: as for ``load_tasks``; a folder may also hold several ``*_challenges.json``, as Kaggle mounts them, and
            then the test set is taken, or else evaluation, or else training.
        count: only the first so many tasks.
        ids: only these tasks.
        strict: refuse all when one of them must be left out.
        notify: told which of several sets is taken.

    Raises:
        TaskError: as for ``load_tasks``.
    """
    source = chosen_set(place, notify)
    reading = load_tasks(source, count, ids, strict, answers=False)
    reading.tell(notify)
    tests = {task.id: len(task.test) for task in reading}
    if count is None and not ids:
        tests = {raw.id: tests.get(raw.id, _tests(raw.raw)) for raw in raw_tasks(source, answers=False) if raw.raw}
    return Challenges(source, tuple(reading), tests, reading.left_out)


def as_challenges(tasks: Sequence[Task], source: str = "tasks") -> Challenges:
    """Tasks as a set to answer, without their test answers."""
    stripped = tuple(without_answers(task) for task in tasks)
    return Challenges(source, stripped, {task.id: len(task.test) for task in stripped})


def without_answers(task: Task) -> Task:
    """The task with no test answer known; its identity is that of its grids without them."""
    return replace(task, test=tuple(replace(sample, answer=None) for sample in task.test))


def chosen_set(place: str | Path, notify: Notify = notify_nobody) -> str:
    """The place itself; for a folder with several sets of challenges the file of the one to answer.

    Raises:
        TaskError: there are several and none has one of the usual names.
    """
    folder = Path(place)
    with reading(place):
        sets = sorted(folder.glob(f"*{_MARK}*.json")) if str(place) and folder.is_dir() else []
    if len(sets) < 2:
        return str(sets[0] if sets else place)
    for name in _BY_NAME:
        named = [file for file in sets if name in file.stem.partition(_MARK)[0]]
        if len(named) == 1:
            others = ", ".join(file.name for file in sets if file != named[0])
            notify(f"{folder}: the set {named[0].name} is taken. To take another, give its file ({others}).")
            return str(named[0])
    names = ", ".join(file.name for file in sets)
    raise TaskError(f"{folder}: holds several sets of tasks: {names}. Give one of them, such as {sets[0]}.")


def _tests(raw: object) -> int:
    """The number of test inputs of a task that could not be read; one where not even that can be told."""
    tests = raw.get("test") if isinstance(raw, Mapping) else None
    return max(1, len(tests)) if isinstance(tests, list) else 1
