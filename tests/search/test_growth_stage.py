"""Rules of growth: which are sound, how they are chosen, and what the search makes of them."""

from __future__ import annotations

from random import Random

from kagglebatt.running.limit import Limits
from kagglebatt.search.answers.pieces import Pieces
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.cells.growth import growth, text
from kagglebatt.search.cells.growth_rules import GROUPS, OUTSIDE, Field, Rule, Sight
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.result import Found
from kagglebatt.search.running import compiled, guarded
from kagglebatt.search.search import search
from kagglebatt.solving.verify import verify
from kagglebatt.tasks.task import Task, parse_task

SEEDS = ((0, 0), (3, 4), (7, 2), (5, 5))


def maze(seed: int, start: tuple[int, int]) -> tuple[list[list[int]], list[list[int]]]:
    """Walls of 5 and one cell of 3; in the answer 4 and 3 take turns wherever a way leads from there."""
    rng = Random(seed)
    grid = [[5 if rng.random() < 0.3 else 0 for _ in range(9)] for _ in range(9)]
    grid[start[0]][start[1]] = 3
    answer, ends = [list(row) for row in grid], [start]
    while ends:
        i, j = ends.pop()
        for down, right in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            if 0 <= down < 9 and 0 <= right < 9 and not answer[down][right]:
                answer[down][right] = 7 - answer[i][j]
                ends.append((down, right))
    return grid, answer


def made(*pairs: tuple[list[list[int]], list[list[int]]]) -> Task:
    """A task; the last pair is the test's."""
    samples = [{"input": grid, "output": answer} for grid, answer in pairs]
    return parse_task("made", {"train": samples[:-1], "test": samples[-1:]}, "made")


MAZES = made(*map(maze, range(4), SEEDS))
ALONE = ("recall", "objects", "mined", "stack", "cells", "climb", "roles")
"""Left out, so that nothing but the graph and rules of growth answers."""


def found(task: Task) -> list[Found]:
    """What grows from the inputs alone."""
    problem = Problem.of(task)
    with guarded() as clock:
        return list(growth(problem, Pieces(problem), Meter(Budget()), clock))


def test_what_takes_turns_along_a_maze_is_learned() -> None:
    """From what is beside a cell, in all orientations; the search comes to it by growth alone."""
    result = search(MAZES, Knowledge(), Budget(work=200), without=ALONE)
    best = result.found[0]
    assert (best.stage, best.fitted) == ("growth", 3)
    assert best.answers == (MAZES.test[0].answer,)
    call = compiled(best.program)
    assert [call(sample.input, ()) for sample in MAZES.demo] == [sample.answer for sample in MAZES.demo]
    assert not search(MAZES, Knowledge(), Budget(work=200), without=(*ALONE, "growth")).found


def test_rules_that_foresee_no_other_pair_are_dear() -> None:
    """A line that goes on to another side in each pair has its rule in that pair alone."""
    grids = [[[0] * 5, [0] * 5, [0, 0, 6, 0, 0], [0] * 5, [0] * 5] for _ in range(3)]
    aside = [[list(row) for row in grid] for grid in grids]
    aside[0][2] = [0, 0, 6, 7, 0]
    aside[1][1][2] = aside[2][3][1] = 7
    same = [[*map(list, grid)] for grid in grids]
    for answer in same:
        answer[2] = [0, 0, 6, 7, 7]
    steady = found(made(*zip(grids, same, strict=True)))
    assert steady[0].answers == (tuple(map(tuple, same[2])),)
    assert steady[0].cost < 4
    assert not found(made(*zip(grids, aside, strict=True)))


def test_a_rule_that_says_something_wrong_is_not_sound() -> None:
    """Where the same is seen elsewhere and the answer stays empty, a second sight must tell the two apart."""
    before = ["60000", "05000", "60000"], ["00060", "00000", "00060"], ["60000", "00500", "06000"]
    after = ["67777", "05000", "67777"], ["00067", "00000", "00067"], ["67777", "00500", "06777"]
    rows = [
        ([list(map(int, row)) for row in a], [list(map(int, row)) for row in b])
        for a, b in zip(before, after, strict=True)
    ]
    best = found(made(*rows))[0]
    assert best.answers == (tuple(map(tuple, rows[2][1])),)


