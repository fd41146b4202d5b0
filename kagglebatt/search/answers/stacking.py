"""Stacking: rules that each decide some cells of the answers, found greedily from the topmost layer down.

A rule says where it applies and which colours it gives: a piece's own where it is not empty, all of a piece's, a
piece's where another has a colour, or one colour where one piece, or two at once, have a colour. It may be used
when it is right wherever it applies and nothing is decided yet; the one that decides most for its cost is. As bits over
all cells, a rule is tried in a few operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log

from kagglebatt.programs.program import Program
from kagglebatt.search.answers.painting import Painter
from kagglebatt.search.answers.pieces import Piece, Pieces, masks
from kagglebatt.search.budget import Meter
from kagglebatt.search.packing import Sizes

MOST_RULES = 8
MOST_COPIES, MOST_PLANES = 500, 100
"""Cheapest places and cheapest pieces that are copied there."""
MOST_FILLS = 90
"""Cheapest rules of one colour at one piece's colour that are tried two at once."""


@dataclass(eq=False, slots=True)
class Rule:
    """Where it applies, as bits, and where it is right there; ``colour`` is what it gives, None for the piece's own.

    Attributes:
        where: the piece, and which of its colours (None: all of them; -1: all but empty); a second one has a colour
            at the same place, too, or else gives the colours.
    """

    where: tuple[tuple[Piece, int | None], ...]
    applies: int
    right: int
    cost: float
    colour: int | None = None


