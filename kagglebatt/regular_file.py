"""Reading a file that somebody else may have put there: a regular file, and not more of it than expected."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class NotReadableError(Exception):
    """A file cannot be read as what it should be; its text says why, as the end of a sentence about the file."""


def read_regular(path: Path, most: int) -> bytes:
    """The content of a regular file, or of one that a link leads to.

    A pipe would be waited for without end, and a device has none.

    Args:
        most: bytes; a longer file is refused before it is read.

    Raises:
        NotReadableError: it is not there, not regular, too long, or not readable.
    """
    try:
        found = path.stat()  # before it is opened: to open a pipe is to wait for its writer
        if stat.S_ISDIR(found.st_mode):
            raise NotReadableError("is a folder. Give a file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise NotReadableError("is no regular file. Move it away, or give another.")
        with path.open("rb") as file:
            size = max(found.st_size, os.fstat(file.fileno()).st_size)
            content = file.read(most + 1) if size <= most else b""
    except (OSError, ValueError) as error:  # a null byte in a path is the latter
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NotReadableError(f"cannot be read ({reason}). Check the path.") from error
    if max(size, len(content)) > most:
        raise NotReadableError(f"has {max(size, len(content)):,} bytes, more than the {most:,} such a file may have.")
    return content
