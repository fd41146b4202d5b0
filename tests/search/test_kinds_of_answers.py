"""Answers of another size than the inputs: their size, what they are assembled of, and what chooses them."""

from __future__ import annotations

from random import Random

import pytest

from kagglebatt.search.answers.choosing import Chooser
from kagglebatt.search.answers.recolouring import doubt
from kagglebatt.search.budget import Budget
from kagglebatt.search.graph.answer_sizes import number_text, predicted
from kagglebatt.search.graph.catalogue import catalogue
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, LIST, Move, written
from kagglebatt.search.graph.size_moves import size_moves
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled, guarded, value_of
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task


def grids(seed: int, sizes=((3, 4), (4, 4), (5, 3), (3, 5)), colours=(0, 0, 1, 2)) -> list[list[list[int]]]:
    rng = Random(seed)
    return [[[rng.choice(colours) for _ in range(columns)] for _ in range(rows)] for rows, columns in sizes]


def task_by(text: str, inputs) -> Task:
    """A task whose answers an expression gives; the last input is the test's."""
    call = compiled(written(text))
    pairs = [{"input": grid, "output": call(tuple(map(tuple, grid)), ())} for grid in inputs]
    pairs = [{**pair, "output": [list(row) for row in pair["output"]]} for pair in pairs]
    return parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made")


def solved(task: Task, *without: str, work: int = 1_200) -> bool:
    result = search(task, Knowledge(), Budget(work=work), without=(*without, "climb", "objects", "cells"))
    return all(sample.answer in tries for sample, tries in zip(task.test, result.attempts, strict=True))


def sizes_for(text: str, inputs) -> list[tuple[int, int]]:
    """The sizes that the test's answer may have."""
    problem = Problem.of(task_by(text, inputs))
    with guarded() as clock:
        texts = predicted(problem, clock)
        return [value_of(compiled(written(each)), clock, problem.inputs[-1], ()) for each in texts]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("dmirror(I)", (5, 3)),
        ("canvas(TWO,astuple(THREE,multiply(THREE,FIVE)))", (3, 15)),
        ("upscale(I,THREE)", (9, 15)),
        ("canvas(ONE,add(shape(I),TWO_BY_TWO))", (5, 7)),
        ("upscale(I,height(I))", (9, 15)),
    ],
)
def test_the_simplest_rule_for_the_size_is_right(text: str, size: tuple[int, int]) -> None:
    """Sizes of the input, numbers, multiples, sums, products of measures."""
    assert sizes_for(text, grids(1))[0] == size


def test_every_side_has_an_expression() -> None:
    """Though the constants end at ten."""
    values = [compiled(written(f"identity({number_text(number)})"))((), ()) for number in range(1, 31)]
    assert values == list(range(1, 31))


def test_tasks_of_one_size_get_no_moves_for_others() -> None:
    """They would cost time on each such task."""
    with guarded() as clock:
        assert not list(size_moves(Problem.of(task_by("hmirror(I)", grids(2))), clock))
        assert list(size_moves(Problem.of(task_by("hconcat(I,I)", grids(2))), clock))


def test_parts_side_by_side_are_assembled() -> None:
    """Each tile is a node of its own, and some are empty."""
    text = "vconcat(hconcat(rot180(I),canvas(ZERO,shape(I))),hconcat(negative(I),hmirror(I)))"
    assert solved(task_by(text, grids(3)))
    assert not solved(task_by(text, grids(3)), "tiling")


def test_two_parts_of_different_length_are_assembled() -> None:
    """One of them as long as the input."""
    text = "vconcat(negative(I),crop(hmirror(I),ORIGIN,astuple(TWO,width(I))))"
    inputs = grids(4, sizes=((5, 4), (6, 4), (7, 3), (5, 5)))
    assert solved(task_by("hconcat(vmirror(I),lefthalf(I))", grids(5)))
    assert not solved(task_by(text, inputs), "tiling")


def test_a_part_stands_for_a_colour() -> None:
    """And another one elsewhere."""
    text = "overlay(kron(negative(I),hmirror(I)),kron(I,negative(vmirror(I))))"
    task = task_by(text, grids(6, sizes=((3, 3),) * 4, colours=(0, 3)))
    assert solved(task)
    assert not solved(task, "tiling")


