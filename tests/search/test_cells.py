"""Rules of single cells: literals, conjunctions of them, and what the search makes of them."""

from __future__ import annotations

from random import Random

from kagglebatt.search.answers.painting import Painter
from kagglebatt.search.answers.pieces import Piece
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.cells.literals import Target, covering, described, literals_of
from kagglebatt.search.cells.views import roots, views
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, written
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled, guarded
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task

_rng = Random(3)
INPUTS = tuple([[_rng.choice((0, 0, 1, 2)) for _ in range(10)] for _ in range(10)] for _ in range(4))
ALONE = ("recall", "mined", "stack", "climb")
"""Left out, so that nothing but the graph and rules of single cells answers."""


def corrected(*literals: tuple[str, int, bool], colour: int = 3) -> Task:
    """A task: one colour where all literals hold, an expression's value having a colour, or not."""
    painter = Painter()
    painter.begin(None)
    painter.where([(written(text), value, holds) for text, value, holds in literals], colour)
    call = compiled(painter.program())
    made = [call(tuple(map(tuple, grid)), ()) for grid in INPUTS]
    pairs = [{"input": grid, "output": list(map(list, answer))} for grid, answer in zip(INPUTS, made, strict=True)]
    return parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made")


def solved(task: Task, without: tuple[str, ...] = ALONE) -> bool:
    result = search(task, Knowledge(), Budget(work=3_000), without=without)
    return all(sample.answer in tries for sample, tries in zip(task.test, result.attempts, strict=True))


THREE = (("nudge(I, RIGHT)", 1, True), ("nudge(I, LEFT)", 2, True), ("nudge(I, UP)", 1, False))


def test_three_literals_at_once_are_a_rule() -> None:
    """One of them says not; the graph alone does not come to it."""
    task = corrected(*THREE)
    assert solved(task)
    assert not solved(task, (*ALONE, "cells"))


def test_a_rule_is_a_program_that_gives_what_is_said() -> None:
    """Right on every demo pair, when it is run alone."""
    task = corrected(*THREE)
    result = search(task, Knowledge(), Budget(work=3_000), without=ALONE)
    found = result.found[0]
    assert (found.stage, found.fitted, found.pieces) == ("cells", 3, 2)
    call = compiled(found.program)
    assert [call(sample.input, task.pairs) for sample in task.demo] == [sample.answer for sample in task.demo]


def test_rules_that_foresee_no_other_pair_are_dear() -> None:
    """Cells at random are described by rules that fit; they cost more than a rule that all pairs agree on."""
    rng = Random(8)
    made = [[[3 if rng.random() < 0.1 else v for v in row] for row in grid] for grid in INPUTS]
    pairs = [{"input": grid, "output": answer} for grid, answer in zip(INPUTS, made, strict=True)]
    noise = parse_task("noise", {"train": pairs[:-1], "test": pairs[-1:]}, "made")
    without = (*ALONE, "graph")
    costs = [
        min([each.cost for each in search(task, Knowledge(), Budget(work=3_000), without=without).found], default=99.0)
        for task in (corrected(*THREE), noise)
    ]
    assert costs[0] + 4 < costs[1]


def piece(*cells: int, cost: float = 1.0) -> Piece:
    return Piece(Node((), GRID, cost, 1), bytes(cells))


def test_of_equal_literals_the_cheapest_is_kept() -> None:
    """A piece's colour and another's absence may be the same cells."""
    pieces = [piece(1, 1, 0, 0, cost=2.0), piece(0, 0, 5, 5, cost=1.0)]
    found = literals_of(pieces, 0b1111)
    assert [(each.piece is pieces[1], each.value, each.holds, each.cells) for each in found] == [
        (True, 5, True, 0b1100),
        (True, 0, True, 0b0011),
    ]


def test_cells_are_described_by_conjunctions() -> None:
    """Alone where one literal is enough, else two, else three at once; of several the cheapest first."""
    literals = literals_of([piece(1, 1, 1, 0, 1, 0), piece(1, 1, 0, 1, 0, 0), piece(1, 0, 1, 1, 0, 0)], 0b111111)
    meter = Meter(Budget())
    assert described(Target(0b000111, 0b001000), literals, meter)[0].cells == 0b010111
    assert described(Target(0b000011, 0b011100), literals, meter)[0].cells == 0b000011
    assert described(Target(0b000001, 0b011110), literals, meter)[0].cells == 0b000001
    assert described(Target(0b110000, 0b000001), literals[:1], meter) == []


def test_cells_are_covered_by_several() -> None:
    """Where no single conjunction has all wanted cells."""
    literals = [each for each in literals_of([piece(1, 2, 3, 4), piece(1, 1, 2, 2)], 0b1111) if each.holds]
    meter = Meter(Budget())
    found = covering(Target(0b1001, 0b0110), literals, meter)
    assert sorted(each.cells for each in found) == [0b0001, 0b1000]
    assert covering(Target(0b1001, 0b0001), literals, meter) == ()


def test_every_view_has_the_size_of_its_grid() -> None:
    """All of them are made, of the input and of the input with its most common colour empty."""
    grids = [[[v + 1 for v in row] for row in grid] for grid in INPUTS]
    task = parse_task("made", {"train": [{"input": g, "output": g} for g in grids], "test": []}, "made")
    problem = Problem.of(task)
    both = roots(problem)
    assert [root.values[0][0][0] for root in both] == [grids[0][0][0], 0 if grids[0][0][0] == 1 else grids[0][0][0]]
    with guarded() as clock:
        made = list(views(problem, both, Meter(Budget()), clock))
    assert len(made) > 150
    assert all([len(value) == len(value[0]) == 10 for node in made for value in node.values])
