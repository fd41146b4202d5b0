"""Primitives of our own for patterns that grow."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.growing import fetched, regrown, seen
from kagglebatt.dsl.types import Grid


def read(text: str) -> Grid:
    """A grid from rows of digits."""
    return tuple(tuple(map(int, row)) for row in text.split())


GRID = read("120 304")


@pytest.mark.parametrize(
    ("offset", "wanted"),
    [((0, 1), "200 040"), ((0, -2), "001 003"), ((1, 0), "304 000"), ((-1, -1), "000 012"), ((5, 0), "000 000")],
)
def test_cells_in_the_colour_of_others(offset: tuple[int, int], wanted: str) -> None:
    """An offset leads from a cell to the one that it takes its colour from; nothing comes from outside."""
    assert fetched(GRID, offset) == read(wanted)
    assert fetched(fetched(GRID, (9, 0)), (0, -9)) == read("000 000")


def test_cells_that_see_a_colour() -> None:
    """Emptiness is a colour, too, but not that of what lies outside, which is 10."""
    assert seen(GRID, 4, (0, 2)) == read("000 100")
    assert seen(GRID, 0, (0, 1)) == read("010 100")
    assert seen(GRID, 10, (0, 1)) == read("001 001")
    assert seen(GRID, 10, (-3, 0)) == read("111 111")


def test_growing_until_nothing_changes() -> None:
    """Only what is empty takes something; a function that goes on for ever is asked 60 times."""
    assert regrown(read("10002 00030"), lambda grid: fetched(grid, (0, -1))) == read("11112 00033")
    calls: list[Grid] = []

    def one_more(grid: Grid) -> Grid:
        calls.append(grid)
        return (tuple([1] * len(calls) + [0] * (90 - len(calls))),)

    assert regrown(read("0" * 90), one_more) == read("1" * 60 + "0" * 30)
