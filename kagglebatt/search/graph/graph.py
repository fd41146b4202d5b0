"""Nodes by moves, the most likely chains first: cheap moves before dear ones, short chains before long ones.

A chain's cost is the sum of its moves' costs. The cheapest pair of a node and a move that waits is taken next; what
comes out is a node, unless some other chain has given the same on every sample before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Any

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.running.outcome import is_grid
from kagglebatt.search.budget import Meter
from kagglebatt.search.graph.moves import GRID, LIST, Move, following
from kagglebatt.search.graph.shared_calls import CallValues, NumberedCalls, SharedCalls
from kagglebatt.search.packing import Packed
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import value_of

MOST_SIDE = 30
"""A grid with more rows or columns than ARC has leads nowhere."""
MOST_MEMBERS = 60
"""Nor does a list of more grids."""
MOST_CELLS = 12_000_000
"""Cells of all grids that are kept; nodes beyond are judged and forgotten. As many bytes, as they are packed."""
MOST_COST = 9.0
"""Dearer chains are not followed."""


@dataclass(eq=False, slots=True)
class Node:
    """One value for each sample, and the cheapest chain that gives it.

    Attributes:
        values: demo pairs first; grids, or tuples of grids, by ``kind``. A graph's nodes have them only until the
            next one is asked for, but for the inputs.
    """

    values: tuple[Any, ...]
    kind: str
    cost: float
    depth: int
    parent: Node | None = None
    move: Move | None = None

    def program(self) -> Program | None:
        """The chain as one program; None for the inputs themselves."""
        if self.move is None:
            return None
        return following(self.parent.program() if self.parent else None, self.move.program)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A node that moves are applied to.

    Attributes:
        side: rows or columns of the first sample's grid, whichever are more; 0 for lists.
        values: packed, unless one is no colour.
    """

    node: Node
    side: int
    values: Packed | tuple[Any, ...]

    @classmethod
    def of(cls, node: Node) -> _Waiting:
        is_grid = node.kind == GRID
        side = max(len(node.values[0]), len(node.values[0][0])) if is_grid else 0
        try:
            return cls(node, side, Packed.of(node.values, lists=not is_grid))
        except (ValueError, TypeError):
            return cls(node, side, node.values)

    def unpacked(self) -> tuple[Any, ...]:
        return self.values.values() if isinstance(self.values, Packed) else self.values


@dataclass
class Graph:
    """All nodes of one search, made one after another by ``grow``."""

    problem: Problem
    moves: Iterable[Move]
    meter: Meter
    clock: Timer
    most_depth: int = 4
    levels: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shared = SharedCalls()
        self._moves: dict[str, list[tuple[Move, NumberedCalls]]] = {}
        in_order = sorted(self.moves, key=lambda move: move.cost)
        for kind in (GRID, LIST):
            moves = [move for move in in_order if move.takes == kind]
            self._moves[kind] = list(zip(moves, self._shared.calls(move.program for move in moves), strict=True))
        self._seen: set[int] = set()
        self._cells = 0
        self._nodes: list[_Waiting] = []
        self._waiting: list[tuple[float, int, int]] = []
        self._open: _Waiting | None = None
        self._call_values: list[CallValues] = []

    @property
    def reached(self) -> float:
        """The cost of the chains that are next; infinite when there are none any more."""
        if self._waiting:
            return self._waiting[0][0]
        return inf if self._nodes else 0.0

    def grow(self, share: float) -> Iterator[Node]:
        """Every new node, the inputs first, until this share of the budget is used up; to be continued."""
        if not self._nodes:
            yield self._rooted(Node(self.problem.inputs, GRID, 0.0, 0))
        while self._waiting and not self.meter.used_up(share):
            _, number, place = heappop(self._waiting)
            parent = self._nodes[number]
            self._wait(number, place + 1)
            node = self._applied(parent, *self._moves[parent.node.kind][place])
            if node is not None:
                if node.depth < self.most_depth and self._keeps(node):
                    self._nodes.append(_Waiting.of(node))
                    self._wait(len(self._nodes) - 1, 0)
                yield node
                node.values = ()  # a piece may hold the node for its program

    def _rooted(self, root: Node) -> Node:
        self._is_new(root.values, root.kind)
        self._count(0)
        self._nodes.append(_Waiting.of(root))
        self._wait(0, 0)
        return root

    def _wait(self, number: int, place: int) -> None:
        """The next move that could be applied to a node takes its place among all that wait."""
        node = self._nodes[number].node
        moves = self._moves[node.kind]
        if place < len(moves) and node.cost + moves[place][0].cost <= MOST_COST:
            heappush(self._waiting, (node.cost + moves[place][0].cost, number, place))

    def _applied(self, waiting: _Waiting, move: Move, calls: NumberedCalls) -> Node | None:
        self.meter.spend()
        if waiting.side > move.most_side < MOST_SIDE:
            return None
        values = []
        for sample in self._values_on(waiting):
            made = value_of(sample.run, self.clock, calls)
            if not _is_good(made, move):
                return None
            values.append(made)
        found = tuple(values)
        if not self._is_new(found, move.gives):
            return None
        parent = waiting.node
        self._count(parent.depth + 1)
        return Node(found, move.gives, parent.cost + move.cost, parent.depth + 1, parent, move)

    def _values_on(self, waiting: _Waiting) -> list[CallValues]:
        """What calls have given on the node's values; kept for as long as it is the same node's turn."""
        if self._open is not waiting:
            self._open = waiting
            self._call_values = list(map(self._shared.values, waiting.unpacked(), self.problem.pairs))
        return self._call_values

    def _is_new(self, values: tuple[Any, ...], kind: str) -> bool:
        """Whether no node had these values; those of lists and grids differ by their nesting."""
        key = hash((values, len(kind)))
        if key in self._seen or (kind == GRID and not any(any(map(any, grid)) for grid in values)):
            return False
        self._seen.add(key)
        return True

    def _count(self, depth: int) -> None:
        self.levels += [0] * (depth + 1 - len(self.levels))
        self.levels[depth] += 1

    def _keeps(self, node: Node) -> bool:
        """Whether there is room for what the node holds, so that moves can be applied to it."""
        grids = node.values if node.kind == GRID else [grid for value in node.values for grid in value]
        cells = sum([len(grid) * len(grid[0]) for grid in grids])
        if self._cells + cells > MOST_CELLS:
            return False
        self._cells += cells
        return True


def _is_good(value: Any, move: Move) -> bool:
    if move.gives == GRID:
        return _is_small(value) and (move.trusted or is_grid(value))
    if type(value) is not tuple or not 0 < len(value) <= MOST_MEMBERS:
        return False
    return all([_is_small(grid) and len(set(map(len, grid))) == 1 for grid in value])


def _is_small(value: Any) -> bool:
    if type(value) is not tuple or not 0 < len(value) <= MOST_SIDE or type(value[0]) is not tuple:
        return False
    return 0 < len(value[0]) <= MOST_SIDE


def is_answer(values: tuple[Grid, ...], answers: tuple[Grid, ...]) -> int:
    """How many demo pairs a node reproduces."""
    return sum([value == answer for value, answer in zip(values, answers, strict=False)])
