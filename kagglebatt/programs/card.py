"""Dealing: which programs make up the next batt, which of them are mutated, and in what way.

Programs are mutated first and dealt afterwards, so sharing steps cannot change what a program means. The same
donors and the same ``random.Random`` state give the same hand on every machine and under any hash seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from kagglebatt.programs.batt import Batt, Hand, deal
from kagglebatt.programs.mutate import Mutation, apply_mutation, mutate
from kagglebatt.programs.program import Program

SPREAD_RATE = 0.2
"""Share of mutations that are spread to every unmutated program of the deal with the same step."""

_EXTRA_DRAWS = 30

Dealt = tuple[list[str], Program]
"""A program with the names of its owners."""


def go_on() -> None:
    """Ends nothing."""


@dataclass(frozen=True, slots=True)
class Donor:
    """A program to deal from: its name, and the task it was written or filed for (empty when unknown)."""

    name: str
    program: Program
    task: str = ""


def deal_hand(
    solvers: Sequence[Donor],
    differs: Sequence[Donor],
    tasks: Collection[str],
    candidates: int,
    mutation_rate: float,
    rng: Random,
    check: Callable[[], object] = go_on,
) -> Hand:
    """Deal ``candidates`` solvers, each mutated with probability ``mutation_rate``, and every differ as it is.

    Half of the seats go to the best donor of each task that is being worked on, in random order; the rest to all
    other donors. Differs are not mutated: what is remembered of a candidate would be of no use beside new differs.

    Args:
        solvers: donors, better ones of a task first.
        differs: every one is dealt.
        tasks: ids of the tasks that the batt will be run on.
        candidates: number of distinct outputs to deal; fewer come out when the donors cannot give that many.
        mutation_rate: 0 to 1.
        check: called before each program is mutated or dealt; what it raises ends the deal.
    """
    seated = _seat(solvers, tasks, candidates, rng)
    return Hand(
        _deal_solvers(seated, solvers, candidates, mutation_rate, rng, check),
        deal([([differ.name], differ.program) for differ in differs]),
    )


def _seat(donors: Sequence[Donor], tasks: Collection[str], count: int, rng: Random) -> list[Donor]:
    best: dict[str, Donor] = {}
    for donor in donors:
        if donor.task in tasks:
            best.setdefault(donor.task, donor)
    leaders = rng.sample(list(best.values()), len(best))[: max(1, count // 2)]
    taken = {donor.name for donor in leaders}
    others = [donor for donor in donors if donor.name not in taken]
    return (leaders + rng.sample(others, len(others)))[:count]


def _deal_solvers(
    seated: list[Donor],
    donors: Sequence[Donor],
    count: int,
    rate: float,
    rng: Random,
    check: Callable[[], object],
) -> Batt:
    programs = [donor.program for donor in seated]
    mutations: list[Mutation | None] = []
    for program in programs:
        check()
        mutations.append(mutate(program, programs, rng) if rng.random() < rate else None)
    spread = [mutation for mutation in mutations if mutation is not None and rng.random() < SPREAD_RATE]
    dealt: dict[str, Dealt] = {}
    for donor, mutation in zip(seated, mutations, strict=True):
        check()
        own = mutation or _shared(donor.program, spread)
        operator = "" if own is None else own.operator if own is mutation else "spread"
        _add(dealt, donor, own, operator)
    # Twins took a seat for nothing, and a small library has too few donors: more mutants fill the hand.
    draws = count * _EXTRA_DRAWS if donors and rate > 0 else 0
    while len(dealt) < count and draws:
        check()
        draws -= 1
        donor = rng.choice(donors)
        mutation = mutate(donor.program, programs, rng)
        if mutation is not None:
            _add(dealt, donor, mutation, mutation.operator)
    return deal(_each(dealt.values(), check))


def _each(dealt: Iterable[Dealt], check: Callable[[], object]) -> Iterator[Dealt]:
    for each in dealt:
        check()
        yield each


def _shared(program: Program, spread: list[Mutation]) -> Mutation | None:
    """The first mutation to be spread that changes this program."""
    return next((mutation for mutation in spread if apply_mutation(program, mutation) is not None), None)


def _add(dealt: dict[str, Dealt], donor: Donor, mutation: Mutation | None, operator: str) -> None:
    program = donor.program if mutation is None else apply_mutation(donor.program, mutation)
    if program is None:
        return
    owner = f"{donor.name} ~{operator}" if operator else donor.name
    owners, _ = dealt.setdefault(program.address, ([], program))
    if owner not in owners:
        owners.append(owner)
