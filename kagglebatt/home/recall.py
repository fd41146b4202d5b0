"""Looking up before computing: what the cache knows of candidates, in the cache's own words.

A remembered score is used only where running the candidate now would give it again: the same body, task content
and vocabulary, every differ of the deal judged, and limits that it keeps. A remembered timeout counts only for limits
up to the one it was seen under, and a remembered want of memory only for the same memory; the same holds for what
differs said. A program that reads ``S`` has keys of a format of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from time import perf_counter

from kagglebatt.errors import ProgramError, TooLargeError
from kagglebatt.home.cache import Cache
from kagglebatt.programs.card import go_on
from kagglebatt.programs.inline import inline, read_body
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.outcome import STAGED, Kind
from kagglebatt.running.score import IN_WANT, NOT_JUDGED, Judging, SampleScore, Scores, add_up
from kagglebatt.running.stages import SHARE, TRIES
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

_SHORT = {kind.value: kind.value[0] for kind in (Kind.VALUE, Kind.TIMED_OUT, Kind.NOT_A_GRID)}
_STAGED = frozenset(kind.value for kind in STAGED)
_IN_WANT = {kind.value for kind in IN_WANT}
_LONG = {short: outcome for outcome, short in _SHORT.items()}
_CONFIRMED = {"null]": None, "true]": True, "false]": False}
_WITH_PAIRS = "2"
"""Format of the verdicts of programs that read ``S``: the pair that they are run on is not in it."""
_READS_PAIRS = re.compile(r"[(, ]S[,)]")


@dataclass(frozen=True)
class CachedResult:
    """What is remembered of one candidate on one task.

    Attributes:
        scores: as they were measured.
        limit: the time limit, in seconds, they were measured under.
        slowest: seconds of the slowest sample that did not run out of time.
        seconds: summed over samples; what remembering saves.
        confirmed: whether a verdict agreed with the claim; None when no verdict was asked for.
        alone: seconds of the verdict's run.
        memory: the memory limit, in MiB, they were measured under.
        judging: how the differs came to what they said; None in an entry of the time before that was kept.
        unsure: whether the clock alone ended a run: then it is not to be remembered, and its text does not tell.
    """

    scores: Scores
    limit: float
    slowest: float
    seconds: float
    confirmed: bool | None = None
    alone: float = 0.0
    memory: int = Settings.memory
    judging: Judging | None = NOT_JUDGED
    unsure: bool = False

    @property
    def late(self) -> bool:
        """Whether a differ ran out of time."""
        return self.judging is not None and self.judging.late

    @classmethod
    def measured(
        cls, demo: Sequence[SampleScore], test: Sequence[SampleScore], differ_ids: Sequence[str], settings: Settings
    ) -> CachedResult:
        """What is to be remembered of one candidate's scores on the samples of a task."""
        slowest = seconds = judged = 0.0
        late = in_want = unsure = False
        for each in (*demo, *test):
            seconds += each.seconds
            if each.kind not in (Kind.TIMED_OUT, Kind.GAVE_UP):
                slowest = max(slowest, each.seconds)
            if each.judging is not NOT_JUDGED:
                judged = max(judged, each.judging.slowest)
                late, in_want = late or each.judging.late, in_want or each.judging.in_want
            unsure = unsure or each.unsure
        scores = add_up(demo, test, differ_ids)
        return cls(
            scores, settings.timeout, slowest, seconds, memory=settings.memory,
            judging=Judging(judged, late, in_want), unsure=unsure,
        )  # fmt: skip

    def holds(self, timeout: float, memory: int, differ_ids: Collection[str]) -> bool:
        """Whether running the candidate now, within ``timeout`` seconds and ``memory`` MiB, would give these scores."""
        if self.scores.has_grid and not (
            all(name in self.scores.d_scores for name in differ_ids) and self._judging_holds(timeout, memory)
        ):
            return False
        if memory != self.memory and (memory < self.memory or not _IN_WANT.isdisjoint(self.scores.outcomes)):
            return False
        return self.slowest <= timeout and (not self.scores.timeouts or timeout <= self.limit)

    def is_as_run(self, timeout: float, staged: bool, patience: bool) -> bool:
        """Whether a run of this kind, see ``running.stages``, gives outcomes as these, where they hold.

        Args:
            staged: whether it goes in stages.
            patience: whether it gives every candidate all of its time then.
        """
        outcomes = self.scores.outcomes
        if not staged or self.scores.o_score:
            return _STAGED.isdisjoint(outcomes) and (patience or not staged or not self._runs_out_of_time)
        if patience or not self._runs_out_of_time:
            return Kind.GAVE_UP.value not in outcomes
        in_time = self.slowest <= SHARE * timeout
        return in_time and Kind.TIMED_OUT.value not in outcomes[TRIES : self.scores.demos]

    @property
    def _runs_out_of_time(self) -> bool:
        """Whether it would be given less time on some demo pair."""
        first = self.scores.outcomes[: min(TRIES, self.scores.demos)]
        return self.scores.demos > TRIES and set(first) == {Kind.TIMED_OUT.value}

    def _judging_holds(self, timeout: float, memory: int) -> bool:
        """Whether the differs, too, would say what they said."""
        if self.judging is None:
            return (timeout, memory) == (self.limit, self.memory)
        in_time = self.judging.slowest <= timeout and (not self.judging.late or timeout <= self.limit)
        return in_time and (memory == self.memory or not self.judging.in_want)

    def is_of(self, task: Task) -> bool:
        """Whether there is an outcome for each of the task's samples: a cache may come from anyone."""
        return (self.scores.demos, self.scores.tests) == (len(task.demo), len(task.samples) - len(task.demo))

    def seen_by(self, differ_ids: Sequence[str]) -> Scores:
        """The scores as these differs alone would have given them."""
        if tuple(self.scores.d_scores) == tuple(differ_ids):
            return self.scores
        return replace(self.scores, d_scores={name: self.scores.d_scores.get(name, 0) for name in differ_ids})

    def text(self) -> str:
        """The entry as a JSON list, short since there are a hundred thousand of them; ``read`` reads it back."""
        scores = self.scores
        content = [
            scores.counts,
            [_SHORT.get(outcome, outcome) for outcome in scores.outcomes],
            scores.d_scores,
            self._times,
            self.confirmed,
        ]
        return json.dumps(content, separators=(",", ":"))

    @property
    def _times(self) -> list[float]:
        """The numbers of the entry's last list."""
        times = [self.limit, round(self.slowest, 6), round(self.seconds, 6), round(self.alone, 6)]
        if self.judging is None:
            return [*times, self.memory]
        return [*times, round(self.judging.slowest, 6), self.judging.late + 2 * self.judging.in_want, self.memory]

    @classmethod
    def read(cls, text: str) -> CachedResult | None:
        """The entry, or None when the text is not one: a damaged entry is a miss."""
        measured, _, rest = text.rpartition(",[")  # the last list is that of the times
        numbers, _, confirmed = rest.partition("],")
        try:
            *times, memory = numbers.split(",")
            limit, slowest, seconds, alone, *judged = map(float, times)
            if not (0 < limit < inf and all(0 <= each < inf for each in (slowest, seconds, alone, *judged))):
                return None
            judging = _read_judging(judged)
            return cls(_scores(measured), limit, slowest, seconds, _CONFIRMED[confirmed], alone, int(memory), judging)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return None


