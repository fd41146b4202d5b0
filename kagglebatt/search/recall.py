"""The first stage: every known program, on the first demo pair, and where it is right on all samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.running.outcome import is_grid
from kagglebatt.search.budget import Meter
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.problem import Problem
from kagglebatt.search.result import Found
from kagglebatt.search.running import Call, compiled, value_of

FILED = 0.1
"""Share of the seconds that filed programs may take."""
TRUST = 10.0
"""What led after a whole search outvotes what a part of it finds."""


def recall(problem: Problem, knowledge: Knowledge, meter: Meter, clock: Timer) -> Iterator[Found]:
    """What led before, and known programs that reproduce at least the first demo pair.

    Filed programs are no part of the work, so that with a home every other stage has as much of it as without.
    """
    seen: set[str] = set()
    for led in knowledge.led:
        meter.spend()
        seen.add(led.program.address)
        yield measured(led.program, problem, clock, led.stage, led.cost - TRUST, led.depth, led.pieces)
    for known in knowledge.programs:
        if meter.used_up():
            return
        if known.program.address not in seen and not (known.content and meter.is_late(FILED)):
            seen.add(known.program.address)
            meter.spend(0 if known.content else 1)
            found = tried(known.program, problem, clock)
            if found is not None:
                yield found


def tried(program: Program, problem: Problem, clock: Timer) -> Found | None:
    """What a program does on all samples, or None when it is wrong on the first demo pair already."""
    if _grid(compiled(program), problem, 0, clock) != problem.answers[0]:
        return None
    return measured(program, problem, clock, "recall", cost=0.02 * len(program))


def measured(
    program: Program, problem: Problem, clock: Timer, stage: str, cost: float, depth: int = 0, pieces: int = 1
) -> Found:
    """A program with what it gives on all samples."""
    given = outputs(program, problem, range(len(problem.inputs)), clock)
    fitted = sum(output == answer for output, answer in zip(given, problem.answers, strict=False))
    return Found(program, stage, fitted, problem.demos, depth, pieces, tuple(given[problem.demos :]), cost)


def outputs(program: Program, problem: Problem, samples: Iterable[int], clock: Timer) -> list[Grid | None]:
    """What a program gives on some samples, by their numbers; None where it is no grid."""
    call = compiled(program)
    return [_grid(call, problem, number, clock) for number in samples]


def _grid(call: Call, problem: Problem, number: int, clock: Timer) -> Grid | None:
    value = value_of(call, clock, problem.inputs[number], problem.pairs[number])
    return value if is_grid(value) else None
