"""What happened to one candidate on one sample: a value, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(str, Enum):
    """The ways in which a candidate's run on one sample can end."""

    VALUE = "value"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    TOO_LARGE = "too large"
    NOT_A_GRID = "not a grid"
    CRASHED = "crashed"
    NOT_RUN = "not run"
    """A test pair, since the candidate reproduced no demo pair; it says nothing of the candidate."""
    GAVE_UP = "gave up"
    """Out of time as well, of which there was less, since it had run out of time on other pairs; see ``stages``."""


STAGED = frozenset((Kind.NOT_RUN, Kind.GAVE_UP))
"""Outcomes that only a run in stages gives."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One candidate's outcome on one sample.

    Attributes:
        kind: how it ended.
        value: the value when ``kind`` is VALUE, else None.
        fault: name of the exception type when it raised, else empty.
        seconds: summed processor time of the steps that this candidate needs, shared ones included.
        by_clock: whether the clock alone ended it, with little processor time: another run may end otherwise.
    """

    kind: Kind
    value: Any = None
    fault: str = ""
    seconds: float = 0.0
    by_clock: bool = False


MAX_ANSWER_CELLS = 10_000
"""A grid with more cells, rows times columns, is no answer; ARC's have at most 900."""

_COLOURS = frozenset(range(10))


def is_grid(value: Any) -> bool:
    """Whether a value could be an answer: a non-empty rectangular grid of colours 0 to 9, not too large."""
    if type(value) is not tuple or not value or not all(type(row) is tuple for row in value):
        return False
    width = len(value[0])
    if not width or width * len(value) > MAX_ANSWER_CELLS or any(len(row) != width for row in value):
        return False
    return all(set(map(type, row)) == {int} and _COLOURS.issuperset(row) for row in value)
