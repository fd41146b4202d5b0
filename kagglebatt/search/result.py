"""What a search found: programs with their answers, best first, and at most two attempts for each test input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program


@dataclass(frozen=True, slots=True)
class Found:
    """One program that a search came to.

    Attributes:
        stage: that found it: ``recall``, ``templates``, ``objects``, ``graph``, ``growth``, ``cells``,
            ``stack``, ``roles``, ``climb``.
        fitted: demo pairs that it reproduces.
        demos: demo pairs of the task.
        depth: moves one after another; 0 for a known program.
        pieces: that are painted over each other; 1 when nothing is.
        answers: one for each test input; None where it gives no grid.
        cost: how unlikely it is to be right, of those that fit equally many pairs.
    """

    program: Program
    stage: str
    fitted: int
    demos: int
    depth: int
    pieces: int
    answers: tuple[Grid | None, ...]
    cost: float = 0.0


@dataclass(frozen=True)
class SearchResult:
    """The end of one search.

    Attributes:
        found: best first.
        attempts: for each test input one or two different grids.
        nodes: different grids (one for every sample) by number of moves.
        work: moves applied and programs run.
        seconds: of the processor.
        stage_seconds: the same by stage.
    """

    found: tuple[Found, ...]
    attempts: tuple[tuple[Grid, ...], ...]
    nodes: tuple[int, ...] = ()
    work: int = 0
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
