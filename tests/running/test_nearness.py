"""How near an output is: what the shipped differs and the similarity say, worked out directly."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.batt import deal
from kagglebatt.programs.library import read_library
from kagglebatt.running.execute import execute, prepare
from kagglebatt.running.nearness import DIFFERS, EXACT, Answer, output_digest, packed_grid
from kagglebatt.running.outcome import is_grid
from kagglebatt.running.score import PERFECT, similarity
from tests.strategies import grids

SHIPPED = {named.name.removeprefix("differ_"): named.program for named in read_library() if named.kind == "differ"}
PLAN = prepare(deal([((name,), SHIPPED[name]) for name in DIFFERS]))


def changed(grid: Grid, spots: list[int]) -> Grid:
    """The grid with other colours at some cells."""
    width = len(grid[0])
    cells = [value for row in grid for value in row]
    for spot in spots:
        cells[spot % len(cells)] = spot % 10
    return tuple(tuple(cells[first : first + width]) for first in range(0, len(cells), width))


@settings(max_examples=60, derandomize=True)
@given(grids(colours=st.integers(0, 3)), grids(colours=st.integers(0, 3)), st.lists(st.integers(0, 99), max_size=4))
def test_it_is_what_differs_and_similarity_say(answer: Grid, other: Grid, spots: list[int]) -> None:
    """As programs run by themselves; for any grid, and for one that is much like the answer."""
    for grid in (other, changed(answer, spots)):
        said = [outcome.value for outcome in execute(PLAN, ((), grid, answer), 5.0)]
        like = similarity(grid, answer)
        packed = packed_grid(grid)
        assert packed is not None
        assert Answer(answer).compare(grid, packed) == (like + sum(said) // len(said), like)


def test_the_answer_alone_has_the_maximum() -> None:
    """Though every differ may say a thousand of others."""
    answer = ((1, 2, 2), (2, 1, 2))
    assert Answer(answer).compare(answer, packed_grid(answer) or b"") == (EXACT, PERFECT)
    assert Answer(answer).compare(((2, 1, 2), (1, 2, 2)), packed_grid(((2, 1, 2), (1, 2, 2))) or b"")[0] < EXACT


@settings(max_examples=50, derandomize=True)
@given(grids(), grids())
def test_a_grid_is_packed_one_to_one(one: Grid, other: Grid) -> None:
    """Two grids have one packed form, and one digest, when they are equal."""
    assert (packed_grid(one) == packed_grid(other)) == (one == other)
    assert (output_digest(packed_grid(one)) == output_digest(packed_grid(other))) == (one == other)


def test_what_could_be_no_answer_is_not_packed() -> None:
    """The same values as ``is_grid`` refuses."""
    for value in ((), ((),), ((1,), (1, 2)), ((True,),), ((10,),), ((-1,),), ((300,),), ((0.0,),), [[1]], ([1],), 1,
                  frozenset({(1, (0, 0))}), ((1,) * 101,) * 100, None, ("ab",), (((1,),),)):  # fmt: skip
        assert packed_grid(value) is None, value
        assert not is_grid(value)


def test_outputs_are_told_apart_by_their_pairs() -> None:
    """The same grids on other pairs, or none on one, are other outputs."""
    one, two = packed_grid(((1,),)), packed_grid(((2,),))
    assert len({output_digest(*each) for each in ((one, two), (two, one), (one, None), (None, one), (one,))}) == 5
