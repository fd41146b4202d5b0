"""A submission of whatever origin: what is wrong with it, and how right it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kagglebatt.tasks.submission import ATTEMPTS, grid_fault


class _Twice(ValueError):
    """A JSON object has a key twice; the text is the key."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return made


def read_submission(text: str) -> tuple[Any, str]:
    """(content, fault) of a submission's text; the fault is empty when it is JSON, in which no key stands twice."""
    if not text.strip():
        return None, "is empty"
    try:
        return json.loads(text, object_pairs_hook=_once), ""
    except _Twice as error:
        return None, f"has {str(error)[:60]!r} twice; one of the two would be lost"
    except (ValueError, RecursionError) as error:
        return None, f"is no JSON ({str(error)[:100]})"


def faults(content: Any, tests: Mapping[str, int]) -> list[str]:
    """What is wrong with a submission's content, a line each; none when it is complete and valid.

    Args:
        tests: the number of test inputs by task id.
    """
    if not isinstance(content, Mapping):
        return [f"is {_kind(content)}, not an object of tasks by id"]
    missing = [f"task {task_id}: is missing" for task_id in tests if task_id not in content]
    unknown = [f"task {str(task_id)[:60]}: is none of the challenges" for task_id in content if task_id not in tests]
    known = [task_id for task_id in tests if task_id in content]
    return [*missing, *unknown, *(fault for each in known for fault in _task_faults(each, content[each], tests[each]))]


def _task_faults(task_id: str, entries: Any, count: int) -> Iterator[str]:
    if not isinstance(entries, list):
        yield f"task {task_id}: is {_kind(entries)}, not a list with an object for each test input"
        return
    if len(entries) != count:
        yield f"task {task_id}: has {len(entries)} of {count} test inputs"
    for number, entry in enumerate(entries, 1):
        where = f"task {task_id}, test {number}"
        if not isinstance(entry, Mapping):
            yield f"{where}: is {_kind(entry)}, not an object with {' and '.join(ATTEMPTS)}"
            continue
        for name in ATTEMPTS:
            fault = grid_fault(entry[name]) if name in entry else "is missing"
            if fault:
                yield f"{where}, {name}: {fault}"
        if extra := sorted(str(name)[:60] for name in entry if name not in ATTEMPTS):
            yield f"{where}: has more than two attempts: {', '.join(extra)}"


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


@dataclass(frozen=True)
class SubmissionScore:
    """How right a submission is, as totals.

    Attributes:
        tasks: tasks whose answers are known; ``solved`` of them have a right attempt at every test input, ``first``
            of them at the first attempt already.
        tests: their test inputs; ``right`` of them have a right attempt.
    """

    tasks: int
    solved: int
    first: int
    tests: int
    right: int

    @property
    def share(self) -> float:
        """What Kaggle calls the score: the part of the test inputs that have a right attempt, 0 to 1."""
        return self.right / self.tests if self.tests else 0.0


def score(content: Mapping[str, Any], solutions: Mapping[str, Sequence[Any]]) -> SubmissionScore:
    """Compare a submission without faults with the solutions.

    Args:
        solutions: the answers to the test inputs, in order, by task id.
    """
    hits = []
    for task_id, answers in solutions.items():
        attempts = [[_plain(entry[name]) for name in ATTEMPTS] for entry in content[task_id]]
        hits.append([[_plain(answer) == each for each in own] for own, answer in zip(attempts, answers, strict=True)])
    return SubmissionScore(
        tasks=len(hits),
        solved=sum(all(map(any, own)) for own in hits),
        first=sum(all(test[0] for test in own) for own in hits),
        tests=sum(map(len, hits)),
        right=sum(any(test) for own in hits for test in own),
    )


def _plain(grid: Sequence[Sequence[int]]) -> list[list[int]]:
    return [list(row) for row in grid]
