"""Whoever does the work: the same candidates, scores and files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import merge_homes
from kagglebatt.home.entries import FILE_NAME, EntryFile
from kagglebatt.home.recall import CachedResult
from kagglebatt.iteration.iterate import evolve
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks

TASKS = load_tasks("arc1-training", 6)


@pytest.fixture(autouse=True)
def _workers_for_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)


def grown(home: Path, **given: Any) -> tuple[str, ...]:
    """Evolve for two iterations; the digests of all scores."""
    settings = Settings(offspring=0, home=home, tasks=6, candidates=16, iterations=2, **given)
    return tuple(report.digest for report in evolve(settings, TASKS, notify=pytest.fail))


def content(home: Path) -> tuple[object, ...]:
    """Everything in a home but what was measured by the clock."""
    with Archive(home) as kept:
        filed = [(entry, kept.scores(entry.task, entry.md5)) for entry in kept.entries()]
        bodies = [kept.bodies("solver"), kept.bodies("differ")]
        judges = kept.differs()
    entries = EntryFile(home / FILE_NAME)
    rows = entries.connection.execute("SELECT key, value FROM entry ORDER BY key").fetchall()
    entries.close()
    return filed, bodies, judges, [(key, without_times(text)) for key, text in rows]


def without_times(text: str) -> object:
    known = CachedResult.read(text)
    return text if known is None else (known.scores, known.confirmed)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"backend": "threading", "jobs": 1}, marks=pytest.mark.campaign),
        {"backend": "threading", "jobs": 2},
        {"backend": "loky", "jobs": 2},
        pytest.param({"backend": "loky", "jobs": 1}, marks=pytest.mark.campaign),
        pytest.param({"backend": "loky", "jobs": 4}, marks=pytest.mark.campaign),
        pytest.param({"backend": "dask", "jobs": 2}, marks=pytest.mark.campaign),
    ],
    ids=lambda given: f"{given['backend']}-{given['jobs']}",
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the cluster's own packages
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_backend_gives_the_same(given: dict[str, Any], tmp_path: Path) -> None:
    """As this process alone does."""
    expected = grown(tmp_path / "plain", backend="sequential")
    assert grown(tmp_path / "home", **given) == expected
    assert content(tmp_path / "home") == content(tmp_path / "plain")


def test_shards_merged_are_the_whole(tmp_path: Path) -> None:
    """Each shard runs the same hand on its own tasks."""
    settings = Settings(offspring=0, home=tmp_path / "plain", tasks=6, candidates=16, backend="sequential")
    (whole,) = evolve(settings, TASKS)
    shards = []
    for number in (1, 2, 3):
        home = tmp_path / f"home-{number}"
        (report,) = evolve(Settings(offspring=0, home=home, tasks=6, candidates=16, jobs=1, shard=f"{number}/3"), TASKS)
        assert report.ids == whole.ids
        shards.append(home)
    list(merge_homes(shards, tmp_path / "merged"))
    assert content(tmp_path / "merged") == content(tmp_path / "plain")


def test_shards_merged_between_iterations_are_the_whole(tmp_path: Path) -> None:
    """Each goes on from the merged home, and so deals the hand that one home would have dealt."""
    expected = content_of_whole(tmp_path / "plain")
    merged = tmp_path / "merged"
    for _ in range(2):
        shards = []
        for number in (1, 2):
            home = tmp_path / f"home-{number}"
            if merged.exists():
                shutil.rmtree(home)
                shutil.copytree(merged, home)
            settings = Settings(
                offspring=0, home=home, tasks=6, candidates=16, backend="sequential", shard=f"{number}/2", iterations=1
            )
            list(evolve(settings, TASKS, notify=pytest.fail))
            shards.append(home)
        list(merge_homes(shards, merged))
    assert content(merged) == expected


def content_of_whole(home: Path) -> tuple[object, ...]:
    grown(home, backend="sequential")
    return content(home)


def test_a_shard_that_goes_on_alone_says_so(tmp_path: Path) -> None:
    """From its second iteration on it is no part of the whole."""
    settings = Settings(offspring=0, home=tmp_path, candidates=2, backend="sequential", shard="1/2", iterations=2)
    told: list[str] = []
    list(evolve(settings, TASKS[:2], notify=told.append))
    assert len(told) == 1
    assert "deals from its own archive" in told[0]
