"""What the client prints, as an answer: statuses, reasons, waits and secrets; and which client is asked."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import pytest

from kagglebatt.commands.remote import _scratch
from kagglebatt.errors import CredentialsError, DamagedError, RemoteError, RunFailedError, SettingsError, UnsureError
from kagglebatt.notebook.result import RESULT_NAME, Result, read_result
from kagglebatt.remote.answers import read_answer
from kagglebatt.remote.client import Client, Timeouts
from kagglebatt.remote.installed import found_client
from kagglebatt.remote.kernel import Output
from kagglebatt.remote.masking import without_secrets
from kagglebatt.remote.watch import check_run

LINE = "-" * 50


def traced(status: int, body: str, **headers: str) -> str:
    """What the client prints of its traffic."""
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    sent = "POST http://x/y\nAuthorization: Basic c2VjcmV0\n\nb'{}'"
    return (
        f"---------------------Request----------------------\n{sent}\n{LINE}\n"
        f"---------------------Response---------------------\n{status}\n{head}\n{body}\n{LINE}\n"
    )


@pytest.mark.parametrize(
    ("status", "body", "err", "kind", "words"),
    [
        (
            400,
            '{"error": {"code": 400, "message": "too large"}}',
            "400 Client Error: Bad Request",
            RemoteError,
            "too large",
        ),
        (400, '{"code": 400, "message": "too large"}', "too large", RemoteError, "too large"),
        (409, '{"code": 409, "message": "in progress"}', "in progress", RemoteError, "in progress"),
        (429, '{"code": 429, "message": "slow"}', "slow", UnsureError, "slow"),
        (200, '{"half', "Unterminated string", UnsureError, "Unterminated"),
        (503, "<html>", "503 Server Error", UnsureError, "503"),
    ],
)
def test_a_status_is_seen_whatever_the_client_says(
    status: int, body: str, err: str, kind: type[RemoteError], words: str
) -> None:
    """And the reason, in either shape; a refusal is final, everything else may be asked again."""
    answer = read_answer(traced(status, body) + "own words\n", f"DEBUG:urllib3.x:noise\n{err}\n")
    assert (answer.out, answer.err) == ("own words\n", f"{err}\n")
    fault = answer.fault("kernels push")
    assert (type(fault), words in str(fault), str(fault).count(words)) == (kind, True, 1)
    assert fault.status == (status if status >= 400 else 0)


def test_what_is_not_understood_is_final() -> None:
    """A client that knows no such option will not learn it."""
    assert type(read_answer("", "usage: kaggle").fault("kernels push", usage=True)) is RemoteError


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7.0), ("7.5", 7.5), ("-1", 0.0), ("soon", 0.0), ("", 0.0), ("Sat, 28 Nov 2026 00:00:30 GMT", 30.0),
        ("Sat, 28 Nov 2026 00:00:00", 0.0),
    ],
)  # fmt: skip
def test_how_long_kaggle_asks_to_wait(asked: str, seconds: float) -> None:
    """As a number, or as a moment by Kaggle's own clock."""
    out = traced(429, "{}", Retry_After=asked, Date="Sat, 28 Nov 2026 00:00:00 GMT")
    assert read_answer(out, "").after == seconds


def test_pauses_heed_what_kaggle_asks() -> None:
    """Within what may be waited in all; an answer of no is not asked for so long."""
    patient, short = Timeouts(outage=3600.0), Timeouts()
    unsure, no = UnsureError("x", 429, 50.0), RemoteError("x", 403)
    assert (patient.again(0, 0.0, unsure), patient.again(40, 3000.0, unsure)) == (50.0, 60.0)
    assert (patient.again(40, 3590.0, unsure), short.again(3, 0.0, unsure)) == (0.0, 0.0)
    assert (patient.again(3, 0.0, no), patient.again(2, 0.0, no)) == (0.0, 4.0)
    assert short.again(0, 0.0, UnsureError("x", 429, 4000.0)) == 0.0


