"""The page of a solve: every task drawn, nothing of it acts, and no room is no fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.pages import solved
from tests.solving.test_solve import MIRROR, ODD


def solve(folder: Path, *more: str) -> int:
    """Solve two tasks, of which one has a name that would act if it were not escaped."""
    (folder / "my_challenges.json").write_text(json.dumps({"mirror": MIRROR, "<script>odd": ODD}))
    (folder / "mine.py").write_text("def solve_mine(I):\n    O = vmirror(I)\n    return O\n")
    place = [
        "-o",
        str(folder / "submission.json"),
        "--home",
        str(folder / "home"),
        "--solvers",
        str(folder / "mine.py"),
    ]
    return main(["solve", str(folder / "my_challenges.json"), *place, "--backend", "sequential", "--work", "50", *more])


def test_each_task_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With attempts and program; what fits is open."""
    assert solve(tmp_path) == 0
    text = (tmp_path / "submission.html").read_text()
    assert f"look at the answers in {tmp_path / 'submission.html'}" in capsys.readouterr().err
    assert "O = vmirror(I)" in text
    assert "<details open><summary>mirror<small>2 of 2 demo pairs, by recall" in text
    assert text.count("<svg") >= 2 * 4 + 2 * 2
    assert "<script" not in text
    assert "&lt;script&gt;odd" in text


def test_a_page_has_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted; a page that cannot be written is no fault."""
    monkeypatch.setattr(solved, "MOST_BYTES", 10)
    (tmp_path / "submission.html").mkdir()
    assert solve(tmp_path, "-q") == 0
    (tmp_path / "submission.html").rmdir()
    assert solve(tmp_path, "-q") == 0
    assert "2 tasks more would make this page too large" in (tmp_path / "submission.html").read_text()
