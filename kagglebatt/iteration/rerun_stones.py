"""Measuring stepping stones again: is a program as near as it was filed?

A stone was measured within the small limit of probing, and nobody noted which that was: a pair that it did not finish
counts as one without an output. So one that is not as it was filed is measured again with smaller and smaller limits,
until it is; with none of them it is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kagglebatt.home.archive import Archive
from kagglebatt.home.stones import Stone
from kagglebatt.iteration.progress import Progress
from kagglebatt.running.probe import Probed, Target, probe
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop
from kagglebatt.tasks.task import Task

BLOCK = 400
"""Stones that are measured before what came of them is noted."""

_HALVINGS = 8


@dataclass
class StonesRerun:
    """What came of it.

    Attributes:
        held: stones that are as near as is filed.
        undecided: stones that took longer than a candidate may; they stay.
        unchecked: stones of tasks that were not given; they stay.
        gone: stones that were taken out, a line each.
    """

    held: int = 0
    undecided: int = 0
    unchecked: int = 0
    gone: list[str] = field(default_factory=list)


def check_stones(
    archive: Archive,
    tasks: Sequence[Task],
    settings: Settings,
    pool: WorkerPool,
    found: StonesRerun,
    progress: Progress,
    stop: Stop,
) -> None:
    """Measure every stone of these tasks again, and take out what is not as it was filed.

    Raises:
        StoppedError: it was asked to end; what was found until then is done.
    """
    by_content = {task.digest: task for task in tasks}
    every = archive.stones()
    stones = [stone for stone in every if stone.content in by_content]
    found.unchecked = len(every) - len(stones)
    for first in range(0, len(stones), BLOCK):
        stop.check()
        _check_block(archive, stones[first : first + BLOCK], by_content, settings, pool, found)
        progress("stones", min(first + BLOCK, len(stones)), len(stones))


def _check_block(
    archive: Archive,
    stones: Sequence[Stone],
    by_content: Mapping[str, Task],
    settings: Settings,
    pool: WorkerPool,
    found: StonesRerun,
) -> None:
    left, measured = list(stones), dict[Stone, Probed]()
    for seconds in _limits(settings):
        now = _measured(archive, left, by_content, pool, seconds)
        measured = {**now, **measured}  # with the largest limit, where it is told
        left = [stone for stone in left if not _holds(stone, now[stone])]
    slow = [stone for stone in left if measured[stone].counts.slow]
    gone = [stone for stone in left if not measured[stone].counts.slow]
    found.held += len(stones) - len(left)
    found.undecided += len(slow)
    found.gone += [_line(stone, measured[stone]) for stone in gone]
    archive.amend([], stones=gone)


def _limits(settings: Settings) -> list[float]:
    """Seconds: what a candidate may take, what a probe may, and less and less."""
    most, usual = settings.timeout, settings.probe_ms / 1000
    return [most, usual, *(usual / 2**halving for halving in range(1, _HALVINGS + 1))]


def _measured(
    archive: Archive, stones: Sequence[Stone], by_content: Mapping[str, Task], pool: WorkerPool, seconds: float
) -> dict[Stone, Probed]:
    """Each alone, so that none is known for another's output."""
    programs = [archive.program(stone.md5) for stone in stones]
    targets = [Target(by_content[stone.content]) for stone in stones]
    every = probe(programs, targets, pool, seconds, [[number] for number in range(len(stones))])
    return {stones[each.place]: each for each in every}


def _holds(stone: Stone, probed: Probed) -> bool:
    filed = (stone.o_score, stone.similarity, stone.nearness, stone.outputs, stone.first)
    return filed in [
        (each.o_score, each.similarity, each.nearness, each.outputs, each.first) for each in probed.promising
    ]


def _line(stone: Stone, probed: Probed) -> str:
    has = "it is not near"
    for each in probed.promising:
        has = f"it has {each.o_score}, {each.nearness}, {each.similarity}"
        if has == f"it has {stone.o_score}, {stone.nearness}, {stone.similarity}":
            has += ", and other outputs"
    return (
        f"stepping stone {stone.md5} on {stone.task}: is taken out; filed with demo {stone.o_score}/{stone.demos}, "
        f"nearness {stone.nearness}, similarity {stone.similarity}; {has}"
    )
