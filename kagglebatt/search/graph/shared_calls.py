"""Many moves on one value: calls that are equal in several of them are made once.

Moves that are mined from known programs are parts of each other, and many written ones begin alike. What calls give is
kept as long as moves are applied to one node without another between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.programs.program import INPUTS, Program, Ref


@dataclass(frozen=True, slots=True)
class NumberedCalls:
    """A program in calls that are numbered alike in all programs: each with its operation's and arguments' numbers."""

    calls: tuple[tuple[int, int, tuple[int, ...]], ...]
    numbers: frozenset[int]


class FailedError(Exception):
    """A call failed before, in another move."""


_MISSING = object()


class SharedCalls:
    """Numbers calls and names of many programs."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {name: number for number, name in enumerate(INPUTS)}
        self._blank: list[Any] = [None] * len(INPUTS)

    def calls(self, program: Program) -> NumberedCalls:
        """A program's calls; those it has in common with earlier programs have their numbers."""
        own: list[int] = []
        calls = []
        for step, address in zip(program.steps, program.addresses, strict=True):
            operation, *arguments = [own[ref] if isinstance(ref, int) else self._named(ref) for ref in step.refs]
            own.append(self._numbered(address + ".", _MISSING))
            calls.append((own[-1], operation, tuple(arguments)))
        return NumberedCalls(tuple(calls), frozenset(own))

    def _named(self, ref: Ref) -> int:
        name = str(ref)
        if name in self._numbers:
            return self._numbers[name]
        return self._numbered(name, CONSTANTS[name] if name in CONSTANTS else PRIMITIVES[name].fn)

    def _numbered(self, name: str, meaning: Any) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._blank)
            self._blank.append(meaning)
        return self._numbers[name]

    def values(self, grid: Any, pairs: Any) -> CallValues:
        """A value that moves are applied to, with what a program may see as ``S``."""
        values = self._blank.copy()
        values[self._numbers["I"]], values[self._numbers["S"]] = grid, pairs
        return CallValues(values)


class CallValues:
    """What calls have given so far, for one value."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._failed: set[int] = set()

    def run(self, calls: NumberedCalls) -> Any:
        """What a program gives.

        Raises:
            FailedError: one of its calls failed before.
            Exception: whatever its calls raise.
        """
        if self._failed and not self._failed.isdisjoint(calls.numbers):
            raise FailedError
        values = self._values
        number = -1
        try:
            for number, operation, arguments in calls.calls:
                if values[number] is _MISSING:
                    values[number] = values[operation](*[values[argument] for argument in arguments])
        except BaseException:
            self._failed.add(number)
            raise
        return values[number]
