"""Growth: a piece in which some cells are still empty, and a few rules by which they fill until nothing changes.

Rules are chosen one after another: of all that are sound the one by which most cells grow for its cost. Whether the
rules of all pairs but one make that one grow right tells how far to believe them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from kagglebatt.dsl.growing import MOST_ROUNDS
from kagglebatt.dsl.types import Grid
from kagglebatt.running.limit import Timer
from kagglebatt.search.answers.pieces import Pieces
from kagglebatt.search.budget import Meter
from kagglebatt.search.cells.growth_rules import (
    GROUPS,
    Field,
    Offset,
    Planes,
    Rule,
    Sight,
    proposals,
    second_offsets,
    sights,
)
from kagglebatt.search.cells.literals import SHARE
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, joined, written
from kagglebatt.search.objects.segmentation import working_grids
from kagglebatt.search.packing import unpacked
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found

MOST_BASES = 3
"""The cheapest pieces that growing begins with."""
MOST_RULES, MOST_TRIED, MOST_ALIKE = 6, 40, 6
"""Rules one after another, the most promising that are tried for each, and rules that come to the same."""
MOST_GROWN = 3
"""Colours that grow by rules about colours; where there are more, they are fetched alone."""
WEIGHT = 0.3
"""Of a rule's cost beside the logarithm of the cells that grow by it."""
COST_OF_DOUBT = 6.0


@dataclass(frozen=True)
class Choice:
    """A rule in some orientations, as one idea; ``reach``: the cells of the answers that it would explain."""

    rules: tuple[Rule, ...]
    cost: float
    reach: int


