"""Every step of a program on one sample, with its value: what a debugger shows.

Each step is a candidate of its own, so that a trace runs in the same processes and within the same limits as
everything else: a step that hangs, eats memory or ends its process is found, named, and costs no more than its limit.
Values stay where they were computed; what comes back is made to be looked at, and small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.errors import KagglebattError
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.program import Program
from kagglebatt.running.execute import Plan, prepare
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import SampleScore
from kagglebatt.running.shown import Shown
from kagglebatt.running.work import Chunk, Slice, Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.tasks.task import Sample, Task

MOST_STEPS = 1_000
"""A program with more is not traced; those of people and of the library have a tenth of it."""

NOT_REACHED, NOT_NEEDED = "not reached", "not needed"


@dataclass(frozen=True, slots=True)
class TracedStep:
    """One step and what came of it.

    Attributes:
        name: ``x1``, ``x2``, ... as the program's text is numbered, and ``O`` for the last.
        call: the call that is assigned to it.
        outcome: ``value``; or why there is none: ``raised KeyError``, ``timed out``, ``too large``, ``crashed``,
            ``not reached`` after one of these, ``not needed`` by the output.
        shown: its value, or what the exception said.
        seconds: of the processor, without those of the steps before; None where it was not run.
    """

    name: str
    call: str
    outcome: str
    shown: Shown | None = None
    seconds: float | None = None

    @property
    def failed(self) -> bool:
        """Whether the program ended here, without a value."""
        return self.outcome not in (Kind.VALUE.value, NOT_REACHED, NOT_NEEDED)

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "name": self.name,
            "call": self.call,
            "outcome": self.outcome,
            "value": None if self.shown is None else self.shown.as_json(),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Steps:
    """A program's steps on one sample.

    Attributes:
        answer: the grid that came out, or None.
        right: whether that is the known answer.
        similarity: cells that agree with the answer, per thousand.
    """

    sample: Sample
    steps: tuple[TracedStep, ...]
    answer: Grid | None = None
    right: bool = False
    similarity: int = 0

    @property
    def failed(self) -> TracedStep | None:
        """The step at which the program ended without a value, if it did."""
        return next((step for step in self.steps if step.failed), None)


def trace_all(requests: Sequence[tuple[Program, Task, Sample]], pool: WorkerPool) -> list[Steps]:
    """The steps of programs on samples, in order.

    Raises:
        KagglebattError: a program has more than ``MOST_STEPS`` steps.
    """
    plans = {program: _plan(program) for program, _, _ in requests}
    units = [Unit(plans[program], task, sample) for program, task, sample in requests]
    known: list[dict[int, SampleScore]] = [{} for _ in units]
    while chunks := _left(units, known, pool):
        for done in pool.perform(chunks, sum(len(chunk.slices[0].numbers) for chunk in chunks)):
            known[done.place].update(done.scores)
    return [_steps(program, sample, scores) for (program, _, sample), scores in zip(requests, known, strict=True)]


def _plan(program: Program) -> Plan:
    """A plan in which each step is a candidate, that needs the steps before it which it is made of."""
    if len(program) > MOST_STEPS:
        raise KagglebattError(f"a program of {len(program):,} steps is not traced; {MOST_STEPS:,} are possible.")
    needs = tuple(tuple(sorted(each)) for each in _needs(program.canonical))
    return replace(prepare(deal([((), program)])), needs=needs)


def _needs(program: Program) -> list[frozenset[int]]:
    """For each step the places of those that it is made of, itself among them."""
    needs: list[frozenset[int]] = []
    for place, step in enumerate(program.steps):
        needs.append(frozenset((place,)).union(*(needs[ref] for ref in step.refs if isinstance(ref, int))))
    return needs


def _left(units: Sequence[Unit], known: Sequence[dict[int, SampleScore]], pool: WorkerPool) -> list[Chunk]:
    """A chunk for each unit of which something is to be run: up to the first step that has no value."""
    chunks = []
    for place, (unit, scores) in enumerate(zip(units, known, strict=True)):
        end = min(_end(scores), len(unit.plan.needs))
        numbers = tuple(number for number in range(end) if number not in scores)
        if numbers:
            part = Slice(place, unit, numbers)
            chunks.append(Chunk((part,), prepare(Batt((), ())), pool.limits, keep_answers=True, traced=True))
    return chunks


def _ends(score: SampleScore) -> bool:
    return score.kind not in (Kind.VALUE, Kind.NOT_A_GRID)


def _steps(program: Program, sample: Sample, scores: dict[int, SampleScore]) -> Steps:
    canonical = program.canonical
    places = {address: place for place, address in enumerate(canonical.addresses)}
    own = _own_seconds(canonical, scores)
    lines = [line.strip().partition(" = ") for line in program.text().splitlines()[1:-1]]
    steps = tuple(
        _step(name, call, places.get(address), scores, own)
        for (name, _, call), address in zip(lines, program.addresses, strict=True)
    )
    last = scores.get(len(canonical) - 1)
    if last is None:
        return Steps(sample, steps)
    return Steps(sample, steps, last.answer, last.right, last.similarity)


def _step(name: str, call: str, place: int | None, scores: dict[int, SampleScore], own: dict[int, float]) -> TracedStep:
    if place is None:
        return TracedStep(name, call, NOT_NEEDED)
    score = scores.get(place)
    if score is None or place > _end(scores):
        return TracedStep(name, call, NOT_REACHED)
    outcome = f"{score.kind.value} {score.fault}".rstrip() if _ends(score) else Kind.VALUE.value
    return TracedStep(name, call, outcome, score.shown, own[place])


def _end(scores: dict[int, SampleScore]) -> int:
    """The first step without a value, as its place; one that no step has when there is none."""
    return min((place for place, score in scores.items() if _ends(score)), default=MOST_STEPS)


def _own_seconds(program: Program, scores: dict[int, SampleScore]) -> dict[int, float]:
    """What each step took by itself: a score's seconds are those of all steps that it is made of."""
    own: dict[int, float] = {}
    for place, needs in enumerate(_needs(program)):
        if place in scores:
            own[place] = max(scores[place].seconds - sum(own.get(each, 0.0) for each in needs - {place}), 0.0)
    return own
