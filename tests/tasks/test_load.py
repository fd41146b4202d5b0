"""Tasks as they lie about: ARC Prize folders, JSON lines, folders of folders, damaged and doubled ones, odd files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kagglebatt.errors import TaskError
from kagglebatt.tasks.challenges import read_challenges
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.submission_check import read_submission

PAIR = {"input": [[1, 2]], "output": [[2, 1]]}
TASK = {"train": [PAIR], "test": [PAIR]}
OTHER = {"train": [PAIR, PAIR], "test": [PAIR]}


def put(folder: Path, **contents: object) -> Path:
    """Files by name, as JSON unless they are text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text)
    return folder


def test_a_folder_of_one_arc_prize_set_is_that_set(tmp_path: Path) -> None:
    """With its solutions; what else lies there is no task."""
    folder = put(
        tmp_path / "prize",
        arc_challenges={"aa": {"train": [PAIR], "test": [{"input": [[3]]}]}},
        arc_solutions={"aa": [[[4]]]},
        sample_submission={"aa": [{"attempt_1": [[0]]}]},
    )
    reading = load_tasks(folder, strict=True)
    assert [(task.id, task.test[0].answer) for task in reading] == [("aa", ((4,),))]
    put(folder, stray=TASK)
    (fault,) = load_tasks(folder).left_out
    assert str(fault).endswith("stray.json: lies beside arc_challenges.json, and is not part of it.")


def test_a_folder_of_several_sets_names_them(tmp_path: Path) -> None:
    """And one to give instead."""
    folder = put(tmp_path, arc_training_challenges={"aa": TASK}, arc_test_challenges={"bb": TASK})
    with pytest.raises(TaskError, match=r"several sets of tasks: arc_test_challenges\.json, arc_training.*such as"):
        load_tasks(folder)


def test_a_folder_one_level_up_names_its_subfolders(tmp_path: Path) -> None:
    """With how many files each has."""
    put(tmp_path / "data" / "training", a=TASK, b=TASK)
    put(tmp_path / "data" / "evaluation", c=TASK)
    (tmp_path / "data" / "docs").mkdir()
    with pytest.raises(TaskError, match=r"subfolders do: evaluation \(1\), training \(2\)\. Give .*data/evaluation"):
        load_tasks(tmp_path / "data")


def test_json_lines_are_read(tmp_path: Path) -> None:
    """Ids under their usual keys, as the one member, or of file and line; a damaged line is left out."""
    lines = [{"id": "a", **TASK}, {"task_id": "b", **OTHER}, {"c": TASK}, TASK, "{", "", {"e": 5}]
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path = tmp_path / "mine.jsonl"
    path.write_text(text)
    for place in (path, tmp_path):
        reading = load_tasks(place)
        assert [task.id for task in reading] == ["a", "b", "c", "mine-4"]
        assert [(fault.line, fault.reason.split(" (")[0]) for fault in reading.left_out] == [
            (5, "not JSON"),
            (7, 'task e must be an object with lists "train" and "test".'),
        ]


def test_pairs_without_a_task_are_named(tmp_path: Path) -> None:
    """A generator's list is no task, and says how to make one; pairs beside train and test are said to be unused."""
    folder = put(tmp_path, pairs=[PAIR] * 3, task={**TASK, "arc-gen": [PAIR]})
    reading = load_tasks(folder)
    assert [task.id for task in reading] == ["task"]
    assert reading.ignored == ("arc-gen pairs; the pairs of train and test are used",)
    (fault,) = reading.left_out
    assert fault.reason.startswith("is a list of 3 pairs, as generators such as re-arc write it")


BAD = {"torn": "{", "empty": {"train": [], "test": []}, "colours": {"train": [{**PAIR, "input": [[11]]}], "test": []}}


@pytest.mark.parametrize("name", BAD)
def test_one_damaged_task_of_a_folder_is_left_out(tmp_path: Path, name: str) -> None:
    """It is named with its reason; ``strict`` refuses the folder; a task count counts good ones."""
    put(tmp_path, a=TASK, zz=TASK, **{name: BAD[name]})
    reading = load_tasks(tmp_path)
    assert [task.id for task in reading] == ["a", "zz"]
    (fault,) = reading.left_out
    assert fault.source == str(tmp_path / f"{name}.json")
    assert load_tasks(tmp_path, 2) == reading
    assert load_tasks(tmp_path, 1).left_out == ()
    assert load_tasks(tmp_path, ids="zz", strict=True).left_out == ()
    for given in ({"strict": True}, {"ids": name}):
        with pytest.raises(TaskError, match=f"{name}.json"):
            load_tasks(tmp_path, **given)


def test_a_task_that_is_there_twice(tmp_path: Path) -> None:
    """Is one task when it is the same, and otherwise the first, said so."""
    folder = put(tmp_path, a=TASK, b={"a": TASK})
    assert len(load_tasks(folder, strict=True)) == 1
    put(folder, b={"a": OTHER, "c": TASK})
    reading = load_tasks(folder)
    assert [(task.id, len(task.demo)) for task in reading] == [("a", 1), ("c", 1)]
    assert "is there twice" in reading.left_out[0].reason


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """Pipes and devices are left out of a folder, and refused alone."""
    put(tmp_path, a=TASK)
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    reading = load_tasks(tmp_path)
    assert ([task.id for task in reading], len(reading.left_out)) == (["a"], 2)
    for name in ("pipe", "zero"):
        with pytest.raises(TaskError, match="is no regular file"):
            load_tasks(tmp_path / f"{name}.json")


