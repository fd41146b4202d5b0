"""Submissions as values: complete from the first moment, checked to the letter, scored as Kaggle does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.errors import TaskError
from kagglebatt.tasks.challenges import as_challenges, chosen_set, read_challenges
from kagglebatt.tasks.submission import Submission
from kagglebatt.tasks.submission_check import faults, read_submission, score
from kagglebatt.tasks.task import Task

RAW = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}, {"input": [[4, 5]]}]}


def write(place: Path, content: object) -> Path:
    place.write_text(json.dumps(content))
    return place


def test_a_submission_is_complete_before_anything_is_known(tmp_path: Path) -> None:
    """Every test input of every task, also of one that is damaged; no attempt is an empty list."""
    damaged = {"train": [], "test": [{"input": [[1]]}, {"input": "?"}]}
    challenges = read_challenges(write(tmp_path / "challenges.json", {"aa": RAW, "bb": damaged, "cc": 7}))
    assert (dict(challenges.tests), [task.id for task in challenges.tasks]) == ({"aa": 2, "bb": 2, "cc": 1}, ["aa"])
    content = json.loads(Submission(challenges).text())
    assert faults(content, challenges.tests) == []
    assert content["aa"][1] == {"attempt_1": [[4, 5]], "attempt_2": [[4, 5]]}


def test_answers_take_the_place_of_the_fallback(tmp_path: Path) -> None:
    """A single attempt stands twice; what is no answer is passed over; the same answers change nothing."""
    submission = Submission(read_challenges(write(tmp_path / "challenges.json", {"aa": RAW})))
    huge = ((0,) * 31,)
    assert submission.improve("aa", [[((9,),), ((8,),)], [huge, ((7,),)]])
    assert not submission.improve("aa", [[((9,),), ((8,),)], [((7,),)]])
    assert json.loads(submission.text())["aa"] == [
        {"attempt_1": [[9]], "attempt_2": [[8]]},
        {"attempt_1": [[7]], "attempt_2": [[7]]},
    ]


def test_no_test_answer_is_read(tmp_path: Path) -> None:
    """Neither of a task's own file, nor of the solutions beside it: even broken ones have no say."""
    poisoned = {**RAW, "test": [{"input": [[3]], "output": "poison"}, {"input": [[4, 5]], "output": [[9]]}]}
    place = write(tmp_path / "set_challenges.json", {"aa": poisoned})
    (tmp_path / "set_solutions.json").write_text("no JSON")
    clean = read_challenges(write(tmp_path / "clean.json", {"aa": RAW})).tasks
    assert [task.digest for task in read_challenges(place).tasks] == [task.digest for task in clean]
    assert all(sample.answer is None for task in read_challenges(place).tasks for sample in task.test)


def test_tasks_at_hand_lose_their_test_answers(tiny_task: Task) -> None:
    """Before anything is made of them."""
    (task,) = as_challenges([tiny_task]).tasks
    assert (task.demo, [sample.answer for sample in task.test]) == (tiny_task.demo, [None])


def test_of_several_sets_the_one_that_is_scored_is_taken(tmp_path: Path) -> None:
    """As Kaggle mounts them: test before evaluation before training; it is said, and others are asked for."""
    assert chosen_set(tmp_path) == str(tmp_path)
    told: list[str] = []
    for name, taken in (("training", "training"), ("evaluation", "evaluation"), ("test", "test")):
        write(tmp_path / f"arc-agi_{name}_challenges.json", {"aa": RAW})
        write(tmp_path / f"arc-agi_{name}_solutions.json", {"aa": [[[1]], [[1]]]})
        assert chosen_set(tmp_path, told.append) == str(tmp_path / f"arc-agi_{taken}_challenges.json")
    assert ("arc-agi_test_challenges.json is taken" in told[-1], len(told)) == (True, 2)
    write(tmp_path / "b_challenges.json", {"aa": RAW})
    write(tmp_path / "a_challenges.json", {"aa": RAW})
    for name in ("training", "evaluation", "test"):
        (tmp_path / f"arc-agi_{name}_challenges.json").unlink()
    with pytest.raises(TaskError, match=r"several sets of tasks: a_challenges\.json, b_challenges\.json"):
        chosen_set(tmp_path)


