"""A run's report as a page of a notebook: what was found, how much was remembered, where the time went, pictures.

Plain HTML and SVG: words take the notebook's own text colour, so that they read in light and in dark themes, and all
of it wraps to the width of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from kagglebatt.home.directory import read_archive
from kagglebatt.notebook.chart import GREEN, GREY, RED, Bar, Bars, Columns
from kagglebatt.programs.program import Program
from kagglebatt.running.outcome import Kind
from kagglebatt.running.run import run_alone
from kagglebatt.tasks.picture import Gallery, task_gallery
from kagglebatt.tasks.task import Task

MOST_PICTURES = 6
"""Solved tasks that are drawn."""

MOST_ITERATIONS = 12
"""Iterations, the latest ones, of which hit rates are drawn."""

_STAGES = {
    "outputs_scored": "scored, each on each task",
    "unique_candidates": "right on a demo pair, twins merged",
    "validated": "run again alone",
    "filed": "filed in the archive",
}
_PHASES = {
    "phase1_filter": "drop twins",
    "phase2_inline": "write solver bodies",
    "phase3_validation": "run again alone",
    "phase4_demo": "run on demo pairs",
    "phase4_test": "run on test pairs",
    "recall": "look up what is known",
    "start_workers": "start workers",
    "file": "file and save",
}
"""What the metrics are called in words."""


@dataclass(frozen=True)
class Overview:
    """Charts and pictures; the last value of a notebook cell shows them."""

    charts: tuple[Bars | Columns, ...]
    solved: str
    galleries: tuple[Gallery, ...]

    def _repr_html_(self) -> str:
        charts = "".join(chart.html() for chart in self.charts)
        galleries = "".join(gallery._repr_html_() for gallery in self.galleries)
        return (
            f'<div style="font-family:sans-serif;font-size:13px;max-width:960px">{charts}'
            f'<div style="margin:18px 0 0">{escape(self.solved)}</div>{galleries}</div>'
        )

    def __repr__(self) -> str:
        return "\n".join([*(line for chart in self.charts for line in chart.lines()), self.solved])


def make_overview(home: Path, runs: Sequence[Mapping[str, Any]], tasks: Sequence[Task]) -> Overview:
    """The report of a run.

    Args:
        home: archive and history, also of iterations before this run.
        runs: the report of each iteration of this run.
        tasks: those that were worked on, to draw the solved ones.
    """
    with read_archive(home, empty=True) as kept:
        history = kept.history(("iteration", "caches"), MOST_ITERATIONS)
        best = {
            entry.content: kept.program(entry.md5) for entry in reversed(kept.entries()) if entry.o_score == entry.demos
        }
    solved = [task for task in tasks if task.digest in best]
    charts: list[Bars | Columns] = [Bars("Tasks", tuple(_tasks(runs, len(tasks), len(solved))), full=len(tasks))]
    if runs:
        count = f"{len(runs):,} iteration{'' if len(runs) == 1 else 's'}"
        charts += [
            Bars(f"Candidates of {count}, programs by tasks", tuple(_funnel(runs))),
            Columns("Cache hits by iteration, % of lookups", *_hits(history)),
            Bars(f"Time of {count} by phase, in clock time", tuple(_phases(runs))),
            Bars(f"Runs of {count} that gave no grid, by kind", tuple(_failures(runs))),
        ]
    drawn = solved[:MOST_PICTURES]
    galleries = tuple(_picture(task, best[task.digest]) for task in drawn)
    sentence = _sentence(len(solved), len(tasks), len(drawn))
    return Overview(tuple(charts), sentence if runs else f"No iteration was finished. {sentence}", galleries)


def _sentence(solved: int, tasks: int, drawn: int) -> str:
    if not solved:
        return f"The archive has no solver yet for any of these {tasks:,} tasks."
    shown = "they are shown here" if drawn == solved else f"the first {drawn} are shown here"
    return f"The archive has solvers for {solved:,} of these {tasks:,} tasks; {shown}."


def _picture(task: Task, program: Program) -> Gallery:
    answers = [outcome.value for outcome in run_alone(program, task)[len(task.demo) :]]
    steps = len(program.steps)
    return task_gallery(task, answers, f"task {task.id}, solved in {steps} step{'' if steps == 1 else 's'}")


def _tasks(runs: Sequence[Mapping[str, Any]], count: int, solved: int) -> Iterator[Bar]:
    yield Bar("worked on", count, f"{count:,}")
    for run in runs[-1:]:
        for key, name in (("solved_demo", "solved by the last iteration"), ("solved_test", "of these, test pairs too")):
            yield Bar(name, run[key], f"{run[key]:,}", GREEN)
    yield Bar("solved by the archive", solved, f"{solved:,}", GREEN)


def _funnel(runs: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    total: Counter[str] = Counter()
    for run in runs:
        total.update(run["funnel"])
    scored = total["outputs_scored"]
    for key, name in _STAGES.items():
        yield Bar(name, total[key], f"{total[key]:,}{_share(total[key], scored)}")
    if total["disagreements"]:
        text = f"{total['disagreements']:,}{_share(total['disagreements'], scored)}"
        yield Bar("not as claimed when alone", total["disagreements"], text, RED)


def _share(part: int, whole: int) -> str:
    if not 0 < part < whole:
        return ""
    return f" ({100 * part / whole:.1f}%)" if part / whole >= 0.001 else " (<0.1%)"


def _hits(history: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], dict[str, tuple[float | None, ...]]]:
    """Names of the iterations, and for each cache its rates; None where nothing was looked up."""
    rates: dict[str, tuple[float | None, ...]] = {}
    for cache, title in (("inlining", "solver bodies"), ("validation", "verdicts")):
        rates[title] = tuple(_rate(report.get("caches"), cache) for report in history)
    return tuple(str(report.get("iteration", "?")) for report in history), rates


def _rate(caches: Any, name: str) -> float | None:
    """Hits of lookups, in percent; None where there were none, or a report, from wherever it came, does not say."""
    try:
        hits, misses = (int(caches[name][what]) for what in ("hits", "misses"))
    except (KeyError, TypeError, ValueError):
        return None
    return 100 * hits / (hits + misses) if hits >= 0 <= misses and hits + misses else None


def _phases(runs: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    total: Counter[str] = Counter()
    for run in runs:
        for name, seconds in run["phases"].items():
            if not name.endswith("_cpu"):
                total[name.removeprefix("run_batt.").rsplit("_", 1)[0]] += seconds
    for name, seconds in total.most_common():
        yield Bar(_PHASES.get(name, name), seconds, _duration(seconds))


def _duration(seconds: float) -> str:
    """Seconds with the unit that keeps them readable.

    >>> [_duration(seconds) for seconds in (0.0042, 4.2, 420.0, 42_000.0)]
    ['4 ms', '4.2 s', '7.0 min', '11.7 h']
    """
    for least, unit, name in ((3600, 3600, "h"), (120, 60, "min"), (0.9995, 1, "s")):
        if seconds >= least:
            return f"{seconds / unit:.1f} {name}"
    return f"{1000 * seconds:.0f} ms"


def _failures(runs: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    total: Counter[str] = Counter()
    for run in runs:
        total.update(run["outcomes"])
    whole = sum(total.values())
    colours = {Kind.TIMED_OUT.value: RED, Kind.CRASHED.value: RED}
    for kind in Kind:
        name = kind.value
        if kind is not Kind.VALUE:
            yield Bar(name, total[name], f"{total[name]:,}{_share(total[name], whole)}", colours.get(name, GREY))
