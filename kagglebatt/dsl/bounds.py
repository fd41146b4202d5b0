"""How big a value may get, checked before it is built.

The limits are far above anything a task needs (grids have at most 30 x 30 cells) and low enough that a value
within them takes well under a gigabyte.
"""

from __future__ import annotations

from kagglebatt.errors import TooLargeError

MAX_MEMBERS = 1_000_000
"""Most members of one container, and most cells of one grid."""
MAX_INT = 2**63
"""Numbers stay strictly between -MAX_INT and MAX_INT."""

_most = MAX_MEMBERS


def limited(members: int) -> int:
    """From now on allow containers of so many members, at most ``MAX_MEMBERS``; gives what was allowed before."""
    global _most
    before, _most = _most, min(members, MAX_MEMBERS)
    return before


def most_members() -> int:
    """Most members of one container now."""
    return _most


def allow(members: int) -> None:
    """Raise ``TooLargeError`` when a value of so many members must not be built."""
    if members > _most:
        raise TooLargeError(f"{members} members")


def allow_int(value: int) -> int:
    """The number itself, or ``TooLargeError`` when it is out of range."""
    if -MAX_INT < value < MAX_INT:
        return value
    raise TooLargeError("number out of range")
