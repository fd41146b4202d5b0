"""Calls that moves have in common."""

from __future__ import annotations

from typing import Any

import pytest

from kagglebatt.dsl.objects import asobject
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.search.graph import shared_calls
from kagglebatt.search.graph.moves import written
from kagglebatt.search.graph.shared_calls import FailedError, SharedCalls
from kagglebatt.search.running import compiled

GRID = ((0, 1, 2), (3, 0, 1))


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Arguments of every call of a primitive."""
    calls: list[Any] = []
    primitive = PRIMITIVES[name]

    class Noting:
        @staticmethod
        def fn(*given: Any) -> Any:
            calls.append(given)
            return primitive.fn(*given)

    monkeypatch.setattr(shared_calls, "PRIMITIVES", {**PRIMITIVES, name: Noting})
    return calls


def test_equal_calls_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And each program gives what it gives alone; another value begins anew."""
    made = counted(monkeypatch, "hmirror")
    programs = [written(text) for text in ("hmirror(I)", "vmirror(hmirror(I))", "vconcat(I, hmirror(I))")]
    shared = SharedCalls()
    numbered = shared.calls(programs)
    for grid in (GRID, GRID[::-1]):
        values = shared.values(grid, ())
        assert [values.run(calls) for calls in numbered] == [compiled(program)(grid, ()) for program in programs]
    assert made == [(GRID,), (GRID[::-1],)]


def test_a_call_that_failed_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs it fails at once; what does not runs on."""
    made = counted(monkeypatch, "first")
    shared = SharedCalls()
    texts = "hmirror(first(merge(ZERO)))", "identity(first(merge(ZERO)))", "hmirror(I)"
    failing, needing, other = shared.calls(map(written, texts))
    values = shared.values(GRID, ())
    with pytest.raises(TypeError):
        values.run(failing)
    with pytest.raises(FailedError):
        values.run(needing)
    assert values.run(other) == GRID[::-1]
    assert made == []


def test_what_no_later_program_calls_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be made again; what the last program failed on is forgotten, too."""
    made = counted(monkeypatch, "hmirror")
    shared = SharedCalls()
    plain, failing = shared.calls(map(written, ("hmirror(I)", "interval(hmirror(I),ZERO,ZERO)")))
    values = shared.values(GRID, ())
    values.run(plain)
    values.run(plain)
    assert len(made) == 1
    with pytest.raises(TypeError):
        values.run(failing)
    values.run(plain)
    assert len(made) == 2


def test_what_is_kept_of_one_value_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets count by their members, and those of the sets in them; what would be more is made again, with one result."""
    made = counted(monkeypatch, "asobject")
    texts = [f"insert({name},asobject(I))" for name in ("ONE", "TWO", "THREE")]
    results = []
    for most in (7, 100):
        made.clear()
        monkeypatch.setattr(shared_calls, "MOST_CELLS", most)
        shared = SharedCalls()
        numbered = shared.calls(map(written, texts))
        values = shared.values(GRID, ())
        results.append([values.run(calls) for calls in numbered])
        assert len(made) == 1
    assert results[0] == results[1]
    monkeypatch.setattr(shared_calls, "MOST_CELLS", 5)
    made.clear()
    values = shared.values(GRID, ())
    assert [values.run(calls) for calls in numbered] == results[1]
    assert len(made) == 3


@pytest.mark.parametrize(("most", "times"), [(13, 1), (6, 2)])
def test_sets_in_a_container_count(monkeypatch: pytest.MonkeyPatch, most: int, times: int) -> None:
    """With their members, beside members that are no sets."""
    made = counted(monkeypatch, "initset")
    monkeypatch.setattr(shared_calls, "MOST_CELLS", most)
    shared = SharedCalls()
    sized, told = shared.calls(map(written, ("size(initset(asobject(I)))", "astuple(initset(asobject(I)),ONE)")))
    values = shared.values(GRID, ())
    assert values.run(sized) == 1
    assert values.run(told) == (frozenset([asobject(GRID)]), 1)
    assert values.run(told)[1] == 1
    assert len(made) == times + 1
