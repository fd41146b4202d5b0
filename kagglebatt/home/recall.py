"""Looking up before computing: what the cache knows of candidates, in the cache's own words.

A remembered score is used only where running the candidate now would give it again: the same body, task content
and vocabulary, every differ of the deal judged, and limits that it keeps. A remembered timeout counts only for limits
up to the one it was seen under, and a remembered want of memory only for the same memory.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from time import perf_counter

from kagglebatt.errors import ProgramError, TooLargeError
from kagglebatt.home.cache import Cache
from kagglebatt.programs.inline import inline, read_body
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import Scores
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

_SHORT = {kind.value: kind.value[0] for kind in (Kind.VALUE, Kind.TIMED_OUT, Kind.NOT_A_GRID)}
_IN_WANT = {Kind.TOO_LARGE.value, Kind.CRASHED.value}
"""Outcomes that may be otherwise with more memory."""
_LONG = {short: outcome for outcome, short in _SHORT.items()}
_CONFIRMED = {"null]": None, "true]": True, "false]": False}


@dataclass(frozen=True)
class CachedResult:
    """What is remembered of one candidate on one task.

    Attributes:
        scores: as they were measured.
        limit: the time limit, in seconds, they were measured under.
        slowest: seconds of the slowest sample that did not time out.
        seconds: summed over samples; what remembering saves.
        confirmed: whether a verdict agreed with the claim; None when no verdict was asked for.
        alone: seconds of the verdict's run.
        memory: the memory limit, in MiB, they were measured under.
    """

    scores: Scores
    limit: float
    slowest: float
    seconds: float
    confirmed: bool | None = None
    alone: float = 0.0
    memory: int = Settings.memory

    def holds(self, timeout: float, memory: int, differ_ids: Collection[str]) -> bool:
        """Whether running the candidate now, within ``timeout`` seconds and ``memory`` MiB, would give these scores."""
        if self.scores.has_grid and not all(name in self.scores.d_scores for name in differ_ids):
            return False
        if memory != self.memory and (memory < self.memory or not _IN_WANT.isdisjoint(self.scores.outcomes)):
            return False
        return self.slowest <= timeout and (not self.scores.timeouts or timeout <= self.limit)

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
            [self.limit, round(self.slowest, 6), round(self.seconds, 6), round(self.alone, 6), self.memory],
            self.confirmed,
        ]
        return json.dumps(content, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> CachedResult | None:
        """The entry, or None when the text is not one: a damaged entry is a miss."""
        measured, _, rest = text.rpartition(",[")  # the last list is that of the times
        numbers, _, confirmed = rest.partition("],")
        try:
            *times, memory = numbers.split(",")
            limit, slowest, seconds, alone = map(float, times)
            if not (0 < limit < inf and 0 <= slowest < inf and 0 <= seconds < inf and 0 <= alone < inf):
                return None
            return cls(_scores(measured), limit, slowest, seconds, _CONFIRMED[confirmed], alone, int(memory))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return None


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


def bodies(programs: Iterable[Program], cache: Cache) -> list[str | None]:
    """The solver body of every program, from the cache where it is known; None for one that would be too long."""
    return [_body(program, inlining_key(program, cache), cache) for program in programs]


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
    return cache.key(md5(body), task.digest)


def look_up(
    wanted: Sequence[tuple[str, Task]], settings: Settings, differ_ids: Sequence[str], cache: Cache
) -> list[CachedResult | None]:
    """What is known of every (body, task); None where it has to be run."""
    table = cache.validation
    places = [verdict_key(body, task, cache) for body, task in wanted]
    table.load(places)
    found: list[CachedResult | None] = []
    for place, (_, task) in zip(places, wanted, strict=True):
        text = table.peek(place)
        known = None if text is None else CachedResult.read(text)
        if known and known.is_of(task) and known.holds(settings.timeout, settings.memory, differ_ids):
            table.count_hit(place)
            scores = known.seen_by(differ_ids)
            found.append(known if scores is known.scores else replace(known, scores=scores))
        else:
            found.append(None)
    return found
