"""From a file to statements: bounds that hold before a parser spends time and memory, and what a fault costs.

A piece that is not Python costs itself alone: the text is taken apart at its definitions, and each is parsed by itself.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from kagglebatt.errors import ProgramError
from kagglebatt.reading import LeftOut
from kagglebatt.regular_file import NotReadableError, read_regular

MAX_TEXT_BYTES = 4_000_000
"""Longer text is refused unread; 400 solvers take about 0.25 MB."""
MAX_LINES = 100_000
"""So is text of more statements, whatever ends them: a line end of any kind, or a semicolon."""
MAX_COMMAS = 200_000
"""And text with more commas, which would be minutes of parsing."""
MAX_MARKS = 80_000
"""And text with more marks that nest expressions: 150,000 dots in a row end a Python 3.10 process."""
MAX_WORDS = 500_000
"""And text with more words and numbers, each of which becomes a node of some hundred bytes."""

_NESTING_MARKS = ".([+-*/%@<>&|^"
_LINE_END = re.compile("\r\n|[\n\r\f;]")
_WORD = re.compile(r"\w+|[\"']+")
_DEFINITION = re.compile(r"(?:async +)?def\b|class\b|@")


def read_text(path: Path) -> str:
    """The text of a program file.

    Raises:
        ProgramError: no regular file, unreadable, over ``MAX_TEXT_BYTES``, or not UTF-8.
    """
    try:
        return read_regular(path, MAX_TEXT_BYTES).decode("utf-8-sig")
    except NotReadableError as error:
        raise ProgramError(str(path), 0, str(error)) from error
    except UnicodeDecodeError as error:
        raise ProgramError(
            str(path), 0, f"is not text in UTF-8 (byte {error.start}). It is no program file."
        ) from error


def parse_module(text: str, source: str) -> list[ast.stmt]:
    """The statements of ``text``.

    Raises:
        ProgramError: too long, too intricate, or not Python syntax.
    """
    refuse_noise(text, source)
    return _parse(text, source, 0)


def parse_pieces(text: str, source: str) -> tuple[list[ast.stmt], list[LeftOut]]:
    """The statements of ``text``, and its definitions that are not Python syntax.

    Raises:
        ProgramError: too long or too intricate.
    """
    refuse_noise(text, source)
    try:
        return _parse(text, source, 0), []
    except ProgramError:
        statements: list[ast.stmt] = []
        faults = []
        for start, piece in _definitions(text):
            try:
                statements += _parse(piece, source, start)
            except ProgramError as error:
                faults.append(LeftOut(source, error.line, error.problem))
        return statements, faults


def _definitions(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of the text that begin with a definition, with the number of lines before each."""
    lines = re.split("(?<=\n)", text.replace("\r\n", "\n").replace("\r", "\n"))
    start = 0
    for place, line in enumerate(lines):
        decorated = place > 0 and lines[place - 1].startswith("@")
        if _DEFINITION.match(line) and place > start and not decorated:
            yield start, "".join(lines[start:place])
            start = place
    yield start, "".join(lines[start:])


def _parse(text: str, source: str, start: int) -> list[ast.stmt]:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1 + start
        raise ProgramError(source, line, "holds a null byte. It is no program.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of strange strings: one message is enough
            module = ast.parse(text)
    except SyntaxError as error:
        problem = error.msg.partition(":" if "limit (" in error.msg else ";")[0]
        line = (error.lineno or 0) + start
        raise ProgramError(source, line, f"is not a program: {problem}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProgramError(source, start, f"is not a program: {str(error) or 'nested too deeply'}.") from error
    if start:
        ast.increment_lineno(module, start)
    return module.body


def refuse_noise(text: str, source: str) -> None:
    """Refuse text that no program is as long as.

    Raises:
        ProgramError: it is, with what there is too much of.
    """
    counts = {
        "characters": (len(text), MAX_TEXT_BYTES),
        "lines": (_count(_LINE_END, text), MAX_LINES),
        "commas": (text.count(","), MAX_COMMAS),
        "dots, brackets and operators": (sum(map(text.count, _NESTING_MARKS)), MAX_MARKS),
        "words": (_count(_WORD, text), MAX_WORDS),
    }
    for what, (count, most) in counts.items():
        if count > most:
            raise ProgramError(source, 0, f"has {count:,} {what}, more than the {most:,} a program may have.")


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
