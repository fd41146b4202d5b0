"""SQLite's locks on a home stand as long as it is open; whoever else has one is named; nobody's log is removed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kagglebatt.errors import HomeError
from kagglebatt.home import archive_layout, copying, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.connection import Connection, connect, fault
from kagglebatt.home.copying import copy_home
from kagglebatt.home.database import newest_format
from kagglebatt.home.directory import Home, check, merge_homes, open_home, read_archive
from kagglebatt.home.files import file_digest
from kagglebatt.home.handles import read_bytes

LOCKS = Path("/proc/locks")
READER = """
import sys
from pathlib import Path
from kagglebatt.home.directory import read_archive
with read_archive(Path(sys.argv[1])) as kept:
    kept.counts()
"""


def noted(home: Home, number: int) -> None:
    """Something committed and saved."""
    home.archive.file(number, [], [], {"seed": number})
    home.cache.validation.store(home.cache.key("ab", f"{number:x}"), "text", 1.0)
    home.save()


def is_locked(path: Path) -> bool:
    """Whether this process has a lock of the kind that closing a handle gives up."""
    words = [line.split() for line in LOCKS.read_text().splitlines()]
    mine = [each[5] for each in words if each[1] == "POSIX" and each[4] == str(os.getpid())]
    return any(each.endswith(f":{path.stat().st_ino}") for each in mine)


@pytest.mark.skipif(not LOCKS.exists(), reason="only Linux lists locks")
def test_locks_stand_whatever_this_process_does_with_the_file(tmp_path: Path) -> None:
    """After every save, and after all that reads or copies the files of an open home."""
    place = tmp_path / "home"
    path = place / archive_layout.FILE_NAME
    (tmp_path / "copy").mkdir()

    def read() -> None:
        with read_archive(place) as kept:
            kept.counts()

    def merge() -> None:
        list(merge_homes([place], tmp_path / "into"))

    with open_home(place) as home:
        for number in range(1, 4):
            noted(home, number)
            assert is_locked(path)
        for look in (
            lambda: file_digest(path),
            lambda: read_bytes(path),
            lambda: newest_format(path, archive_layout.LAYOUT),
            lambda: index.incompleteness(place),
            lambda: index.altered(place),
            lambda: copy_home(place, tmp_path / "copy"),
            lambda: check(place),
            read,
            merge,
        ):
            look()
            assert is_locked(path)
    assert not is_locked(path)


def test_a_handle_is_closed_after_the_last_connection(tmp_path: Path) -> None:
    """However often the file was read; and at once where no connection is."""
    path = tmp_path / "a.sqlite"
    path.touch()
    before = len(os.listdir("/dev/fd"))
    read_bytes(path)
    assert len(os.listdir("/dev/fd")) == before
    first, second = connect(path), connect(path)
    opened = len(os.listdir("/dev/fd"))
    for _ in range(5):
        read_bytes(path)
    assert len(os.listdir("/dev/fd")) == opened + 1
    first.close()
    read_bytes(path)
    second.close()
    assert len(os.listdir("/dev/fd")) == before


def test_a_reader_that_closes_leaves_the_log_of_whoever_writes(tmp_path: Path) -> None:
    """It is not the last one, and knows it."""
    with open_home(tmp_path) as home:
        noted(home, 1)
        log = tmp_path / f"{archive_layout.FILE_NAME}-wal"
        before = log.stat().st_ino
        subprocess.run([sys.executable, "-c", READER, str(tmp_path)], check=True)
        assert log.stat().st_ino == before


def test_a_copy_of_a_home_at_work_has_all_that_was_committed(tmp_path: Path) -> None:
    """Also what is only in the log; and its index never knows more than it."""
    target = tmp_path / "copy"
    target.mkdir()
    with open_home(tmp_path / "home") as home:
        noted(home, 1)
        home.archive.file(2, [], [], {"seed": 2})
        copy_home(home.path, target)
    assert {path.name for path in target.iterdir()} == {*index.FILES, index.FILE_NAME}
    with Archive(target) as kept:
        assert kept.next_iteration == 3
        assert index.iterations_lost(target, kept) == 0


def test_a_file_that_goes_while_it_is_copied_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log is removed by whoever closes the database: then it is copied again."""
    (tmp_path / "copy").mkdir()
    with open_home(tmp_path / "home") as home:
        noted(home, 1)
    left, real = [1], copying._copy

    def vanishing(path: Path, target: Path) -> None:
        if left:
            left.pop()
            raise FileNotFoundError(path)
        real(path, target)

    monkeypatch.setattr(copying, "_copy", vanishing)
    copy_home(tmp_path / "home", tmp_path / "copy")
    assert index.incompleteness(tmp_path / "copy") == ""


@pytest.mark.parametrize("name", index.FILES)
def test_another_program_that_has_a_file_locked_is_told(tmp_path: Path, monkeypatch, name: str) -> None:
    """While it is waited for, and by what is said in the end; nothing has to be restored."""
    monkeypatch.setattr(Connection, "patience", 0.5)
    monkeypatch.setattr("kagglebatt.home.connection._QUIET_SECONDS", 0.1)
    with open_home(tmp_path):
        pass
    told: list[str] = []
    with closing(sqlite3.connect(tmp_path / name, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(HomeError, match="another program has it locked"),
            open_home(tmp_path, told.append),
        ):
            pass
    assert any("waiting" in sentence for sentence in told)
    with open_home(tmp_path):
        pass


def test_what_is_to_be_filed_waits_for_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was paid for: a while is nothing."""
    told: list[str] = []

    with open_home(tmp_path, lambda sentence: told.append(sentence) or other.execute("COMMIT")) as home:
        monkeypatch.setattr("kagglebatt.home.connection._QUIET_SECONDS", 0.1)
        other = sqlite3.connect(tmp_path / archive_layout.FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        home.archive.file(1, [], [], {})
        other.close()
    assert "waiting" in told[0]


def test_a_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    """SQLite takes 512 bytes, and says only that it cannot."""
    with (
        pytest.raises(HomeError, match=r"too long, \d+ bytes"),
        open_home(tmp_path.joinpath(*["x" * 200] * 3)),
    ):
        pass


def test_a_name_is_never_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some builds of SQLite take "file:" for the beginning of one."""
    monkeypatch.chdir(tmp_path)
    with open_home(Path("file:home?mode=memory")) as home:
        noted(home, 1)
    assert (tmp_path / "file:home?mode=memory" / archive_layout.FILE_NAME).stat().st_size
    with read_archive(Path("file:home?mode=memory")) as kept:
        assert kept.next_iteration == 2
    assert (tmp_path / "file:home?mode=memory" / entries.FILE_NAME).stat().st_size


@pytest.mark.parametrize(("wording", "code"), [("disk I/O error", 10 | 19 << 8), ("database or disk is full", 13)])
@pytest.mark.parametrize("coded", [True, False])
def test_no_room_for_a_new_file_is_no_damage(tmp_path: Path, wording: str, code: int, coded: bool) -> None:
    """A copy to restore it from would not fit either; Python 3.10 knows the wording alone."""
    error = sqlite3.OperationalError(wording)
    if coded:
        error.sqlite_errorcode = code  # type: ignore[misc]
    said = str(fault(tmp_path / "archive.sqlite", error, archive_layout.LAYOUT.remedy))
    assert "no room left on its disk. Free some space, or give another --home" in said
    assert "Restore" not in said
