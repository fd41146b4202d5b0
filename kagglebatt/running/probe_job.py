"""Probing in a worker: many programs on the first demo pair of tasks, and on the next ones what came near.

A program is out at its first fault, at an output that is no grid or is known, and where it is farther from the answer
than what is known. What goes back is little: counts, and what stood the first pair.

- A program that gave the answer of the first pair goes on to the others, whoever else did.
- Of several that gave one other output the first by number goes on, and holds that output against the others, however
  it ends. So it does not matter which programs are probed together: among parts of the work the same is decided again.
- *Near* is, after some of the pairs: nearer than the input itself, and by its share of the pairs nearer than what is to
  be beaten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from time import perf_counter, process_time
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.running.execute import Plan
from kagglebatt.running.job import Position
from kagglebatt.running.limit import Limits, Timer, contained, timer
from kagglebatt.running.nearness import EXACT, Answer, output_digest, packed_grid
from kagglebatt.running.outcome import Kind
from kagglebatt.running.probe_values import FAULT, SLOW, Values, last_needed
from kagglebatt.running.work import LONGEST_SECONDS
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Target:
    """A task to probe on, and what is known of it.

    Attributes:
        known: digests (``nearness.output_digest``) of first-pair outputs that are known. That of the input is known
            anyway, and that of the answer never counts as known.
        nearest: the nearness to beat, over all demo pairs.
    """

    task: Task
    known: frozenset[bytes] = frozenset()
    nearest: int = 0


@dataclass(frozen=True, slots=True)
class Promising:
    """A program that came near on one task, measured on all of its demo pairs.

    Attributes:
        number: the program's.
        o_score: demo pairs reproduced exactly.
        similarity: mean over demo pairs, per thousand, rounded down.
        nearness: summed over demo pairs; see ``nearness``.
        outputs: digest of its outputs on all demo pairs.
        first: digest of its output on the first.
    """

    number: int
    o_score: int
    similarity: int
    nearness: int
    outputs: bytes
    first: bytes

    @property
    def rank(self) -> tuple[int, int, int]:
        """Sorts the best first."""
        return -self.o_score, -self.nearness, self.number


@dataclass(frozen=True)
class ProbeCounts:
    """How probes on one task ended; each is one of these.

    Attributes:
        faults: raised, crashed, wanted too much memory, or gave no grid.
        slow: took longer than the limit.
        known: gave an output that is known, or that another program of the same probe holds.
        far: not near on some pair.
        promising: near on all pairs, or exact on one.
    """

    faults: int = 0
    slow: int = 0
    known: int = 0
    far: int = 0
    promising: int = 0

    def __add__(self, other: ProbeCounts) -> ProbeCounts:
        return ProbeCounts(*map(sum, zip(self.as_ints, other.as_ints, strict=True)))

    @property
    def as_ints(self) -> tuple[int, ...]:
        """In the order of the attributes; ``ProbeCounts(*ints)`` takes them back."""
        return self.faults, self.slow, self.known, self.far, self.promising


FAULTS, SLOW_ONES, KNOWN, FAR, PROMISING = (each.name for each in fields(ProbeCounts))
"""How a probe ends, in words of ``ProbeCounts``."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The first program that gave an output on the first pair, which is not the answer, and is near.

    Attributes:
        ended: how it did.
        promising: what was measured of it where it is.
    """

    number: int
    ended: str
    promising: Promising | None = None


@dataclass(frozen=True)
class Part:
    """One target of a job.

    Attributes:
        place: the target's, among all of them.
        wanted: places of programs in the job's plan, in the order in which they are to be run.
    """

    place: int
    target: Target
    wanted: tuple[int, ...]


@dataclass(frozen=True)
class PartResult:
    """What came of a part, or of some of it.

    Attributes:
        block: the job's.
        done: the places in the plan that were probed.
        counts: of what ended before it was a holder or gave the answer.
        holders: by digest of the first output.
        exact: those that gave the answer of the first pair, by digest of all outputs the first of them by number.
        cpu: seconds of the processor.
    """

    place: int
    block: int
    done: tuple[int, ...]
    counts: ProbeCounts
    holders: dict[bytes, Holder]
    exact: dict[bytes, Promising]
    cpu: float


@dataclass(frozen=True)
class ProbeJob:
    """Some programs, merged, on some targets.

    Attributes:
        block: a number by which whoever asked knows the programs.
        numbers: the programs', by place in the plan.
        limits: of one program on one pair.
    """

    block: int
    plan: Plan
    numbers: tuple[int, ...]
    parts: tuple[Part, ...]
    limits: Limits

    def perform(self, position: Position | None) -> Iterator[PartResult]:
        """Probe part by part; it ends when it has taken long, perhaps within a part."""
        enough = perf_counter() + LONGEST_SECONDS
        order: tuple[int, ...] = ()
        last: dict[int, list[int]] = {}
        for part in self.parts:
            worked = process_time()
            if part.wanted != order:  # mostly all parts want the same
                order, last = part.wanted, last_needed(self.plan, part.wanted)
            with contained(self.limits.memory), timer(self.limits, position is not None) as clock:
                done = _Probe(self, part, clock, position).run(enough, last)
            if position is not None:
                position.clear()
            yield replace(done, cpu=process_time() - worked)
            if perf_counter() > enough:
                return

    def alone(self, place: int, number: int) -> ProbeJob:
        """One program on one target; it is known by its place in the plan."""
        (part,) = [each for each in self.parts if each.place == place]
        return replace(self, parts=(replace(part, wanted=(number,)),))

    def without(self, differ: int) -> ProbeJob:
        """The same: no differ is run as a program here."""
        raise NotImplementedError(f"probing has no differ {differ}")

    def ended(self, kind: Kind, seconds: float, by_clock: bool, took: float) -> PartResult:
        """Of a program that ends its process."""
        (part,) = self.parts
        counts = ProbeCounts(slow=1) if kind is Kind.TIMED_OUT else ProbeCounts(faults=1)
        return PartResult(part.place, self.block, part.wanted, counts, {}, {}, took)


class _Pair:
    """One demo pair: the values of steps on it, and how near each distinct output is."""

    def __init__(self, values: Values, grid: Grid, answer: Grid) -> None:
        self.output, self.let_go = values.output, values.let_go
        self._answer = Answer(answer)
        self.answer = self._answer.packed
        self.input = packed_grid(grid)
        self.seen: dict[bytes, tuple[int, int]] = {}
        self.base = 0 if self.input is None else self.near(grid, self.input)[0]

    def near(self, grid: Grid, packed: bytes, beat: int = -1) -> tuple[int, int]:
        """(nearness, similarity) of an output, which is worked out once; see ``Answer.compare``.

        Args:
            beat: the same each time, or -1 before it is ever something else.
        """
        known = self.seen.get(packed)
        if known is None:
            known = self.seen[packed] = self._answer.compare(grid, packed, beat)
        return known


class _Probe:
    """One part being done."""

    def __init__(self, job: ProbeJob, part: Part, clock: Timer, position: Position | None) -> None:
        self._job, self._part, self._clock, self._position = job, part, clock, position
        self._samples = part.target.task.demo
        self._pairs: list[_Pair] = []
        self._counts: Counter[str] = Counter()
        self._base = [0]  # what the inputs are on the first pairs, by the number of these

    def run(self, enough: float, last: Mapping[int, Sequence[int]]) -> PartResult:
        """Probe what is wanted, at most until ``enough`` by the clock but for what stood the first pair by then.

        Args:
            last: as ``last_needed`` tells.
        """
        done: list[int] = []
        groups: dict[bytes, list[int]] = {}
        for place in self._part.wanted:
            if perf_counter() > enough and done:
                break
            done.append(place)
            packed = self._first(place)
            self._pairs[0].let_go(last[place])
            if packed is not None:
                groups.setdefault(packed, []).append(place)
        exact, holders = self._going_on(groups)
        counts = ProbeCounts(**self._counts)
        return PartResult(self._part.place, self._job.block, tuple(done), counts, holders, exact, 0.0)

    def _pair(self, index: int) -> _Pair:
        while len(self._pairs) <= index:
            sample, task = self._samples[len(self._pairs)], self._part.target.task
            # The answer is not among a program's inputs: what it computes cannot depend on it.
            inputs = (task.pairs_for(sample), sample.input, None)
            values = Values(self._job.plan, inputs, self._job.limits.seconds, self._clock)
            assert sample.answer is not None  # a demo pair's is always known
            self._pairs.append(_Pair(values, sample.input, sample.answer))
        return self._pairs[index]

    def _output(self, index: int, place: int) -> tuple[Any, bytes | None]:
        if self._position is not None:
            self._position.set(self._part.place, place)
        value = self._pair(index).output(place)
        return value, None if value is FAULT or value is SLOW else packed_grid(value)

    def _first(self, place: int) -> bytes | None:
        """The output on the first pair, packed; None of a program that is out."""
        value, packed = self._output(0, place)
        pair = self._pairs[0]
        if packed is None:
            self._counts[SLOW_ONES if value is SLOW else FAULTS] += 1
        elif packed != pair.answer and (packed == pair.input or output_digest(packed) in self._part.target.known):
            self._counts[KNOWN] += 1
        elif not self._is_near(1, pair.near(value, packed, self._to_beat)[0]):
            self._counts[FAR] += 1
        else:
            return packed
        return None

    @cached_property
    def _to_beat(self) -> int:
        """What is not near on the first pair has no more."""
        return max(self._pair(0).base, self._part.target.nearest // len(self._samples))

    def _is_near(self, pairs: int, nearness: int) -> bool:
        """Whether so much on the first pairs is near; the answer of all of them always is."""
        if nearness == EXACT * pairs:
            return True
        while len(self._base) <= pairs:
            self._base.append(self._base[-1] + self._pair(len(self._base) - 1).base)
        return nearness > self._base[pairs] and nearness * len(self._samples) > self._part.target.nearest * pairs

    def _going_on(self, groups: dict[bytes, list[int]]) -> tuple[dict[bytes, Promising], dict[bytes, Holder]]:
        exact: dict[bytes, Promising] = {}
        holders: dict[bytes, Holder] = {}
        for packed, places in groups.items():
            places.sort(key=self._job.numbers.__getitem__)
            if packed == self._pair(0).answer:
                for place in places:
                    _, found = self._measure(place, packed)
                    if found is None or exact.setdefault(found.outputs, found) is not found:
                        self._counts[KNOWN] += 1
            else:
                ended, found = self._measure(places[0], packed)
                holders[output_digest(packed)] = Holder(self._job.numbers[places[0]], ended, found)
                self._counts[KNOWN] += len(places) - 1
        return exact, holders

    def _measure(self, place: int, first: bytes) -> tuple[str, Promising | None]:
        """How a program that stood the first pair ends, and what was measured of it when it is promising."""
        nearness, similarity = self._pair(0).seen[first]
        outputs: list[bytes | None] = [first]
        o_score = int(nearness == EXACT)
        for index in range(1, len(self._samples)):
            value, packed = self._output(index, place)
            outputs.append(packed)
            if packed is not None:
                near, similar = self._pair(index).near(value, packed)
                nearness, similarity, o_score = nearness + near, similarity + similar, o_score + (near == EXACT)
            elif not o_score:
                return SLOW_ONES if value is SLOW else FAULTS, None
            if not o_score and not self._is_near(index + 1, nearness):
                return FAR, None
        number, similarity = self._job.numbers[place], similarity // len(self._samples)
        return PROMISING, Promising(
            number, o_score, similarity, nearness, output_digest(*outputs), output_digest(first)
        )
