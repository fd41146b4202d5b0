"""Rules of objects: actions that explain all that changed, decision lists that say to which objects, as programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice

from kagglebatt.dsl.types import Grid
from kagglebatt.programs.program import Program
from kagglebatt.search.budget import Meter
from kagglebatt.search.objects.actions import KEEP, REMOVE, UNDER, Action, actions
from kagglebatt.search.objects.decision_lists import DecisionList, decision_lists
from kagglebatt.search.objects.features import Condition, conditions, features
from kagglebatt.search.objects.segmentation import Segmentation

MOST_ACTIONS = 6
"""Different actions in one task."""
MOST_STARTS = 4
"""Actions that a choice of them begins with."""
MOST_DECISION_LISTS = 40
"""Cheapest decision lists of one choice of actions, of which those that differ on test inputs go on."""
_MOST_PARTIAL = 2
"""Actions that explain a part of the changes, and decision lists of each of them."""
SHARE = 0.15
"""Of the budget for this stage."""
_FULL = bytes([0]) + bytes([255]) * 255
_EMPTY = bytes([255]) + bytes(255)


def _packed(grid: Grid) -> bytes:
    return bytes(chain.from_iterable(grid))


def _number(cells: bytes) -> int:
    return int.from_bytes(cells, "little")


@dataclass(frozen=True)
class Step:
    """One thing to do with a segmentation.

    Attributes:
        program: on the segmentation's working grids.
        actions: how many different ones it does.
        share: of the changed cells that it makes right; 1 for all.
    """

    program: Program
    cost: float
    actions: int
    share: float


@dataclass
class _Sample:
    """A demo pair as numbers, a byte a cell."""

    grid: int
    answer: int
    empty: int
    answer_empty: int
    changed: int

    @classmethod
    def of(cls, grid: Grid, answer: Grid) -> _Sample:
        before, after = _packed(grid), _packed(answer)
        change = bytes([255 * (a != b) for a, b in zip(before, after, strict=True)])
        return cls(
            _number(before),
            _number(after),
            _number(before.translate(_EMPTY)),
            _number(after.translate(_EMPTY)),
            _number(change),
        )

    def explained(self, own: int, given: Grid | None, action: Action) -> int | None:
        """The changed cells that an action makes right; None when it makes a cell wrong."""
        if given is None:
            return None
        cells = _packed(given)
        covers, value = _number(cells.translate(_FULL)), _number(cells)
        if action.how == UNDER:
            covers &= self.empty
            value &= covers
        if (value ^ self.answer) & covers:
            return None
        bare = own & ~covers & self.answer_empty if action.clears else 0
        return (covers | bare) & self.changed


@dataclass(eq=False)
class _Effect:
    """One action and what it explains of each object of the demo pairs, in order; None where it is wrong."""

    action: Action
    explained: list[int | None] = field(default_factory=list)
    covered: int = 0


class ObjectRules:
    """What can be learned from one segmentation of a task whose answers have the sizes of the inputs."""

    def __init__(self, segmentation: Segmentation, colours: Sequence[int], meter: Meter) -> None:
        self.segmentation, self.colours, self.meter = segmentation, colours, meter
        demos = len(segmentation.working.answers)
        grids = [evaluator.value("X") for evaluator in segmentation.evaluators[:demos]]
        self.samples = [
            _Sample.of(grid, answer) for grid, answer in zip(grids, segmentation.working.answers, strict=True)
        ]
        self.owns = [
            [_number(_packed(each).translate(_FULL)) for each in part] for part in segmentation.objects[:demos]
        ]
        self.offsets = [0]
        for grid in grids:
            self.offsets.append(self.offsets[-1] + 8 * len(grid) * len(grid[0]))
        self.changed = sum(sample.changed << offset for sample, offset in zip(self.samples, self.offsets, strict=False))

    def steps(self) -> Iterator[Step]:
        """Steps that should fit all demo pairs, and some that explain a part of what changed in each of them."""
        effects = self._effects()
        choices = list(self._choices(effects))
        for chosen in choices:
            yield from self._decided(chosen, self._allowed(chosen), 1.0)
        if effects and not choices:
            for effect in self._partial(effects):
                share = effect.covered.bit_count() / self.changed.bit_count()
                yield from islice(self._decided([effects[0], effect], self._loosely(effect), share), _MOST_PARTIAL)

    def _partial(self, effects: list[_Effect]) -> list[_Effect]:
        """The actions that explain most, of those that explain something in each demo pair that changes."""
        wanted = [sample.changed << offset for sample, offset in zip(self.samples, self.offsets, strict=False)]
        able = [
            effect
            for effect in effects
            if all(
                effect.covered & (((1 << end) - 1) ^ ((1 << start) - 1)) or not change
                for change, start, end in zip(wanted, self.offsets, self.offsets[1:], strict=False)
            )
        ]
        able.sort(key=lambda effect: -effect.covered.bit_count() / (2 + effect.action.cost))
        return able[:_MOST_PARTIAL]

    def _loosely(self, effect: _Effect) -> dict[int, int]:
        """Where one action may be done and where it need not, whatever else becomes of the objects."""
        may = sum([1 << place for place, each in enumerate(effect.explained) if each is not None])
        must = sum([1 << place for place, each in enumerate(effect.explained) if each])
        return {0: ((1 << len(effect.explained)) - 1) & ~must, 1: may}

    def _effects(self) -> list[_Effect]:
        """The actions of which one form explains something of the demo pair with the fewest objects."""
        added = _added(self.samples)
        first = min(
            range(len(self.samples)), key=lambda number: (not self.samples[number].changed, len(self.owns[number]))
        )
        found = []
        forms = {""}
        for action in (Action(KEEP, 0.0), Action(REMOVE, 0.2), *actions(added, self.colours)):
            if self.meter.used_up(SHARE):
                return []
            columns: dict[int, list[int | None]] = {first: self._column(action, first)}
            found.append((action, columns))
            if any(columns[first]):
                forms.add(action.form)
        if len(forms) == 1:
            return []
        effects = []
        for action, columns in found:
            if action.form not in forms:
                continue
            effect = _Effect(action)
            for number, offset in zip(range(len(self.samples)), self.offsets, strict=False):
                column = columns[number] if number in columns else self._column(action, number)
                effect.explained += [None if each is None else each << offset for each in column]
            for each in effect.explained:
                effect.covered |= each or 0
            if effect.covered or action.text == KEEP:
                effects.append(effect)
        return effects

    def _column(self, action: Action, number: int) -> list[int | None]:
        sample, owns = self.samples[number], self.owns[number]
        if action.text == KEEP:
            return [0 if not own & sample.changed else None for own in owns]
        if action.text == REMOVE:
            return [
                None if (sample.answer & own) == (sample.grid & own) else own & sample.answer_empty & sample.changed
                for own in owns
            ]
        self.meter.spend()
        given = self.segmentation.evaluators[number].each(action.text, self.segmentation.objects[number])
        return [sample.explained(own, each, action) for own, each in zip(owns, given, strict=True)]

    def _choices(self, effects: list[_Effect]) -> Iterator[list[_Effect]]:
        """Few actions that together explain all that changed."""
        if not effects:
            return
        keep, *rest = effects
        rest.sort(key=lambda effect: (-effect.covered.bit_count() / (2 + effect.action.cost), effect.action.cost))
        whole = [effect for effect in rest if effect.covered == self.changed][: 2 * MOST_STARTS]
        for effect in whole:
            yield [keep, effect]
        if whole:
            return
        seen = set()
        for start in rest[:MOST_STARTS]:
            chosen, left = [start], self.changed & ~start.covered
            while left and len(chosen) < MOST_ACTIONS:
                best = max(rest, key=lambda effect: (effect.covered & left).bit_count() / (2 + effect.action.cost))
                if not best.covered & left:
                    break
                chosen.append(best)
                left &= ~best.covered
            key = frozenset(effect.action.text for effect in chosen)
            if not left and key not in seen:
                seen.add(key)
                yield [keep, *chosen]

    @cached_property
    def _conditions(self) -> list[Condition]:
        demos = len(self.samples)
        number = sum(map(len, self.segmentation.objects[:demos]))
        found = list(features(self.segmentation.evaluators, self.segmentation.objects, self.colours))
        return conditions(found, (1 << number) - 1)

    def _decided(self, chosen: list[_Effect], allowed: dict[int, int] | None, share: float) -> Iterator[Step]:
        if allowed is None:
            return
        demo = (1 << len(chosen[0].explained)) - 1
        everything = (1 << sum(map(len, self.segmentation.objects))) - 1
        found = sorted(decision_lists(allowed, self._conditions, demo, everything), key=lambda each: each.cost)
        seen = set()
        for listed in found[:MOST_DECISION_LISTS]:
            choice = tuple((action, objects & ~demo) for action, objects in listed.choices if objects & ~demo)
            if choice not in seen:
                seen.add(choice)
                done = {action for action, _ in listed.choices}
                cost = 0.5 + self.segmentation.cost + listed.cost + sum(chosen[action].action.cost for action in done)
                yield Step(self.segmentation.step(_text(listed, chosen)), cost, len(done), share)

    def _allowed(self, chosen: list[_Effect]) -> dict[int, int] | None:
        """For each action the objects that it may be done to; None when there is one that none may be done to."""
        allowed = dict.fromkeys(range(len(chosen)), 0)
        for place in range(len(chosen[0].explained)):
            amounts = {
                action: each.bit_count()
                for action, effect in enumerate(chosen)
                if (each := effect.explained[place]) is not None
            }
            if not amounts:
                return None
            most = max(amounts.values())
            for action, amount in amounts.items():
                if amount == most:
                    allowed[action] |= 1 << place
        return {action: objects for action, objects in allowed.items() if objects}


def _added(samples: Sequence[_Sample]) -> list[int]:
    """The colours but 0 that changed cells have in the answers."""
    found: set[int] = set()
    for sample in samples:
        cells = sample.answer & sample.changed
        found |= set(cells.to_bytes((cells.bit_length() + 7) // 8, "little"))
    return sorted(found - {0})


def _text(listed: DecisionList, chosen: Sequence[_Effect]) -> str:
    """The program as an expression: first what is emptied, then what is painted, rule by rule."""
    rest, steps = "L", []
    for condition, place in listed.rules:
        steps.append((chosen[place].action, f"sfilter({rest},{condition.text})"))
        rest = f"sfilter({rest},compose(flip,{condition.text}))"
    steps.append((chosen[listed.others].action, rest))
    made = "X"
    for action, objects in steps:
        if action.clears:
            made = f"erased({made},{objects})"
    for action, objects in steps:
        if action.text not in (KEEP, REMOVE):
            made = f"{action.how}({made},apply({action.text},{objects}))"
    return made
