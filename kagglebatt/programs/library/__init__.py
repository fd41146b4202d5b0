"""The shipped library: solvers and differs as program text, read by the same grammar as anybody's."""

from __future__ import annotations

from importlib.resources import files

from kagglebatt.programs.parse import NamedProgram, parse_file

FILES = ("solvers.py", "differs.py")


def read_library() -> tuple[NamedProgram, ...]:
    """The shipped solvers, named by their ARC-AGI-1 training task, and the shipped differs."""
    folder = files(__name__)
    return tuple(named for name in FILES for named in parse_file((folder / name).read_text("utf-8"), name, strict=True))
