"""Primitives of our own that fill, grow, shift and join what is on a grid; colour 0 counts as empty.

Where two grids are taken, the result has the rows and columns that the first one has.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from kagglebatt.dsl.bits import (
    components,
    inside,
    kept,
    occupied,
    painted,
    painted_all,
    reached,
    rim,
    shaped,
    spread,
    where,
)
from kagglebatt.dsl.bounds import allow
from kagglebatt.dsl.sheet import LARGEST, WALL, Frame, moved, sheet_of, unflat
from kagglebatt.dsl.types import Bool, Grid, Int, Pair

__all__ = [
    "bridge",
    "core",
    "edges",
    "fillholes",
    "grow",
    "holes",
    "keepcolor",
    "kron",
    "masked",
    "negative",
    "nudge",
    "overlay",
    "settle",
    "slide",
    "smear",
    "thin",
    "unmasked",
]  # fmt: skip


_EMPTY = bytes([byte == 0 for byte in range(256)])
_ALONE = [bytes([byte * (byte == value) for byte in range(256)]) for value in range(LARGEST + 1)]


def overlay(below: Grid, above: Grid) -> Grid:
    """The first grid with the second one's colours over it, where that one is not empty."""
    sheets = _sheets(below, above)
    if sheets is not None:
        mine, theirs, form = sheets
        return form.grid(mine & ~form.filled(theirs) | theirs)
    return _overlaid_by_rows(below, above)


def _sheets(a: Grid, b: Grid) -> tuple[int, int, Frame] | None:
    """The numbers of two grids of one shape; None where they are no such grids."""
    one, other = sheet_of(a), sheet_of(b)
    if one is None or other is None:
        return None
    (mine, form), (theirs, their_form) = one.number(), other.number()
    return (mine, theirs, form) if form is their_form else None


def _overlaid_by_rows(below: Grid, above: Grid) -> Grid:
    if len(above) < len(below):
        above = (*above, *([()] * (len(below) - len(above))))
    return tuple([_over(mine, theirs) for mine, theirs in zip(below, above, strict=False)])


def _over(mine: tuple[int, ...], theirs: tuple[int, ...]) -> tuple[int, ...]:
    if not any(theirs):
        return mine
    return (*[b or a for a, b in zip(mine, theirs, strict=False)], *mine[len(theirs) :])


def masked(grid: Grid, mask: Grid) -> Grid:
    """The grid's colours where the mask is not empty, and nothing elsewhere; cut to the smaller of both."""
    sheets = _sheets(grid, mask)
    if sheets is not None:
        mine, theirs, form = sheets
        return form.grid(mine & form.filled(theirs))
    return tuple([tuple([a if b else 0 for a, b in zip(x, y, strict=False)]) for x, y in zip(grid, mask, strict=False)])


def unmasked(grid: Grid, mask: Grid) -> Grid:
    """The grid's colours where the mask is empty, and nothing elsewhere; cut to the smaller of both."""
    sheets = _sheets(grid, mask)
    if sheets is not None:
        mine, theirs, form = sheets
        return form.grid(mine & ~form.filled(theirs))
    return tuple([tuple([0 if b else a for a, b in zip(x, y, strict=False)]) for x, y in zip(grid, mask, strict=False)])


def negative(grid: Grid) -> Grid:
    """1 where the grid is empty, and nothing elsewhere."""
    sheet = sheet_of(grid)
    if sheet is not None:
        return unflat(sheet.flat().translate(_EMPTY), len(grid[0]))
    return tuple([tuple([0 if value else 1 for value in row]) for row in grid])


def keepcolor(grid: Grid, value: Int) -> Grid:
    """The grid with nothing but one colour."""
    sheet = sheet_of(grid)
    if sheet is not None and type(value) is int and 0 <= value <= LARGEST:
        return unflat(sheet.flat().translate(_ALONE[value]), len(grid[0]))
    return tuple([tuple([v if v == value else 0 for v in row]) for row in grid])


def core(grid: Grid) -> Grid:
    """The smallest part that holds all that is not empty; ValueError when nothing is."""
    rows = list(map(any, grid))
    if True not in rows:
        raise ValueError("an empty grid has no core")
    part = grid[rows.index(True) : len(rows) - rows[::-1].index(True)]
    columns = list(map(any, zip(*part, strict=True)))
    left, right = columns.index(True), len(columns) - columns[::-1].index(True)
    return tuple([row[left:right] for row in part])


def holes(grid: Grid, diagonal: Bool) -> Grid:
    """1 at the empty cells from which no way over empty cells leads out of the grid; steps to four or eight sides."""
    rows, columns = len(grid), len(grid[0])
    return shaped(_enclosed(grid, diagonal), rows, columns)


