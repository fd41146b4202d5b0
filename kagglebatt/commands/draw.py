"""Outcomes, traces, tasks and programs as a terminal or a log shows them."""

from __future__ import annotations

from typing import Any

from kagglebatt.api.outcomes import Outcomes, SampleOutcome
from kagglebatt.api.program import Program
from kagglebatt.api.tracing import Trace, in_words
from kagglebatt.commands.screen import Screen
from kagglebatt.dsl.types import Grid
from kagglebatt.markup import duration, plural
from kagglebatt.running.outcome import Kind
from kagglebatt.running.shown import MOST_SIDE, Shown
from kagglebatt.running.trace import Steps
from kagglebatt.tasks.task import Task
from kagglebatt.tasks.terminal import Block, differing, grid_block

Failed = dict[str, Steps]
"""The traces of the pairs of one task on which there is no grid, by the pairs' names."""


def fails(outcome: SampleOutcome) -> bool:
    """Whether it is not what was expected, as far as that is known."""
    return not outcome.right and not (outcome.value is not None and outcome.sample.answer is None)


def state(outcomes: Outcomes) -> str:
    """What became of a solver on a task, in a word or two: of its first pair that failed, or that none did."""
    failed = next((outcome for outcome in outcomes if fails(outcome)), None)
    if failed is None:
        return "right"
    return {"value": "wrong", "timed out": "too slow"}.get(failed.kind, failed.kind)


def verdict(outcome: SampleOutcome, trace: Steps | None) -> str:
    """What became of a pair: right, how near, or where and how it failed."""
    if outcome.kind == Kind.VALUE.value:
        return f"wrong: {nearness(outcome)}" if fails(outcome) else outcome.verdict
    words = "too slow" if outcome.kind == Kind.TIMED_OUT.value else outcome.verdict
    step = trace.failed if trace is not None else None
    if step is None:
        return words
    said = f": {step.shown.text}" if step.shown is not None and step.shown.text else ""
    return f"{words} at {step.name} = {step.call}{said}"


def nearness(outcome: SampleOutcome) -> str:
    """How near a wrong grid is."""
    grid, answer = outcome.value or ((),), outcome.sample.answer or ((),)
    cells = differing(grid, answer)
    if cells is None:
        return f"it is {_size(grid)} instead of {_size(answer)}"
    return f"{outcome.similarity} per thousand alike, {len(cells):,} of {len(grid) * len(grid[0]):,} cells differ"


def draw_outcomes(screen: Screen, outcomes: Outcomes, failed: Failed, pictures: bool) -> None:
    """A solver on a task, pair by pair; a wrong pair as pictures, expected beside got."""
    screen.say(outcomes.title, "bold")
    for outcome in outcomes:
        bad = fails(outcome)
        screen.say(
            f"  {outcome.sample.name}  {verdict(outcome, failed.get(outcome.sample.name))}", "red" if bad else ""
        )
        if pictures and bad and outcome.value is not None and outcome.sample.answer is not None:
            screen.blocks(_compared(outcome.sample.answer, outcome.value, screen.coloured))


def _compared(answer: Grid, got: Grid, coloured: bool) -> list[Block]:
    marks = differing(answer, got) or frozenset()
    return [_block("expected", answer, coloured, marks), _block("got", got, coloured, marks)]


def _block(caption: str, grid: Grid, coloured: bool, marks: frozenset[tuple[int, int]] = frozenset()) -> Block:
    cut = len(grid) > MOST_SIDE or len(grid[0]) > MOST_SIDE
    shown = tuple(row[:MOST_SIDE] for row in grid[:MOST_SIDE])
    return grid_block(f"{caption} {_size(grid)}{', cut' if cut else ''}", shown, marks, coloured)


def _size(grid: Grid) -> str:
    return f"{len(grid)} x {len(grid[0])}"


def outcome_json(outcome: SampleOutcome, trace: Steps | None) -> dict[str, Any]:
    """One pair as a JSON object."""
    step = trace.failed if trace is not None else None
    cells = differing(outcome.value, outcome.sample.answer) if outcome.value and outcome.sample.answer else None
    return {
        "pair": outcome.sample.name,
        "outcome": outcome.kind,
        "fault": outcome.fault,
        "right": outcome.right,
        "similarity": outcome.similarity,
        "differing": None if cells is None else len(cells),
        "step": None if step is None else step.name,
        "call": None if step is None else step.call,
        "said": "" if step is None or step.shown is None else step.shown.text,
        "seconds": outcome.seconds,
        "expected": outcome.sample.answer,
        "computed": outcome.value,
    }


def draw_trace(screen: Screen, trace: Trace) -> None:
    """Every step with its value; then what was expected beside what came out."""
    screen.say(trace.title, "bold")
    screen.blocks([_block("I", trace.sample.input, screen.coloured)])
    for step in trace.steps:
        took = "" if step.seconds is None else f"  ({duration(step.seconds)})"
        screen.say(f"  {step.name} = {step.call}", "bold red" if step.failed else "bold")
        screen.say(f"    {in_words(step)}{took}", "red" if step.failed else "")
        if step.shown is not None and step.shown.pictures:
            screen.blocks(_pictures(step.shown, screen.coloured))
    if trace.sample.answer is not None and trace.run.answer is not None and not trace.run.right:
        screen.say("  expected beside got:", "bold")
        screen.blocks(_compared(trace.sample.answer, trace.run.answer, screen.coloured))


def _pictures(shown: Shown, coloured: bool) -> list[Block]:
    """A value's pictures; the caption of a whole grid would only say again what it is."""
    whole = len(shown.pictures) == 1 and shown.kind == f"grid of {shown.pictures[0].caption}"
    return [grid_block("" if whole else each.caption, each.rows, coloured=coloured) for each in shown.pictures]


def draw_task(screen: Screen, task: Task) -> None:
    """A task's pairs: demo pairs with their outputs, the inputs of test pairs."""
    counts = f"{plural(len(task.demo), 'demo pair')}, {plural(len(task.test), 'test pair')}"
    screen.say(f"task {task.id}: {counts}", "bold")
    for sample in task.samples:
        screen.say(f"  {sample.name}")
        blocks = [_block("input", sample.input, screen.coloured)]
        if sample.kind == "demo" and sample.answer is not None:
            blocks.append(_block("output", sample.answer, screen.coloured))
        screen.blocks(blocks)


def draw_program(screen: Screen, program: Program) -> None:
    """A program's text, as its steps are numbered in traces."""
    kind = "differ" if program.kind == "differ" else "solver"
    screen.say(f"{kind} {program.name}: {plural(len(program), 'step')}, md5 {program.md5}", "bold")
    for line in program.steps.text(program.kind).splitlines():
        screen.say(f"  {line}")
