"""Tilings: answers that consist of parts, each of which is a node, side by side or in place of the input's cells.

What the parts of the answers are is known before any node is made; whether a node is one of them is one look into a
table. Where every part of a plan has its node, they are assembled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from kagglebatt.dsl.cutting import crop
from kagglebatt.dsl.filling import negative
from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import joined, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.running import compiled, value_of

MOST_TILES = 16
"""Of one answer, side by side."""
_COST_OF_PLAN, _COST_OF_PART, _COST_OF_TILE = 0.3, 0.4, 0.05
Part = tuple[Grid, ...]
"""What stands at one place of the answers, for every demo pair."""

_PATTERNS = (
    "I",
    "negative(switch(I,ZERO,mostcolor(I)))",
    "negative(switch(I,ZERO,leastcolor(I)))",
    "negative(switch(I,ZERO,maincolor(I)))",
    "negative(switch(I,ZERO,rarecolor(I)))",
)
"""Where one part stands in place of a cell, and elsewhere another."""


@dataclass(eq=False)
class Plan:
    """Parts to find, and an expression of them by the names ``A``, ``B`` ...

    Attributes:
        parts: different ones; those that are empty are not among them.
        found: the cheapest node of each part so far.
    """

    parts: list[Part]
    expression: str
    cost: float
    found: dict[int, Node] = field(default_factory=dict)

    def program(self) -> Program:
        """The nodes of all parts in their places."""
        names = tuple(_NAMES[: len(self.parts)])
        nodes = tuple(self.found[number].program() for number in range(len(self.parts)))
        return joined(nodes, written(self.expression), names)


_NAMES = "ABCDEGHJKLMNOPQR"


class Tiler:
    """All plans of a task."""

    def __init__(self, problem: Problem, clock: Timer) -> None:
        self.problem, self.clock = problem, clock
        self._wanted: dict[Part, list[tuple[Plan, int]]] = {}
        self._first: set[tuple[int, int]] = set()
        for plan in (*_tiled(problem), *_split(problem), *_patterned(problem, clock)):
            for number, part in enumerate(plan.parts):
                self._wanted.setdefault(part, []).append((plan, number))
                self._first.add((len(part[0]), len(part[0][0])))

    def add(self, node: Node) -> Iterator[Found]:
        """The programs of the plans that this node completes."""
        first = node.values[0]
        if (len(first), len(first[0])) not in self._first:
            return
        for plan, number in self._wanted.get(node.values[: self.problem.demos], ()):
            if number not in plan.found:
                plan.found[number] = node
                if len(plan.found) == len(plan.parts):
                    yield self._assembled(plan)

    def _assembled(self, plan: Plan) -> Found:
        nodes = list(plan.found.values())
        cost = plan.cost + sum(node.cost + _COST_OF_PART for node in nodes)
        depth = 1 + max(node.depth for node in nodes)
        return measured(plan.program(), self.problem, self.clock, "graph", cost, depth)


def _tiled(problem: Problem) -> Iterator[Plan]:
    """Every way to cut all answers into as many equal tiles."""
    for rows, columns in product(range(1, 7), repeat=2):
        if not 1 < rows * columns <= MOST_TILES:
            continue
        if any(len(each) % rows or len(each[0]) % columns for each in problem.answers):
            continue
        cut = [_tiles(each, rows, columns) for each in problem.answers]
        if min(len(tiles[0]) * len(tiles[0][0]) for tiles in cut) < 2:
            continue
        tiles: list[Part] = list(zip(*cut, strict=True))
        lines = [tiles[row * columns : (row + 1) * columns] for row in range(rows)]
        yield from _laid(lines, _COST_OF_TILE * rows * columns)


def _tiles(grid: Grid, rows: int, columns: int) -> list[Grid]:
    high, wide = len(grid) // rows, len(grid[0]) // columns
    corners = product(range(0, len(grid), high), range(0, len(grid[0]), wide))
    return [crop(grid, corner, (high, wide)) for corner in corners]


def _split(problem: Problem) -> Iterator[Plan]:
    """The answers as two parts side by side, one of them as long as the input."""
    for across in (False, True):
        answers = [tuple(zip(*each, strict=True)) if across else each for each in problem.answers]
        lengths = [len(each[0]) if across else len(each) for each in problem.inputs]
        pairs = list(zip(answers, lengths, strict=False))
        if any(length >= len(each) or 2 * length == len(each) for each, length in pairs):
            continue
        for at in ([length for _, length in pairs], [len(each) - length for each, length in pairs]):
            cut = [(each[:place], each[place:]) for each, place in zip(answers, at, strict=True)]
            one, two = (tuple(_turned(grid, across) for grid in part) for part in zip(*cut, strict=True))
            yield from _laid([[one, two]] if across else [[one], [two]], 0.2)


def _turned(grid: Grid, across: bool) -> Grid:
    return tuple(zip(*grid, strict=True)) if across else grid


def _laid(lines: Sequence[Sequence[Part]], cost: float) -> Iterator[Plan]:
    """Parts in lines one below another, unless all of them are empty."""
    parts = list(dict.fromkeys(part for line in lines for part in line if not _is_empty(part)))
    if not parts or len(parts) > len(_NAMES):
        return
    places = {part: _NAMES[number] for number, part in enumerate(parts)}
    empty = "canvas(ZERO,shape(A))"
    made = [_chain("hconcat", [places.get(part, empty) for part in line]) for line in lines]
    yield Plan(parts, _chain("vconcat", made), _COST_OF_PLAN + cost)


def _chain(operation: str, texts: Sequence[str]) -> str:
    made = texts[0]
    for text in texts[1:]:
        made = f"{operation}({made},{text})"
    return made


def _is_empty(part: Part) -> bool:
    return not any(any(map(any, grid)) for grid in part)


def _patterned(problem: Problem, clock: Timer) -> Iterator[Plan]:
    """A part wherever the input has colours, or one colour, and nothing or another part elsewhere."""
    pairs = list(zip(problem.answers, problem.inputs, strict=False))
    if any(len(a) % len(b) or len(a[0]) % len(b[0]) or a is b or len(a) * len(a[0]) < 4 for a, b in pairs):
        return
    cut = [_tiles(answer, len(grid), len(grid[0])) for answer, grid in pairs]
    if any(len(tiles) < 2 or len(tiles[0]) * len(tiles[0][0]) < 2 for tiles in cut):
        return
    for number, text in enumerate(_PATTERNS):
        call = compiled(written(f"identity({text})"))
        masks = [value_of(call, clock, grid, ()) for _, grid in pairs]
        if any(mask is None for mask in masks):
            continue
        here, there = _parts_at(cut, masks), _parts_at(cut, [negative(mask) for mask in masks])
        if here is None or there is None or here == there:
            continue
        cost = _COST_OF_PLAN + 0.2 * number
        if _is_empty(there):
            yield Plan([here], f"kron({text},A)", cost)
        elif _is_empty(here):
            yield Plan([there], f"kron(negative({text}),A)", cost)
        else:
            yield Plan([here, there], f"overlay(kron({text},A),kron(negative({text}),B))", cost + 0.2)


def _parts_at(cut: Sequence[Sequence[Grid]], masks: Sequence[Grid]) -> Part | None:
    """The one tile of each answer at its mask's colours; None when there are several, or none."""
    found = []
    for tiles, mask in zip(cut, masks, strict=True):
        cells = [value for row in mask for value in row]
        chosen = {tile for tile, value in zip(tiles, cells, strict=True) if value}
        if len(chosen) != 1:
            return None
        found.append(chosen.pop())
    return tuple(found)
