"""The site's pages that are made from the package: every primitive has its picture, every command its help."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import kagglebatt
from kagglebatt.dsl.registry import PRIMITIVES

ROOT = Path(__file__).parent.parent


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that MkDocs calls."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "docs_pages", raising=False)
    import docs_pages

    return docs_pages


def test_every_primitive_has_an_example(pages: ModuleType) -> None:
    """In the order of the vocabulary; each calls what it is an example of, and comes to a value."""
    runs = pages.run_examples()
    assert list(runs) == list(PRIMITIVES)
    assert [name for name, run in runs.items() if run.failed] == []
    assert all(any(step.call.startswith(f"{name}(") for step in run.steps) for name, run in runs.items())


def test_every_primitive_is_drawn(pages: ModuleType) -> None:
    """What is a grid as a picture, what is none as text; nothing is shown as a bare function."""
    text = "\n".join(pages.primitives_page())
    for name in PRIMITIVES:
        section = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        shown = section.partition("→")[2]
        assert "<svg" in shown or "<code>" in shown, name
        assert "&lt;function" not in shown, name


def test_every_command_has_its_help(pages: ModuleType) -> None:
    """Those in groups, too."""
    text = "\n".join(pages.commands_page())
    for words in ("## evolve\n", "## archive check\n", "Usage: kagglebatt archive check [OPTIONS]", "## loop\n"):
        assert words in text


def test_every_name_of_the_front_door_is_on_its_page() -> None:
    """With where it is defined, which is what is shown."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
    for name, place in kagglebatt._PLACES.items():
        assert f"::: kagglebatt.{place}.{name}\n" in page


def test_sessions_are_code(pages: ModuleType) -> None:
    """Not quotations, nor links."""
    assert list(pages.fenced(['a["x"]', ">>> b", "1", "", "c"])) == [
        'a["x"]', "```pycon", ">>> b", "1", "```", "", "c", "",
    ]  # fmt: skip
