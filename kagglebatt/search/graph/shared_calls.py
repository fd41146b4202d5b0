"""Many moves on one value: calls that are equal in several of them are made once.

Moves that are mined from known programs are parts of each other, and many written ones begin alike. What calls give is
kept as long as moves are applied to one node without another between them, and some move that is still to come makes
the same call: what all moves call on one large grid would be hundreds of megabytes. What would be more than a bound
is made again instead: a few sets of sets may take as much.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.programs.program import INPUTS, Program, Ref


@dataclass(frozen=True, slots=True)
class NumberedCalls:
    """A program in calls that are numbered alike in all programs.

    Attributes:
        calls: each with its operation's and arguments' numbers.
        numbers: of the calls.
        last: those of the calls that no later program makes.
    """

    calls: tuple[tuple[int, int, tuple[int, ...]], ...]
    numbers: frozenset[int]
    last: tuple[int, ...] = ()


class FailedError(Exception):
    """A call failed before, in another move."""


_MISSING = object()
MOST_CELLS = 30_000
"""Cells, or members of sets, of all that is kept of one value: some three megabytes. Hardly any value has a third."""


class SharedCalls:
    """Numbers calls and names of many programs."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {name: number for number, name in enumerate(INPUTS)}
        self._blank: list[Any] = [None] * len(INPUTS)

    def calls(self, programs: Iterable[Program]) -> list[NumberedCalls]:
        """The calls of programs that are to be run in this order on one value; what they share is made once."""
        numbered = [self._calls(program) for program in programs]
        last = {number: place for place, each in enumerate(numbered) for number in each.numbers}
        return [
            replace(each, last=tuple(sorted(number for number in each.numbers if last[number] == place)))
            for place, each in enumerate(numbered)
        ]

    def _calls(self, program: Program) -> NumberedCalls:
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
        self._cells: dict[int, int] = {}
        self._kept = 0

    def run(self, calls: NumberedCalls) -> Any:
        """What a program gives.

        Raises:
            FailedError: one of its calls failed before.
            Exception: whatever its calls raise.
        """
        if self._failed and not self._failed.isdisjoint(calls.numbers):
            raise FailedError
        values = self._values
        made = []
        number = -1
        try:
            for number, operation, arguments in calls.calls:
                if values[number] is _MISSING:
                    values[number] = values[operation](*[values[argument] for argument in arguments])
                    made.append(number)
        except BaseException:
            self._failed.add(number)
            raise
        else:
            return values[number]
        finally:
            self._forget(calls.last, made)

    def _forget(self, last: tuple[int, ...], made: list[int]) -> None:
        """Keep what was made within the bound, but for what no later program calls."""
        for number in last:
            self._values[number] = _MISSING
            self._kept -= self._cells.pop(number, 0)
        for number in made:
            cells = _cells(self._values[number])
            if self._kept + cells > MOST_CELLS:
                self._values[number] = _MISSING
            elif cells:
                self._cells[number] = cells
                self._kept += cells


def _cells(value: Any) -> int:
    """About how many cells a value holds: members of a set, and of sets in a container. Grids count for nothing."""
    if type(value) is frozenset:
        return len(value) + _of_sets(value)
    return _of_sets(value) if type(value) is tuple else 0


def _of_sets(members: Collection[Any]) -> int:
    if not members or type(next(iter(members))) is not frozenset:  # all are, or hardly any
        return 0
    return sum([len(member) for member in members if type(member) is frozenset])