def read(text: str) -> list[list[int]]:
    """A grid from rows of digits."""
    return [list(map(int, row)) for row in text.split()]


def test_a_pattern_goes_on_where_something_is_beside_it() -> None:
    """Colours are fetched from afar, and only along a wall: the same pattern elsewhere stays as it is."""
    best = found(
        made(
            (read("55555555 01200000 00000000 01200000"), read("55555555 01212121 00000000 01200000")),
            (read("00000000 00034000 55555555 34000000"), read("00000000 00034000 55555555 34343434")),
            (read("00120000 00000000 55555555 00430000"), read("00120000 00000000 55555555 00434343")),
        )
    )[0]
    assert best.answers == (tuple(map(tuple, read("00120000 00000000 55555555 00434343"))),)


def test_the_most_common_colour_may_be_the_empty_one() -> None:
    """What grows over it grows as it does over nothing."""
    pairs = [("88888 68888 88888", "88888 67777 88888"), ("88888 88888 88688", "88888 88888 88677")]
    best = found(made(*[(read(before), read(after)) for before, after in (*pairs, pairs[0])]))[0]
    assert best.answers == (tuple(map(tuple, read(pairs[0][1]))),)


def test_what_lies_outside_is_told_from_other_samples() -> None:
    """A cell at an edge sees no cell of the sample beside or below."""
    field = Field.of([((1, 2), (0, 3)), ((3, 3, 3),)])
    planes = field.planes([((1, 2), (0, 3)), ((3, 3, 3),)])
    both = field.cells(0) | field.cells(1)
    for offset, inner in (((1, 0), 2), ((0, 1), 4), ((0, -10), 0), ((-10, 10), 0)):
        outside = field.looking(planes[OUTSIDE], offset) & both
        assert outside.bit_count() == 7 - inner


def test_orientations_of_a_rule() -> None:
    """Eight, of which quarter turns are four; each group is closed."""
    rule = Rule(Sight((1, 2), 3, grown=True), Sight((0, 1), 4), 5)
    assert len({rule.turned(turn) for turn in range(8)}) == 8
    for group in GROUPS:
        turned = {rule.turned(turn) for turn in group}
        assert {each.turned(turn) for each in turned for turn in group} == turned


def bouncing(height: int, turned: bool) -> tuple[list[list[int]], list[list[int]]]:
    """A ray that begins with two cells of 8, goes up to a wall of 2 at the right, or left, and comes back."""
    grid = [[0] * 7 + [2] for _ in range(height)]
    answer = [list(row) for row in grid]
    i, j, step = height - 1, 2, 1
    while i >= 0 and j >= 0:
        answer[i][j] = 3
        if i >= height - 2:
            grid[i][j] = answer[i][j] = 8
        if j == 6:
            step = -1
        i, j = i - 1, j + step
    return ([row[::-1] for row in grid], [row[::-1] for row in answer]) if turned else (grid, answer)


def test_a_ray_turns_at_a_wall() -> None:
    """What goes on because of both neighbours explains as much, and never begins; it must not hide what does."""
    pairs = [bouncing(12, False), bouncing(10, True), bouncing(9, False), bouncing(11, True)]
    assert found(made(*pairs))[0].answers == (tuple(map(tuple, pairs[-1][1])),)


def test_many_rules_run_alone_as_in_the_search() -> None:
    """Where functions of functions may not be as deep; the first rule decides."""
    offsets = [(i, j) for i in range(-4, 5) for j in range(-4, 5) if i or j]
    rules = [Rule(Sight(offset, 3, grown=True), None, 1 + number % 2) for number, offset in enumerate(offsets)]
    program = written(text(rules))
    given = compiled(program)(MAZES.test[0].input, ())
    each = [compiled(written(text([rule])))(MAZES.test[0].input, ()) for rule in rules]
    assert given[3][3] == next(grid[3][3] for grid in each if grid[3][3])
    verdict = verify(Found(program, "growth", 0, 3, 1, 1, (given,), 0.0), MAZES, Limits(10.0))
    assert set(verdict.measured.outcomes) == {"value"}
    assert verdict.claimed == verdict.measured
