"""Operators for breeding, moves, and the constants of a task."""

from __future__ import annotations

from random import Random

import pytest

from kagglebatt.programs.library import read_library
from kagglebatt.programs.moves import any_move, chain, mine, moves_of
from kagglebatt.programs.mutate import MAX_STEPS
from kagglebatt.programs.operators import OPERATORS
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program
from kagglebatt.programs.task_constants import NO_CONSTANTS, TaskConstants, constants_of
from kagglebatt.running.run import run_alone
from kagglebatt.tasks.task import Task

SOLVERS = [named.program.canonical for named in read_library() if named.kind == "solve"]
CONSTANTS = TaskConstants(("ZERO", "THREE"), ("TWO",), ("UNITY", "TWO_BY_TWO"))


def children(name: str, text: str, *others: str, constants: TaskConstants = NO_CONSTANTS, draws: int = 200) -> set[str]:
    """Bodies of all that an operator makes of a program in so many draws."""
    made = [
        OPERATORS[name](parse_program(text), [parse_program(other) for other in others], constants, Random(seed))
        for seed in range(draws)
    ]
    return {child.body for child in made if child is not None}


def body(text: str) -> str:
    return parse_program(text).body


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_gives_another_program_the_same_each_time(name: str) -> None:
    """It is canonical, can be read from its text, does not read C, and is not too long."""
    made = 0
    for seed in range(150):
        parent = Random(seed).choice(SOLVERS)
        child, again = (OPERATORS[name](parent, SOLVERS, CONSTANTS, Random(seed)) for _ in range(2))
        assert child == again
        if child is None:
            continue
        made += 1
        assert child != parent
        assert child == Program(child.steps).canonical == parse_program(child.body)
        assert child.addresses == Program(child.steps).addresses
        assert "C" not in child.names
        assert len(child) <= MAX_STEPS
    assert made > 15


def test_what_each_operator_can_make() -> None:
    """Examples of every one that is not a blind mutation."""
    mirrored, halved = "O = hmirror(I)", "O = tophalf(I)"
    both = {body("x1 = hmirror(I); O = tophalf(x1)"), body("x1 = tophalf(I); O = hmirror(x1)")}
    assert children("compose", mirrored, halved) == both
    assert children("tail", mirrored, "x1 = trim(I); O = tophalf(x1)") == {body("x1 = hmirror(I); O = tophalf(x1)")}
    assert children("part", "x1 = trim(I); O = tophalf(x1)") == {body("O = trim(I)"), body(halved)}
    inserted = children("insert", mirrored, draws=4000)  # any of the vocabulary, before or after
    assert body("x1 = trim(I); O = hmirror(x1)") in inserted
    assert body("x1 = hmirror(I); O = trim(x1)") in inserted
    assert children("drop", "x1 = trim(I); x2 = tophalf(x1); O = hmirror(x2)") == {
        body("x1 = tophalf(I); O = hmirror(x1)"),
        body("x1 = trim(I); O = hmirror(x1)"),
        body("x1 = trim(I); O = tophalf(x1)"),
    }
    assert body("O = replace(I, TWO, ONE)") in children("swap", "O = replace(I, ONE, TWO)")
    own = children("task-constant", "O = replace(I, ONE, ONE)", constants=CONSTANTS)
    assert own == {
        body(f"O = replace(I, {one}, {other})")
        for one, other in (("ZERO", "ZERO"), ("THREE", "THREE"), ("TWO", "TWO"), ("ONE", "ZERO"), ("ZERO", "ONE"),
                           ("ONE", "THREE"), ("THREE", "ONE"), ("ONE", "TWO"), ("TWO", "ONE"))
    }  # fmt: skip


def test_moves_applied_one_after_another_are_the_program(tiny_task: Task) -> None:
    """A move reads one grid; the chain of two does what the second does on what the first gives."""
    program = parse_program("x1 = trim(I); x2 = vmirror(x1); x3 = hconcat(x1, x2); O = hmirror(x3)")
    moves = {move.body for move in moves_of(program)}
    assert body("x1 = vmirror(I); x2 = hconcat(I, x1); O = hmirror(x2)") in moves
    assert body("O = hconcat(I, I)") not in moves  # it reads two grids
    first, second = parse_program("O = vmirror(I)"), parse_program("O = hconcat(I, I)")
    halves = [outcome.value for outcome in run_alone(first, tiny_task)]
    joined = [outcome.value for outcome in run_alone(chain(first, second), tiny_task)]
    assert joined == [tuple(row + row for row in grid) for grid in halves]
    drawn = {move.body for seed in range(100) if (move := any_move(program, Random(seed))) is not None}
    assert drawn == moves - {program.body}


def test_moves_of_more_programs_come_first() -> None:
    """Then shorter ones."""
    texts = ("O = trim(I)", "x1 = trim(I); O = hmirror(x1)", "x1 = trim(I); O = vmirror(x1)")
    assert [len(move) for move in mine(map(parse_program, texts))] == [1, 1, 1, 2, 2]
    assert next(iter(mine(map(parse_program, texts)))).body == body("O = trim(I)")


def test_constants_are_those_of_demo_pairs() -> None:
    """Colours, the answers' sizes, how many times larger or smaller they are, and where they stand in the input."""
    grid = ((1, 2, 0), (3, 1, 0), (0, 0, 0))
    found = constants_of([(grid, ((2,),))])
    assert found.colours == ("ZERO", "ONE", "TWO", "THREE")
    assert found.sizes == ("ONE", "THREE")
    assert found.places == ("RIGHT", "UNITY", "THREE_BY_THREE")
    assert constants_of([(grid, None)]) == NO_CONSTANTS
    assert constants_of([(grid, grid)]).places == ("UNITY", "THREE_BY_THREE")
