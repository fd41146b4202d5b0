"""Primitives of our own, for programs that read ``S`` (all demo pairs) and for differs.

They stand apart from the public vocabulary, so that a solver file of the ARC community means the same here.
"""

from __future__ import annotations

from itertools import chain

from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.types import Grid, Int, Set, Tuple

__all__ = [
    "agreement",
    "area",
    "colorpairs",
    "colorroles",
    "colprofile",
    "inputs",
    "likeness",
    "mapcolors",
    "outputs",
    "permille",
    "rowprofile",
]  # fmt: skip


def inputs(pairs: Tuple) -> Tuple:
    """The first grid of every pair."""
    return tuple([pair[0] for pair in ascending(pairs)])


def outputs(pairs: Tuple) -> Tuple:
    """The second grid of every pair."""
    return tuple([pair[1] for pair in ascending(pairs)])


def agreement(a: Grid, b: Grid) -> Int:
    """The number of cells at which both grids hold the same colour, over the rows and columns that both have."""
    return sum(
        [sum(map(int.__eq__, mine, theirs)) for mine, theirs in zip(a, b, strict=False)],
    )


def area(grid: Grid) -> Int:
    """Rows times columns."""
    return len(grid) * len(grid[0]) if grid else 0


def permille(part: Int, whole: Int) -> Int:
    """1000 * part // whole, kept within 0 to 1000; of a whole of 0 or less, 1000 when both are 0, else 0."""
    if whole <= 0:
        return 1000 if part == whole == 0 else 0
    return min(max(1000 * part // whole, 0), 1000)


def likeness(a: Grid, b: Grid) -> Int:
    """Agreeing cells per thousand of the smallest grid that holds both; 1000 only for equal grids."""
    if not a or not b:
        return 1000 if a == b else 0
    joint = max(len(a), len(b)) * max(len(a[0]), len(b[0]))
    return permille(agreement(a, b), joint)


def colorpairs(pairs: Tuple) -> Set:
    """Every (colour in the input, colour in the output) at equal positions, over pairs whose grids have one shape."""
    found: set[tuple[int, int]] = set()
    for before, after in pairs:
        if len(before) == len(after) and [*map(len, before)] == [*map(len, after)]:
            found.update(zip(chain.from_iterable(before), chain.from_iterable(after), strict=True))
    return frozenset(found)


def colorroles(grid: Grid, fixed: Set) -> Set:
    """(colour, role) for each colour 0 to 9: its own number where it is fixed; others by how common they are.

    The most common one, the smallest of several, has the smallest number that is not fixed as its role, and so on;
    colours that the grid has not come last. Partners are different, so that roles can be turned back.
    """
    free = [colour for colour in range(10) if colour not in fixed]
    cells = list(chain.from_iterable(grid))
    ordered = sorted(free, key=lambda colour: (-cells.count(colour), colour))
    return frozenset([*zip(ordered, free, strict=True), *[(colour, colour) for colour in range(10) if colour in fixed]])


def mapcolors(grid: Grid, mapping: Set) -> Grid:
    """Each colour replaced by its partner in a set of pairs, the smallest of several; kept when it has none."""
    partner = dict(sorted(mapping, reverse=True))
    return tuple([tuple([partner.get(value, value) for value in row]) for row in grid])


def _profile(lines: Tuple, background: int) -> Tuple:
    return tuple([len(line) - line.count(background) for line in lines])


def rowprofile(grid: Grid) -> Tuple:
    """For each row the number of cells that are not the grid's most common colour; ValueError when it has none."""
    return _profile(grid, mostcolor(grid))


def colprofile(grid: Grid) -> Tuple:
    """For each column the number of cells that are not the grid's most common colour; ValueError when it has none."""
    return _profile(tuple(zip(*grid, strict=False)), mostcolor(grid))
