"""The page of a solve: each task with its pairs, the attempts at its test inputs, and the program that leads.

It is one file that shows itself without a script, and lets none run and no request leave; all text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from kagglebatt import __version__
from kagglebatt.dsl.types import Grid
from kagglebatt.markup import plural
from kagglebatt.pages.page import Page
from kagglebatt.solving.job import Searched
from kagglebatt.solving.report import SolveReport, fit_of, totals
from kagglebatt.tasks.picture import grid_svg
from kagglebatt.tasks.task import Task

MOST_BYTES = 6_000_000
"""Of all tasks that are drawn; the rest is counted."""

_GROUPS = (("all", "Fit all demo pairs", "solved"), ("some", "Fit some", "demo"), ("none", "Fit none", "open"))
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
section > details { border: 1px solid var(--edge); border-radius: 10px; background: var(--panel); margin: 10px 0;
  padding: 2px 16px; }
section > details[open] { padding-bottom: 14px; }
section > details > summary { font-weight: 600; padding: 6px 0; }
summary small { color: var(--soft); font-weight: 400; margin-left: 10px; }
"""


def solved_page(report: SolveReport) -> Page:
    """The page of what solving came to; tasks that fit come first, and open."""
    summary = "; ".join(line.strip() for line in totals(report.as_json()))
    style = (Path(__file__).parent / "report.css").read_text("utf-8") + _STYLE
    body = "".join(_sections(report))
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>kagglebatt: {report.fitting()['all']} of {plural(len(report.challenges.tests), 'task')} fit</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n<header><h1>Answers to {escape(report.challenges.source)}</h1>\n"
        f"<p>{plural(len(report.challenges.tests), 'task')}, {report.cpu:,.1f} processor seconds, kagglebatt "
        f"{__version__}</p></header>\n<main>\n{_figures(report)}{body}</main>\n</body>\n</html>\n"
    )
    return Page(html, summary)


def _figures(report: SolveReport) -> str:
    fit = report.fitting()
    rows = [(fit[name], words, state) for name, words, state in _GROUPS]
    rows += [(fit["left"], "Not searched", "open")] if fit["left"] else []
    items = "".join(
        f'<li><span class="glyph {state}" aria-hidden="true"></span><span class="count">{count:,}</span>'
        f'<span class="what">{escape(words)}</span></li>'
        for count, words, state in rows
    )
    return f'<ul class="figures">{items}</ul>\n'


def _sections(report: SolveReport) -> Iterator[str]:
    tasks = {task.id: task for task in report.challenges.tasks}
    room, left = MOST_BYTES, 0
    for name, words, _ in _GROUPS:
        drawn = []
        for task_id, done in report.known.items():
            if fit_of(done) != name:
                continue
            text = _task(tasks[task_id], done, name == "all")
            if len(text) > room:
                left += 1
                continue
            room -= len(text)
            drawn.append(text)
        if drawn:
            yield f"<section><h2>{escape(words)}</h2>\n{''.join(drawn)}</section>\n"
    if left:
        yield f'<p class="note">{plural(left, "task")} more would make this page too large.</p>\n'


def _task(task: Task, done: Searched, shown: bool) -> str:
    best = done.best
    facts = [f"{0 if best is None else best.fitted} of {plural(len(task.demo), 'demo pair')}"]
    facts += [] if best is None else [f"by {best.stage}", plural(best.depth, "move"), plural(best.pieces, "piece")]
    facts += [f"{done.seconds:.2f} s", *([done.fault] if done.fault else []), *(["cut"] if done.cut else [])]
    pairs = [
        _pair(each.name, [("input", each.input), ("output", each.answer)]) for each in task.demo
    ]  # fmt: skip
    for number, sample in enumerate(task.test):
        attempts = done.attempts[number] if number < len(done.attempts) else ()
        named = [(f"attempt {place}", grid) for place, grid in enumerate(attempts, 1)]
        pairs.append(_pair(sample.name, [("input", sample.input), *named]))
    program = "" if best is None else f"<h3>Program</h3><pre>{escape(best.program.text())}</pre>"
    return (
        f"<details{' open' if shown else ''}><summary>{escape(task.id)}<small>{escape(', '.join(facts))}</small>"
        f'</summary><div class="pairs">{"".join(pairs)}</div>{program}</details>\n'
    )


def _pair(name: str, grids: list[tuple[str, Grid | None]]) -> str:
    figures = "".join(
        f"<figure><figcaption>{escape(words)}</figcaption>{grid_svg(grid)}</figure>"
        for words, grid in grids
        if grid is not None
    )
    return f'<div class="pair"><h3>{escape(name)}</h3><div class="grids">{figures}</div></div>'