def _enclosed(grid: Grid, diagonal: bool) -> int:
    rows, columns = len(grid), len(grid[0])
    free = where(grid, 0)
    return free & ~reached(rim(rows, columns), free, columns + 1, diagonal)


def fillholes(grid: Grid) -> Grid:
    """Every enclosed empty cell takes the colour of the nearest cell to its left that is not empty."""
    enclosed = _enclosed(grid, False)
    stride = len(grid[0]) + 1
    rows = [list(row) for row in grid]
    for i, row in enumerate(rows):
        line = enclosed >> (i * stride)
        for j in range(1, len(row)) if line & (1 << len(row)) - 1 else ():
            if line >> j & 1:
                row[j] = row[j - 1]
    return tuple(map(tuple, rows))


def grow(grid: Grid, diagonal: Bool) -> Grid:
    """Every empty cell beside colours takes the largest of them; beside means four or eight neighbours."""
    rows, columns = len(grid), len(grid[0])
    free = where(grid, 0)
    colours = sorted(set().union(*grid) - {0})
    if sheet_of(grid) is None:
        for value in colours:
            grid = painted(grid, spread(where(grid, value) & ~free, columns + 1, diagonal) & free, value)
        return grid if rows else ()
    beside = [spread(where(grid, value) & ~free, columns + 1, diagonal) & free for value in colours]
    return painted_all(grid, list(zip(beside, colours, strict=True)))


def edges(grid: Grid, diagonal: Bool) -> Grid:
    """What lies beside an empty cell or the grid's rim; beside means four or eight neighbours."""
    rows, columns = len(grid), len(grid[0])
    full = occupied(grid)
    outer = rim(rows, columns) | spread(inside(rows, columns) & ~full, columns + 1, diagonal)
    return kept(grid, full & outer)


def _turned(grid: Grid, direction: Pair) -> Grid:
    """The grid seen so that the direction, down, up, left or right, leads to the right."""
    down, right = direction
    if down:
        grid = tuple(zip(*grid, strict=True))
    return tuple([row[::-1] for row in grid]) if min(down, right) < 0 else grid


def _turned_back(grid: Grid, direction: Pair) -> Grid:
    down, right = direction
    if min(down, right) < 0:
        grid = tuple([row[::-1] for row in grid])
    return tuple(zip(*grid, strict=True)) if down else grid


def _smeared(row: tuple[int, ...]) -> tuple[int, ...]:
    made, last = [], 0
    for value in row:
        last = value or last
        made.append(last)
    return tuple(made)


def smear(grid: Grid, direction: Pair) -> Grid:
    """Every colour runs on in a direction, one of eight, over empty cells."""
    down, right = direction
    sheet = sheet_of(grid) if _is_vector(direction) else None
    if sheet is not None:
        number, form = sheet.number(len(grid[0]) if right or not down else 0)
        return form.grid(_run_on(number, form, direction))
    if down and right:
        return _smeared_slanting(grid, down, right)
    turned = _turned(grid, direction)
    return _turned_back(tuple([_smeared(row) if any(row) else row for row in turned]), direction)


def _is_vector(direction: Any) -> bool:
    return {*map(type, direction)} <= {int, bool}


def _run_on(number: int, form: Frame, direction: Pair) -> int:
    """Every colour run on in a direction; but for straight down or up the margin must be as wide as the grid.

    In each turn colours go on twice as far as in the turn before.
    """
    down, right = [(along > 0) - (along < 0) for along in direction]
    if not down and not right:
        right = 1
    step = down * form.stride + right
    most = min(form.rows if down else form.columns, form.columns if right else form.rows)
    reach, free = 1, form.inside & ~form.filled(number)
    while reach < most:
        coming = moved(number, step * reach) & free
        number |= coming
        reach *= 2
        if reach < most:
            free &= ~form.filled(coming)
    return number


def _smeared_slanting(grid: Grid, down: int, right: int) -> Grid:
    rows = list(grid) if down > 0 else list(grid[::-1])
    made = rows[:1]
    for row in rows[1:]:
        before = made[-1]
        shifted = (0, *before[:-1]) if right > 0 else (*before[1:], 0)
        made.append(tuple([value or from_there for value, from_there in zip(row, shifted, strict=True)]))
    return tuple(made if down > 0 else made[::-1])


def _bridged(row: tuple[int, ...]) -> tuple[int, ...]:
    made = list(row)
    last, value = -1, 0
    for j, now in enumerate(row):
        if now:
            if now == value:
                made[last:j] = [value] * (j - last)
            last, value = j, now
    return tuple(made)


