"""Reading solver_md5/ and differ_md5/ back: files from anyone, so programs as data and nothing else."""

from __future__ import annotations

from pathlib import Path

from kagglebatt.errors import HomeError, ProgramError
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.batt import Hand, deal
from kagglebatt.programs.library import read_library
from kagglebatt.programs.parse import parse_program, refused
from kagglebatt.programs.program import Program, md5
from kagglebatt.programs.text import read_text
from kagglebatt.reading import LeftOut, Reading, checked


def read_exported(folder: str | Path, strict: bool = False, notify: Notify = notify_nobody) -> Hand:
    """The programs of an export, dealt as one hand; the shipped differs judge when there are none.

    A file is the program that its name says when the md5 of its canonical body is that name; line ends, comments and
    a byte order mark do not count. A file that is not, a link, or no program is left out.

    Args:
        strict: refuse all of it when anything must be left out.
        notify: told what was left out.

    Raises:
        HomeError: there is no file.
        ProgramError: no solver is left, or something must be left out and ``strict`` is set.
    """
    folder = Path(folder)
    solvers = _read(folder / "solver_md5", differ=False)
    differs = _read(folder / "differ_md5", differ=True)
    if not solvers and not solvers.left_out:
        raise HomeError(f"{folder}: has no solver_md5/*.py. Give the folder that `kagglebatt archive export` wrote.")
    both = Reading(solvers, (*solvers.left_out, *differs.left_out))
    checked(both, strict, refused, LeftOut(str(folder), 0, "holds no solvers."))
    both.tell(notify)
    judges = differs or tuple((named.name, named.program) for named in read_library() if named.kind == "differ")
    return Hand(deal([([name], program) for name, program in solvers]), deal([([n], p) for n, p in judges]))


def _read(folder: Path, differ: bool) -> Reading[tuple[str, Program]]:
    found, left_out = [], []
    for path in sorted(folder.glob("*.py")):
        try:
            found.append((path.stem, _program(path, differ)))
        except ProgramError as error:
            left_out.append(LeftOut(error.source, error.line, error.problem))
    return Reading(found, left_out)


def _program(path: Path, differ: bool) -> Program:
    if path.is_symlink() or path.parent.is_symlink():
        raise ProgramError(str(path), 0, "is a link. Put the file itself there.")
    program = parse_program(read_text(path), str(path), differ)
    if md5(program.differ_body if differ else program.body) != path.stem:
        raise ProgramError(str(path), 0, "is not what its name says: the md5 of its program's body is another.")
    return program
