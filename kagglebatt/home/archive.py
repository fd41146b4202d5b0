"""The accepted solvers and differs on disk: add, rank, list, merge, check, export. The product of every iteration.

One SQLite file in an iteration's home. A solver is accepted only with a verdict whose measured scores equal its
claim. At most 32 solvers stay for a task, by the archive rank: o_score, then mean similarity, then fewer steps,
then the smaller md5. (Measured time would rank the same solvers in another order on another day.) Every row is
sealed, so that an altered one is noticed; beside its scores a solver keeps what the cache remembered of it, so
that the archive alone can fill a cache again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kagglebatt.errors import DamagedError, HomeError, ProgramError, TooLargeError
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, INVALID_ROWS, LAYOUT
from kagglebatt.home.database import close, is_damage, open_database, seal, transaction
from kagglebatt.home.files import read_json, write_aside
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict

KEPT_PER_TASK = 32
"""Most solvers kept for one task."""

_RANK = "o_score DESC, similarity DESC, steps, md5"


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted solver on one task, with the scores that were measured alone."""

    task: str
    md5: str
    o_score: int
    demos: int
    test_score: int
    tests: int
    similarity: int
    steps: int
    iteration: int


@dataclass(frozen=True, slots=True)
class RankedDiffer:
    """An accepted differ on one task: body and s_score."""

    task: str
    body: str
    s_score: int


@dataclass(frozen=True, slots=True)
class Filing:
    """An accepted solver as it is handed over: its verdict, and the cache's key and text for it."""

    verdict: Verdict
    key: str
    known: str


