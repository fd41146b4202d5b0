"""Reading tasks in a notebook: what had to be left out is told there."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from kagglebatt.errors import TaskError
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


def load_tasks(
    dataset: str | Path = Settings.dataset,
    count: int | None = None,
    ids: str | Sequence[str] = (),
    strict: bool = False,
) -> tuple[Task, ...]:
    """Read tasks from a named dataset, a folder, or a file; a notebook shows each as pictures.

    >>> import kagglebatt as kb
    >>> kb.load_tasks("arc1-training", count=2)
    (<Task 007bbfb7: 5 demo pairs, 1 test pair>, <Task 00d62c1b: 5 demo pairs, 1 test pair>)

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
    return reading


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
