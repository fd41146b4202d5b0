"""What a search starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kagglebatt.home.archive import Archive
from kagglebatt.home.ranking import Filing
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.search import knowledge as knowledge_module
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge, Known, knowledge


def test_what_does_not_fit_serves_its_own_task_alone() -> None:
    """A program that came near on one task says little of others, and would cost each of them time."""
    fitting = Known("a", "a", "content a", written("hmirror(I)"))
    near = Known("b", "b", "content b", written("vmirror(I)"), fits=False)
    known = Knowledge((fitting, near))
    assert known.useful_for("content b").programs == (near, fitting)
    assert known.useful_for("content c").programs == (fitting,)


def test_of_a_large_home_a_part_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the task's own programs, the first of other tasks', and all of the library's."""
    monkeypatch.setattr(knowledge_module, "MOST_FILED", 2)
    others = [Known(text, text, f"grids of {text}", written(text)) for text in ("rot90(I)", "rot180(I)", "rot270(I)")]
    own = [Known(text, "own", "own grids", written(text)) for text in ("trim(I)", "tophalf(I)", "lefthalf(I)")]
    library = Known("mine", "mine", "", written("vmirror(I)"))
    known = Knowledge((*others, *own, library))
    assert known.useful_for("own grids").programs == (*own, *others[:2], library)
    assert known.of_library.programs == (library,)


def test_the_best_of_each_task_come_first(tmp_path: Path) -> None:
    """Then the second of each: so a part of a home knows of all its tasks."""
    with Archive(tmp_path) as archive:
        scores = Scores(2, 2, 0, 1, 1000, ("value",) * 3, {})
        filings = [
            Filing(Verdict(written(text).body, task, scores, scores, 0.1), "", "", f"grids of {task}")
            for task, texts in {"a": ("rot90(trim(I))", "trim(I)"), "b": ("core(I)", "trim(core(I))")}.items()
            for text in texts
        ]
        archive.file(1, filings, (), {})
        order = [(each.task, len(each.program)) for each in knowledge((), archive).programs]
    assert order == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
