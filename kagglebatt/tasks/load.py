"""Loading the tasks that are wanted, from wherever they lie; and writing tasks as ARC Prize files."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kagglebatt.errors import TaskError
from kagglebatt.reading import LeftOut, Reading, checked
from kagglebatt.tasks.sources import RawTask, raw_tasks
from kagglebatt.tasks.task import Task, parse_task

CHALLENGES_NAME = "kagglebatt_challenges.json"
SOLUTIONS_NAME = "kagglebatt_solutions.json"


def write_tasks(tasks: Iterable[Task]) -> dict[str, bytes]:
    """Tasks as two files of the ARC Prize's form, by name; ``load_tasks`` reads them back, in the same order.

    Test inputs whose answer is not known have none in the second file.
    """
    tasks = list(tasks)
    challenges = {
        task.id: {
            "train": [{"input": sample.input, "output": sample.answer} for sample in task.demo],
            "test": [{"input": sample.input} for sample in task.test],
        }
        for task in tasks
    }
    solutions = {
        task.id: [sample.answer for sample in task.test]
        for task in tasks
        if all(sample.answer is not None for sample in task.test)
    }
    texts = {CHALLENGES_NAME: challenges, SOLUTIONS_NAME: solutions}
    return {name: json.dumps(content, separators=(",", ":")).encode() for name, content in texts.items()}


def load_tasks(
    dataset: str | Path,
    count: int | None = None,
    ids: str | Sequence[str] = (),
    strict: bool = False,
    answers: bool = True,
) -> Reading[Task]:
    """Read tasks from a named dataset, a folder, or a file.

    Args:
        dataset: a name in ``EMBEDDED``; a folder of ARC task files, or of one ARC Prize set; an ARC Prize
            ``*_challenges.json``, whose ``*_solutions.json`` beside it is read too; a ``.jsonl`` file with a task a
            line; or one task file.
        count: keep the first ``count`` tasks in the dataset's order (a folder's order is by file name).
        ids: keep this task, or these, in this order.
        strict: refuse all when one of them must be left out.
        answers: read the answers of test inputs, where they are known.

    Only the tasks that are kept are checked and built. One that is damaged is left out.

    Raises:
        TaskError: nothing there, an unknown id, no good task is left, or one is not good and ``strict`` is set.
    """
    wanted = _wanted(count, ids)
    found: dict[str, Task] = {}
    left_out: dict[str, LeftOut] = {}
    known: dict[str, RawTask] = {}
    ignored: list[str] = []
    for raw in raw_tasks(str(dataset), answers):
        known[raw.id] = raw
        if not wanted or raw.id in wanted:
            _take(raw, found, left_out)
            ignored += _unused(raw)
        if wanted and (found.keys() | left_out.keys()) >= set(wanted):
            break
        if not wanted and len(found) == count:
            break
    for task_id in wanted:
        if task_id not in known:
            raise TaskError(f"{dataset}: has no task {task_id!r}{_closest(task_id, known)}.")
    kept = [found[task_id] for task_id in wanted if task_id in found] if wanted else found.values()
    reading = Reading(kept, left_out.values(), ignored)
    return checked(reading, strict, lambda fault: TaskError(str(fault)), LeftOut(str(dataset), 0, "holds no tasks."))


def _wanted(count: int | None, ids: str | Sequence[str]) -> tuple[str, ...]:
    if count is not None and (type(count) is not int or count < 1):
        raise TaskError(f"the number of tasks is {count!r}; give a whole number above 0, or None for all.")
    wanted = (ids,) if isinstance(ids, str) else tuple(dict.fromkeys(ids))
    if not all(isinstance(each, str) for each in wanted):
        raise TaskError(f"the tasks' ids are {wanted!r}; give one id, or several.")
    return wanted[:count]


def _take(raw: RawTask, found: dict[str, Task], left_out: dict[str, LeftOut]) -> None:
    """Add a task to those that are found, or to those that are left out."""
    try:
        if raw.fault:
            raise TaskError(raw.fault)
        task = parse_task(raw.id, raw.raw, raw.where)
        if found.setdefault(raw.id, task).digest != task.digest:
            raise TaskError(f"task {raw.id} is there twice, with other grids. The first is used.")
    except TaskError as error:
        reason = str(error).removeprefix(raw.where).lstrip(":, ")
        left_out[raw.id] = LeftOut(raw.where, raw.line, reason)


def _unused(raw: RawTask) -> list[str]:
    if isinstance(raw.raw, Mapping) and raw.raw.get("arc-gen"):
        return ["arc-gen pairs; the pairs of train and test are used"]
    return []


def _closest(task_id: str, known: Mapping[str, RawTask]) -> str:
    """The nearest id, and whatever the task may have been lost with."""
    near = difflib.get_close_matches(task_id, known, 1)
    faults = [f"{raw.where}: {raw.fault}" for raw in known.values() if raw.fault]
    return (f" (closest: {near[0]})" if near else "") + (f"; {faults[0].removesuffix('.')}" if faults else "")
