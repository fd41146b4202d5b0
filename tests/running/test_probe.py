"""Probing: what is promising, and that it is the same however the work is cut, done, or disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kagglebatt.programs.library import read_library
from kagglebatt.programs.mutate import apply_mutation, mutate
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program
from kagglebatt.running import probe as probing
from kagglebatt.running import probe_job, probe_values
from kagglebatt.running.nearness import EXACT, output_digest, packed_grid
from kagglebatt.running.probe import ProbeCounts, Probed, Target, probe
from kagglebatt.running.run import run_alone
from kagglebatt.running.score import similarity
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Sample, Task, parse_task
from tests.running.test_worker_pool import BEHAVIOUR, CHANGE, change_children

LONG = 5.0
"""Seconds that no program of these tests takes."""
HOSTILE = {"rot90": "long_c_call", "lefthalf": "exit", "rot270": "memory_bomb", "trim": "loop_that_swallows"}


@cache
def offspring(count: int = 300) -> tuple[Program, ...]:
    """Mutants of shipped solvers that call no hostile primitive."""
    library = [named.program for named in read_library() if named.kind == "solve"]
    rng = Random(5)
    found: dict[str, Program] = {}
    while len(found) < count:
        parent = rng.choice(library)
        mutation = mutate(parent, library, rng)
        changed = mutation and apply_mutation(parent, mutation)
        if changed and changed.names.isdisjoint(HOSTILE) and len(changed) < 8:
            found.setdefault(changed.address, changed)
    return tuple(found.values())


def small_tasks(count: int) -> list[Task]:
    tasks = [task for task in TASKS if max(len(sample.input) for sample in task.demo) < 8]
    return tasks[:count]


TASKS = load_tasks("arc1-training")


def probed(
    programs: tuple[Program, ...], targets: list[Target], limit: float = LONG, wanted: Any = None, **settings: Any
) -> list[Probed]:
    """What came of it, seconds left out."""
    given = Settings(**{"backend": "sequential", "jobs": 1, **settings})
    with WorkerPool(given, lambda sentence: None) as pool:
        return [replace(each, seconds=0.0) for each in probe(programs, targets, pool, limit, wanted)]


def of(*texts: str) -> tuple[Program, ...]:
    return tuple(parse_program(text).canonical for text in texts)


def test_a_value_is_held_until_the_last_program_that_needs_it_has_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """So each step is run once, and in the end nothing is held of the first pair."""
    made: list[Any] = []
    run: list[tuple[int, int]] = []

    class Watched(probe_values.Values):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)

        def _run_step(self, step: int) -> Any:
            run.append((len(made), step))
            return super()._run_step(step)

    monkeypatch.setattr(probe_job, "Values", Watched)
    probed(offspring()[:60], [Target(task) for task in small_tasks(2)])
    assert len(run) > 200
    assert len(set(run)) == len(run)
    first_pairs = [each for each in made if each._inputs[1] in [task.demo[0].input for task in small_tasks(2)]]
    assert len(first_pairs) == 2
    for each in first_pairs:
        assert set(each._values[each._first :]) == {probe_values._NOT_RUN}


def test_what_is_promising_is_measured_on_all_demo_pairs(tiny_task: Task) -> None:
    """Against programs run alone: scores, nearness and outputs."""
    programs = of("O = vmirror(I)", "O = hmirror(I)", "x1 = vmirror(I); O = replace(x1, FIVE, ONE)")
    (found,) = probed(programs, [Target(tiny_task)])
    assert [(each.number, each.o_score) for each in found.promising] == [(0, 2), (2, 1)]
    for each in found.promising:
        outputs = [outcome.value for outcome in run_alone(programs[each.number], tiny_task)[:2]]
        likes = [similarity(output, sample.answer) for output, sample in zip(outputs, tiny_task.demo, strict=True)]
        assert each.similarity == sum(likes) // 2
        assert (each.nearness == 2 * EXACT) == (each.o_score == 2)
        assert each.outputs == output_digest(*map(packed_grid, outputs))
        assert each.first == output_digest(packed_grid(outputs[0]))
    assert found.counts == ProbeCounts(far=1, promising=2)


def test_each_probe_ends_in_one_way(tiny_task: Task) -> None:
    """At the first fault, at what is no grid or known, or where it is too far."""
    programs = of(
        "O = first(ZERO)", "O = height(I)", "O = identity(I)", "O = canvas(ZERO, ORIGIN)", "O = vmirror(I)",
        "x1 = vmirror(I); x2 = vmirror(x1); O = vmirror(x2)",
    )  # fmt: skip
    (found,) = probed(programs, [Target(tiny_task)])
    assert found.counts == ProbeCounts(faults=3, known=2, promising=1)


def test_known_outputs_are_dropped_but_for_the_answer(tiny_task: Task) -> None:
    """An output that a stone has; the answer of the first pair is never one that is known."""
    programs = of("x1 = vmirror(I); O = replace(x1, TWO, FOUR)", "O = vmirror(I)")
    (free,) = probed(programs, [Target(tiny_task)])
    assert [each.number for each in free.promising] == [1, 0]
    (found,) = probed(programs, [Target(tiny_task, frozenset(each.first for each in free.promising))])
    assert [each.number for each in found.promising] == [1]
    assert found.counts == ProbeCounts(known=1, promising=1)


def test_the_first_by_number_keeps_an_output(tiny_task: Task) -> None:
    """Whatever it costs, and whichever of them is merged first."""
    longer = "x1 = vmirror(I); x2 = rot180(x1); x3 = rot180(x2); O = replace(x3, TWO, FOUR)"
    shorter = "x1 = vmirror(I); O = replace(x1, TWO, FOUR)"
    for texts in ((longer, shorter), (shorter, longer)):
        (found,) = probed(of(*texts), [Target(tiny_task)])
        assert ([each.number for each in found.promising], found.counts.known) == ([0], 1)


def test_what_is_not_nearer_than_the_nearest_is_far(tiny_task: Task) -> None:
    """Unless it reproduced a pair."""
    programs = of("x1 = vmirror(I); O = replace(x1, TWO, FOUR)", "x1 = vmirror(I); O = replace(x1, FIVE, ONE)")
    (free,) = probed(programs, [Target(tiny_task)])
    nearness = {each.number: each.nearness for each in free.promising}
    (found,) = probed(programs, [Target(tiny_task, nearest=2 * EXACT - 1)])
    assert [each.number for each in found.promising] == [1]
    assert set(nearness) == {0, 1}


def test_only_what_is_wanted_is_probed(tiny_task: Task) -> None:
    """For each target the numbers given, all where there are none."""
    programs = of("O = vmirror(I)", "O = hmirror(I)", "O = first(ZERO)")
    found = probed(programs, [Target(tiny_task)] * 3, wanted=[[2], None, []])
    assert [sum(each.counts.as_ints) for each in found] == [1, 3, 0]
    assert found[0].counts == ProbeCounts(faults=1)


def test_a_poisoned_test_answer_changes_nothing(tiny_task: Task) -> None:
    """Not even a missing one."""
    targets = [Target(task) for task in small_tasks(4)]
    expected = probed(offspring(), targets)
    for answer in (((9,),), None):
        poisoned = [replace(each, task=with_test_answer(each.task, answer)) for each in targets]
        assert probed(offspring(), poisoned) == expected
    assert any(each.promising for each in expected)


def with_test_answer(task: Task, answer: Any) -> Task:
    return replace(task, test=tuple(Sample(each.kind, each.index, each.input, answer) for each in task.test))


@pytest.mark.parametrize(
    ("block", "least", "wave"), [(256, 64, 100_000), (7, 1, 500), (1_000, 5_000, 1), (40, 90, 1_300)]
)
def test_cutting_does_not_show(block: int, least: int, wave: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, jobs and waves of any size."""
    targets = [Target(task) for task in small_tasks(4)]
    expected = probed(offspring(), targets)
    monkeypatch.setattr(probing, "BLOCK", block)
    monkeypatch.setattr(probing, "_LEAST_JOB", least)
    monkeypatch.setattr(probing, "_WAVE", wave)
    assert probed(offspring(), targets) == expected