GOOD: dict[str, Any] = {
    "aa": [{"attempt_1": [[1]], "attempt_2": [[2, 3]]}],
    "bb": [{"attempt_1": [[1]], "attempt_2": [[0]]}],
}
TESTS = {"aa": 1, "bb": 1}


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("aa",), None, "task aa: is null, not a list"),
        (("aa",), [], "task aa: has 0 of 1 test inputs"),
        (("aa", 0), [[1]], "task aa, test 1: is a list, not an object"),
        (("aa", 0, "attempt_2"), [], "task aa, test 1, attempt_2: is an empty list"),
        (("aa", 0, "attempt_2"), 5, "task aa, test 1, attempt_2: is no list of rows"),
        (("aa", 0, "attempt_1"), [[1], []], "task aa, test 1, attempt_1: has a row that is empty"),
        (("aa", 0, "attempt_1"), [[1], [1, 2]], "task aa, test 1, attempt_1: has rows of different lengths"),
        (("aa", 0, "attempt_1"), [[10]], "task aa, test 1, attempt_1: has cells that are no whole number"),
        (("aa", 0, "attempt_1"), [[True]], "task aa, test 1, attempt_1: has cells that are no whole number"),
        (("aa", 0, "attempt_1"), [[1]] * 31, "task aa, test 1, attempt_1: is 31 x 1, larger than 30 x 30"),
        (("aa", 0, "attempt_3"), [[1]], "task aa, test 1: has more than two attempts: attempt_3"),
        (("cc",), [], "task cc: is none of the challenges"),
    ],
)
def test_each_fault_is_named_with_its_place(place: tuple[Any, ...], value: Any, fault: str) -> None:
    """And a good submission has none."""
    assert faults(GOOD, TESTS) == []
    content = copy.deepcopy(GOOD)
    inner: Any = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    (found,) = faults(content, TESTS)
    assert found.startswith(fault)


def test_what_is_missing_or_twice_is_a_fault() -> None:
    """A task, an attempt, and a key that JSON would silently lose."""
    assert faults({"aa": [{"attempt_1": [[1]]}]}, TESTS) == [
        "task bb: is missing",
        "task aa, test 1, attempt_2: is missing",
    ]
    assert read_submission('{"aa": [], "aa": []}')[1] == "has 'aa' twice; one of the two would be lost"
    assert read_submission("{")[1].startswith("is no JSON")
    assert faults([], TESTS) == ["is a list, not an object of tasks by id"]


def test_a_task_counts_when_every_test_input_has_a_right_attempt() -> None:
    """Kaggle's own score counts test inputs."""
    one, two = {"attempt_1": [[1]], "attempt_2": [[2]]}, {"attempt_1": [[5]], "attempt_2": [[1]]}
    found = score({"aa": [one, two], "bb": [one]}, {"aa": [[[1]], [[1]]], "bb": [[[3]]]})
    assert (found.tasks, found.solved, found.first, found.tests, found.right) == (2, 1, 0, 3, 2)
    assert found.share == 2 / 3


def test_an_input_that_is_no_answer_is_none(tmp_path: Path) -> None:
    """A test input may be larger than any answer; a submission is valid all the same."""
    pair = {"input": [[1]], "output": [[2]]}
    large = [{"input": [[1] * 31]}, {"input": [[1]] * 31}, {"input": [[3]]}]
    place = tmp_path / "challenges.json"
    place.write_text(json.dumps({"aa": {"train": [pair], "test": large}}))
    challenges = read_challenges(place)
    content = json.loads(Submission(challenges).text())
    assert faults(content, challenges.tests) == []
    assert content["aa"][2]["attempt_1"] == [[3]]
