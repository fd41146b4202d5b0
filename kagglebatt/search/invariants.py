"""Invariants: what all answers of a task's demo pairs have in common, and answers of its test pairs should have, too.

A program may fit all demo pairs by accident. What it gives for a test input often shows that: colours that no answer
had, a size of another kind, the input unchanged. Of 400 ARC-AGI-1 training tasks 9 have true test answers
that break an invariant; of 1,013 wrong answers that programs give which fit all demo pairs of 320 such tasks, 605 do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import chain

from kagglebatt.dsl.types import Grid
from kagglebatt.search.problem import Problem

COST_OF_BROKEN = 2.0
"""Of each invariant that an answer breaks."""
MOST_COST = 12.0
"""Of all of them: invariants break together. As much is added where there is no answer at all."""
LEAST_PAIRS = 2
"""One demo pair makes no invariant."""
LEAST_REPEATED = 2
"""Demo pairs whose answers are those of pairs before them, for answers to be one of a few that were all seen.

On training tasks so are then all test answers (of 8 tasks); where a single one repeats, none is (of 3).
"""


@dataclass(frozen=True)
class _Facts:
    """A pair's grids in figures.

    Attributes:
        changes: pairs of a cell's colours before and after, where they differ; None where sizes do.
    """

    grid: Grid
    answer: Grid
    before: frozenset[int]
    after: frozenset[int]
    same_counts: bool
    changes: frozenset[tuple[int, int]] | None

    @classmethod
    def of(cls, grid: Grid, answer: Grid) -> _Facts:
        cells, given = list(chain.from_iterable(grid)), list(chain.from_iterable(answer))
        alike = len(grid) == len(answer) and len(cells) == len(given)
        changes = frozenset((a, b) for a, b in set(zip(cells, given, strict=True)) if a != b) if alike else None
        counts, others = Counter(cells), Counter(given)
        return cls(grid, answer, frozenset(counts), frozenset(others), counts == others, changes)

    @property
    def size(self) -> tuple[int, int]:
        return len(self.answer), len(self.answer[0])

    @property
    def input_size(self) -> tuple[int, int]:
        return len(self.grid), len(self.grid[0])


def _growth(pair: _Facts) -> Hashable:
    (high, wide), (rows, columns) = pair.size, pair.input_size
    return high - rows, wide - columns


def _ratio(pair: _Facts) -> Hashable:
    (high, wide), (rows, columns) = pair.size, pair.input_size
    return high / rows, wide / columns


def _changed_from(pair: _Facts) -> Hashable:
    return None if pair.changes is None else frozenset(before for before, _ in pair.changes)


def _changed_to(pair: _Facts) -> Hashable:
    return None if pair.changes is None else frozenset(after for _, after in pair.changes)


_PROPERTIES: tuple[Callable[[_Facts], Hashable], ...] = (
    _growth,
    _ratio,
    lambda pair: pair.size[0] == pair.size[1],
    lambda pair: pair.grid != pair.answer,
    lambda pair: pair.after,
    lambda pair: pair.after - pair.before,
    lambda pair: pair.before - pair.after,
    lambda pair: (len(pair.after - pair.before),),
    lambda pair: (len(pair.before - pair.after),),
    lambda pair: len(pair.after) > 1,
    lambda pair: len(pair.after) <= 2,
    lambda pair: 0 in pair.after,
    lambda pair: 0 not in pair.after,
    lambda pair: pair.same_counts,
    _changed_from,
    _changed_to,
    lambda pair: pair.changes is not None and len({before for before, _ in pair.changes}) == 1,
    lambda pair: pair.changes is not None and len({after for _, after in pair.changes}) == 1,
    lambda pair: pair.changes is not None and all(after for _, after in pair.changes),
)
"""What may be an invariant: it is one where all demo pairs have the same value, which is neither None nor False.

Symmetries of all answers are not among them: on 320 training tasks they never put a right answer before a wrong one,
but once a wrong one before the right.
"""


class Invariants:
    """The invariants of one task.

    Attributes:
        seen: the answers that each answer is one of, the most frequent first; empty where there is no such invariant.
    """

    def __init__(self, problem: Problem) -> None:
        self._inputs = problem.inputs[problem.demos :]
        pairs = [_Facts.of(grid, answer) for grid, answer in zip(problem.inputs, problem.answers, strict=False)]
        self._held: list[tuple[Callable[[_Facts], Hashable], Hashable]] = []
        counts = Counter(problem.answers)
        repeated = problem.demos - len(counts) >= LEAST_REPEATED
        self.seen = tuple([answer for answer, _ in counts.most_common()]) if repeated else ()
        self._new: frozenset[int] | None = None
        if len(pairs) >= LEAST_PAIRS:
            self._new = frozenset(chain.from_iterable(pair.after - pair.before for pair in pairs))
            for measure in _PROPERTIES:
                values = {measure(pair) for pair in pairs}
                if len(values) == 1 and not values & {None, False}:
                    self._held.append((measure, values.pop()))
        self._known: dict[tuple[Grid | None, ...], float] = {}

    def doubt(self, answers: tuple[Grid | None, ...]) -> float:
        """The cost of invariants that the answers to the test inputs break: 0 to ``MOST_COST``."""
        known = self._known.get(answers)
        if known is None:
            known = self._known[answers] = self._doubt(answers)
        return known

    def _doubt(self, answers: tuple[Grid | None, ...]) -> float:
        pairs = []
        for grid, answer in zip(self._inputs, answers, strict=True):
            if answer is None:
                return MOST_COST
            if self.seen and answer not in self.seen:
                return MOST_COST
            pairs.append(_Facts.of(grid, answer))
        broken = sum(any(measure(pair) != value for pair in pairs) for measure, value in self._held)
        if self._new is not None:
            broken += any(not pair.after - pair.before <= self._new for pair in pairs)
        return min(MOST_COST, COST_OF_BROKEN * broken)
