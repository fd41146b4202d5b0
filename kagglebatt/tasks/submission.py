"""A submission in the ARC Prize's form: two attempts at every test input of every task.

The form: an object of tasks by id, each a list with ``{"attempt_1": grid, "attempt_2": grid}`` for each test input.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.tasks.challenges import Challenges

FILE_NAME = "submission.json"
ATTEMPTS = ("attempt_1", "attempt_2")
MOST_CELLS = 30
"""Rows, and columns, of the largest grid that can be right."""

Attempts = tuple[Grid, ...]
"""Answers to one test input, the better one first; two count."""

_NOTHING: Grid = ((0,),)


class Submission:
    """Attempts at every test input of a set; from the first moment on a valid answer to all of it.

    >>> from kagglebatt.tasks.load import load_tasks
    >>> from kagglebatt.tasks.challenges import as_challenges
    >>> submission = Submission(as_challenges(load_tasks("arc1-training", ids=["67a3c6ac"])))
    >>> submission.improve("67a3c6ac", [[((1, 2), (3, 4))]])
    True
    >>> submission.text()
    '{"67a3c6ac": [{"attempt_1": [[1, 2], [3, 4]], "attempt_2": [[1, 2], [3, 4]]}]}'
    """

    def __init__(self, challenges: Challenges) -> None:
        """Begin with the test inputs themselves as the answers, where they can be answers."""
        inputs = {
            task.id: [sample.input if is_answer(sample.input) else _NOTHING for sample in task.test]
            for task in challenges.tasks
        }
        self._fallback = {
            task_id: inputs.get(task_id, [_NOTHING] * count) for task_id, count in challenges.tests.items()
        }
        self._texts = {task_id: self._entry(task_id, ()) for task_id in self._fallback}

    def improve(self, task_id: str, attempts: Sequence[Attempts]) -> bool:
        """Take better answers for a task; whether that changed anything.

        Args:
            attempts: for each test input its attempts, better ones first, or none.
        """
        text = self._entry(task_id, attempts)
        changed = text != self._texts[task_id]
        self._texts[task_id] = text
        return changed

    def _entry(self, task_id: str, attempts: Sequence[Attempts]) -> str:
        entries = []
        for place, fallback in enumerate(self._fallback[task_id]):
            own = [grid for grid in (attempts[place] if place < len(attempts) else ()) if is_answer(grid)]
            first, second = (*own, *own[:1], fallback, fallback)[:2]
            entries.append(dict(zip(ATTEMPTS, (first, second), strict=True)))
        return json.dumps(entries)

    def text(self) -> str:
        """The file's content."""
        return "{" + ", ".join(f"{json.dumps(task_id)}: {text}" for task_id, text in self._texts.items()) + "}"


def is_answer(value: object) -> bool:
    """Whether a value is a grid of at most 30 x 30 colours, as lists or tuples."""
    return not grid_fault(value)


def grid_fault(value: Any) -> str:
    """What keeps a value from being a grid that can be right; empty when nothing does."""
    if not isinstance(value, list | tuple) or not value:
        return "is no list of rows" if not isinstance(value, list | tuple) else "is an empty list"
    if not all(isinstance(row, list | tuple) and row for row in value):
        return "has a row that is empty, or no list"
    if len({len(row) for row in value}) > 1:
        return "has rows of different lengths"
    if not all(type(cell) is int and 0 <= cell <= 9 for row in value for cell in row):
        return "has cells that are no whole number from 0 to 9"
    if max(len(value), len(value[0])) > MOST_CELLS:
        return f"is {len(value)} x {len(value[0])}, larger than {MOST_CELLS} x {MOST_CELLS}"
    return ""
