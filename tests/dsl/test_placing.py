"""Primitives of our own that put copies, images and lines where a layer says."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.registry import PRIMITIVES


def call(name, *arguments):
    return PRIMITIVES[name].fn(*[PRIMITIVES[each].fn if isinstance(each, str) else each for each in arguments])


def read(text):
    """A grid from rows of digits."""
    return tuple(tuple(map(int, row)) for row in text.split())


def test_copies() -> None:
    """At the corner of a layer, cut at the rim; and so that one colour's cells cover it, turned and enlarged."""
    template = read("12000 11000 00000 00000")
    assert call("placed", template, read("00000 00000 00000 00050")) == read("00000 00000 00000 00012")
    plus = read("03000 33300 03000 00000")
    assert call("centred", plus, read("00000 00000 00050 00000")) == read("00000 00030 00333 00030")
    assert call("centred", plus, read("00050 00000 00000 00000")) == read("00333 00030 00000 00000")
    assert call("stamped", template, read("00000 00000 00020 00000")) == read("00000 00000 00120 00110")
    large = read("000000 000022 000022 000000 000000")
    assert call("stamped", read("120000 110000 000000 000000 000000"), large) == read(
        "000000 001122 001122 001111 001111"
    )
    turned = read("00000 00200 00030 00000")
    assert call("stamped", read("02000 31000 00000 00000"), turned) == read("00000 00200 00130 00000")
    with pytest.raises(ValueError, match="fit"):
        call("stamped", template, read("00000 00022 00000 00000"))


def test_images() -> None:
    """Around the middle of a layer; a turn that has no middle cell is refused."""
    grid = read("10000 02000 00300 00000")
    assert call("reflected", grid, "hmirror", read("00000 02000 00000 00000")) == read("00300 02000 10000 00000")
    assert call("reflected", grid, "rot90", read("00000 02000 00000 00000")) == read("00100 02000 30000 00000")
    assert call("reflected", grid, "rot180", read("00000 02000 00300 00000")) == read("00000 03000 00200 00010")
    assert call("reflected", grid, "vmirror", read("00000 00000 00000 00022")) == read("00000 00000 00000 00000")
    with pytest.raises(ValueError, match="between"):
        call("reflected", grid, "rot90", read("00000 00000 00000 00022"))


def test_lines() -> None:
    """From a layer until something stops them; and only those that something stops."""
    grid = read("10020 00000 00000 30001")
    layer = read("10000 00000 00000 00000")
    assert call("shot", grid, (0, 1), layer) == read("11100 00000 00000 00000")
    assert call("shot", grid, (1, 1), layer) == read("10000 01000 00100 00010")
    assert call("shot", grid, (0, -1), layer) == layer
    assert call("linked", grid, layer) == read("01100 10000 10000 00000")


def test_moves_to_a_target() -> None:
    """To its row, to its column, beside it; a copy after the other; what shares rows and columns."""
    target, layer = read("00000 00000 00330 00330"), read("50000 00000 00000 00000")
    assert call("levelled", target, layer) == read("00000 00000 50000 00000")
    assert call("plumbed", target, layer) == read("00500 00000 00000 00000")
    assert call("approached", target, layer) == read("00000 05000 00000 00000")
    assert call("approached", target, read("00000 00000 00000 00005")) == read("00000 00000 00000 00005")
    assert call("approached", target, read("00050 00000 00000 00000")) == read("00000 00050 00000 00000")
    assert call("repeated", (0, 1), read("12000 10000")) == read("12121 10101")
    assert call("repeated", (-1, 1), read("000 000 700")) == read("007 070 700")
    grid = read("12300 04000 00005")
    assert call("inrows", grid, read("02000 00000 00000")) == read("10300 00000 00000")
    assert call("incolumns", grid, read("02000 00000 00000")) == read("00000 04000 00000")
