"""Moves from known programs."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from kagglebatt.search.graph import mined
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge, Known


@pytest.fixture(autouse=True)
def nothing_mined() -> Iterator[None]:
    """What other tests mined is not remembered."""
    mined._moves.cache_clear()
    yield
    mined._moves.cache_clear()


def known(task: str, text: str, content: str = "") -> Known:
    return Known(text, task, content, written(text))


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


def test_what_was_filed_is_a_move_when_several_tasks_have_it() -> None:
    """One task's programs say little of others; what is a move already is none once more, but for the library's."""
    twice, thrice, common = "hmirror(trim(I))", "rot90(trim(I))", "trim(I)"
    filed = [known(task, thrice, f"grids of {task}") for task in "abc"]
    filed += [known(task, twice, f"grids of {task}") for task in "ab"]
    moves = {move.program: move for move in mined.mined(Knowledge(tuple(filed)))}
    assert set(moves) == {written(thrice), written(common)}
    beside = [moves[written(common)]]
    assert [move.program for move in mined.mined(Knowledge(tuple(filed)), beside)] == [written(thrice)]
    both = Knowledge((*filed, known("d", twice)))
    assert {move.program for move in mined.mined(both, beside)} == {*map(written, (twice, thrice, common))}


def test_moves_are_mined_once_for_the_same_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that came from another process, too: a worker is sent them with each task."""
    first = list(mined.mined(KNOWN))
    monkeypatch.setattr(mined, "parts", None)
    assert list(mined.mined(pickle.loads(pickle.dumps(KNOWN)))) == first
