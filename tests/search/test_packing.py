"""Values of nodes as bytes."""

from __future__ import annotations

from typing import Any

import pytest

from kagglebatt.search.packing import Packed, packed, sizes, unpacked

ONE, WIDE = ((1,),), ((0, 9, 3), (4, 5, 255))


@pytest.mark.parametrize(
    ("values", "lists"), [((ONE, WIDE), False), (((ONE, WIDE), (WIDE,)), True), (((ONE,), (ONE, ONE)), True)]
)
def test_values_come_back_as_they_were(values: tuple[Any, ...], lists: bool) -> None:
    assert Packed.of(values, lists).values() == values


def test_grids_come_back_from_their_cells() -> None:
    assert unpacked(packed((ONE, WIDE)), sizes((ONE, WIDE))) == (ONE, WIDE)


@pytest.mark.parametrize("value", [((1, 256),), ((-1,),), ((1.5,),), ((1, 2), (3,))])
def test_what_is_no_grid_of_bytes_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Packed.of((value,), lists=False)
