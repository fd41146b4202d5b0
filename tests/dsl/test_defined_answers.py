"""Answers that depend on nothing but the arguments: not on addresses, nor on what an iterator makes of a fault."""

from __future__ import annotations

from typing import Any

import pytest

from kagglebatt.dsl.nesting import MAX_LEVELS, levels
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.registry import PRIMITIVES

FN = {name: primitive.fn for name, primitive in PRIMITIVES.items()}
FIND = FN["rbind"](FN["extract"], FN["matcher"](FN["identity"], None))
"""Raises for every container of numbers."""
OF_ONE = ("apply", "mapply", "sfilter", "mfilter", "order", "argmax", "argmin", "valmax", "valmin", "extract")
OF_TWO = ("papply", "mpapply", "prapply")


def called(name: str, function: Any, *containers: Any) -> Any:
    """What a primitive gives for a function and containers, in whichever order it takes them."""
    if PRIMITIVES[name].parameters[0] == "Fn":
        return FN[name](function, *containers)
    return FN[name](*containers, function)


@pytest.mark.parametrize("container", [frozenset({frozenset({1}), frozenset({2})}), ((1,), (2,))], ids=["set", "tuple"])
@pytest.mark.parametrize("name", OF_ONE)
def test_where_nothing_is_found_the_step_fails(name: str, container: Any) -> None:
    """What maps, filters or orders does not end there as if there were no more members."""
    with pytest.raises(ValueError, match="no member meets the condition"):
        called(name, FIND, container)


@pytest.mark.parametrize("name", OF_TWO)
def test_where_nothing_is_found_for_a_pair_the_step_fails(name: str) -> None:
    """The same where two containers are mapped."""
    with pytest.raises(ValueError, match="no member meets the condition"):
        called(name, lambda a, _b: FIND(a), ((1,), (2,)), ((1,), (2,)))


def test_functions_that_are_written_alike_have_no_order() -> None:
    """Where one of them must come first, the step raises; functions of other parts are ordered by those."""
    for parts in ((1, 1), (1, True)):
        alike = frozenset(FN["lbind"](FN["add"], part) for part in parts)
        for name in ("first", "last", "totuple"):
            with pytest.raises(TypeError, match="no order"):
                FN[name](alike)
    by_parts = frozenset(FN["lbind"](FN["add"], number) for number in (2, 1, 3))
    assert [function(0) for function in ascending(by_parts)] == [1, 2, 3]


@pytest.mark.parametrize("name", ["apply", "mapply", "sfilter", "argmax", "prapply"])
def test_of_members_that_fail_the_same_one_is_named(name: str) -> None:
    """Whichever is met first in a set of functions, which is walked by their addresses."""
    others = (frozenset({0, 5}),) if name == "prapply" else ()
    for count in range(20):
        failing = [FN["lbind"](FN["add"], None), FN["lbind"](FN["divide"], 1)]
        members = frozenset([*failing, *(FN["lbind"](FN["add"], n) for n in range(count))])
        with pytest.raises(TypeError):  # nothing comes before numbers
            called(name, lambda function, _other=0: function(0), members, *others)


def test_keys_of_several_kinds_are_taken_in_order() -> None:
    """The kind of the first decides how they are compared, and the first is that of the smallest member."""
    for count in range(20):
        smallest, largest = FN["lbind"](FN["add"], 0), FN["lbind"](FN["add"], 50)
        keys = {smallest: (1,), largest: frozenset({1})}
        members = frozenset([*keys, *(FN["lbind"](FN["add"], n) for n in range(1, count + 1))])
        with pytest.raises(TypeError):  # a tuple is not compared with a set; of sets alone, sizes would be
            FN["argmax"](members, lambda function, keys=keys: keys.get(function, (2,)))


def tower(count: int, value: Any, name: str = "initset") -> Any:
    for _ in range(count):
        value = FN[name](value)
    return value


@pytest.mark.parametrize("value", [1, (1, (0, 0)), None, True])
def test_levels_are_counted_to_the_deepest_member(value: Any) -> None:
    """Whatever lies beside it."""
    own = 2 if isinstance(value, tuple) else 0
    assert [levels(tower(count, value)) for count in (0, 1, 7)] == [own, own + 1, own + 7]
    assert levels((5, tower(3, value), (1, 1))) == own + 4
    assert levels(tower(10_000, value)) == MAX_LEVELS + 1


def test_levels_of_functions_are_those_of_their_parts_together() -> None:
    """They may call each other in turn; one that occurs twice counts twice, and is looked at once."""
    size = FN["size"]
    assert levels(size) == 1
    assert levels(FN["compose"](size, size)) == 3
    assert levels((0, FN["lbind"](FN["rapply"], frozenset({size})))) == 1 + 1 + 1 + 2
    doubled = size
    for _ in range(60):
        doubled = FN["compose"](doubled, doubled)
    assert levels(doubled) == MAX_LEVELS + 1


def test_pairs_of_equal_parts_are_not_counted_one_by_one() -> None:
    """A pair of a pair of a pair ... has few parts and a number of leaves that nobody could count."""
    value: Any = 1
    for _ in range(100):
        value = (value, value)
    assert levels(value) == 100


def test_a_repeated_function_may_not_nest_without_end() -> None:
    """It raises long before its number of times; one that nests nothing is repeated as often as it is told."""
    with pytest.raises(RecursionError, match="nested more than"):
        FN["power"](FN["initset"], 10**9)(1)
    assert FN["power"](FN["increment"], 1000)(0) == 1000
    assert levels(FN["power"](FN["initset"], 100)(1)) == 100


OF_GRIDS: dict[str, Any] = {
    "overlays": FN["overlays"],
    "overlaid": lambda grids: FN["overlaid"](((0, 0),), grids),
    "underlaid": lambda grids: FN["underlaid"](((0, 0),), grids),
    "centered": FN["centered"],
    "inputs": FN["inputs"],
    "outputs": FN["outputs"],
    "argrare": lambda grids: FN["argrare"](grids, FN["shape"]),
    "keepmost": lambda grids: FN["keepmost"](grids, FN["width"]),
    "worthiest": FN["worthiest"],
    "peer": lambda grids: FN["peer"](FN["width"], grids)(((9, 9),)),
    "ranked": lambda grids: FN["ranked"](FN["palette"], grids)(((1, 2),)),
}
"""Primitives that were made for tuples of grids."""


@pytest.mark.parametrize("name", OF_GRIDS)
def test_a_set_of_grids_is_walked_in_one_order(name: str) -> None:
    """However it was filled: what members came in first shows in Python's own order of a set."""
    grids = [((a, b),) for a in range(1, 9) for b in range(1, 9)]
    if name in ("inputs", "outputs"):
        grids = [(grid, grid) for grid in grids]  # type: ignore[misc]
    sets = [frozenset(grids), frozenset(reversed(grids)), frozenset(sorted(grids, key=hash))]
    assert len({tuple(each) for each in sets}) > 1
    assert len({OF_GRIDS[name](each) for each in sets}) == 1
