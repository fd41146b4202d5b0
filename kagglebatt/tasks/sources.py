"""Where tasks lie: a named dataset, a folder, one task's file, an ARC Prize file, or a file of JSON lines.

Each gives raw tasks one by one, as they are asked for; what cannot be read is one of them, with the reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kagglebatt.errors import TaskError
from kagglebatt.regular_file import NotReadableError, read_regular
from kagglebatt.tasks.embedded import EMBEDDED, embedded_tasks

MAX_FILE_BYTES = 100_000_000
"""A longer file is refused unread; all tasks of ARC-AGI-1 take 4 MB."""

_SUFFIXES = (".json", ".jsonl")
_NO_TASKS = (
    "sample_submission.json",
    "submission.json",
    "dataset-metadata.json",
    "kernel-metadata.json",
    "index.json",
    "result.json",
)
"""Files that lie beside tasks and hold none."""
_IDS = ("id", "task_id", "name")
"""Keys under which a line has its task's id."""


@dataclass(frozen=True, slots=True)
class RawTask:
    """A task as it was found.

    Attributes:
        where: the file.
        line: 1-based line in it, where each has one of its own; otherwise 0.
        fault: why it cannot be a task, as a sentence; then ``raw`` is no task either, or not one that is believed.
    """

    id: str
    where: str
    raw: Any = None
    line: int = 0
    fault: str = ""


def raw_tasks(dataset: str, answers: bool = True) -> Iterator[RawTask]:
    """The tasks of a dataset in its order; a folder's order is by file name.

    Args:
        answers: without them no answer of a test input is read, nor a file of solutions opened.

    Raises:
        TaskError: there is no such dataset, or it is not clear which of several is meant.
    """
    with reading(dataset):
        yield from _raw_tasks(dataset, answers)


@contextmanager
def reading(place: object) -> Iterator[None]:
    """Turn what the system says against reading a place into a message about it.

    Raises:
        TaskError: it cannot be read.
    """
    try:
        yield
    except OSError as error:
        raise TaskError(f"{place}: cannot be read ({error.strerror}). Check the path.") from error


def _raw_tasks(dataset: str, answers: bool) -> Iterator[RawTask]:
    path = Path(dataset)
    if not dataset:  # as a path this would be the working folder
        raise TaskError(f"the name of the tasks is empty. Give a path, or one of {', '.join(EMBEDDED)}.")
    if dataset in EMBEDDED:
        found: Iterator[RawTask] = (RawTask(task_id, dataset, raw) for task_id, raw in embedded_tasks(dataset))
    elif path.is_dir():
        found = _of_folder(path, answers)
    elif path.exists():
        found = _of_file(path, answers)
    elif path.is_symlink():
        raise TaskError(f"{dataset}: is a link that leads to nothing. Give what it should lead to.")
    else:
        raise TaskError(f"{dataset}: neither a file or folder nor one of {', '.join(EMBEDDED)}. Check the spelling.")
    checked = map(_told_of_twice, found)
    yield from checked if answers else (replace(raw, raw=_without_answers(raw.raw)) for raw in checked)


def _without_answers(raw: Any) -> Any:
    """A raw task whose test pairs have inputs alone; what is none stays as it is, and is refused later."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("test"), list):
        return raw
    tests = [
        {"input": test["input"]} if isinstance(test, Mapping) and "input" in test else test for test in raw["test"]
    ]
    return {**raw, "test": tests}


def _of_folder(folder: Path, answers: bool) -> Iterator[RawTask]:
    files = _files(folder)
    if not files:
        raise TaskError(f"{folder}: {_instead(folder)}")
    sets = [file for file in files if "challenges" in file.stem]
    if len(sets) > 1:
        names = ", ".join(file.name for file in sets)
        raise TaskError(f"{folder}: holds several sets of tasks: {names}. Give one of them, such as {sets[0]}.")
    for file in files:
        if not sets or file in sets:
            yield from _of_file(file, answers)
        elif "solutions" not in file.stem:
            yield RawTask(file.stem, str(file), fault=f"lies beside {sets[0].name}, and is not part of it.")


def _files(folder: Path) -> list[Path]:
    found = (file for file in folder.glob("*.json*") if file.suffix in _SUFFIXES and file.name not in _NO_TASKS)
    return sorted(file for file in found if not file.is_dir())


def _instead(folder: Path) -> str:
    """What to give instead of a folder without tasks."""
    below = {each: len(_files(each)) for each in sorted(folder.iterdir()) if each.is_dir()}
    named = [f"{each.name} ({count:,})" for each, count in below.items() if count]
    if not named:
        return "holds no .json files. Give a folder of ARC tasks."
    first = next(each for each, count in below.items() if count)
    return f"holds no .json files; its subfolders do: {', '.join(named[:10])}. Give one of them, such as {first}."


def _of_file(path: Path, answers: bool) -> Iterator[RawTask]:
    try:
        text = read_regular(path, MAX_FILE_BYTES).decode("utf-8-sig")
        if path.suffix == ".jsonl":
            yield from _of_lines(path, text)
            return
        raw = _decoded(text)
    except (NotReadableError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, NotReadableError) else f"not a JSON file ({error}). Remove it."
        yield RawTask(path.stem, str(path), fault=reason)
        return
    except _NotJSONError as error:
        yield RawTask(path.stem, str(path), fault=str(error))
        return
    if isinstance(raw, list) and raw and all(isinstance(pair, Mapping) and "input" in pair for pair in raw):
        yield RawTask(path.stem, str(path), fault=_list_of_pairs(len(raw)))
    elif not isinstance(raw, dict) or not raw:
        yield RawTask(path.stem, str(path), fault="expected a JSON object of tasks by id, or one task. Check the file.")
    elif any(isinstance(raw.get(part), list) for part in ("train", "test")):
        yield RawTask(path.stem, str(path), raw)
    elif all(isinstance(each, list) for each in raw.values()):
        reason = (
            "holds answers by task, as a submission or a file of solutions does. Give the file of their challenges."
        )
        yield RawTask(path.stem, str(path), fault=reason)
    elif answers:
        yield from _with_solutions(raw, path)
    else:
        yield from (RawTask(task_id, str(path), task) for task_id, task in _members(raw))


class _NotJSONError(Exception):
    """Text is no JSON; its own text says so."""


class _Doubled(dict[str, Any]):
    """A JSON object that has keys more than once, ``twice``; ``members`` are all that it has, in order."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        self.members = members
        self.twice = [key for key, count in Counter(key for key, _ in members).items() if count > 1]


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    return made if len(made) == len(members) else _Doubled(members)


