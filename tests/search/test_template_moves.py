"""Moves that complete templates: for which tasks there are any, and what the search makes of them."""

from __future__ import annotations

from kagglebatt.search.budget import Budget
from kagglebatt.search.graph.template_moves import template_moves
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import guarded
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task

_OTHERS = ("objects", "mined", "growth", "cells", "stack", "roles", "climb")


def lines(text: str, ground: int) -> list[list[int]]:
    return [[int(cell) or ground for cell in row] for row in text.split()]


def made(*pairs: tuple[str, str, int]) -> Task:
    """A task of pairs with a ground each; the last one is the test's."""
    *demo, test = [{"input": lines(a, ground), "output": lines(b, ground)} for a, b, ground in pairs]
    return parse_task("made", {"train": demo, "test": [test]}, "here")


TASK = made(
    ("4300000 4400000 0000000 0000300 0000000", "4300000 4400000 0000000 0004300 0004400", 0),
    ("0000056 0000065 0000000 0600000 0060000", "0000056 0000065 0000000 0650000 0560000", 9),
    ("0000000 0007200 0007000 0000000 0000220 0000220", "0000000 0007200 0007000 0000000 0077220 0077220", 1),
)
"""Of the template's two colours one is found elsewhere: once, as often as it has it, or larger."""


def test_templates_are_completed() -> None:
    """By one move, whatever the ground; and by no chain of those that there are beside it."""
    result = search(TASK, Knowledge(), Budget(work=600), without=_OTHERS)
    assert result.attempts[0][0] == TASK.test[0].answer
    without = search(TASK, Knowledge(), Budget(work=600), without=(*_OTHERS, "templates"))
    assert TASK.test[0].answer not in without.attempts[0]


def test_templates_come_first() -> None:
    """Where other stages would use up a small budget, what they are for is found all the same."""
    result = search(TASK, Knowledge(), Budget(work=30))
    assert (result.found[0].stage, result.attempts[0][0]) == ("templates", TASK.test[0].answer)


NOISY = made(
    ("01114 04410 01110 00000 00000 00440 00000", "01114 04410 01110 00000 00111 00441 00111", 0),
    ("000141 000141 000111 000040 040000 040000 000000", "000141 000141 000111 000040 141000 141000 111000", 0),
    ("00000000 04400400 00000111 00000441 00000111", "01110000 04410400 01110111 00000441 00000111", 0),
)


def test_a_template_ends_with_its_main_colour() -> None:
    """What touches its box from outside is not a part of it."""
    result = search(NOISY, Knowledge(), Budget(work=30))
    assert result.found[0].stage == "templates"


def test_tasks_without_templates_get_no_move() -> None:
    """They would cost time on each such task."""
    plain = made(("1000 0020", "1000 0030", 0), ("0010 2000", "0010 3000", 0), ("0100 0020", "0100 0030", 0))
    with guarded() as clock:
        assert not list(template_moves(Problem.of(plain), clock))
