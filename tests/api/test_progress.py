"""A progress bar where somebody sees it, and silence where nobody does."""

from __future__ import annotations

import io
import sys
from types import ModuleType

import pytest

from kagglebatt.api.progress import progress_bar


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


def test_a_log_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
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
