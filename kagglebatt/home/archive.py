"""The accepted solvers and differs on disk: add, rank, list, merge, check, export. The product of every iteration.

One SQLite file in an iteration's home. A solver is accepted only with a verdict whose measured scores equal its
claim. At most 32 solvers stay for a task, by the archive rank: o_score, then mean similarity, then fewer steps,
then the smaller md5. (Measured time would rank the same solvers in another order on another day.) A task is its
content: two that differ and have one id share nothing. Every row is sealed, so that an altered one is noticed; beside
its scores a solver keeps what the cache remembered of it, so that the archive alone can fill a cache again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, INVALID_ROWS, LAYOUT, READ_AT_OPENING, refuse_invalid
from kagglebatt.home.connection import fault
from kagglebatt.home.database import close, open_database, seal, transaction
from kagglebatt.home.files import write_aside
from kagglebatt.home.history import History, stored_report
from kagglebatt.home.soundness import damaged_rows, orphans, wrong_rows
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict

KEPT_PER_TASK = 32
"""Most solvers kept for one task."""

_RANK = "o_score DESC, similarity DESC, steps, md5"

Answer = TypeVar("Answer")


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


@dataclass(frozen=True, slots=True)
class Filing:
    """An accepted solver as it is handed over: its verdict, the cache's key and text for it, the task's content."""

    verdict: Verdict
    key: str
    known: str
    content: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The task that it is ranked on, by id and content."""
        return self.verdict.task_id, self.content


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
        self._history = History(self._connection)
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
        self, iteration: int, filings: Sequence[Filing], differs: Sequence[RankedDiffer], report: Mapping[str, Any]
    ) -> int:
        """Accept what one iteration found, all or nothing; returns how many solvers were new and stayed.

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
            for filing in filings:
                self._put_body(filing.verdict.md5, "solver", filing.verdict.body)
                self._put_solver(_solver_row(filing, iteration))
            for judge in differs:
                self._put_body(md5(judge.body), "differ", judge.body)
                self._put_differ((judge.task, md5(judge.body), judge.s_score, iteration, judge.content))
            self._prune({filing.place for filing in filings} | {(judge.task, judge.content) for judge in differs})
            filed = len(self._pairs() - before)
            self._history.put_report(iteration, stored_report(report, filed))
            self._history.settle()
            return filed

        return self._atomically(change)

    def _pairs(self) -> set[tuple[str, str, str]]:
        return set(self._connection.execute("SELECT task, content, md5 FROM solver"))

    def _put_body(self, name: str, kind: str, text: str) -> None:
        refuse_invalid(self._connection, "body", (name, kind, text))
        self._connection.execute("INSERT OR IGNORE INTO body VALUES (?, ?, ?)", (name, kind, text))

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        refuse_invalid(self._connection, table, row)
        marks = ",".join("?" * (len(row) + 1))
        self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", (*row, seal(*row)))

    def _put_solver(self, row: tuple[Any, ...]) -> None:
        """Add a row, or the better of it and the one that is there; which came first makes no difference.

        Better is by the archive rank first: a row that was left out among others then never comes back by being
        merged again.
        """
        query = f"SELECT {COLUMNS['solver']} FROM solver WHERE task=? AND md5=? AND content=?"
        old = self._connection.execute(query, (*row[:2], row[-1])).fetchone() or row
        scored, seconds, iteration, place = slice(3, 9), 9, 10, slice(11, 13)

        def rank(each: tuple[Any, ...]) -> tuple[Any, ...]:
            return each[2], each[6], -each[7], each[scored]

        if rank(row) == rank(old):
            times = min(row[seconds], old[seconds]), min(row[iteration], old[iteration])
            row = (*row[:seconds], *times, *max(row[place], old[place]), row[-1])
        else:
            row = max(row, old, key=rank)
        self._put("solver", row)

    def _put_differ(self, row: tuple[str, str, int, int, str]) -> None:
        query = f"SELECT {COLUMNS['differ']} FROM differ WHERE task=? AND md5=? AND content=?"
        old = self._connection.execute(query, (*row[:2], row[-1])).fetchone() or row
        self._put("differ", max(row, old, key=lambda each: (each[2], -each[3])))

    def _prune(self, places: set[tuple[str, str]]) -> None:
        """Leave the best of every (task, content), and the bodies that are needed."""
        for place in sorted(places):
            for table, rank in (("solver", _RANK), ("differ", "s_score DESC, md5")):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE task=? AND content=? AND md5 NOT IN "
                    f"(SELECT md5 FROM {table} WHERE task=? AND content=? ORDER BY {rank} LIMIT {KEPT_PER_TASK})",
                    (*place, *place),
                )
        self._connection.execute(
            "DELETE FROM body WHERE md5 NOT IN (SELECT md5 FROM solver UNION SELECT md5 FROM differ)"
        )

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
                self._put_body(*row)
            for row in rows["solver"]:
                self._put_solver(row)
            for task, name, s_score, iteration, content in rows["differ"]:
                self._put_differ((task, name, s_score, iteration, content))
            for row in rows["past"]:
                self._history.put_past(*row)
            for number, _, text in rows["iteration"]:
                self._history.put_report(number, text)
            self._history.settle()
            self._prune({(row[0], row[-1]) for name in ("solver", "differ") for row in rows[name]})
            return len(self._pairs() - before)

        return self._atomically(change)

    def amend(self, gone: Sequence[Entry], recognised: Sequence[tuple[Entry, str]]) -> None:
        """Take entries out, and give others, of which no content was noted, the content that they are of."""

        def change() -> int:
            for entry, content in recognised:
                values = (entry.task, entry.md5, entry.content)
                query = f"SELECT {COLUMNS['solver']} FROM solver WHERE task=? AND md5=? AND content=?"
                for row in self._connection.execute(query, values).fetchall():
                    self._put_solver((*row[:-1], content))
            for entry in (*gone, *(entry for entry, _ in recognised)):
                values = (entry.task, entry.md5, entry.content)
                self._connection.execute("DELETE FROM solver WHERE task=? AND md5=? AND content=?", values)
            self._prune({(entry.task, content) for entry, content in recognised})
            return 0

        self._atomically(change)

    def entries(self, task: str | None = None) -> list[Entry]:
        """Accepted solvers by task and its content, better ones first."""
        where, values = ("WHERE task=?", (task,)) if task else ("", ())
        columns = "task, md5, o_score, demos, test_score, tests, similarity, steps, iteration, content"
        rows = self._ask(f"SELECT {columns} FROM solver {where} ORDER BY task, content, {_RANK}", values)
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
        """The program filed under an md5.

        Raises:
            DamagedError: its text is not there, or is not that of the md5.
            ProgramError: its text is no program.
        """
        rows = self._ask("SELECT text FROM body WHERE md5=?", (name,))
        if not rows or md5(rows[0][0]) != name:
            raise DamagedError(f"{self.path}: the body {name[:32]!r} is missing or altered. {LAYOUT.remedy}")
        return parse_program(rows[0][0], f"{self.path}:{name}", differ)

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
        """Write ``solver_md5/<md5>.py`` and ``differ_md5/<md5>.py`` into a folder; returns how many of each.

        Raises:
            DamagedError: a body is filed under a name that is not its md5; the name could be a path.
        """
        counts = []
        for kind in ("solver", "differ"):
            folder = target / f"{kind}_md5"
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in self.bodies(kind):
                if md5(text) != name:
                    raise DamagedError(f"{self.path}: a body is not that of its md5 {name[:32]!r}. {LAYOUT.remedy}")
                write_aside(folder / f"{name}.py", text)
            counts.append(len(self.bodies(kind)))
        return counts[0], counts[1]


def _solver_row(filing: Filing, iteration: int) -> tuple[Any, ...]:
    verdict, scores = filing.verdict, filing.verdict.measured
    steps = verdict.body.count("\n") - 2  # a body has one line a step, between its head and its return
    return (
        verdict.task_id, verdict.md5, *scores.counts, steps, json.dumps(scores.as_json()), float(verdict.seconds),
        iteration, filing.key, filing.known, filing.content,
    )  # fmt: skip
