"""A task as the search sees it: grids of all samples, and the answers of the demo pairs alone."""

from __future__ import annotations

from dataclasses import dataclass

from kagglebatt.dsl.types import Grid
from kagglebatt.tasks.task import Task

Pairs = tuple[tuple[Grid, Grid | None], ...]


@dataclass(frozen=True)
class Problem:
    """Inputs and known answers of one task; answers of its test pairs are left behind here.

    Attributes:
        inputs: of the demo pairs, then of the test pairs.
        answers: of the demo pairs.
        pairs: for each input what a program may see as ``S``.
    """

    inputs: tuple[Grid, ...]
    answers: tuple[Grid, ...]
    pairs: tuple[Pairs, ...]

    @classmethod
    def of(cls, task: Task) -> Problem:
        """The problem that a task poses."""
        return cls(
            inputs=tuple(sample.input for sample in task.samples),
            answers=tuple(sample.answer for sample in task.demo if sample.answer is not None),
            pairs=tuple(task.pairs_for(sample) for sample in task.samples),
        )

    @property
    def demos(self) -> int:
        """How many of the samples are demo pairs."""
        return len(self.answers)

    def colours(self) -> tuple[int, ...]:
        """The colours of all grids but unknown answers, in ascending order."""
        return tuple(sorted({colour for grid in self.inputs + self.answers for row in grid for colour in row}))
