"""The stored form of a solver body, with a size bound.

What a batt shares is put back together: the text of one program alone, every call once, in canonical order.
"""

from __future__ import annotations

from kagglebatt.errors import TooLargeError
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program

MAX_BODY_BYTES = 100_000
"""A longer body is not stored; 10,000 characters are some 250 steps."""


def inline(program: Program) -> str:
    """The solver body of a program.

    Raises:
        TooLargeError: it would be longer than ``MAX_BODY_BYTES``.
    """
    body = program.body
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError(f"a body of {len(body)} bytes")
    return body


def read_body(body: str, source: str) -> Program:
    """The program that a stored body stands for.

    Raises:
        ProgramError: the text is not a program, or not in its canonical form.
    """
    return parse_program(body, source).canonical
