"""Primitives of our own that a search needs: filling, taking apart, marking, completing."""

from __future__ import annotations

from random import Random

import pytest

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES

RING = ((0, 0, 0, 0, 0), (0, 3, 3, 3, 0), (0, 3, 0, 3, 0), (0, 3, 3, 3, 0), (0, 0, 0, 0, 5))

RING_DOWN = "00000 03330 03030 03330 00005"


def call(name, *arguments):
    return PRIMITIVES[name].fn(*[CONSTANTS.get(each, each) if isinstance(each, str) else each for each in arguments])


def read(text):
    """A grid from rows of digits."""
    return tuple(tuple(map(int, row)) for row in text.split())


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("holes", ("F",), "00000 00000 00100 00000 00000"),
        ("fillholes", (), "00000 03330 03330 03330 00005"),
        ("grow", ("F",), "03330 33333 33333 33335 03355"),
        ("edges", ("F",), "00000 03330 03030 03330 00005"),
        ("smear", ("DOWN",), "00000 03330 03330 03330 03335"),
        ("smear", ("LEFT",), "00000 33330 33330 33330 55555"),
        ("smear", ("UNITY",), "00000 03330 03333 03333 00335"),
        ("smear", ("UP_RIGHT",), "00333 03333 03333 03330 00005"),
        ("bridge", ("RIGHT",), "00000 03330 03330 03330 00005"),
        ("slide", ("DOWN",), "00000 00000 03030 03330 03335"),
        ("slide", ("LEFT",), "00000 33300 33000 33300 50000"),
        ("nudge", ("UNITY",), "00000 00000 00333 00303 00333"),
        ("nudge", ("UP",), "03330 03030 03330 00005 00000"),
        ("settle", ("DOWN",), RING_DOWN),
        ("core", (), "3330 3030 3330 0005"),
        ("negative", (), "11111 10001 10101 10001 11110"),
        ("keepcolor", (5,), "00000 00000 00000 00000 00005"),
        ("rings", (), "11111 12221 12321 12221 11111"),
        ("distances", ("T",), "11111 10001 10101 10001 11110"),
        ("crowd", (5,), "00000 00000 00000 00011 00010"),
        ("checker", (2,), "01010 10101 01010 10101 01010"),
        ("rowmarks", (3,), "00000 11111 22222 00000 11111"),
        ("columnmarks", (3,), "01201 01201 01201 01201 01201"),
        ("touching", (5, "F"), "00000 00000 00000 00000 00005"),
        ("tileunit", (), "00000 03330 03030 03330 00005"),
    ],
)
def test_what_a_ring_becomes(name, arguments, wanted) -> None:
    """Each on one grid that has an enclosed cell, an edge and a corner."""
    assert call(name, RING, *arguments) == read(wanted)


def test_parts_settle_as_wholes() -> None:
    """Upon each other, the nearest first, to any side."""
    assert call("settle", read("110 010 000 020 000"), "DOWN") == read("000 000 110 010 020")
    assert call("settle", read("0110 0010 0000 2000"), "LEFT") == read("1100 0100 0000 2000")


def test_two_grids() -> None:
    """Colours over colours, within a mask and outside of it, and a tile in place of each cell."""
    below, above = read("12 30"), read("05 00")
    assert call("overlay", below, above) == read("15 30")
    assert call("overlay", below, read("7")) == read("72 30")
    assert call("masked", below, above) == read("02 00")
    assert call("unmasked", below, above) == read("10 30")
    assert call("kron", above, below) == read("0012 0030 0000 0000")


def test_parts_and_panels() -> None:
    """Parts in reading order, by colour or together, and what lies between lines."""
    both = call("layers", RING, "F", "T")
    assert both == (RING,)
    assert call("layers", RING, "T", "T") == call("colorlayers", RING)
    assert call("overlays", call("colorlayers", RING)) == RING
    assert call("panels", read("1512 5555 2513")) == (read("1"), read("12"), read("2"), read("13"))
    assert call("paneldigest", read("1512 5555 2513"), call("rbind", PRIMITIVES["colorcount"].fn, 1)) == read("11 01")
    with pytest.raises(ValueError, match="no line"):
        call("panels", read("12 21"))


def test_measures() -> None:
    """Cells, parts, holes, mirrors and colours of a grid."""
    names = ("filled", "partcount", "holecount", "symmetries", "maincolor", "rarecolor")
    assert [call(name, RING) for name in names] == [9, 1, 1, 1, 3, 5]
    assert call("symmetries", read("333 303 333")) == 5


def test_choices() -> None:
    """The member with the rarest value, all with the largest, and the most frequent."""
    members = (read("1"), read("11"), read("1"), read("10"))
    assert call("argrare", members, PRIMITIVES["filled"].fn) == read("11")
    assert call("keepmost", members, PRIMITIVES["width"].fn) == (read("11"), read("10"))
    assert call("worthiest", members) == read("1")


def test_marks_of_parts() -> None:
    """A part's own measure, its rank among all, and its number."""
    grid = read("1102 0000 3330")
    filled = PRIMITIVES["filled"].fn
    assert call("markparts", grid, filled, "T", "F") == read("2201 0000 3330")
    assert call("markranks", grid, filled, "T", "F") == read("2203 0000 1110")
    assert call("numbered", grid, "T", "F") == read("1102 0000 3330")


def test_patterns_are_completed() -> None:
    """By periods, straight and slanting, and by mirrors; what nothing tells stays."""
    assert call("tilerepair", read("1212 3434 1200 3404"), 0) == read("1212 3434 1212 3434")
    assert call("tilerepair", read("1231 2302 0023"), 0) == read("1231 2312 3123")
    assert call("mirrorrepair", read("1221 3443 3400 1200"), 0) == read("1221 3443 3443 1221")
    assert call("mirrorrepair", read("123 456 780"), 0) == read("123 456 780")
    assert call("thin", read("1122 1122 3322")) == read("12 32")
    assert call("tileunit", read("1212 3434 1212 3434")) == read("12 34")


UNARY = sorted(
    n for n, p in PRIMITIVES.items() if p.parameters == ("Grid",) and p.family in ("filling", "marking", "blocks")
)


def some_grids():
    """Grids of one to eight rows and columns, sparse and full."""
    rng = Random(11)
    for colours in ((0, 0, 0, 5), (0, 1, 2), tuple(range(10))) * 20:
        rows, columns = rng.randint(1, 8), rng.randint(1, 8)
        yield tuple(tuple(rng.choice(colours) for _ in range(columns)) for _ in range(rows))


@pytest.mark.parametrize("name", UNARY)
def test_grids_give_grids(name) -> None:
    """Rectangles of colours, of any grid that is not refused with a ValueError."""
    for grid in some_grids():
        try:
            made = call(name, grid)
        except ValueError:
            continue
        assert len(set(map(len, made))) == 1
        assert {value for row in made for value in row} <= set(range(10))
