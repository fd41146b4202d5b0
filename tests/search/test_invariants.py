"""Invariants: what all demo pairs have in common, and which answers break it."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.types import Grid
from kagglebatt.search.invariants import COST_OF_BROKEN, MOST_COST, Invariants
from kagglebatt.search.problem import Problem

INPUTS: tuple[Grid, ...] = (((1, 0, 0), (0, 0, 1)), ((0, 2, 0), (2, 0, 0)), ((0, 0, 3), (3, 3, 0)))
GREEN_FOR_EMPTY: tuple[Grid, ...] = (((1, 3, 3), (3, 3, 1)), ((3, 2, 3), (2, 3, 3)))


def doubt(answers: tuple[Grid, ...], given: Grid | None, inputs: tuple[Grid, ...] = INPUTS) -> float:
    """Of one answer to the last input, the first ones being those of demo pairs."""
    used = (*inputs[: len(answers)], inputs[-1])
    return Invariants(Problem(used, answers, ((),) * len(used))).doubt((given,))


def test_an_answer_like_all_others_is_not_doubted() -> None:
    """Nor is one by which nothing is broken that the pairs have not in common."""
    inputs = (*INPUTS[:2], ((4, 0, 4), (0, 4, 4)))
    assert doubt(GREEN_FOR_EMPTY, ((4, 3, 4), (3, 4, 4)), inputs) == 0
    assert doubt((((1,),), ((2, 2),)), ((3,), (3,))) == 0


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(((0, 0, 3), (3, 3, 0)), id="the input itself"),
        pytest.param(((5, 5, 3), (3, 3, 5)), id="a colour that no answer has anew"),
        pytest.param(((3, 3), (3, 3)), id="another size"),
        pytest.param(((3, 3, 3), (3, 3, 0)), id="what always goes stays"),
        pytest.param(((3, 3, 7), (7, 7, 3)), id="other cells change"),
    ],
)
def test_what_breaks_an_invariant_is_doubted(given: Grid) -> None:
    """Each kind by at least one broken invariant."""
    assert COST_OF_BROKEN <= doubt(GREEN_FOR_EMPTY, given) <= MOST_COST


def test_one_pair_makes_no_invariant_and_no_answer_is_the_worst() -> None:
    """A single demo pair has everything in common with itself."""
    assert doubt(GREEN_FOR_EMPTY[:1], ((0, 0, 3), (3, 3, 3))) == 0
    assert doubt(GREEN_FOR_EMPTY, None) == MOST_COST
