"""kb.solve: answers that show themselves, made without any test answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kagglebatt as kb
from kagglebatt.tasks.task import Task


def test_an_answer_shows_its_attempts_and_its_program(tiny_task: Task) -> None:
    """Right or wrong is said afterwards; a poisoned answer changes nothing but that."""
    answer = kb.solve(tiny_task, work=300, jobs=1, progress=False)
    assert (answer.fits, answer.attempts[0][0]) == (True, ((8, 7),))
    assert repr(answer).startswith("<answer to 0000beef: 2 of 2 demo pairs, by ")
    page = answer._repr_html_()
    assert "attempt 1, right" in page
    assert "vmirror" in page
    (test,) = tiny_task.test
    poisoned = replace(tiny_task, test=(replace(test, answer=((1, 1),)),))
    (other,) = kb.solve([poisoned], work=300, jobs=1, progress=False)
    assert (other.attempts, other.program) == (answer.attempts, answer.program)
    assert "attempt 1, wrong" in other._repr_html_()


def test_a_name_is_no_task() -> None:
    """Nor is its first letter."""
    with pytest.raises(kb.KagglebattError, match=r"'arc1-training' is no task\. Read tasks with load_tasks"):
        kb.solve("arc1-training")  # type: ignore[call-overload]
