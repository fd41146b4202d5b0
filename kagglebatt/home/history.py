"""The iterations that made an archive: whole reports of the newest, figures of those before, and their sums.

A report has some thousand characters, and an archive is digested and copied as one file; so reports older than
``KEPT_WHOLE`` iterations are folded to their figures, in a table that no iteration ever walks. What is asked of all
iterations is kept as sums, changed in the transaction that changes what they are of.

Folding goes by an iteration's number alone. So a merged history is the same in whatever order it was merged: the
union of all reports, folded as far as the newest of them says.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from kagglebatt.home.archive_layout import COLUMNS, INVALID_ROWS, MOST_CHARACTERS, refuse_invalid
from kagglebatt.home.database import seal
from kagglebatt.home.files import read_json
from kagglebatt.programs.program import md5

KEPT_WHOLE = 100
"""Iterations, the newest, whose reports are kept whole."""

MOST_TASK_TIMES = 100
"""Tasks, the slowest, of which a stored report has times; those of the others are summed."""

FIGURES = (
    "seed", "tasks", "candidates", "executed", "solved_demo", "solved_test", "timeouts", "filed", "seconds",
    "offspring",
)  # fmt: skip
"""What is kept of an older report, in this order; behind it stand the counts of operators, where there are any."""

SUMMED = ("candidates", "executed", "timeouts", "filed", "seconds", "offspring")
"""Figures that are summed over all reports."""

MOST_OPERATORS = 100
COUNTED = ("drawn", "nearer", "exact")
"""What a report counts of each operator."""

_OPERATORS = "operators"
_COUNT = "operator "
_MOST = 10**9
_LONGEST = 200
_VALID = f"NOT ({INVALID_ROWS['iteration']})"


def stored_report(report: Mapping[str, Any], filed: int, operators: Mapping[str, Sequence[int]]) -> str:
    """A report as it is kept, once it is known how many solvers were filed; bounded whatever the number of tasks.

    Args:
        operators: their counts, as ``COUNTED`` says, by name.
    """
    said = {**report, "filed": filed}
    if operators:
        said["operators"] = {name: list(operators[name]) for name in sorted(operators)}
    if isinstance(report.get("funnel"), Mapping):
        said["funnel"] = {**report["funnel"], "filed": filed}
    return json.dumps(_bounded(said))


def _bounded(report: dict[str, Any]) -> dict[str, Any]:
    """A report with the times of the slowest tasks, and under ``other_tasks`` the number and sums of the rest."""
    times = report.get("task_phases")
    if not isinstance(times, dict) or len(times) <= MOST_TASK_TIMES:
        return report
    slow_first = sorted(times, key=lambda task: (-sum(_numbers(times[task]).values()), task))
    slowest = set(slow_first[:MOST_TASK_TIMES])
    sums: Counter[str] = Counter()
    for task in slow_first[MOST_TASK_TIMES:]:
        sums.update(_numbers(times[task]))
    others = {"tasks": len(times) - len(slowest), **{name: round(seconds, 6) for name, seconds in sums.items()}}
    kept = {task: own for task, own in times.items() if task in slowest}
    return {**report, "task_phases": kept, "other_tasks": others}


def _numbers(own: Any) -> dict[str, float]:
    if not isinstance(own, dict):
        return {}
    return {name: value for name, value in own.items() if isinstance(value, (int, float)) and isfinite(value)}


def _figures(text: str) -> str:
    """What is kept of an older report, as a JSON list; the same on every machine."""
    found = read_json(text)
    if not isinstance(found, dict):
        found = {}
    counts = _counts(found.get("operators"))
    values = [*(_plain(found.get(name)) for name in FIGURES), *([counts] if counts else [])]
    return json.dumps(values, separators=(",", ":"))


def _counts(operators: Any) -> dict[str, list[int]]:
    """Counts of operators, whoever wrote them: three whole numbers each, of so many operators at most."""
    if not isinstance(operators, dict):
        return {}
    named = {str(name)[:40]: counts for name, counts in sorted(operators.items())[:MOST_OPERATORS]}
    return {name: counts for name, counts in named.items() if _are_counts(counts)}


def _are_counts(counts: Any) -> bool:
    whole = isinstance(counts, list) and len(counts) == len(COUNTED)
    return whole and all(type(count) is int and 0 <= count <= _MOST for count in counts)


def _plain(value: Any) -> Any:
    """A value that is short, whoever wrote the report; else None."""
    if isinstance(value, str):
        return value[:_LONGEST]
    return value if isinstance(value, (int, float)) and isfinite(value) and abs(value) <= 10**15 else None


def _amount(name: str, value: Any) -> int:
    """What a figure adds to its sum; seconds as whole milliseconds, so that sums do not depend on their order."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= _MOST:
        return 0
    return min(_MOST, round(value * 1000)) if name == "seconds" else int(value)


