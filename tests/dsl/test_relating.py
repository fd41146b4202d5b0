"""Primitives of our own for one layer among others: ranks, neighbours, ways."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES

GRID = "11000 10200 00000 00030 33030"


def call(name, *arguments):
    return PRIMITIVES[name].fn(*[CONSTANTS.get(each, each) if isinstance(each, str) else each for each in arguments])


def read(text):
    """A grid from rows of digits."""
    return tuple(tuple(map(int, row)) for row in text.split())


LAYERS = call("layers", read(GRID), "T", "F")
ONE, TWO, BAR, FLAT = LAYERS


def fn(name):
    return PRIMITIVES[name].fn


def test_one_layer_alone() -> None:
    """Its colour, its box, its rim, where it lies."""
    assert call("tint", ONE, 7) == read("77000 70000 00000 00000 00000")
    assert call("boxed", ONE) == read("00000 01000 00000 00000 00000")
    assert call("rounded", TWO) == read("01110 01010 01110 00000 00000")
    assert call("inplace", fn("rot180"), ONE) == read("01000 11000 00000 00000 00000")
    assert [call("topedge", each) for each in LAYERS] == [0, 1, 3, 4]
    assert [call("leftedge", each) for each in LAYERS] == [0, 2, 3, 0]
    assert [call("rimsides", each) for each in LAYERS] == [2, 0, 1, 2]


def test_layers_over_under_and_out_of_a_grid() -> None:
    """None of them leaves the grid as it is."""
    assert call("overlaid", read(GRID), ()) == call("erased", read(GRID), ()) == read(GRID)
    assert call("underlaid", read(GRID), ()) == read(GRID)
    wide = call("tint", call("smear", BAR, "LEFT"), 4)
    assert call("overlaid", read(GRID), (wide,)) == read("11000 10200 00000 44440 44440")
    assert call("underlaid", read(GRID), (wide,)) == read("11000 10200 00000 44430 33430")
    assert call("erased", read(GRID), (ONE, FLAT)) == read("00000 00200 00000 00030 00030")


def test_one_among_all() -> None:
    """How many values are larger; how many members are equal in something."""
    assert list(map(call("ranked", fn("filled"), LAYERS), LAYERS)) == [0, 2, 1, 1]
    assert list(map(call("commonness", fn("filled"), LAYERS), LAYERS)) == [1, 1, 2, 2]


def test_what_is_near() -> None:
    """Beside a layer, in its box, the nearest, and one that is like it; ValueError where there is none."""
    grid = read(GRID)
    assert call("around", read("110 120 003"))(read("000 020 000")) == read("110 100 003")
    assert call("within", read("110 120 003"))(read("110 100 000")) == read("000 020 000")
    assert call("around", grid)(TWO) == read("01000 00000 00000 00000 00000")
    assert call("nearest", LAYERS)(TWO) == ONE
    assert call("peer", fn("filled"), LAYERS)(BAR) == FLAT
    with pytest.raises(ValueError, match="other"):
        call("peer", fn("filled"), LAYERS)(ONE)
    with pytest.raises(ValueError, match="other"):
        call("nearest", (ONE,))(ONE)


def test_ways() -> None:
    """As far as others and the rim let; to what lies in the way, the nearest."""
    grid = read(GRID)
    assert call("pushed", grid, "DOWN")(ONE) == read("00000 00000 11000 10000 00000")
    assert call("pushed", grid, "RIGHT")(BAR) == read("00000 00000 00000 00003 00003")
    assert call("pushed", grid, "UP_RIGHT")(TWO) == read("00020 00000 00000 00000 00000")
    assert call("drawn", grid)(BAR) == read("00000 00000 00000 00300 00300")
    assert call("drawn", read("10000 00000"))(read("10000 00000")) == read("10000 00000")


@pytest.mark.parametrize("name", ["topedge", "leftedge"])
def test_an_empty_layer_has_no_edge(name) -> None:
    """It is refused."""
    with pytest.raises(ValueError, match="empty"):
        call(name, read("00 00"))
