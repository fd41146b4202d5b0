"""Decision lists: which action is done to which objects; of a few conditions the first that holds decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kagglebatt.search.objects.features import Condition

MOST_RULES = 5
"""Conditions one after another, beside what is done to all other objects."""
MOST_PAIRED = 60
"""The cheapest conditions that are tried two at once."""


@dataclass(frozen=True)
class DecisionList:
    """For each condition in order which action is done where it holds; and what is done to all others.

    Attributes:
        choices: the objects of all samples for each of the rules and at last for the others, as bits.
    """

    rules: tuple[tuple[Condition, int], ...]
    others: int
    cost: float
    choices: tuple[tuple[int, int], ...]


def decision_lists(
    allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int
) -> Iterator[DecisionList]:
    """Decision lists that agree with the demo pairs.

    Args:
        allowed: for each action the objects of demo pairs that it may be done to, as bits.
        demo: the objects of demo pairs.
        everything: those of all samples.
    """
    for action, objects in allowed.items():
        if objects == demo:
            yield DecisionList((), action, 0.0, ((action, everything),))
    for others, rest in allowed.items():
        for action, objects in allowed.items():
            if action != others and rest | objects == demo and rest != demo:
                yield from _two(action, others, allowed, found, demo, everything)
    if len(allowed) > 2:
        for others in allowed:
            listed = _listed(others, allowed, found, demo, everything)
            if listed is not None:
                yield listed


def _two(
    action: int, others: int, allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int
) -> Iterator[DecisionList]:
    """One condition, or else two at once, between two actions."""
    must, may = demo & ~allowed[others], allowed[action]
    single = False
    for condition in found:
        holds = condition.holds & demo
        if not must & ~holds and not holds & ~may:
            single = True
            yield _decision_list([(condition, action)], others, everything)
    if single:
        return
    wide = [condition for condition in found if not must & ~condition.holds][:MOST_PAIRED]
    for one, two in combinations(wide, 2):
        holds = one.holds & two.holds
        if not holds & demo & ~may:
            both = Condition(f"fork(both,{one.text},{two.text})", one.cost + two.cost + 0.5, holds)
            yield _decision_list([(both, action)], others, everything)


def _listed(
    others: int, allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int
) -> DecisionList | None:
    """Conditions one after another, each right wherever it decides, until what is left may be done to the others."""
    left = demo
    rules: list[tuple[Condition, int]] = []
    while left & ~allowed[others]:
        best, most = None, 0.0
        for condition in found:
            holds = condition.holds & left
            needed = (holds & ~allowed[others]).bit_count()
            if needed and needed - 0.5 * condition.cost > most:
                for action, objects in allowed.items():
                    if action != others and not holds & ~objects:
                        best, most = (condition, action), needed - 0.5 * condition.cost
                        break
        if best is None or len(rules) == MOST_RULES:
            return None
        rules.append(best)
        left &= ~best[0].holds
    return _decision_list(rules, others, everything)


def _decision_list(rules: Sequence[tuple[Condition, int]], others: int, everything: int) -> DecisionList:
    left, choices = everything, []
    for condition, action in rules:
        choices.append((action, left & condition.holds))
        left &= ~condition.holds
    choices.append((others, left))
    cost = sum(condition.cost + 0.3 for condition, _ in rules)
    return DecisionList(tuple(rules), others, cost, tuple(choices))
