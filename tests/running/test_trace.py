"""A trace: every step with its value, whatever a step does to the process that it runs in."""

from __future__ import annotations

import pytest

from kagglebatt.errors import KagglebattError
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running import worker_start
from kagglebatt.running.execute import prepare
from kagglebatt.running.limit import Limits
from kagglebatt.running.trace import MOST_STEPS, Steps, trace_all
from kagglebatt.running.work import Chunk, Slice, Unit, perform
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

HOSTILE = """
import dataclasses, os, signal
from kagglebatt.dsl import registry

def killed(grid):
    os.kill(os.getpid(), signal.SIGKILL)

def long_c_call(grid):
    return sum(range(10**12))

def bomb(grid):
    held = []
    while True:
        held.append(bytes(1 << 22))

def verbose(grid):
    raise ValueError("no " * 10**6, grid)

given = {"rot90": killed, "rot180": long_c_call, "rot270": bomb, "trim": verbose}
changed = {name: dataclasses.replace(registry.PRIMITIVES[name], fn=fn) for name, fn in given.items()}
registry.PRIMITIVES = {**registry.PRIMITIVES, **changed}
"""


def traced(text: str, task: Task, sample: int = 0, timeout: float = 0.3) -> Steps:
    with WorkerPool(Settings(jobs=1, timeout=timeout, memory=256), lambda _: None) as pool:
        return trace_all([(parse_program(text), task, task.samples[sample])], pool)[0]


def outcomes(steps: Steps) -> list[str]:
    return [step.outcome for step in steps.steps]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("rot90", "crashed"), ("rot180", "timed out"), ("rot270", "too large"), ("trim", "raised ValueError")],
)
def test_a_step_that_ends_its_process_is_named(
    name: str, outcome: str, tiny_task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before it is shown, what comes after it was not reached, and nothing is long."""
    monkeypatch.setattr(worker_start, "BOOT", (worker_start.FIND, HOSTILE, worker_start.SERVE))
    steps = traced(f"x1 = hmirror(I); x2 = {name}(x1); O = vmirror(x2)", tiny_task)
    assert outcomes(steps) == ["value", outcome, "not reached"]
    assert steps.steps[0].shown is not None
    assert steps.steps[0].shown.pictures[0].rows == ((2, 3), (1, 0))
    assert len(steps.steps[1].shown.text if steps.steps[1].shown else "") <= 300


def test_steps_keep_the_numbers_that_they_were_written_with(tiny_task: Task) -> None:
    """One that the output does not need is not run; one that was written twice has its value twice."""
    steps = traced("a = first(ZERO); b = vmirror(I); c = vmirror(I); O = hconcat(b, c)", tiny_task)
    assert [step.name for step in steps.steps] == ["x1", "x2", "x3", "O"]
    assert outcomes(steps) == ["not needed", "value", "value", "value"]
    assert steps.steps[1].shown == steps.steps[2].shown


def test_a_trace_ends_where_the_program_does(tiny_task: Task) -> None:
    """With the grid that came out, and whether that is right; its pair is not among those that it reads."""
    right = traced("O = vmirror(I)", tiny_task)
    assert (right.answer, right.right, right.similarity) == (((0, 1), (3, 2)), True, 1000)
    steps = traced("O = size(S)", tiny_task)
    assert (steps.answer, steps.right) == (None, False)
    assert steps.steps[0].shown is not None
    assert steps.steps[0].shown.text == str(len(tiny_task.demo) - 1)


def test_nothing_is_run_after_a_step_without_a_value(tiny_task: Task) -> None:
    """Others that never end would each cost the limit again."""
    plan = prepare(deal([(("a",), parse_program("O = merge(ZERO)")), (("b",), parse_program("O = vmirror(I)"))]))
    part = Slice(0, Unit(plan, tiny_task, tiny_task.demo[0]), (0, 1))
    chunk = Chunk((part,), prepare(Batt((), ())), Limits(1.0), traced=True)
    (done,) = perform(chunk, None)
    assert list(done.scores) == [0]


def test_a_program_of_very_many_steps_is_refused(tiny_task: Task) -> None:
    """With one message."""
    steps = "".join(f"x{n} = hmirror(x{n - 1}); " for n in range(2, MOST_STEPS + 2))
    with pytest.raises(KagglebattError, match="1,001 steps is not traced"):
        traced(f"x1 = hmirror(I); {steps}", tiny_task)