def test_a_long_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its size."""
    monkeypatch.setattr("kagglebatt.tasks.sources.MAX_FILE_BYTES", 10)
    with pytest.raises(TaskError, match="bytes, more than the 10 such a file may have"):
        load_tasks(put(tmp_path, a=TASK))


@pytest.mark.parametrize("count", [-1, 0, "3", 1.5, True])
def test_a_number_of_tasks_is_one(count: object) -> None:
    """Said of the number, and not of the data."""
    with pytest.raises(TaskError, match="the number of tasks is"):
        load_tasks("arc1-training", count)  # type: ignore[arg-type]


def test_one_id_and_paths_are_taken(tmp_path: Path) -> None:
    """As text or path; an id is not a sequence of letters."""
    assert [task.id for task in load_tasks("arc1-training", ids="00d62c1b")] == ["00d62c1b"]
    assert load_tasks(put(tmp_path, a=TASK)) == load_tasks(str(tmp_path))
    with pytest.raises(TaskError, match="ids are"):
        load_tasks("arc1-training", ids=[5])  # type: ignore[list-item]


MEMBER = json.dumps(TASK)
TWICE = f'{{"aa": {MEMBER}, "aa": {json.dumps(OTHER)}, "bb": {MEMBER}}}'


@pytest.mark.parametrize(("name", "answers"), [("all.json", True), ("all.json", False), ("all.jsonl", False)])
def test_a_key_that_stands_twice_hides_no_task(tmp_path: Path, name: str, answers: bool) -> None:
    """JSON takes the last, and says nothing; here the first is used, and the other named."""
    text = TWICE if name == "all.json" else f'{{"aa": {MEMBER}, "aa": {json.dumps(OTHER)}}}\n{{"bb": {MEMBER}}}'
    (tmp_path / name).write_text(text)
    reading = load_tasks(tmp_path / name, answers=answers)
    assert [(task.id, len(task.demo)) for task in reading] == [("aa", 1), ("bb", 1)]
    assert "is there twice, with other grids. The first is used" in str(reading.left_out[0])


@pytest.mark.parametrize(
    "twice", ['"train": [], "train"', '"train": [{"input": [[1]], "input": [[2]], "output": [[1]]}], "more"']
)
@pytest.mark.parametrize("answers", [True, False])
def test_a_task_with_a_part_twice_is_left_out(tmp_path: Path, twice: str, answers: bool) -> None:
    """Nobody knows which was meant; it is counted among what a submission must answer."""
    damaged = f'{{{twice}: [], "test": [{{"input": [[1]]}}, {{"input": [[2]]}}]}}'
    (tmp_path / "my_challenges.json").write_text(f'{{"aa": {damaged}, "bb": {MEMBER}}}')
    reading = load_tasks(tmp_path, answers=answers)
    assert [task.id for task in reading] == ["bb"]
    assert " twice in one object" in str(reading.left_out[0])
    assert read_challenges(tmp_path).tests == {"aa": 2, "bb": 1}


def test_a_task_with_two_solutions_has_none(tmp_path: Path) -> None:
    """As one whose solutions do not fit."""
    put(tmp_path, my_challenges={"aa": TASK, "bb": TASK}, my_solutions='{"aa": [[[1]]], "aa": [[[2]]]}')
    reading = load_tasks(tmp_path)
    assert ([task.id for task in reading], len(reading.left_out)) == (["bb"], 1)


def test_answers_are_no_tasks(tmp_path: Path) -> None:
    """A submission that was left among the tasks is passed over; another one, or solutions, are named once."""
    attempts = [{"attempt_1": [[1]], "attempt_2": [[1]]}]
    put(tmp_path, a=TASK, submission={"a": attempts, "b": attempts})
    assert [task.id for task in load_tasks(tmp_path, strict=True)] == ["a"]
    put(tmp_path, mine={"a": attempts, "b": attempts})
    (fault,) = load_tasks(tmp_path).left_out
    assert "mine.json: holds answers by task" in str(fault)
    assert read_challenges(tmp_path).tests == {"a": 1}
    put(tmp_path / "alone", solutions={"a": [[[1]]], "b": [[[1]]]})
    with pytest.raises(TaskError, match=r"holds answers by task, .* Give the file of their challenges\.$"):
        load_tasks(tmp_path / "alone" / "solutions.json")


@pytest.mark.parametrize("read", [load_tasks, read_challenges])
def test_an_empty_name_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object]
) -> None:
    """It is what an unset variable of a shell gives."""
    put(tmp_path, my_challenges={"aa": TASK})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TaskError, match=r"the name of the tasks is empty\. Give a path"):
        read("")


def test_a_test_pair_needs_no_answer(tmp_path: Path) -> None:
    """So none is asked for when its input is missing."""
    put(tmp_path, a={"train": [PAIR], "test": [{}]})
    with pytest.raises(TaskError, match=r'test pair 0: expected an object with "input"\.'):
        load_tasks(tmp_path)


def test_a_folder_that_cannot_be_read_is_told_as_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the system says of it."""

    def locked(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", locked)
    with pytest.raises(TaskError, match=r": cannot be read \(Permission denied\)\. Check the path\.$"):
        load_tasks(tmp_path)
    monkeypatch.setattr(Path, "is_dir", locked)
    with pytest.raises(TaskError, match=r": cannot be read \(Permission denied\)\. Check the path\.$"):
        read_challenges(tmp_path)


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_is_called_so(tmp_path: Path, text: str) -> None:
    """And not by where a parser of JSON stopped; so is a link that leads to nothing."""
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").symlink_to("nothing")
    with pytest.raises(TaskError, match=r"a\.json: is empty\. Download it again or remove it\.$"):
        load_tasks(tmp_path / "a.json")
    with pytest.raises(TaskError, match=r"b\.json: is a link that leads to nothing\. Give what it should lead to\.$"):
        load_tasks(tmp_path / "b.json")
    assert read_submission(text) == (None, "is empty")
