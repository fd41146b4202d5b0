"""The page itself: everything that was looked up, put into the template, with what keeps strangers' text from acting.

A home may come from anyone. Its text gets into the page only where it is escaped, or as compressed data that the
page's one script shows as text; and the page's own policy lets no other script run and no request leave.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kagglebatt import __version__
from kagglebatt.home.directory import read_archive
from kagglebatt.home.files import named, write_aside, writing
from kagglebatt.markup import plural
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.pages.came import COLUMNS, OPERATOR_COLUMNS, Came, look_back
from kagglebatt.pages.chart import Line, draw, growing, legend
from kagglebatt.pages.detail import MOST_BYTES, MOST_IN_ALL, Filed, detail, read_filed
from kagglebatt.pages.found import Found, State, TaskFound, look_up
from kagglebatt.pages.steps import run_steps
from kagglebatt.settings import Settings
from kagglebatt.tasks.picture import PALETTE
from kagglebatt.tasks.task import Task

FILE_NAME = "report.html"

_FOLDER = Path(__file__).parent
_LISTED = 8
"""Tasks that are named as newly solved, and as nearest."""
_MOST_NAMED = 20


@dataclass(frozen=True)
class Page:
    """A report page; the last value of a notebook cell shows it, in a frame of its own.

    Attributes:
        summary: what was found, in a sentence or two.
    """

    html: str
    summary: str

    def write(self, path: Path) -> None:
        """Write it as a file, whole or not at all.

        Raises:
            OutputError: it cannot be written.
        """
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_aside(named(path), self.html)

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return (
            f"<p>{escape(self.summary)}</p>"
            '<iframe title="Report" sandbox="allow-scripts" style="width:100%;height:900px;max-height:90vh;border:0"'
            f' srcdoc="{escape(self.html)}"></iframe>'
        )


def make_page(
    home: Path,
    tasks: Sequence[Task],
    settings: Settings,
    name: str,
    since: int | None = None,
    empty: bool = False,
    notify: Notify = notify_nobody,
) -> Page:
    """The page of a home.

    Args:
        tasks: the map's.
        settings: the limits and workers with which programs are run once more, for what their steps compute.
        name: of the tasks' dataset.
        since: the iteration from which on a task counts as newly solved; the last one by default.
        empty: whether a home that is not there is shown as one that knows nothing.

    Raises:
        HomeError: there is no home, or it cannot be read.
    """
    with read_archive(home, empty, notify) as kept:
        found, came = look_up(kept, tasks), look_back(kept)
        filed = [read_filed(kept, each) for each in found.tasks]
    details = _details(found, filed, settings, notify)
    newly = [each for each in found.solved if each.since >= (came.last if since is None else since) > 0]
    summary = _summary(found, newly)
    index = [
        [each.task.id, each.state.value, each.since, _words(own), packed]
        for each, own, packed in zip(found.tasks, filed, details, strict=True)
    ]
    html = _render(
        home=home.name or str(home),
        name=name,
        version=__version__,
        summary=summary,
        found=found,
        states=[(state, len(found.of(state))) for state in State],
        newly=newly[:_LISTED],
        newly_count=len(newly),
        since=came.last if since is None else since,
        nearest=found.nearest[:_LISTED],
        elsewhere=found.elsewhere[:_MOST_NAMED],
        elsewhere_count=len(found.elsewhere),
        came=came,
        columns=COLUMNS,
        operator_columns=OPERATOR_COLUMNS,
        solved_chart=_solved_chart(found, came),
        saved_chart=_saved_chart(came),
        data={"palette": PALETTE, "tasks": index},
    )
    return Page(html, summary)


def _details(found: Found, filed: Sequence[Filed], settings: Settings, notify: Notify) -> list[str]:
    chosen = [(own.program, each.task) for each, own in zip(found.tasks, filed, strict=True) if own.program]
    runs = iter(run_steps(chosen, settings, notify))
    details: list[str] = []
    left = MOST_IN_ALL
    for each, own in zip(found.tasks, filed, strict=True):
        details.append(detail(each, own, next(runs) if own.program else (), min(MOST_BYTES, left)))
        left -= len(details[-1])
    return details


def _words(filed: Filed) -> str:
    """What the text filter finds a task by, beside its id: the primitives of its program, and what made it."""
    steps = filed.program.steps if filed.program else ()
    return " ".join(sorted({*(str(step.operation) for step in steps), *(each.operator for each in filed.descent[:1])}))


def _summary(found: Found, newly: Sequence[TaskFound]) -> str:
    solved, both, near = len(found.solved), len(found.of(State.SOLVED)), len(found.of(State.NEAR))
    return (
        f"{solved:,} of {plural(len(found.tasks), 'task')} solved on every demo pair, {both:,} of them on the test "
        f"pairs too; {len(newly):,} newly; {near:,} near."
    )


def _solved_chart(found: Found, came: Came) -> dict[str, Any] | None:
    """The line of tasks solved, by the iteration that found the solver."""
    demo = growing((each.since for each in found.solved), came.last)
    both = growing((each.since for each in found.of(State.SOLVED)), came.last)
    lines = [Line("on every demo pair", demo), Line("on the test pairs too", both)]
    lines = [line for line in lines if line.points]
    if not lines or not came.last:
        return None
    ends = ", ".join(f"{line.points[-1][1]:,.0f} {line.name}" for line in lines)
    words = f"Tasks solved after each of {plural(came.last, 'iteration')}; after the last one {ends}."
    return {"svg": draw(lines, words, "tasks solved"), "legend": legend(lines)}


def _saved_chart(came: Came) -> dict[str, Any] | None:
    if not any(seconds for _, seconds in came.saved):
        return None
    words = f"Seconds that remembering saved in each iteration; {came.saved[-1][1]:,.1f} in the last one."
    lines = [Line("seconds saved", came.saved)]
    return {"svg": draw(lines, words, "seconds saved", bars=True), "legend": {}}


def _render(**values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    script = (_FOLDER / "report.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    room = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    room.filters["link"] = lambda text: "#" + quote(text, safe="")
    own = {"script": Markup(script), "style": Markup((_FOLDER / "report.css").read_text("utf-8"))}
    for chart in (values["solved_chart"], values["saved_chart"]):
        if chart:
            chart["svg"] = Markup(chart["svg"])
    return room.get_template("report.html.j2").render(**values, **own, digest=digest)
