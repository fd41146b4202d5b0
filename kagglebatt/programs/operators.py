"""How offspring are made: each operator turns a program, and others beside it, into a new one.

An operator is a function of values: ``(program, others, constants, rng)``, with ``others`` to borrow from, the
constants of the task that it is bred for, and all chance from ``rng``. It gives a canonical program that is not the one
it was given, or None where it has no way to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random
from types import MappingProxyType

from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import PRIMITIVES, Primitive
from kagglebatt.dsl.types import accepts
from kagglebatt.programs.moves import any_move, chain
from kagglebatt.programs.mutate import BLIND, MAX_STEPS, Proposal, apply_mutation
from kagglebatt.programs.program import Program, Ref, Step, addresses, extract, type_of
from kagglebatt.programs.task_constants import TaskConstants

_GRIDS = frozenset(("Grid", "Piece", "Element"))

Operator = Callable[[Program, Sequence[Program], TaskConstants, Random], Program | None]


def _blind(propose: Proposal) -> Operator:
    """An operator of ``mutate``, which knows of no task."""

    def operator(program: Program, others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
        mutation = propose(program.canonical, others, rng, True)
        if mutation is None or "C" in mutation.replacement.names:
            return None
        return apply_mutation(program, mutation)

    return operator


def _new(program: Program, made: Program) -> Program | None:
    return None if len(made) > MAX_STEPS or made == program.canonical else made


def _compose(program: Program, others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
    """Another program on what this one gives, or this one on what the other gives."""
    if not others:
        return None
    other = rng.choice(others)
    made = chain(program, other) if rng.random() < 0.5 else chain(other, program)
    return _new(program, made)


def _tail(program: Program, others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
    """The end of another program, from a grid to its output, on what this one gives."""
    tail = any_move(rng.choice(others), rng, to_output=True) if others else None
    return None if tail is None else _new(program, chain(program, tail))


def _part(program: Program, _others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
    """What it does from one of its grids to another."""
    return any_move(program, rng)


def _insert(program: Program, _others: Sequence[Program], constants: TaskConstants, rng: Random) -> Program | None:
    """One more primitive between a value and what uses it."""
    canonical = program.canonical
    steps = canonical.steps
    place = rng.randrange(-1, len(steps))
    value: Ref = place if place >= 0 else "I"
    kind = "Grid" if place in (-1, len(steps) - 1) else type_of(value, steps)
    chosen = rng.choice(_giving(kind))
    spots = [number for number, wanted in enumerate(chosen.parameters) if accepts(wanted, kind)]
    if not spots:
        return None
    spot = rng.choice(spots)
    arguments: list[Ref] = []
    for number, wanted in enumerate(chosen.parameters):
        options = [value] if number == spot else _values(wanted, steps[: max(place, 0)], constants)
        if not options:
            return None
        arguments.append(rng.choice(options))
    inserted = Step(chosen.name, tuple(arguments))
    at = place + 1
    made = [*steps[:at], inserted]
    for step in steps[at:]:
        refs = [at if ref == value else ref + (ref >= at) if isinstance(ref, int) else ref for ref in step.refs]
        made.append(Step(refs[0], tuple(refs[1:])))
    return _new(program, _whole(made))


@lru_cache(maxsize=64)
def _giving(kind: str) -> tuple[Primitive, ...]:
    """The primitives that may give a value of a type."""
    return tuple(each for each in PRIMITIVES.values() if _gives(each.result, kind))


def _gives(result: str, kind: str) -> bool:
    """Whether a primitive with this result may give a value of a type; of what may be a grid only what often is one."""
    return result in _GRIDS if kind == "Grid" else result != "Any" and accepts(kind, result)


def _values(wanted: str, steps: Sequence[Step], constants: TaskConstants) -> list[Ref]:
    """What may stand where a type is wanted: earlier steps, the grid, constants of the task, or else any constant."""
    if wanted == "Fn":
        return [each.name for each in PRIMITIVES.values() if each.arity == 1]
    found: list[Ref] = [ref for ref in (*range(len(steps)), "I") if accepts(wanted, type_of(ref, steps))]
    own = [name for name in (*constants.numbers, *constants.places) if accepts(wanted, type_of_constant(name))]
    return [*found, *(own or [name for name in CONSTANTS if accepts(wanted, type_of_constant(name))])]


def _drop(program: Program, _others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
    """One of its arguments in place of a step."""
    canonical = program.canonical
    steps = canonical.steps
    place = rng.randrange(len(steps))
    last = place == len(steps) - 1
    kind = "Grid" if last else steps[place].result_type
    fitting = [ref for ref in steps[place].arguments if accepts(kind, type_of(ref, steps))]
    return _new(program, made) if fitting and (made := put(canonical, place, rng.choice(fitting))) is not None else None


def put(program: Program, place: int, ref: Ref) -> Program | None:
    """A canonical program with an earlier step, or a name, in place of a step; None where no step would be left."""
    if place == len(program.steps) - 1:
        return extract(program.steps, program.addresses, ref) if isinstance(ref, int) else None
    moved = [
        Step(refs[0], tuple(refs[1:]))
        for step in program.steps
        for refs in [[ref if each == place else each for each in step.refs]]
    ]
    return _whole(moved)


def _swap(program: Program, _others: Sequence[Program], _constants: TaskConstants, rng: Random) -> Program | None:
    """Two arguments of a step in each other's place."""
    canonical = program.canonical
    spots = [
        (place, one, two)
        for place, step in enumerate(canonical.steps)
        for one in range(1, len(step.refs))
        for two in range(one + 1, len(step.refs))
        if step.refs[one] != step.refs[two] and _may_swap(step, one, two, canonical.steps)
    ]
    if not spots:
        return None
    place, one, two = rng.choice(spots)
    refs = list(canonical.steps[place].refs)
    refs[one], refs[two] = refs[two], refs[one]
    steps = [*canonical.steps]
    steps[place] = Step(refs[0], tuple(refs[1:]))
    return _new(program, _whole(steps))