class Growth:
    """Rules of growth from one base."""

    def __init__(self, grids: tuple[Grid, ...], problem: Problem, meter: Meter) -> None:
        self.meter = meter
        self.field = Field.of(grids)
        self.before = self.field.planes(grids)
        self.answer = self.field.planes(problem.answers)
        self.pairs = [self.field.cells(number) for number in range(problem.demos)]
        self.empty = self.before[0]
        self.colours = [c for c in range(1, 10) if self.before[c] | self.answer[c]]
        self.grown = [c for c in range(1, 10) if self.answer[c] & self.empty]
        final = [self.answer[c] for c in range(10)]
        self.final: Planes = (*final, self.before[10])
        self._hits: dict[Rule, tuple[int, int]] = {}
        self._sights: dict[Offset, list[tuple[Sight, int]]] = {}

    def found(self) -> Iterator[tuple[tuple[Choice, ...], float]]:
        """Rules by which all demo pairs grow right, if there are any, with their cost."""
        chosen = self._chosen(sum(self.pairs))
        if chosen is not None:
            failed = sum([not self._foresees(pair) for pair in self.pairs])
            yield chosen, sum(each.cost for each in chosen) + COST_OF_DOUBT * failed / len(self.pairs)

    def _foresees(self, pair: int) -> bool:
        """Whether the rules of all other pairs make this one grow right."""
        chosen = self._chosen(sum(self.pairs) & ~pair)
        return chosen is not None and self._is_right(self._grow(self.before, chosen), pair)

    def _is_right(self, now: Sequence[int], cells: int) -> bool:
        return not any([(now[c] ^ self.answer[c]) & cells for c in range(1, 10)])

    def _chosen(self, seen: int) -> tuple[Choice, ...] | None:
        """A few rules that make these cells grow right, but for those that are empty in the answers."""
        left = self.empty & ~self.answer[0] & seen
        choices = self._choices(seen)
        if left & ~_union(each.reach for each in choices):
            return None
        now: Sequence[int] = self.before
        chosen: list[Choice] = []
        while left:
            if len(chosen) == MOST_RULES or self.meter.used_up(SHARE):
                return None
            best, now = self._best(choices, now, chosen, left)
            if best is None:
                return None
            chosen.append(best)
            left &= ~_full(now)
        return tuple(chosen)

    def _best(
        self, choices: Sequence[Choice], now: Sequence[int], chosen: list[Choice], left: int
    ) -> tuple[Choice | None, Sequence[int]]:
        """The rule by which most grows for its cost, and all that has grown then."""
        best, most, then = None, -99.0, now
        able = list(islice((each for each in choices if self._begins(each, now, left)), MOST_TRIED))
        self.meter.spend(len(able) // 2 + 1)
        for each in able:
            grown = self._grow(now, [*chosen, each])
            count = (left & _full(grown)).bit_count()
            if count and log(count) - WEIGHT * each.cost > most:
                best, most, then = each, log(count) - WEIGHT * each.cost, grown
        return best, then

    def _begins(self, choice: Choice, now: Sequence[int], left: int) -> bool:
        return bool(choice.reach & left) and any(
            cells & left for rule in choice.rules for _, cells in rule.paints(self.field, self.before, now)
        )

    def _grow(self, now: Sequence[int], chosen: Sequence[Choice]) -> list[int]:
        """All that grows, in rounds; of two rules the first decides."""
        grown = list(now)
        for _ in range(MOST_ROUNDS):
            free = self.empty & ~_full(grown)
            new = [0] * 11
            for choice in chosen:
                for rule in choice.rules:
                    for colour, cells in rule.paints(self.field, self.before, grown):
                        cells &= free
                        new[colour] |= cells
                        free &= ~cells
            if not any(new):
                break
            for colour, cells in enumerate(new):
                grown[colour] |= cells
            grown[0] = free
        return grown

    def _choices(self, seen: int) -> list[Choice]:
        """Sound rules that explain something, as ideas, the best first; few that explain the same."""
        made: dict[int, list[Choice]] = {}
        done: set[Rule] = set()
        for rule in proposals(self.colours, self.grown if len(self.grown) <= MOST_GROWN else ()):
            right, wrong = self._of(rule, seen)
            if not right:
                continue
            if not wrong:
                if rule not in done:
                    self._take(rule, seen, made, done)
                continue
            for finer in self._refined(rule, right, wrong):
                if finer not in done:
                    self._take(finer, seen, made, done)
        best = [each for alike in made.values() for each in sorted(alike, key=lambda each: each.cost)[:MOST_ALIKE]]
        return sorted(best, key=lambda each: 0.4 * each.cost - log(each.reach.bit_count()))

    def _refined(self, rule: Rule, right: int, wrong: int) -> Iterator[Rule]:
        """Sound rules with a second sight; few that are right about the same cells."""
        alike: Counter[int] = Counter()
        for offset in second_offsets(rule.first.offset):
            for second, there in self._seeing(offset):
                mine = right & there
                if mine and not wrong & there and alike[mine] < MOST_ALIKE:
                    alike[mine] += 1
                    yield Rule(rule.first, second, rule.colour)

    def _take(self, rule: Rule, seen: int, made: dict[int, list[Choice]], done: set[Rule]) -> None:
        """Note a sound rule in all orientations together, and in fewer, wherever these are sound."""
        for group in GROUPS:
            rules = tuple(dict.fromkeys(rule.turned(turn) for turn in group))
            told = [self._of(each, seen) for each in rules]
            if any(wrong for _, wrong in told):
                continue
            reach = _union(right for right, _ in told)
            made.setdefault(reach, []).append(Choice(rules, _cost(rule) - 0.02 * len(group), reach))
            if len(group) > 2:
                done.update(rules)

    def _seeing(self, offset: Offset) -> list[tuple[Sight, int]]:
        """What may be seen at an offset once everything has grown, and the cells from which it is."""
        if offset not in self._sights:
            self._sights[offset] = []
            for sight in sights(offset, self.colours):
                there = self.field.looking((self.final if sight.grown else self.before)[sight.value], offset)
                self._sights[offset].append((sight, there if sight.holds else ~there))
        return self._sights[offset]

    def _of(self, rule: Rule, seen: int) -> tuple[int, int]:
        """The cells that a rule is right about, and those where it is wrong."""
        if rule not in self._hits:
            right = wrong = 0
            for colour, cells in rule.paints(self.field, self.before, self.final):
                right |= cells & self.empty & self.answer[colour]
                wrong |= cells & self.empty & ~self.answer[colour]
            self._hits[rule] = right, wrong
        right, wrong = self._hits[rule]
        return right & seen, wrong & seen


def text(rules: Sequence[Rule]) -> str:
    """The program on the base ``I``; of two rules the first decides.

    Rules are members of a tuple: one function made of all of them is too deep to run alone.
    """
    if len(rules) == 1:
        return f"regrown(I,{_written(rules[0])})"
    return f"regrown(I,fork(overlaid,identity,lbind(rapply,{_tuple(list(map(_written, reversed(rules))))})))"


def _tuple(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return f"totuple(initset({parts[0]}))"
    if len(parts) == 2:
        return f"astuple({parts[0]},{parts[1]})"
    return f"combine({_tuple(parts[:2])},{_tuple(parts[2:])})"


def _union(sets: Iterable[int]) -> int:
    """The cells that are in any of some sets."""
    cells = 0
    for each in sets:
        cells |= each
    return cells


def _full(planes: Sequence[int]) -> int:
    """What is not empty."""
    return _union(planes[1:10])


def _cost(rule: Rule) -> float:
    i, j = rule.first.offset
    cost = 1.0 + 0.1 * max(abs(i), abs(j))
    if rule.second is not None:
        cost += 0.6 + 0.2 * (not rule.second.holds)
    return cost


def _pair(offset: Offset) -> str:
    return f"astuple({_number(offset[0])},{_number(offset[1])})"


def _number(value: int) -> str:
    name = (*COLOURS, "TEN")[abs(value)]
    return name if value >= 0 else f"invert({name})"


def _sight(sight: Sight) -> str:
    return f"rbind(rbind(seen,{_pair(sight.offset)}),{_number(sight.value)})"


def _written(rule: Rule) -> str:
    fetching = f"rbind(fetched,{_pair(rule.first.offset)})"
    where, second = fetching if rule.colour is None else _sight(rule.first), rule.second
    if second is not None:
        choose = "masked" if second.holds else "unmasked"
        if second.grown:
            where = f"fork({choose},{where},{_sight(second)})"
        else:
            there = f"seen(I,{_number(second.value)},{_pair(second.offset)})"
            where = f"compose(rbind({choose},{there}),{where})"
    return where if rule.colour is None else f"compose(rbind(tint,{COLOURS[rule.colour]}),{where})"


def _bases(pieces: Pieces) -> Iterator[tuple[Node, tuple[Grid, ...]]]:
    """The cheapest pieces that are right but for empty cells, and their grids."""
    kept = [(piece, of) for of, group in pieces.by_size.items() for piece in group]
    for piece, of in sorted(kept, key=lambda each: each[0].node.cost):
        demo = piece.cells[: len(pieces.answer)]
        pairs = set(zip(demo, pieces.answer, strict=True))
        if any(demo) and all(a == b or not a for a, b in pairs) and demo != pieces.answer:
            yield piece.node, unpacked(piece.cells, pieces.wanted + of)


def growth(problem: Problem, pieces: Pieces, meter: Meter, clock: Timer) -> Iterator[Found]:
    """Programs by which an unfinished piece, or the inputs with their most common colour empty, become the answers."""
    for working in working_grids(problem):
        seen_so = replace(problem, inputs=working.grids, answers=working.answers)
        own = Pieces(seen_so)
        own.add(Node(working.grids, GRID, working.cost, 0))
        known = own if working.emptied or not pieces.by_size else pieces
        for base, grids in islice(_bases(known), MOST_BASES):
            rules = Growth(grids, seen_so, meter)
            for chosen, cost in rules.found():
                grown = written(text([rule for choice in chosen for rule in choice.rules]))
                whole = working.after(joined((base.program(),), grown))
                cost += base.cost
                yield measured(whole, problem, clock, "growth", cost, base.depth + 1, len(chosen))
