"""Lines of descent: for every filed solver and stone how it came to be, back to the programs that it all began with.

An *ancestor* is a program as it was when it was filed: its operator, its parents, its scores. It is named by a digest
of all that, its parents' names included, so that it never changes and those of two homes are simply put together. The
*origin* of a place (a solver or a stone on a task) is the name of the ancestor that its line begins with. Ancestors
that no line reaches are dropped; so the archive holds as much of the past as its programs came from.

Changes belong into a transaction of the caller's.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kagglebatt.home.archive_layout import COLUMNS, refuse_invalid
from kagglebatt.home.ranking import Filing, put
from kagglebatt.home.stones import Stone
from kagglebatt.programs.offspring import GIVEN, Origin

MOST_GENERATIONS = 100
"""How far back a line is kept."""

Place = tuple[str, str, str, str]
"""Where a program is filed: md5, "solver" or "stone", task (empty for a stone, which has a content alone), content."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How well a program did on the demo pairs of a task; a nearness of 0 where none was measured."""

    content: str = ""
    o_score: int = 0
    demos: int = 0
    nearness: int = 0


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A program in a line of descent.

    Attributes:
        parents: the md5 of those that are known, two at most.
        iteration: that filed it; 0 for a program that was given.
        scored: on the task that it was filed for.
    """

    md5: str
    operator: str
    parents: tuple[str, ...]
    iteration: int
    scored: Scored


_ROW = COLUMNS["ancestor"].removeprefix("id, ")
_OLDEST = "ancestor.iteration, ancestor.operator, ancestor.id"


def name_of(row: Sequence[Any]) -> str:
    """The name of an ancestor: 16 hex digits of a digest over its columns but for the name."""
    return hashlib.blake2b("\x1f".join(map(str, row)).encode(), digest_size=8).hexdigest()


def places_of(filings: Iterable[Filing], stones: Iterable[Stone]) -> dict[Place, Scored]:
    """Where an iteration's solvers and stones are filed, with how well they did."""
    near: dict[tuple[str, str], Stone] = {(stone.md5, stone.content): stone for stone in stones}
    found: dict[Place, Scored] = {
        (name, "stone", "", content): Scored(content, stone.o_score, stone.demos, stone.nearness)
        for (name, content), stone in near.items()
    }
    for filing in filings:
        name, (task, content), scores = filing.verdict.md5, filing.place, filing.verdict.measured
        nearness = near[name, content].nearness if (name, content) in near else 0
        found[name, "solver", task, content] = Scored(content, scores.o_score, scores.demos, nearness)
    return found


