"""Primitives of our own for rectangles, lines and middles."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.registry import PRIMITIVES

GRID = "0010 3000 0011 0011"


def read(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, row)) for row in text.split())


@pytest.mark.parametrize(
    ("name", "arguments", "before", "after"),
    [
        ("blocks", ((2, 2),), GRID, "0000 0000 0011 0011"),
        ("blocks", ((1, 2),), "1101 1011 2200", "1100 0011 2200"),
        ("largestblocks", (), GRID, "0000 0000 0011 0011"),
        ("largestblocks", (), "110 022 022", "000 022 022"),
        ("largestblocks", (), "1102 0002", "1102 0002"),
        ("largestblocks", (), "00 00", "00 00"),
        ("middles", (True, False), "11100 11100 11100 00022", "00000 01000 00000 00011"),
        ("middles", (True, True), "1001 0110 0110 1001", "0000 0110 0110 0000"),
        ("spill", (3, False), GRID, "3313 3333 3311 3311"),
        ("spill", (1, False), "010 101 010", "111 111 111"),
        ("spill", (2, False), "201 010 100", "221 210 100"),
        ("spill", (2, True), "200 110 000", "222 112 222"),
        ("aimed", (2,), "0103 0000 1002 2001", "0103 0003 1112 2111"),
        ("aimed", (9,), GRID, GRID),
    ],
)
def test_grids(name, arguments, before, after) -> None:
    """What each of them gives."""
    assert PRIMITIVES[name].fn(read(before), *arguments) == read(after)


def test_rows_tell_their_measure() -> None:
    """Kept within the colours."""
    linewise, filled = PRIMITIVES["linewise"].fn, PRIMITIVES["filled"].fn
    assert linewise(read(GRID), filled) == read("1111 1111 2222 2222")
    assert linewise(((1,) * 12, (0,) * 12), filled) == ((9,) * 12, (0,) * 12)


def test_a_block_has_cells() -> None:
    """Fewer than one row or column is refused."""
    with pytest.raises(ValueError, match="at least one cell"):
        PRIMITIVES["blocks"].fn(read(GRID), (0, 2))


def test_diagonals_are_bridged() -> None:
    """In the direction that is given, between cells of one colour."""
    bridge = PRIMITIVES["bridge"].fn
    grid = read("1002 0000 0000 2001")
    assert bridge(grid, (1, 1)) == read("1002 0100 0010 2001")
    assert bridge(grid, (-1, 1)) == bridge(grid, (1, -1)) == read("1002 0020 0200 2001")


@pytest.mark.parametrize(
    ("turned", "before", "after"),
    [
        (False, "00000 01110 01210 01110 00030", "03030 01110 01210 01110 03030"),
        (True, "00000 01110 01210 01110 00030", "03030 31113 01210 31113 03030"),
        (True, "1000 0000 0000", "1000 0000 0000"),
        (False, "1200 2100", "1200 2100"),
        (True, "4335", "4335"),
    ],
)
def test_patterns_are_made_symmetric(turned, before, after) -> None:
    """About the middle that most agrees, where no colour is against it; else they stay."""
    assert PRIMITIVES["symmetrized"].fn(read(before), turned) == read(after)


def test_parts_are_counted_by_what_they_have_in_common() -> None:
    """A shape that stands twice, and one that stands alone."""
    negative = PRIMITIVES["negative"].fn
    assert PRIMITIVES["markalike"].fn(read("1020 1020 0000 3330"), negative, True, False) == read("2020 2020 0000 1110")


def test_parts_take_colours_of_another_grid() -> None:
    """The most common one at their cells; where there is none, they vanish."""
    grid, other = read("1102 1102 1100 0030"), read("0000 0005 0220 0000")
    assert PRIMITIVES["partcolors"].fn(grid, other, True, False) == read("2205 2205 2200 0000")
    with pytest.raises(ValueError, match="another size"):
        PRIMITIVES["partcolors"].fn(grid, read("00 00"), True, False)


def test_rows_are_counted_within_parts() -> None:
    """From 1 up to the period, and again."""
    assert PRIMITIVES["partrows"].fn(read("1102 1102 1100 0030"), 2, True, False) == read("1101 2202 1100 0010")


def test_parts_are_measured_in_another_grid() -> None:
    """How much of another grid lies at the cells of each part, and who has most."""
    filled = PRIMITIVES["filled"].fn
    grid, other = read("1101 1101 0001"), read("3002 3002 0002")
    assert PRIMITIVES["partmeasures"].fn(grid, other, filled, True, False) == read("2203 2203 0003")
    assert PRIMITIVES["partranks"].fn(grid, other, filled, True, False) == read("2201 2201 0001")
    for name in ("partmeasures", "partranks"):
        with pytest.raises(ValueError, match="another size"):
            PRIMITIVES[name].fn(grid, read("00 00"), filled, True, False)
