"""Lines of descent survive an export and an import; what somebody made of the file is left out, and said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import check, open_home
from kagglebatt.home.lineage import name_of
from kagglebatt.home.lineage_file import LINEAGE_NAME, read_lineage
from kagglebatt.home.ranking import Filing
from kagglebatt.home.stones import Stone
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.tasks.load import load_tasks

(TASK,) = load_tasks("arc1-training", ids=("67a3c6ac",))
SOLVER, PARENT, NEAR = (parse_program(text).body for text in ("O = vmirror(I)", "O = rot90(I)", "O = hmirror(I)"))


def grown(home: Path) -> None:
    """A home in which a solver of the task came from a stone, and a stone of another task from it."""
    right, total = len(TASK.demo), len(TASK.samples)
    scores = Scores(right, right, total - right, total - right, 1000, ("value",) * total, {})
    origins = {
        md5(PARENT): Origin("insert", (md5(NEAR),)),
        md5(SOLVER): Origin("swap", (md5(PARENT),)),
        md5(NEAR): Origin("drop", (md5(SOLVER),)),
    }
    with open_home(home) as opened:
        near = Stone(TASK.id, TASK.digest, PARENT, 900, 1, right, 450, b"o", b"f")
        opened.archive.file(1, [], [], {}, [near], {md5(PARENT): origins[md5(PARENT)]}, {"insert": (7, 1, 0)})
        filing = Filing(Verdict(SOLVER, TASK.id, scores, scores, 0.1), "", "", TASK.digest)
        opened.archive.file(2, [filing], [], {}, origins={md5(SOLVER): origins[md5(SOLVER)]})
        stone = Stone("other", "c", NEAR, 5, 1, 2, 3, b"o", b"f")
        opened.archive.file(3, [], [], {}, [stone], {md5(NEAR): origins[md5(NEAR)]}, {"drop": (3, 1, 1)})


def exported(home: Path, folder: Path) -> Path:
    assert main(["archive", "export", "--to", str(folder), "--home", str(home)]) == 0
    return folder


def imported(folder: Path, home: Path) -> int:
    """The exit code of importing it for the task."""
    return main(["archive", "import", str(folder), "-i", TASK.id, "--home", str(home), "--backend", "sequential"])


def test_a_line_survives_export_and_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its scores; stones are written too, not taken for solvers, and not filed, which is said."""
    grown(tmp_path / "home")
    folder = exported(tmp_path / "home", tmp_path / "out")
    assert "1 stones in" in capsys.readouterr().out
    names = {path.parent.name: path.stem for path in folder.rglob("*.py")}
    assert names == {"solver_md5": md5(SOLVER), "stone_md5": md5(NEAR)}
    assert imported(folder, tmp_path / "into") == 0
    assert "stones are not filed by an import" in capsys.readouterr().err
    with Archive(tmp_path / "home") as kept, Archive(tmp_path / "into") as into:
        assert into.descent(md5(SOLVER)) == kept.descent(md5(SOLVER))
        assert len(into.descent(md5(SOLVER))) == 3
        assert into.descent(md5(NEAR)) == []
        assert into.stones() == []
    assert check(tmp_path / "into") == []


