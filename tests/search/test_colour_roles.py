"""Tasks whose samples have other colours each."""

from __future__ import annotations

from kagglebatt.dsl.extras import colorroles
from kagglebatt.search.budget import Budget
from kagglebatt.search.colour_roles import task_in_roles
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task

PATTERN = ("2222111", "2002130", "2222111", "0000000", "2222033", "2002033")


def task_of(colours: tuple[str, ...]) -> Task:
    """The most common colour of each input becomes 5, and the second one the first."""
    pairs = []
    for number, (first, second, third) in enumerate(colours):
        before, after = str.maketrans("213", first + second + third), str.maketrans("213", "5" + first + third)
        rows = PATTERN[number:] + PATTERN[:number]
        pairs.append({"input": [list(map(int, row.translate(before))) for row in rows],
                      "output": [list(map(int, row.translate(after))) for row in rows]})  # fmt: skip
    return parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made")


TASK = task_of(("213", "348", "681", "972"))


def test_colours_by_roles_and_back() -> None:
    """What is right on the task in roles is right on the task; colours that all samples share keep their numbers."""
    problem = Problem.of(TASK)
    in_roles = task_in_roles(problem)
    assert in_roles is not None
    assert {colour for grid in in_roles.problem.inputs for row in grid for colour in row} == {0, 1, 2, 3}
    assert {colour for grid in in_roles.problem.answers for row in grid for colour in row} == {0, 1, 3, 5}
    program = in_roles.program(written("replace(replace(I,ONE,FIVE),TWO,ONE)"))
    answers = [sample.answer for sample in TASK.samples]
    assert [compiled(program)(grid, ()) for grid in problem.inputs] == answers
    alike = Problem.of(task_of(("213", "213", "213", "213")))
    assert task_in_roles(alike) is None


def test_roles_can_be_turned_back() -> None:
    """Each colour has one of its own, fixed ones their own number, the most common first."""
    roles = dict(colorroles(((7, 7, 0), (4, 7, 0)), frozenset({0})))
    assert sorted(roles.values()) == list(range(10))
    assert (roles[0], roles[7], roles[4]) == (0, 1, 2)
    assert colorroles(((1, 1, 2),), frozenset(range(10))) == frozenset((colour, colour) for colour in range(10))


def test_the_search_goes_by_roles() -> None:
    """Where colours by number say nothing."""
    result = search(TASK, Knowledge(), Budget(work=4_000), without=("objects", "cells"))
    assert (result.found[0].stage, result.attempts[0][0]) == ("roles", TASK.test[0].answer)
    without = search(TASK, Knowledge(), Budget(work=1_000), without=("roles",))
    assert "roles" not in {found.stage for found in without.found}
