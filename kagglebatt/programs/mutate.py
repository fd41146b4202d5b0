"""One changed program, possibly borrowing steps from donors.

Every operator comes down to one value, a ``Mutation``: "where the call with this address stands, put this
program". That is why a mutation can also be *spread*: applied to every program that shares the mutated step.
All choices are typed by the registry's signatures and drawn from the ``random.Random`` that is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from types import MappingProxyType

from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.dsl.types import accepts
from kagglebatt.programs.program import INPUTS, Program, Ref, Step, addresses, extract, type_of

MAX_STEPS = 200
"""A mutation that would grow a program beyond this many steps is not made."""

_TRIES = 20


@dataclass(frozen=True)
class Mutation:
    """Put ``replacement`` where the call with address ``target`` stands.

    Attributes:
        operator: name of the operator that proposed it.
    """

    operator: str
    target: str
    replacement: Program


Proposal = Callable[[Program, Sequence[Program], Random, bool], Mutation | None]
"""Of a canonical program, donors, chance, and whether to keep the input ``C`` out: a mutation, if there is one."""


def apply_mutation(program: Program, mutation: Mutation) -> Program | None:
    """The changed canonical program, or None when it has no such call, grows too long, or stays the same."""
    canonical = program.canonical
    if mutation.target not in canonical.addresses:
        return None
    place = canonical.addresses.index(mutation.target)
    offset = len(mutation.replacement)
    places = [index + offset for index in range(len(canonical))]
    places[place] = offset - 1
    steps = mutation.replacement.steps + tuple(step.moved(places) for step in canonical.steps)
    changed = extract(steps, addresses(steps), places[-1])
    return None if len(changed) > MAX_STEPS or changed == canonical else changed


def mutate(program: Program, donors: Sequence[Program], rng: Random, solver: bool = True) -> Mutation | None:
    """Propose one typed mutation of ``program`` that changes it, or None when twenty tries found none.

    Args:
        donors: programs of the same deal, whose steps may be borrowed.
        solver: keep the input ``C`` out, which only differs may read.
    """
    canonical = program.canonical
    for _ in range(_TRIES):
        mutation = rng.choice(_OPERATORS)(canonical, donors, rng, solver)
        if mutation is None or (solver and "C" in mutation.replacement.names):
            continue
        if apply_mutation(canonical, mutation) is not None:
            return mutation
    return None


def _changed(program: Program, place: int, step: Step, operator: str) -> Mutation:
    steps = (*program.steps[:place], step)
    return Mutation(operator, program.addresses[place], extract(steps, addresses(steps), place))


def _with_ref(step: Step, position: int, ref: Ref) -> Step:
    refs = list(step.refs)
    refs[position] = ref
    return Step(refs[0], tuple(refs[1:]))


def _wanted(step: Step, position: int) -> str:
    """The type that ``step`` asks for at argument ``position``, counted from 1."""
    return PRIMITIVES[step.operation].parameters[position - 1] if isinstance(step.operation, str) else "Any"


def _pick(rng: Random, options: Sequence[Ref]) -> Ref | None:
    return rng.choice(options) if options else None


def _argument(program: Program, _donors: Sequence[Program], rng: Random, solver: bool) -> Mutation | None:
    """Another earlier step, input or constant, or primitive of the same shape, as one argument."""
    place = rng.randrange(len(program))
    step = program.steps[place]
    position = rng.randrange(1, len(step.refs))
    old, wanted = step.refs[position], _wanted(step, position)
    if isinstance(old, str) and old in PRIMITIVES:
        options: list[Ref] = [*_alike(old)]
    else:
        earlier: list[Ref] = [*range(place), *(INPUTS[:2] if solver else INPUTS)]
        options = [ref for ref in earlier if accepts(wanted, type_of(ref, program.steps))]
        options += [name for name in CONSTANTS if accepts(wanted, type_of_constant(name))]
    new = _pick(rng, [ref for ref in options if ref != old])
    return None if new is None else _changed(program, place, _with_ref(step, position, new), "argument")


def _constant(program: Program, _donors: Sequence[Program], rng: Random, _solver: bool) -> Mutation | None:
    """Another constant of the same type."""
    spots = [
        (place, position)
        for place, step in enumerate(program.steps)
        for position, ref in enumerate(step.refs)
        if isinstance(ref, str) and ref in CONSTANTS
    ]
    if not spots:
        return None
    place, position = rng.choice(spots)
    old = program.steps[place].refs[position]
    same = [name for name in CONSTANTS if name != old and type_of_constant(name) == type_of_constant(str(old))]
    return _changed(program, place, _with_ref(program.steps[place], position, rng.choice(same)), "constant")


def _primitive(program: Program, _donors: Sequence[Program], rng: Random, _solver: bool) -> Mutation | None:
    """Another primitive with a fitting signature in place of the one that is called."""
    place = rng.randrange(len(program))
    step = program.steps[place]
    new = _pick(rng, _alike(step.operation)) if isinstance(step.operation, str) else None
    return None if new is None else _changed(program, place, _with_ref(step, 0, new), "primitive")


@lru_cache(maxsize=len(PRIMITIVES))
def _alike(name: str) -> tuple[str, ...]:
    """Primitives of the same arity whose parameters and result fit where ``name`` fits."""
    mine = PRIMITIVES[name]
    return tuple(
        other.name
        for other in PRIMITIVES.values()
        if other.name != name
        and other.arity == mine.arity
        and accepts(mine.result, other.result)
        and all(accepts(theirs, ours) for theirs, ours in zip(other.parameters, mine.parameters, strict=True))
    )


def _borrow(program: Program, donors: Sequence[Program], rng: Random, _solver: bool) -> Mutation | None:
    """A donor's step, with all that it needs, in place of one of ours of a fitting type."""
    if not donors:
        return None
    donor = rng.choice(donors).canonical
    source = rng.randrange(len(donor))
    kind = type_of(source, donor.steps)
    fitting = [place for place in range(len(program)) if accepts(type_of(place, program.steps), kind)]
    place = _pick(rng, fitting)
    if place is None:
        return None
    graft = extract(donor.steps, donor.addresses, source)
    return Mutation("borrow", program.addresses[int(place)], graft)


# Spreading a mutation is not among them: `card` does that, which sees all programs of a deal.
BLIND: Mapping[str, Proposal] = MappingProxyType(
    {"argument": _argument, "constant": _constant, "primitive": _primitive, "borrow": _borrow}
)
"""The operators by name."""
_OPERATORS = tuple(BLIND.values())
