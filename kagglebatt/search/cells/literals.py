"""Literals: cells where a piece has a colour, or has not; and conjunctions of up to three that describe given cells.

A *target* is what is to be described: cells that must be in, and cells that must not. All sets of cells are bits over
the cells of all samples, so that a conjunction is tried in a few operations on numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

from kagglebatt.search.answers.pieces import Piece, masks
from kagglebatt.search.budget import Meter

SHARE = 0.5
"""Of the whole budget, when the rules of single cells end at the latest."""
COST_OF_LITERAL, COST_OF_NOT = 1.0, 0.4
"""Of each literal beside its piece's cost, and of each that says *not*."""
MOST_SINGLE, MOST_PAIRED, MOST_THIRD = 500, 260, 36
"""Literals that are tried alone, two at once and three at once."""
MOST_FOUND = 400
"""Conjunctions for one target; the first ones, which are cheap."""
BEAM, MOST_COVERS = 16, 4
"""Conjunctions that are made longer at once, and conjunctions that together cover a target."""


@dataclass(eq=False, slots=True)
class Literal:
    """Cells where a piece has the colour ``value`` (``holds``), or any other one."""

    piece: Piece
    value: int
    holds: bool
    cells: int
    cost: float


@dataclass(eq=False, slots=True)
class Conjunction:
    """Cells where all of some literals hold."""

    literals: tuple[Literal, ...]
    cells: int
    cost: float


@dataclass(frozen=True)
class Target:
    """Cells that a description must have, and those that it must not have."""

    wanted: int
    wrong: int


def literals_of(pieces: Iterable[Piece], everywhere: int) -> list[Literal]:
    """The literals of some pieces, the cheapest first; of those with equal cells the cheapest alone."""
    made: dict[int, Literal] = {}
    for piece in pieces:
        for value, cells in enumerate(masks(piece.cells)):
            if not cells or cells == everywhere:
                continue
            cost = piece.node.cost + COST_OF_LITERAL
            for literal in (
                Literal(piece, value, True, cells, cost),
                Literal(piece, value, False, everywhere & ~cells, cost + COST_OF_NOT),
            ):
                held = made.get(literal.cells)
                if held is None or held.cost > literal.cost:
                    made[literal.cells] = literal
    return sorted(made.values(), key=lambda literal: literal.cost)


def described(target: Target, literals: Sequence[Literal], meter: Meter) -> list[Conjunction]:
    """Conjunctions with all wanted cells and no wrong one: single ones, else of two, else of three literals."""
    meter.spend(len(literals) // 50 + 1)
    fitting = [(each, each.cells & target.wrong) for each in literals if not target.wanted & ~each.cells]
    alone = [Conjunction((one,), one.cells, one.cost) for one, excess in fitting[:MOST_SINGLE] if not excess]
    left = [(one, excess) for one, excess in fitting if excess != target.wrong and excess]
    pairs = _pairs(left[:MOST_PAIRED], meter)
    found = alone + pairs
    return (found or _triples(left, meter))[:MOST_FOUND]


def _pairs(fitting: list[tuple[Literal, int]], meter: Meter) -> list[Conjunction]:
    meter.spend(len(fitting) ** 2 // 2000 + 1)
    found = []
    for (one, excess), (other, more) in combinations(fitting, 2):
        if not excess & more:
            found.append(Conjunction((one, other), one.cells & other.cells, one.cost + other.cost))
    return sorted(found, key=lambda each: each.cost)


def _triples(fitting: list[tuple[Literal, int]], meter: Meter) -> list[Conjunction]:
    near = sorted(fitting, key=lambda each: each[1].bit_count() * (1 + each[0].cost))[:MOST_THIRD]
    meter.spend(len(near) ** 2 * len(fitting) // 4000 + 1)
    found = []
    for (one, excess), (other, more) in combinations(near, 2):
        both = excess & more
        for third, rest in fitting[:MOST_PAIRED]:
            if not both & rest:
                cells = one.cells & other.cells & third.cells
                found.append(Conjunction((one, other, third), cells, one.cost + other.cost + third.cost))
                break
    return sorted(found, key=lambda each: each.cost)


def covering(target: Target, literals: Sequence[Literal], meter: Meter) -> tuple[Conjunction, ...]:
    """A few conjunctions without a wrong cell that have all wanted ones together; none where there are no such."""
    left = target.wanted
    chosen: list[Conjunction] = []
    while left and len(chosen) < MOST_COVERS:
        best = _best(Target(left, target.wrong), literals, meter)
        if best is None or meter.used_up(SHARE):
            return ()
        chosen.append(best)
        left &= ~best.cells
    return () if left else tuple(chosen)


_Longer = tuple[float, int, Conjunction, Literal, int]
"""How good a conjunction with a literal more is, its number, both, and their common cells."""


def _best(target: Target, literals: Sequence[Literal], meter: Meter) -> Conjunction | None:
    """The conjunction without a wrong cell that has most of the wanted ones for its cost."""
    best, most = None, 0.0
    beam = [Conjunction((), -1, 0.0)]
    for _ in range(3):
        meter.spend(len(beam) * len(literals) // 200 + 1)
        longer: list[_Longer] = []
        for short in beam:
            for literal in literals:
                cells = short.cells & literal.cells
                wanted = (cells & target.wanted).bit_count()
                if not wanted:
                    continue
                wrong = (cells & target.wrong).bit_count()
                worth = log(1 + wanted) - 0.15 * (short.cost + literal.cost)
                if wrong:
                    longer.append((worth - 0.7 * log(1 + wrong), -len(longer), short, literal, cells))
                elif worth > most:
                    most, best = worth, _joined(short, literal, cells)
        beam = _beam(longer, target.wanted | target.wrong)
    return best


def _beam(longer: list[_Longer], seen: int) -> list[Conjunction]:
    """The best of them, those with equal cells once."""
    kept: dict[int, Conjunction] = {}
    for _, _, short, literal, cells in sorted(longer, key=lambda each: each[:2], reverse=True):
        if cells & seen not in kept:
            kept[cells & seen] = _joined(short, literal, cells)
            if len(kept) == BEAM:
                break
    return list(kept.values())


def _joined(short: Conjunction, literal: Literal, cells: int) -> Conjunction:
    return Conjunction((*short.literals, literal), cells, short.cost + literal.cost)