def _read_judging(numbers: Sequence[float]) -> Judging | None:
    """How the differs came to what they said; None where an older entry does not tell.

    Raises:
        ValueError: no such numbers are written.
    """
    if not numbers:
        return None
    slowest, flags = numbers
    if flags not in (0, 1, 2, 3):
        raise ValueError("no such limits")
    return Judging(slowest, late=bool(int(flags) & 1), in_want=bool(int(flags) & 2))


@lru_cache(maxsize=8_192)
def _scores(measured: str) -> Scores:
    """The scores in an entry, which are alike for many candidates that fail alike.

    Raises:
        ValueError: they are none; as other errors that ``json`` and wrong types give.
    """
    counts, outcomes, d_scores = json.loads(f"{measured}]")
    o_score, demos, test_score, tests, similarity = map(int, counts)
    scores = Scores(
        o_score, demos, test_score, tests, similarity,
        tuple(_LONG.get(outcome, str(outcome)) for outcome in outcomes),
        {str(name): int(score) for name, score in d_scores.items()},
    )  # fmt: skip
    if not scores.are_possible:
        raise ValueError("no measurement gives these scores")
    return scores


def bodies(programs: Iterable[Program], cache: Cache, check: Callable[[], object] = go_on) -> list[str | None]:
    """The solver body of every program, from the cache where it is known; None for one that would be too long.

    Args:
        check: called between programs; what it raises ends the work.
    """
    found = []
    for program in programs:
        check()
        found.append(_body(program, inlining_key(program, cache), cache))
    return found


def inlining_key(program: Program, cache: Cache) -> str:
    """The key of a program's body: the program as it is written, before slicing and renumbering."""
    return cache.key(md5(program.text("program")))


def _body(program: Program, place: str, cache: Cache) -> str | None:
    known = cache.inlining.peek(place)
    if known is not None and _stands_for(known, program):
        cache.inlining.count_hit(place)
        return known
    started = perf_counter()
    try:
        body = inline(program)
    except TooLargeError:
        return None
    cache.inlining.store(place, body, perf_counter() - started)
    return body


def _stands_for(body: str, program: Program) -> bool:
    """Whether a remembered body is that of the program: a cache may come from anyone."""
    try:
        return read_body(body, "cache").address == program.address
    except ProgramError:
        return False


def verdict_key(body: str, task: Task, cache: Cache) -> str:
    """The key of a body on a task."""
    kind = (_WITH_PAIRS,) if reads_pairs(body) else ()
    return cache.key(md5(body), task.digest, *kind)


def reads_pairs(body: str) -> bool:
    """Whether a solver body reads ``S``, the task's demo pairs."""
    return _READS_PAIRS.search(body, body.find("\n")) is not None


def look_up(
    wanted: Sequence[tuple[str, Task]],
    settings: Settings,
    differ_ids: Sequence[str],
    cache: Cache,
    check: Callable[[], object] = go_on,
    staged: bool = False,
) -> list[CachedResult | None]:
    """What is known of every (body, task); None where it has to be run.

    Args:
        check: called between lookups; what it raises ends them.
        staged: whether it would be run in stages.
    """
    table = cache.validation
    places = [verdict_key(body, task, cache) for body, task in wanted]
    table.load(places)
    found: list[CachedResult | None] = []
    for place, (_, task) in zip(places, wanted, strict=True):
        check()
        text = table.peek(place)
        known = None if text is None else CachedResult.read(text)
        if (
            known
            and known.is_of(task)
            and known.holds(settings.timeout, settings.memory, differ_ids)
            and known.is_as_run(settings.timeout, staged, settings.patience)
        ):
            table.count_hit(place)
            scores = known.seen_by(differ_ids)
            if staged and not scores.o_score:
                scores = scores.untested
            found.append(known if scores is known.scores else replace(known, scores=scores))
        else:
            found.append(None)
    return found
