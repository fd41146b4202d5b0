"""`import kagglebatt`: quick, small, documented; its examples run, and its values show themselves."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kagglebatt as kb

PACKAGE = Path(kb.__file__).parent
FINDER, FLAGS = doctest.DocTestFinder(exclude_empty=True), doctest.ELLIPSIS


def examples() -> list[doctest.DocTest]:
    """Every example in the docstrings of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " in path.read_text("utf-8"):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            module = importlib.import_module(".".join(part for part in parts if part != "__init__"))
            found += [test for test in FINDER.find(module) if test.examples]
    return found


EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name.removeprefix("kagglebatt."))
def test_example_gives_what_it_says(example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own."""
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(example, out=told.append)
    assert result.failed == 0, "".join(told)


def test_names_are_sorted_documented_and_have_an_example() -> None:
    """Each can be had, is listed once, and has an example that the test above runs."""
    assert sorted(kb.__all__, key=lambda name: (not name[0].isupper(), name)) == kb.__all__
    assert dir(kb) == sorted(kb.__all__)
    run = {example.name for example in EXAMPLES}
    for name in kb.__all__:
        if name != "__version__":
            found = getattr(kb, name)
            assert f"{found.__module__}.{found.__qualname__}" in run, name


def test_no_name_is_that_of_a_module() -> None:
    """A module of the package, once imported, would take the name's place."""
    modules = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert modules.isdisjoint(kb.__all__)
    with pytest.raises(AttributeError, match="no attribute 'evolv'"):
        kb.evolv  # noqa: B018 - asking for it is what is tried


def test_the_package_says_that_it_is_typed() -> None:
    """The mark that type checkers look for is beside the code."""
    assert (PACKAGE / "py.typed").is_file()


def test_importing_loads_nothing_heavy() -> None:
    """No other module of the package, and nothing that is not Python's own."""
    code = "import sys; before = set(sys.modules); import kagglebatt; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert [name for name in loaded if name.startswith("kagglebatt")] == ["kagglebatt"]
    own = set(sys.stdlib_module_names)
    assert {name.partition(".")[0] for name in loaded} <= own | {"kagglebatt"}
    assert not {"asyncio", "multiprocessing", "sqlite3", "json"} & set(loaded)


def test_the_readme_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its session, word by word; and it names everything that is public."""
    text = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    (session,) = [part for part in text.split("```") if part.startswith("python\n>>> ")]
    told: list[str] = []
    example = doctest.DocTestParser().get_doctest(session.partition("\n")[2], {}, "README", None, 0)
    assert doctest.DocTestRunner(optionflags=FLAGS).run(example, out=told.append).failed == 0, "".join(told)
    named = set(re.findall(r"\bkb\.(\w+)", text))
    assert named >= set(kb.__all__) - {"__version__", "KagglebattError", "Task"}
    assert named <= set(kb.__all__)
