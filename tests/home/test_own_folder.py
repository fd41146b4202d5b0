"""A home is not made among somebody's other files, nor under no name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.home import index
from kagglebatt.home.directory import open_home
from kagglebatt.home.own_folder import refuse_others_folder


@pytest.mark.parametrize("place", [".", ""])
@pytest.mark.parametrize("command", [["evolve"], ["archive", "merge", "x"], ["cache", "clear"]])
def test_a_folder_of_other_files_is_refused(tmp_path: Path, monkeypatch, capsys, place: str, command) -> None:
    """In one sentence, with exit code 2, and nothing is made."""
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--home", place]) == 2
    told = capsys.readouterr().err
    assert "--home is " in told
    assert ("notes.txt" in told) == (place == ".")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_may_become_a_home(tmp_path: Path) -> None:
    """What is not there, is empty or hidden, or holds a home already, whatever else is in it."""
    refuse_others_folder(tmp_path / "new")
    refuse_others_folder(tmp_path)
    for name in (".ipynb_checkpoints", "dataset-metadata.json", "damaged-archive.sqlite"):
        (tmp_path / name).touch()
    refuse_others_folder(tmp_path)
    (tmp_path / "notes.txt").touch()
    with open_home(tmp_path):
        pass
    refuse_others_folder(tmp_path)
    assert (tmp_path / index.FILE_NAME).exists()
