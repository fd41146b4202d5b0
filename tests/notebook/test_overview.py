"""The report of a run: every part, in words and units, also of a run that found nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.home.directory import open_home
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.chart import Bar, Bars, Columns
from kagglebatt.notebook.overview import make_overview
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks

TASKS = load_tasks("arc1-training", 3)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A home of two iterations, and their reports."""
    home = tmp_path_factory.mktemp("grown") / "home"
    return home, [
        report.as_json() for report in evolve(Settings(home=home, candidates=32, iterations=2, jobs=1), TASKS)
    ]


def test_phases_and_kinds_have_words_and_units(grown: tuple[Path, list[dict[str, Any]]]) -> None:
    """No metric's name is left, the figures of all iterations are summed, and each duration has its unit."""
    home, runs = grown
    told = repr(make_overview(home, runs, TASKS))
    assert "phase" not in told.replace("by phase", "")
    assert f"scored, each on each task: {sum(run['funnel']['outputs_scored'] for run in runs)}" in told
    assert f"raised: {sum(run['outcomes']['raised'] for run in runs)} (" in told
    phases = told.split("by phase, in clock time\n")[1].splitlines()[:8]
    assert all(line.endswith((" s", " ms")) for line in phases)
    assert "not as claimed" not in told
    runs = [{**runs[0], "funnel": {**runs[0]["funnel"], "disagreements": 1}}]
    assert "not as claimed when alone: 1 (" in repr(make_overview(home, runs, TASKS))


def test_solved_tasks_are_drawn_with_their_answers(grown: tuple[Path, list[dict[str, Any]]]) -> None:
    """As many as the sentence says, and the page shows them."""
    home, runs = grown
    story = make_overview(home, runs, TASKS)
    assert story.galleries
    assert story.solved == f"The archive has solvers for {len(story.galleries)} of these 3 tasks; they are shown here."
    assert story._repr_html_().count("answered, ") == sum(len(task.test) for task in TASKS[: len(story.galleries)])


def test_a_history_that_came_with_a_home_may_say_anything(
    grown: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """What it does not say of its hits is left out of the chart."""
    home = Path(shutil.copytree(grown[0], tmp_path / "home"))
    runs = grown[1]
    odd = [{"caches": 1}, {"caches": {"validation": {"hits": "x", "misses": 1}}}, {"iteration": [2], "caches": {}}, {}]
    odd += [{"caches": {"validation": {"hits": -1, "misses": 1}}}, {"caches": {"validation": [1]}}]
    with open_home(home) as opened:
        for number, report in enumerate(odd, 10):
            opened.archive.file(number, [], [], report)
    assert repr(make_overview(home, runs, TASKS)).count("solver bodies -, verdicts -") == len(odd)


def test_a_run_without_results_says_so(tmp_path: Path) -> None:
    """No empty charts."""
    story = make_overview(tmp_path / "none", [], TASKS)
    assert len(story.charts) == 1
    assert story.solved == "No iteration was finished. The archive has no solver yet for any of these 3 tasks."


def test_charts_are_escaped_and_bounded() -> None:
    """A bar is at most as long as its track, nothing has no bar, and names are text."""
    page = Bars("<b>", (Bar("<i>", 0, "<u>"), Bar("more", 7, "7")), full=5).html()
    assert not [tag for tag in ("<b>", "<i>", "<u>") if tag in page]
    assert "width:0.0%;min-width:0px" in page
    assert "width:100.0%;min-width:1px" in page
    columns = Columns("<b>", ("<i>",), {"<u>": (None,), "second": (50.0,)})
    assert not [tag for tag in ("<b>", "<i>", "<u>") if tag in columns.html()]
    assert list(columns.lines()) == ["<b>", "  <i>: <u> -, second 50%"]
