"""Grids as numbers: whatever way a primitive takes, by numbers or cell by cell, it gives the same."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from kagglebatt.dsl import sheet
from kagglebatt.dsl.known import sizes
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.dsl.sheet import Sheet, sheet_of

DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
CALLS = [
    *[(name, (direction,)) for name in ("smear", "bridge") for direction in DIRECTIONS],
    *[(name, (direction,)) for name in ("slide", "settle") for direction in DIRECTIONS[:4]],
    *[(name, (flag,)) for name in ("holes", "grow", "edges", "distances") for flag in (False, True)],
    *[(name, (flag, not flag)) for name in ("layers", "numbered") for flag in (False, True)],
    *[(name, (value,)) for name in ("crowd", "keepcolor", "tilerepair", "mirrorrepair") for value in (0, 3, 9)],
    *[(name, ()) for name in ("negative", "core", "colorlayers", "rings", "fillholes", "tileunit")],
    *[("touching", (value, value > 1)) for value in (1, 2)],
]


def grids(seed: int) -> list[tuple[tuple[int, ...], ...]]:
    """A sparse one, one of few colours, a tiled one and a mirrored one, each with a patch of one colour in it."""
    rng = Random(seed)
    rows, columns = rng.randint(6, 17), rng.randint(6, 17)
    down, right, slant = rng.randint(1, 4), rng.randint(1, 4), rng.choice([0, 0, 1, -1])
    tile = [[rng.randint(0, 3) for _ in range(right)] for _ in range(down)]
    fold = rng.randint(-1, 1)
    made = [
        [[rng.choice((1, 2, 5)) if rng.random() < 0.2 else 0 for _ in range(columns)] for _ in range(rows)],
        [[rng.randint(0, 2) for _ in range(columns)] for _ in range(rows)],
        [[tile[i % down][(j + i // down * slant) % right] for j in range(columns)] for i in range(rows)],
        [[min(i, rows - 1 + fold - i) * min(j, columns - 1 - j) % 3 for j in range(columns)] for i in range(rows)],
    ]
    for grid in made:
        top, left = rng.randrange(rows - 3), rng.randrange(columns - 3)
        for row in grid[top : top + 3]:
            row[left : left + 2] = [3, 3]
    return [tuple(map(tuple, grid)) for grid in made]


def given(function: Callable[..., object], *arguments: object) -> object:
    """What a primitive gives, or the kind of its fault: some grids have too many parts."""
    try:
        return function(*arguments)
    except ValueError as error:
        return type(error)


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=str)
def test_both_ways_give_the_same(name: str, arguments: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    """As numbers, and cell by cell as small grids are done."""
    function = PRIMITIVES[name].fn
    examples = [grid for seed in range(3) for grid in grids(seed)]
    assert all(sheet_of(grid) for grid in examples)
    quick = [given(function, grid, *arguments) for grid in examples]
    with monkeypatch.context() as patched:
        patched.setattr(sheet, "_SHEETS", {})
        patched.setattr(sheet, "MOST_CELLS", 0)
        assert not any(map(sheet_of, examples))
        assert [given(function, grid, *arguments) for grid in examples] == quick


@pytest.mark.parametrize("name", ["overlay", "masked", "unmasked"])
def test_two_grids(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one shape and of several."""
    function = PRIMITIVES[name].fn
    examples = [(a, b) for seed in range(4) for a in grids(seed) for b in grids(seed + seed % 2)]
    quick = [function(a, b) for a, b in examples]
    monkeypatch.setattr(sheet, "_SHEETS", {})
    monkeypatch.setattr(sheet, "MOST_CELLS", 0)
    assert [function(a, b) for a, b in examples] == quick


@pytest.mark.parametrize(
    "grid",
    [
        (),
        ((),),
        ((1,) * 9,) * 3,  # small
        ((1,) * 60,) * 60,  # large
        ((0,) * 8, *((0,) * 7,) * 6),  # ragged
        ((0,) * 8, *((-1,) * 8,) * 6),
        ((0,) * 8, *((128,) * 8,) * 6),
        ((0,) * 8, *((None,) * 8,) * 6),
        ((0,) * 8, *((True,) * 8,) * 6),
        (frozenset(range(8)),) * 6,
        frozenset([(i,) * 8 for i in range(6)]),
        (8,) * 6,
    ],
    ids=str,
)
def test_what_is_no_sheet(grid: object) -> None:
    """Grids that numbers are no use for, and what is no grid."""
    assert sheet_of(grid) is None


def test_sheets_are_kept_by_identity_and_not_without_bound() -> None:
    """The same grid is read once; of many only the last are kept."""
    grid = grids(0)[0]
    assert sheet_of(grid) is sheet_of(grid)
    made = [tuple([(i % 10, i // 10 % 10, i // 100)] * 10) for i in range(1000)]
    assert all(isinstance(sheet_of(each), Sheet) for each in made)
    assert len(sheet._SHEETS) <= sheet._KEPT
    assert all(found.grid is each for each in made if (found := sheet_of(each)))


def test_sizes_of_parts() -> None:
    """The smallest first, the whole left out."""
    assert sizes(2, 2) == ((1, 1), (1, 2), (2, 1))


def test_tiles_in_place_of_cells() -> None:
    """Rows of several lengths are repeated as they are."""
    kron = PRIMITIVES["kron"].fn
    assert kron(((1, 0),), ((5, 6), (7,))) == ((5, 6, 0, 0), (7, 0))
    assert kron(((0, 0, 3),), ((1,),)) == ((0, 0, 1),)
    assert kron(((), (1,)), ((1, 2),)) == ((1, 2),)
