"""A bred program, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from kagglebatt.programs.program import Program

GIVEN = "given"
"""The operator of a program of the library or the archive that is probed as it is."""


@dataclass(frozen=True)
class Origin:
    """Where a program came from.

    Attributes:
        operator: ``GIVEN``, the operator that bred it, or what else made it.
        parents: md5 of the bodies of its parents, two at most; none for a given one.
    """

    operator: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offspring:
    """A canonical program with its origin."""

    program: Program
    origin: Origin