def _may_swap(step: Step, one: int, two: int, steps: Sequence[Step]) -> bool:
    if isinstance(step.operation, int):
        return True
    wanted = PRIMITIVES[step.operation].parameters
    first, second = type_of(step.refs[one], steps), type_of(step.refs[two], steps)
    return accepts(wanted[one - 1], second) and accepts(wanted[two - 1], first)


def _task_constant(
    program: Program, _others: Sequence[Program], constants: TaskConstants, rng: Random
) -> Program | None:
    """A colour, size or place of the task instead of a constant: in one place, or wherever that stands."""
    canonical = program.canonical
    own = {"Int": constants.numbers, "Pair": constants.places, "Bool": ()}
    spots = [
        (place, position, ref)
        for place, step in enumerate(canonical.steps)
        for position, ref in enumerate(step.refs)
        if isinstance(ref, str) and ref in CONSTANTS and set(own[type_of_constant(ref)]) - {ref}
    ]
    if not spots:
        return None
    place, position, old = rng.choice(spots)
    new = rng.choice([name for name in own[type_of_constant(old)] if name != old])
    everywhere = rng.random() < 0.5
    steps = []
    for number, step in enumerate(canonical.steps):
        refs = [
            new if ref == old and (everywhere or (number, at) == (place, position)) else ref
            for at, ref in enumerate(step.refs)
        ]
        steps.append(Step(refs[0], tuple(refs[1:])))
    return _new(program, _whole(steps))


def _whole(steps: Sequence[Step]) -> Program:
    return extract(steps, addresses(steps), len(steps) - 1)


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        **{name: _blind(propose) for name, propose in BLIND.items()},
        "compose": _compose,
        "tail": _tail,
        "part": _part,
        "insert": _insert,
        "drop": _drop,
        "swap": _swap,
        "task-constant": _task_constant,
    }
)
"""The operators by name, in an order that stays."""
