"""A primitive of our own that completes copies of templates of which only some colours are there; colour 0 is empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations
from typing import NamedTuple

from kagglebatt.dsl.filling import core
from kagglebatt.dsl.mirrors import dmirror, rot180, upscale, vmirror
from kagglebatt.dsl.types import Grid, Tuple

__all__ = ["completed"]

_SCALES = 4
_MOST_TEMPLATES, _MOST_COLOURS = 12, 5
_BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))
_Cell = tuple[int, int, int]
"""A colour, and its row and column from an anchor's first cell."""


class _Image(NamedTuple):
    """A template in some size and orientation, its cells by colour, with the colours of an anchor in it."""

    cells: Mapping[int, list[tuple[int, int]]]
    colours: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many cells the anchor has."""
        return sum([len(self.cells[colour]) for colour in self.colours])

    def anchor(self) -> list[_Cell]:
        """The anchor's cells, from its first one."""
        return self._moved(self.colours)

    def others(self) -> list[_Cell]:
        """All other cells, from there."""
        return self._moved([colour for colour in self.cells if colour not in self.colours])

    def _moved(self, colours: Iterable[int]) -> list[_Cell]:
        top, left = self.cells[self.colours[0]][0]
        return [(colour, i - top, j - left) for colour in colours for i, j in self.cells[colour]]


class _Sheet:
    """A grid as bits; rows are apart by so much that no look aside comes to another row."""

    def __init__(self, grid: Grid) -> None:
        self.rows, self.columns = len(grid), len(grid[0])
        self.stride = 2 * self.columns + 1
        self.planes = [0] * 10
        for i, row in enumerate(grid):
            for j, value in enumerate(row, i * self.stride):
                if value:
                    self.planes[value] |= 1 << j
        self.full = sum(self.planes)

    def looking(self, cells: int, down: int, right: int) -> int:
        """From where one of these cells lies so many rows down and columns to the right."""
        steps = down * self.stride + right
        return cells >> steps if steps >= 0 else cells << -steps

    def places(self, image: _Image, free: int) -> Iterator[tuple[int, int]]:
        """Where the first cell of an anchor may lie: it is there, among free cells, and what is beside it is not like
        it; and no other cell of the image lies on another colour."""
        found, anchor = free, image.anchor()
        for colour, i, j in anchor:
            found &= self.looking(self.planes[colour] & free, i, j)
            if not found:
                return
        own = {(i, j) for _, i, j in anchor}
        for colour, i, j in anchor:
            for down, right in _BESIDE:
                if (i + down, j + right) not in own:
                    found &= ~self.looking(self.planes[colour], i + down, j + right)
        for colour, i, j in image.others():
            found &= ~self.looking(self.full & ~self.planes[colour], i, j)
        while found:
            yield divmod((found & -found).bit_length() - 1, self.stride)
            found &= found - 1


def completed(grid: Grid, templates: Tuple) -> Grid:
    """The grid with copies of templates completed, largest first, where some of their colours are already.

    An *anchor* is what is there: cells like those of a template's that have some of its colours, as they are, turned,
    mirrored or up to four times as large. What is missing is put around it, unless another colour lies in its way.
    Each template is a layer: a grid of the whole size that holds one part. Twelve of up to five colours are looked at.
    """
    sheet = _Sheet(grid)
    free = sheet.full
    parts = []
    for template in dict.fromkeys(templates[:_MOST_TEMPLATES]):
        free &= ~_Sheet(template).full
        parts.append(core(template))
    made = [list(row) for row in grid]
    for image in _images_of(parts, sheet, free):
        for down, right in list(sheet.places(image, free)):
            anchor = _union(sheet, image.anchor(), down, right)
            if anchor & free == anchor:
                free &= ~anchor
                _painted(made, image.others(), down, right)
    return tuple(map(tuple, made))


def _union(sheet: _Sheet, cells: Iterable[_Cell], down: int, right: int) -> int:
    return sum([1 << ((down + i) * sheet.stride + right + j) for _, i, j in cells])


def _painted(made: list[list[int]], cells: Iterable[_Cell], down: int, right: int) -> None:
    """Put cells where nothing is; what lies outside is lost."""
    for colour, i, j in cells:
        if 0 <= down + i < len(made) and 0 <= right + j < len(made[0]) and not made[down + i][right + j]:
            made[down + i][right + j] = colour


def _images_of(parts: Iterable[Grid], sheet: _Sheet, free: int) -> list[_Image]:
    """All images with all anchors for which there are cells enough, those with the largest anchors first."""
    there = [(plane & free).bit_count() for plane in sheet.planes]
    found = []
    for part in dict.fromkeys(parts):
        counts = Counter(chain.from_iterable(part))
        del counts[0]
        if not 1 < len(counts) <= _MOST_COLOURS:
            continue
        for scale in range(1, _SCALES + 1):
            enough = [colour for colour in sorted(counts) if counts[colour] * scale * scale <= there[colour]]
            anchors = [chosen for size in range(1, len(counts)) for chosen in combinations(enough, size)]
            for image in _turned(upscale(part, scale)) if anchors else ():
                cells = _by_colour(image)
                found += [_Image(cells, chosen) for chosen in anchors]
    return sorted(found, key=lambda each: -each.size)


def _by_colour(grid: Grid) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            if value:
                found.setdefault(value, []).append((i, j))
    return found


def _turned(part: Grid) -> Iterable[Grid]:
    """The part in each orientation, those that are alike once."""
    turned = dmirror(part)
    return dict.fromkeys(
        [way for image in (part, turned) for way in (image, vmirror(image), rot180(image), vmirror(rot180(image)))]
    )
