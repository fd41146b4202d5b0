"""How Kaggle's client knows who its user is, and what is wrong where it does not.

The client takes, in this order: an access token (``KAGGLE_API_TOKEN``, or ``~/.kaggle/access_token``), a pair of
username and key (``KAGGLE_USERNAME`` and ``KAGGLE_KEY``, or ``kaggle.json``), and what ``kaggle auth login`` left. It
passes over what it cannot use without a word, or breaks on it. The files are looked at here only to say what is wrong.
"""

from __future__ import annotations

import os
from pathlib import Path

from kagglebatt.errors import CredentialsError
from kagglebatt.home.files import read_json

WAYS = (
    "Run `kaggle auth login`; or make an API token at kaggle.com/settings/api, and set KAGGLE_API_TOKEN to it, or save "
    "it as ~/.kaggle/access_token. The old way, a kaggle.json with username and key, will do as well."
)

_NEW_TOKEN = "KGAT_"
"""What a token begins with that is no key, and belongs elsewhere than a key."""


def user_folder() -> Path:
    """The home directory as the client takes it, which is no fault where the system knows of none."""
    return Path(os.path.expanduser("~"))


def config_folder() -> Path:
    """The client's configuration folder, with ``kaggle.json``; it need not exist."""
    given = os.environ.get("KAGGLE_CONFIG_DIR")
    own = Path(given) if given else user_folder() / ".kaggle"
    if given or own.exists():
        return own
    return Path(os.environ.get("XDG_CONFIG_HOME") or user_folder() / ".config") / "kaggle"


def check_folder() -> None:
    """See that the client can begin: it makes its folder first, and some files it breaks on.

    Raises:
        CredentialsError: it cannot, and will not at another try.
    """
    folder = config_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if not folder.exists():
            raise CredentialsError(
                f"{folder}: Kaggle's client needs this folder, and it cannot be made ({error.strerror}). Set HOME, or "
                "KAGGLE_CONFIG_DIR, to a folder that can be written."
            ) from error
    broken = [path for path in _token_files() if _text(path) is None]
    if not isinstance(read_json(_text(folder / "kaggle.json") or "") or {}, dict):
        broken.append(folder / "kaggle.json")
    if broken:
        raise CredentialsError(f"{broken[0]}: Kaggle's client cannot read this. Remove it, or mend it. {WAYS}")


def unknown_account() -> str:
    """What to say where Kaggle does not take what the client shows, or the client has nothing to show."""
    found = [*_token_faults(), *_pair_faults()]
    return f"Kaggle does not know who you are{': ' if found else ''}{'; '.join(found)}. {WAYS}"


def _token_files() -> list[Path]:
    """The file that the client takes an access token from, if there is one."""
    given, own = os.environ.get("KAGGLE_API_TOKEN"), user_folder() / ".kaggle"
    paths = [Path(given)] if given else [own / "access_token", own / "access_token.txt"]
    return [path for path in paths if os.path.isfile(path)][:1]


def _token_faults() -> list[str]:
    where = ["KAGGLE_API_TOKEN"] if os.environ.get("KAGGLE_API_TOKEN") else _token_files()
    return [f"the token in {place} is not valid, or no longer" for place in where]


def _pair_faults() -> list[str]:
    pair = {name: os.environ.get(name) for name in ("KAGGLE_USERNAME", "KAGGLE_KEY")}
    path = config_folder() / "kaggle.json"
    if _NEW_TOKEN in (pair["KAGGLE_KEY"] or ""):
        return ["KAGGLE_KEY holds a new token, which belongs into KAGGLE_API_TOKEN"]
    if all(pair.values()):
        return ["KAGGLE_KEY is not the key of KAGGLE_USERNAME, or no longer"]
    if not os.path.isfile(path):
        return [f"{name} is not set" for name, value in pair.items() if not value and any(pair.values())]
    text = _text(path) or ""
    values = read_json(text)
    if _NEW_TOKEN in text:
        return [f"{path} holds a new token, which belongs into ~/.kaggle/access_token, alone"]
    if not isinstance(values, dict):
        return [f"{path} is no JSON object"]
    missing = [name for name in ("username", "key") if not values.get(name)]
    return [f"{path} has no {' and no '.join(missing)}" if missing else f"the key in {path} is not valid, or no longer"]


def _text(path: Path) -> str | None:
    """What a file holds: "" when it is not there, None when it is no text or cannot be read."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError):
        return None
