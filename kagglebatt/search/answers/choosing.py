"""Choosing: where an answer is one member of a list in every demo pair, what tells it from the others.

Asked of every list that a search comes to; only where the answers are among the members are they measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log2
from typing import Any

from kagglebatt.programs.program import Program
from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import following, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.running import Call, compiled, value_of

_MEASURES = {
    0.8: "filled; numcolors; partcount; holecount; symmetries; height; width; area; compose(filled,core)",
    1.2: """
        compose(area,core); compose(height,core); compose(width,core); compose(numcolors,core);
        compose(minimum,shape); compose(maximum,shape); compose(square,core); square; portrait;
        fork(equality,core,compose(hmirror,core)); fork(equality,core,compose(vmirror,core));
        fork(equality,core,compose(dmirror,core)); fork(equality,core,compose(cmirror,core));
        fork(equality,core,compose(rot180,core)); fork(permille,filled,area);
        compose(filled,rbind(holes,F)); compose(filled,rbind(edges,F)); maincolor; rarecolor; mostcolor; leastcolor;
        compose(partcount,negative); compose(negative,core); palette; core; negative; identity;
        fork(colorcount,identity,mostcolor); fork(colorcount,identity,leastcolor);
        fork(colorcount,identity,rarecolor); fork(likeness,identity,vmirror); fork(likeness,identity,hmirror);
        fork(subtract,height,width)""",
    1.6: "rbind(colorcount,{c}); compose(partcount,rbind(keepcolor,{c})); compose(lbind(contained,{c}),palette)",
}
_TIED = 0.7
"""Added where several members are equally good in some sample, and the first of them is chosen."""


Keys = tuple[Any, ...]
"""What a measure says of each member."""
Places = frozenset[int]
"""The members that are right."""
MOST_CHOICES = 4
"""For one list; the cheapest. Where there are more, they say the same, or little."""
_SURE, _LEAST, _DOUBT = 11.0, 1.0, 0.2
"""Bits of choice that all demo pairs make together, how many there must be, and what each missing one costs: luck looks
like a rule."""


class _Way:
    """One way from the values of a measure to a member, as long as it is right."""

    cost = 0.0
    tied = False

    def still(self, keys: Keys, at: Places | None, members: tuple[Any, ...]) -> bool:
        """Whether it leads to one of the members at ``at``, None for any, in this sample too."""
        raise NotImplementedError

    def text(self) -> str:
        """The expression, with ``{}`` for the measure."""
        raise NotImplementedError


class _Extreme(_Way):
    choose = "argmax"

    def best_of(self, keys: Keys) -> int:
        return max(keys)  # type: ignore[no-any-return]

    def still(self, keys: Keys, at: Places | None, members: tuple[Any, ...]) -> bool:
        if not all(isinstance(key, int) for key in keys):
            return False
        best = self.best_of(keys)
        self.tied |= len({member for key, member in zip(keys, members, strict=True) if key == best}) > 1
        return at is None or keys.index(best) in at

    def text(self) -> str:
        return self.choose + "(I,{})"


class _Least(_Extreme):
    choose = "argmin"

    def best_of(self, keys: Keys) -> int:
        return min(keys)  # type: ignore[no-any-return]


class _Rarest(_Way):
    cost = 0.1

    def still(self, keys: Keys, at: Places | None, members: tuple[Any, ...]) -> bool:
        counts = Counter(keys)
        rare = min(keys, key=counts.__getitem__)
        self.tied |= list(counts.values()).count(1) != 1
        return at is None or keys.index(rare) in at

    def text(self) -> str:
        return "argrare(I,{})"


class _Constant(_Way):
    cost = 0.5
    _value: Any = None

    def still(self, keys: Keys, at: Places | None, members: tuple[Any, ...]) -> bool:
        if at is None:
            return True
        if self._value is None:
            self._value = keys[min(at)]
        known = isinstance(self._value, int) and 0 <= self._value < len(COLOURS)
        return known and self._value in keys and keys.index(self._value) in at

    def text(self) -> str:
        name = ("F", "T")[self._value] if isinstance(self._value, bool) else COLOURS[self._value]
        return f"extract(I,matcher({{}},{name}))"


_WAYS = (_Extreme, _Least, _Rarest, _Constant)


class Chooser:
    """What chooses among the members of a task's lists."""

    def __init__(self, problem: Problem, clock: Timer) -> None:
        self.problem, self.clock = problem, clock
        self._measures: list[tuple[float, str, Call]] | None = None

    def of(self, node: Node) -> Iterator[Found]:
        """Programs that choose the answers from the members of a list."""
        yield from self._led(node, self._equal(node))

    def _equal(self, node: Node) -> Iterator[Places]:
        """For each demo pair the members that are the answer."""
        for members, answer in zip(node.values, self.problem.answers, strict=False):
            yield frozenset([number for number, each in enumerate(members) if each == answer])

    def _led(self, node: Node, coming: Iterator[Places]) -> Iterator[Found]:
        chosen = []
        for places in coming:
            if not places:
                return
            chosen.append(places)
        bits = sum(log2(len(members) / len(at)) for members, at in zip(node.values, chosen, strict=False))
        if bits < _LEAST:
            return
        found = 0
        doubt = _DOUBT * max(_SURE - bits, 0)
        for cost, measure, call in self._all_measures():
            for more, text in self._choices(call, node.values, chosen):
                program = following(node.program(), written(text.format(measure)))
                yield self._found(program, node, cost + more + doubt)
                found += 1
            if found >= MOST_CHOICES:
                return

    def _choices(self, call: Call, lists: Sequence[Any], chosen: Sequence[Places]) -> list[tuple[float, str]]:
        """How one measure leads to the members that are wanted; most lead nowhere on the first pair already."""
        ways = [way() for way in _WAYS]
        for number, members in enumerate(lists):
            keys = value_of(call, self.clock, members, ())
            if type(keys) is not tuple:
                return []
            at = chosen[number] if number < len(chosen) else None
            ways = [way for way in ways if way.still(keys, at, members)]
            if not ways:
                return []
        return [(way.cost + _TIED * way.tied, way.text()) for way in ways]

    def _found(self, program: Program, node: Node, cost: float) -> Found:
        return measured(program, self.problem, self.clock, "graph", node.cost + cost, node.depth + 1)

    def _all_measures(self) -> list[tuple[float, str, Call]]:
        if self._measures is None:
            colours = [COLOURS[colour] for colour in self.problem.colours()]
            self._measures = [
                (cost, text, compiled(written(f"apply({text},I)")))
                for cost, texts in _MEASURES.items()
                for each in texts.split(";")
                for colour in (colours if "{c}" in each else colours[:1])
                for text in ["".join(each.split()).replace("{c}", colour)]
            ]
        return self._measures
