"""``archive check --fix``: interrupted anywhere it loses nothing, is said, and goes on from there."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.copying import copy_home
from kagglebatt.home.directory import check, open_home, read_archive, repair
from kagglebatt.home.ranking import Filing
from kagglebatt.home.salvage import MENDED_NAME, SET_ASIDE_NAME, WORKSHOP_NAME
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict

SCORES = Scores(2, 2, 1, 1, 1000, ("value",) * 3, {"d": 5})
TURNS = ("hmirror", "vmirror", "dmirror", "cmirror")
NAMES = {archive_layout.FILE_NAME, entries.FILE_NAME, index.FILE_NAME}
DATA = Path(__file__).parents[1] / "data"
LOG = f"{archive_layout.FILE_NAME}-wal"


def foreign(path: Path) -> None:
    """Put another program's database in the place of a file."""
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (name)")


class Killed(BaseException):
    """Stands for the end of the process."""


def filled(home: Path, *turns: str) -> None:
    """A home with one accepted solver an iteration."""
    with open_home(home) as opened:
        for turn in turns:
            verdict = Verdict(parse_program(f"O = {turn}(I)").body, "t", SCORES, SCORES, 0.1)
            opened.archive.file(opened.archive.next_iteration, [Filing(verdict, "", "")], [], {"seed": turn})
            opened.save()


def solvers(home: Path) -> set[str]:
    with read_archive(home) as kept:
        return {entry.md5 for entry in kept.entries()}


