"""The module map: a value moves down, never back up; files and functions stay small."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kagglebatt"

WINGS = [
    {"errors", "markup", "notify"},
    {"reading", "regular_file", "settings", "stop"},
    {"dsl"},
    {"programs", "tasks"},
    {"running"},
    {"home"},
    {"search", "report"},
    {"iteration", "report_text", "solving"},
    {"pages"},
    {"api"},
    {"notebook"},
    {"remote"},
    {"commands"},
    {"__main__"},
]
"""From the ground up: folders of the package, and files beside them; each imports only from rows above its own."""

FRONT_DOOR = PACKAGE / "__init__.py"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name not in ("solvers.py", "differs.py")]
FOLDERS = sorted({path.parent for path in FILES} - {PACKAGE})


def name_of(path: Path) -> str:
    """A file as a dotted name below the package; a folder's ``__init__`` has the folder's own."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


NAMES = {name_of(path) for path in FILES}


@cache
def imported(path: Path) -> set[str]:
    """Files of the package that a file imports, anywhere in it, as dotted names below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kagglebatt":
            for alias in node.names:
                member = f"{node.module}.{alias.name}".removeprefix("kagglebatt.")
                found.add(member if member in NAMES else node.module.removeprefix("kagglebatt").removeprefix("."))
        if isinstance(node, ast.Import):
            found |= {a.name.removeprefix("kagglebatt.") for a in node.names if a.name.startswith("kagglebatt.")}
    return found - {""}


def level(name: str) -> int:
    (found,) = [number for number, row in enumerate(WINGS) if name.partition(".")[0] in row]
    return found


@pytest.mark.parametrize("path", [path for path in FILES if path != FRONT_DOOR], ids=name_of)
def test_wings_import_one_way(path: Path) -> None:
    """Every file has its place in a wing, and imports from its own wing and from lower ones alone."""
    own = name_of(path)
    for name in imported(path):
        assert name.partition(".")[0] == own.partition(".")[0] or level(name) < level(own), name


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_wing_has_no_circle(folder: Path) -> None:
    """Nor among the files of its sub-packages, not within one file's functions either."""
    inside = {name_of(path): path for path in FILES if path.is_relative_to(folder)}
    graph = {name: imported(path) & (inside.keys() - {name}) for name, path in inside.items()}
    assert set(TopologicalSorter(graph).static_order()) == set(inside)


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_sub_packages_import_one_way(folder: Path) -> None:
    """Those of a wing as wings do: where one imports from another, nothing leads back."""
    below = {name_of(each): each for each in FOLDERS if each.parent == folder}
    graph = {
        name: {
            other
            for path in FILES
            if path.is_relative_to(each)
            for found in imported(path)
            for other in below.keys() - {name}
            if f"{found}.".startswith(f"{other}.")
        }
        for name, each in below.items()
    }
    assert set(TopologicalSorter(graph).static_order()) == set(below)


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_wing_says_what_it_is_for(folder: Path) -> None:
    """What it is for, what it may import, and which names are meant for others, which are there."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    if folder.name == "library":
        assert text
        return
    _purpose, imports, names = text.split("\n\n")[0], *re.findall(r"^(Imports|For others): ", text, re.M)
    assert (imports, names) == ("Imports", "For others")
    for module, name in re.findall(r"``(\w+)\.(\w+)``", text.partition("For others: ")[2]):
        assert hasattr(import_module(f"kagglebatt.{name_of(folder)}.{module}"), name), f"{module}.{name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    """No file over 400 lines, no function over 60."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_only_one_file_knows_joblib_memory() -> None:
    """cache.py (over its store), and worker_pool.py and cluster.py for Parallel."""
    users = {path.name for path in FILES if "joblib import" in path.read_text("utf-8")}
    assert {path.name for path in FILES if "import Memory" in path.read_text("utf-8")} == {"cache.py"}
    assert users <= {"cache.py", "worker_pool.py", "cluster.py", "store.py"}


def test_nothing_executes_text() -> None:
    """No eval, exec, compile or unpickling anywhere in the package."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, path
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert "pickle" not in ast.dump(node), path


def test_no_two_test_files_have_one_name() -> None:
    """pytest takes the second for the first, but says so only when both are run together."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def test_types_travel_with_the_package() -> None:
    """The marker by which type checkers believe an installed package's annotations."""
    assert (PACKAGE / "py.typed").is_file()
