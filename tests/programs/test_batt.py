"""Batts: dealing, taking out again, the file."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kagglebatt.dsl.registry import VOCABULARY
from kagglebatt.errors import ProgramError
from kagglebatt.programs.batt import Batt, Hand, deal, read, write
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, Step
from kagglebatt.programs.steps import MAX_STEPS
from kagglebatt.running.execute import execute, prepare
from tests.strategies import grids, programs

hands = st.lists(programs, min_size=1, max_size=8)


def dealt(given_programs: list[Program]) -> Batt:
    return deal(((f"p{n}",), program) for n, program in enumerate(given_programs))


@given(hands)
def test_deal_then_take_is_identity(given_programs) -> None:
    """Every program comes out as it went in, by its owner's name; no call is made twice."""
    batt = dealt(given_programs)
    assert len(set(batt.addresses)) == len(batt.steps)
    for n, program in enumerate(given_programs):
        (place,) = [place for place, output in enumerate(batt.outputs) if f"p{n}" in output.owners]
        assert batt.take(place) == program.canonical


@given(hands)
def test_the_file_reads_back(given_programs) -> None:
    """Reading what was written gives an equal hand."""
    hand = Hand(dealt(given_programs), dealt([parse_program("O = likeness(I, C)", differ=True)]))
    assert read(write(hand, "seed 0"), "batt.py") == hand


def test_a_large_batt_reads_back() -> None:
    """Also with more steps than one program may have."""
    names = [name for name, primitive in VOCABULARY.items() if primitive.parameters == ("Grid",)]
    paths = itertools.islice(itertools.product(names, repeat=4), 11_000)
    calls = [[Step(name, (n - 1 if n else "I",)) for n, name in enumerate(path)] for path in paths]
    hand = Hand(dealt([Program((*path, Step("size", (3,)))) for path in calls]), dealt([]))
    assert len(hand.solvers.steps) > MAX_STEPS
    assert read(write(hand), "batt.py") == hand


@settings(max_examples=40)
@given(hands, grids(4))
def test_a_program_does_the_same_in_a_batt_as_alone(given_programs, grid) -> None:
    """The same value, or the same fault of the same step."""
    batt = dealt(given_programs)
    together = execute(prepare(batt), ((), grid, None), 5.0)
    for outcome, candidate in zip(together, batt.candidates, strict=True):
        (alone,) = execute(prepare(deal([((), candidate)])), ((), grid, None), 5.0)
        assert (alone.kind, alone.fault) == (outcome.kind, outcome.fault)
        assert callable(alone.value) or "<function" in repr(alone.value) or alone.value == outcome.value


def test_only_keeps_the_chosen_candidates() -> None:
    """A smaller batt has the chosen outputs, and only the steps they need."""
    batt = dealt([parse_program("O = rot90(I)"), parse_program("O = hmirror(I)"), parse_program("O = vmirror(I)")])
    small = batt.only((2, 0))
    assert [output.owners for output in small.outputs] == [("p2",), ("p0",)]
    assert len(small.steps) == 2


GOOD = 'def batt(S, I, C):\n    t1 = rot90(I)\n    return [\n        (t1, "a"),\n    ]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("rot90(I)", "rot90(C)"), "C is not available"),
        (GOOD.replace('"a"', "open"), "owners are short names"),
        (GOOD.replace('"a"', '"' + "x" * 500 + '"'), "owners are short names"),
        (GOOD.replace("(t1,", "(t9,"), "unknown step"),
        (GOOD.replace('(t1, "a")', "t1"), "an output is written as"),
        (GOOD.replace("return [", "return print ["), "is not a program|must end with"),
        (GOOD.replace("def batt", "def other"), "functions 'batt' and 'differs' only"),
        ('"""kagglebatt batt, format 2: 1 candidates"""\n' + GOOD, "format 2"),
        ("def differs(S, I, C):\n    return []\n", "no function 'batt'"),
        (GOOD + GOOD, "batt.py:6: batt is defined twice"),
    ],
)
def test_a_broken_batt_file_is_refused(text: str, message: str) -> None:
    """With file and line, and nothing executed."""
    with pytest.raises(ProgramError, match=message):
        read(text, "batt.py")


def test_imports_of_a_batt_file_are_passed_over() -> None:
    """Nothing is executed, so they are no fault."""
    assert read("import os\nfrom .dsl import *\n" + GOOD, "batt.py") == read(GOOD, "batt.py")