@pytest.fixture
def damaged(tmp_path: Path) -> tuple[Path, set[str]]:
    """A home with one altered body, and the solvers that are intact."""
    home = tmp_path / "home"
    filled(home, *TURNS)
    before = solvers(home)
    path = home / archive_layout.FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"O = dmirror(I)", b"O = rot1800(I)"))
    return home, before - {md5(parse_program("O = dmirror(I)").body)}


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> list[int]:
    """From now on the n-th call that renames or removes something ends all; counts them."""
    calls: list[int] = []

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            calls.append(number)
            if len(calls) >= number:
                raise Killed
            return real(*arguments, **more)

        return call

    for owner, name in ((Path, "replace"), (Path, "unlink"), (shutil, "rmtree")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return calls


@pytest.mark.parametrize("number", range(1, 16))
def test_a_mending_that_is_interrupted_goes_on(damaged, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """At every step: the home is mended, or says that it is not; nothing intact is lost, and the next one ends it."""
    home, intact = damaged
    with monkeypatch.context() as patched:
        kill_at(patched, number)
        with suppress(Killed):
            repair(home)
    if check(home):
        with pytest.raises(DamagedError, match="check --fix"), open_home(home):
            pass
        repair(home)
    assert check(home) == []
    assert solvers(home) == intact
    with open_home(home):
        pass
    assert {path.name for path in home.iterdir()} - {WORKSHOP_NAME} == {*NAMES, SET_ASIDE_NAME}


def test_a_mending_has_so_many_steps(damaged, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are interrupted above."""
    with monkeypatch.context() as patched:
        calls = kill_at(patched, 1_000)
        repair(damaged[0])
        assert 5 <= len(calls) <= 15


def test_what_is_half_mended_is_refused_by_all_that_read_it(damaged, capsys: pytest.CaptureFixture[str]) -> None:
    """With what finishes it."""
    home, intact = damaged
    (home / archive_layout.FILE_NAME).replace(home / MENDED_NAME)
    (home.parent / "into").mkdir()
    with pytest.raises(DamagedError, match="check --fix"):
        copy_home(home, home.parent / "into")
    for command in (["archive", "list"], ["archive", "check"], ["cache", "stats"], ["cache", "clear"]):
        assert main([*command, "--home", str(home)]) in (1, 2)
        told = capsys.readouterr()
        assert "check --fix" in told.out + told.err
    assert intact


LEFT: dict[str, Callable[[Path], object]] = {
    "nothing in its place": lambda home: (home / archive_layout.FILE_NAME).replace(home / SET_ASIDE_NAME),
    "an empty file": lambda home: (
        (home / archive_layout.FILE_NAME).replace(home / SET_ASIDE_NAME),
        (home / archive_layout.FILE_NAME).touch(),
    ),
    "an archive that holds nothing": lambda home: (
        (home / archive_layout.FILE_NAME).replace(home / SET_ASIDE_NAME),
        Archive(home).close(),
    ),
}


@pytest.mark.parametrize("leave", LEFT.values(), ids=LEFT)
@pytest.mark.parametrize("indexed", [True, False])
def test_what_earlier_versions_left_is_taken_up(tmp_path: Path, leave: Callable[[Path], object], indexed: bool) -> None:
    """They set the archive aside before they made a new one."""
    filled(tmp_path, *TURNS)
    before = solvers(tmp_path)
    leave(tmp_path)
    if not indexed:
        (tmp_path / index.FILE_NAME).unlink()
    assert "interrupted" in check(tmp_path)[0]
    with pytest.raises(DamagedError, match="interrupted"), open_home(tmp_path):
        pass
    repair(tmp_path)
    assert check(tmp_path) == []
    assert solvers(tmp_path) == before


def test_a_log_that_was_left_behind_is_taken_up(tmp_path: Path) -> None:
    """The archive was set aside, and what was last committed was not."""
    home, other = tmp_path / "home", tmp_path / "other"
    filled(home, *TURNS)
    before = solvers(home)
    with Archive(home) as kept:
        verdict = Verdict(parse_program("O = rot90(I)").body, "t", SCORES, SCORES, 0.1)
        kept.file(9, [Filing(verdict, "", "")], [], {})
        shutil.copytree(home, other)
    (other / archive_layout.FILE_NAME).replace(other / SET_ASIDE_NAME)
    (other / f"{archive_layout.FILE_NAME}-shm").unlink()
    assert (other / LOG).stat().st_size
    assert check(other)
    repair(other)
    assert solvers(other) == before | {verdict.md5}
    assert check(other) == []


def test_an_older_copy_of_the_archive_is_taken_and_what_is_gone_is_said(tmp_path: Path, capsys) -> None:
    """Under a newer index: evolve refuses it and check says so, until check --fix takes it."""
    home = tmp_path / "home"
    filled(home, *TURNS[:2])
    older, before = (home / archive_layout.FILE_NAME).read_bytes(), solvers(home)
    filled(home, *TURNS[2:])
    (home / archive_layout.FILE_NAME).write_bytes(older)
    assert "2 iterations" in check(home)[0]
    with pytest.raises(DamagedError, match="check --fix"), open_home(home):
        pass
    assert main(["archive", "check", "--fix", "--home", str(home)]) == 0
    assert "gone are 2 solvers, 2 iterations" in capsys.readouterr().err
    assert (check(home), solvers(home)) == ([], before)
    assert not (home / SET_ASIDE_NAME).exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda home: (home / index.FILE_NAME).write_text(json.dumps({"format": 99})), "format 99"),
        (lambda home: shutil.copyfile(home / archive_layout.FILE_NAME, home / entries.FILE_NAME), "Update kagglebatt"),
        (lambda home: foreign(home / entries.FILE_NAME), "Delete it"),
        (lambda home: (home / f"{entries.FILE_NAME}-wal").symlink_to(home / "x"), "is a link"),
    ],
)
def test_check_says_whatever_would_have_the_home_refused(tmp_path: Path, change, message: str) -> None:
    """Not only what is wrong with the archive."""
    filled(tmp_path, *TURNS)
    change(tmp_path)
    with pytest.raises(HomeError, match=message), open_home(tmp_path):
        pass
    assert message in " ".join(check(tmp_path))


def test_an_archive_that_the_index_knows_and_nobody_finds_is_told(tmp_path: Path) -> None:
    """Not that there never was one."""
    filled(tmp_path, *TURNS)
    (tmp_path / archive_layout.FILE_NAME).unlink()
    with pytest.raises(HomeError, match="which is not there, or empty"):
        check(tmp_path)


def test_a_damaged_archive_of_an_older_format_keeps_what_is_intact(tmp_path: Path) -> None:
    """It cannot be upgraded first: it may be torn."""
    home = tmp_path / "home"
    shutil.copytree(DATA / "home-before-wings", home)
    path = home / archive_layout.FILE_NAME
    expected = solvers(home)
    altered = sorted(expected)[0]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        connection.execute("UPDATE body SET text = 'x' WHERE md5 = ?", (altered,))
        connection.commit()
    assert check(home)
    repair(home)
    assert check(home) == []
    assert solvers(home) == expected - {altered}
