"""Homes from anyone: whatever is in them, nothing is executed, nothing outside is touched, nobody sees a traceback."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive_layout import COLUMNS
from kagglebatt.home.database import seal
from kagglebatt.home.directory import check, open_home, repair
from kagglebatt.programs.program import md5

ARCHIVE, CACHE = archive_layout.FILE_NAME, entries.FILE_NAME
EVOLVE = [
    "evolve", "--offspring=0", "-i", "67a3c6ac", "-i", "4c4377d9", "--candidates", "6", "--backend", "sequential",
    "--json",
]  # fmt: skip
SEAL_SOLVERS = f"UPDATE solver SET seal = seal({COLUMNS['solver']})"
SEAL_ENTRIES = "UPDATE entry SET seal = seal(key, value, seconds)"
SEAL_REPORTS = "UPDATE iteration SET id = md5(report)"
SOLVER_BODY = "UPDATE body SET md5 = md5({0}), text = {0} WHERE md5 = (SELECT min(md5) FROM solver)"


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("grown") / "home"
    assert main([*EVOLVE, "--home", str(home)]) == 0
    return home


@pytest.fixture
def home(grown: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(grown, tmp_path / "home"))


def tamper(path: Path, *statements: str) -> None:
    """Change a database as somebody would who knows everything about it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.create_function("seal", -1, seal)
    connection.create_function("md5", 1, md5)
    connection.execute("PRAGMA writable_schema=ON")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def vouch(home: Path) -> None:
    """Have the index describe the files as they are."""
    content = json.loads((home / index.FILE_NAME).read_text())
    for name in index.FILES:
        raw = (home / name).read_bytes()
        content["files"][name] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    (home / index.FILE_NAME).write_text(json.dumps(content))


