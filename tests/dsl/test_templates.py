"""Copies of templates that are completed around cells like some of theirs."""

from __future__ import annotations

from kagglebatt.dsl.registry import PRIMITIVES

call = {name: PRIMITIVES[name].fn for name in ("completed", "keepmost", "layers", "numcolors")}


def read(text):
    """A grid from rows of digits."""
    return tuple(tuple(map(int, row)) for row in text.split())


def done(text):
    """What comes of a grid whose templates are its parts of most colours."""
    grid = read(text)
    return call["completed"](grid, call["keepmost"](call["layers"](grid, False, True), call["numcolors"]))


def test_an_anchor_is_completed_in_every_orientation() -> None:
    """As it is, on its side, and once more where it is found again."""
    template = "12000000 13000000 00000000"
    assert done(f"{template} 00002000 00003000") == read(f"{template} 00012000 00013000")
    assert done(f"{template} 00032000 00000000") == read(f"{template[:-8]}00011000 00032000 00000000")
    assert done(f"{template} 00320002 00000003") == read(f"{template[:-8]}00110000 00320012 00000013")


def test_a_large_anchor_is_completed_at_its_scale() -> None:
    """And none of its cells is taken for a small one."""
    large = "12000000 00000000 00002200 00002200 00000000"
    assert done(large) == read("12000000 00000000 00112200 00112200 00000000")


def test_what_lies_outside_is_lost() -> None:
    """Of the part that is added; the anchor itself is within."""
    assert done("1200 1300 0000 2000 3000") == read("1200 1300 0000 2000 3000")
    assert done("1120 1130 0000 0200 0300") == read("1120 1130 0000 1200 1300")


def test_no_place_is_taken_where_something_else_is() -> None:
    """Neither where another colour lies in the way, nor where the anchor goes on."""
    assert done("12000 13000 00000 00520 00030") == read("12000 13000 00000 00520 00030")
    assert done("12000 10000 00000 02220 00000") == read("12000 10000 00000 02220 00000")


def test_grids_without_templates_stay() -> None:
    """And so do those in which nothing is like any part of one."""
    assert done("11000 00000 00022") == read("11000 00000 00022")
    assert done("12000 00000 00033") == read("12000 00000 00033")
