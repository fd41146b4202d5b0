"""Reading solver_md5/ and differ_md5/ back: files from anyone, so programs as data and nothing else."""

from __future__ import annotations

from pathlib import Path

from kagglebatt.errors import HomeError, ProgramError
from kagglebatt.programs.batt import Hand, deal
from kagglebatt.programs.library import read_library
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, md5
from kagglebatt.programs.text import read_text


def read_exported(folder: Path) -> Hand:
    """The programs of an export, dealt as one hand; the shipped differs judge when there are none.

    Raises:
        HomeError: there is no program, or a file is a link, or no file.
        ProgramError: a file is no program, or not the one that its name says.
    """
    solvers = _read(folder / "solver_md5", differ=False)
    differs = _read(folder / "differ_md5", differ=True)
    if not solvers:
        raise HomeError(f"{folder}: has no solver_md5/*.py. Give the folder that `kagglebatt archive export` wrote.")
    if not differs:
        differs = [(named.name, named.program) for named in read_library() if named.kind == "differ"]
    return Hand(deal([([name], program) for name, program in solvers]), deal([([n], p) for n, p in differs]))


def _read(folder: Path, differ: bool) -> list[tuple[str, Program]]:
    found = []
    for path in sorted(folder.glob("*.py")):
        if path.is_symlink() or folder.is_symlink():
            raise HomeError(f"{path}: is a link. Put the file itself there.")
        if not path.is_file():
            raise HomeError(f"{path}: is no file. Move it away.")
        text = read_text(path)
        if md5(text) != path.stem:
            raise ProgramError(str(path), 0, "is not what its name says: the md5 of the text is another.")
        found.append((path.stem, parse_program(text, str(path), differ)))
    return found
