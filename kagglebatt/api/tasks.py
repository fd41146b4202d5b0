"""Reading tasks in a notebook: what had to be left out is told there."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import SupportsIndex, overload

from kagglebatt.errors import TaskError
from kagglebatt.markup import block, line, plural
from kagglebatt.reading import LeftOut
from kagglebatt.settings import Settings
from kagglebatt.tasks import load
from kagglebatt.tasks.task import Task, one_of_each

_PACKAGE = __name__.partition(".")[0]


def warn(sentence: str) -> None:
    """Tell the user of a notebook or script something beside the results, as a warning of the line that they wrote.

    Each time, too: Python's own would keep silent about a second file that lacks the same as the first one did.
    """
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    warnings.warn_explicit(sentence, UserWarning, frame.f_code.co_filename, frame.f_lineno, registry={})


_MOST_DRAWN = 10
_MOST_NAMED = 5


class Tasks(tuple[Task, ...]):
    """Tasks in order, by place or by id; a notebook shows the first ten as pictures.

    >>> import kagglebatt as kb
    >>> kb.load_tasks("arc1-training")["67a3c6ac"]
    <Task 67a3c6ac: 3 demo pairs, 1 test pair>

    Attributes:
        left_out: what was not read, each with its file, line and reason.
    """

    left_out: tuple[LeftOut, ...]

    def __new__(cls, tasks: Iterable[Task], left_out: tuple[LeftOut, ...] = ()) -> Tasks:
        """Tasks, of which nothing was left out where nothing else is said."""
        made = super().__new__(cls, tasks)
        made.left_out = left_out
        return made

    @overload
    def __getitem__(self, place: SupportsIndex | str) -> Task: ...
    @overload
    def __getitem__(self, place: slice) -> Tasks: ...
    def __getitem__(self, place: SupportsIndex | slice | str) -> Task | Tasks:
        if isinstance(place, slice):
            return Tasks(super().__getitem__(place))
        if not isinstance(place, str):
            return super().__getitem__(place)
        ids = [task.id for task in self]
        if place in ids:
            return self[ids.index(place)]
        near = difflib.get_close_matches(place, ids, 1)
        raise TaskError(f"none of {plural(len(self), 'task')} is {place!r}{f' (closest: {near[0]})' if near else ''}.")

    def __repr__(self) -> str:
        shown = ", ".join(task.id for task in self[:_MOST_NAMED])
        return f"<{plural(len(self), 'task')}: {shown}{', ...' if len(self) > _MOST_NAMED else ''}>"

    def _repr_html_(self) -> str:
        left = len(self) - _MOST_DRAWN
        more = [line(f"and {left:,} more")] if left > 0 else []
        return block("", *(task._repr_html_() for task in self[:_MOST_DRAWN]), *more)


def load_tasks(
    dataset: str | Path = Settings.dataset,
    count: int | None = None,
    ids: str | Sequence[str] = (),
    strict: bool = False,
) -> Tasks:
    """Read tasks from a named dataset, a folder, or a file; a notebook shows them as pictures.

    >>> import kagglebatt as kb
    >>> tasks = kb.load_tasks("arc1-training", count=2)
    >>> tasks, tasks[0]
    (<2 tasks: 007bbfb7, 00d62c1b>, <Task 007bbfb7: 5 demo pairs, 1 test pair>)

    Args:
        dataset: ``arc1-training``, ``arc1-evaluation``, ``arc2-training``, ``arc2-evaluation``, which come with the
            package; or a path to ARC tasks in any of the usual forms.
        count: keep the first ``count`` tasks.
        ids: keep this task, or these, in this order.
        strict: refuse all when one of them is damaged; else a damaged one is left out, with a warning.

    Raises:
        TaskError: nothing there, an unknown id, or no good task is left.
    """
    reading = load.load_tasks(dataset, count, ids, strict)
    reading.tell(warn)
    return Tasks(reading, reading.left_out)


def as_tasks(given: object) -> tuple[Task, ...]:
    """One or many tasks, each once.

    Raises:
        TaskError: something is no task, or two have one id and other grids.
    """
    if isinstance(given, Task):
        return (given,)
    if not isinstance(given, Iterable):
        raise TaskError(f"{given!r:.80} is no task. Read tasks with load_tasks.")
    return one_of_each(given)
