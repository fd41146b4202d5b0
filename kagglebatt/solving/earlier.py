"""Tasks that were searched before: what led then is where a search goes on, and what was in vain is not done again.

Of each task whose search came to its end it is remembered what it might use, what it used, and the programs that led. A
task that may use no more this time begins with those, and spends a tenth of the work: what was found since on other
tasks, new programs and the moves in them, comes first in a search. It lies in the cache, by the task's grids and the
code of the search, and may be lost without harm but for time. Of two homes' memories the one with more work stays.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from math import inf, isfinite
from pathlib import Path

from kagglebatt.errors import ProgramError, TooLargeError
from kagglebatt.home.cache import CacheTable
from kagglebatt.home.directory import Home
from kagglebatt.home.files import read_json
from kagglebatt.programs.inline import read_body
from kagglebatt.programs.program import md5
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.result import Found
from kagglebatt.solving.job import Searched
from kagglebatt.tasks.task import Task

PART = 10
"""Of the work that a search took, one in so many is spent when it is asked for again."""
LEAST_WORK = 200
_NEARLY = 1.25
"""Times the seconds that a search had are no more: shares of a time budget are never quite the same."""
_TEXT = re.compile(r"(\d{15}) (\d{15}\.\d{3}) (\d{15}) (.*)")
_WORD = re.compile(r"[a-z]{1,20}")
_ANY = 10**15 - 1
"""Stands for work without end, and for seconds without end."""


@dataclass(frozen=True)
class Earlier:
    """The end of an earlier search.

    Attributes:
        most_work: that it might use.
        seconds: that it might use, where they ended it; else without end.
        work: that it used.
        led: programs that gave its attempts, best first.
        outranked: md5 of programs that were filed and gave none.
    """

    most_work: float
    seconds: float
    work: int
    led: tuple[Found, ...]
    outranked: frozenset[str]

    def text(self) -> str:
        """As it is remembered; of two texts the greater one is of more work."""
        led = [[each.program.body, each.stage, each.cost, each.depth, each.pieces] for each in self.led]
        content = json.dumps([led, sorted(self.outranked)])
        most_work, seconds = int(min(self.most_work, _ANY)), min(self.seconds, float(_ANY))
        return f"{most_work:015d} {seconds:019.3f} {self.work:015d} {content}"


def _read(text: str | None) -> Earlier | None:
    """What a text remembers; None for none that was written by this file."""
    parts = _TEXT.fullmatch(text or "")
    if parts is None:
        return None
    most_work, seconds, work = float(parts[1]), float(parts[2]), int(parts[3])
    try:
        led, outranked = read_json(parts[4])
        found = tuple(_found(*each) for each in led)
        rest = frozenset(map(str, outranked))
    except (ProgramError, TooLargeError, ValueError, TypeError, RecursionError):
        return None
    return Earlier(inf if most_work >= _ANY else most_work, inf if seconds >= _ANY else seconds, work, found, rest)


def _found(body: str, stage: str, cost: float, depth: int, pieces: int) -> Found:
    if not _WORD.fullmatch(stage) or not isfinite(cost) or type(depth) is not int or type(pieces) is not int:
        raise ValueError(stage)
    return Found(read_body(body, md5(body)), stage, 0, 0, depth, pieces, (), cost)


class EarlierSearches:
    """The earlier searches that a home remembers.

    Attributes:
        again: so many tasks were searched with a part of the work.
    """

    def __init__(self, home: Home) -> None:
        self._cache = home.cache
        self._asked: dict[str, Budget] = {}
        self._own: set[str] = set()
        self.again = 0

    @property
    def _table(self) -> CacheTable:
        return self._cache.searches

    def prepared(self, task: Task, known: Knowledge, budget: Budget) -> tuple[Knowledge, Budget]:
        """What a search on a task begins with, and what it may use."""
        key = self._key(task)
        # What this run noted is no earlier one: equal tasks come to the same, whichever is searched first.
        earlier = None if key in self._own else _read(self._table.peek(key))
        self._asked.pop(task.id, None)
        if earlier is None or not _no_more(budget, earlier):
            self._asked[task.id] = budget
            return known, budget
        self.again += 1
        programs = tuple(
            each for each in known.programs if not (each.content == task.digest and each.name in earlier.outranked)
        )
        work = max(LEAST_WORK, earlier.work // PART)
        work = work if budget.work is None else min(work, budget.work)
        return Knowledge(programs, earlier.led, searched=True), replace(budget, work=work)

    def note(self, task: Task, done: Searched) -> None:
        """Remember the end of a search that had all of its budget."""
        budget = self._asked.pop(task.id, None)
        if budget is None or done.cut or done.fault or done.early or not done.work:
            return
        late = done.searching >= budget.seconds
        led = {each.program.address for each in done.leading}
        rest = frozenset(v.md5 for each, v in done.found if each.program.address not in led)
        most_work = inf if budget.most_work is None else budget.most_work
        made = Earlier(most_work, budget.seconds if late else inf, done.work, done.leading, rest)
        self._own.add(self._key(task))
        self._table.store(self._key(task), made.text(), done.seconds)

    def _key(self, task: Task) -> str:
        return self._cache.key(task.digest, _code())


def _no_more(budget: Budget, earlier: Earlier) -> bool:
    """Whether a search may use nothing that an earlier one could not."""
    most_work = inf if budget.most_work is None else budget.most_work
    return most_work <= earlier.most_work and budget.seconds <= _NEARLY * earlier.seconds


@cache
def _code() -> str:
    """A digest of the search's own source."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((Path(__file__).parents[1] / "search").rglob("*.py")):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