def test_work_that_is_given_back_early_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a job takes long: here each gives back after its first program."""
    targets = [Target(task) for task in small_tasks(2)]
    expected = probed(offspring()[:60], targets)
    monkeypatch.setattr(probe_job, "LONGEST_SECONDS", -1.0)
    assert probed(offspring()[:60], targets) == expected


@pytest.mark.parametrize(
    ("backend", "jobs"),
    [("threading", 2), pytest.param("loky", 2, marks=pytest.mark.campaign),
     pytest.param("dask", 2, marks=pytest.mark.campaign)],
)  # fmt: skip
def test_workers_find_the_same(backend: str, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does the work."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    targets = [Target(task) for task in small_tasks(4)]
    assert probed(offspring(), targets, backend=backend, jobs=jobs) == probed(offspring(), targets)


@pytest.mark.parametrize(("jobs", "count"), [(1, 1), pytest.param(2, 2, marks=pytest.mark.campaign)])
def test_a_hostile_program_costs_itself_alone(jobs: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that hangs in C, ends its process, takes all memory, or swallows what stops it, among three hundred."""
    change_children(monkeypatch, f"BEHAVIOURS = {HOSTILE}\n{BEHAVIOUR}{CHANGE}")
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    targets = [Target(task) for task in small_tasks(count)]
    expected = probed(offspring(), targets)
    hostile = of(*(f"x1 = {name}(I); O = hmirror(x1)" for name in HOSTILE))
    found = probed((*offspring(), *hostile), targets, 0.3, backend="threading", jobs=jobs, memory=128)
    for each, plain in zip(found, expected, strict=True):
        assert each.promising == plain.promising
        more = [a - b for a, b in zip(each.counts.as_ints, plain.counts.as_ints, strict=True)]
        assert more == [2, 2, 0, 0, 0]


def test_a_slow_program_is_slow_alone(tiny_task: Task) -> None:
    """Those that share its steps before the slow one are not."""
    loop = "x1 = multiply(TEN, TEN); x2 = multiply(x1, x1); x3 = multiply(x2, x2); x4 = power(vmirror, x3);"
    programs = of(f"{loop} O = x4(I)", "x1 = multiply(TEN, TEN); x2 = power(vmirror, NINE); O = x2(I)")
    (found,) = probed(programs, [Target(tiny_task)], limit=0.05)
    assert found.counts == ProbeCounts(slow=1, promising=1)


SEEDED = """
from tests.running.test_probe import Target, offspring, probed, small_tasks
print(probed(offspring(), [Target(task) for task in small_tasks(3)]))
"""


@pytest.mark.campaign
def test_hash_seeds_do_not_show() -> None:
    """In two processes of their own."""
    said = [
        subprocess.run(
            [sys.executable, "-c", SEEDED], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True, cwd=Path(__file__).parents[2],
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1] != ""


def test_a_task_of_one_pair(tiny_task: Task) -> None:
    """What is near on it is promising."""
    raw = {"train": [{"input": [[1, 2]], "output": [[2, 1]]}], "test": [{"input": [[3, 4]]}]}
    (found,) = probed(of("O = vmirror(I)", "x1 = vmirror(I); O = replace(x1, TWO, FOUR)"),
                      [Target(parse_task("0000abcd", raw, "test"))])  # fmt: skip
    assert [each.number for each in found.promising] == [0, 1]
