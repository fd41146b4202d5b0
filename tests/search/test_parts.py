"""The parts of a search, each on a small task made for it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from random import Random
from types import SimpleNamespace

import pytest

from kagglebatt.dsl.bounds import MAX_MEMBERS, most_members
from kagglebatt.programs.program import Program, extract
from kagglebatt.search import budget, running
from kagglebatt.search.answers.pieces import Pieces
from kagglebatt.search.answers.stacking import Stacker
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.graph.catalogue import catalogue
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, Move, following, written
from kagglebatt.search.knowledge import Knowledge, Known
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task

_rng = Random(5)
INPUTS = tuple([[_rng.choice((0, 0, 0, 1, 2)) for _ in range(6)] for _ in range(5)] for _ in range(4))


def task_by(program: Program, inputs=INPUTS, tests=1) -> Task:
    """A task whose answers a program gives."""
    call = compiled(program)
    pairs = [{"input": grid, "output": call(tuple(map(tuple, grid)), ())} for grid in inputs]
    pairs = [{**pair, "output": [list(row) for row in pair["output"]]} for pair in pairs]
    return parse_task("made", {"train": pairs[:-tests], "test": pairs[-tests:]}, "made")


def solved(task: Task, **options) -> bool:
    result = search(task, Knowledge(), Budget(work=2_500), **options)
    return all(sample.answer in tries for sample, tries in zip(task.test, result.attempts, strict=True))


def test_a_written_expression_is_a_program() -> None:
    """Arguments come before the call that needs them, and equal calls are made once."""
    program = written("overlay(hmirror(I), vmirror(hmirror(I)))")
    assert [step.operation for step in program.steps] == ["hmirror", "vmirror", "overlay"]
    assert following(written("rot90(I)"), written("rot90(I)")).text() == (
        "def solve(S, I, C):\n    x1 = rot90(I)\n    O = rot90(x1)\n    return O\n"
    )


def test_every_written_move_names_what_there_is() -> None:
    """And all of them are different."""
    moves = list(catalogue(Problem.of(task_by(written("hmirror(I)")))))
    assert len({(move.program, move.takes) for move in moves}) > 300
    for move in moves:
        compiled(move.program)


def test_a_chain_of_moves_is_found() -> None:
    """Two moves, one after another; and lists between moves."""
    assert solved(task_by(written("upscale(rot90(I), TWO)")))
    assert solved(task_by(written("core(argmax(layers(I, F, F), filled))")))


def test_colours_are_replaced() -> None:
    """By a mapping that all demo pairs agree with."""
    task = task_by(written("switch(vmirror(I), ONE, TWO)"))
    assert solved(task)
    assert not solved(task, without=("colours", "stack", "cells"))


def test_pieces_are_stacked() -> None:
    """Painted over each other, where no single chain is right; without the stage it is not found."""
    task = task_by(written("overlay(hmirror(keepcolor(I, ONE)), keepcolor(I, TWO))"))
    assert solved(task)
    assert not solved(task, without=("stack", "cells"))


def test_the_same_work_gives_the_same() -> None:
    """Work, not time, decides what a search with a budget in work comes to."""
    task = task_by(written("upscale(rot90(I), TWO)"))
    one, two = (search(task, Knowledge(), Budget(work=1_500)) for _ in range(2))
    assert (one.found, one.attempts, one.nodes, one.work) == (two.found, two.attempts, two.nodes, two.work)


def test_every_program_is_what_it_says() -> None:
    """Found programs give their answers when they are run alone, and are of the vocabulary."""
    task = task_by(written("switch(vmirror(I), ONE, TWO)"))
    for found in search(task, Knowledge(), Budget(work=1_500)).found:
        assert (compiled(found.program)(task.test[0].input, task.pairs),) == found.answers


def test_a_near_program_is_changed() -> None:
    """Until it is right, where it is one constant away."""
    near = Known("near", "other", "", written("replace(hmirror(I), ONE, THREE)"))
    task = task_by(written("replace(hmirror(I), ONE, FOUR)"))
    without = ("graph", "stack", "cells")
    result = search(task, Knowledge((near,)), Budget(work=2_000), without=without)
    assert (result.found[0].stage, result.found[0].fitted) == ("climb", len(task.demo))
    assert result.attempts[0][0] == task.test[0].answer
    assert not solved(task, without=(*without, "climb"))


_PRINTED = """
from kagglebatt import load_tasks
from kagglebatt.programs.library import read_library
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.knowledge import knowledge
from kagglebatt.search.search import search
(task,) = load_tasks("arc1-training", ids=["5582e5ca"])
result = search(task, knowledge(read_library(), without=[task.id]), Budget(work=1500))
print(result.attempts, result.nodes, result.work, [each.program.address for each in result.found])
"""


def test_hash_seeds_change_nothing() -> None:
    """Two processes with other seeds, one answer."""
    said = [
        subprocess.run(
            [sys.executable, "-c", _PRINTED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


def pieces_of(task: Task, *expressions: str) -> Pieces:
    """The input, and what expressions give of it, as pieces."""
    problem = Problem.of(task)
    pieces = Pieces(problem)
    root = Node(problem.inputs, GRID, 0.0, 0)
    pieces.add(root)
    for expression in expressions:
        move = Move(written(expression), GRID, GRID, 1.0)
        values = tuple(compiled(move.program)(grid, ()) for grid in problem.inputs)
        pieces.add(Node(values, GRID, 1.0, 1, root, move))
    return pieces


def test_a_piece_is_copied_to_a_place() -> None:
    """Where another piece has a colour; the program that is written of it is right on every sample."""
    task = task_by(written("paint(I, toobject(ofcolor(I, ONE), canvas(maincolor(tophalf(I)), shape(I))))"))
    pieces = pieces_of(task, "canvas(maincolor(tophalf(I)), shape(I))")
    (size,) = pieces.by_size
    stacker = Stacker(pieces, size, Meter(Budget()))
    (stack,) = stacker.stacks(stacker.demo_cells, (0.0,), (99.0,))
    program = stack.program(0, None)
    assert "toobject" in program.names
    assert [compiled(program)(sample.input, ()) for sample in task.samples] == [s.answer for s in task.samples]


def test_a_stack_is_doubted_whose_pairs_do_not_foresee_each_other() -> None:
    """What is right on all pairs is made again without each of them."""

    def doubt(colours: tuple[str, ...]) -> list[float]:
        inputs = tuple([[int(c) for c in colour], [0, 1]] for colour in colours)
        pairs = [{"input": grid, "output": [[4 + cell if cell > 1 else cell for cell in row] for row in grid]}
                 for grid in inputs]  # fmt: skip
        pieces = pieces_of(parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made"))
        (size,) = pieces.by_size
        stacker = Stacker(pieces, size, Meter(Budget()))
        return [stack.doubt for stack in stacker.stacks(stacker.demo_cells, (0.0,), (99.0,))]

    assert doubt(("22", "20", "02", "22")) == [0.0]
    assert doubt(("22", "33", "20", "22")) == [1 / 3]


def test_work_and_seconds_end_a_search() -> None:
    """Whichever is used up first, in all or by a share."""
    now = [0.0]
    meter = Meter(Budget(seconds=10.0, work=100), lambda: now[0])
    assert not meter.used_up()
    meter.spend(50)
    assert meter.used_up(0.5)
    assert not meter.used_up(0.6)
    now[0] = 6.5
    assert meter.used_up(0.6)
    meter.spend(50)
    assert meter.used_up()


def test_a_search_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """After work that is enough, unless it is told to be patient; work that is given counts alone."""
    monkeypatch.setattr(budget, "ENOUGH", 300)
    rows = [[[_rng.randrange(10) for _ in range(6)] for _ in range(5)] for _ in INPUTS]
    pairs = [{"input": given, "output": answer} for given, answer in zip(INPUTS, rows, strict=True)]
    task = parse_task("random", {"train": pairs[:-1], "test": pairs[-1:]}, "made")
    assert 300 <= search(task, Knowledge(), Budget(1_000.0)).work < 1_000
    assert search(task, Knowledge(), Budget(1_000.0, work=2_000)).work >= 2_000
    meter = Meter(Budget(10.0, patient=True), lambda: 0.0)
    meter.spend(1_000_000)
    assert not meter.used_up()


def test_a_value_is_let_go_once_no_later_step_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that of a program's large values there are never more at once than it takes; what it gives is the same."""
    alive: list[weakref.ref[object]] = []

    class Value:
        def __init__(self, *needed: object) -> None:
            self.held = sum(each() is not None for each in alive)
            alive.append(weakref.ref(self))

    made = SimpleNamespace(fn=Value)
    monkeypatch.setattr(running, "PRIMITIVES", {"identity": made, "pair": made})
    chained = compiled(written("identity(identity(identity(identity(I))))"))
    assert chained((), ()).held == 1
    alive.clear()
    again = compiled(written("pair(identity(identity(I)),pair(identity(identity(I)),identity(I)))"))
    assert again((), ()).held == 2


