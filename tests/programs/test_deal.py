"""Mutation and dealing."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.programs.batt import Hand, write
from kagglebatt.programs.card import Donor, deal_hand
from kagglebatt.programs.library import read_library
from kagglebatt.programs.mutate import Mutation, apply_mutation, mutate
from kagglebatt.programs.parse import parse_program
from tests.strategies import programs

SOLVERS = [Donor(n.name, n.program, n.name) for n in read_library() if n.kind == "solve"]
DIFFERS = [Donor(n.name, n.program) for n in read_library() if n.kind == "differ"]
A = parse_program("x1 = hmirror(I); O = vconcat(I, x1)")
B = parse_program("x1 = hmirror(I); O = vmirror(x1)")


def hand(seed: int = 0, rate: float = 0.5, count: int = 32, tasks=("007bbfb7",)) -> Hand:
    return deal_hand(SOLVERS, DIFFERS, tasks, count, rate, Random(seed))


@given(programs, programs, st.integers(0, 10**6))
def test_a_mutation_changes_a_program_and_keeps_it_one(program, donor, seed) -> None:
    """The mutant differs, is canonical, never reads C, and its text parses to itself."""
    mutation = mutate(program, [donor], Random(seed))
    if mutation is None:
        return
    mutant = apply_mutation(program, mutation)
    assert mutant is not None
    assert mutant.address != program.address
    assert "C" not in mutant.names
    assert parse_program(mutant.body) == mutant
    for step in mutant.steps:
        if isinstance(step.operation, str):
            assert len(step.arguments) == PRIMITIVES[step.operation].arity


def test_every_operator_is_drawn() -> None:
    """Argument, constant, primitive and borrow all occur."""
    program = parse_program("x1 = canvas(ONE, UNITY); x2 = vconcat(I, x1); O = hmirror(x2)")
    drawn = {m.operator for m in (mutate(program, [B], Random(seed)) for seed in range(200)) if m}
    assert drawn == {"argument", "constant", "primitive", "borrow"}


def test_a_mutation_spreads_to_whoever_shares_the_step() -> None:
    """The same replacement applies wherever the same call stands, and nowhere else."""
    shared = A.addresses[0]
    mutation = Mutation("primitive", shared, parse_program("O = rot90(I)"))
    assert apply_mutation(A, mutation) == parse_program("x1 = rot90(I); O = vconcat(I, x1)")
    assert apply_mutation(B, mutation) == parse_program("x1 = rot90(I); O = vmirror(x1)")
    assert apply_mutation(parse_program("O = rot180(I)"), mutation) is None


def test_the_same_seed_deals_the_same_hand() -> None:
    """And another seed another one."""
    assert write(hand()) == write(hand())
    assert write(hand()) != write(hand(seed=1))


def test_a_hand_has_the_asked_number_of_candidates() -> None:
    """Distinct ones, even where donors are few."""
    for count in (1, 7, 32):
        dealt = hand(count=count, rate=0.9)
        assert len(dealt.solvers.outputs) == count
    few = deal_hand([Donor("a", A)], DIFFERS, [], 20, 0.5, Random(0))
    assert len(few.solvers.outputs) == 20


def test_without_mutation_donors_are_dealt_as_they_are() -> None:
    """Rate 0 deals programs of the library, the tasks' own first."""
    dealt = hand(rate=0.0, count=3)
    owners = [output.owners for output in dealt.solvers.outputs]
    assert owners[0] == ("007bbfb7",)
    assert all("~" not in name for names in owners for name in names)


def test_spread_mutants_are_dealt() -> None:
    """Some seed spreads a mutation to an unmutated program that shares the step."""
    donors = [
        Donor(f"d{n}", program) for n, program in enumerate((A, B, parse_program("x1 = hmirror(I); O = rot90(x1)")))
    ]
    owners = {
        owner.partition("~")[2]
        for seed in range(80)
        for output in deal_hand(donors, [], [], 3, 0.4, Random(seed)).solvers.outputs
        for owner in output.owners
    }
    assert "spread" in owners
