"""One connection to an SQLite file: it waits for other programs, says so, and keeps the rule of ``handles``."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home import handles
from kagglebatt.notify import Notify, notify_nobody

Answer = TypeVar("Answer")

OPENING_SECONDS = 3.5
"""How long opening waits for a program that has locked the file: nothing is at stake yet."""
WORKING_SECONDS = 60.0
"""How long everything else waits: what would be filed or remembered was paid for."""
_QUIET_SECONDS = 1.5
"""How long nobody is told that something waits."""
_PAUSE_SECONDS = 0.02
_LOCKED_CODES = (5, 6, 15)
"""SQLITE_BUSY, SQLITE_LOCKED and SQLITE_PROTOCOL."""
_NO_ROOM_CODES = (10, 13)
"""SQLITE_IOERR and SQLITE_FULL."""
_LONGEST_PATH = 512
"""Bytes that SQLite takes for a path, with the ending of a journal; the same on all systems that we know."""


class Connection(sqlite3.Connection):
    """A connection made by ``connect``; the caller begins and commits transactions.

    Attributes:
        path: of the file, absolute.
        notify: is told when another program has the file locked.
        patience: seconds that a statement waits for another program.
    """

    path: str
    notify: Notify = staticmethod(notify_nobody)
    patience = OPENING_SECONDS
    _inode: handles.Inode | None = None

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """As ``sqlite3`` does, and patiently: all waiting for locks is done in here."""
        return self._patiently(lambda: super(Connection, self).execute(sql, parameters))

    def fold(self) -> None:
        """Bring everything committed into the one file; what a long reader keeps from that stays in the log."""
        began = monotonic()
        while self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and monotonic() - began < OPENING_SECONDS:
            sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Close it; the log is folded when it was the last one."""
        super().close()
        if self._inode is not None:
            handles.disconnected(self._inode)
            self._inode = None

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        began = told = monotonic()
        while True:
            try:
                return ask()
            except sqlite3.OperationalError as error:
                now = monotonic()
                if not is_locked(error) or now - began >= self.patience:
                    raise
                if now - told >= _QUIET_SECONDS:
                    told = now
                    self.notify(f"{self.path}: another program has it locked; waiting, {now - began:.0f} s so far.")
                sleep(_PAUSE_SECONDS)


def connect(path: Path) -> Connection:
    """Open a file, making it where there is none.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    # Absolute, since some builds of SQLite take a name that begins with "file:" for an address.
    name = os.path.abspath(path)
    connection = sqlite3.connect(
        name, check_same_thread=False, timeout=_QUIET_SECONDS / 3, isolation_level=None, factory=Connection
    )
    connection.path = name
    connection._inode = handles.connected(path)
    return connection


def fault(path: Path, error: Exception, remedy: str, damage_remedy: str = "") -> HomeError:
    """What SQLite says, as a message that says what to do.

    Args:
        remedy: what to do when the file cannot be used.
        damage_remedy: what to do when it is damaged, where that is something else.
    """
    if is_damage(error):
        return DamagedError(f"{path}: is damaged ({error}). {damage_remedy or remedy}")
    if is_locked(error):
        return HomeError(f"{path}: another program has it locked. Close it there, then run the same command again.")
    length = len(os.fsencode(os.path.realpath(path)))
    if length + len("-journal") > _LONGEST_PATH and "unable to open" in str(error):
        return HomeError(f"{path}: its path is too long, {length} bytes. Give a shorter --home.")
    if _is_no_room(error):
        remedy = "There may be no room left on its disk. Free some space, or give another --home; what was saved stays."
    return HomeError(f"{path}: cannot be used ({error}). {remedy}")


def _is_no_room(error: Exception) -> bool:
    """Whether SQLite could not write, as on a full disk; what it maps or makes longer it then calls an I/O error."""
    return _is_of(error, _NO_ROOM_CODES, ("database or disk is full", "disk I/O error"))


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is torn or no database.

    It keeps the plain class for just that; and quotes torn names that Python then cannot decode.
    """
    return type(error) is sqlite3.DatabaseError or isinstance(error, UnicodeDecodeError)


def is_locked(error: Exception) -> bool:
    """Whether another connection has what is needed locked."""
    return _is_of(error, _LOCKED_CODES, ("database is locked", "database table is locked", "locking protocol"))


def _is_of(error: Exception, codes: tuple[int, ...], wordings: tuple[str, ...]) -> bool:
    code = getattr(error, "sqlite_errorcode", None)  # Python 3.10 has only the wording, which is SQLite's own
    return str(error) in wordings if code is None else code & 0xFF in codes