def test_an_answer_without_what_was_asked_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for again."""
    said = iter(["hello", "", "it has status"])
    told: list[str] = []
    client = Client(Timeouts(pause=0.001), told.append)
    monkeypatch.setattr(client, "_run", lambda *arguments: next(said))
    assert client.read("kernels", "status", wanted="has status") == "it has status"
    assert len(told) == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://storage.x/a.zip?X-Goog-Signature=abc&b=1 x", "https://storage.x/a.zip?*** x"),
        (
            "see https://www.kaggle.com/code/a/b?scriptVersionId=7",
            "see https://www.kaggle.com/code/a/b?scriptVersionId=7",
        ),
        ("http://me:pass@proxy:80/", "http://***@proxy:80/"),
        ("Authorization: Basic bWU6cGFzcw==", "Authorization: ***"),
        ("me:" + "5ecret" * 4, "***"),
        (base64.b64encode(("me:" + "5ecret" * 4).encode()).decode(), "***"),
    ],
)
def test_secrets_of_any_shape_are_starred(text: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed addresses, a user and key together, plain or encoded."""
    monkeypatch.setenv("KAGGLE_USERNAME", "me")
    monkeypatch.setenv("KAGGLE_KEY", "5ecret" * 4)
    assert without_secrets(text) == wanted


def tool(folder: Path, says: str) -> Path:
    folder.mkdir()
    path = folder / "kaggle"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_the_client_beside_the_interpreter_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not another on the PATH, which is taken where there is none beside."""
    other, own = tool(tmp_path / "other", "Kaggle CLI 2.3.0"), tool(tmp_path / "own", "Kaggle CLI 2.2.4")
    monkeypatch.setenv("PATH", str(other.parent), prepend=":")
    monkeypatch.setattr(sys, "executable", str(own.with_name("python")))
    assert found_client() == (str(own), (2, 2, 4))
    own.unlink()
    assert found_client() == (str(other), (2, 3, 0))


@pytest.mark.parametrize(
    ("says", "words"),
    [("Kaggle API 1.7.4.5", "version 1.7.4.5.*2.2.4 or newer"), ("hello", "says nothing of its version")],
)
def test_a_client_that_is_too_old_is_named(
    says: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its place, its version, and the one that is needed."""
    old = tool(tmp_path / "old", says)
    monkeypatch.setattr(sys, "executable", str(old.with_name("python")))
    with pytest.raises(CredentialsError, match=rf"{old}.*{words}"):
        found_client()


def sealed(folder: Path, **change: object) -> Path:
    values = {"format": 1, "bundle": "b", "status": "complete", "message": "", "files": {}, "runs": [], **change}
    seal = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    (folder / RESULT_NAME).write_text(json.dumps({**values, "sha256": seal}))
    return folder / RESULT_NAME


def test_a_note_of_a_newer_format_says_update(tmp_path: Path) -> None:
    """Also when nothing else in it is as it was; a damaged one says nothing."""
    path = sealed(tmp_path, format=2, files=7)
    with pytest.raises(SettingsError, match=r"format 2, newer than this kagglebatt\. Update it"):
        read_result(path)
    path.write_text(path.read_text().replace("complete", "c0mplete"))
    assert read_result(path) is None


def test_a_run_that_lists_no_archive_is_no_success(tmp_path: Path) -> None:
    """However complete it calls itself."""
    result = Result("b", "complete", "", {}, ({"iteration": 1},))
    with pytest.raises(RunFailedError, match="lists no archive"):
        check_run("a/b", Output(tmp_path, result, ""))


def test_a_fault_names_a_place_that_is_still_there() -> None:
    """What was fetched is removed afterwards, but not where something is wrong with it."""
    with _scratch() as plain:
        pass
    assert not plain.exists()
    with pytest.raises(DamagedError, match="is kept in") as raised, _scratch() as place:
        raise DamagedError(f"{place}/archive.sqlite: is damaged.")
    assert str(place) in str(raised.value)
    assert place.is_dir()
    place.rmdir()
