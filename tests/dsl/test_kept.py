"""What is known of the last patch or grid, and of values that no longer change, changes no answer."""

from __future__ import annotations

import pytest

from kagglebatt.dsl import extent, measuring, pairs
from kagglebatt.dsl.nesting import MAX_LEVELS
from kagglebatt.dsl.registry import PRIMITIVES


def fn(name):
    return PRIMITIVES[name].fn


def test_a_patch_is_measured_once_for_several_corners(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next patch is measured anew, though it is equal or empty."""
    measured = []
    measure = extent._measured
    monkeypatch.setattr(extent, "_measured", lambda patch: measured.append(patch) or measure(patch))
    patch = frozenset({(3, (1, 2)), (4, (5, 0))})
    assert [fn(name)(patch) for name in ("ulcorner", "lrcorner", "shape", "center")] == [(1, 0), (5, 2), (5, 3), (3, 1)]
    assert len(measured) == 1
    assert fn("ulcorner")(frozenset({(7, 7)})) == (7, 7)
    assert fn("ulcorner")(patch) == (1, 0)
    assert len(measured) == 3
    with pytest.raises(ValueError, match="no bounding box"):
        fn("center")(frozenset())


def test_a_grid_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most frequent colour of the grid that was asked about last is known; of another it is not."""
    counted = []
    count = measuring._in_majority
    monkeypatch.setattr(measuring, "_in_majority", lambda grid: counted.append(grid) or count(grid))
    grid, other = ((0, 0, 3), (0, 3, 3), (1, 3, 3)), ((2, 2), (1, 2))
    assert [fn("mostcolor")(each) for each in (grid, grid, other, grid)] == [3, 3, 2, 3]
    assert len(counted) == 3
    assert fn("underfill")(grid, 9, frozenset({(0, 0), (2, 2)})) == ((0, 0, 3), (0, 3, 3), (1, 3, 9))
    assert fn("mostcolor")(frozenset({(1, (0, 0)), (1, (0, 1)), (2, (5, 5))})) == 1


def test_a_function_is_repeated_until_nothing_changes() -> None:
    """The value is the one of all repetitions, and too deep a value is too deep."""
    calls = []

    def towards_ten(numbers):
        calls.append(numbers)
        return frozenset([min(number + 1, 10) for number in numbers])

    assert fn("power")(towards_ten, 1000)(frozenset({7, 8})) == {10}
    assert len(calls) == 4
    deep = frozenset()
    for _ in range(MAX_LEVELS):
        deep = frozenset({deep})
    assert fn("power")(fn("identity"), 3)(deep) == deep
    with pytest.raises(RecursionError):
        fn("power")(fn("identity"), 4)(frozenset({deep}))


@pytest.mark.parametrize("grid", [((1, 1, 0), (0, 2, 2)), ((True, 1), (1, 0)), ((300, -1), (-1, 300)), ((1, 2), (3,))])
def test_one_object_for_each_colour(grid) -> None:
    """Whatever the colours are, Bools among them; not for rows of several lengths."""
    if len(grid[1]) != len(grid[0]):
        with pytest.raises(ValueError, match="zip"):
            fn("partition")(grid)
        return
    cells = {(value, (i, j)) for i, row in enumerate(grid) for j, value in enumerate(row)}
    expected = {frozenset(cell for cell in cells if cell[0] == colour) for colour in {cell[0] for cell in cells}}
    assert fn("partition")(grid) == expected
    kinds = {(type(value), place) for obj in fn("partition")(grid) for value, place in obj}
    assert kinds == {(type(value), place) for value, place in cells}


def test_numbers_of_a_product_are_combined_by_row_and_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the product that was put in order last, but of nothing that is equal to it only."""
    looked_at = []
    numbers = pairs._numbers
    monkeypatch.setattr(pairs, "_numbers", lambda parts: looked_at.append(len(parts)) or numbers(parts))
    listed = fn("order")(fn("product")(tuple(range(-3, 37)), frozenset(range(30))), fn("identity"))
    equal = tuple([(i, j) for i, j in listed])
    for name, fixed in (("multiply", 3), ("add", (2, -40)), ("multiply", -1), ("add", True), ("add", 2**40)):
        bound = fn("lbind")(fn(name), fixed)
        expected = tuple([fn(name)(fixed, member) for member in listed])
        assert repr(fn("apply")(bound, listed)) == repr(fn("apply")(bound, equal)) == repr(expected)
    assert looked_at[:2] == [2 + 40 + 30, 2 + 2 * 40 * 30]
    fn("order")(fn("product")((True, *range(40)), tuple(range(30))), fn("identity"))
    assert fn("apply")(fn("lbind")(fn("multiply"), 2), listed)[-1] == (72, 58)