class Lineage:
    """The lines of descent in an archive's open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def file(self, origins: Mapping[str, Origin], places: Mapping[Place, Scored], iteration: int) -> None:
        """Note where the programs of an iteration came from; before anything of it is pruned.

        Args:
            origins: by md5; one that is neither filed itself nor given was made on the way to its child, with the
                same outputs.
            places: of all that is filed. One that no origin is given for keeps the line it has from another place.
        """
        filing = _Filing(self, origins, {place[0]: scored for place, scored in sorted(places.items())}, iteration)
        found = [(place, filing.line(place[0], scored)) for place, scored in places.items()]
        for place, line in found:
            if line:
                self.put_origin((*place, line))

    def lines(self, name: str) -> list[str]:
        """The names of the ancestors that the lines of a program begin with, oldest first."""
        query = (
            "SELECT DISTINCT ancestor.id FROM origin JOIN ancestor ON ancestor.id = line AND ancestor.md5 = origin.md5 "
            f"WHERE origin.md5=? ORDER BY {_OLDEST}"
        )
        return [str(line) for (line,) in self._ask(query, (name,))]

    def rows(self, lines: Iterable[str]) -> list[Any]:
        """The ancestors of these names, as ``COLUMNS`` says but without the name; those that are there."""
        query = f"SELECT {_ROW} FROM ancestor WHERE id=?"
        return [row for line in lines for row in self._ask(query, (line,))]

    def put_ancestor(self, row: Sequence[Any]) -> str:
        """Add an ancestor, as ``COLUMNS`` says but without its name, unless it is there; returns its name."""
        name = name_of(row)
        refuse_invalid(self._connection, "ancestor", (name, *row))
        self._connection.execute("INSERT OR IGNORE INTO ancestor VALUES (?,?,?,?,?,?,?,?,?)", (name, *row))
        return name

    def put_origin(self, row: tuple[Any, ...]) -> None:
        """Add the origin of a place, or the older one of it and the one that is there; none whose line is not here."""
        known = self._ask("SELECT line FROM origin WHERE md5=? AND kind=? AND task=? AND content=?", row[:4])
        lines = sorted({row[4], *(line for (line,) in known)})
        query = f"SELECT id FROM ancestor WHERE id IN ({','.join('?' * len(lines))}) ORDER BY {_OLDEST} LIMIT 1"
        for (oldest,) in self._ask(query, lines):
            put(self._connection, "origin", (*row[:4], oldest))

    def prune(self) -> None:
        """Drop origins of what is not filed any more, and ancestors that no line reaches."""
        for kind, same in (("solver", " AND kept.task = origin.task"), ("stone", "")):
            self._connection.execute(
                f"DELETE FROM origin WHERE kind='{kind}' AND NOT EXISTS (SELECT 1 FROM {kind} AS kept "
                f"WHERE kept.md5 = origin.md5 AND kept.content = origin.content{same})"
            )
        parents = {name: _names(text) for name, text in self._ask("SELECT id, parents FROM ancestor")}
        reached = {line for (line,) in self._ask("SELECT DISTINCT line FROM origin")}
        newest = reached
        for _ in range(MOST_GENERATIONS):
            newest = {parent for line in newest for parent in parents.get(line, ())} - reached
            reached = reached | newest
        gone = [(name,) for name in parents if name not in reached]
        self._connection.executemany("DELETE FROM ancestor WHERE id=?", gone)

    def descent(self, name: str) -> Iterator[Ancestor]:
        """A program, its parents, theirs, and so on, each once; nothing where it is not known how it came to be."""
        seen: set[str] = set()
        newest = self.lines(name)[:1]
        while newest:
            seen.update(newest)
            rows = self.rows(newest)
            for row in rows:
                yield self._ancestor(row)
            older = dict.fromkeys(parent for row in rows for parent in _names(row[2]))
            newest = [parent for parent in older if parent not in seen]

    def parents(self) -> dict[str, tuple[str, ...]]:
        """The md5 of the parents of every filed program of which they are known."""
        known = {name: (of, parents) for name, of, parents in self._ask("SELECT id, md5, parents FROM ancestor")}
        query = (
            "SELECT origin.md5, line FROM origin JOIN ancestor ON ancestor.id = line AND ancestor.md5 = origin.md5 "
            "ORDER BY ancestor.iteration DESC, ancestor.operator DESC, ancestor.id DESC"  # the oldest comes last
        )
        lines = {name: _names(known[line][1]) for name, line in self._ask(query)}
        return {
            name: tuple(known[parent][0] for parent in parents if parent in known) for name, parents in lines.items()
        }

    def _ancestor(self, row: Sequence[Any]) -> Ancestor:
        name, operator, parents, iteration, *scored = row
        known = tuple(row[0] for row in self.rows(_names(parents)))
        return Ancestor(name, operator, known, iteration, Scored(*scored))


def _names(parents: str) -> list[str]:
    return parents.split()


class _Filing:
    """The lines of what one iteration files; a program that is parent of several is noted once for each task."""

    def __init__(
        self, lineage: Lineage, origins: Mapping[str, Origin], filed: Mapping[str, Scored], iteration: int
    ) -> None:
        self._lineage, self._origins, self._filed, self._iteration = lineage, origins, filed, iteration

    def line(self, name: str, scored: Scored, below: frozenset[str] = frozenset()) -> str:
        """The name of the ancestor that a program's line begins with; empty where nothing is known."""
        origin = self._origins.get(name)
        if origin is None:
            return self._as_before(name, scored)
        parents = [self._parent(parent, scored, below | {name}) for parent in origin.parents]
        return self._put((name, origin.operator, " ".join(filter(None, parents)), self._iteration), scored)

    def _as_before(self, name: str, scored: Scored) -> str:
        """The line that a program has already, as of the task that it is filed for now."""
        rows = self._lineage.rows(self._lineage.lines(name))
        for row in rows:
            if row[4] == scored.content:
                return name_of(row)
        return self._put((*rows[0][:3], self._iteration), scored) if rows else ""

    def _parent(self, name: str, scored: Scored, below: frozenset[str]) -> str:
        """The line of a parent: that of this iteration, the one it has already, or none but itself."""
        if name in below:
            return ""  # no program is its own parent
        origin = self._origins.get(name)
        if origin is not None:
            own = Scored() if origin.operator == GIVEN else scored
            return self.line(name, self._filed.get(name, own), below)
        known = self._lineage.lines(name)
        return known[0] if known else self._put((name, GIVEN, "", 0), Scored())

    def _put(self, row: tuple[Any, ...], scored: Scored) -> str:
        return self._lineage.put_ancestor((*row, scored.content, scored.o_score, scored.demos, scored.nearness))
