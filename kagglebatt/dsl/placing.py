"""Primitives of our own that put things where a layer says: copies, images, lines; colour 0 is empty.

The last argument is the layer, a grid of the whole size that holds one part; the first one is what is put there, or the
grid that the layer was taken from.
"""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.dsl.bits import inside, kept, occupied, shaped
from kagglebatt.dsl.filling import core, overlay, smear
from kagglebatt.dsl.layers import filled
from kagglebatt.dsl.mirrors import dmirror, rot90, rot180, rot270, upscale, vmirror
from kagglebatt.dsl.relating import leftedge, topedge
from kagglebatt.dsl.types import Fn, Grid, Pair

__all__ = [
    "approached",
    "centred",
    "incolumns",
    "inrows",
    "levelled",
    "linked",
    "placed",
    "plumbed",
    "reflected",
    "repeated",
    "shot",
    "stamped",
]  # fmt: skip

_SCALES = 4
_STRAIGHT = ((1, 0), (-1, 0), (0, 1), (0, -1))


def placed(template: Grid, layer: Grid) -> Grid:
    """The part of the first grid that is not empty, moved to the upper left corner of the layer's part."""
    return _at(core(template), topedge(layer), leftedge(layer), layer)


def levelled(target: Grid, layer: Grid) -> Grid:
    """The layer's part moved up or down to the top row of the target's part."""
    return _at(core(layer), topedge(target), leftedge(layer), layer)


def plumbed(target: Grid, layer: Grid) -> Grid:
    """The layer's part moved to the left or right, to the first column of the target's part."""
    return _at(core(layer), topedge(layer), leftedge(target), layer)


def approached(target: Grid, layer: Grid) -> Grid:
    """The layer's part moved as little as it must until its box touches that of the target's part, corners included."""
    part, other = core(layer), core(target)
    down = _gap(topedge(layer), len(part), topedge(target), len(other))
    right = _gap(leftedge(layer), len(part[0]), leftedge(target), len(other[0]))
    return _at(part, topedge(layer) + down, leftedge(layer) + right, layer)


def _gap(start: int, length: int, other: int, its_length: int) -> int:
    """How far a run of lines must move to lie beside another one, or to share a line with it."""
    if start + length < other:
        return other - start - length
    return min(0, other + its_length - start)


def repeated(direction: Pair, layer: Grid) -> Grid:
    """The layer's part again and again in one of eight directions, each copy touching the one before."""
    part = core(layer)
    top, left = topedge(layer), leftedge(layer)
    for step in range(1, max(len(layer), len(layer[0]))):
        copy = _at(part, top + step * direction[0] * len(part), left + step * direction[1] * len(part[0]), layer)
        layer = overlay(copy, layer)
    return layer


def inrows(grid: Grid, layer: Grid) -> Grid:
    """What the grid has in the rows that the layer has cells in, besides the layer itself."""
    return tuple(
        [
            tuple([0 if own else value for value, own in zip(row, line, strict=True)]) if any(line) else (0,) * len(row)
            for row, line in zip(grid, layer, strict=True)
        ]
    )


def incolumns(grid: Grid, layer: Grid) -> Grid:
    """What the grid has in the columns that the layer has cells in, besides the layer itself."""
    return dmirror(inrows(dmirror(grid), dmirror(layer)))  # type: ignore[no-any-return]


def centred(template: Grid, layer: Grid) -> Grid:
    """The part of the first grid that is not empty, its middle moved to the middle of the layer's part."""
    part, place = core(template), core(layer)
    top = topedge(layer) + (len(place) - len(part)) // 2
    return _at(part, top, leftedge(layer) + (len(place[0]) - len(part[0])) // 2, layer)


def stamped(template: Grid, layer: Grid) -> Grid:
    """The template's part, turned, mirrored or enlarged, so that its cells of the layer's colours cover the layer.

    The first way that fits, of eight, as it is, or two to four times as large; ValueError when none does.
    """
    wanted = core(layer)
    colours = set().union(*wanted) - {0}
    part = core(template)
    whole = filled(layer)
    own = sum([value in colours for row in part for value in row])
    for image in _images(part, [scale for scale in range(1, _SCALES + 1) if own * scale * scale == whole]):
        anchor = tuple([tuple([value if value in colours else 0 for value in row]) for row in image])
        if core(anchor) == wanted:
            return _at(image, topedge(layer) - topedge(anchor), leftedge(layer) - leftedge(anchor), layer)
    raise ValueError("the template does not fit")


def _images(part: Grid, scales: list[int]) -> Iterator[Grid]:
    for scale in scales:
        large = upscale(part, scale)
        for image in (large, dmirror(large)):
            yield from (image, vmirror(image), rot180(image), vmirror(rot180(image)))


def _at(part: Grid, top: int, left: int, grid: Grid) -> Grid:
    """The part at a place of an empty grid of the size of another one; what lies outside is lost."""
    rows, columns = len(grid), len(grid[0])
    made = [(0,) * columns] * rows
    for i, row in enumerate(part, top):
        if 0 <= i < rows:
            line = (0,) * left + tuple(row) if left >= 0 else tuple(row[-left:])
            made[i] = (line + (0,) * columns)[:columns]
    return tuple(made)


def reflected(grid: Grid, function: Fn, layer: Grid) -> Grid:
    """A mirror's or rotation's image of the grid, the middle of the layer's part staying where it is.

    ValueError when a rotation would put cells between cells.
    """
    part = core(layer)
    top, left, rows, columns = topedge(layer), leftedge(layer), len(grid), len(grid[0])
    above = max(0, rows - 2 * top - len(part))
    before = max(0, columns - 2 * left - len(part[0]))
    height, width = 2 * (above + top) + len(part), 2 * (before + left) + len(part[0])
    side = max(height, width)
    if (height - width) % 2 and function in (rot90, rot270, dmirror):
        raise ValueError("the middle lies between cells in one direction alone")
    down, right = above + (side - height) // 2, before + (side - width) // 2
    blank = (0,) * (side + (width - side) % 2)
    lines = [((0,) * right + row + blank)[: len(blank)] for row in grid]
    tall = side + (height - side) % 2
    image = function((*[blank] * down, *lines, *[blank] * tall)[:tall])
    return tuple([tuple(row[right : right + columns]) for row in image[down : down + rows]])


def shot(grid: Grid, direction: Pair, layer: Grid) -> Grid:
    """The layer running on in one of eight directions over what is empty in the grid, until something stops it."""
    reach = _ray(occupied(layer), occupied(grid), direction, len(grid), len(grid[0]))[0]
    return kept(smear(layer, direction), reach | occupied(layer))


def linked(grid: Grid, layer: Grid) -> Grid:
    """1 at the empty cells straight between the layer's cells and other cells of the grid, nothing else between."""
    rows, columns = len(grid), len(grid[0])
    full, own = occupied(grid), occupied(layer)
    found = 0
    for direction in _STRAIGHT:
        back = (-direction[0], -direction[1])
        reach, stopped = _ray(own, full, direction, rows, columns)
        found |= reach & _ray(stopped & ~own, full, back, rows, columns)[0]
    return shaped(found, rows, columns)


def _ray(own: int, full: int, direction: Pair, rows: int, columns: int) -> tuple[int, int]:
    """The free cells on the way in a direction, and the full ones that end it."""
    by = direction[0] * (columns + 1) + direction[1]
    everything = inside(rows, columns)
    reach, stopped, front = 0, 0, own
    while front and by:
        front = (front << by if by > 0 else front >> -by) & everything
        stopped |= front & full
        front &= ~full
        reach |= front
    return reach, stopped & ~own
