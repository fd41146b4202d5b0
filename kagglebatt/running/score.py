"""o_score, d_score and s_score: how good candidates and differs are. Arithmetic only.

- **o_score** (candidate, task): demo pairs reproduced exactly. The same count over test pairs, ``test_score``,
  stands beside it and never chooses anything.
- **d_score** (candidate, differ, task): summed over demo pairs, what the differ says of the candidate's output
  less what it says of the raw input; a pair without a grid, or on which the differ fails, adds nothing.
- **s_score** (differ, task): the sum of its d_scores over the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.running.outcome import Kind, Outcome, is_grid
from kagglebatt.running.shown import Shown

PERFECT = 1000
"""The similarity of equal grids, and a differ's highest value."""


IN_WANT = frozenset((Kind.TOO_LARGE, Kind.CRASHED))
"""Outcomes that may be otherwise with more memory."""
_OUTCOMES = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Judging:
    """Under which limits the differs said what they said of one output and of the raw input.

    Attributes:
        slowest: seconds of the slowest that finished.
        late: whether one ran out of time.
        in_want: whether one wanted more memory, or ended its process.
        by_clock: whether the clock alone ended one.
    """

    slowest: float = 0.0
    late: bool = False
    in_want: bool = False
    by_clock: bool = False

    def with_outcome(self, outcome: Outcome) -> Judging:
        """The same with one more differ's outcome."""
        late = outcome.kind is Kind.TIMED_OUT
        return Judging(
            self.slowest if late else max(self.slowest, outcome.seconds),
            self.late or late,
            self.in_want or outcome.kind in IN_WANT,
            self.by_clock or outcome.by_clock,
        )


NOT_JUDGED = Judging()


@dataclass(frozen=True, slots=True)
class SampleScore:
    """One candidate on one sample, compared with the known answer, if any. This is all that leaves a worker.

    Attributes:
        kind: the outcome's kind; NOT_A_GRID when the value could not be an answer.
        fault: name of the exception when it raised; where answers are kept, of the type of what is no grid.
        right: whether the answer was reproduced exactly.
        similarity: cells that agree with the answer, per thousand; 0 for another shape or no grid.
        gains: for each differ what was gained on this sample; empty for test samples.
        seconds: what the candidate's steps took of the processor.
        answer: the grid that was computed, where the work was asked to keep it.
        judging: how the differs came to what they said.
        by_clock: whether the clock alone ended the candidate, with little processor time.
        shown: the value to look at, or what an exception said, where the work was a trace.
    """

    kind: Kind
    fault: str
    right: bool
    similarity: int
    gains: tuple[int, ...]
    seconds: float
    answer: Grid | None = None
    judging: Judging = field(default=NOT_JUDGED, compare=False)
    by_clock: bool = field(default=False, compare=False)
    shown: Shown | None = field(default=None, compare=False)

    def __reduce__(self) -> tuple[type[SampleScore], tuple[object, ...]]:
        # Tens of thousands travel an iteration, and pickling a frozen dataclass by its slots takes five times longer.
        return SampleScore, (
            self.kind, self.fault, self.right, self.similarity, self.gains, self.seconds, self.answer, self.judging,
            self.by_clock, self.shown,
        )  # fmt: skip

    @property
    def unsure(self) -> bool:
        """Whether the clock alone had a say in it: another run may give another score."""
        return self.by_clock or self.judging.by_clock


