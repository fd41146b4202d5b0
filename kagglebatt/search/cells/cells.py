"""Rules of single cells: a nearly right grid, and where it is wrong, corrected by rules that describe these cells.

The grid that comes nearest to the answers is the *base*. Its wrong cells are explained by *labels*: one colour each, or
all of them by the colours that another piece has there. Where a label applies is described by conjunctions of literals
of pieces and views. Many conjunctions may describe the same cells of the demo pairs: those that agree on the test
inputs vote together, the cheap ones more. Whether the rules of all pairs but one are right on that one tells how far to
believe them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import log

from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.answers.painting import Painter
from kagglebatt.search.answers.pieces import Piece, Pieces, cells_of, masks
from kagglebatt.search.budget import Meter
from kagglebatt.search.cells.literals import SHARE, Conjunction, Target, covering, described, literals_of
from kagglebatt.search.cells.views import roots, views
from kagglebatt.search.packing import sizes
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found

MOST_PIECES = 400
"""The cheapest pieces of the graph that literals are made of, beside all views."""
MOST_BASES, MOST_LITERALS_COVERING = 3, 700
MOST_VOTES = 3
"""Different predictions about test inputs that are followed."""
COST_OF_DOUBT, COST_OF_LABEL = 6.0, 1.0
"""Of pairs that the rules of all others are wrong on, as a share of all; and of each label."""


@dataclass(eq=False, slots=True)
class Label:
    """What cells get, one colour or a piece's; those that are ``wanted`` need it, and on others it is ``right``."""

    colour: int | None
    piece: Piece | None
    wanted: int
    right: int

    @property
    def cost(self) -> float:
        """Of one colour, or of the piece."""
        return COST_OF_LABEL + (self.piece.node.cost if self.piece else 0.0)


@dataclass(frozen=True)
class Rules:
    """Labels with the conjunctions where they apply, in the order in which they are painted."""

    parts: tuple[tuple[Label, tuple[Conjunction, ...]], ...]
    cost: float

    def cells(self) -> tuple[int, ...]:
        """For each part the cells where it applies."""
        return tuple([_union(conjunctions) for _, conjunctions in self.parts])


def _union(conjunctions: Iterable[Conjunction]) -> int:
    cells = 0
    for each in conjunctions:
        cells |= each.cells
    return cells


