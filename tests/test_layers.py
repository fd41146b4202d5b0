"""The module map: a value moves down, never back up; files and functions stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kagglebatt"

LAYERS = [
    {"errors", "chart"},
    {"settings", "database", "files"},
    {"client", "dataset_metadata"},
    {"archive_layout"},
    {"dsl"},
    {"task"},
    {"picture"},
    {"program"},
    {"parse"},
    {"mutate", "batt", "library"},
    {"card"},
    {"outcome", "limit"},
    {"execute", "score"},
    {"work"},
    {"isolated", "cluster"},
    {"crew"},
    {"run"},
    {"inline"},
    {"validate"},
    {"entries"},
    {"store"},
    {"cache"},
    {"recall", "archive"},
    {"index", "salvage", "exported"},
    {"home", "report", "stop"},
    {"evolve", "show", "payload", "kernel_metadata", "inputs", "result", "story"},
    {"bundle", "kernel", "remote_kernel", "remote_dataset"},
    {"bench", "watch", "loop_plan", "loop_state"},
    {"loop"},
    {"options"},
    {"housekeeping", "kernels", "remote"},
    {"cli"},
    {"__main__"},
]
"""From top to bottom; a file imports only from rows above its own."""

DSL_LAYERS = [
    {"types", "bounds", "order", "extent", "constants", "fingerprint"},
    {"numbers"},
    {"containers", "measuring", "mirrors", "cutting"},
    {"combinators", "patches", "objects", "extras"},
    {"editing"},
    {"registry"},
]

FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name not in ("solvers.py", "differs.py")]


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports, anywhere in it, as dotted names below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kagglebatt":
            names = [node.module] if node.module != "kagglebatt" else [f"kagglebatt.{a.name}" for a in node.names]
            if node.module == "kagglebatt.dsl":
                names = [f"kagglebatt.dsl.{alias.name}" for alias in node.names]
            found |= {name.removeprefix("kagglebatt.") for name in names}
        if isinstance(node, ast.Import):
            found |= {a.name.removeprefix("kagglebatt.") for a in node.names if a.name.startswith("kagglebatt.")}
    return found


def level(name: str, layers: list[set[str]]) -> int:
    (found,) = [number for number, layer in enumerate(layers) if name in layer]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_up_the_map(path: Path) -> None:
    """And every file has its place on the map."""
    if path == PACKAGE / "__init__.py":
        assert imported(path) == set()
        return
    in_dsl = path.parent.name == "dsl"
    own = room(path)
    for name in imported(path):
        first, _, rest = name.partition(".")
        if first == "__version__":
            continue
        if in_dsl and first == "dsl":
            if path.name != "__init__.py":
                assert level(rest, DSL_LAYERS) < level(path.stem, DSL_LAYERS), name
        elif first != own:
            assert level(first, LAYERS) < level(own, LAYERS), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    """No file over 400 lines, no function over 60."""
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_only_one_file_knows_joblib_memory() -> None:
    """cache.py (over its store), and crew.py and cluster.py for Parallel."""
    users = {path.name for path in FILES if "joblib import" in path.read_text("utf-8")}
    assert {path.name for path in FILES if "import Memory" in path.read_text("utf-8")} == {"cache.py"}
    assert users <= {"cache.py", "crew.py", "cluster.py", "store.py"}


def test_nothing_executes_text() -> None:
    """No eval, exec, compile or unpickling anywhere in the package."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, path
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert "pickle" not in ast.dump(node), path
