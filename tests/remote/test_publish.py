"""Publishing: an unchanged home is not sent again, and a version that lost its index is repaired."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from kagglebatt.errors import HomeError, RemoteError
from kagglebatt.home import index
from kagglebatt.home.directory import check
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.kernel_metadata import faults, kernel_metadata
from kagglebatt.remote.client import Client, Timeouts
from kagglebatt.remote.dataset import download, publish, published_index
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

METADATA = {"id": "me/some-home", "title": "some home", "licenses": [{"name": "CC0-1.0"}]}


class Shelf:
    """Stands for a client whose account has one dataset: a folder for each version, all of them ready."""

    def __init__(self, folder: Path) -> None:
        self.versions: list[Path] = []
        self.told: list[str] = []
        self.timeouts = Timeouts(poll=0.01, settle=0.01, pause=0.01)
        self.notify: Callable[[str], object] = self.told.append
        self._folder = folder

    def polls(self, seconds: float, _what: str) -> Iterator[float]:
        """Without a word."""
        return self.timeouts.polls(seconds)

    @property
    def client(self) -> Client:
        return cast(Client, self)

    def read(self, *arguments: str, **_given: Any) -> str:
        """Status, list of files, or files of the newest version."""
        if not self.versions:
            raise RemoteError("there is no such dataset", 403)
        verb, newest = arguments[1], self.versions[-1]
        if verb == "status":
            return json.dumps({"status": "ready", "current_version_number": len(self.versions)})
        if verb == "files":
            return "name,size\n" + "".join(f"{path.name},{path.stat().st_size}\n" for path in newest.iterdir())
        names = (
            [arguments[arguments.index("-f") + 1]] if "-f" in arguments else [path.name for path in newest.iterdir()]
        )
        for name in names:
            shutil.copy(newest / name, arguments[arguments.index("-p") + 1])
        return ""

    def ask(self, *arguments: str, **_given: Any) -> str:
        """A new version of what is in a folder."""
        source = Path(arguments[arguments.index("-p") + 1])
        self.versions.append(self._folder / str(len(self.versions) + 1))
        shutil.copytree(source, self.versions[-1], ignore=shutil.ignore_patterns("dataset-metadata.json"))
        return ""


@pytest.fixture
def home(tmp_path: Path, tiny_task: Task) -> Path:
    """A home of one iteration."""
    grow(tmp_path / "home", tiny_task)
    return tmp_path / "home"


def grow(home: Path, task: Task) -> None:
    list(evolve(Settings(offspring=0, home=home, candidates=2, backend="sequential"), (task,)))


@pytest.fixture
def shelf(home: Path, tmp_path: Path) -> Shelf:
    """An account where that home is published."""
    shelf = Shelf(tmp_path / "shelf")
    assert publish(shelf.client, home, METADATA, {}, "first") == 1
    return shelf


def test_an_unchanged_home_is_not_published_again(shelf: Shelf, home: Path, tiny_task: Task) -> None:
    """Its version is the one that is there; with --force, with other files beside it, and once it grew, it is sent."""
    assert publish(shelf.client, home, METADATA, {}, "again") == 1
    assert any("is this very home" in line for line in shelf.told)
    assert publish(shelf.client, home, METADATA, {}, "again", force=True) == 2
    assert publish(shelf.client, home, METADATA, {"tasks.json": b"[]"}, "again") == 3
    assert publish(shelf.client, home, METADATA, {}, "without them") == 4
    grow(home, tiny_task)
    assert publish(shelf.client, home, METADATA, {}, "grown") == 5
    assert len(shelf.versions) == 5


def test_a_version_without_its_index_is_repaired(shelf: Shelf, home: Path) -> None:
    """The same home is published again, whole."""
    (shelf.versions[-1] / index.FILE_NAME).unlink()
    assert publish(shelf.client, home, METADATA, {}, "repaired") == 2
    assert index.altered(shelf.versions[-1]) == ""


def test_a_version_without_its_index_is_not_forgotten(
    shelf: Shelf, home: Path, tmp_path: Path, tiny_task: Task
) -> None:
    """It knows what it knows: one that has less does not replace it, and it can be fetched."""
    known = index.read_index(home)["archive"]
    (shelf.versions[-1] / index.FILE_NAME).unlink()
    assert published_index(shelf.client, "me/some-home")["archive"] == known
    (tmp_path / "copy").mkdir()
    download(shelf.client, "me/some-home", tmp_path / "copy")
    assert check(tmp_path / "copy") == []
    shutil.rmtree(home)
    home.mkdir()
    with pytest.raises(HomeError, match="has less in it"):
        publish(shelf.client, home, METADATA, {}, "nothing in it")
    archive = shelf.versions[-1] / index.FILES[0]
    archive.write_bytes(archive.read_bytes()[:4096] + bytes(4096))
    grow(home, tiny_task)
    with pytest.raises(HomeError, match=r"me/some-home: has no index\.json, and what else is in it is damaged"):
        publish(shelf.client, home, METADATA, {}, "cannot be compared")
    assert publish(shelf.client, home, METADATA, {}, "replaced", force=True) == 2


@pytest.mark.parametrize("owner", ["my name", " ", "me@example.com", "https://www.kaggle.com/me", "m\u00e9"])
def test_an_owner_is_an_accounts_name(owner: str) -> None:
    """Kaggle would answer that something cannot be accessed, after all is built."""
    (fault,) = faults(kernel_metadata(owner, "some kernel", "some-kernel.ipynb"))
    assert "Give another --owner" in fault
    for name in ("", "me", "Me-2", "my_name"):
        assert faults(kernel_metadata(name, "some kernel", "some-kernel.ipynb")) == []
