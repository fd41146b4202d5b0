"""Running a batt on one sample: every shared step at most once, every candidate within its own time limit.

A batt is first turned into a *plan*: functions and places in a list of values, no names and no text. Nothing is
generated as source, compiled or exec'd. Candidates are run one after another; each runs the steps that it needs
and that nobody ran before it. A step that raises has no value, for every candidate alike, exactly as if each
candidate had been run alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter
from typing import Any

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.nesting import allow_levels
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.errors import TooLargeError
from kagglebatt.programs.batt import Batt
from kagglebatt.programs.program import INPUTS, Ref
from kagglebatt.running.depth import nesting_steps
from kagglebatt.running.limit import ClockReached, DeadlineReached, Limits, Timer, contained, timer
from kagglebatt.running.outcome import Kind, Outcome
from kagglebatt.running.shown import message_of

_NOTICEABLE_SECONDS = 0.001
"""A step that took less by the clock took that of the processor, too, and where it is shared needs no shorter limit."""


@dataclass(frozen=True)
class Plan:
    """A batt made ready to run: small, and made of numbers and names alone, so that it can be sent to a worker.

    Attributes:
        names: of constants and primitives that steps refer to, by place after the three inputs.
        calls: for each step the places of its operation and of its arguments.
        needs: for each candidate the steps it needs, in the order in which it would run alone.
        varying: the steps that depend on ``I``.
        nesting: the steps whose values may be nested too deeply.
        first: the place of step 0 in the list of values.
    """

    names: tuple[str, ...]
    calls: tuple[tuple[int, tuple[int, ...]], ...]
    needs: tuple[tuple[int, ...], ...]
    varying: tuple[int, ...]
    nesting: frozenset[int]
    first: int


def prepare(batt: Batt) -> Plan:
    """The plan for a batt."""
    return plan_of(batt, [program.addresses for program in batt.candidates])


def plan_of(batt: Batt, wanted: Sequence[Sequence[str]]) -> Plan:
    """A plan for candidates in a batt, whichever are its outputs.

    Args:
        wanted: for each candidate the addresses of the steps that it needs, in the order in which it runs them.
    """
    names = sorted({ref for step in batt.steps for ref in step.refs if isinstance(ref, str) and ref not in INPUTS})
    places = {name: place for place, name in enumerate((*INPUTS, *names))}
    first = len(places)

    def slot_of(ref: Ref) -> int:
        return first + ref if isinstance(ref, int) else places[ref]

    by_address = {address: place for place, address in enumerate(batt.addresses)}
    return Plan(
        names=tuple(names),
        calls=tuple((slot_of(step.operation), tuple(map(slot_of, step.arguments))) for step in batt.steps),
        needs=tuple(tuple(by_address[address] for address in each) for each in wanted),
        varying=_varying(batt),
        nesting=nesting_steps(batt),
        first=first,
    )


@lru_cache(maxsize=64)
def meanings(names: tuple[str, ...]) -> tuple[Any, ...]:
    """What constants and primitives stand for."""
    return tuple(CONSTANTS[name] if name in CONSTANTS else PRIMITIVES[name].fn for name in names)


def _varying(batt: Batt) -> tuple[int, ...]:
    found: set[int] = set()
    for place, step in enumerate(batt.steps):
        if "I" in step.refs or any(ref in found for ref in step.refs if isinstance(ref, int)):
            found.add(place)
    return tuple(sorted(found))


class Evaluation:
    """The values, times and faults of one plan's steps on one sample."""

    def __init__(self, plan: Plan, inputs: Sequence[Any]) -> None:
        """Begin with nothing run.

        Args:
            inputs: the values of ``S``, ``I`` and ``C``.
        """
        count = len(plan.calls)
        self.plan = plan
        self.values: list[Any] = [*inputs, *meanings(plan.names), *([None] * count)]
        self.seconds = [-1.0] * count  # what each finished step took; below zero for one that has not finished
        self.faults: dict[int, Outcome] = {}
        self.tried: dict[int, float] = {}  # for a step that was stopped, the longest time it was given
        self._started = 0.0  # when the step that is running began, by the clock
        self.exhausted = False  # whether memory ran out: all values together took too much, or the last one alone

    def turn_to(self, grid: Any) -> None:
        """Another ``I``; steps that do not depend on it keep what they have."""
        self.values[INPUTS.index("I")] = grid
        for step in self.plan.varying:
            self.seconds[step] = -1.0
            self.values[self.plan.first + step] = None
            self.faults.pop(step, None)
            self.tried.pop(step, None)

    def run(self, number: int, limit: float, clock: Timer) -> Outcome:
        """Run one candidate's steps in its own order, so that its first fault is the one it would have alone.

        Args:
            number: the candidate's place in the plan.
            limit: seconds of the processor that it may take, counting what its steps took when others ran them.
        """
        try:
            clock.set(limit)
            self._started = perf_counter()
            spent, fault = self._advance(number, limit, clock)
        except ClockReached:
            clock.clear()
            return Outcome(Kind.TIMED_OUT, seconds=limit, by_clock=True)
        except DeadlineReached:
            clock.clear()
            return Outcome(Kind.TIMED_OUT, seconds=limit)
        clock.clear()
        if fault is not None:
            return replace(fault, seconds=spent)
        return Outcome(Kind.VALUE, self.values[self.plan.first + self.plan.needs[number][-1]], seconds=spent)

    def _advance(self, number: int, limit: float, clock: Timer) -> tuple[float, Outcome | None]:
        """Run the steps of a candidate until one has a fault: the seconds of these steps, and the fault."""
        values, seconds, faults, tried = self.values, self.seconds, self.faults, self.tried
        calls, nesting, first = self.plan.calls, self.plan.nesting, self.plan.first
        spent = 0.0
        for step in self.plan.needs[number]:
            took = seconds[step]
            if took < 0:
                if tried and limit - spent <= tried.get(step, 0.0):
                    raise DeadlineReached  # it did not finish in as much time for another candidate
                operation, arguments = calls[step]
                try:
                    value = values[operation](*[values[place] for place in arguments])
                    values[first + step] = allow_levels(value) if step in nesting else value
                except DeadlineReached as reached:
                    self._note_stopped(step, reached, clock)
                    raise
                except Exception as error:  # noqa: BLE001 - a step may raise anything; it becomes the outcome
                    self._note_fault(step, error)
                ended = perf_counter()
                took, self._started = ended - self._started, ended
                if took >= _NOTICEABLE_SECONDS:
                    took = clock.used(took)
                seconds[step] = took
            elif took > _NOTICEABLE_SECONDS:  # done for another candidate, but it counts here too
                clock.set(limit - spent - took)
                self._started = perf_counter()
            spent += took
            if spent > limit:
                raise DeadlineReached  # in one call into C, or between two looks of the timer
            if step in faults:
                return spent, faults[step]
        return spent, None

    def _note_stopped(self, step: int, reached: DeadlineReached, clock: Timer) -> None:
        """How long a step was given that did not come to its end."""
        if not isinstance(reached, ClockReached):
            self.tried[step] = clock.used(perf_counter() - self._started)

    def _note_fault(self, step: int, error: Exception) -> None:
        self.exhausted = self.exhausted or isinstance(error, MemoryError)
        if isinstance(error, (TooLargeError, MemoryError)):
            self.faults[step] = Outcome(Kind.TOO_LARGE)
        else:
            self.faults[step] = Outcome(Kind.RAISED, fault=type(error).__name__)

    def complaint(self, step: int, limit: float, clock: Timer) -> str:
        """What a step that raised says when it is called once more; its arguments are there, since it could raise."""
        operation, arguments = self.plan.calls[step]
        try:
            clock.set(limit)
            value = self.values[operation](*[self.values[place] for place in arguments])
            allow_levels(value)
            clock.clear()
        except (DeadlineReached, MemoryError):
            clock.clear()
        except Exception as error:  # noqa: BLE001 - the very exception that is asked for
            clock.clear()
            return message_of(error)
        return ""


def execute(plan: Plan, inputs: Sequence[Any], limit: float) -> list[Outcome]:
    """Run every candidate of a plan on one sample; one outcome each.

    Args:
        inputs: the values of ``S``, ``I`` and ``C``.
        limit: seconds of the processor that one candidate may take, counting what its steps took when others ran
            them.
    """
    limits = Limits(limit)
    with contained(limits.memory), timer(limits) as clock:
        evaluation = Evaluation(plan, inputs)
        return [evaluation.run(number, limit, clock) for number in range(len(plan.needs))]
