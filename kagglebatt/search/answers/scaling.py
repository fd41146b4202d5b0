"""Nodes stretched or thinned to the size of a piece, where their sizes divide the answers' or are multiples of them."""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.dsl.fitting import rescale
from kagglebatt.dsl.types import Grid
from kagglebatt.search.answers.pieces import Piece
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, Move, joined, written
from kagglebatt.search.packing import Sizes, sizes
from kagglebatt.search.problem import Problem

MOST_NODES = 400
"""The first ones, which are the cheapest."""
_COST = 1.0
_LIKE = written("rescale(A,shape(B))")


class Scaler:
    """The nodes of one task that could be scaled to its answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._wanted = sizes(problem.answers)
        self._usual = sizes(problem.inputs[: problem.demos]) == self._wanted or max(map(max, self._wanted)) == 1
        self._kept: list[tuple[Node, tuple[Grid, ...]]] = []
        self._done: dict[Sizes, int] = {}
        self._seen: set[int] = set()

    def note(self, node: Node) -> None:
        """Keep a node that fits."""
        if not self._usual and len(self._kept) < MOST_NODES and self._divides(sizes(node.values[: self.problem.demos])):
            self._kept.append((node, node.values))

    def _divides(self, own: Sizes) -> bool:
        if own == self._wanted:
            return False
        pairs = list(zip(own, self._wanted, strict=True))
        return all(not a % c and not b % d for (a, b), (c, d) in pairs) or all(
            not c % a and not d % b for (a, b), (c, d) in pairs
        )

    def scaled(self, like: Piece, of: Sizes) -> Iterator[Node]:
        """What was kept since it was last asked for this size, as large as this piece, which has these sizes."""
        begin, self._done[of] = self._done.get(of, 0), len(self._kept)
        for node, own in self._kept[begin:]:
            values = tuple(map(rescale, own, of))
            key = hash(values)
            if key not in self._seen:
                self._seen.add(key)
                program = joined((node.program(), like.node.program()), _LIKE, ("A", "B"))
                cost = node.cost + 0.5 * like.node.cost + _COST
                yield Node(values, GRID, cost, node.depth + 1, None, Move(program, GRID, GRID, cost))
