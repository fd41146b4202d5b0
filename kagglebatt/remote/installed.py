"""Which of the installed clients of Kaggle's is used, and of what version it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from kagglebatt.errors import CredentialsError

NEEDED = (2, 2, 4)
_INSTALL = "python -m pip install --upgrade kaggle (2.2.4 or newer, for Python 3.11 on)."
_SECONDS = 60.0


def found_client() -> tuple[str, tuple[int, ...]]:
    """The command and its version: the one beside the running interpreter, else the first on the PATH.

    Raises:
        CredentialsError: there is none, it is too old, or it does not say its version.
    """
    beside = Path(sys.executable).with_name("kaggle")
    command = str(beside) if beside.exists() else shutil.which("kaggle")
    if command is None:
        raise CredentialsError(f"Kaggle's client is not installed: {_INSTALL}")
    text = _version(command, beside)
    version = tuple(int(part) for part in text.split("."))
    if version < NEEDED:
        which = "says nothing of its version" if text == "0" else f"is version {text} of Kaggle's client, too old"
        raise CredentialsError(f"{command}: {which}. Update it: {_INSTALL}")
    return command, version


def _version(command: str, beside: Path) -> str:
    """The digits of a client's version; of the one beside the interpreter without running it, which takes a second."""
    if command == str(beside) and beside.resolve().is_relative_to(Path(sys.prefix).resolve()):
        try:
            return _digits(f"Kaggle CLI {metadata.version('kaggle')}")
        except metadata.PackageNotFoundError:  # it is another program of that name
            pass
    try:
        done = subprocess.run(
            [command, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "0"
    return _digits(done.stdout.decode("utf-8", "replace"))


def _digits(said: str) -> str:
    found = re.search(r"Kaggle (?:CLI|API) (\d+(?:\.\d+)*)", said)
    return found[1] if found else "0"