@dataclass(frozen=True)
class Stack:
    """Rules, the topmost first, that decide every cell of the respected pairs.

    Attributes:
        undecided: cells of the test inputs' answers.
        doubt: the share of the demo pairs that a stack made from all others is wrong on; 0 when some were left out.
    """

    rules: tuple[Rule, ...]
    undecided: int
    cost: float
    doubt: float = 0.0

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for stacks that are painted alike."""
        return tuple([(rule.where, rule.colour) for rule in self.rules])

    def program(self, ground: int, canvas: Program | None) -> Program:
        """Painted from the lowest rule up, on a canvas of one colour."""
        painter = Painter()
        painter.begin(canvas, ground)
        for rule in reversed(self.rules):
            piece, which = rule.where[0]
            if rule.colour is not None:
                painter.fill([(piece.node.program(), value or 0) for piece, value in rule.where], rule.colour)
            elif len(rule.where) == 2:
                painter.copy(rule.where[1][0].node.program(), (piece.node.program(), which or 0))
            elif which is None:
                painter.begin(piece.node.program())
            else:
                painter.paint(piece.node.program())
        return painter.program()


class Stacker:
    """Rules of the pieces that have one size on the test inputs."""

    def __init__(self, pieces: Pieces, of: Sizes, meter: Meter, copies: bool = True) -> None:
        self.meter, self.copies = meter, copies
        self.answer = masks(pieces.answer)
        self.demo_cells = (1 << len(pieces.answer)) - 1
        self.pairs = pieces.pair_cells
        kept = pieces.by_size[of]
        self.all_cells = (1 << len(kept[0].cells)) - 1
        self.rules: list[Rule] = []
        self.fills: list[Rule] = []
        self.planes: list[Rule] = []
        for piece in kept:
            self._add(piece)
        self.fills.sort(key=lambda rule: rule.cost)
        self.planes.sort(key=lambda rule: rule.cost)

    def _add(self, piece: Piece) -> None:
        own = masks(piece.cells)
        right = 0
        for colour in range(10):
            right |= own[colour] & self.answer[colour]
        cost = piece.node.cost
        solid = self.all_cells & ~own[0]
        if solid & right:
            self.rules.append(Rule(((piece, -1),), solid, right, cost + 0.5))
        if right:
            self.planes.append(Rule(((piece, None),), self.all_cells, right, cost))
        if own[0] & right:
            self.rules.append(Rule(((piece, None),), self.all_cells, right, cost + 0.5))
        for value in range(10):
            if own[value]:
                self.fills.append(Rule(((piece, value),), own[value], 0, cost + 1.5))

    def stacks(self, respected: int, weights: Sequence[float], most_costs: Sequence[float]) -> Iterator[Stack]:
        """Stacks that are right on some of the cells, for several weights of a rule's cost and several limits of it."""
        seen = set()
        for most in most_costs:
            for weight in weights:
                found = self._greedy(most, respected, weight)
                if found is None or found.key in seen:
                    continue
                seen.add(found.key)
                doubted = respected == self.demo_cells
                yield replace(found, doubt=self._doubt(most, weight)) if doubted else found

    def _doubt(self, most: float, weight: float) -> float:
        failed = 0
        for pair in self.pairs:
            if self.meter.used_up():
                return 1.0
            found = self._greedy(most, self.demo_cells & ~pair, weight)
            failed += found is None or not self._is_right(found.rules, pair)
        return failed / len(self.pairs)

    def _is_right(self, rules: Iterable[Rule], left: int) -> bool:
        """Whether rules give the answers at these cells; what none decides is empty."""
        for rule in rules:
            right = rule.right if rule.colour is None else self.answer[rule.colour]
            if left & rule.applies & ~right:
                return False
            left &= ~rule.applies
        return not left & ~self.answer[0]

    def _greedy(self, most: float, respected: int, weight: float) -> Stack | None:
        rules = [rule for rule in self.rules if rule.cost <= most and rule.applies & respected]
        fills = [rule for rule in self.fills if rule.cost <= most and rule.applies & respected]
        left = self.all_cells
        chosen: list[Rule] = []
        live, live_fills = rules, fills
        while left & respected and len(chosen) < MOST_RULES:
            self.meter.spend(10)
            if self.meter.used_up():
                return None
            best = self._best(live, live_fills, left, respected, weight)
            best = best or self._best_two(live_fills, left & respected)
            if best is None:
                return None
            chosen.append(best)
            left &= ~best.applies
            live = [rule for rule in live if rule.applies & left & respected]
            live_fills = [rule for rule in live_fills if rule.applies & left & respected]
        if left & respected:
            return None
        undecided = (left & ~self.demo_cells).bit_count()
        return Stack(tuple(chosen), left & ~self.demo_cells, sum(rule.cost for rule in chosen) + 2 * bool(undecided))

    def _best(self, rules: list[Rule], fills: list[Rule], left: int, respected: int, weight: float) -> Rule | None:
        best, most = None, -1e9
        now = left & respected
        for rule in rules:
            applies = rule.applies & now
            if not applies & ~rule.right:
                worth = log(applies.bit_count()) - weight * rule.cost
                if worth > most:
                    best, most = rule, worth
        if self.copies:
            best, most = self._best_copy(fills, now, weight, best, most)
        for rule in fills:
            applies = rule.applies & now
            worth = log(applies.bit_count()) - weight * rule.cost
            if worth > most and (colour := self._colour(applies)) is not None:
                best, most = Rule(rule.where, rule.applies, 0, rule.cost, colour), worth
        return best

    def _best_copy(
        self, fills: list[Rule], now: int, weight: float, best: Rule | None, most: float
    ) -> tuple[Rule | None, float]:
        planes = self.planes[:MOST_PLANES]
        for rule in fills[:MOST_COPIES]:
            applies = rule.applies & now
            gain = log(applies.bit_count())
            if gain - weight * rule.cost <= most or self._colour(applies) is not None:
                continue
            for plane in planes:
                if not applies & ~plane.right:
                    cost = rule.cost + plane.cost
                    if gain - weight * cost > most:
                        where = (*rule.where, *plane.where)
                        best, most = Rule(where, rule.applies, plane.right, cost), gain - weight * cost
                    break
        return best, most

    def _colour(self, cells: int) -> int | None:
        """The one colour that the answers have at all of these cells."""
        for colour, mask in enumerate(self.answer):
            if cells & mask:
                return None if cells & ~mask else colour
        return None

    def _best_two(self, fills: list[Rule], now: int) -> Rule | None:
        best, most = None, 0.0
        few = fills[:MOST_FILLS]
        for number, one in enumerate(few):
            mine = one.applies & now
            for other in few[number + 1 :]:
                both = mine & other.applies
                count = both.bit_count()
                if count > most and (colour := self._colour(both)) is not None:
                    most, where = count, (*one.where, *other.where)
                    best = Rule(where, one.applies & other.applies, 0, one.cost + other.cost, colour)
        return best
