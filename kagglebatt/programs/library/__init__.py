"""The shipped library: solvers and differs as program text, read by the same grammar as anybody's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from kagglebatt.notify import Notify
from kagglebatt.programs.parse import NamedProgram, parse_file
from kagglebatt.programs.read_file import read_programs

FILES = ("solvers.py", "differs.py")


def read_library() -> tuple[NamedProgram, ...]:
    """The shipped solvers, named by their ARC-AGI-1 training task, and the shipped differs."""
    folder = files(__name__)
    return tuple(named for name in FILES for named in parse_file((folder / name).read_text("utf-8"), name, strict=True))


def read_to_deal(place: Path | None, strict: bool, notify: Notify) -> tuple[NamedProgram, ...]:
    """The programs of a file or folder, or the shipped ones when it is None.

    Args:
        strict: refuse all of it when anything must be left out.
        notify: told what was left out.

    Raises:
        ProgramError: as ``read_programs`` does.
    """
    if place is None:
        return read_library()
    reading = read_programs(place, strict)
    reading.tell(notify)
    return reading
