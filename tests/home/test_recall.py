"""What is remembered of runs in stages holds where such a run would give it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.home.recall import CachedResult
from kagglebatt.iteration.iterate import evolve, run_hand
from kagglebatt.iteration.rerun import rerun
from kagglebatt.running.score import Scores
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks

T, G, V, N = "timed out", "gave up", "value", "not run"
WAYS = {"in one go": (False, False), "in stages": (True, False), "with patience": (True, True)}


@pytest.mark.parametrize(
    ("outcomes", "o_score", "slowest", "holds"),
    [
        ((V, V, V, V, V, V), 0, 0.9, {"in one go", "in stages", "with patience"}),
        ((V, V, V, V, V, V), 1, 0.9, {"in one go", "in stages", "with patience"}),
        ((V, V, V, V, V, N), 0, 0.9, {"in stages", "with patience"}),
        ((V, V, V, V, V, N), 1, 0.9, set()),  # no run gives this
        ((T, T, T, G, G, N), 0, 0.0, {"in stages"}),
        ((T, T, T, V, G, N), 0, 0.09, {"in stages"}),
        ((T, T, T, V, V, N), 0, 0.09, {"in stages", "with patience"}),
        ((T, T, T, V, V, V), 0, 0.09, {"in one go", "in stages", "with patience"}),
        ((T, T, T, V, V, V), 0, 0.9, {"in one go", "with patience"}),
        ((T, T, T, T, T, T), 0, 0.0, {"in one go", "with patience"}),
        ((T, T, T, V, V, V), 1, 0.09, {"in one go", "with patience"}),
        ((T, T, V, T, T, N), 0, 0.09, {"in stages", "with patience"}),
    ],
)
def test_what_was_run_one_way_holds_where_another_gives_the_same(
    outcomes: tuple[str, ...], o_score: int, slowest: float, holds: set[str]
) -> None:
    """Or else it is a miss."""
    scores = Scores(o_score, 5, 0, 1, 0, outcomes, {})
    entry = CachedResult(scores, 1.0, slowest, 2.0)
    assert {way for way, (staged, patience) in WAYS.items() if entry.is_as_run(1.0, staged, patience)} == holds
    assert CachedResult.read(entry.text()) == replace(entry, scores=scores)


@pytest.mark.parametrize("demos", [1, 2, 3])
def test_a_task_of_few_pairs_is_run_in_full(demos: int) -> None:
    """All of its demo pairs are among the first."""
    entry = CachedResult(Scores(0, demos, 0, 1, 0, (T,) * demos + (N,), {}), 1.0, 0.0, 2.0)
    assert entry.is_as_run(1.0, staged=True, patience=False)
    assert not entry.is_as_run(1.0, staged=False, patience=False)


def test_a_hand_is_run_in_full_whatever_is_remembered(tmp_path: Path) -> None:
    """After an iteration that bred, which ran no test pairs of what was of no use; a check finds that right."""
    given = Settings(tasks=4, offspring=120, candidates=12, backend="sequential", timeout=5.0)
    tasks = load_tasks("arc1-training")[:4]
    (bred,) = evolve(replace(given, home=tmp_path / "home"), tasks)
    assert bred.as_json()["outcomes"]["not run"] > 0
    checked = rerun(replace(given, home=tmp_path / "home"), tasks)
    assert (checked.wrong, checked.gone) == (0, [])
    assert checked.sampled > 0
    cold, warm = (run_hand(bred.hand, replace(given, home=tmp_path / name), tasks) for name in ("other", "home"))
    assert cold.digest == warm.digest
    assert "not run" not in warm.as_json()["outcomes"]
