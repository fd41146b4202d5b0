"""Reading programs from a file or a folder of files: what is good is used, what is not is named."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from kagglebatt.errors import ProgramError
from kagglebatt.programs.parse import (
    LONGEST_NAME,
    NamedProgram,
    nothing_in,
    parse_leniently,
    refused,
    with_short_names,
)
from kagglebatt.programs.text import read_text
from kagglebatt.reading import LeftOut, Reading, checked


def read_programs(place: str | Path, strict: bool = False) -> Reading[NamedProgram]:
    """The programs of a file, or of every ``.py`` file of a folder in the order of their names.

    A function that is called just ``solve``, ``verify`` or ``differ`` takes its file's name.

    Args:
        strict: refuse all of it when anything was left out.

    Raises:
        ProgramError: nothing there, nothing in it is a program, or something is not and ``strict`` is set.
    """
    place = Path(place)
    found: dict[tuple[str, str], NamedProgram] = {}
    left_out: list[LeftOut] = []
    ignored: list[str] = []
    for file in sorted(each for each in place.glob("*.py") if not each.is_dir()) if place.is_dir() else [place]:
        try:
            reading = parse_leniently(read_text(file), str(file))
        except ProgramError as error:
            left_out.append(LeftOut(str(file), error.line, error.problem))
            continue
        left_out += reading.left_out
        ignored += reading.ignored
        for named in reading:
            own = replace(named, name=named.name or re.sub(r"[^\w.+-]", "_", file.stem)[:LONGEST_NAME])
            if found.setdefault((own.kind, own.name), own) is not own:
                reason = f"defines {own.kind} {own.name!r}, as an earlier file of the folder does."
                left_out.append(LeftOut(str(file), 0, reason))
    reading = Reading(with_short_names(found.values()), left_out, ignored)
    return checked(reading, strict, refused, nothing_in(str(place)))
