"""The archive: what is accepted, ranked, merged, checked, exported, imported and mended."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kagglebatt.errors import DamagedError, HomeError, ProgramError
from kagglebatt.home import archive as archive_module
from kagglebatt.home.archive import Archive, RankedDiffer
from kagglebatt.home.archive_layout import FILE_NAME
from kagglebatt.home.directory import open_home, read_archive
from kagglebatt.home.exported import read_exported
from kagglebatt.home.ranking import KEPT_PER_TASK, Filing
from kagglebatt.home.salvage import SET_ASIDE_NAME, salvage
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict

SCORES = Scores(2, 2, 1, 1, 1000, ("value",) * 3, {"d": 5})
PROGRAM = parse_program("x1 = hmirror(I); O = vconcat(I, x1)")
DIFFER = parse_program("O = likeness(I, C)", differ=True).differ_body


def filing(body: str = PROGRAM.body, task: str = "t", scores: Scores = SCORES, **changes: object) -> Filing:
    return Filing(replace(Verdict(body, task, scores, scores, 0.1), **changes), f"key of {task}", "known")


def body_of(steps: int) -> str:
    return parse_program(
        "; ".join(f"x{n + 1} = rot90({f'x{n}' if n else 'I'})" for n in range(steps)) + f"; O = rot90(x{steps})"
    ).body


def filled(home: Path, *filings: Filing, judges: tuple[RankedDiffer, ...] = ()) -> None:
    with Archive(home) as archive:
        archive.file(archive.next_iteration, filings, judges, {"seed": home.name})


def test_only_agreeing_verdicts_are_filed(tmp_path: Path) -> None:
    """A verdict that measured something else than was claimed files nothing."""
    with Archive(tmp_path) as archive:
        wrong = filing(measured=replace(SCORES, o_score=1))
        with pytest.raises(ValueError, match="differ from the claim"):
            archive.file(1, [filing(task="other"), wrong], [], {})
        assert archive.entries() == []


def test_the_best_of_a_task_stay(tmp_path: Path) -> None:
    """At most 32, by o_score, similarity, steps, md5."""
    with Archive(tmp_path) as archive:
        filings = [filing(body_of(n + 1)) for n in range(40)]
        filings.append(filing(body_of(50), scores=replace(SCORES, o_score=1)))
        filings.append(filing(body_of(60), scores=replace(SCORES, similarity=999)))
        assert archive.file(1, filings, [], {"n": 1}) == KEPT_PER_TASK
        kept = archive.entries("t")
        assert [entry.steps for entry in kept] == [n + 2 for n in range(32)]
        assert archive.next_iteration == 2
        assert archive.history(("n", "filed")) == [{"n": 1, "filed": 32}]
        assert archive.check() == []
        assert archive.remembered()[0] == ("key of t", "known", 0.1)


def test_a_body_is_parsed_once_in_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many programs are kept at most."""
    filled(tmp_path, *(filing(body_of(n)) for n in range(1, 6)), judges=(RankedDiffer("t", DIFFER, 7),))
    parsed: list[str] = []
    monkeypatch.setattr(archive_module, "MOST_PROGRAMS", 5)
    monkeypatch.setattr(
        archive_module, "parse_program", lambda text, *given: parsed.append(text) or parse_program(text, *given)
    )
    with Archive(tmp_path) as archive:
        names = [name for name, _ in archive.bodies("solver")]
        for _ in range(3):
            assert [archive.program(name).body for name in names] == [archive.body(name) for name in names]
        assert len(parsed) == 5
        assert archive.program(md5(DIFFER), differ=True) is archive.program(md5(DIFFER), differ=True)
        assert (len(parsed), len(archive._programs)) == (6, 5)
        with pytest.raises(DamagedError):
            archive.program(md5(body_of(9)))


def content(archive: Archive) -> tuple[object, ...]:
    return (
        archive.entries(),
        archive.differs(),
        archive.remembered(),
        archive.history(("seed", "n", "filed")),
        archive.counts(),
    )


def test_merging_is_commutative_idempotent_and_ranked(tmp_path: Path) -> None:
    """In any order and again; more than 32 of a task are ranked as if one process had found them."""
    low = replace(SCORES, similarity=500)
    filled(tmp_path / "a", *(filing(body_of(n)) for n in range(1, 30)), judges=(RankedDiffer("t", DIFFER, 5),))
    filled(tmp_path / "b", *(filing(body_of(n)) for n in range(20, 60)), judges=(RankedDiffer("t", DIFFER, 9),))
    filled(tmp_path / "c", filing(body_of(1), scores=low), filing(task="u"))
    results = []
    for number, order in enumerate(("abc", "cba", "bcabb")):
        with Archive(tmp_path / f"into{number}") as target:
            for name in order:
                with Archive(tmp_path / name) as other:
                    target.merge(other)
            results.append(content(target))
            assert target.check() == []
    assert results[0] == results[1] == results[2]
    assert results[0][4] == {"tasks": 2, "solvers": 33, "differs": 1, "iterations": 3}


