"""The documents: every README command works word by word, every option and command is named."""

from __future__ import annotations

import importlib.util
import os
import re
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


@pytest.mark.campaign
def test_readme_test_command(clone: Path) -> None:
    """Installs, and finds the tests; running them here would run this one again."""
    done = shell(clone, snippet("tests"), PYTEST_ADDOPTS="--collect-only -q")
    assert done.returncode == 0, done.stderr
    assert "tests collected" in done.stdout


@pytest.mark.campaign
@pytest.mark.parametrize("script", re.findall(r"^python (scripts/(?:check|bench).+)$", README, re.MULTILINE))
def test_readme_scripts(script: str) -> None:
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


def test_every_command_and_common_option_is_in_the_readme() -> None:
    """And what the README names exists."""
    for name in cli.list_commands(click.Context(cli)):
        assert f"kagglebatt {name}" in README
    options = {option for parameter in cli.commands["evolve"].params for option in parameter.opts}
    missing = {option for option in options if option.startswith("--") and f"`{option}" not in README}
    assert missing <= {"--id", "--help"}
    known = {option for each in commands(cli) for parameter in each.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known


def test_changelog_is_about_this_version() -> None:
    """Its top entry is the package's version."""
    assert re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0] == __version__


PAGE = (ROOT / "docs" / "kaggle.md").read_text("utf-8")


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
