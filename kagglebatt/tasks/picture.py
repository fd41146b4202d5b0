"""Grids as pictures in a notebook: inline SVG in ARC's colours, nothing to install.

The colours are those of the ARC Prize's own task viewer. Captions take the notebook's own text colour, so that
pictures read in light and in dark themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Protocol

from kagglebatt.dsl.types import Grid

PALETTE = (
    "#000000",
    "#0074d9",
    "#ff4136",
    "#2ecc40",
    "#ffdc00",
    "#aaaaaa",
    "#f012be",
    "#ff851b",
    "#7fdbff",
    "#870c25",
)
"""The colour of each value 0 to 9."""

NOTHING, STRANGE, MARKED = -1, -2, -3
"""Instead of a colour: no cell is there; a number that is no colour; a location, which has none."""

_WHITE = "#ffffff"
_LINE = "#555555"
_SIDE, _CELL, _LEAST_LINED = 140, 20, 4
"""Pixels: of a picture's longer side at most, of a cell at most, and of a cell that still has lines around it."""


def grid_svg(grid: Grid) -> str:
    """One grid as an SVG element at most 141 pixels wide and high; values outside 0 to 9 are drawn white, and
    ``NOTHING`` not at all.

    Each colour is one path, so that a page of large grids stays small.
    """
    rows, columns = len(grid), len(grid[0]) if grid else 0
    cell = min(_CELL, _SIDE / max(rows, columns, 1))
    paths = [f'<path fill="{colour}" d="{d}"/>' for colour, d in _areas(grid).items()]
    if cell >= _LEAST_LINED:
        lines = [f"M0 {i}h{columns}" for i in range(rows + 1)] + [f"M{j} 0v{rows}" for j in range(columns + 1)]
        paths.append(f'<path fill="none" stroke="{_LINE}" stroke-width="{1 / cell:.3f}" d="{"".join(lines)}"/>')
    edge = 0.5 / cell  # half a line's width: the outer lines are whole
    box = f"{-edge:.3f} {-edge:.3f} {columns + 2 * edge:.3f} {rows + 2 * edge:.3f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * cell + 1:.0f}" height="{rows * cell + 1:.0f}"'
        f' viewBox="{box}" shape-rendering="crispEdges" role="img" aria-label="grid of {rows} x {columns}">'
        f"{''.join(paths)}</svg>"
    )


def _areas(grid: Grid) -> dict[str, str]:
    """For each colour that a grid has, the path of its cells, those side by side as one."""
    areas: dict[str, str] = {}
    for i, row in enumerate(grid):
        j = 0
        for value, cells in groupby(row):
            width = len(list(cells))
            if value != NOTHING:
                colour = PALETTE[value] if 0 <= value < len(PALETTE) else _WHITE
                areas[colour] = areas.get(colour, "") + f"M{j} {i}h{width}v1h-{width}z"
            j += width
    return areas


class Pair(Protocol):
    """An input grid, and the known output, if any."""

    @property
    def input(self) -> Grid: ...
    @property
    def answer(self) -> Grid | None: ...


class HasPairs(Protocol):
    """What a task is drawn by; a task shows itself with what is here, so it cannot be named here."""

    @property
    def id(self) -> str: ...
    @property
    def demo(self) -> Sequence[Pair]: ...
    @property
    def test(self) -> Sequence[Pair]: ...


@dataclass(frozen=True)
class Gallery:
    """Captioned grids in groups, such as a pair's input and output, that stay together while the groups wrap to the
    width of the page; the last value of a notebook cell shows it. Where there is no grid, the caption stands alone."""

    title: str
    groups: tuple[tuple[tuple[str, Grid | None], ...], ...]

    def _repr_html_(self) -> str:
        title = f'<div style="font-weight:bold;margin:12px 0 4px">{escape(self.title)}</div>' if self.title else ""
        groups = "".join(
            f'<div style="display:flex;gap:10px;align-items:flex-start">{"".join(map(_figure, group))}</div>'
            for group in self.groups
        )
        wrapped = "display:flex;flex-wrap:wrap;gap:10px 26px;align-items:flex-start"
        return f'<div style="font-family:sans-serif">{title}<div style="{wrapped}">{groups}</div></div>'


def _figure(captioned: tuple[str, Grid | None]) -> str:
    caption, grid = captioned
    return (
        '<figure style="margin:0"><figcaption style="font-size:12px;white-space:nowrap">'
        f"{escape(caption)}</figcaption>{'' if grid is None else grid_svg(grid)}</figure>"
    )


def pair_group(name: str, pair: Pair) -> tuple[tuple[str, Grid | None], ...]:
    """A pair's input and output; the input alone where the output is not known."""
    group: list[tuple[str, Grid | None]] = [(f"{name} input", pair.input)]
    return (*group, ("output", pair.answer)) if pair.answer is not None else tuple(group)


def task_gallery(task: HasPairs, answers: Sequence[Grid | None] = (), title: str = "") -> Gallery:
    """A task's demo pairs and test inputs.

    Args:
        answers: of a program, for each test input; each stands after its input, and it is said whether it is right.
        title: instead of the task's id.
    """
    groups: list[tuple[tuple[str, Grid | None], ...]] = []
    for number, sample in enumerate(task.demo, 1):
        groups.append(pair_group(f"demo {number}", sample))
    for number, sample in enumerate(task.test, 1):
        group: list[tuple[str, Grid | None]] = [(f"test {number} input", sample.input)]
        answer = answers[number - 1] if number <= len(answers) else None
        if answer is not None:
            known = {None: "answered", answer: "answered, right"}
            group.append((known.get(sample.answer, "answered, wrong"), answer))
        groups.append(tuple(group))
    return Gallery(title or f"task {task.id}", tuple(groups))
