"""How it came: figures of the iterations that made a home, as tables.

Reports come with a home from wherever it was; what is no number there counts as not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from kagglebatt.home.archive import Archive
from kagglebatt.markup import plural
from kagglebatt.running.outcome import STAGED, Kind

_NAMES = (
    "iteration", "seed", "tasks", "candidates", "executed", "solved_demo", "solved_test", "timeouts", "filed",
    "seconds", "phases", "funnel", "outcomes", "caches", "settings", "search", "kagglebatt", "python",
)  # fmt: skip
_FUNNEL = {
    "outputs_scored": "scored, each on each task",
    "unique_candidates": "right on a demo pair, twins merged",
    "validated": "run again alone",
    "filed": "filed in the archive",
    "undecided": "not told apart by a time limit",
    "disagreements": "not as claimed when alone",
}
_SEARCH = {"bred": "bred", "probes": "probed, each on each task", "promising": "promising"}
"""Stages of breeding, where that was done."""

_ALWAYS = frozenset({"outputs_scored", "unique_candidates", "validated", "filed"})
"""Stages that every iteration has."""

_PHASES = {
    "phase1_filter": "drop twins",
    "phase2_inline": "write solver bodies",
    "phase3_validation": "run again alone",
    "phase4_demo": "run on demo pairs",
    "phase4_test": "run on test pairs",
    "recall": "look up what is known",
    "start_workers": "start workers",
    "file": "file and save",
    "search": "breed and probe",
}
"""What the metrics are called in words."""

MOST_LISTED = 100
"""Iterations, the newest, that are listed."""

_LONGEST = 40


@dataclass(frozen=True)
class Bar:
    """A row of a table: a name, a length from 0 to 100 to be drawn, and the figure in words, with its unit."""

    name: str
    length: float
    text: str


@dataclass(frozen=True)
class Came:
    """The history as tables.

    Attributes:
        last: the newest iteration's number.
        whole: how many reports the tables are made of; older ones are kept as sums alone.
        saved: (iteration, seconds) that remembering saved.
        iterations: the newest first, each as texts under ``COLUMNS``.
        settings: of the newest iteration, where its report has them.
        operators: what each operator of breeding brought, as texts under ``OPERATOR_COLUMNS``.
    """

    last: int
    reports: int
    whole: int
    totals: str
    funnel: tuple[Bar, ...]
    phases: tuple[Bar, ...]
    lost: tuple[Bar, ...]
    lookups: str
    saved: tuple[tuple[int, float], ...]
    iterations: tuple[tuple[str, ...], ...]
    settings: tuple[tuple[str, str], ...]
    operators: tuple[tuple[str, ...], ...]


OPERATOR_COLUMNS = ("operator", "drawn", "nearer", "exact", "nearer of 1,000")
COLUMNS = (
    "iteration", "seed", "tasks", "candidates", "solved on demo", "on test", "filed", "seconds", "kagglebatt", "Python",
)  # fmt: skip
_CELLS = (
    "iteration", "seed", "tasks", "candidates", "solved_demo", "solved_test", "filed", "seconds", "kagglebatt", "python"
)  # fmt: skip


def look_back(kept: Archive) -> Came:
    """The history of an archive."""
    history = kept.history(_NAMES)
    whole = [report for report in history if isinstance(report.get("phases"), Mapping)]
    sums = kept.sums()
    return Came(
        kept.next_iteration - 1,
        int(sums["reports"]),
        len(whole),
        _totals(sums),
        tuple(_funnel(whole)),
        tuple(_phases(whole)),
        tuple(_lost(whole)),
        _lookups(whole),
        tuple((number, _saved(each)) for each in whole if (number := _whole(each.get("iteration"))) is not None),
        tuple(tuple(_cell(report.get(name)) for name in _CELLS) for report in reversed(history[-MOST_LISTED:])),
        tuple(_settings(history[-1].get("settings"))) if history else (),
        tuple(_operators(kept.operator_counts())),
    )


def _totals(sums: Mapping[str, int | float]) -> str:
    if not sums["reports"]:
        return "No iteration was finished yet."
    return (
        f"{plural(int(sums['iterations']), 'iteration')}, {plural(int(sums['candidates']), 'candidate')}, "
        f"{plural(int(sums['executed']), 'run')} of a candidate on a pair, {plural(int(sums['filed']), 'solver')} "
        "filed."
    )


def _number(value: Any) -> float:
    """A figure of a report; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 10**15:
        return 0
    return value


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= 10**9 else None


