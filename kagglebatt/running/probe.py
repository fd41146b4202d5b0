"""Probing: which of many programs come near on which tasks, for a fraction of what running them in full costs.

Programs are merged in blocks of some hundreds, so that steps they share are run once; sorted so that those made from
one parent are together. Blocks are probed on targets in any order, by any worker, and cut anywhere: what came back is
put together so that nothing of this shows. How a probe goes is told in ``probe_job``.

Test pairs never leave this process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import zip_longest

from kagglebatt.programs.batt import deal
from kagglebatt.programs.program import Program
from kagglebatt.running.execute import Plan, plan_of
from kagglebatt.running.limit import Limits
from kagglebatt.running.probe_job import (
    PROMISING,
    Holder,
    Part,
    PartResult,
    ProbeCounts,
    ProbeJob,
    Promising,
    Target,
)
from kagglebatt.running.worker_pool import WorkerPool

__all__ = ["MOST_PROMISING", "ProbeCounts", "Probed", "Promising", "Target", "probe"]

BLOCK = 512
"""Programs that are merged at most."""
MOST_PROMISING = 32
"""So many of a target are told at most, the best by ``Promising.rank``."""
_WAVE = 100_000
"""Probes, some ten seconds of work or more, after which targets that are finished are told."""
_LEAST_JOB, _MOST_JOB = 64, 4_096
"""Probes of one job, where there are as many."""


@dataclass(frozen=True)
class Probed:
    """One target that is finished.

    Attributes:
        place: the target's, as it was given.
        promising: the best first.
        seconds: of processors.
    """

    place: int
    promising: tuple[Promising, ...]
    counts: ProbeCounts
    seconds: float


def probe(
    programs: Sequence[Program],
    targets: Sequence[Target],
    pool: WorkerPool,
    probe_seconds: float,
    wanted: Sequence[Sequence[int] | None] | None = None,
    progress: Callable[[int], object] = lambda _done: None,
) -> Iterator[Probed]:
    """Probe programs on tasks; each target as it is finished, in order.

    The same for any number of workers, but for programs that take about as long as they may.

    Args:
        programs: known by their numbers, their places here.
        probe_seconds: of the processor that one program may take on one pair.
        wanted: for each target the numbers of the programs to probe; all where it is None.
        progress: called with the number of probes finished since the last call.
    """
    limits = Limits(probe_seconds, pool.limits.memory)
    asked = [None if each is None else frozenset(each) for each in wanted or [None] * len(targets)]
    blocks = _merged(programs, asked)
    shared = [number for number, block in enumerate(blocks) if block.only < 0]
    own: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        if block.only >= 0:
            own.setdefault(block.only, []).append(number)
    for wave in _waves([len(programs) if each is None else len(each) for each in asked]):
        found = {place: _Found() for place in wave}
        left: _Left = {}
        for place in wave:
            sent = replace(targets[place], task=replace(targets[place].task, test=()))
            for number in (*shared, *own.get(place, ())):
                if chosen := blocks[number].chosen(asked[place]):
                    left[number, place] = Part(place, sent, chosen)
        while left:
            jobs = _jobs(left, blocks, limits, pool)
            with closing(pool.perform(jobs, _size(left.values()))) as coming:
                for done in coming:
                    _strike_out(left, done)
                    found[done.place].add(done)
                    progress(len(done.done))
        yield from (each.told(place) for place, each in found.items())


_Left = dict[tuple[int, int], Part]
"""What is left to do, by number of the block and place of the target."""


@dataclass(frozen=True)
class _Block:
    """Programs, merged.

    Attributes:
        numbers: the programs', by place in the plan.
        order: places in the plan, those with fewer steps first.
        only: the place of the one target that they are for; -1 where there may be others.
    """

    plan: Plan
    numbers: tuple[int, ...]
    order: tuple[int, ...]
    only: int

    def chosen(self, numbers: frozenset[int] | None) -> tuple[int, ...]:
        """Places of some of the programs, in order."""
        if numbers is None or numbers.issuperset(self.numbers):
            return self.order
        return tuple(place for place in self.order if self.numbers[place] in numbers)


def _merged(programs: Sequence[Program], asked: Sequence[frozenset[int] | None]) -> list[_Block]:
    """Blocks of programs that share steps, those for one target alone apart from the others."""
    canonical = [program.canonical for program in programs]
    together: dict[int, list[int]] = {}
    for number, place in enumerate(_only_targets(len(programs), asked)):
        together.setdefault(place, []).append(number)
    blocks = []
    for only, numbers in sorted(together.items()):
        alike = sorted(numbers, key=lambda number: (canonical[number].addresses, number))
        blocks += [_block(canonical, alike[first : first + BLOCK], only) for first in range(0, len(alike), BLOCK)]
    return blocks


def _only_targets(count: int, asked: Sequence[frozenset[int] | None]) -> list[int]:
    """For each program the place of the target that it is for; -1 where there are several, or none."""
    found: list[int | None] = [None if len(asked) > 1 else -1] * count
    for place, numbers in enumerate(asked):
        for number in range(count) if numbers is None else numbers:
            found[number] = place if found[number] is None else -1
    return [-1 if place is None else place for place in found]


def _block(programs: Sequence[Program], numbers: Sequence[int], only: int) -> _Block:
    addresses = [programs[number].addresses for number in numbers]
    plan = plan_of(deal([((), programs[number]) for number in numbers]), addresses)
    order = sorted(range(len(numbers)), key=lambda place: (len(addresses[place]), numbers[place]))
    return _Block(plan, tuple(numbers), tuple(order), only)


def _waves(sizes: Sequence[int]) -> Iterator[range]:
    """Places of consecutive targets whose probes are some seconds of work together."""
    first = size = 0
    for place, each in enumerate(sizes):
        if size and size + each > _WAVE:
            yield range(first, place)
            first, size = place, 0
        size += each
    if first < len(sizes):
        yield range(first, len(sizes))


def _size(parts: Iterable[Part]) -> int:
    return sum(len(part.wanted) for part in parts)


def _jobs(left: _Left, blocks: Sequence[_Block], limits: Limits, pool: WorkerPool) -> list[ProbeJob]:
    """What is left in jobs of one block each, enough of them to keep all workers busy to the end."""
    runs = _size(left.values())
    enough = min(max(runs // pool.most_chunks(runs), _LEAST_JOB), _MOST_JOB)
    jobs: list[ProbeJob] = []
    parts: list[Part] = []
    keys = sorted(left)
    for key, following in zip_longest(keys, keys[1:]):
        parts.append(left[key])
        if following is None or following[0] != key[0] or _size(parts) >= enough:
            block = blocks[key[0]]
            jobs.append(ProbeJob(key[0], block.plan, block.numbers, tuple(parts), limits))
            parts = []
    return jobs


def _strike_out(left: _Left, done: PartResult) -> None:
    part = left.pop((done.block, done.place))
    if len(done.done) < len(part.wanted):
        gone = set(done.done)
        rest = tuple(place for place in part.wanted if place not in gone)
        left[done.block, done.place] = replace(part, wanted=rest)


class _Found:
    """What came of one target, put together from parts of the work, in whatever order they come."""

    def __init__(self) -> None:
        self._counts = ProbeCounts()
        self._seconds = 0.0
        self._holders: dict[bytes, Holder] = {}
        self._exact: dict[bytes, Promising] = {}

    def add(self, done: PartResult) -> None:
        """Of several with one output the first by number keeps it; the others are known."""
        known = 0
        for first, holder in done.holders.items():
            other = self._holders.get(first, holder)
            known += other is not holder
            self._holders[first] = min(other, holder, key=lambda each: each.number)
        for outputs, exact in done.exact.items():
            same = self._exact.get(outputs, exact)
            known += same is not exact
            self._exact[outputs] = min(same, exact, key=lambda each: each.number)
        self._counts += done.counts + ProbeCounts(known=known)
        self._seconds += done.cpu

    def told(self, place: int) -> Probed:
        """When all is there."""
        ended = Counter(holder.ended for holder in self._holders.values())
        ended[PROMISING] += len(self._exact)
        held = [holder.promising for holder in self._holders.values() if holder.promising is not None]
        best = sorted([*self._exact.values(), *held], key=lambda each: each.rank)[:MOST_PROMISING]
        return Probed(place, tuple(best), self._counts + ProbeCounts(**ended), self._seconds)
