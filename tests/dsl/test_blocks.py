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
