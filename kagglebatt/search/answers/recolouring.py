"""Recolouring: a piece is the answer with other colours, and which ones differs from sample to sample.

A colour of the piece always becomes the same one, or always one that the input itself tells: its most common, that of
its largest part, that of a corner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain

from kagglebatt.running.limit import Timer
from kagglebatt.search.answers.pieces import Piece
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import joined, written
from kagglebatt.search.packing import packed
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.running import compiled, value_of

_ROLES = """
    mostcolor(I); maincolor(I); rarecolor(I); leastcolor(I); maincolor(replace(I,maincolor(I),ZERO));
    rarecolor(replace(I,rarecolor(I),ZERO)); maincolor(argmax(layers(I,T,T),filled));
    maincolor(argmin(layers(I,T,T),filled)); maincolor(argmax(layers(I,T,T),compose(area,core)));
    index(I,ORIGIN); last(last(I)); last(first(I)); first(last(I)); maincolor(first(layers(I,T,T)));
    maincolor(last(layers(I,T,T))); maincolor(argmax(layers(I,T,T),holecount)); index(I,halve(shape(I)));
    maincolor(replace(I,mostcolor(I),ZERO)); rarecolor(replace(I,mostcolor(I),ZERO));
    maincolor(argmin(layers(I,T,T),compose(area,core))); maincolor(argmax(layers(I,T,T),symmetries));
    maincolor(argrare(layers(I,T,T),compose(negative,core))); maincolor(argmax(layers(I,T,T),compose(height,core)));
    maincolor(argmax(colorlayers(I),partcount)); maincolor(argmax(colorlayers(I),compose(area,core)))"""
_COST, _COST_OF_FIXED, _COST_OF_DOUBT = 0.6, 0.4, 0.5
_OF, _OF_ALL = "ofcolor(A,{})", "ofcolor(negative(A),ZERO)"
Mappings = list[dict[int, int]]


def doubt(mappings: Mappings) -> float:
    """The cost of colours that are replaced in one demo pair alone, so that nothing says it is so in another."""
    changed = Counter(value for mapping in mappings for value, colour in mapping.items() if value != colour)
    return _COST_OF_DOUBT * list(changed.values()).count(1) if len(mappings) > 1 else 0.0


class Recolourer:
    """What a task's inputs tell of colours."""

    def __init__(self, problem: Problem, clock: Timer) -> None:
        self.problem, self.clock = problem, clock
        self._answers = [packed([answer]) for answer in problem.answers]
        ends = list(accumulate(map(len, self._answers)))
        self._slices = [slice(end - len(answer), end) for end, answer in zip(ends, self._answers, strict=True)]
        self._told: list[tuple[str, tuple[int, ...]]] | None = None

    def mappings(self, piece: Piece) -> Mappings | None:
        """What becomes of the piece's colours in each demo pair; None when one of them becomes several."""
        found = []
        for part, answer in zip(self._slices, self._answers, strict=True):
            cells = piece.cells[part]
            if len(cells) != len(answer):
                return None
            mapping = dict(zip(cells, answer, strict=True))
            if len(mapping) < len(set(zip(cells, answer, strict=True))):
                return None
            found.append(mapping)
        return found

    def of(self, piece: Piece, mappings: Mappings) -> Found | None:
        """The piece in the colours that inputs tell; None when nothing tells them.

        Where all that is not empty has one colour in each answer, it is one; otherwise each colour is for itself.
        """
        wanted = _together(mappings)
        if wanted is None:
            wanted = {_OF.format(COLOURS[v]): [each.get(v) for each in mappings] for v in set(chain(*mappings))}
        text, cost = "A", piece.node.cost
        for where, colours in sorted(wanted.items()):
            role = self._role(colours)
            if role is None:
                return None
            text = f"fill({text},{role},{where})"
            cost += _COST if role not in COLOURS else _COST_OF_FIXED
        program = joined((piece.node.program(),), written(text), ("A",))
        return measured(program, self.problem, self.clock, "graph", cost, piece.node.depth + 1)

    def _role(self, wanted: Sequence[int | None]) -> str | None:
        """The first expression that is right in every demo pair where there is such a colour; a name for always one."""
        fixed = set(wanted) - {None}
        if len(fixed) == 1:
            return COLOURS[fixed.pop() or 0]
        if self._told is None:
            self._told = list(self._roles())
        for text, values in self._told:
            if all(colour is None or colour == value for colour, value in zip(wanted, values, strict=False)):
                return text
        return None

    def _roles(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """What is a colour in every sample, and not the same as what was before."""
        seen = set()
        for each in _ROLES.split(";"):
            text = "".join(each.split())
            call = compiled(written(text))
            values = tuple(value_of(call, self.clock, grid, ()) for grid in self.problem.inputs)
            if None not in values and values not in seen:
                seen.add(values)
                yield text, values


def _together(mappings: Mappings) -> dict[str, list[int | None]] | None:
    """What becomes of all that is empty, and of all that is not; None when the latter becomes of several colours."""
    full = [{colour for value, colour in mapping.items() if value} for mapping in mappings]
    if any(len(colours) > 1 for colours in full):
        return None
    return {
        _OF.format("ZERO"): [mapping.get(0) for mapping in mappings],
        _OF_ALL: [min(colours, default=None) for colours in full],
    }
