"""What a solver sees of the pair that it is run on: its input, and never its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from kagglebatt.home.cache import Cache
from kagglebatt.home.recall import reads_pairs, verdict_key
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.execute import prepare
from kagglebatt.running.outcome import Kind
from kagglebatt.running.run import run, run_alone
from kagglebatt.running.score import add_up
from kagglebatt.running.validate import Claim, validate
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task, parse_task

MEMORISER = parse_program("x1 = matcher(first, I); x2 = extract(S, x1); O = last(x2)")
TASKS = load_tasks("arc1-training", 40)


@pytest.mark.parametrize("task", TASKS[:10], ids=lambda task: task.id)
def test_a_memoriser_solves_nothing(task: Task) -> None:
    """In a batt, in a run for a verdict, and alone; the answers of the other pairs are of no use to it."""
    program = deal([(("m",), MEMORISER), (("size",), parse_program("x1 = size(S); O = canvas(ONE, x1)"))])
    with WorkerPool(Settings(backend="sequential"), pytest.fail) as pool:
        rows, _ = run([Unit(prepare(program), task, sample) for sample in task.samples], Batt((), ()), pool)
        scores = add_up([row[0] for row in rows[: len(task.demo)]], [row[0] for row in rows[len(task.demo) :]], ())
        (verdict,), _ = validate([Claim(MEMORISER.body, task, scores)], Batt((), ()), (), pool)
    assert [scores.o_score, verdict.measured.o_score] == [0, 0]
    assert verdict.agrees
    assert {outcome.kind for outcome in run_alone(MEMORISER, task)[: len(task.demo)]} == {Kind.RAISED}


def test_the_pair_that_it_is_run_on_is_left_out() -> None:
    """And each that is the same; all are there on test pairs. Of one pair alone, nothing is left."""
    raw = {"input": [[1]], "output": [[2]]}
    other = {"input": [[3]], "output": [[4]]}
    task = parse_task("0000beef", {"train": [raw, other, raw], "test": [{"input": [[1]], "output": [[2]]}]}, "test")
    assert task.pairs_for(task.demo[0]) == task.pairs_for(task.demo[2]) == ((((3,),), ((4,),)),)
    assert task.pairs_for(task.demo[1]) == (task.pairs[0], task.pairs[2])
    assert task.pairs_for(task.test[0]) == task.pairs
    only = parse_task("0000beef", {"train": [raw], "test": []}, "test")
    assert only.pairs_for(only.demo[0]) == ()


def test_differs_see_every_pair(tiny_task: Task) -> None:
    """They compare with the answer, and judge no program of their own."""
    differs = deal([(("d",), parse_program("x1 = size(S); x2 = likeness(I, C); O = multiply(x1, x2)", differ=True))])
    plan = prepare(deal([((), parse_program("O = canvas(NINE, UNITY)"))]))
    with WorkerPool(Settings(backend="sequential"), pytest.fail) as pool:
        ((score,),), _ = run([Unit(plan, tiny_task, tiny_task.demo[1])], differs, pool)
    assert score.gains == (-2 * 333,)  # the input agrees in one of three cells, and there are two pairs


def test_verdicts_of_programs_that_read_pairs_have_keys_of_their_own(tmp_path: Path, tiny_task: Task) -> None:
    """What was remembered while the pair was among them is a miss; other programs keep their keys."""
    cache = Cache(tmp_path)
    plain = parse_program("x1 = size(I); O = canvas(x1, UNITY)").body
    assert (reads_pairs(plain), reads_pairs(MEMORISER.body)) == (False, True)
    assert len(verdict_key(plain, tiny_task, cache).split()) == 4
    assert verdict_key(MEMORISER.body, tiny_task, cache).split()[4:] == ["2"]
    cache.close()
    for text in ("O = first(S)", "x1 = astuple(S, I); O = first(x1)", "x1 = astuple(I, S); O = first(x1)",
                 "x1 = mapply(last, S); O = first(x1)"):  # fmt: skip
        assert reads_pairs(parse_program(text).body)