def test_show_prints_the_line_of_descent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As comments behind the body, by md5, prefix and task; also of a stone, with what it came near on."""
    grown(tmp_path)
    expected = (
        f"{SOLVER}# line of descent:\n"
        f"#   {md5(SOLVER)} by swap from {md5(PARENT)[:8]} in iteration 2: demo 3/3 on {TASK.id}\n"
        f"#   {md5(PARENT)} by insert from {md5(NEAR)[:8]} in iteration 1: demo 1/3, nearness 900 on {TASK.id}\n"
        f"#   {md5(NEAR)} by given\n"
    )
    capsys.readouterr()
    for wanted in (md5(SOLVER), md5(SOLVER)[:6], TASK.id):
        assert main(["archive", "show", wanted, "--home", str(tmp_path)]) == 0
        assert capsys.readouterr().out == expected
    assert parse_program(expected).body == SOLVER
    for wanted in (md5(NEAR), "other"):
        assert main(["archive", "show", wanted, "--home", str(tmp_path)]) == 0
        assert "# near other: nearness 5, demo 1/2, similarity 0.3% (iteration 3)" in capsys.readouterr().out
    assert main(["archive", "show", "other", "--json", "--home", str(tmp_path)]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["filed"], shown["near"][0]["nearness"]) == ([], 5)
    assert [each["operator"] for each in shown["descent"]] == ["drop", "swap", "insert", "given"]
    assert shown["descent"][1]["scored"]["o_score"] == 3


def test_operators_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that were drawn most first; and where there are none, what counts them."""
    grown(tmp_path)
    assert main(["archive", "operators", "--home", str(tmp_path)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["operator", "drawn", "nearer", "exact", "nearer", "per", "1000"],
        ["insert", "7", "1", "0", "142.9"],
        ["drop", "3", "1", "1", "333.3"],
    ]
    assert main(["archive", "operators", "--json", "--home", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["drop"] == {"drawn": 3, "nearer": 1, "exact": 1}
    Archive(tmp_path / "empty").close()
    assert main(["archive", "operators", "--home", str(tmp_path / "empty")]) == 0
    assert "no operator was drawn yet" in capsys.readouterr().out


def test_the_index_counts_stones_and_not_as_what_must_not_become_less(tmp_path: Path) -> None:
    """A task that is solved has none any more."""
    grown(tmp_path)
    found = json.loads((tmp_path / "index.json").read_text())
    assert (found["stones"], found["probed"]) == (1, 0)
    assert found["archive"].keys() == {"tasks", "solvers", "differs", "iterations"}


def edited(change: Callable[[dict[str, list[list[object]]]], object]) -> Callable[[Path], object]:
    def edit(path: Path) -> None:
        found = json.loads(path.read_text())
        change(found)
        path.write_text(json.dumps(found))

    return edit


def renamed(row: list[object]) -> None:
    row[0] = name_of(row[1:])


SPOILT: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda path: path.write_text("{"),
    "no object": lambda path: path.write_text("[]"),
    "no text": lambda path: path.write_bytes(b"\xff"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link": lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")),
    "another format": edited(lambda found: found.update(format=2)),
    "altered": edited(lambda found: [row.__setitem__(2, "magic") for row in found["ancestor"]]),
    "long": edited(lambda found: [(row.__setitem__(2, "x" * 99), renamed(row)) for row in found["ancestor"]]),
    "huge": edited(lambda found: [(row.__setitem__(4, 10**30), renamed(row)) for row in found["ancestor"]]),
    "of another type": edited(lambda found: [row.__setitem__(1, [1]) for row in found["origin"] + found["ancestor"]]),
    "half a character": edited(lambda found: [row.__setitem__(2, "\ud800") for row in found["origin"]]),
    "a row of nothing": edited(lambda found: found.update(ancestor=[[], None, 5, "x"], origin={})),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_somebody_made_of_the_file_is_left_out(tmp_path: Path, capsys, spoil: Callable[[Path], object]) -> None:
    """And said; the programs prove themselves all the same."""
    grown(tmp_path / "home")
    folder = exported(tmp_path / "home", tmp_path / "out")
    spoil(folder / LINEAGE_NAME)
    assert read_lineage(folder).left_out
    assert imported(folder, tmp_path / "into") == 0
    assert LINEAGE_NAME in capsys.readouterr().err
    assert check(tmp_path / "into") == []
    with Archive(tmp_path / "into") as into:
        assert [entry.md5 for entry in into.entries()] == [md5(SOLVER)]


def test_an_export_of_no_lines_has_no_such_file(tmp_path: Path) -> None:
    """Nor one from before."""
    grown(tmp_path / "home")
    folder = exported(tmp_path / "home", tmp_path / "out")
    with open_home(tmp_path / "empty"):
        pass
    assert (folder / LINEAGE_NAME).exists()
    exported(tmp_path / "empty", folder)
    assert not (folder / LINEAGE_NAME).exists()
    assert tuple(read_lineage(folder)) == read_lineage(folder).left_out == ()
