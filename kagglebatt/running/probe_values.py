"""The values of many merged programs' steps on one input, for probing: each step is run once, within one limit.

Leaner than ``execute.Evaluation``: there is no telling how a program failed, and each step is given the whole limit,
so that a slow one is run once, whichever programs need it, and is known as slow to all of them. A value that no program
needs any more is let go of at once: the next one is made in the same memory, which is still in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from time import perf_counter
from typing import Any, Final

from kagglebatt.dsl.nesting import allow_levels
from kagglebatt.running.execute import Plan, meanings
from kagglebatt.running.limit import DeadlineReached, Timer

_NOTICEABLE_SECONDS = 0.001


class _Mark:
    """Stands where a step has no value."""


FAULT: Final = _Mark()
"""The step raised, or wanted more memory than there is."""
SLOW: Final = _Mark()
"""The step, or all steps of a program together, took longer than the limit."""
_NOT_RUN: Final = _Mark()


def last_needed(plan: Plan, order: Sequence[int]) -> dict[int, list[int]]:
    """For each of some programs, by place, the steps that no program after it needs.

    Args:
        order: places of programs, as they are run.
    """
    ended: set[int] = set()
    found = {}
    for place in reversed(order):
        found[place] = [step for step in plan.needs[place] if step not in ended]
        ended.update(found[place])
    return found


class Values:
    """What steps gave on one input."""

    def __init__(self, plan: Plan, inputs: Sequence[Any], limit: float, clock: Timer) -> None:
        """Begin with nothing run.

        Args:
            inputs: the values of ``S``, ``I`` and ``C``.
            limit: seconds of the processor that one program may take.
        """
        self._plan = plan
        self._calls, self._nesting, self._needs, self._first = plan.calls, plan.nesting, plan.needs, plan.first
        self._inputs = inputs
        self._limit = limit
        self._clock = clock
        self._forget()

    def _forget(self) -> None:
        count = len(self._plan.calls)
        self._values: list[Any] = [*self._inputs, *meanings(self._plan.names), *repeat(_NOT_RUN, count)]
        self._seconds = [0.0] * count
        self._exhausted = False

    def output(self, number: int) -> Any:
        """The value of one program, by its place in the plan; else ``FAULT`` or ``SLOW``."""
        value = self._run(number)
        if self._exhausted:  # perhaps by what others computed before: once more without them
            self._forget()
            value = self._run(number)
            if self._exhausted:
                self._forget()
        return value

    def let_go(self, steps: Sequence[int]) -> None:
        """Steps whose values are not needed any more; they would be run again."""
        values, first = self._values, self._first
        for step in steps:
            values[first + step] = _NOT_RUN

    def _run(self, number: int) -> Any:
        values, seconds, first = self._values, self._seconds, self._first
        value: Any = FAULT
        spent = 0.0
        for step in self._needs[number]:
            value = values[first + step]
            if value is _NOT_RUN:
                value = values[first + step] = self._run_step(step)
            if value is FAULT or value is SLOW:
                return value
            spent += seconds[step]
        return value if spent <= self._limit else SLOW

    def _run_step(self, step: int) -> Any:
        operation, arguments = self._calls[step]
        values, clock = self._values, self._clock
        started = clock.set(self._limit)
        try:
            try:
                if len(arguments) == 2:  # mostly two or one: to make a list of them takes longer than many a call
                    value = values[operation](values[arguments[0]], values[arguments[1]])
                elif len(arguments) == 1:
                    value = values[operation](values[arguments[0]])
                else:
                    value = values[operation](*[values[place] for place in arguments])
                if step in self._nesting:
                    allow_levels(value)
            except MemoryError:
                value, self._exhausted = FAULT, True
            except Exception:  # noqa: BLE001 - a step may raise anything; its program is out
                value = FAULT
            clock.clear()
        except DeadlineReached:
            clock.clear()
            return SLOW
        seconds = perf_counter() - started
        if seconds > _NOTICEABLE_SECONDS:
            seconds = clock.used(seconds)
        self._seconds[step] = seconds
        return value if seconds <= self._limit else SLOW  # in one call into C, or between two looks of the timer
