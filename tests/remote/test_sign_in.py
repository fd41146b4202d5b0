"""Signing in: all ways are named, and what is there but cannot be used is said."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from kagglebatt.errors import CredentialsError, RemoteError
from kagglebatt.remote.client import Client, Timeouts
from kagglebatt.remote.connection import no_connection
from kagglebatt.remote.masking import without_secrets
from kagglebatt.remote.sign_in import check_folder, config_folder, unknown_account

TOKEN = "KGAT_" + "0123456789abcdef" * 2
WAYS = ("kaggle auth login", "KAGGLE_API_TOKEN", "~/.kaggle/access_token", "kaggle.json")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder in which nobody is signed in."""
    for name in ("KAGGLE_CONFIG_DIR", "KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def kept(home: Path, name: str, content: str | bytes) -> Path:
    """A file in the client's folder."""
    (home / ".kaggle").mkdir(exist_ok=True)
    (home / ".kaggle" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return home / ".kaggle" / name


def test_all_ways_are_named() -> None:
    """Also where nothing is there."""
    said = unknown_account()
    assert said.startswith("Kaggle does not know who you are. Run `kaggle auth login`")
    assert [way for way in WAYS if way not in said] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("nonsense{", "is no JSON object"),
        (b"\xff\xfe", "is no JSON object"),
        (TOKEN, "holds a new token, which belongs into ~/.kaggle/access_token"),
        (json.dumps({"username": "me", "key": TOKEN}), "holds a new token, which belongs into ~/.kaggle/access_token"),
        (json.dumps({"username": "me"}), "has no key"),
        (json.dumps({"username": "me", "key": "0" * 32}), "the key in {} is not valid"),
    ],
)
def test_a_key_file_that_is_no_help_is_told(content: str | bytes, words: str, home: Path) -> None:
    """It is there, and the client passes over it without a word; no secret of it is shown."""
    path = kept(home, "kaggle.json", content)
    said = unknown_account()
    assert str(path) in said
    assert words.format(path) in said
    assert TOKEN not in said
    check_folder()  # the client begins, and may find another way


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"KAGGLE_API_TOKEN": TOKEN}, "the token in KAGGLE_API_TOKEN is not valid"),
        ({"KAGGLE_KEY": TOKEN, "KAGGLE_USERNAME": "me"}, "KAGGLE_KEY holds a new token"),
        ({"KAGGLE_KEY": "0" * 32, "KAGGLE_USERNAME": "me"}, "KAGGLE_KEY is not the key of KAGGLE_USERNAME"),
        ({"KAGGLE_KEY": "0" * 32}, "KAGGLE_USERNAME is not set"),
    ],
)
def test_variables_that_are_no_help_are_told(
    given: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, without what is in them."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    said = unknown_account()
    assert words in said
    assert not any(secret in said for secret in (TOKEN, "0" * 32))


def test_the_folder_is_the_clients_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one where it is there, else that of the XDG specification; or the one that is given."""
    assert config_folder() == home / ".config" / "kaggle"
    kept(home, "kaggle.json", "{}")
    assert config_folder() == home / ".kaggle"
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(home / "given"))
    assert config_folder() == home / "given"


def test_a_user_without_a_home_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container whose user the system does not know; secrets are starred all the same."""

    def unknown(number: int) -> None:
        raise KeyError(f"uid not found: {number}")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    assert config_folder().parts[-2:] == (".config", "kaggle")
    assert "KAGGLE_API_TOKEN is not valid" in unknown_account()
    assert without_secrets(TOKEN) == "***"


@pytest.mark.parametrize(("name", "content"), [("kaggle.json", json.dumps(TOKEN)), ("access_token", b"\xff\xfe")])
def test_what_the_client_breaks_on_is_said_before(name: str, content: str | bytes, home: Path) -> None:
    """At every call, with a traceback: it is no matter of trying again."""
    path = kept(home, name, content)
    with pytest.raises(CredentialsError, match=f"{path}: Kaggle's client cannot read this"):
        check_folder()


@pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")
@pytest.mark.parametrize("place", ["/proc/none", "/dev/null"])
def test_without_a_folder_nothing_is_tried_again(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HOME is missing or cannot be written; KAGGLE_CONFIG_DIR leads out."""
    told: list[str] = []
    monkeypatch.setenv("HOME", place)
    with pytest.raises(CredentialsError, match="KAGGLE_CONFIG_DIR"):
        Client(Timeouts(), told.append).account()
    assert told == []


POOL = "HTTPSConnectionPool(host='api.kaggle.com', port=443): Max retries exceeded with url: /v1/x.Y/Z "
SOCKET = "(\"HTTPSConnection(host='{}', port=443): Failed to"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (f"{POOL}(Caused by NameResolutionError{SOCKET.format('api.kaggle.com')} resolve 'api.kaggle.com' "
         '([Errno -2] Name or service not known)"))', "api.kaggle.com: Name or service not known"),
        (f"{POOL}(Caused by ProxyError('Unable to connect to proxy', NewConnectionError{SOCKET.format('127.0.0.1')} "
         'establish a new connection: [Errno 111] Connection refused")))', "127.0.0.1: Connection refused"),
        (f"{POOL}(Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate')))",
         "api.kaggle.com: CERTIFICATE_VERIFY_FAILED"),
    ],
)  # fmt: skip
def test_a_missing_connection_is_told_in_a_few_words(said: str, why: str) -> None:
    """Whose name, and why, as the client's long line has it; any other line is none."""
    assert no_connection(said) == f"Kaggle cannot be reached ({why}); see whether there is a network"
    assert no_connection("500 Server Error: Internal Server Error for url: https://api.kaggle.com/v1/x.Y/Z") == ""


@pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")
def test_without_a_network_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one short sentence, however often it is tried."""
    told: list[str] = []
    for name, value in {"KAGGLE_USERNAME": "me", "KAGGLE_KEY": "0" * 32, "https_proxy": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KAGGLE_API_ENVIRONMENT", raising=False)
    client = Client(Timeouts(pause=0.01, tries=3), told.append)
    with pytest.raises(RemoteError, match=r"Kaggle cannot be reached \(.*Connection refused.*\)") as caught:
        client.read("datasets", "status", "me/my-home")
    assert len(told) == 1
    assert all(len(line) < 200 for line in (*told, str(caught.value)))
