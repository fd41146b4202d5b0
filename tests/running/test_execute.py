"""Execution: limits, faults, scores, runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.execute import execute, prepare
from kagglebatt.running.limit import Limits, timer
from kagglebatt.running.outcome import Kind, is_grid
from kagglebatt.running.run import run
from kagglebatt.running.score import add_up, s_scores, similarity
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

ENDLESS = (
    "x1 = multiply(TEN, TEN); x2 = multiply(x1, x1); x3 = multiply(x2, x2); x4 = multiply(x3, x3); "
    "x5 = power(identity, x4); x6 = x5(I); "
)
GOOD = "O = vmirror(I)"


def batt_of(*texts: str, differ: bool = False) -> Batt:
    return deal(((f"p{n}",), parse_program(text, differ=differ)) for n, text in enumerate(texts))


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[WorkerPool]:
    """This process, with a second for each candidate."""
    with WorkerPool(Settings(offspring=0, home=tmp_path, backend="sequential"), pytest.fail) as made:
        yield made


def kinds(*texts: str, limit: float = 0.3) -> list[str]:
    outcomes = execute(prepare(batt_of(*texts)), ((), ((1, 2), (3, 4)), None), limit)
    return [f"{outcome.kind.value} {outcome.fault}".strip() for outcome in outcomes]


def test_each_fault_is_told_apart() -> None:
    """And the good ones around them are not touched."""
    assert kinds(
        GOOD,
        ENDLESS + "O = rot180(x6)",
        "O = canvas(ONE, I)",
        "x1 = multiply(TEN, TEN); x2 = multiply(x1, x1); x3 = astuple(x2, x2); O = canvas(ONE, x3)",
        "x1 = first(I); x2 = first(x1); x3 = decrement(x2); O = divide(ONE, x3)",
        "x1 = initset(I); O = other(x1, I)",
        "O = hmirror(I)",
    ) == [
        "value",
        "timed out",
        "raised TypeError",
        "too large",
        "raised ZeroDivisionError",
        "raised IndexError",
        "value",
    ]


@pytest.mark.parametrize("nest", ["initset", "x5"], ids=["sets", "tuples"])
@pytest.mark.parametrize(("more", "end"), [("NEG_TWO", "value"), ("ZERO", "value"), ("ONE", "deep"), ("x1", "deep")])
def test_values_may_be_nested_to_one_depth(nest: str, more: str, end: str) -> None:
    """200 under every version of Python, whatever compares, hashes or orders the value."""
    nested = (
        f"x1 = multiply(TEN, TEN); x2 = add(x1, x1); x3 = add(x2, {more}); x4 = add(x3, NEG_ONE); "
        f"x5 = rbind(astuple, ONE); x6 = power({nest}, x4); x7 = x6(ONE); x8 = x6(TWO); "
    )
    uses = (
        "x9 = initset(x7); x10 = initset(x8); O = equality(x9, x10)",
        "x9 = repeat(x7, ONE); O = dedupe(x9)",
        "x9 = initset(x7); O = first(x9)",
        "x9 = initset(x7); O = contained(x8, x9)",
    )
    assert {kinds(nested + use, limit=30.0)[0] for use in uses} == {end.replace("deep", "raised RecursionError")}


def test_a_hang_that_is_shared_costs_its_limit_once() -> None:
    """The second candidate with the same endless step is not run into it again."""
    outcomes = execute(
        prepare(batt_of(ENDLESS + "O = rot180(x6)", ENDLESS + "x7 = x6(I); O = rot90(x7)")), ((), ((1,),), None), 0.2
    )
    assert [outcome.kind for outcome in outcomes] == [Kind.TIMED_OUT, Kind.TIMED_OUT]
    assert sum(outcome.seconds for outcome in outcomes) == pytest.approx(0.4)


def test_no_timer_is_left_behind() -> None:
    """Outside the main thread there is no limit, and no error."""
    results: list[object] = []

    def work() -> None:
        with timer(Limits(0.001)) as clock:
            clock.set(0.000001)
            results.append(sum(range(1000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results == [499500]


def test_what_counts_as_an_answer() -> None:
    """Rectangular, non-empty, ints 0 to 9."""
    assert is_grid(((0, 9),))
    for value in (
        (),
        ((),),
        ((1,), (1, 2)),
        ((10,),),
        ((-1,),),
        ((True,),),
        ([1],),
        None,
        3,
        frozenset(),
        ((1,) * 101,) * 100,
    ):
        assert not is_grid(value)


def test_scores_of_a_right_a_wrong_and_a_failing_candidate(tiny_task: Task, pool: WorkerPool) -> None:
    """o, d and s by hand: the differ counts agreeing cells per thousand."""
    batt = batt_of(GOOD, "O = identity(I)", "x1 = first(I); O = first(x1)", "O = canvas(I, I)")
    differs = batt_of("O = likeness(I, C)", "O = canvas(I, C)", differ=True)
    units = [Unit(prepare(batt), tiny_task, sample) for sample in tiny_task.samples]
    marks, _ = run(units, differs, pool)
    columns = list(zip(*marks, strict=True))
    scores = [add_up(column[:2], column[2:], ["a", "b"]) for column in columns]
    assert [(s.o_score, s.demos, s.test_score, s.tests) for s in scores] == [
        (2, 2, 1, 1),
        (0, 2, 0, 1),
        (0, 2, 0, 1),
        (0, 2, 0, 1),
    ]
    # Inputs agree with answers in 0 of 4 and in 1 of 3 cells: 1000 - 0 and 1000 - 333 are gained.
    assert [s.d_scores for s in scores] == [{"a": 1667, "b": 0}, {"a": 0, "b": 0}, {"a": 0, "b": 0}, {"a": 0, "b": 0}]
    assert s_scores(scores, ["a", "b"]) == {"a": 1667, "b": 0}
    assert [s.similarity for s in scores] == [1000, 166, 0, 0]
    assert [s.outcomes[0] for s in scores] == ["value", "value", "not a grid", "raised TypeError"]


def test_processor_time_is_that_of_the_work(tiny_task: Task, pool: WorkerPool) -> None:
    """Measured over milliseconds: a machine that is itself a guest may count less at first."""
    texts = [f"x1 = upscale(I, {side}); x2 = asobject(x1); x3 = product(x2, x2); x4 = size(x3); O = astuple(x4, x4)"
             for side in ("THREE", "FOUR", "FIVE", "SIX")]  # fmt: skip
    units = [Unit(prepare(batt_of(*texts)), tiny_task, sample) for sample in tiny_task.samples]
    _, timing = run(units, batt_of("O = likeness(I, C)", differ=True), pool)
    assert timing.cpu > 0.002


def test_similarity_needs_one_shape() -> None:
    """Another shape is not similar at all."""
    assert (similarity(((1, 2),), ((1, 3),)), similarity(((1,),), ((1, 3),))) == (500, 0)


def test_a_poisoned_test_answer_changes_no_output(tiny_task: Task, pool: WorkerPool) -> None:
    """Test answers reach nothing but the comparison: with any other answer only ``right`` changes."""
    poisoned = replace(tiny_task, test=tuple(replace(sample, answer=((6, 6, 6),)) for sample in tiny_task.test))
    batt, differs = batt_of(GOOD, "x1 = last(S); O = first(x1)"), batt_of("O = likeness(I, C)", differ=True)
    told = []
    for task in (tiny_task, poisoned):
        marks, _ = run([Unit(prepare(batt), task, sample) for sample in task.samples], differs, pool)
        told.append([(m.kind, m.fault, m.gains) for row in marks for m in row])
        assert marks[2][0].right is (task is tiny_task)
    assert told[0] == told[1]


def test_a_hidden_demo_answer_is_not_an_input(tiny_task: Task, pool: WorkerPool) -> None:
    """A solver sees the demo answers in S alone; the sample that it is run on carries none to it."""
    sample = replace(tiny_task.demo[0], answer=((9,),))
    batt, nothing = batt_of(GOOD), Batt((), ())
    (before,), _ = run([Unit(prepare(batt), tiny_task, tiny_task.demo[0])], nothing, pool)
    (after,), _ = run([Unit(prepare(batt), tiny_task, sample)], nothing, pool)
    assert (before[0].kind, before[0].right, after[0].kind, after[0].right) == (Kind.VALUE, True, Kind.VALUE, False)


@pytest.mark.parametrize(("backend", "jobs"), [("threading", 1), ("threading", 3), ("loky", 2)])
def test_every_crew_gives_the_same(
    backend: str, jobs: int, tiny_task: Task, pool: WorkerPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers change nothing but the time."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    batt, differs = batt_of(GOOD, "O = rot90(I)"), batt_of("O = likeness(I, C)", differ=True)
    units = [Unit(prepare(batt), tiny_task, sample) for sample in tiny_task.samples] * 5
    with WorkerPool(Settings(offspring=0, home=tmp_path, backend=backend, jobs=jobs), pytest.fail) as other:
        told = [
            [[replace(m, seconds=0.0) for m in row] for row in run(units, differs, who)[0]] for who in (pool, other)
        ]
    assert told[0] == told[1]
