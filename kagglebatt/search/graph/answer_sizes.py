"""What size the answers have: the simplest rule for rows and columns that fits all demo pairs, as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import written
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled, value_of

MOST_SIDE = 30
_MEASURES = (
    "height(I)",
    "width(I)",
    "numcolors(I)",
    "decrement(numcolors(I))",
    "partcount(I)",
    "filled(I)",
    "height(core(I))",
    "width(core(I))",
    "size(panels(I))",
    "partcount(replace(I,mostcolor(I),ZERO))",
    "colorcount(I,rarecolor(I))",
)
_NAMES = (*COLOURS, "TEN")
Lengths = tuple[int, ...]


def predicted(problem: Problem, clock: Timer, most: int = 2) -> list[str]:
    """Expressions of ``I`` for (rows, columns), the simplest first, that are right on all demo pairs."""
    rules = list(_rules(problem, clock))
    rows, columns = zip(*[(len(answer), len(answer[0])) for answer in problem.answers], strict=True)
    ranked = sorted(
        (one[0] + other[0], f"astuple({one[1]},{other[1]})", one[2] + other[2])
        for one, other in product(_fitting(rules, rows, most), _fitting(rules, columns, most))
    )
    chosen: dict[Lengths, str] = {}
    for _, text, lengths in ranked:
        chosen.setdefault(lengths, text)
    return list(chosen.values())[:most]


def _fitting(
    rules: Sequence[tuple[float, str, Lengths]], wanted: Lengths, most: int
) -> list[tuple[float, str, Lengths]]:
    """The simplest rules that give these lengths, and others for the test inputs than simpler ones."""
    found: dict[Lengths, tuple[float, str, Lengths]] = {}
    for rule in sorted(rules):
        if rule[2][: len(wanted)] == wanted:
            found.setdefault(rule[2], rule)
    return list(islice(found.values(), most))


def _rules(problem: Problem, clock: Timer) -> Iterator[tuple[float, str, Lengths]]:
    """(cost, expression, length for every sample)."""
    for number in range(1, MOST_SIDE + 1):
        yield 0.5, number_text(number), (number,) * len(problem.inputs)
    measures = list(_measured(problem, clock))
    for cost, text, lengths in measures:
        yield from _usable(cost, text, lengths)
        for factor in (2, 3, 4, 5):
            name = _NAMES[factor]
            yield from _usable(cost + 0.6, f"multiply({text},{name})", tuple(each * factor for each in lengths))
            if all(each % factor == 0 for each in lengths):
                yield from _usable(cost + 0.6, f"divide({text},{name})", tuple(each // factor for each in lengths))
            yield from _usable(cost + 0.8, f"add({text},{name})", tuple(each + factor for each in lengths))
            yield from _usable(cost + 0.8, f"subtract({text},{name})", tuple(each - factor for each in lengths))
        yield from _usable(cost + 0.7, f"increment({text})", tuple(each + 1 for each in lengths))
        yield from _usable(cost + 0.7, f"decrement({text})", tuple(each - 1 for each in lengths))
    for (cost, text, lengths), (dearer, other, theirs) in product(measures, measures):
        both = tuple(a * b for a, b in zip(lengths, theirs, strict=True))
        yield from _usable(cost + dearer + 1.0, f"multiply({text},{other})", both)


def _usable(cost: float, text: str, lengths: Lengths) -> Iterator[tuple[float, str, Lengths]]:
    if min(lengths) > 0 and max(lengths) <= MOST_SIDE:
        yield cost, text, lengths


def _measured(problem: Problem, clock: Timer) -> Iterator[tuple[float, str, Lengths]]:
    for number, text in enumerate(_MEASURES):
        call = compiled(written(text))
        lengths = tuple(value_of(call, clock, grid, ()) for grid in problem.inputs)
        if None not in lengths:
            yield (0.0 if number < 2 else 0.4 + 0.05 * number), text, lengths


def number_text(number: int) -> str:
    """An expression for a number up to 30, from constants up to ten."""
    if number < len(_NAMES):
        return _NAMES[number]
    for factor in range(10, 1, -1):
        if number % factor == 0 and number // factor <= 10:
            return f"multiply({_NAMES[factor]},{_NAMES[number // factor]})"
    return f"increment({number_text(number - 1)})"