def _add_up(reports: Sequence[Mapping[str, Any]], name: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for report in reports:
        own = report.get(name)
        if isinstance(own, Mapping):
            for key, value in own.items():
                total[key] += _number(value)  # type: ignore[assignment]  # a counter of seconds, too
    return total


def _funnel(reports: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    search, total = _add_up(reports, "search"), _add_up(reports, "funnel")
    every = max(map(search.__getitem__, _SEARCH))
    for key, name in _SEARCH.items():
        if every:
            share = _share(search[key], search["probes"]) if key == "promising" else ""
            yield Bar(name, _part(search[key], every), f"{search[key]:,.0f}{share}")
    full = max(map(total.__getitem__, _FUNNEL))
    for key, name in _FUNNEL.items():
        if total[key] or key in _ALWAYS:
            yield Bar(name, _part(total[key], full), f"{total[key]:,.0f}{_share(total[key], full)}")


def _part(part: float, full: float) -> float:
    return round(100 * part / full, 2) if full else 0


def _share(part: float, full: float) -> str:
    """A part in percent, whole only where nothing or all is meant.

    >>> _share(5, 20), _share(1, 100_000), _share(3, 3)
    (' (25.0%)', ' (<0.1%)', '')
    """
    if not 0 < part < full:
        return ""
    return f" ({100 * part / full:.1f}%)" if part / full >= 0.001 else " (<0.1%)"


def _phases(reports: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    total: Counter[str] = Counter()
    for name, seconds in _add_up(reports, "phases").items():
        if not name.endswith("_cpu"):
            total[name.removeprefix("run_batt.").rsplit("_", 1)[0]] += seconds
    total["search"] += _add_up(reports, "search")["seconds"]
    total = +total  # without what took no time
    full = max(total.values(), default=0)
    for name, seconds in total.most_common(len(_PHASES) + 4):
        yield Bar(_PHASES.get(name, name)[:_LONGEST], _part(seconds, full), duration(seconds))


def duration(seconds: float) -> str:
    """Seconds with the unit that keeps them readable.

    >>> [duration(seconds) for seconds in (0.0042, 4.2, 420.0, 42_000.0)]
    ['4 ms', '4.2 s', '7.0 min', '11.7 h']
    """
    for least, unit, name in ((3600, 3600, "h"), (120, 60, "min"), (0.9995, 1, "s")):
        if seconds >= least:
            return f"{seconds / unit:,.1f} {name}"
    return f"{1000 * seconds:.0f} ms"


def _lost(reports: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    """Runs that gave no grid, by kind, as parts of all runs."""
    total = _add_up(reports, "outcomes")
    full = sum(total.values())
    for kind in Kind:
        if kind is not Kind.VALUE and full and (kind not in STAGED or total[kind.value]):
            count = total[kind.value]
            yield Bar(kind.value, _part(count, full), f"{count:,.0f}{_share(count, full)}")


def _caches(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    own = report.get("caches")
    return [each for each in own.values() if isinstance(each, Mapping)] if isinstance(own, Mapping) else []


def _saved(report: Mapping[str, Any]) -> float:
    return sum(_number(each.get("seconds_saved")) for each in _caches(report))


def _lookups(reports: Sequence[Mapping[str, Any]]) -> str:
    every = [each for report in reports for each in _caches(report)]
    hits, misses = (sum(_number(each.get(name)) for each in every) for name in ("hits", "misses"))
    saved = sum(map(_saved, reports))
    if not hits + misses:
        return "Nothing was looked up yet."
    return f"{hits:,.0f} of {hits + misses:,.0f} lookups were answered from the cache, which saved {duration(saved)}."


def _cell(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**15 else "?"
    if isinstance(value, float):
        return f"{value:,.2f}" if isfinite(value) else "?"
    return value[:_LONGEST] if isinstance(value, str) else "?"


def _settings(own: Any) -> Iterator[tuple[str, str]]:
    if isinstance(own, Mapping):
        for name, value in list(own.items())[:_LONGEST]:
            yield str(name)[:_LONGEST], "none" if value is None else _cell(value)


def _operators(counts: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, ...]]:
    """Those that led to an exact pair most often first."""
    for name, (drawn, nearer, exact) in sorted(counts.items(), key=lambda each: (-each[1][2], -each[1][1], each[0])):
        rate = f"{1000 * nearer / drawn:,.1f}" if drawn else ""
        yield name[:_LONGEST], f"{drawn:,}", f"{nearer:,}", f"{exact:,}", rate
