"""Checking a submission's file against the challenges that it is for, and scoring it where the answers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.errors import OutputError, TaskError
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.regular_file import NotReadableError, read_regular
from kagglebatt.tasks.challenges import Challenges
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.sources import MAX_FILE_BYTES
from kagglebatt.tasks.submission import grid_fault
from kagglebatt.tasks.submission_check import SubmissionScore, faults, read_submission, score


def check_file(path: Path, challenges: Challenges) -> tuple[list[str], Any]:
    """(what is wrong, a line each; the content) of a submission's file.

    Raises:
        OutputError: the file cannot be read.
    """
    try:
        text = read_regular(path, MAX_FILE_BYTES).decode("utf-8")
    except NotReadableError as error:
        raise OutputError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        return [f"is no UTF-8 text ({error.reason} at byte {error.start})"], None
    content, fault = read_submission(text)
    return ([fault] if fault else faults(content, challenges.tests)), content


def score_file(
    content: Mapping[str, Any], challenges: Challenges, solutions: Path | None, notify: Notify = notify_nobody
) -> SubmissionScore | None:
    """Score the content of a submission without faults; None where no answer is known.

    Args:
        solutions: the ARC Prize's file of solutions; without one, what is known of the challenges themselves.
        notify: told how many tasks have no known answers.

    Raises:
        TaskError: the solutions are none of these challenges.
    """
    known = _of_tasks(challenges) if solutions is None else _of_file(solutions, challenges)
    if not known:
        return None
    if left := len(challenges.tests) - len(known):
        notify(f"{left} of {len(challenges.tests)} tasks have no known answers, and are not scored")
    return score(content, known)


def _of_tasks(challenges: Challenges) -> dict[str, list[Grid]]:
    """The answers that come with the tasks, of those of which all are known."""
    answered: dict[str, list[Grid]] = {}
    for task in load_tasks(challenges.source):
        answers = [sample.answer for sample in task.test if sample.answer is not None]
        if task.id in challenges.tests and len(answers) == challenges.tests[task.id] > 0:
            answered[task.id] = answers
    return answered


def _of_file(path: Path, challenges: Challenges) -> dict[str, Sequence[Any]]:
    try:
        found, fault = read_submission(read_regular(path, MAX_FILE_BYTES).decode("utf-8-sig"))
    except NotReadableError as error:
        raise TaskError(f"{path}: {error}") from error
    except UnicodeDecodeError:
        found, fault = None, "is no UTF-8 text"
    if fault:
        raise TaskError(f"{path}: {fault}. Give the file of solutions that belongs to the tasks.")
    if not isinstance(found, Mapping):
        raise TaskError(f"{path}: expected an object of answers by task id. Give the file of solutions.")
    known = {task_id: answers for task_id, answers in found.items() if task_id in challenges.tests}
    if not known:
        raise TaskError(f"{path}: has no solution of these tasks. Give the file that belongs to them.")
    for task_id, answers in known.items():
        if not isinstance(answers, list) or len(answers) != challenges.tests[task_id] or any(map(grid_fault, answers)):
            raise TaskError(f"{path}: task {task_id} does not have a grid for each test input. Download it again.")
    return known