class Archive:
    """The archive of one home directory; use it as a context manager or close it."""

    def __init__(self, home: Path) -> None:
        """Open the archive, making it where there is none.

        Raises:
            HomeError: the file is foreign, of a newer format, or cannot be written.
            DamagedError: the file is torn.
        """
        self.path = home / FILE_NAME
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{home}: cannot be used as a home ({error.strerror}). Give another --home.") from error
        self._connection = open_database(self.path, LAYOUT)
        try:
            counts = (self._ask(f"SELECT count(*) FROM {table} WHERE {rows}") for table, rows in INVALID_ROWS.items())
            invalid = sum(int(count) for ((count,),) in counts)
            if invalid:
                raise DamagedError(f"{self.path}: holds {invalid} rows that nobody stored. {LAYOUT.remedy}")
        except HomeError:
            self._connection.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        close(self._connection)

    def checkpoint(self) -> None:
        """Bring everything committed into the one file, for whoever reads or copies it."""
        self._ask("PRAGMA wal_checkpoint(TRUNCATE)")

    def _ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> HomeError:
        if is_damage(error):
            return DamagedError(f"{self.path}: is damaged ({error}). {LAYOUT.remedy}")
        return HomeError(f"{self.path}: cannot be used ({error}). Free some space, or give another --home.")

    def _atomically(self, change: Callable[[], int]) -> int:
        try:
            with transaction(self._connection):
                return change()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._fault(error) from error

    @property
    def next_iteration(self) -> int:
        """The number of the iteration to come, from 1."""
        return int(self._ask("SELECT coalesce(max(number), 0) + 1 FROM iteration")[0][0])

    def file(
        self, iteration: int, filings: Sequence[Filing], differs: Sequence[RankedDiffer], report: Mapping[str, Any]
    ) -> int:
        """Accept what one iteration found, all or nothing; returns how many solvers were new and stayed.

        Raises:
            ValueError: a verdict does not agree with its claim.
            HomeError: the disk is full or the file cannot be written; then nothing was filed.
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
                self._put_differ((judge.task, md5(judge.body), judge.s_score, iteration))
            self._prune({filing.verdict.task_id for filing in filings} | {judge.task for judge in differs})
            filed = len(self._pairs() - before)
            self._put_report(iteration, json.dumps({**report, "filed": filed}))
            return filed

        return self._atomically(change)

    def _pairs(self) -> set[tuple[str, str]]:
        return set(self._connection.execute("SELECT task, md5 FROM solver"))

    def _put_body(self, name: str, kind: str, text: str) -> None:
        self._connection.execute("INSERT OR IGNORE INTO body VALUES (?, ?, ?)", (name, kind, text))

    def _put_report(self, number: int, text: str) -> None:
        self._connection.execute("INSERT OR IGNORE INTO iteration VALUES (?, ?, ?)", (number, md5(text), text))

    def _put_solver(self, row: tuple[Any, ...]) -> None:
        """Add a row, or the better of it and the one that is there; which came first makes no difference.

        Better is by the archive rank first: a row that was left out among others then never comes back by being
        merged again.
        """
        query = f"SELECT {COLUMNS['solver']} FROM solver WHERE task=? AND md5=?"
        old = self._connection.execute(query, row[:2]).fetchone() or row
        scored, seconds, iteration, place = slice(3, 9), 9, 10, slice(11, 13)

        def rank(each: tuple[Any, ...]) -> tuple[Any, ...]:
            return each[2], each[6], -each[7], each[scored]

        if rank(row) == rank(old):
            times = min(row[seconds], old[seconds]), min(row[iteration], old[iteration])
            row = (*row[:seconds], *times, *max(row[place], old[place]))
        else:
            row = max(row, old, key=rank)
        marks = ",".join("?" * (len(row) + 1))
        self._connection.execute(f"INSERT OR REPLACE INTO solver VALUES ({marks})", (*row, seal(*row)))

    def _put_differ(self, row: tuple[str, str, int, int]) -> None:
        query = f"SELECT {COLUMNS['differ']} FROM differ WHERE task=? AND md5=?"
        old = self._connection.execute(query, row[:2]).fetchone() or row
        row = max(row, old, key=lambda each: (each[2], -each[3]))
        self._connection.execute("INSERT OR REPLACE INTO differ VALUES (?,?,?,?,?)", (*row, seal(*row)))

    def _prune(self, tasks: set[str]) -> None:
        for task in sorted(tasks):
            for table, rank in (("solver", _RANK), ("differ", "s_score DESC, md5")):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE task=? AND md5 NOT IN "
                    f"(SELECT md5 FROM {table} WHERE task=? ORDER BY {rank} LIMIT {KEPT_PER_TASK})",
                    (task, task),
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
            for task, name, s_score, iteration in rows["differ"]:
                self._put_differ((task, name, s_score, iteration))
            for number, _, text in rows["iteration"]:
                self._put_report(number, text)
            self._prune({row[0] for name in ("solver", "differ") for row in rows[name]})
            return len(self._pairs() - before)

        return self._atomically(change)

    def entries(self, task: str | None = None) -> list[Entry]:
        """Accepted solvers by task, better ones first."""
        where, values = ("WHERE task=?", (task,)) if task else ("", ())
        columns = "task, md5, o_score, demos, test_score, tests, similarity, steps, iteration"
        rows = self._ask(f"SELECT {columns} FROM solver {where} ORDER BY task, {_RANK}", values)
        return [Entry(*row) for row in rows]

    def differs(self) -> list[RankedDiffer]:
        """Accepted differs by task, better ones first."""
        rows = self._ask(
            "SELECT task, text, s_score FROM differ JOIN body USING (md5) ORDER BY task, s_score DESC, md5"
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

    def history(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """These figures of every iteration's report, oldest first; one that is no JSON object is left out.

        Only they are read out of the text, so that long histories cost little.
        """
        figures = ", ".join(f"json_extract(report, '$.{name}')" for name in names)
        rows = self._ask(
            f"SELECT json_array({figures}) FROM iteration "
            "WHERE json_valid(report) AND json_type(report) = 'object' ORDER BY number, id"
        )
        found = [zip(names, json.loads(text), strict=True) for (text,) in rows]
        return [{name: value for name, value in each if value is not None} for each in found]

    def scores(self, task: str, name: str) -> Scores:
        """The full measured scores of one entry; KeyError when there is none."""
        rows = self._ask("SELECT scores FROM solver WHERE task=? AND md5=?", (task, name))
        if not rows:
            raise KeyError((task, name))
        return Scores.from_json(json.loads(rows[0][0]))

    def bodies(self, kind: str) -> list[tuple[str, str]]:
        """(md5, text) of every ``"solver"`` or ``"differ"``, by md5."""
        return self._ask("SELECT md5, text FROM body WHERE kind=? ORDER BY md5", (kind,))

    def remembered(self) -> list[tuple[str, str, float]]:
        """(key, text, seconds) of every verdict, as the cache remembered it."""
        return self._ask("SELECT key, known, seconds FROM solver WHERE key != '' ORDER BY task, md5")

    def counts(self) -> dict[str, int]:
        """How many tasks have solvers, how many solvers and differs there are, and how many iterations made them.

        An iteration that was shared out has a report of each shard, and counts once.
        """
        queries = {
            "tasks": "SELECT count(DISTINCT task) FROM solver",
            "solvers": "SELECT count(*) FROM solver",
            "differs": "SELECT count(DISTINCT md5) FROM differ",
        }
        counts = {name: int(self._ask(query)[0][0]) for name, query in queries.items()}
        seed = "CASE WHEN json_valid(report) THEN json_extract(report, '$.seed') END"
        counts["iterations"] = len(self._ask(f"SELECT DISTINCT number, {seed} FROM iteration"))
        return counts

    def damage(self) -> list[str]:
        """What SQLite or a seal says was altered, a line each; bodies are not parsed, only compared with their md5."""
        problems = [f"{FILE_NAME}: {row[0]}" for row in self._ask("PRAGMA integrity_check") if row[0] != "ok"]
        for name, text in self._ask("SELECT md5, text FROM body ORDER BY md5"):
            if md5(text) != name:
                problems.append(f"body {name}: its text is not that of its md5")
        for table in ("solver", "differ"):
            for *row, sealed in self._ask(f"SELECT {COLUMNS[table]}, seal FROM {table} ORDER BY task, md5"):
                if sealed != seal(*row):
                    problems.append(f"{table} {row[1]} on {row[0]}: the row was altered")
        for number, name, text in self._ask("SELECT number, id, report FROM iteration"):
            if md5(text) != name:
                problems.append(f"iteration {number}: its report was altered")
        for kind in ("solver", "differ"):
            query = f"SELECT task, md5 FROM {kind} WHERE md5 NOT IN (SELECT md5 FROM body WHERE kind=?)"
            problems += [f"{kind} {name} on {task}: has no body" for task, name in self._ask(query, (kind,))]
        return problems

    def check(self) -> list[str]:
        """What is wrong with the archive, a line each: damage, scores that are none, bodies that are no programs."""
        problems = self.damage()
        counts = "o_score, demos, test_score, tests, similarity"
        for task, name, text, *row in self._ask(f"SELECT task, md5, scores, {counts} FROM solver ORDER BY task, md5"):
            if row != counts_of(text):
                problems.append(f"solver {name} on {task}: its scores are not those that were measured")
        for kind in ("solver", "differ"):
            problems += [problem for name, text in self.bodies(kind) if (problem := body_problem(kind, name, text))]
        return problems

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


def body_problem(kind: str, name: str, text: str) -> str:
    """What is wrong with a body's text; empty when it is a program in its canonical form."""
    try:
        program = parse_program(text, name, differ=kind == "differ")
        canonical = program.differ_body if kind == "differ" else program.body
    except (ProgramError, TooLargeError) as error:
        return str(error)
    return "" if canonical == text else f"body {name}: is not in its canonical form"


def counts_of(text: str) -> list[int]:
    """The counts that stand beside scores in the same row; none when the text is not that of scores."""
    try:
        scores = Scores.from_json(read_json(text))
    except ValueError:
        return []
    return list(scores.counts)


def distinct_iterations(reports: Sequence[Any]) -> int:
    """How many iterations wrote these reports: those of shards have one number and one seed."""
    return len({(str(each.get("iteration")), _seed(each)) for each in reports if isinstance(each, dict)})


def _seed(report: Any) -> str:
    return str(report.get("seed")) if isinstance(report, dict) else ""


def _solver_row(filing: Filing, iteration: int) -> tuple[Any, ...]:
    verdict, scores = filing.verdict, filing.verdict.measured
    steps = verdict.body.count("\n") - 2  # a body has one line a step, between its head and its return
    return (
        verdict.task_id, verdict.md5, *scores.counts, steps, json.dumps(scores.as_json()), verdict.seconds, iteration,
        filing.key, filing.known,
    )  # fmt: skip
