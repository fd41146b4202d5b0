"""Pieces: nodes with the sizes of the answers, as bits over all cells of all samples; and what they say of answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kagglebatt.search.graph.graph import Node
from kagglebatt.search.packing import Sizes, packed, sizes
from kagglebatt.search.problem import Problem

MOST_PIECES = 6_000
"""Of one size; the cheapest."""
_IS = [bytes([48 + (byte == colour) for byte in range(256)]) for colour in range(10)]


def masks(cells: bytes) -> tuple[int, ...]:
    """For each colour, 0 to 9, the cells that have it, as bits."""
    turned = cells[::-1]
    return tuple([int(turned.translate(_IS[colour]), 2) if colour in cells else 0 for colour in range(10)])


def cells_of(grids: Sizes) -> Iterator[int]:
    """The cells of each grid, as bits over those of all."""
    start = 0
    for rows, columns in grids:
        yield ((1 << rows * columns) - 1) << start
        start += rows * columns


@dataclass(eq=False, slots=True)
class Piece:
    """A node of the right size; ``cells`` of the demo pairs, then of the test inputs."""

    node: Node
    cells: bytes


class Pieces:
    """All pieces of a search, by the sizes that they have on test inputs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.wanted = sizes(problem.answers)
        self.answer = packed(problem.answers)
        self.pair_cells = tuple(cells_of(self.wanted))
        self.by_size: dict[Sizes, list[Piece]] = {}

    def add(self, node: Node) -> Piece | None:
        """The node as a piece; None when its sizes are others, or a value is no colour."""
        demos = len(self.wanted)
        if sizes(node.values[:demos]) != self.wanted:
            return None
        try:
            piece = Piece(node, packed(node.values))
        except ValueError:
            return None
        if max(piece.cells) > 9:
            return None
        same = self.by_size.setdefault(sizes(node.values[demos:]), [])
        if len(same) < MOST_PIECES:
            same.append(piece)
        return piece

    def recolouring(self, piece: Piece) -> dict[int, int] | None:
        """By which colour each of the piece's is replaced in every answer; None when one is by several."""
        mapping = dict(zip(piece.cells, self.answer, strict=False))
        if len(mapping) == len(set(zip(piece.cells, self.answer, strict=False))):
            return mapping
        return None
