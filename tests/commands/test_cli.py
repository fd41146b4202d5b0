"""The command line: every command once, and one clear message for every kind of bad input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import nbformat
import pytest

from kagglebatt.commands.cli import cli, main
from kagglebatt.notebook.bundle import Bundle
from kagglebatt.settings import LEAST_TIMEOUT

ROOT = Path(__file__).parents[2]


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


QUICK = ("--timeout", "0.1")


def test_a_session_from_card_to_export(capsys, tmp_path: Path) -> None:
    """card, run, evolve, archive, cache, each does its job in one home."""
    code, out, _ = call(capsys, "card", "-c", "8", "-f", "b.py", "--tasks", "3", "--mutate", "0.2")
    assert (code, out.startswith("b.py: 8 candidates")) == (0, True)
    code, out, _ = call(capsys, "run", "-b", "b", "--tasks", "3", "--timing", "--jobs", "1", *QUICK)
    assert code == 0
    for line in (
        "=== Cache Statistics ===",
        "  Hits: 0",
        "run_batt.phase4_demo_parallel: ",
        "run_batt.phase4_test_cpu: ",
    ):
        assert line in out
    code, out, _ = call(capsys, "evolve", "--tasks", "3", "--iterations", "2", "--json", "--jobs", "1", *QUICK)
    reports = json.loads(out)["iterations"]
    assert (code, [report["iteration"] for report in reports]) == (0, [2, 3])
    keys = {"tasks", "samples", "candidates", "executed", "solved_demo", "solved_test", "timeouts", "caches", "seconds"}
    assert keys | {"phases"} <= set(reports[0])
    code, out, _ = call(capsys, "archive", "list", "--json")
    entries = json.loads(out)
    assert (code, entries[0]["task"]) == (0, "007bbfb7")
    code, out, _ = call(capsys, "archive", "show", entries[0]["md5"])
    assert (code, out.startswith("def solve(S, I, C):\n")) == (0, True)
    code, out, _ = call(capsys, "archive", "list")
    assert entries[0]["md5"] in out
    assert call(capsys, "archive", "check")[:2] == (0, "0 problems\n")
    code, out, _ = call(capsys, "archive", "export", "--to", "out")
    assert (code, len(list((tmp_path / "out" / "solver_md5").iterdir()))) == (0, len({e["md5"] for e in entries}))
    code, out, _ = call(capsys, "cache", "stats", "--json")
    assert (code, json.loads(out)["validation"]["size"] > 0) == (0, True)
    assert "Inlining Cache:" in call(capsys, "cache", "stats")[1]
    assert call(capsys, "cache", "clear")[0] == 0
    assert json.loads(call(capsys, "cache", "stats", "--json")[1])["validation"]["size"] == 0


def test_primitives_are_documented(capsys) -> None:
    """The list comes from the registry."""
    code, out, _ = call(capsys, "primitives", "rot90")
    assert (code, out) == (0, "rot90(Grid) -> Grid: A quarter turn clockwise.\n")


BAD = [
    (("evolve", "--dataset", "nowhere"), "neither a file or folder"),
    (("evolve", "-i", "00000000"), "has no task '00000000'"),
    (("evolve", "--tasks", "0"), "--tasks is 0"),
    (("evolve", "--tasks", "many"), "not a valid integer"),
    (("evolve", "--solvers", "bad.py"), "bad.py: holds no programs"),
    (("card", "--solvers", "bad.py"), "bad.py: holds no programs"),
    (("evolve", "--dataset", "bad.json"), "bad.json: not a JSON file"),
    (("run", "-b", "none"), "none.py: cannot be read"),
    (("run", "-b", "bad.py"), "bad.py: has no function 'batt'"),
    (("run",), "Missing option"),
    (("archive", "list"), "holds no archive"),
    (("archive", "check", "--home", "elsewhere"), "holds no archive"),
    (("cache", "stats"), "holds no archive"),
    (("evolve", "--home", "bad.json/x", "--tasks", "1"), "bad.json"),
    (("nonsense",), "No such command"),
    (("card", "-f", "none/batt.py"), "none/batt.py: cannot be written (No such file or directory)"),
    (("card", "-f", "."), "is a directory"),
    (("evolve", "--timeout", "inf"), "--timeout is inf; give 0.001 to 86400 seconds."),
    (("evolve", "--timeout", "nan"), "--timeout is nan"),
    (("evolve", "--minutes", "1e300"), "--minutes is 1e+300; give at most 100000."),
    (("evolve", "--memory", "99999999999999999999"), "give 64 to 1000000000."),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=range(len(BAD)))
def test_bad_input_gets_one_message_and_exit_code_2(capsys, tmp_path: Path, arguments, message: str) -> None:
    """No traceback, nothing on standard output."""
    (tmp_path / "bad.py").write_text("import os\n")
    (tmp_path / "bad.json").write_text("{")
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


WRONG = [
    (("evolve", "--solvers", "nofile"), "nofile: cannot be read"),
    (("card", "--solvers", "nofile"), "nofile: cannot be read"),
    (("evolve", "--tasks", "2", "--shard", "3/4"), "no task is left of shard 3/4 of 2"),
    (("evolve", "--backend", "ray"), "needs a package: python -m pip install"),
    (("evolve", "--strict", "--solvers", "some.py"), "some.py:4: unknown name 'rot91'"),
    (("cache", "clear"), "holds no archive and no cache"),
    (("cache", "prune", "--max-entries", "3"), "holds no archive and no cache"),
    (("archive", "merge", "nowhere"), "nowhere: holds no archive"),
    (("archive", "import", "nowhere"), "has no solver_md5"),
    (("archive", "check", "--fix"), "holds no archive"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong_input_is_seen_before_a_home_is_made(
    capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments, message: str
) -> None:
    """Or a typo would leave a home behind, which says the next time that it is incomplete."""
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "some.py").write_text(SOME)
    code, out, err = call(capsys, *arguments, "--home", "typo")
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "typo").exists()


SOME = (
    "import numpy\n\ndef solve_a(I):\n    O = rot91(I)\n    return O\n\n"
    "def verify_b(I):\n    x0 = rot90(I)\n    return x0\n"
)


def test_what_is_left_out_is_told_once_and_the_rest_is_used(capsys, tmp_path: Path) -> None:
    """Of solvers, whatever reads them, and of tasks."""
    (tmp_path / "some.py").write_text(SOME)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "b.json").write_text('{"train": [{"input": [[1, 2]], "output": [[1], [2]]}], "test": []}')
    (tmp_path / "tasks" / "c.json").write_text("{")
    for command in (("card",), ("evolve", "--iterations", "2", "--jobs", "1", "--mutate", "0"), ("bundle",)):
        code, _, err = call(capsys, *command, "--solvers", "some.py", "--dataset", "tasks")
        assert code == 0
        assert [line.split(": ", 1)[1].split(" (")[0] for line in err.splitlines()] == [
            "left out: tasks/c.json: not a JSON file",
            "ignored: import of numpy",
            "left out: some.py:4: unknown name 'rot91'",
            *["look at what was found with `kagglebatt report --home home --dataset tasks`"] * (command[0] == "evolve"),
        ]
        assert call(capsys, *command, "--solvers", "some.py", "--dataset", "tasks", "--strict")[0] == 2
    assert json.loads(call(capsys, "archive", "list", "--json")[1])[0]["o_score"] == 1


def test_the_constants_are_listed(capsys) -> None:
    """With types and values."""
    code, out, _ = call(capsys, "primitives", "--constants", "FI")
    assert (code, out) == (0, "FIVE: Int = 5\n")
    assert len(call(capsys, "primitives", "--constants")[1].splitlines()) == 28


def test_the_shortest_time_limit_is_one(capsys) -> None:
    """What a timer cannot measure is refused."""
    few = ("evolve", "--candidates", "3", "--tasks", "1", "--json", "--timeout")
    assert call(capsys, *few, str(LEAST_TIMEOUT))[0] == 0
    code, _, err = call(capsys, *few, str(LEAST_TIMEOUT / 2))
    assert (code, "--timeout" in err) == (2, True)


def test_the_seeds_own_commands(tmp_path: Path) -> None:
    """``card.py -c 32 -f batt_run.py`` and ``run_batt.py --timing -i 007bbfb7 -b batt_run`` work as they stand."""
    for command in ("card.py -c 32 -f batt_run.py", "run_batt.py --timing -i 007bbfb7 -b batt_run"):
        script, *arguments = command.split()
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / script, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert "run_batt.phase4_demo_parallel: " in done.stdout
    assert (tmp_path / "solver_md5").is_dir()
    assert (tmp_path / "differ_md5").is_dir()


def test_bench_dsl_prints_its_table(tmp_path: Path) -> None:
    """With the keys that it documents; a wrong solver is among the failed."""
    path = tmp_path / "solvers.py"
    path.write_text(
        "def solve_67a3c6ac(I):\n    O = vmirror(I)\n    return O\n\n"
        "def solve_68b16354(I):\n    O = vmirror(I)\n    return O\n"
    )
    command = [sys.executable, ROOT / "scripts" / "bench_dsl.py", path]
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert (told["tasks"], told["pairs"], told["solved"], told["failed"]) == (2, 8, 1, ["68b16354"])
    assert set(told["per_task"]) == {"67a3c6ac", "68b16354"}
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "1 of 2 tasks solved" in text


def test_bench_dsl_refuses_bad_input_in_one_line(tmp_path: Path) -> None:
    """A file outside the grammar, a solver of no known task, nothing there: exit code 2, nothing on standard output."""
    (tmp_path / "bad.py").write_text("import os\n")
    (tmp_path / "unknown.py").write_text("def solve_00000000(I):\n    O = vmirror(I)\n    return O\n")
    for name, message in (
        ("bad.py", "bad.py: holds no programs"),
        ("unknown.py", "has no task '00000000'"),
        ("none.py", "read"),
    ):
        command = [sys.executable, ROOT / "scripts" / "bench_dsl.py", tmp_path / name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert message in done.stderr


def test_importing_the_package_does_nothing(tmp_path: Path) -> None:
    """No joblib, no numpy, no file, no output."""
    code = (
        "import sys, kagglebatt, kagglebatt.commands.cli; print(sorted({'joblib', 'numpy', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, list(tmp_path.iterdir())) == ("[]\n", [])


@pytest.mark.parametrize("command", [("bundle", "--tasks", "1"), ("bench", "--sizes", "1")])
def test_a_folder_that_cannot_be_made_is_told_as_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Before a kernel is run for it."""
    made = Bundle("b", nbformat.v4.new_notebook(), {"code_file": "kernel.ipynb"}, {})
    monkeypatch.setattr("kagglebatt.notebook.bundle.build", lambda _request, _tasks: made)
    (tmp_path / "file").touch()
    code, out, err = call(capsys, *command, "--to", str(tmp_path / "file" / "kernel"))
    assert (code, out) == (2, "")
    assert err == f"kagglebatt: {tmp_path}/file/kernel: cannot be written (Not a directory). Give another place.\n"


def every_command(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """A command with its path, and all below it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every_command(below, *path, name)


def test_every_command_and_option_says_what_it_is_for() -> None:
    """And what a help text sends its reader to is there, and tells of it."""
    dumb = []
    for path, command in every_command(cli, "kagglebatt"):
        options = [each for each in command.params if isinstance(each, click.Option)]
        dumb += [path] if not command.help else []
        dumb += [f"{path} {each.opts[0]}" for each in options if not each.help]
        for option in options:
            for place in re.findall(r"see (?:the )?([\w/]+\.md|README)", option.help or ""):
                text = (ROOT / place.replace("README", "README.md")).read_text("utf-8")
                assert option.opts[0] in text, f"{path} {option.opts[0]}: {place} does not tell of it"
    assert dumb == []


def test_a_word_in_no_primitive_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Instead of nothing at all."""
    code, out, err = call(capsys, "primitives", "nosuch")
    assert (code, out) == (0, "")
    assert err.startswith("kagglebatt: no primitive has 'nosuch' in its name.")