def bridge(grid: Grid, direction: Pair) -> Grid:
    """The empty cells between two cells of one colour, with nothing else between, take it.

    Between means in a row or column, or in a diagonal where the direction is slanting.
    """
    down, right = direction
    sheet = sheet_of(grid) if _is_vector(direction) else None
    if sheet is not None:
        number, form = sheet.number(len(grid[0]) if right or not down else 0)
        before, after = _run_on(number, form, (down, right)), _run_on(number, form, (-down, -right or -(not down)))
        return form.grid(number | before & ~form.filled(before ^ after))
    if down and right:
        return _bridged_slanting(grid, down, right)
    return _turned_back(tuple(map(_bridged, _turned(grid, direction))), direction)


def _bridged_slanting(grid: Grid, down: int, right: int) -> Grid:
    ahead, behind = _smeared_slanting(grid, down, right), _smeared_slanting(grid, -down, -right)
    return tuple(
        [
            tuple([v or (a if a == b else 0) for v, a, b in zip(*lines, strict=True)])
            for lines in zip(grid, ahead, behind, strict=True)
        ]
    )


def slide(grid: Grid, direction: Pair) -> Grid:
    """All cells that are not empty move in a direction, down, up, left or right, as far as the grid and others let."""
    turned = _turned(grid, direction)
    sheet = sheet_of(turned)
    if sheet is None:
        return _turned_back(tuple([tuple(sorted(row, key=bool)) for row in turned]), direction)
    columns = len(turned[0])
    rows = [line.replace(b"\0", b"").rjust(columns, b"\0") for line in sheet.walled.split(WALL)]
    return _turned_back(tuple(map(tuple, rows)), direction)


def nudge(grid: Grid, direction: Pair) -> Grid:
    """Everything one step away in a direction; what leaves the grid is lost, and what comes in is empty."""
    down, right = direction
    blank = (0,) * len(grid[0])
    if down:
        grid = (blank, *grid[:-1]) if down > 0 else (*grid[1:], blank)
    if right:
        grid = tuple([(0, *row[:-1]) if right > 0 else (*row[1:], 0) for row in grid])
    return grid


def settle(grid: Grid, direction: Pair) -> Grid:
    """Connected parts, eight neighbours connecting, move as wholes as far as the grid and the parts before let."""
    turned = _turned(grid, direction)
    columns = len(turned[0])
    stride = columns + 1
    taken, layers = 0, []
    wall = sum(1 << (i * stride + columns) for i in range(len(turned)))
    parts = components(occupied(turned), stride, True)
    for part in sorted(parts, key=lambda part: -_last_column(part, stride)):
        steps = 0
        while not part << (steps + 1) & (taken | wall):
            steps += 1
        taken |= part << steps
        layers.append((part, steps))
    return _turned_back(_settled(turned, layers), direction)


def _settled(grid: Grid, layers: list[tuple[int, int]]) -> Grid:
    """Parts of a grid over each other, each so many steps to the right of where it was."""
    sheet = sheet_of(grid)
    if sheet is None:
        columns = len(grid[0])
        made: Grid = ((0,) * columns,) * len(grid)
        for part, steps in layers:
            made = overlay(made, tuple([(*(0,) * steps, *row[: columns - steps]) for row in kept(grid, part)]))
        return made
    number, form = sheet.number(1)
    settled = 0
    for part, steps in layers:
        own = moved(number & form.mask(part), steps)
        settled = settled & ~form.filled(own) | own
    return form.grid(settled)


def _last_column(part: int, stride: int) -> int:
    """The largest column of a set of cells."""
    columns = 0
    while part:
        columns |= part & ((1 << stride) - 1)
        part >>= stride
    return columns.bit_length()


def kron(pattern: Grid, tile: Grid) -> Grid:
    """The tile in place of each cell of the pattern that is not empty, and as much emptiness in place of others."""
    allow(len(pattern) * len(tile) * len(pattern[0]) * len(tile[0]))
    if set(map(type, tile)) == {tuple}:
        return tuple([row for flags in pattern for row in _tiled([*map(bool, flags)], tile)])
    blank = tuple([(0,) * len(row) for row in tile])
    made = []
    for row in pattern:
        parts = [tile if value else blank for value in row]
        made += [sum(lines, ()) for lines in zip(*parts, strict=True)]
    return tuple(made)


def _tiled(flags: list[bool], tile: Grid) -> list[tuple[int, ...]]:
    """The rows that a row of a pattern becomes."""
    if not flags:
        return []
    lines = [(row, (0,) * len(row)) for row in tile]
    return [tuple(chain.from_iterable([row if flag else blank for flag in flags])) for row, blank in lines]


def thin(grid: Grid) -> Grid:
    """The grid without each row and column that equals the one before it."""
    for _ in range(2):
        grid = tuple(zip(*[row for i, row in enumerate(grid) if not i or row != grid[i - 1]], strict=True))
    return grid
