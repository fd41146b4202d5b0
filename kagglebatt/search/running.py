"""Running programs within a search: straight through, with one timer and one bound on memory around all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kagglebatt.dsl.bounds import limited
from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.programs.program import INPUTS, Program, Ref
from kagglebatt.running.limit import DeadlineReached, Limits, Timer, contained, timer

CALL_SECONDS = 0.5
"""Processor time that one move may take on one node, and one program on one sample."""
MEMORY = 1 << 30
"""Bytes that a search may add to the process."""

MOST_MEMBERS = 250_000
"""Of one container that a call makes: pairs of two times all cells of a large grid take a hundred megabytes and more.

No program of the library makes so many on its own task.
"""

Call = Callable[[Any, Any], Any]
"""From the grid ``I`` and the pairs ``S`` to the value."""


def compiled(program: Program) -> Call:
    """A program as one function of ``I`` and ``S``; a step's value is let go once no later step needs it."""
    names = sorted(ref for ref in program.names if ref not in INPUTS)
    places = {name: place for place, name in enumerate((*INPUTS, *names))}
    first = len(places)

    def slot(ref: Ref) -> int:
        return first + ref if isinstance(ref, int) else places[ref]

    meanings = [CONSTANTS[name] if name in CONSTANTS else PRIMITIVES[name].fn for name in names]
    needed: dict[Ref, int] = {ref: place for place, step in enumerate(program.steps) for ref in step.refs}
    calls = [
        (
            slot(step.operation),
            tuple(map(slot, step.arguments)),
            tuple([slot(ref) for ref in dict.fromkeys(step.refs) if isinstance(ref, int) and needed[ref] == place]),
        )
        for place, step in enumerate(program.steps)
    ]

    def call(grid: Any, pairs: Any) -> Any:
        values = [pairs, grid, None, *meanings]
        for operation, arguments, done in calls:
            values.append(values[operation](*[values[place] for place in arguments]))
            for place in done:
                values[place] = None
        return values[-1]

    return call


@contextmanager
def guarded() -> Iterator[Timer]:
    """What runs meanwhile is bounded in memory and depth; the timer bounds each call."""
    limits = Limits(CALL_SECONDS, MEMORY)
    with contained(limits.memory), timer(limits) as clock:
        yield clock


def value_of(call: Callable[..., Any], clock: Timer, *arguments: Any) -> Any:
    """What a call gives; None when it raises, takes too long, or makes a container of more than ``MOST_MEMBERS``."""
    before = limited(MOST_MEMBERS)
    try:
        clock.set(CALL_SECONDS)
        value = call(*arguments)
        clock.clear()
    except DeadlineReached:
        clock.clear()
        return None
    except Exception:  # noqa: BLE001 - a move may raise anything: then it leads nowhere
        clock.clear()
        return None
    finally:
        limited(before)
    return value
