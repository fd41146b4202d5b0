"""What may have become of a home on its way into a kernel."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from kagglebatt.home import archive_layout, entries, index


def emptied(home: Path) -> None:
    for path in home.iterdir():
        path.unlink()


def of_a_newer_format(home: Path) -> None:
    with sqlite3.connect(home / archive_layout.FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    (home / index.FILE_NAME).unlink()


def with_a_cut_cache(home: Path) -> None:
    os.truncate(home / entries.FILE_NAME, 5_000)


def with_a_cut_archive(home: Path) -> None:
    os.truncate(home / archive_layout.FILE_NAME, 5_000)
