"""Stars in place of every secret that Kaggle's client could have used, in all that is printed or kept."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from kagglebatt.home.files import read_json
from kagglebatt.remote.sign_in import user_folder

_NAMES = ("KAGGLE_KEY", "KAGGLE_API_TOKEN", "KAGGLE_TOKEN")
_FILES = ("kaggle.json", "access_token", "access_token.txt", "credentials.json")
_LEAST = 8
_STARS = "***"

_SIGNED = re.compile(
    r"(\bhttps?://[^\s'\"<>?#]+\?)[^\s'\"<>]*(?:sig|token|credential|key|expires)[^\s'\"<>=]*=[^\s'\"<>]*",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@'\"<>]+@")
_HEADER = re.compile(
    r"(\b(?:proxy-)?authorization\b['\"]?\s*[:=]\s*['\"]?)(?:(?:basic|bearer)\s+)?[^\s'\"]+", re.IGNORECASE
)


def without_secrets(text: str) -> str:
    """The text with stars for keys and tokens, for what signs an address, and for a user's password in one."""
    for secret in _secrets():
        text = text.replace(secret, _STARS)
    text = _SIGNED.sub(rf"\1{_STARS}", text)
    text = _PAIR.sub(rf"\1{_STARS}@", text)
    return _HEADER.sub(rf"\1{_STARS}", text)


def _secrets() -> list[str]:
    found = [os.environ.get(name, "") for name in _NAMES]
    user = user_folder()
    folders = [Path(os.environ.get("XDG_CONFIG_HOME") or user / ".config") / "kaggle", user / ".kaggle"]
    folders += [Path(os.environ["KAGGLE_CONFIG_DIR"])] if os.environ.get("KAGGLE_CONFIG_DIR") else []
    users = [os.environ.get("KAGGLE_USERNAME", "")]
    paths = [folder / name for folder in folders for name in _FILES]
    for path in [*paths, *(Path(name) for name in found if "/" in name)]:  # a token's variable may name its file
        try:
            text = path.read_text("utf-8")
        except (OSError, ValueError):
            continue
        values = read_json(text)
        named = values.items() if isinstance(values, dict) else [("token", text.strip())]
        found += [str(value) for name, value in named if "key" in name or "token" in name]
        users += [str(values["username"])] if isinstance(values, dict) and "username" in values else []
    secrets = [secret for secret in found if len(secret) >= _LEAST]
    pairs = [f"{user}:{secret}" for user in users if user for secret in secrets]
    return [*(base64.b64encode(pair.encode()).decode() for pair in pairs), *pairs, *secrets]