def blocks(sizes) -> list[list[int]]:
    """Parts of some (height, width, cells that they lack), one after another."""
    made = [[0] * 30 for _ in range(6)]
    left = 0
    for high, wide, lacking in sizes:
        for i in range(high):
            made[i][left : left + wide] = [3] * wide
        for j in range(lacking):
            made[j % 2][left + 2 * (j // 2) + j % 2] = 0
        left += wide + 1
    return made


def test_what_chooses_a_member_is_found() -> None:
    """A measure that no written move has: the share of its box that a part fills."""
    inputs = [
        blocks([(2, 3, 2), (4, 5, 1), (5, 6, 5), (3, 2, 1)]),
        blocks([(4, 4, 3), (3, 5, 4), (3, 4, 1), (2, 2, 1)]),
        blocks([(2, 6, 4), (6, 6, 1), (2, 2, 1), (5, 5, 2)]),
        blocks([(6, 6, 4), (2, 3, 2), (4, 3, 3), (4, 4, 1)]),
    ]
    task = task_by("argmax(apply(core,layers(I,T,T)),fork(permille,filled,area))", inputs)
    assert solved(task, work=700)
    assert not solved(task, "choosing", work=700)


def test_parts_of_unequal_width_are_no_grid() -> None:
    """What is put together of a list's members is looked at before anything goes on with it."""
    with guarded() as clock:
        moves = list(size_moves(Problem.of(task_by("hconcat(I,I)", grids(2))), clock))
    from_lists = [move for move in moves if (move.takes, move.gives) == (LIST, GRID)]
    assert from_lists
    assert not any(move.trusted for move in from_lists)


def test_where_nothing_is_to_choose_nothing_is_measured() -> None:
    """Lists of one member, and of equal ones, are left to the moves that take the first."""
    problem = Problem.of(task_by("hmirror(I)", grids(2)))
    lists = tuple((answer,) * 3 for answer in (*problem.answers, problem.inputs[-1]))
    with guarded() as clock:
        assert not list(Chooser(problem, clock).of(Node(lists, LIST, 1.0, 1)))


def test_a_part_is_scaled_to_a_piece() -> None:
    """The colours of a small part where a large one is: their sizes differ by a factor."""
    inputs = [[[*row, 0, 0] for row in grid] for grid in grids(7, sizes=((4, 4),) * 4, colours=(0, 3, 3))]
    for number, grid in enumerate(inputs):
        grid[0][4:], grid[1][4:] = [5, 6 + number], [7, 4]
    text = "masked(rescale(crop(I,astuple(ZERO,FOUR),TWO_BY_TWO),astuple(FOUR,FOUR)),crop(I,ORIGIN,astuple(FOUR,FOUR)))"
    assert solved(task_by(text, inputs), work=12_000)
    assert not solved(task_by(text, inputs), "scaling", work=12_000)


@pytest.mark.parametrize(
    "text",
    [
        "tally(partcount(keepcolor(I,TWO)),astuple(TWO,SIX))",
        "wrap(dmirror(I),THREE_BY_THREE,T)",
        "digest(I,TWO_BY_TWO,rbind(colorcount,TWO))",
        "rot180(crop(rot180(I),ORIGIN,THREE_BY_THREE))",
    ],
)
def test_there_are_moves_for_counts_digests_sequences_and_corners(text: str) -> None:
    """Which moves there are depends on the answers' size."""
    problem = Problem.of(task_by(text, grids(8, sizes=((6, 6),) * 5, colours=(0, 0, 0, 0, 2, 5))))

    def right(move: Move) -> bool:
        call = compiled(move.program)
        given = [value_of(call, clock, grid, ()) for grid in problem.inputs]
        return tuple(given[: problem.demos]) == problem.answers

    with guarded() as clock:
        assert any(right(move) for move in size_moves(problem, clock) if move.takes == move.gives == GRID)


def test_what_squares_sides_is_not_tried_on_large_grids() -> None:
    """Its result would be larger than any answer."""
    moves = [move for move in catalogue(Problem.of(task_by("hmirror(I)", grids(2)))) if "kron" in move.program.names]
    assert len(moves) >= 3
    assert all(move.most_side**2 <= 30 for move in moves)


def test_colours_that_the_inputs_tell_are_found() -> None:
    """The answer has its shape from one node, and its colours from roles that differ from pair to pair."""
    colours = ((0, 0, 1, 4, 4), (0, 0, 2, 2, 3), (0, 0, 5, 6, 5), (0, 0, 8, 8, 9))
    inputs = [grids(9 + number, sizes=((4, 5),), colours=each)[0] for number, each in enumerate(colours)]
    text = "fill(fill(rot180(I),maincolor(I),asindices(I)),rarecolor(I),ofcolor(rot180(I),ZERO))"
    assert solved(task_by(text, inputs), "stack")
    assert not solved(task_by(text, inputs), "stack", "recolouring")


def test_a_colour_that_is_replaced_in_one_pair_alone_is_doubted() -> None:
    """Nothing says that it is so in another one."""
    assert doubt([{0: 0, 1: 2}, {0: 0, 1: 2}]) == doubt([{0: 0, 1: 2}]) == 0
    assert 0 < doubt([{0: 0, 1: 2}, {0: 0}]) < doubt([{0: 0, 1: 2}, {0: 0, 3: 2}])
