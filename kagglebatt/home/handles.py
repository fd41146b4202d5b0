"""Reading files that SQLite may have open in this process.

Locks on a file belong to a process, and closing any handle on the file gives up all of them, also those of SQLite's
connections. Another process that then closes the database takes itself for the last one, and removes the write-ahead
log under whoever still writes. So every file of a home is read from here: a handle on a file that a connection has
open is kept, used again, and closed after the last connection.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

Inode = tuple[int, int]
"""Device and number: what a file is, whatever its name."""

_BLOCK_BYTES = 1 << 20

_lock = Lock()
_connections: Counter[Inode] = Counter()
_readers: Counter[Inode] = Counter()
_handles: dict[Inode, list[int]] = {}


def blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a part at a time.

    Raises:
        OSError: it cannot be read.
    """
    inode, handle = _borrow(path)
    try:
        offset = 0
        while block := os.pread(handle, _BLOCK_BYTES, offset):
            yield block
            offset += len(block)
    finally:
        _give_back(inode)


def read_bytes(path: Path) -> bytes:
    """All of a file; OSError when it cannot be read."""
    return b"".join(blocks(path))


def connected(path: Path) -> Inode:
    """Note that a connection to a file was opened; returns what ``disconnected`` takes."""
    with _lock:
        inode = _inode(os.stat(path))
        _connections[inode] += 1
        return inode


def disconnected(inode: Inode) -> None:
    """Note that a connection was closed."""
    with _lock:
        _connections[inode] -= 1
        _close_idle(inode)


def _borrow(path: Path) -> tuple[Inode, int]:
    with _lock:
        inode = _inode(os.stat(path))
        if inode not in _handles:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            inode = _inode(os.fstat(handle))  # another file may have come under the name
            _handles.setdefault(inode, []).append(handle)
        _readers[inode] += 1
        return inode, _handles[inode][0]


def _give_back(inode: Inode) -> None:
    with _lock:
        _readers[inode] -= 1
        _close_idle(inode)


def _close_idle(inode: Inode) -> None:
    if not _connections[inode] and not _readers[inode]:
        for handle in _handles.pop(inode, ()):
            os.close(handle)
        del _connections[inode], _readers[inode]


def _inode(found: os.stat_result) -> Inode:
    return found.st_dev, found.st_ino