def test_export_and_import_carry_every_program(tmp_path: Path) -> None:
    """Named by the md5 of what is in it, and read back as one hand."""
    filled(tmp_path / "home", filing(), judges=(RankedDiffer("t", DIFFER, 7),))
    with Archive(tmp_path / "home") as archive:
        assert archive.export(tmp_path) == (1, 1)
    (solver,) = (tmp_path / "solver_md5").iterdir()
    assert (solver.stem, solver.read_text()) == (filing().verdict.md5, PROGRAM.body)
    hand = read_exported(tmp_path)
    assert [program.body for program in hand.solvers.candidates] == [PROGRAM.body]
    assert [program.differ_body for program in hand.differs.candidates] == [DIFFER]


def test_an_export_from_anyone_is_only_read(tmp_path: Path) -> None:
    """A link, a program under another's name, an import, and nothing at all are refused."""
    folder = tmp_path / "solver_md5"
    folder.mkdir()
    with pytest.raises(HomeError, match=r"has no solver_md5"):
        read_exported(tmp_path)
    (folder / "ff.py").write_text(PROGRAM.body)
    with pytest.raises(ProgramError, match="another"):
        read_exported(tmp_path)
    (folder / "ff.py").unlink()
    (folder / "ff.py").symlink_to("/etc/passwd")
    with pytest.raises(ProgramError, match="is a link"):
        read_exported(tmp_path)


def test_one_altered_file_of_an_export_is_left_out(tmp_path: Path) -> None:
    """Line ends, comments, blank lines and a byte order mark alter nothing; another program does, and is named."""
    filled(tmp_path / "home", filing())
    with Archive(tmp_path / "home") as archive:
        archive.export(tmp_path)
    (solver,) = (tmp_path / "solver_md5").iterdir()
    text = "# Carried by mail.\n\n" + PROGRAM.body.replace("):\n", "):  # mine\n\n", 1)
    solver.write_text(text, encoding="utf-8-sig", newline="\r\n")
    told: list[str] = []
    assert [each.body for each in read_exported(tmp_path, True, told.append).solvers.candidates] == [PROGRAM.body]
    assert told == []
    (solver.parent / f"{'0' * 32}.py").write_text(PROGRAM.body)
    (solver.parent / "torn.py").write_text(PROGRAM.body[:20])
    hand = read_exported(tmp_path, notify=told.append)
    assert [each.body for each in hand.solvers.candidates] == [PROGRAM.body]
    assert len(told) == 2
    assert "the md5 of its program's body is another" in told[0]
    assert "torn.py:1: is not a program" in told[1]
    with pytest.raises(ProgramError, match="is another"):
        read_exported(tmp_path, strict=True)


def tamper(home: Path, *statements: str) -> None:
    connection = sqlite3.connect(home / FILE_NAME)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE body SET text = 'import os'", "not that of its md5"),
        ("UPDATE solver SET o_score = 1", "altered"),
        ("UPDATE solver SET known = 'x'", "altered"),
        ("UPDATE differ SET s_score = 100", "altered"),
        ("UPDATE iteration SET report = '{}'", "report was altered"),
        ("DELETE FROM body", "has no body"),
    ],
)
def test_check_finds_what_was_tampered_with_and_salvage_keeps_the_rest(tmp_path: Path, statement, message) -> None:
    """The damaged file is kept beside the new one."""
    filled(tmp_path, filing(), judges=(RankedDiffer("t", DIFFER, 7),))
    filled(tmp_path, filing(body_of(1), task="u"))
    tamper(tmp_path, statement)
    with Archive(tmp_path) as archive:
        assert message in " ".join(archive.check())
    counts = salvage(tmp_path)
    with Archive(tmp_path) as archive:
        assert archive.check() == []
    assert counts["solvers"] == (0 if "body" in statement or "SET known" in statement or "o_score" in statement else 2)
    assert (tmp_path / SET_ASIDE_NAME).exists()
    with pytest.raises(HomeError, match="still there"):
        salvage(tmp_path)


