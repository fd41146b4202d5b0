"""A home is published once, whatever becomes of an answer, and nothing that is there is replaced unseen."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.errors import HomeError, RemoteError
from kagglebatt.iteration.iterate import evolve
from kagglebatt.remote.dataset import download, publish
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from tests.kaggle_standin import Standin
from tests.kaggle_standin.callers import create
from tests.kaggle_standin.swift import SWIFT, SwiftClient

METADATA = {"id": "tester/one-home", "title": "one home", "licenses": [{"name": "CC0-1.0"}]}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A home of one iteration, and one of two."""
    folder = tmp_path_factory.mktemp("homes")
    for count in (1, 2):
        settings = Settings(offspring=0, home=folder / str(count), candidates=4, jobs=1, iterations=count)
        list(evolve(settings, load_tasks("arc1-training", 1)))
    return [folder / "1", folder / "2"]


@pytest.fixture
def kaggle(tmp_path: Path) -> Iterator[Standin]:
    with Standin(tmp_path / "kaggle") as kaggle:
        kaggle.processing = 0.05
        yield kaggle


@pytest.mark.parametrize("behind", [0, 1, 4])
@pytest.mark.parametrize(
    "fault", ["create-dataset-lost-answer", "create-dataset-lost-answer-503", "create-dataset-empty-after"]
)
def test_a_dataset_that_was_made_although_the_answer_was_lost(
    fault: str, behind: int, kaggle: Standin, homes: list[Path]
) -> None:
    """It is looked for first, and its title is not said to be in use by another."""
    kaggle.inject(fault)
    kaggle.inject("dataset-behind", behind)
    assert publish(SwiftClient(kaggle), homes[0], METADATA, {}, "one") == 1
    assert len(kaggle.datasets["tester/one-home"]) == 1


def test_a_dataset_that_an_earlier_process_made(kaggle: Standin, homes: list[Path]) -> None:
    """Killed after it was made, and repeated before that shows: the name is taken, by this very home."""
    publish(SwiftClient(kaggle), homes[0], METADATA, {}, "one")
    client = SwiftClient(kaggle, replace(SWIFT, tries=1))
    kaggle.inject("dataset-behind")
    assert publish(client, homes[0], METADATA, {}, "one") == 1
    assert len(kaggle.datasets["tester/one-home"]) == 1


def test_a_home_that_shows_late_is_not_replaced_by_less(kaggle: Standin, homes: list[Path]) -> None:
    """The name is taken by a home that knows more."""
    publish(SwiftClient(kaggle), homes[1], METADATA, {}, "two")
    kaggle.inject("dataset-behind")
    with pytest.raises(HomeError, match="has less in it"):
        publish(SwiftClient(kaggle, replace(SWIFT, tries=1, settle=0.3)), homes[0], METADATA, {}, "one")
    assert len(kaggle.datasets["tester/one-home"]) == 1


def test_a_title_of_another_dataset_is_in_use(kaggle: Standin, homes: list[Path]) -> None:
    """It was looked for, and is not there."""
    create(kaggle, "another", title=METADATA["title"])
    with pytest.raises(RemoteError, match=r"already in use.*another --dataset-source"):
        publish(SwiftClient(kaggle, replace(SWIFT, settle=0.1)), homes[0], METADATA, {}, "one")


@pytest.mark.parametrize("fault", ["dataset-file-page", "dataset-file-cut", "dataset-file-altered", "dataset-file-404"])
def test_a_spoilt_download_is_fetched_again(fault: str, kaggle: Standin, homes: list[Path], tmp_path: Path) -> None:
    """Whatever came in place of the zip."""
    publish(SwiftClient(kaggle), homes[0], METADATA, {}, "one")
    kaggle.inject(fault)
    (tmp_path / "into").mkdir()
    download(SwiftClient(kaggle), METADATA["id"], tmp_path / "into")
    assert {path.name for path in (tmp_path / "into").iterdir()} >= {"archive.sqlite", "index.json"}
    assert kaggle.calm() == {}


def test_what_would_fill_the_disk_is_not_unpacked(
    kaggle: Standin, homes: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its size, and by how many times its own."""
    publish(SwiftClient(kaggle), homes[0], METADATA, {}, "one")
    for name, limit in (("_MOST_BYTES", 1000), ("_MOST_RATIO", 0)):
        monkeypatch.setattr(f"kagglebatt.remote.dataset.{name}", limit)
        monkeypatch.setattr("kagglebatt.remote.dataset._SMALL_BYTES", 1000)
        into = tmp_path / name
        into.mkdir()
        with pytest.raises(RemoteError, match="Nothing was unpacked"):
            download(SwiftClient(kaggle), METADATA["id"], into)
        assert [zipfile.is_zipfile(path) for path in into.iterdir()] == [True]
        monkeypatch.undo()