class History:
    """The history in an archive's open database. What changes it belongs into a transaction of the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changes: Counter[str] = Counter()

    def _ask(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def put_report(self, number: int, text: str) -> None:
        """Add a whole report, unless it is there."""
        row = (number, md5(text), text)
        refuse_invalid(self._connection, "iteration", row)
        self._connection.execute("INSERT OR IGNORE INTO iteration VALUES (?, ?, ?)", row)

    def put_past(self, number: int, name: str, figures: str) -> None:
        """Add the figures of an older report, or the greater ones of two under one name."""
        known = self._ask("SELECT figures FROM past WHERE number=? AND id=?", (number, name))
        if known and known[0][0] >= figures:
            return
        refuse_invalid(self._connection, "past", (number, name, figures))
        if known:
            self._drop_past(number, name, known[0][0])
        self._sum_up(number, figures, 1)
        row = (number, name, figures)
        self._connection.execute("INSERT INTO past VALUES (?, ?, ?, ?)", (*row, seal(*row)))

    def _drop_past(self, number: int, name: str, figures: str) -> None:
        self._connection.execute("DELETE FROM past WHERE number=? AND id=?", (number, name))
        self._sum_up(number, figures, -1)

    def _sum_up(self, number: int, figures: str, sign: int) -> None:
        """Change the sums by one row of ``past`` that is not, or no longer, in the table."""
        others = {_seed(text) for (text,) in self._ask("SELECT figures FROM past WHERE number=?", (number,))}
        self._changes["reports"] += sign
        self._changes["iterations"] += sign * (_seed(figures) not in others)
        for name, value in _amounts(figures).items():
            self._changes[name] += sign * value

    def settle(self) -> None:
        """Fold what has become old, drop figures of what is here as a whole, and write the sums: last of all."""
        horizon = self.last - KEPT_WHOLE
        old = self._ask(f"SELECT {COLUMNS['iteration']} FROM iteration WHERE number <= ? AND {_VALID}", (horizon,))
        for number, name, text in old:
            if md5(text) == name:  # one that was altered stays, for `check` to find
                self.put_past(number, name, _figures(text))
                self._connection.execute("DELETE FROM iteration WHERE number=? AND id=?", (number, name))
        shadowed = "SELECT number, id, figures FROM past JOIN iteration USING (number, id) WHERE number > ?"
        for row in self._ask(shadowed, (horizon,)):
            self._drop_past(*row)
        change = "INSERT INTO total VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
        self._connection.executemany(change, sorted(self._changes.items()))
        self._changes.clear()

    def forget_changes(self) -> None:
        """The transaction that they belong to was given up."""
        self._changes.clear()

    @property
    def is_long(self) -> bool:
        """Whether there is something to fold; so it is only after an upgrade."""
        first, last = "(SELECT min(number) FROM iteration)", "(SELECT max(number) FROM iteration)"
        return bool(self._ask(f"SELECT {last} - {first} >= {KEPT_WHOLE}")[0][0])

    def tidy(self) -> int:
        """Bring the history of an older version into its bounds; returns how many reports were shortened.

        Some are longer than what is read: all times of thousands of tasks were stored once.
        """
        shortened = 0
        is_long = f"typeof(report) = 'text' AND length(report) > {MOST_CHARACTERS}"
        for number, name, text in self._ask(f"SELECT number, id, report FROM iteration WHERE {is_long}"):
            found = read_json(text) if md5(text) == name else None
            if isinstance(found, dict):
                self.put_report(number, json.dumps(_bounded(found)))
                self._connection.execute("DELETE FROM iteration WHERE number=? AND id=?", (number, name))
                shortened += 1
        self.settle()
        return shortened

    @property
    def last(self) -> int:
        """The number of the newest iteration, 0 before the first."""
        newest = (
            "SELECT max(number) FROM iteration WHERE typeof(number) = 'integer' AND number BETWEEN 0 AND 1000000000"
        )
        return max(int(row[0] or 0) for row in self._ask(f"{newest} UNION ALL SELECT max(number) FROM past"))

    def read(self, names: Sequence[str], newest: int | None = None) -> list[dict[str, Any]]:
        """These figures of reports, oldest first; one that is no JSON object is left out.

        Only they are read out of the text, so that long reports cost little.

        Args:
            newest: so many at most, and only such as are whole; without it also what is left of older ones.
        """
        return self._whole(names, newest) if newest is not None else [*self._older(names), *self._whole(names)]

    def _whole(self, names: Sequence[str], newest: int = -1) -> list[dict[str, Any]]:
        figures = ", ".join(f"json_extract(report, '$.{name}')" for name in names)
        rows = self._ask(
            f"SELECT json_array({figures}) FROM iteration WHERE json_valid(report) AND json_type(report) = 'object' "
            "ORDER BY number DESC, id DESC LIMIT ?",
            (newest,),
        )
        found = [zip(names, read_json(text) or (), strict=False) for (text,) in reversed(rows)]  # 1e999 gives no JSON
        return [{name: value for name, value in each if value is not None} for each in found]

    def _older(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        for number, text in self._ask("SELECT number, figures FROM past ORDER BY number, id"):
            known = {"iteration": number, **_named(text)}
            yield {name: known[name] for name in names if known.get(name) is not None}

    def sums(self) -> dict[str, int | float]:
        """How many reports and iterations there are, and sums over all reports; nothing old is walked.

        An iteration that was shared out has a report of each shard, and counts once.
        """
        total: Counter[str] = Counter({name: int(value) for name, value in self._ask("SELECT name, value FROM total")})
        figures = ", ".join(f"json_extract(report, '$.{name}')" for name in ("seed", *SUMMED))
        query = (
            f"SELECT number, CASE WHEN json_valid(report) THEN json_array({figures}) ELSE '[null]' END FROM iteration"
        )
        pairs = set()
        for number, text in self._ask(query):
            seed, *values = read_json(text) or [None]
            pairs.add((number, str(_plain(seed))))
            named = zip(SUMMED, values, strict=False)  # a text that is no JSON has none
            total.update({"reports": 1, **{name: _amount(name, value) for name, value in named}})
        straddling = "SELECT number, figures FROM past WHERE number >= ?"
        first = min((number for number, _ in pairs), default=_MOST + 1)
        pairs -= {(number, _seed(text)) for number, text in self._ask(straddling, (first,))}
        total["iterations"] += len(pairs)
        sums: dict[str, int | float] = {name: total[name] for name in ("reports", "iterations", *SUMMED)}
        return {**sums, "seconds": total["seconds"] / 1000}

    def operators(self) -> dict[str, tuple[int, int, int]]:
        """The counts of every operator, as ``COUNTED`` says, over all reports."""
        total: Counter[str] = Counter({name: int(value) for name, value in self._ask("SELECT name, value FROM total")})
        query = "SELECT json_extract(report, '$.operators') FROM iteration WHERE json_valid(report)"
        for (text,) in self._ask(query):
            total.update(_summed_counts(read_json(text)) if isinstance(text, str) else {})
        names = {name.removeprefix(_COUNT).rsplit(" ", 1)[0] for name in total if name.startswith(_COUNT)}
        drawn, nearer, exact = COUNTED
        return {
            name: (
                total[f"{_COUNT}{name} {drawn}"],
                total[f"{_COUNT}{name} {nearer}"],
                total[f"{_COUNT}{name} {exact}"],
            )
            for name in sorted(names)
        }

    def problems(self) -> Iterator[str]:
        """What was altered, a line each."""
        for number, name, text in self._connection.execute("SELECT number, id, report FROM iteration"):
            if md5(text) != name:
                yield f"iteration {number}: its report was altered"
        expected: Counter[str] = Counter()
        pairs = set()
        query = f"SELECT number, id, figures, seal, {INVALID_ROWS['past']} FROM past"
        for *row, sealed, invalid in self._connection.execute(query):
            if invalid or sealed != seal(*row):
                yield f"iteration {row[0]}: its figures were altered"
                continue
            expected.update({"reports": 1, **_amounts(row[2])})
            pairs.add((row[0], _seed(row[2])))
        expected["iterations"] = len(pairs)
        total = dict(self._ask("SELECT name, value FROM total WHERE value != 0"))
        if total != {name: value for name, value in expected.items() if value}:
            yield "iterations: the sums are not those of the figures"


def _named(figures: str) -> dict[str, Any]:
    values = read_json(figures)
    return dict(zip((*FIGURES, _OPERATORS), values, strict=False)) if isinstance(values, list) else {}


def _seed(figures: str) -> str:
    return str(_named(figures).get("seed"))


def _amounts(figures: str) -> dict[str, int]:
    """What the figures of one report add to the sums, those of operators under ``operator compose drawn`` and such."""
    named = _named(figures)
    amounts = {name: _amount(name, named.get(name)) for name in SUMMED}
    return amounts | _summed_counts(named.get(_OPERATORS))


def _summed_counts(operators: Any) -> dict[str, int]:
    counted = _counts(operators).items()
    return {f"{_COUNT}{name} {what}": n for name, counts in counted for what, n in zip(COUNTED, counts, strict=True)}