def _members(raw: dict[str, Any]) -> list[tuple[str, Any]]:
    """All members of a JSON object; a key that stands twice is there twice."""
    return raw.members if isinstance(raw, _Doubled) else list(raw.items())


def _told_of_twice(raw: RawTask) -> RawTask:
    """The same, with a fault where the task, or a pair of it, has a key twice: one of the two would be lost."""
    parts = raw.raw.values() if isinstance(raw.raw, Mapping) else ()
    pairs = (each for part in parts if isinstance(part, list) for each in part)
    for each in (raw.raw, *pairs):
        if isinstance(each, _Doubled):
            return replace(raw, fault=f"task {raw.id} has {each.twice[0]!r} twice in one object.")
    return raw


def _decoded(text: str) -> Any:
    if not text.strip():
        raise _NotJSONError("is empty. Download it again or remove it.")
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        problem = str(error).partition(";")[0]
        raise _NotJSONError(f"not a JSON file ({problem}). Download it again or remove it.") from error


def _list_of_pairs(count: int) -> str:
    return (
        f"is a list of {count:,} pairs, as generators such as re-arc write it, and not a task. Make one of it: "
        'an object with these pairs, or some of them, as "train" and others as "test".'
    )


def _of_lines(path: Path, text: str) -> Iterator[RawTask]:
    """One task a line: with its id in it, or as the one member of an object."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        own = f"{path.stem}-{number}"
        try:
            raw = _decoded(line)
        except _NotJSONError as error:
            yield RawTask(own, str(path), line=number, fault=str(error).replace("a JSON file", "JSON"))
            continue
        if isinstance(raw, dict) and "train" not in raw and len(raw) == 1:
            yield from (RawTask(own, str(path), task, number) for own, task in _members(raw))
            continue
        if isinstance(raw, dict):
            own = next((raw[key] for key in _IDS if isinstance(raw.get(key), str)), own)
        yield RawTask(own, str(path), raw, number)


def _with_solutions(challenges: dict[str, Any], path: Path) -> Iterator[RawTask]:
    solutions_path = path.with_name(path.name.replace("challenges", "solutions"))
    solutions: Any = {}
    if solutions_path != path and solutions_path.exists():
        try:
            solutions = _decoded(read_regular(solutions_path, MAX_FILE_BYTES).decode("utf-8-sig"))
        except (NotReadableError, UnicodeDecodeError, _NotJSONError) as error:
            raise TaskError(f"{solutions_path}: {error}") from error
    twice = solutions.twice if isinstance(solutions, _Doubled) else []
    for task_id, task in _members(challenges):
        answers = solutions.get(task_id, []) if isinstance(solutions, Mapping) and task_id not in twice else None
        tests = task.get("test") if isinstance(task, Mapping) else None
        if answers == []:
            yield RawTask(task_id, str(path), task)
        elif not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
            reason = f'task {task_id} must have a list "test" of objects with "input".'
            yield RawTask(task_id, str(path), fault=reason)
        elif not isinstance(answers, list) or len(answers) != len(tests):
            reason = f"task {task_id} does not have one solution for each test input of {path.name}."
            yield RawTask(task_id, str(solutions_path), fault=reason)
        else:
            filled = [{**test, "output": answer} for test, answer in zip(tests, answers, strict=True)]
            yield RawTask(task_id, str(path), {**task, "test": filled})
