"""The work itself, in whatever process: candidates of units run, judged and compared; scores come out.

A *unit* is a batt on one sample of one task; a *slice* is some of its candidates. Values stay in the process that
computed them, and only scores travel. Where the process may be lost, a few bytes outside of it always say which
candidate, and which differ on its output, it is at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import perf_counter, process_time

from kagglebatt.dsl.types import Grid
from kagglebatt.running.execute import Evaluation, Plan
from kagglebatt.running.job import Position
from kagglebatt.running.limit import Limits, Timer, contained, timer
from kagglebatt.running.outcome import Kind, Outcome, is_grid
from kagglebatt.running.score import NOT_JUDGED, Judging, SampleScore, gain, judged, score_sample
from kagglebatt.running.shown import Shown, describe
from kagglebatt.tasks.task import Sample, Task

_TELL_SECONDS = 0.1
LONGEST_SECONDS = 5.0
"""A process gives its chunk back after this long, done or not: whoever waits for more has lost it."""


@dataclass(frozen=True)
class Unit:
    """A batt, as its plan, to run on one sample of one task."""

    plan: Plan
    task: Task
    sample: Sample

    @property
    def cost(self) -> int:
        """An estimate for cutting work evenly: steps times cells."""
        return (len(self.plan.calls) + 1) * len(self.sample.input) * len(self.sample.input[0])


@dataclass(frozen=True)
class Slice:
    """Candidates of one unit.

    Attributes:
        place: the unit's, among all units of a run.
        numbers: the candidates', in the unit's plan.
        skip: differs, by number, that failed for good on these candidates' outputs.
    """

    place: int
    unit: Unit
    numbers: tuple[int, ...]
    skip: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chunk:
    """What one process does in one go.

    Attributes:
        keep_answers: whether the grids that were computed go back beside their scores; else no value travels.
        traced: whether each candidate is one step of a program, whose value goes back as something to look at. The
            first one without a value ends its slice, as it ends the program.
        share: the part of its limit of time that a candidate gets; one that is out of less than all of it gave up.
    """

    slices: tuple[Slice, ...]
    differs: Plan
    limits: Limits
    keep_answers: bool = False
    traced: bool = False
    share: float = 1.0

    @property
    def late(self) -> Kind:
        """How a candidate that runs out of time ends."""
        return Kind.TIMED_OUT if self.share == 1.0 else Kind.GAVE_UP

    def perform(self, position: Position | None) -> Iterator[SliceResult]:
        """See ``perform`` below."""
        return perform(self, position)

    def alone(self, place: int, number: int) -> Chunk:
        """One candidate of one unit."""
        (part,) = [each for each in self.slices if each.place == place]
        return replace(self, slices=(replace(part, numbers=(number,)),))

    def without(self, differ: int) -> Chunk:
        """The same candidate, not judged by a differ any more."""
        (part,) = self.slices
        return replace(self, slices=(replace(part, skip=part.skip | {differ}),))

    def ended(self, kind: Kind, seconds: float, by_clock: bool, took: float) -> SliceResult:
        """The mark of a candidate that ends its process."""
        (part,) = self.slices
        gains = (0,) * len(self.differs.needs) if part.unit.sample.kind == "demo" else ()
        kind = self.late if kind is Kind.TIMED_OUT else kind
        mark = SampleScore(kind, "", False, 0, gains, seconds, by_clock=by_clock)
        return SliceResult(part.place, {part.numbers[0]: mark}, perf_counter() - took, took, took)


@dataclass(frozen=True)
class SliceResult:
    """Marks of some candidates of a unit, by number.

    Attributes:
        began: when their computing began, in seconds of the machine's own clock.
        seconds: what computing them took, by that clock.
        cpu: what it took of a processor; by the clock where the process was lost, and cannot say.
    """

    place: int
    scores: dict[int, SampleScore]
    began: float
    seconds: float
    cpu: float


def perform(chunk: Chunk, position: Position | None) -> Iterator[SliceResult]:
    """Do a chunk, slice by slice; the scores come in order, in as many parts as it takes.

    It ends early after a candidate that took more than half of its time, and when it takes long: what is left then is
    shared out anew, so that no process is left alone with all the slow ones, and nobody waits for one for long.

    Args:
        position: kept up to date when this process may be lost; then a long call into C may end it, too.
    """
    enough = perf_counter() + LONGEST_SECONDS
    for part in chunk.slices:
        slow = False
        with contained(chunk.limits.memory), timer(chunk.limits, position is not None) as clock:
            for done in _scored(_SliceRun(part, chunk, clock, position)):
                slow = any(each.seconds > chunk.limits.seconds / 2 for each in done.scores.values())
                slow = not chunk.traced and (slow or perf_counter() > enough)
                yield done
                if slow:
                    break
        if position is not None:
            position.clear()
        if slow:
            return


def _scored(bench: _SliceRun) -> Iterator[SliceResult]:
    """The scores of a slice; after one that took long they are told at once, since the next may end the process."""
    began, worked = perf_counter(), process_time()
    scores: dict[int, SampleScore] = {}
    for number in bench.part.numbers:
        scores[number] = bench.score_sample(number)
        if bench.traced and scores[number].kind not in (Kind.VALUE, Kind.NOT_A_GRID):
            break
        now = perf_counter()
        if now - began > _TELL_SECONDS:
            yield SliceResult(bench.part.place, scores, began, now - began, process_time() - worked)
            began, worked, scores = perf_counter(), process_time(), {}
    if scores:
        yield SliceResult(bench.part.place, scores, began, perf_counter() - began, process_time() - worked)


class _SliceRun:
    """One slice being done: its evaluation of values, and what every differ said of each distinct output."""

    def __init__(self, part: Slice, chunk: Chunk, clock: Timer, position: Position | None) -> None:
        self.part = part
        self._differ_plan = chunk.differs
        self._limit = chunk.limits.seconds
        self._own_limit = chunk.share * chunk.limits.seconds
        self._late = chunk.late
        self._keep_answers = chunk.keep_answers
        self.traced = chunk.traced
        self._clock = clock
        self._position = position
        self._known: dict[Grid, tuple[tuple[int, ...], Judging]] = {}
        self._of_input: tuple[list[int | None], Judging] | None = None
        self._clear()

    def _clear(self) -> None:
        task, sample = self.part.unit.task, self.part.unit.sample
        # The answer is not among a solver's inputs: what it computes cannot depend on it.
        self._evaluation = Evaluation(self.part.unit.plan, (task.pairs_for(sample), sample.input, None))
        self._judging = Evaluation(self._differ_plan, (task.pairs, sample.input, sample.answer))

    def score_sample(self, number: int) -> SampleScore:
        """Run one candidate, judge what it gave, and compare that with the answer."""
        self._at(number)
        outcome = self._run(number)
        sample = self.part.unit.sample
        gains, judging = self._gains(number, outcome) if sample.kind == "demo" else ((), NOT_JUDGED)
        score = score_sample(outcome, sample.answer, gains, judging)
        if self.traced:
            score = replace(score, shown=self._show(number, outcome))
        if self._keep_answers and score.kind is Kind.VALUE:
            return replace(score, answer=outcome.value)
        if self._keep_answers and score.kind is Kind.NOT_A_GRID:
            return replace(score, fault=type(outcome.value).__name__)
        return score

    def _show(self, number: int, outcome: Outcome) -> Shown | None:
        if outcome.kind is Kind.VALUE:
            return describe(outcome.value)
        if outcome.kind is Kind.RAISED:
            step = self.part.unit.plan.needs[number][-1]
            return Shown(outcome.fault, self._evaluation.complaint(step, self._limit, self._clock))
        return None

    def _at(self, number: int, differ: int = -1) -> None:
        if self._position is not None:
            self._position.set(self.part.place, number, differ)

    def _run(self, number: int) -> Outcome:
        outcome = self._evaluation.run(number, self._own_limit, self._clock)
        if self._evaluation.exhausted or outcome.by_clock:
            # Perhaps by what others had computed before, or did meanwhile: it is run once more without them.
            self._clear()
            outcome = self._evaluation.run(number, self._own_limit, self._clock)
            if self._evaluation.exhausted:
                self._clear()
        return replace(outcome, kind=self._late) if outcome.kind is Kind.TIMED_OUT else outcome

    def _gains(self, number: int, outcome: Outcome) -> tuple[tuple[int, ...], Judging]:
        if outcome.kind is not Kind.VALUE or not is_grid(outcome.value):
            return (0,) * len(self._differ_plan.needs), NOT_JUDGED
        grid = outcome.value
        if grid not in self._known:
            if self._of_input is None:
                self._of_input = self._judge(number, self.part.unit.sample.input, NOT_JUDGED)
            of_input, judging = self._of_input
            of_output, judging = self._judge(number, grid, judging)
            self._known[grid] = tuple(map(gain, of_output, of_input)), judging
        return self._known[grid]

    def _judge(self, number: int, grid: Grid, judging: Judging) -> tuple[list[int | None], Judging]:
        """What every differ says of a grid, and how it came to that, after what is known of another grid."""
        self._judging.turn_to(grid)
        said: list[int | None] = []
        for differ in range(len(self._differ_plan.needs)):
            self._at(number, differ)
            outcome = Outcome(Kind.CRASHED) if differ in self.part.skip else self._ask(differ, grid)
            judging = judging.with_outcome(outcome)
            said.append(judged(outcome))
        return said, judging

    def _ask(self, differ: int, grid: Grid) -> Outcome:
        outcome = self._judging.run(differ, self._limit, self._clock)
        if self._judging.exhausted or outcome.by_clock:
            self._clear()
            self._judging.turn_to(grid)
            outcome = self._judging.run(differ, self._limit, self._clock)
            if self._judging.exhausted:
                self._clear()
                self._judging.turn_to(grid)
        return outcome


def rest(part: Slice, done: set[int]) -> Slice | None:
    """What is left of a slice; None when nothing is."""
    left = tuple(number for number in part.numbers if number not in done)
    return replace(part, numbers=left) if left else None
