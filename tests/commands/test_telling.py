"""What commands say beside their results, and how much of it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from kagglebatt.commands import telling
from kagglebatt.commands.cli import cli, main
from kagglebatt.commands.options import TELLING, with_options


def leaves(group: click.Group) -> list[click.Command]:
    """Every command, those in groups too."""
    context = click.Context(group)
    found = [group.get_command(context, name) for name in group.list_commands(context)]
    return [leaf for each in found if each for leaf in (leaves(each) if isinstance(each, click.Group) else [each])]


def test_whatever_takes_time_can_be_quiet_or_say_more() -> None:
    """Commands that run programs, or that wait for Kaggle."""
    lacking = []
    for command in leaves(cli):
        options = {name for parameter in command.params for name in parameter.opts}
        if options & {"--jobs", "--poll"} and not options >= {"-q", "-v", "--quiet", "--verbose", "--no-progress"}:
            lacking.append(command.name)
    assert lacking == []


@pytest.fixture
def _bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some.py").write_text(
        "def solve_00d62c1b(I):\n    O = hmirror(I)\n    return O\n\ndef solve_b(I): O = rot91(I)\n"
    )


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["score", "some.py", *arguments])
    return code, *capsys.readouterr()


@pytest.mark.usefixtures("_bad_file")
def test_quiet_is_quiet_for_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Results come all the same, and so does what keeps a result from coming."""
    _, out, err = call(capsys)
    assert "left out" in err
    _, quiet, nothing = call(capsys, "-q")
    assert (quiet, nothing) == (out, "")
    assert "left out" in call(capsys)[2]
    code, _, err = call(capsys, "-q", "-i", "nowhere")
    assert (code, "nowhere" in err) == (2, True)


@pytest.mark.parametrize(
    ("given", "said"), [((), "note\n"), (("-q",), ""), (("-v",), "note\nmore\n"), (("--no-progress",), "note\n")]
)
def test_notes_and_details(given: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """-v has both, -q none."""
    telling.reset()
    parser = click.Command("some", params=[], callback=lambda: None)
    with_options(TELLING)(parser)
    parser.main(args=list(given), standalone_mode=False)
    capsys.readouterr()
    telling.notify("note")
    telling.detail("more")
    assert capsys.readouterr().err.replace("kagglebatt: ", "") == said
    telling.reset()


@pytest.mark.parametrize(("option", "wanted"), [("quiet", False), ("no_progress", False), ("verbose", True)])
def test_progress_can_be_left_out(option: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word of notes being lost by that."""
    asked = []
    monkeypatch.setattr(telling, "progress_bar", lambda *given: asked.append(given[0]) or telling.aside())
    monkeypatch.setattr(telling, "_asked", {option})
    with telling.progress():
        pass
    assert asked == [wanted]