def commands(home: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """The exit codes of all that reads a home; what is printed as JSON is JSON."""
    codes = []
    into = home.parent / "into"
    for command in (
        [*EVOLVE, "--home", str(home)],
        ["cache", "stats", "--home", str(home)],
        ["archive", "list", "--home", str(home)],
        ["archive", "merge", str(home), "--home", str(into)],
        ["archive", "check", "--home", str(home)],
        ["archive", "export", "--to", str(home.parent / "out"), "--home", str(home)],
    ):
        codes.append(main(command))
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        if codes[-1] == 2:
            assert str(home) in told.err
        elif command[0] == "evolve":
            json.loads(told.out, parse_constant=pytest.fail)
    assert set(codes) <= {0, 1, 2}
    return codes


ENTRY = "UPDATE entry SET value = '{}'"
REPORT = "UPDATE iteration SET report = '{}'"
DATABASES = {
    # Code in a definition.
    "view": (CACHE, "DROP TABLE entry", "CREATE VIEW entry AS WITH RECURSIVE c(x) AS "
             "(SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"),
    "trigger under one of our names": (CACHE, "CREATE TRIGGER code AFTER INSERT ON entry BEGIN DELETE FROM entry; END"),
    "trigger under one of SQLite's names": (
        ARCHIVE, "CREATE TRIGGER evil AFTER INSERT ON iteration BEGIN DELETE FROM body; END",
        "UPDATE sqlite_master SET name = 'sqlite_evil', sql = replace(sql, 'evil', 'sqlite_evil') WHERE name = 'evil'"),
    "virtual table": (CACHE, "DROP INDEX entry_by_call", "DROP TABLE entry",
                      "CREATE VIRTUAL TABLE entry_by_key USING rtree(id, a, b)"),
    "index of an expression": (CACHE, "DROP INDEX entry_by_call", "CREATE INDEX entry_by_call ON entry (hex(value))"),
    "partial index": (CACHE, "DROP INDEX entry_by_call",
                      "CREATE INDEX entry_by_call ON entry (call) WHERE value LIKE '%x'"),
    "generated column": (ARCHIVE, "UPDATE sqlite_master SET sql = replace(sql, 'text TEXT NOT NULL', "
                         "'text TEXT NOT NULL, g AS (hex(zeroblob(99))) VIRTUAL') WHERE name = 'body'"),
    "constraint": (ARCHIVE, "UPDATE sqlite_master SET sql = replace(sql, 'kind TEXT', "
                   "'kind TEXT CHECK (length(zeroblob(999)) > 0)') WHERE name = 'body'"),
    "default": (CACHE, "UPDATE sqlite_master SET sql = replace(sql, 'code TEXT', "
                "'code TEXT DEFAULT (hex(randomblob(9)))') WHERE name = 'function'"),
    # Definitions that lack something.
    "no table": (CACHE, "DROP TABLE entry"),
    "no column": (CACHE, "ALTER TABLE entry DROP COLUMN seal"),
    "older format than it is": (ARCHIVE, "PRAGMA user_version = 1"),
    "older cache than it is": (CACHE, "PRAGMA user_version = 1"),
    # Values in the archive, sealed as ours are.
    "body with an import": (ARCHIVE, SOLVER_BODY.format("'import os'")),
    "body with an attribute": (ARCHIVE, SOLVER_BODY.format("'def solve(I):\n    O = I.__class__\n    return O\n'")),
    "no bodies": (ARCHIVE, "DELETE FROM body"),
    "bodies of the other kind": (ARCHIVE, "UPDATE body SET kind = 'differ'"),
    "name that is a path": (ARCHIVE, "UPDATE solver SET md5 = '../' || md5", SEAL_SOLVERS),
    "body named as a path": (ARCHIVE, "UPDATE body SET md5 = '/tmp/' || md5"),
    "task that is a path": (ARCHIVE, "UPDATE solver SET task = '../../' || task", SEAL_SOLVERS),
    "scores that are none": (ARCHIVE, "UPDATE solver SET scores = 'null'", SEAL_SOLVERS),
    "least number": (ARCHIVE, "UPDATE solver SET steps = -9223372036854775807 - 1", SEAL_SOLVERS),
    "endless seconds": (ARCHIVE, "UPDATE solver SET seconds = 9e999", SEAL_SOLVERS),
    "key that is none": (ARCHIVE, "UPDATE solver SET key = 'x'", SEAL_SOLVERS),
    "known that is none": (ARCHIVE, "UPDATE solver SET known = '[1]'", SEAL_SOLVERS),
    "figures that are none": (
        ARCHIVE, REPORT.format('{"caches": {"validation": {"hits": NaN, "seconds_saved": 1e999}}}'), SEAL_REPORTS),
    "figures of other types": (
        ARCHIVE, REPORT.format('{"iteration": [[]], "caches": {"validation": {"hits": "x"}}}'), SEAL_REPORTS),
    # Values in the cache, sealed as ours are.
    "pickle": (CACHE, "UPDATE entry SET value = x'80049503'", SEAL_ENTRIES),
    "deep nesting": (CACHE, "UPDATE entry SET value = printf('%.100000c', '[')", SEAL_ENTRIES),
    "absurd length": (CACHE, "UPDATE entry SET value = printf('%.10000001c', '9') "
                      "WHERE key = (SELECT min(key) FROM entry)", SEAL_ENTRIES),
    "absurd number": (CACHE, "UPDATE entry SET value = '[[' || printf('%.5000c', '9') || "
                      "',1,1,1,1],[],{},[1,0,0,0,2048],null]'", SEAL_ENTRIES),
    "not a number": (CACHE, ENTRY.format("[[2,2,1,1,9],[],{},[NaN,NaN,NaN,0,2048],true]"), SEAL_ENTRIES),
    "negative limits": (CACHE, ENTRY.format("[[-5,-1,1,1,9],[],{},[-1,-1,-1,-1,-1],true]"), SEAL_ENTRIES),
    "more right than there are": (
        CACHE, ENTRY.format('[[99,3,9,1,1000],["v","v","v","v"],{},[1,0,0,0,2048],true]'), SEAL_ENTRIES),
    "outcomes that are none": (
        CACHE, ENTRY.format('[[3,3,1,1,1000],["x",5,[1],"v"],{"a":1},[1,0,0,0,2048],true]'), SEAL_ENTRIES),
    "gains beyond all bounds": (
        CACHE, ENTRY.format('[[0,3,0,1,0],["v","v","v","v"],{"a":1' + "0" * 40 + "},[1,0,0,0,2048],null]"),
        SEAL_ENTRIES),
    "seconds that are text": (CACHE, "UPDATE entry SET seconds = 'abc'", SEAL_ENTRIES),
    "endless seconds saved": (CACHE, "UPDATE entry SET seconds = 9e999", SEAL_ENTRIES),
    "negative seconds saved": (CACHE, "UPDATE entry SET seconds = -5.0", SEAL_ENTRIES),
    "keys that are text": (CACHE, "UPDATE entry SET key = 'k' || hex(key)", SEAL_ENTRIES),
    "names that are bytes": (CACHE, "UPDATE function SET name = CAST(name AS BLOB)"),
    "code of a function": (CACHE, "UPDATE function SET code = 'import os; os.abort()'"),
    "numbers without names": (CACHE, "DELETE FROM vocabulary", "DELETE FROM function"),
}  # fmt: skip


@pytest.mark.parametrize("changes", DATABASES.values(), ids=DATABASES)
def test_databases(home: Path, changes: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each is used as far as it is ours, or refused with its name and what to do, though the index vouches for it."""
    name, *statements = changes
    tamper(home / name, *statements)
    vouch(home)
    before = sorted(home.parent.parent.rglob("*evil*"))
    commands(home, capsys)
    if name == ARCHIVE:
        if check(home):
            repair(home)
        assert check(home) == []
        assert main([*EVOLVE, "--home", str(home)]) == 0
    assert sorted(home.parent.parent.rglob("*evil*")) == before
    assert all(path.parent.name in ("solver_md5", "differ_md5") for path in (home.parent / "out").rglob("*.py"))


INDICES = {
    "nested": "[" * 1_000_000,
    "nested objects": '{"files":' * 100_000,
    "list": "[]",
    "wrong types": '{"format": "x", "files": [1], "iterations": 5}',
    "odd types": '{"format": 2.5, "files": {"archive.sqlite": [1]}, "iterations": {}}',
    "odd files": '{"format": 2, "files": {"archive.sqlite": {"bytes": [], "sha256": {}}}, "iterations": []}',
    "long number": '{"format": ' + "9" * 10_000 + "}",
    "endless number": '{"format": 1e999}',
    "no number": '{"format": true, "archive": 5}',
    "no text": "\x00\ud800",
}


@pytest.mark.parametrize("text", INDICES.values(), ids=INDICES)
@pytest.mark.parametrize("name", [index.FILE_NAME, "dataset-metadata.json"])
def test_documents(home: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A hostile index is a damaged one."""
    (home / name).write_text(text, "utf-8", "surrogatepass")
    assert commands(home, capsys) == [0] * 6
    assert index.incompleteness(home) == ""


def test_an_endless_index_is_not_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is looked at first."""
    with (home / index.FILE_NAME).open("r+b") as file:
        file.truncate(1 << 40)
    told: list[str] = []
    with open_home(home, told.append):
        pass
    assert "index.json that is damaged" in told[0]


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


PLACES: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "pipe": lambda path: os.mkfifo(path),
    "link to nothing": link("../outside/evil"),
    "link to a device": link("/dev/zero"),
    "link to a file": link("/etc/passwd"),
}


@pytest.mark.parametrize("name", [*index.FILES, index.FILE_NAME, f"{ARCHIVE}-wal", f"{CACHE}-shm"])
@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_places(home: Path, name: str, make: Callable[[Path], object], capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in a file's place is refused by whoever would write it, and nothing is made elsewhere."""
    (home.parent / "outside").mkdir()
    (home / name).unlink(missing_ok=True)
    make(home / name)
    assert commands(home, capsys)[0] == 2
    assert list((home.parent / "outside").iterdir()) == []


def test_nothing_is_written_through_a_link(home: Path) -> None:
    """Also under the name that a file has while it is written."""
    aside = home / f".{index.FILE_NAME}.{os.getpid()}"
    aside.symlink_to(home.parent / "outside")
    with open_home(home):
        pass
    assert not (home.parent / "outside").exists()


@pytest.mark.parametrize("kind", ["solver_md5", "differ_md5"])
@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_imports(tmp_path: Path, kind: str, make: Callable[[Path], object], capsys: pytest.CaptureFixture[str]) -> None:
    """Only files are read; what is none is left out by name, or refuses the whole with ``--strict``."""
    (tmp_path / "solver_md5").mkdir()
    text = "def solve(S, I, C):\n    O = hmirror(I)\n    return O\n"
    (tmp_path / "solver_md5" / f"{md5(text)}.py").write_text(text)
    (tmp_path / kind).mkdir(exist_ok=True)
    make(tmp_path / kind / "ff.py")
    command = ["archive", "import", str(tmp_path), "-i", "67a3c6ac", "--backend", "sequential"]
    assert main([*command, "--home", str(tmp_path / "home")]) == 0
    assert f"left out: {tmp_path / kind / 'ff.py'}: " in capsys.readouterr().err
    assert main([*command, "--strict", "--home", str(tmp_path / "home")]) == 2
    assert str(tmp_path / kind) in capsys.readouterr().err
