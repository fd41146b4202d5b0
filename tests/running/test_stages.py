"""Full runs in stages: what cannot matter is not run, and what is claimed is what a run alone gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.batt import deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.execute import prepare
from kagglebatt.running.limit import DeadlineReached
from kagglebatt.running.run import run
from kagglebatt.running.stages import Staged, run_in_stages
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task, parse_task
from tests.running.test_processor_time import meaning

TEXTS = {"late": "O = rot90(I)", "late at first": "O = rot180(I)", "wrong": "O = rot270(I)", "right": "O = hmirror(I)"}
PLAN = prepare(deal(((name,), parse_program(text)) for name, text in TEXTS.items()))
DIFFERS = deal([(("d",), parse_program("O = likeness(I, C)", differ=True))])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[tuple[str, int]]]:
    """How often which primitive was called on which grid; the three have other meanings."""
    made: Counter[tuple[str, int]] = Counter()

    def late(grid: Grid) -> Grid:
        made["late", grid[0][0]] += 1
        raise DeadlineReached

    def late_at_first(grid: Grid) -> Grid:
        made["late at first", grid[0][0]] += 1
        if grid[0][0] < 4 or (grid[0][0] == 5 and made["late at first", 5] == 1):
            raise DeadlineReached
        return grid

    def wrong(grid: Grid) -> Grid:
        made["wrong", grid[0][0]] += 1
        return ((0,),)

    with meaning(monkeypatch, rot90=late, rot180=late_at_first, rot270=wrong):
        yield made


@pytest.fixture
def task() -> Task:
    """Five demo pairs and one test pair, of one cell each: 1 to 5, and 9."""
    pairs = [{"input": [[value]], "output": [[value]]} for value in (1, 2, 3, 4, 5, 9)]
    return parse_task("0000feed", {"train": pairs[:5], "test": pairs[5:]}, "test")


def staged(task: Task, patience: bool = False) -> tuple[Staged, dict[str, list[str]]]:
    with WorkerPool(Settings(backend="sequential"), pytest.fail) as pool:
        found = run_in_stages([(task, PLAN)], DIFFERS, pool, patience)
    rows = found.scores[task.id]
    return found, {name: [row[n].kind.value for row in rows] for n, name in enumerate(TEXTS)}


def test_outcomes_in_stages(task: Task, calls: Counter[tuple[str, int]]) -> None:
    """Test pairs wait for a demo pair, three timeouts cost the rest, and what is right after all is run in full."""
    found, outcomes = staged(task)
    assert outcomes == {
        "late": ["timed out"] * 3 + ["gave up"] * 2 + ["not run"],
        "late at first": ["timed out"] * 3 + ["value"] * 3,
        "wrong": ["value"] * 5 + ["not run"],
        "right": ["value"] * 6,
    }
    assert [calls[name, 9] for name in ("late", "late at first", "wrong")] == [0, 1, 0]
    assert found.runs == 4 * 5 + 1 + 2
    assert all(score.gains for row in found.scores[task.id][:5] for score in row)


def test_with_patience_nobody_gives_up(task: Task, calls: Counter[tuple[str, int]]) -> None:
    """But test pairs wait all the same."""
    _, outcomes = staged(task, patience=True)
    assert outcomes["late"] == ["timed out"] * 5 + ["not run"]
    assert calls["late", 9] == 0


def test_what_reproduced_a_pair_scores_as_in_one_go(tiny_task: Task) -> None:
    """The same marks on every sample as a run of everything, for candidates that matter."""
    texts = ("O = vmirror(I)", "x1 = vmirror(I); O = replace(x1, FIVE, ONE)", "O = hmirror(I)")
    plan = prepare(deal(((text,), parse_program(text)) for text in texts))
    with WorkerPool(Settings(backend="sequential"), pytest.fail) as pool:
        rows = run_in_stages([(tiny_task, plan)], DIFFERS, pool).scores[tiny_task.id]
        whole, _ = run([Unit(plan, tiny_task, sample) for sample in tiny_task.samples], DIFFERS, pool)

    def plain(score: object) -> tuple[object, ...]:
        return tuple(getattr(score, name) for name in ("kind", "right", "similarity", "gains"))

    assert [[plain(score) for score in row[:2]] for row in rows] == [[plain(s) for s in row[:2]] for row in whole]
    assert [row[2].kind.value for row in rows] == ["value", "value", "not run"]
    assert [row[2].kind.value for row in whole] == ["value"] * 3


def test_progress_comes_to_its_end(task: Task, calls: Counter[tuple[str, int]]) -> None:
    """What need not be run counts as done; what is run twice counts once."""
    done: list[int] = []
    with WorkerPool(Settings(backend="sequential"), pytest.fail) as pool:
        run_in_stages([(task, PLAN)], DIFFERS, pool, progress=done.append)
    assert (sum(done), sum(calls.values()) > 0) == (len(TEXTS) * 6, True)
