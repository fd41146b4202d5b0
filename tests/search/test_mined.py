"""Moves from known programs."""

from __future__ import annotations

import pytest

from kagglebatt.search.graph import mined
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge, Known


def known(task: str, text: str) -> Known:
    return Known(text, task, "", written(text))


KNOWN = Knowledge((
    known("a", "vmirror(tophalf(I))"), known("a", "hmirror(tophalf(I))"), known("a", "cmirror(tophalf(I))"),
    known("b", "hmirror(rot90(I))"), known("c", "dmirror(rot90(I))"),
))  # fmt: skip


def test_parts_are_counted_by_tasks() -> None:
    """However many programs of one task have them; what several tasks have is cheaper."""
    counts = mined.parts(KNOWN)
    assert (counts[written("tophalf(I)")], counts[written("rot90(I)")]) == (1, 2)
    costs = {move.program: move.cost for move in mined.mined(KNOWN)}
    assert costs[written("rot90(I)")] < costs[written("tophalf(I)")]


def test_the_most_common_parts_are_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the shortest of these; a home may have thousands."""
    monkeypatch.setattr(mined, "MOST_MOVES", 2)
    assert [move.program for move in mined.mined(KNOWN)] == [written("rot90(I)"), written("tophalf(I)")]