def test_salvage_reads_around_a_tear(tmp_path: Path) -> None:
    """Most rows of a file with a broken page come through."""
    filled(tmp_path, *(filing(body_of(n), task=f"t{n:03}") for n in range(1, 120)))
    path = tmp_path / FILE_NAME
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(whole)
    assert 60 < salvage(tmp_path)["solvers"] < 119
    with Archive(tmp_path) as archive:
        assert archive.check() == []


def test_newer_and_foreign_files_are_refused(tmp_path: Path) -> None:
    """With the file's name and what to do."""
    filled(tmp_path / "a")
    tamper(tmp_path / "a", "PRAGMA user_version = 99")
    with pytest.raises(HomeError, match="format 99"):
        Archive(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / FILE_NAME).write_text("not a database" * 100)
    with pytest.raises(DamagedError, match="check --fix"):
        Archive(tmp_path / "b")
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError):
        Archive(tmp_path / "file")


HOSTILE = [
    "CREATE VIEW evil AS SELECT * FROM body",
    "CREATE TRIGGER evil AFTER INSERT ON iteration BEGIN DELETE FROM body; END",
    "CREATE TABLE evil (x)",
    "CREATE INDEX evil ON body (kind)",
    "CREATE VIRTUAL TABLE evil USING fts5(x)",
    "UPDATE solver SET o_score = 'many'",
    "UPDATE solver SET o_score = 99",
    "UPDATE solver SET test_score = -1",
    "UPDATE solver SET seconds = 'long'",
    "UPDATE solver SET task = x'00ff'",
    "UPDATE solver SET scores = zeroblob(100)",
    "UPDATE solver SET known = printf('%.2000000c', 'x')",
    "UPDATE solver SET similarity = 9e99",
    "UPDATE differ SET s_score = 'x'",
    "UPDATE body SET text = x'80049503'",
    "UPDATE body SET text = printf('%.2000000c', 'x')",
    "UPDATE iteration SET number = 9223372036854775807",
    "UPDATE iteration SET number = -5",
    "UPDATE iteration SET report = x'00'",
    "UPDATE iteration SET report = printf('%.2000000c', '[')",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -3",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_hostile_archive_is_refused(tmp_path: Path, statement: str) -> None:
    """Foreign objects and values that nobody stored: one clear error before anything is used."""
    filled(tmp_path, filing(), judges=(RankedDiffer("t", DIFFER, 7),))
    tamper(tmp_path, statement)
    with pytest.raises(HomeError, match=FILE_NAME):
        Archive(tmp_path)


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/b", "..", "\\evil"])
def test_no_name_in_an_archive_becomes_a_path(tmp_path: Path, name: str) -> None:
    """Export refuses a body whose name is not its md5."""
    filled(tmp_path / "home", filing())
    tamper(tmp_path / "home", f"UPDATE body SET md5 = '{name}'")
    with Archive(tmp_path / "home") as archive, pytest.raises(DamagedError, match="is not that of its md5"):
        archive.export(tmp_path / "out")
    assert not [path for path in tmp_path.rglob("*evil*")]


@pytest.mark.parametrize("text", ["import os\n", "def solve(I):\n    O = I.__class__\n    return O\n", "\x80\x04\x95."])
def test_a_body_is_parsed_and_never_executed(tmp_path: Path, text: str) -> None:
    """Even one whose md5 is right."""
    from kagglebatt.programs.program import md5

    filled(tmp_path, filing())
    quoted = text.replace("'", "''")
    tamper(tmp_path, f"UPDATE body SET md5 = '{md5(text)}', text = '{quoted}'")
    with Archive(tmp_path) as archive:
        assert archive.check()
        with pytest.raises(ProgramError):
            archive.program(md5(text))


def test_a_report_that_is_no_object_is_left_out(tmp_path: Path) -> None:
    """Deeply nested, or a list."""
    from kagglebatt.programs.program import md5

    filled(tmp_path, filing())
    for number, text in enumerate(("[" * 100_000, "[]", "{", '{"caches": {"a": [1]}}'), 10):
        tamper(tmp_path, f"INSERT INTO iteration VALUES ({number}, '{md5(text)}', '{text}')")
    with Archive(tmp_path) as archive:
        assert archive.history(("seed", "filed", "caches")) == [
            {"seed": tmp_path.name, "filed": 1},
            {"caches": {"a": [1]}},
        ]
        assert archive.counts()["iterations"] == 5
        assert json.dumps(archive.counts())


def test_a_home_may_be_named_by_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To be opened, and to be read."""
    monkeypatch.chdir(tmp_path)
    with open_home("x"):
        pass
    with read_archive("x") as kept:
        assert kept.counts()["solvers"] == 0
