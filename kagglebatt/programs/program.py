"""A straight-line program over the vocabulary: read, print, slice and identify.

Each *step* calls a primitive, or an earlier step's value, on earlier steps, inputs (``I`` the grid, ``S`` all
demo pairs, ``C`` a grid to compare with), constants and primitive names. Text is parsed with ``ast`` against the
vocabulary and never imported or executed. The *address* of a step is a digest over its operation and the
addresses of its arguments: equal addresses mean equal results, however the program was written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import PRIMITIVES

INPUTS = ("S", "I", "C")

Ref = int | str
"""An earlier step by its position, or an input, constant or primitive by its name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call: ``operation`` (a primitive's name, or an earlier step whose value is called) on ``arguments``."""

    operation: Ref
    arguments: tuple[Ref, ...]

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The operation and the arguments."""
        return (self.operation, *self.arguments)

    @property
    def result_type(self) -> str:
        """The type name of the value, ``Any`` when an earlier step's value is called."""
        return PRIMITIVES[self.operation].result if isinstance(self.operation, str) else "Any"

    def moved(self, places: Sequence[int] | dict[int, int]) -> Step:
        """The same call with every step it refers to looked up in ``places``."""
        operation, *arguments = (places[ref] if isinstance(ref, int) else ref for ref in self.refs)
        return Step(operation, tuple(arguments))


@dataclass(frozen=True)
class Program:
    """Steps in an order in which each refers to earlier ones only; the last one is the output.

    Build one with ``parse.parse_program``; the constructor trusts its caller.
    """

    steps: tuple[Step, ...]

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The address of every step, 32 hex digits each, computed bottom-up in linear time."""
        return addresses(self.steps)

    @property
    def address(self) -> str:
        """The address of the output."""
        return self.addresses[-1]

    @property
    def canonical(self) -> Program:
        """The one form of this program: what its output needs, each call once, in a fixed order.

        The order is that of a walk from the output, operation and arguments from left to right, each call after
        what it needs. Two programs with the same address have the same canonical form.
        """
        return self if "in_order" in self.__dict__ else self._extracted

    @cached_property
    def _extracted(self) -> Program:
        return extract(self.steps, self.addresses, len(self.steps) - 1)

    @property
    def body(self) -> str:
        """The solver body: the canonical form's text, the same for every program with this address."""
        return self.canonical.text("solve")

    @property
    def differ_body(self) -> str:
        """The canonical form's text as a differ."""
        return self.canonical.text("differ")

    @property
    def names(self) -> frozenset[str]:
        """Every input, constant and primitive mentioned."""
        return frozenset(ref for step in self.steps for ref in step.refs if isinstance(ref, str))

    def text(self, name: str = "solve", inputs: str = "S, I, C") -> str:
        """The program as a function definition, variables numbered ``x1..xn, O``."""
        last = len(self.steps) - 1
        lines = [f"def {name}({inputs}):"]
        lines += [f"    {_variable(place, last)} = {_call(step, last)}" for place, step in enumerate(self.steps)]
        lines.append("    return O")
        return "\n".join(lines) + "\n"

    def __len__(self) -> int:
        return len(self.steps)


def addresses(steps: Iterable[Step]) -> tuple[str, ...]:
    """The address of every step: a digest over its operation and its arguments' addresses."""
    found: list[str] = []
    for step in steps:
        parts = [found[ref] if isinstance(ref, int) else ref + "." for ref in step.refs]
        found.append(hashlib.blake2b(",".join(parts).encode(), digest_size=16).hexdigest())
    return tuple(found)


def extract(steps: Sequence[Step], step_addresses: Sequence[str], output: int) -> Program:
    """The canonical program whose output is step ``output`` of ``steps``."""
    places: dict[str, int] = {}
    kept: list[Step] = []
    waiting: list[tuple[int, bool]] = [(output, False)]
    while waiting:
        place, ready = waiting.pop()
        if step_addresses[place] in places:
            continue
        step = steps[place]
        if ready:
            places[step_addresses[place]] = len(kept)
            kept.append(step.moved({ref: places[step_addresses[ref]] for ref in step.refs if isinstance(ref, int)}))
        else:
            waiting.append((place, True))
            waiting += [(ref, False) for ref in reversed(step.refs) if isinstance(ref, int)]
    program = Program(tuple(kept))
    # What is canonical need not be walked and hashed again to be told so; it holds no reference to itself, for nothing
    # frees what is in a cycle while the search for cycles is off.
    program.__dict__.update(addresses=tuple(places), in_order=True)
    return program


def type_of(ref: Ref, steps: Sequence[Step]) -> str:
    """The type name of what ``ref`` refers to, as far as names and signatures tell."""
    if isinstance(ref, int):
        return steps[ref].result_type
    if ref in CONSTANTS:
        return type_of_constant(ref)
    return {"S": "Tuple", "I": "Grid", "C": "Grid"}.get(ref, "Fn")


def _variable(place: int, last: int) -> str:
    return "O" if place == last else f"x{place + 1}"


def _call(step: Step, last: int) -> str:
    operation, *arguments = (_variable(ref, last) if isinstance(ref, int) else ref for ref in step.refs)
    return f"{operation}({', '.join(arguments)})"


def md5(body: str) -> str:
    """The id of a solver or differ and its file name: the md5 of its body, 32 hex digits."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
