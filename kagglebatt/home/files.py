"""Files of a home: written so that no reader ever sees half of one, read without trusting what is in them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kagglebatt.errors import OutputError
from kagglebatt.home.handles import blocks


def write_aside(path: Path, text: str) -> None:
    """Write a file under another name, flush it to the disk, and rename it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.unlink(missing_ok=True)  # left by a process of the same number, or a link that somebody put there
        with aside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def named(place: Path) -> Path:
    """Where to write a file that the user named: what a link leads to, so that the link stays one.

    Raises:
        OutputError: a device or a pipe is there. Whoever may would put a file in the place of it, for everybody.
    """
    real = Path(os.path.realpath(place))
    if real.exists() and not (real.is_file() or real.is_dir()):
        raise OutputError(f"{place}: is no regular file, and would be replaced by one. Give another place.")
    return real


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the system says against writing into a message for whoever named the place.

    Raises:
        OutputError: the place cannot be written to.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{place}: cannot be written ({error.strerror}). Give another place.") from error


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()


def read_json(text: str) -> Any:
    """The value of a JSON text, None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
