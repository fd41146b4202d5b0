"""How far the work is: bars where somebody sees them, a line now and then in a log."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from kagglebatt.api.progress import EVERY, aside, every, progress_bar
from kagglebatt.api.whole_run import WholeRun
from kagglebatt.notify import Pace


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    """What three stages of work show."""
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar() as advance:
        for stage, done, total in (("score", 1, 4), ("score", 4, 4), ("validate", 2, 2)):
            advance(stage, done, total)
    return stream.getvalue()


def test_a_terminal_shows_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is left clean."""
    text = shown(Terminal(), monkeypatch)
    assert "score" in text
    assert "validate" in text
    assert text.endswith("\r")


def test_a_log_shows_none_of_what_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a flood."""
    assert shown(io.StringIO(), monkeypatch) == ""


@pytest.mark.filterwarnings("error")
def test_a_notebook_without_widgets_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it complain."""
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    assert shown(io.StringIO(), monkeypatch) == ""


def test_nobody_who_asks_for_none_sees_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a terminal either."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar(wanted=False) as advance:
        advance("score", 1, 4)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def ticking(seconds: float = 1.0) -> Callable[[], float]:
    """A clock that goes on by so many seconds whenever somebody looks at it."""
    now = [0.0]

    def look() -> float:
        now[0] += seconds
        return now[0]

    return look


def test_a_log_has_a_line_every_ten_seconds() -> None:
    """Stage, how far, how long."""
    lines: list[str] = []
    with progress_bar(say=lines.append, pace=Pace(clock=ticking())) as advance:
        for done in range(35):
            advance("score", done, 35)
    assert [line.split() for line in lines] == [
        ["10.0", "s", "score", "9", "of", "35"], ["20.0", "s", "score", "19", "of", "35"],
        ["30.0", "s", "score", "29", "of", "35"],
    ]  # fmt: skip


def test_who_wants_to_know_hears_of_each_stage() -> None:
    """However short it is."""
    lines: list[str] = []
    with progress_bar(say=lines.append, verbose=True, pace=Pace(clock=ticking())) as advance:
        for stage, done in (("score", 1), ("score", 2), ("validate", 1)):
            advance(stage, done, 2)
    assert [line.split()[2] for line in lines] == ["score", "validate"]


def test_of_several_iterations_a_log_says_how_far_all_are() -> None:
    """Iterations, tasks solved, time left."""
    lines: list[str] = []
    with progress_bar(iterations=3, say=lines.append, pace=Pace(0.1, clock=ticking())) as advance:
        advance("score", 1, 2)
        advance.iteration_done(["a", "b"], 5)
        advance("score", 1, 2)
    assert lines[0].endswith("score 1 of 2; iteration 1 of 3")
    assert "; iteration 2 of 3, 2 of 5 tasks solved, about " in lines[1]


def test_a_day_of_progress_is_a_short_log() -> None:
    """At most a line in a minute, once it went on for hours."""
    pace = Pace(clock=ticking())
    assert 600 < sum(pace.due() for _ in range(12 * 3600 - 1)) < 900


@pytest.mark.parametrize(("said", "seconds"), [("2", 2.0), ("often", 10.0), ("0", 10.0), ("nan", 10.0)])
def test_the_environment_says_how_often(said: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes no sense says nothing."""
    monkeypatch.setenv(EVERY, said)
    assert every() == seconds


def test_the_time_left_is_that_of_the_iterations_before() -> None:
    """Or what is left of the budget, if that is less."""
    now = [0.0]
    of_ten, of_two_minutes = WholeRun(10, None, lambda: now[0]), WholeRun(10, 2.0, lambda: now[0])
    assert (of_ten.left, of_ten.words) == (None, "")
    assert (of_two_minutes.left, of_two_minutes.words) == (None, "")
    now[0] = 30.0
    for run in (of_ten, of_two_minutes):
        run.add(["a"], 4)
        run.add(["a", "b"], 4)
    assert of_ten.left == 120.0
    assert of_ten.words == "2 of 4 tasks solved, about 2 min left"
    assert of_two_minutes.left == 90.0
    now[0] = 500.0
    assert of_two_minutes.left == 0.0


def test_a_terminal_shows_the_whole_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Iterations done, with the tasks solved; bars make room for what is printed."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(iterations=2) as advance:
        advance("score", 1, 4)
        advance.iteration_done(["a", "b", "c"], 9)
        with aside():
            stream.write("a result\n")
    text = stream.getvalue()
    assert "iterations 0/2" in text
    assert "3 of 9 tasks solved" in text
    assert text.split("a result\n")[0].endswith("\r")  # the line was cleared


class Bar:
    """A bar of a notebook, as far as it is used; every one is kept."""

    made: list[Bar]

    def __init__(self, **given: Any) -> None:
        self.desc, self.total, self.n, self.postfix, self.closed = given["desc"], given["total"], 0, "", False
        Bar.made.append(self)

    def update(self, more: int) -> None:
        self.n += more

    def set_postfix_str(self, text: str) -> None:
        self.postfix = text

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that has widgets."""
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    import tqdm.notebook

    auto = ModuleType("tqdm.auto")
    auto.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    monkeypatch.setattr(tqdm.notebook, "IProgress", object())
    Bar.made = []


@pytest.mark.usefixtures("notebook")
def test_a_notebook_has_a_bar_for_the_run_and_one_for_the_stage() -> None:
    """The first says what is solved, and how long it may take."""
    with progress_bar(iterations=2) as advance:
        advance("score", 3, 4)
        advance.iteration_done(["a"], 9)
        advance("score", 1, 5)
        assert [(bar.desc, bar.n, bar.total, bar.closed) for bar in Bar.made] == [
            ("iterations", 1, 2, False), ("score", 3, 4, True), ("score", 1, 5, False),
        ]  # fmt: skip
        assert Bar.made[0].postfix.startswith("1 of 9 tasks solved, about ")
    assert all(bar.closed for bar in Bar.made)


@pytest.mark.usefixtures("notebook")
def test_a_batch_run_has_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log is what is read."""
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    lines: list[str] = []
    with progress_bar(say=lines.append, pace=Pace(0.1, clock=ticking())) as advance:
        advance("score", 3, 4)
    assert (len(lines), Bar.made) == (1, [])