class CellRules:
    """Rules of single cells for one task."""

    def __init__(self, problem: Problem, pieces: Sequence[Piece], answer: bytes, meter: Meter, clock: Timer) -> None:
        self.problem, self.meter, self.clock = problem, meter, clock
        self.answer = masks(answer)
        self.demo_cells = (1 << len(answer)) - 1
        self.everywhere = (1 << len(pieces[0].cells)) - 1
        self.pieces = pieces
        self.literals = literals_of(pieces, self.everywhere)
        self.rights = [self._right(piece) for piece in pieces]
        self.pairs = list(cells_of(sizes(problem.answers)))

    def _right(self, piece: Piece) -> int:
        right = 0
        for mine, theirs in zip(masks(piece.cells), self.answer, strict=True):
            right |= mine & theirs
        return right

    def rules(self) -> Iterator[tuple[Piece, Rules]]:
        """Rules that are right on all demo pairs, with their bases."""
        for base, right in self._bases():
            for labels in self._labellings(base, right):
                for rules in self._fitting(labels):
                    yield base, rules
                if self.meter.used_up(SHARE):
                    return

    def _bases(self) -> list[tuple[Piece, int]]:
        """The pieces that come nearest to the answers for their costs."""
        demo = self.demo_cells
        both = zip(self.pieces, self.rights, strict=True)
        cells = demo.bit_count()
        near = [each for each in both if each[1] != demo and 5 * each[1].bit_count() > 2 * cells]
        return nsmallest(MOST_BASES, near, lambda b: log((demo & ~b[1]).bit_count()) + 0.7 * b[0].node.cost)

    def _labellings(self, base: Piece, right: int) -> Iterator[list[Label]]:
        """What the wrong cells get: the colours of one piece, or a label for each colour of the answers."""
        wrong = self.demo_cells & ~right
        planes = [
            Label(None, piece, wrong, its)
            for piece, its in zip(self.pieces, self.rights, strict=True)
            if not wrong & ~its and piece is not base
        ]
        colours = [Label(c, None, wrong & mask, mask) for c, mask in enumerate(self.answer) if wrong & mask]
        if len(colours) == 1:
            yield colours
        yield from [[plane] for plane in planes[:2]]
        if len(colours) > 1:
            yield colours

    def _fitting(self, labels: list[Label]) -> Iterator[Rules]:
        """The predictions that most votes are for, each believed as far as other pairs foresee one."""
        predictions = []
        for label in labels:
            found = self._predictions(label, 0)
            if not found:
                return
            predictions.append(found)
        doubts = self._doubts(labels)
        for number in range(min(MOST_VOTES, max(map(len, predictions)))):
            parts, cost = [], doubts
            for label, found in zip(labels, predictions, strict=True):
                conjunctions = found[min(number, len(found) - 1)]
                parts.append((label, conjunctions))
                cost += label.cost + sum(each.cost for each in conjunctions) + (0.5 + doubts) * number
            yield Rules(tuple(parts), cost)

    def _predictions(self, label: Label, without: int) -> list[tuple[Conjunction, ...]]:
        """Descriptions of where a label applies, one for each prediction on the cells that are not looked at."""
        seen = self.demo_cells & ~without
        wanted = label.wanted & seen
        target = Target(wanted, seen & ~label.right)
        if not wanted:
            return []
        votes: dict[int, float] = {}
        first: dict[int, Conjunction] = {}
        for each in described(target, self.literals, self.meter):
            prediction = each.cells & ~seen
            votes[prediction] = votes.get(prediction, 0.0) + 2.0**-each.cost
            first.setdefault(prediction, each)
        if votes:
            best = sorted(votes, key=lambda prediction: -votes[prediction])
            return [(first[prediction],) for prediction in best]
        cover = covering(target, self.literals[:MOST_LITERALS_COVERING], self.meter)
        return [cover] if cover else []

    def _doubts(self, labels: list[Label]) -> float:
        """The cost of being wrong on pairs that were left out."""
        failed = 0
        for pair in self.pairs:
            if self.meter.used_up(SHARE) or not all(self._foreseen(label, pair) for label in labels):
                failed += 1
        return COST_OF_DOUBT * failed / len(self.pairs)

    def _foreseen(self, label: Label, pair: int) -> bool:
        predictions = self._predictions(label, pair)
        if not predictions:
            return False
        cells = _union(predictions[0])
        return not cells & pair & ~label.right and not label.wanted & pair & ~cells


def painted(base: Piece, rules: Rules) -> Program:
    """The base with the rules' labels painted over it."""
    painter = Painter()
    painter.begin(base.node.program())
    for label, conjunctions in rules.parts:
        for each in conjunctions:
            painter.where(
                [(literal.piece.node.program(), literal.value, literal.holds) for literal in each.literals],
                label.colour if label.piece is None else None,
                label.piece.node.program() if label.piece else None,
            )
    return painter.program()


def cells(problem: Problem, pieces: Pieces, meter: Meter, clock: Timer) -> Iterator[Found]:
    """Programs that correct a nearly right piece by rules of single cells."""
    own = Pieces(problem)
    for view in views(problem, roots(problem), meter, clock):
        own.add(view)
    groups = pieces.by_size or own.by_size
    for size, group in sorted(groups.items(), key=lambda group: group[1][0].node.cost)[:1]:
        made = sorted([*group[:MOST_PIECES], *own.by_size.get(size, ())], key=lambda piece: piece.node.cost)
        for base, rules in CellRules(problem, made, pieces.answer, meter, clock).rules():
            count = 1 + sum(len(conjunctions) for _, conjunctions in rules.parts)
            program = painted(base, rules)
            yield measured(program, problem, clock, "cells", base.node.cost + rules.cost, 1, count)