@dataclass(frozen=True, slots=True)
class Scores:
    """One candidate on one task.

    Attributes:
        o_score: demo pairs reproduced exactly, of ``demos``.
        test_score: test pairs reproduced exactly, of ``tests``; for reports only.
        similarity: mean over demo pairs, per thousand, rounded down.
        outcomes: the kind of each sample's outcome, demo samples first; a raised exception as ``raised NAME``.
        d_scores: d_score by differ id.
    """

    o_score: int
    demos: int
    test_score: int
    tests: int
    similarity: int
    outcomes: tuple[str, ...]
    d_scores: Mapping[str, int]

    @property
    def timeouts(self) -> int:
        """Samples on which the candidate ran out of time."""
        return self.outcomes.count(Kind.TIMED_OUT.value)

    @property
    def untested(self) -> Scores:
        """The same as if its test pairs had not been run."""
        outcomes = (*self.outcomes[: self.demos], *[Kind.NOT_RUN.value] * self.tests)
        return replace(self, test_score=0, outcomes=outcomes)

    @property
    def has_grid(self) -> bool:
        """Whether any demo sample gave a grid; without one every d_score is 0, whatever the differs."""
        return Kind.VALUE.value in self.outcomes[: self.demos]

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """o_score, demos, test_score, tests and similarity."""
        return self.o_score, self.demos, self.test_score, self.tests, self.similarity

    def as_json(self) -> dict[str, Any]:
        """A JSON object; ``from_json`` reads it back."""
        return {
            "o_score": self.o_score,
            "demos": self.demos,
            "test_score": self.test_score,
            "tests": self.tests,
            "similarity": self.similarity,
            "outcomes": list(self.outcomes),
            "d_scores": dict(self.d_scores),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Scores:
        """Read what ``as_json`` wrote.

        Raises:
            ValueError: it is something else, or what no measurement gives.
        """
        try:
            numbers = {name: int(raw[name]) for name in ("o_score", "demos", "test_score", "tests", "similarity")}
            d_scores = {str(name): int(score) for name, score in raw["d_scores"].items()}
            scores = cls(**numbers, outcomes=tuple(map(str, raw["outcomes"])), d_scores=d_scores)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"no scores: {error}") from error
        if not scores.are_possible:
            raise ValueError("no measurement gives these scores")
        return scores

    @property
    def are_possible(self) -> bool:
        """Whether a measurement could have given them: one outcome a sample, and every count within its bounds."""
        counts = 0 <= self.o_score <= self.demos and 0 <= self.test_score <= self.tests
        named = all(each in _OUTCOMES or each.startswith(f"{Kind.RAISED.value} ") for each in self.outcomes)
        within = all(abs(score) <= PERFECT * self.demos for score in self.d_scores.values())
        whole = len(self.outcomes) == self.demos + self.tests and 0 <= self.similarity <= PERFECT
        return counts and named and within and whole


def similarity(grid: Grid, answer: Grid) -> int:
    """Cells that agree, per thousand, rounded down; 0 when the shapes differ.

    >>> similarity(((1, 2),), ((1, 0),))
    500
    """
    if len(grid) != len(answer) or len(grid[0]) != len(answer[0]):
        return 0
    agreeing = sum(sum(map(int.__eq__, mine, theirs)) for mine, theirs in zip(grid, answer, strict=True))
    return PERFECT * agreeing // (len(answer) * len(answer[0]))


def score_sample(
    outcome: Outcome, answer: Grid | None, gains: tuple[int, ...], judging: Judging = NOT_JUDGED
) -> SampleScore:
    """Compare an outcome with the known answer."""
    kind = outcome.kind
    if kind is Kind.VALUE and not is_grid(outcome.value):
        kind = Kind.NOT_A_GRID
    known = kind is Kind.VALUE and answer is not None
    return SampleScore(
        kind=kind,
        fault=outcome.fault,
        right=known and outcome.value == answer,
        similarity=similarity(outcome.value, answer) if known and answer is not None else 0,
        gains=gains,
        seconds=outcome.seconds,
        judging=judging,
        by_clock=outcome.by_clock,
    )


def judged(outcome: Outcome) -> int | None:
    """What a differ says, 0 to 1000; None when it failed or said anything else."""
    value = outcome.value
    return value if outcome.kind is Kind.VALUE and type(value) is int and 0 <= value <= PERFECT else None


def gain(of_output: int | None, of_input: int | None) -> int:
    """What a differ says was gained on one sample over doing nothing."""
    return of_output - of_input if of_output is not None and of_input is not None else 0


def add_up(demo: Sequence[SampleScore], test: Sequence[SampleScore], differ_ids: Sequence[str]) -> Scores:
    """The scores of one candidate on one task from its marks."""
    gains = map(sum, zip(*(each.gains for each in demo), strict=True))
    return Scores(
        o_score=sum(each.right for each in demo),
        demos=len(demo),
        test_score=sum(each.right for each in test),
        tests=len(test),
        similarity=sum(each.similarity for each in demo) // len(demo),
        outcomes=tuple(_named(each.kind, each.fault) for each in (*demo, *test)),
        d_scores=dict(zip(differ_ids, gains, strict=True)),
    )


@lru_cache(maxsize=256)
def _named(kind: Kind, fault: str) -> str:
    """An outcome in a word or two."""
    return f"{kind.value} {fault}".rstrip()


def s_scores(scores: Sequence[Scores], differ_ids: Sequence[str]) -> dict[str, int]:
    """The s_score of every differ on one task from the scores of all candidates on it."""
    return {name: sum(each.d_scores.get(name, 0) for each in scores) for name in differ_ids}
