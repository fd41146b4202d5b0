"""The documents: what they say works word by word, every option and command is named."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kagglebatt import __version__
from kagglebatt.commands.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))}
EVERY = {"README.md": README, "CONTRIBUTING.md": CONTRIBUTING, **PAGES}


def snippet(marker: str) -> str:
    """The one command under a marker."""
    (command,) = re.findall(rf"<!-- {marker} -->\n```bash\n(.+)\n```", README)
    return command


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project beside a fresh virtual environment."""
    folder = tmp_path_factory.mktemp("clone")
    made_here = {".git", ".venv", "build", "home", "bench"}  # at the top alone: a folder of the package is called home

    def leave(place: str, names: list[str]) -> set[str]:
        every = {name for name in names if name == "__pycache__" or name.endswith("_cache")}
        return every | (made_here & set(names) if Path(place) == ROOT else set())

    shutil.copytree(ROOT, folder / "project", ignore=leave)
    venv.create(folder / "venv", with_pip=True)
    return folder


def shell(clone: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    path = f"{clone / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        cwd=clone / "project",
        env={**kept, "PATH": path, "VIRTUAL_ENV": str(clone / "venv"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.campaign
def test_readme_start_command(clone: Path) -> None:
    """Installs, and runs a kernel of each size twice."""
    done = shell(clone, snippet("start"))
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[:2] for line in done.stdout.splitlines() if line.startswith(("| 5", "| 100"))]
    assert rows == [["| 5", "1"], ["| 5", "2"], ["| 100", "1"], ["| 100", "2"]]


def test_readme_solve_commands(tmp_path: Path) -> None:
    """From a file of challenges to a submission that is seen to be good, as it is written."""
    (text,) = re.findall(r"<!-- solve -->\n```bash\n(.+?)```", README, re.DOTALL)
    install, *lines = text.splitlines()
    assert install == "python -m pip install ."
    task = {"train": [{"input": [[1, 2]], "output": [[2, 1]]}, {"input": [[3, 0]], "output": [[0, 3]]}],
            "test": [{"input": [[7, 8]]}]}  # fmt: skip
    (tmp_path / "arc-agi_test_challenges.json").write_text(json.dumps({"mirror": task}))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", "\n".join(lines)], cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1  fit all demo pairs" in done.stdout
    assert done.stdout.endswith("complete and valid: two attempts at each of 1 test input of 1 task\n")


@pytest.mark.campaign
def test_readme_test_command(clone: Path) -> None:
    """Installs, and finds the tests; running them here would run this one again."""
    done = shell(clone, snippet("tests"), PYTEST_ADDOPTS="--collect-only -q")
    assert done.returncode == 0, done.stderr
    assert "tests collected" in done.stdout


@pytest.mark.campaign
@pytest.mark.parametrize("script", re.findall(r"^python (scripts/(?:check|bench).+)$", CONTRIBUTING, re.MULTILINE))
def test_developers_scripts(script: str) -> None:
    """The developers' scripts run as they are written."""
    done = subprocess.run([sys.executable, *script.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def commands(group: click.Group) -> Iterator[click.Command]:
    """Every command, those in groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def test_every_command_and_common_option_is_documented() -> None:
    """Commands in the README, options in it or in the pages; and what they name exists."""
    for name in cli.list_commands(click.Context(cli)):
        assert re.search(rf"kagglebatt\s{name}\b", README), name
    options = {option for parameter in cli.commands["evolve"].params for option in parameter.opts}
    text = "\n".join(EVERY.values())
    missing = {option for option in options if option.startswith("--") and f"`{option}" not in text}
    assert missing <= {"--id", "--help"}
    known = {option for each in commands(cli) for parameter in each.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= known | {"--help", "--list-faults"}


def command_lines() -> Iterator[tuple[str, str]]:
    """(document, command line) of every call of kagglebatt in a block of a document, or written out in its text."""
    for name, text in EVERY.items():
        for block in re.findall(r"^```(?:bash)?\n(.+?)^```$", text, re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                for call in re.findall(r"(?:^|&& )kagglebatt (.+?)(?: \|\| .+| && .+|\s+#.+)?$", line):
                    yield name, call
        for call in re.findall(r"`kagglebatt ((?:[a-z-]+ )+(?:--?[a-z-]+.*?)?)`", re.sub(r"\s+", " ", text)):
            yield name, call


@pytest.mark.parametrize(("document", "line"), sorted(set(command_lines())))
def test_every_command_line_is_understood(document: str, line: str) -> None:
    """Its commands and options exist and take what they are given; nothing is run."""
    group: click.Command = cli
    arguments = shlex.split(line)
    context = click.Context(cli)
    while isinstance(group, click.Group):
        found = group.get_command(context, arguments.pop(0))
        assert found is not None, document
        group = found
    group.make_context(line, arguments, parent=context)


LED = {
    "README.md": README,
    **{name: PAGES[name] for name in ("first-steps.md", "solvers.md", "evolving.md", "workers.md")},
}


@pytest.mark.campaign
@pytest.mark.parametrize("document", LED)
def test_what_a_document_leads_through_works(document: str, tmp_path: Path) -> None:
    """All its blocks in order, in an empty folder; but for those that have a test of their own."""
    text = LED[document]
    for name, content in re.findall(r"<!-- (\w+\.py) -->\n```python\n(.+?)```", PAGES["first-steps.md"], re.DOTALL):
        (tmp_path / name).write_text(content)
    blocks = re.findall(r"(?<!-->\n)```bash\n(.+?)```", text, re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for number, code in enumerate(re.findall(r"<!-- python -->\n```python\n(.+?)```", text, re.DOTALL)):
        (tmp_path / f"block_{number}.py").write_text(code)
        blocks.append(f"python block_{number}.py")
    done = subprocess.run(
        ["bash", "-ec", "\n".join(blocks)], cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for said in re.findall(r"<!-- said -->\n```\n(.+?)```", text, re.DOTALL):
        assert said in done.stdout


@pytest.mark.campaign
@pytest.mark.parametrize("document", ["README.md", "evolving.md"])
def test_an_iteration_looks_as_it_is_shown(document: str, tmp_path: Path) -> None:
    """Each line that is shown has the form of one that is printed."""
    (shown,) = re.findall(r"<!-- evolve -->\n```\n(.+?)```", EVERY[document], re.DOTALL)
    command = [sys.executable, "-m", "kagglebatt", "evolve", "--tasks", "20", "--iterations", "2"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    printed = {outline(line) for line in done.stdout.splitlines()}
    assert {outline(line) for line in shown.splitlines()} <= printed


def outline(line: str) -> str:
    """A line without its numbers, names of tasks, programs and operators, and how many more there are."""
    line = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b|~?[a-z-]+(?= from)|\band .+ more$", "X", line)
    line = re.sub(r"\d[\d,.]*( min| s| h)?", "N", line)
    return re.sub(r" by .*", " by X", re.sub(r"(, about N left)?$", "", line))


def test_changelog_is_about_this_version() -> None:
    """Its top entry is the package's version."""
    assert re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0] == __version__


PAGE = PAGES["kaggle.md"]


def masked(text: str) -> str:
    """A text without its numbers."""
    return re.sub(r"\d[\d,.]*", "N", text)


@pytest.fixture
def standing_in(tmp_path: Path) -> Iterator[str]:
    """The page's stand-in, started as the page says; the lines that it prints to be pasted."""
    (command,) = re.findall(r"<!-- standin -->\n```bash\npython (.+)\n```", PAGE)
    with (
        (tmp_path / "told").open("w") as told,
        subprocess.Popen([sys.executable, *command.split()], cwd=ROOT, stdout=subprocess.PIPE, stderr=told) as process,
    ):
        assert process.stdout is not None
        try:
            yield "".join(process.stdout.readline().decode() for _ in range(8))
        finally:
            process.send_signal(signal.SIGINT)


@pytest.mark.campaign
@pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")
def test_the_page_leads_from_an_account_to_a_loop(standing_in: str, tmp_path: Path) -> None:
    """Every command of the page in its order, as it is written; each prints what the page says."""
    blocks = [block for block in re.findall(r"```bash\n(.+?)```", PAGE, re.DOTALL) if "kaggle_standin" not in block]
    folder = tmp_path / "work"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KAGGLE"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", standing_in + "\n".join(blocks)], cwd=folder, check=False, capture_output=True, text=True,
        env={**kept, "PATH": path, "HOME": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = masked(done.stdout)
    (dry_run,) = re.findall(r"```\n(account .+?)\n\.\.\.\n```", PAGE, re.DOTALL)
    assert masked(dry_run) in said
    for line in (
        "- username: tester", "tester/kagglebatt-5-tasks: pushed as version 1, bundle",
        "tester/kagglebatt-5-tasks: pushed as version 2, bundle", "tester/kagglebatt-home: version 1 has all of home",
        "iteration 2, 5 tasks", "iteration 4 (seed 0)",
    ):  # fmt: skip
        assert line in done.stdout
    assert re.search(r"is (running|complete)", done.stdout)
