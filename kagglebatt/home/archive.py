"""The accepted solvers and differs on disk: add, rank, list, merge, check, export. The product of every iteration.

One SQLite file in an iteration's home. A solver is accepted only with a verdict whose measured scores equal its
claim. At most 32 solvers stay for a task, by the archive rank: o_score, then mean similarity, then fewer steps,
then the smaller md5. (Measured time would rank the same solvers in another order on another day.) A task is its
content: two that differ and have one id share nothing. Every row is sealed, so that an altered one is noticed; beside
its scores a solver keeps what the cache remembered of it, so that the archive alone can fill a cache again. Apart from
solvers it has the nearest programs of unsolved tasks, and how all of them came to be.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, INVALID_ROWS, LAYOUT, READ_AT_OPENING
from kagglebatt.home.connection import fault
from kagglebatt.home.database import close, open_database, transaction
from kagglebatt.home.exporting import export
from kagglebatt.home.history import History, stored_report
from kagglebatt.home.lineage import Ancestor, Lineage, places_of
from kagglebatt.home.ranking import RANK, Filing, drop_bodies, prune, put_body, put_differ, put_solver
from kagglebatt.home.soundness import damaged_rows, orphans, wrong_rows
from kagglebatt.home.stones import Stone, drop_stones, file_stone, prune_stones, put_stone, read_stones
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.score import Scores

Answer = TypeVar("Answer")

MOST_PROGRAMS = 20_000
"""Parsed programs that an open archive keeps; then those that came first go."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted solver on one task, with the scores that were measured alone.

    Attributes:
        task: the id that the task had; others may have the same.
        content: the digest of the task's grids, to which all this belongs; empty where it was not noted once.
    """

    task: str
    md5: str
    o_score: int
    demos: int
    test_score: int
    tests: int
    similarity: int
    steps: int
    iteration: int
    content: str = ""


@dataclass(frozen=True, slots=True)
class RankedDiffer:
    """An accepted differ on one task: body and s_score; ``task`` and ``content`` as in ``Entry``."""

    task: str
    body: str
    s_score: int
    content: str = ""


class Archive:
    """The archive of one home directory; use it as a context manager or close it."""

    def __init__(self, home: Path, notify: Notify = notify_nobody) -> None:
        """Open the archive, making it where there is none.

        Args:
            notify: is told when another program has the file locked.

        Raises:
            HomeError: the file is foreign, of a newer format, or cannot be written.
            DamagedError: the file is torn.
        """
        self.path = home / FILE_NAME
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{home}: cannot be used as a home ({error.strerror}). Give another --home.") from error
        self._connection = open_database(self.path, LAYOUT, notify)
        self._programs: dict[tuple[str, bool], Program] = {}
        self._history = History(self._connection)
        self._lineage = Lineage(self._connection)
        try:
            if self._invalid("iteration") or self._read(lambda: self._history.is_long):
                self._atomically(self._history.tidy)
                with suppress(sqlite3.Error):  # where there is no room for it, the file stays as long as it was
                    self._connection.execute("VACUUM")
            invalid = sum(map(self._invalid, READ_AT_OPENING))
            if invalid:
                raise DamagedError(f"{self.path}: holds {invalid} rows that nobody stored. {LAYOUT.remedy}")
        except HomeError:
            self._connection.close()
            raise

    def _invalid(self, table: str) -> int:
        return int(self._ask(f"SELECT count(*) FROM {table} WHERE {INVALID_ROWS[table]}")[0][0])

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Fold the write-ahead log into the file, where something was written, and close it."""
        close(self._connection, fold=self._connection.total_changes > 0)

    def checkpoint(self) -> None:
        """Bring everything committed into the one file, for whoever reads or copies it."""
        try:
            self._connection.fold()
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def _ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._read(lambda: self._connection.execute(query, values).fetchall())

    def _read(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> HomeError:
        return fault(self.path, error, "Free some space, or give another --home.", LAYOUT.remedy)

    def _atomically(self, change: Callable[[], int]) -> int:
        try:
            with transaction(self._connection):
                return change()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._fault(error) from error
        finally:
            self._history.forget_changes()

    @property
    def next_iteration(self) -> int:
        """The number of the iteration to come, from 1."""
        return self._read(lambda: self._history.last) + 1

    def file(
        self,
        iteration: int,
        filings: Sequence[Filing],
        differs: Sequence[RankedDiffer],
        report: Mapping[str, Any],
        stones: Sequence[Stone] = (),
        origins: Mapping[str, Origin] = MappingProxyType({}),
        operators: Mapping[str, Sequence[int]] = MappingProxyType({}),
    ) -> int:
        """Accept what one iteration found, all or nothing; returns how many solvers were new and stayed.

        Args:
            stones: programs that came near; the nearest of each task stay.
            origins: where programs came from, by md5: solvers' and stones', and of those made on the way to them.
            operators: for each operator how often it was drawn, and led to something nearer, and to an exact pair.

        Raises:
            ValueError: a verdict does not agree with its claim.
            HomeError: the disk is full, the file cannot be written, or a text is too long; then nothing was filed.
        """
        for filing in filings:
            if not filing.verdict.agrees:
                where = f"{filing.verdict.md5} on {filing.verdict.task_id}"
                raise ValueError(f"{where}: measured scores differ from the claim")

        def change() -> int:
            before = self._pairs()
            self._lineage.file(origins, places_of(filings, stones), iteration)
            for filing in filings:
                put_body(self._connection, filing.verdict.md5, "solver", filing.verdict.body)
                put_solver(self._connection, filing.row(iteration))
            for judge in differs:
                put_body(self._connection, md5(judge.body), "differ", judge.body)
                put_differ(self._connection, (judge.task, md5(judge.body), judge.s_score, iteration, judge.content))
            for stone in stones:
                file_stone(self._connection, stone, iteration)
            self._prune({filing.place for filing in filings} | {(judge.task, judge.content) for judge in differs})
            filed = len(self._pairs() - before)
            self._history.put_report(iteration, stored_report(report, filed, operators))
            self._history.settle()
            return filed

        return self._atomically(change)

    def _pairs(self) -> set[tuple[str, str, str]]:
        return set(self._connection.execute("SELECT task, content, md5 FROM solver"))

    def _prune(self, places: set[tuple[str, str]]) -> None:
        """Leave the best of every (task, content), the nearest stones of all, and what these need."""
        prune(self._connection, places)
        prune_stones(self._connection)
        self._lineage.prune()
        drop_bodies(self._connection)

    def merge(self, other: Archive) -> int:
        """Take over what another archive holds, all or nothing; returns how many solvers were new and stayed.

        Merging in any order, and merging again, gives the same.
        """
        return self.adopt({name: other._ask(f"SELECT {columns} FROM {name}") for name, columns in COLUMNS.items()})

    def adopt(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> int:
        """Take over rows by table, each as ``COLUMNS`` says, all or nothing; for each place the better row stays."""

        def change() -> int:
            before = self._pairs()
            for row in rows["body"]:
                put_body(self._connection, *row)
            for row in rows["solver"]:
                put_solver(self._connection, row)
            for row in rows["differ"]:
                put_differ(self._connection, row)
            for row in rows["stone"]:
                put_stone(self._connection, row)
            for row in rows["ancestor"]:
                self._lineage.put_ancestor(row[1:])
            for row in rows["origin"]:
                self._lineage.put_origin(row)
            for row in rows["past"]:
                self._history.put_past(*row)
            for number, _, text in rows["iteration"]:
                self._history.put_report(number, text)
            self._history.settle()
            self._prune({(row[0], row[-1]) for name in ("solver", "differ") for row in rows[name]})
            return len(self._pairs() - before)

        return self._atomically(change)

    def amend(
        self, gone: Sequence[Entry], recognised: Sequence[tuple[Entry, str]] = (), stones: Sequence[Stone] = ()
    ) -> None:
        """Take entries and stones out, and give others, of which no content was noted, the content that they are of."""

        def change() -> int:
            for entry, content in recognised:
                values = (entry.task, entry.md5, entry.content)
                query = f"SELECT {COLUMNS['solver']} FROM solver WHERE task=? AND md5=? AND content=?"
                for row in self._connection.execute(query, values).fetchall():
                    put_solver(self._connection, (*row[:-1], content))
            for entry in (*gone, *(entry for entry, _ in recognised)):
                values = (entry.task, entry.md5, entry.content)
                self._connection.execute("DELETE FROM solver WHERE task=? AND md5=? AND content=?", values)
            drop_stones(self._connection, stones)
            self._prune({(entry.task, content) for entry, content in recognised})
            return 0

        self._atomically(change)

    def entries(self, task: str | None = None) -> list[Entry]:
        """Accepted solvers by task and its content, better ones first."""
        where, values = ("WHERE task=?", (task,)) if task else ("", ())
        columns = "task, md5, o_score, demos, test_score, tests, similarity, steps, iteration, content"
        rows = self._ask(f"SELECT {columns} FROM solver {where} ORDER BY task, content, {RANK}", values)
        return [Entry(*row) for row in rows]

    def differs(self) -> list[RankedDiffer]:
        """Accepted differs by task, better ones first."""
        rows = self._ask(
            "SELECT task, text, s_score, content FROM differ JOIN body USING (md5) "
            "ORDER BY task, content, s_score DESC, md5"
        )
        return [RankedDiffer(*row) for row in rows]

    def body(self, name: str) -> str:
        """The text filed under an md5; KeyError when there is none."""
        rows = self._ask("SELECT text FROM body WHERE md5=?", (name,))
        if not rows:
            raise KeyError(name)
        return str(rows[0][0])

    def program(self, name: str, differ: bool = False) -> Program:
        """The program filed under an md5, parsed once in a process.

        Raises:
            DamagedError: its text is not there, or is not that of the md5.
            ProgramError: its text is no program.
        """
        known = self._programs.get((name, differ))
        if known is not None:
            return known
        rows = self._ask("SELECT text FROM body WHERE md5=?", (name,))
        if not rows or md5(rows[0][0]) != name:
            raise DamagedError(f"{self.path}: the body {name[:32]!r} is missing or altered. {LAYOUT.remedy}")
        if len(self._programs) >= MOST_PROGRAMS:
            del self._programs[next(iter(self._programs))]
        return self._programs.setdefault((name, differ), parse_program(rows[0][0], f"{self.path}:{name}", differ))

    def history(self, names: Sequence[str], newest: int | None = None) -> list[dict[str, Any]]:
        """These figures of iterations' reports, oldest first; one that is no JSON object is left out.

        Args:
            newest: of so many reports at most; without it of all, of which the older ones have ``FIGURES`` alone.
        """
        return self._read(lambda: self._history.read(names, newest))

    def sums(self) -> dict[str, int | float]:
        """How many reports and iterations there are, and figures summed over all reports."""
        return self._read(self._history.sums)

    def scores(self, task: str, name: str, content: str | None = None) -> Scores:
        """The full measured scores of one entry, of any content unless one is given; KeyError when there is none."""
        rows = self._ask("SELECT scores, content FROM solver WHERE task=? AND md5=? ORDER BY content", (task, name))
        for text, of in rows:
            if content in (None, of):
                return Scores.from_json(json.loads(text))
        raise KeyError((task, name))

    def bodies(self, kind: str) -> list[tuple[str, str]]:
        """(md5, text) of every ``"solver"`` or ``"differ"``, by md5."""
        return self._ask("SELECT md5, text FROM body WHERE kind=? ORDER BY md5", (kind,))

    def remembered(self) -> list[tuple[str, str, float]]:
        """(key, text, seconds) of every verdict, as the cache remembered it."""
        return self._ask("SELECT key, known, seconds FROM solver WHERE key != '' ORDER BY task, content, md5")

    def stones(self, content: str | None = None) -> list[Stone]:
        """The stepping stones of a task's content, or of all, by content and nearest first."""
        return self._read(lambda: read_stones(self._connection, content))

    def origin(self, name: str) -> Ancestor | None:
        """How a filed program came to be; None where that is not known."""
        return next(iter(self.descent(name)), None)

    def descent(self, name: str) -> list[Ancestor]:
        """A filed program, its parents, theirs, and so on to the oldest known, each once."""
        return self._read(lambda: list(self._lineage.descent(name)))

    def parents(self) -> dict[str, tuple[str, ...]]:
        """The md5 of the parents of every filed program of which they are known."""
        return self._read(self._lineage.parents)

    def operator_counts(self) -> dict[str, tuple[int, int, int]]:
        """For each operator how often it was drawn, and led to something nearer, and to an exact pair, in all."""
        return self._read(self._history.operators)

    def counts(self) -> dict[str, int]:
        """How many tasks have solvers, how many solvers and differs there are, and how many iterations made them.

        Tasks count by their content. An iteration that was shared out has a report of each shard, and counts once.
        """
        queries = {
            "tasks": "SELECT count(*) FROM (SELECT DISTINCT task, content FROM solver)",
            "solvers": "SELECT count(*) FROM solver",
            "differs": "SELECT count(DISTINCT md5) FROM differ",
        }
        counts = {name: int(self._ask(query)[0][0]) for name, query in queries.items()}
        return {**counts, "iterations": int(self.sums()["iterations"])}

    def damage(self) -> list[str]:
        """What SQLite or a seal says was altered, a line each; bodies are not parsed, only compared with their md5."""
        history = self._read(lambda: list(self._history.problems()))
        return [*damaged_rows(self._ask), *history, *orphans(self._ask)]

    def check(self) -> list[str]:
        """What is wrong with the archive, a line each: damage, scores that are none, bodies that are no programs."""
        return [*self.damage(), *wrong_rows(self._ask)]

    def export(self, target: Path) -> tuple[int, int]:
        """Write the programs of each kind into a folder of its own, ``solver_md5/<md5>.py`` and so on.

        Beside them go their lines of descent. Returns how many solvers and differs there are.

        Raises:
            DamagedError: a body is filed under a name that is not its md5; the name could be a path.
        """
        return export(self._ask, self.path, target)

    def take_lineage(self, rows: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
        """Note how programs came to be that are filed here, as an export says by table; of others nothing is noted.

        Raises:
            HomeError: a row is none that could be read back.
        """
        by_table = {table: [row for of, row in rows if of == table] for table in ("ancestor", "origin")}
        self.adopt({**dict.fromkeys(COLUMNS, ()), **by_table})
