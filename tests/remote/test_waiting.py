"""Nobody waits without being told for what."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kagglebatt.errors import UnsureError
from kagglebatt.notebook.result import NOTEBOOK_NAME, REPORT_NAME
from kagglebatt.remote import client as remote_client
from kagglebatt.remote.client import Client, Timeouts
from kagglebatt.remote.kernel import Output
from kagglebatt.remote.watch import keep


@pytest.fixture
def told() -> list[str]:
    """What was said."""
    return []


@pytest.fixture
def client(told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client whose command is Python, which takes the code after -c; nothing is paced."""
    command = tmp_path / "kaggle"
    command.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} "$@"\n')
    command.chmod(0o755)
    monkeypatch.setattr(remote_client, "found_client", lambda: (str(command), (2, 2, 5)))
    monkeypatch.setattr(remote_client, "Pace", lambda **_given: Often())
    return Client(Timeouts(call=30.0, poll=0.001), told.append, detail=told.append)


class Often:
    """Something is always due."""

    passed = 12.0

    def due(self) -> bool:
        return True


def test_what_is_waited_for_is_said(client: Client, told: list[str]) -> None:
    """Not where the first look is enough; then at once, and now and then."""
    for _ in client.polls(60.0, "the run to end"):
        break
    assert told == []
    for number, _ in enumerate(client.polls(60.0, "the run to end")):
        if number == 2:
            break
    assert told == ["Waiting for the run to end, 60 s at most.", "Still waiting for the run to end, after 0 s."]


def test_a_call_that_takes_long_is_spoken_of(client: Client, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """While it goes on; what it printed comes whole all the same."""
    monkeypatch.setattr(remote_client, "_LOOK_SECONDS", 0.01)
    said = client.ask("-c", "import sys, time; print('a' * 100_000, flush=True); time.sleep(0.5); print('b')")
    assert said == "a" * 100_000 + "\nb\n"
    assert told[0].endswith("is at it, for 12 s by now.")
    assert told[-1].startswith("kaggle -c import sys")
    assert told[-1].endswith("exit code 0")


def test_it_has_its_limit_all_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    monkeypatch.setattr(remote_client, "_LOOK_SECONDS", 0.01)
    with pytest.raises(UnsureError, match="gave no answer"):
        client.ask("-c", "import time; time.sleep(60)", stretch=0.01)


def test_what_people_look_at_is_kept(tmp_path: Path) -> None:
    """The executed notebook and the report, where there is one; an earlier one is replaced."""
    source, kept = tmp_path / "source", tmp_path / "build" / "kernel-output"
    source.mkdir()
    for name in (NOTEBOOK_NAME, "archive.sqlite"):
        (source / name).write_text("first")
    output = Output(source, None, "")
    assert keep(output, kept) == [kept / NOTEBOOK_NAME]
    (source / REPORT_NAME).write_text("page")
    (source / NOTEBOOK_NAME).write_text("second")
    assert keep(output, kept) == [kept / REPORT_NAME, kept / NOTEBOOK_NAME]
    assert {path.name: path.read_text() for path in kept.iterdir()} == {NOTEBOOK_NAME: "second", REPORT_NAME: "page"}
    assert keep(output, source) == [source / REPORT_NAME, source / NOTEBOOK_NAME]
