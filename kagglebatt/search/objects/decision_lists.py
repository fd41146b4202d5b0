"""Which objects a deed is done to: short lists of conditions, the first that holds decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kagglebatt.search.objects.properties import Condition

MOST_RULES = 5
"""Conditions one after another, beside what is done to all other objects."""
MOST_PAIRED = 60
"""The cheapest conditions that are tried two at once."""


@dataclass(frozen=True)
class Sorting:
    """For each condition in order which deed is done where it holds; and what is done to all others.

    Attributes:
        choices: the objects of all samples for each of the rules and at last for the others, as bits.
    """

    rules: tuple[tuple[Condition, int], ...]
    others: int
    cost: float
    choices: tuple[tuple[int, int], ...]


def sortings(allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int) -> Iterator[Sorting]:
    """Lists of conditions that agree with the demo pairs.

    Args:
        allowed: for each deed the objects of demo pairs that it may be done to, as bits.
        demo: the objects of demo pairs.
        everything: those of all samples.
    """
    for deed, objects in allowed.items():
        if objects == demo:
            yield Sorting((), deed, 0.0, ((deed, everything),))
    for others, rest in allowed.items():
        for deed, objects in allowed.items():
            if deed != others and rest | objects == demo and rest != demo:
                yield from _two(deed, others, allowed, found, demo, everything)
    if len(allowed) > 2:
        for others in allowed:
            listed = _listed(others, allowed, found, demo, everything)
            if listed is not None:
                yield listed


def _two(
    deed: int, others: int, allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int
) -> Iterator[Sorting]:
    """One condition, or else two at once, between two deeds."""
    must, may = demo & ~allowed[others], allowed[deed]
    single = False
    for condition in found:
        holds = condition.holds & demo
        if not must & ~holds and not holds & ~may:
            single = True
            yield _sorting([(condition, deed)], others, everything)
    if single:
        return
    wide = [condition for condition in found if not must & ~condition.holds][:MOST_PAIRED]
    for one, two in combinations(wide, 2):
        holds = one.holds & two.holds
        if not holds & demo & ~may:
            both = Condition(f"fork(both,{one.text},{two.text})", one.cost + two.cost + 0.5, holds)
            yield _sorting([(both, deed)], others, everything)


def _listed(
    others: int, allowed: Mapping[int, int], found: Sequence[Condition], demo: int, everything: int
) -> Sorting | None:
    """Conditions one after another, each right wherever it decides, until what is left may be done to the others."""
    left = demo
    rules: list[tuple[Condition, int]] = []
    while left & ~allowed[others]:
        best, most = None, 0.0
        for condition in found:
            holds = condition.holds & left
            needed = (holds & ~allowed[others]).bit_count()
            if needed and needed - 0.5 * condition.cost > most:
                for deed, objects in allowed.items():
                    if deed != others and not holds & ~objects:
                        best, most = (condition, deed), needed - 0.5 * condition.cost
                        break
        if best is None or len(rules) == MOST_RULES:
            return None
        rules.append(best)
        left &= ~best[0].holds
    return _sorting(rules, others, everything)


def _sorting(rules: Sequence[tuple[Condition, int]], others: int, everything: int) -> Sorting:
    left, choices = everything, []
    for condition, deed in rules:
        choices.append((deed, left & condition.holds))
        left &= ~condition.holds
    choices.append((others, left))
    cost = sum(condition.cost + 0.3 for condition, _ in rules)
    return Sorting(tuple(rules), others, cost, tuple(choices))
