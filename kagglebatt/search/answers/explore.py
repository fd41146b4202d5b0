"""From nodes to programs: a node that is the answer, or is it with other colours, or is a piece of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kagglebatt.running.limit import Timer
from kagglebatt.search.answers.choosing import Chooser
from kagglebatt.search.answers.painting import recoloured
from kagglebatt.search.answers.pieces import Piece, Pieces
from kagglebatt.search.answers.recolouring import Recolourer, doubt
from kagglebatt.search.answers.scaling import Scaler
from kagglebatt.search.answers.stacking import Stack, Stacker
from kagglebatt.search.answers.tiling import Tiler
from kagglebatt.search.budget import Meter
from kagglebatt.search.graph.graph import Graph, Node, is_answer
from kagglebatt.search.graph.moves import GRID
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found

MOST_PARTIAL = 20
"""Nodes that are right on some pairs only; the first ones, which are the cheapest."""
COST_OF_COLOUR = 0.4
"""Of each colour that is replaced by another."""
MARGIN = 2.0
"""How much dearer than the best program that fits all pairs the chains are that are still looked at."""
PATIENCE, LEAST_WORK = 3, 3_000
"""Once a program fits all pairs, so many times the work that it took, and some more, may be spent on a better one."""
LOW_STACK, LOW_COST = 2, 6.0
COST_OF_DOUBT = 6.0
"""Of a stack that the other pairs never foresee one of; on training tasks those that they always do were all right."""
_SIZES = 2
_WEIGHTS = (0.1, 0.4, 0.0)
_COSTS = (2.5, 4.0, 99.0)


class Explorer:
    """The nodes of one task, and what was found among them."""

    def __init__(self, problem: Problem, graph: Graph, meter: Meter, clock: Timer, without: Collection[str]) -> None:
        self.problem, self.graph, self.meter, self.clock = problem, graph, meter, clock
        self.pieces = Pieces(problem)
        self.recolourer = Recolourer(problem, clock)
        self.tiler = None if "tiling" in without else Tiler(problem, clock)
        self.chooser = None if "choosing" in without else Chooser(problem, clock)
        self.scaler = None if "scaling" in without else Scaler(problem)
        self.without = without
        self._best = 99.0
        self._fitted_at: int | None = None
        self._partial = 0

    def nodes(self, share: float) -> Iterator[Found]:
        """Chains of moves that are right, as far as this share of the budget goes, and no dearer than is of use."""
        for node in self.graph.grow(share):
            if node.kind == GRID:
                yield from self._judged(node)
                if self.scaler is not None:
                    self.scaler.note(node)
                if self.tiler is not None:
                    yield from map(self.note, self.tiler.add(node))
            elif self.chooser is not None:
                yield from map(self.note, self.chooser.of(node))
            if self.settled:
                return

    @property
    def settled(self) -> bool:
        """Whether a program fits all pairs, and what could be found now is much dearer, or took too long to find."""
        if self._fitted_at is None:
            return False
        patient = self.meter.work <= PATIENCE * self._fitted_at + LEAST_WORK
        return self.graph.reached > self._best + MARGIN or not patient

    def note(self, found: Found, sure: bool = False, work: int | None = None) -> Found:
        """Remember the cheapest program that fits all pairs, and how much work the first one took, all so far or less.

        A high stack that fits is often wrong on test inputs, and no reason to stop, unless the pairs are foreseen.
        """
        if found.fitted == found.demos:
            sure = sure or found.pieces <= LOW_STACK or found.cost <= LOW_COST
            if self._fitted_at is None and sure:
                self._fitted_at = self.meter.work if work is None else work
            self._best = min(self._best, found.cost)
        return found

    def _judged(self, node: Node) -> Iterator[Found]:
        right = is_answer(node.values, self.problem.answers)
        if right == self.problem.demos or (right and self._partial < MOST_PARTIAL):
            self._partial += right < self.problem.demos
            yield self.note(self._of(node, right))
        piece = self.pieces.add(node)
        if piece is not None and right < self.problem.demos and "colours" not in self.without:
            yield from self._recoloured(piece)

    def _of(self, node: Node, right: int) -> Found:
        if node.move is None:
            return measured(recoloured(None, {}), self.problem, self.clock, "graph", 0.0)
        answers = node.values[self.problem.demos :]
        program = node.program()
        assert program is not None
        return Found(program, "graph", right, self.problem.demos, node.depth, 1, answers, node.cost)

    def _recoloured(self, piece: Piece) -> Iterator[Found]:
        mappings = self.recolourer.mappings(piece)
        if mappings is None:
            return
        mapping = self.pieces.recolouring(piece)
        if mapping is not None:
            changed = sum(value != colour for value, colour in mapping.items())
            unknown = len(set(piece.cells) - mapping.keys())
            cost = piece.node.cost + COST_OF_COLOUR * changed + 1.0 * unknown + doubt(mappings)
            program = recoloured(piece.node.program(), mapping)
            yield self.note(measured(program, self.problem, self.clock, "graph", cost, piece.node.depth))
        elif "recolouring" not in self.without and (found := self.recolourer.of(piece, mappings)) is not None:
            yield self.note(found)

    def stacks(self) -> Iterator[Found]:
        """Stacks of the pieces so far, right on all demo pairs; else on all but one."""
        yield from self._scaled()
        groups = sorted(self.pieces.by_size.items(), key=lambda group: (group[1][0].node.cost, -len(group[1])))
        for size, pieces in groups[:_SIZES]:
            stacker = Stacker(self.pieces, size, self.meter, "copies" not in self.without)
            canvas = pieces[0]
            done = False
            for stack in stacker.stacks(stacker.demo_cells, _WEIGHTS, _COSTS):
                done = True
                yield self._painted(stack, canvas)
            if not done and self.problem.demos > 2 and "subsets" not in self.without:
                for pair in self.pieces.pair_cells:
                    for stack in stacker.stacks(stacker.demo_cells & ~pair, _WEIGHTS[:1], _COSTS[1:2]):
                        yield self._painted(stack, canvas)

    def _scaled(self) -> Iterator[Found]:
        """Nodes as large as the cheapest piece of each size, judged as nodes are."""
        if self.scaler is not None:
            for of_tests, pieces in list(self.pieces.by_size.items()):
                for node in self.scaler.scaled(pieces[0], self.pieces.wanted + of_tests):
                    yield from self._judged(node)

    def _painted(self, stack: Stack, canvas: Piece) -> Found:
        ground = 0 if 0 in self.pieces.answer else max(set(self.pieces.answer), key=self.pieces.answer.count)
        program = stack.program(ground, canvas.node.program())
        depth = max(piece.node.depth for rule in stack.rules for piece, _ in rule.where)
        cost = stack.cost + COST_OF_DOUBT * stack.doubt
        found = measured(program, self.problem, self.clock, "stack", cost, depth, len(stack.rules))
        return self.note(found, sure=not stack.doubt)