def test_no_call_of_a_search_makes_a_container_of_hundreds_of_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It leads nowhere, like a call that raises; elsewhere programs are allowed as much as ever."""
    monkeypatch.setattr(running, "MOST_MEMBERS", 50)
    pairs = compiled(written("product(asindices(I),asindices(I))"))
    narrow, wide = ((0,) * 7,), ((0,) * 8,)
    with running.guarded() as clock:
        assert len(running.value_of(pairs, clock, narrow, ())) == 49
        assert running.value_of(pairs, clock, wide, ()) is None
        assert len(pairs(wide, ())) == 64
    assert len(pairs(wide, ())) == 64
    assert most_members() == MAX_MEMBERS


def test_a_search_leaves_no_cycles_behind() -> None:
    """While it runs nothing looks for them, so that what is in one takes memory until the end."""
    task = task_by(written("rot90(upscale(rot180(I),THREE))"))
    written.cache_clear()
    gc.collect()
    gc.disable()
    try:
        search(task, Knowledge(), Budget(work=600), without=("objects", "cells", "growth"))
        assert gc.collect() < 20
    finally:
        gc.enable()


def test_changed_programs_are_freed_without_a_search_for_cycles() -> None:
    """A climb makes tens of thousands of them."""
    program = written("hmirror(vmirror(hmirror(I)))")
    donor = written("rot90(rot90(rot180(I)))")
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            made = Program(program.steps).canonical, following(program, donor), extract(donor.steps, donor.addresses, 1)
            assert [each.canonical is each for each in made] == [True] * 3
        assert gc.collect() < 20
    finally:
        gc.enable()
