"""What programs compute on every pair of their tasks, step by step, in a form that is small on a page.

Programs are run where candidates are, in worker processes within limits; nothing is executed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.notify import Notify
from kagglebatt.programs.program import Program
from kagglebatt.running.shown import Shown
from kagglebatt.running.trace import Steps, TracedStep, trace_all
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.picture import MARKED, NOTHING, STRANGE
from kagglebatt.tasks.task import Task

MOST_STEPS = 300
"""A program with more steps is shown without what it computes."""

MOST_SECONDS = 120.0
"""By the clock, after which no further program is begun: a home may be full of programs that use up their limit."""

_AT_ONCE = 60
"""Programs."""

_MOST_PICTURES = 6
"""Pictures of one value."""

_LETTERS = {NOTHING: ".", STRANGE: "?", MARKED: "x"}


def run_steps(
    chosen: Sequence[tuple[Program, Task]], settings: Settings, notify: Notify, most_seconds: float = MOST_SECONDS
) -> list[list[Steps]]:
    """For each program, in order, its steps on every sample of its task; none of what is too long, or came too late."""
    runs: list[list[Steps]] = [[] for _ in chosen]
    possible = [place for place, (program, _) in enumerate(chosen) if len(program) <= MOST_STEPS]
    if not possible:
        return runs
    end = monotonic() + most_seconds
    with WorkerPool(settings, notify) as pool:
        for first in range(0, len(possible), _AT_ONCE):
            if monotonic() >= end:
                notify(
                    f"what {len(possible) - first:,} of {len(possible):,} programs compute is left out: it takes long"
                )
                break
            places = possible[first : first + _AT_ONCE]
            requests = [(*chosen[place], sample) for place in places for sample in chosen[place][1].samples]
            done = iter(trace_all(requests, pool))
            for place in places:
                runs[place] = [next(done) for _ in chosen[place][1].samples]
    return runs


def grid_text(rows: Sequence[Sequence[int]] | Grid | None) -> str | None:
    """A grid as its rows of colours, with a stroke between them; None for none.

    >>> grid_text(((1, 2), (3, 0)))
    '12/30'
    """
    if rows is None:
        return None
    return "/".join("".join(_LETTERS.get(cell, str(cell) if 0 <= cell <= 9 else "?") for cell in row) for row in rows)


def steps_json(run: Steps) -> list[list[Any]]:
    """For each step its outcome, its processor time in milliseconds, and its value: kind, text, captioned pictures."""
    return [_step(step) for step in run.steps]


def _step(step: TracedStep) -> list[Any]:
    took = None if step.seconds is None else round(1000 * step.seconds, 2)
    return [step.outcome, took, *(["", "", []] if step.shown is None else _shown(step.shown))]


def _shown(shown: Shown) -> list[Any]:
    pictures = [[each.caption, grid_text(each.rows)] for each in shown.pictures[:_MOST_PICTURES]]
    left = len(shown.pictures) - len(pictures)
    more = f"{left} more are not drawn" if left else ""
    return [shown.kind, "; ".join(filter(None, (shown.text, more))), pictures]
