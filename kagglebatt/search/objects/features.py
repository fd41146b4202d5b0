"""Features of objects: what can be said of one object of a sample, as an expression and as a column of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.objects.evaluator import Evaluator

NUMBERS = (*COLOURS, "TEN")
"""Constants by their number."""
_PLAIN = {
    0.2: "filled; maincolor; compose(height,core); compose(width,core)",
    0.4: """holecount; rimsides; symmetries; compose(area,core); compose(square,core);
        fork(equality,filled,compose(area,core)); compose(portrait,core)""",
    0.6: """fork(equality,core,compose(vmirror,core)); fork(equality,core,compose(hmirror,core));
        chain(minimum,shape,core); chain(maximum,shape,core); numcolors; partcount;
        fork(equality,core,compose(dmirror,core)); compose(filled,around(X)); compose(filled,within(X));
        compose(numcolors,around(X)); compose(numcolors,within(X)); compose(partcount,within(X));
        chain(maximum,palette,around(X)); chain(maximum,palette,within(X)); topedge; leftedge;
        fork(add,topedge,leftedge);
        compose(positive,compose(filled,fork(masked,identity,rot180)))""",
    0.8: """compose(leftedge,vmirror); compose(topedge,hmirror); compose(even,leftedge); compose(even,topedge);
        compose(even,compose(leftedge,vmirror)); compose(even,compose(topedge,hmirror)); compose(even,filled);
        compose(filled,lbind(inrows,X)); compose(filled,lbind(incolumns,X))""",
}
_AMONG_OTHERS = {0.7: "commonness(compose(negative,core),M); commonness(maincolor,M); commonness(filled,M)"}
"""Features of an object among those that are not acted on."""
_KEYS = {0.4: "core; compose(negative,core)"}
"""Features with values that no constant names: good for comparing alone."""
_COLOURED = {0.6: "rbind(colorcount,{c}); compose(rbind(colorcount,{c}),around(X))"}


def _lines(table: dict[float, str], **words: str) -> list[tuple[str, float]]:
    return [
        ("".join(each.split()).format(**words) if words else "".join(each.split()), cost)
        for cost, text in table.items()
        for each in text.split(";")
    ]


@dataclass(frozen=True, slots=True)
class Feature:
    """A function of one object: ``values`` for every object of every sample in order."""

    text: str
    cost: float
    values: tuple[Any, ...]


def features(
    evaluators: Sequence[Evaluator], objects: Sequence[tuple[Any, ...]], colours: Sequence[int]
) -> Iterator[Feature]:
    """All features that have a value for each object; those that are alike for all objects are left out.

    Args:
        evaluators: of every sample, which know ``X``, ``L`` and ``M``.
        objects: the objects of every sample.
        colours: those of the task.
    """
    plain = _lines(_PLAIN)
    for colour in colours:
        plain += _lines(_COLOURED, c=COLOURS[colour])
    seen: set[tuple[Any, ...]] = set()
    if evaluators[0].value("L") != evaluators[0].value("M"):
        plain += _lines(_AMONG_OTHERS)
    for text, cost in plain + _lines(_KEYS):
        columns = [evaluator.each(text, members) for evaluator, members in zip(evaluators, objects, strict=True)]
        if any(value is None for column in columns for value in column):
            continue
        for feature in _made(text, cost, columns):
            if len(set(feature.values)) > 1 and feature.values not in seen:
                seen.add(feature.values)
                yield feature


def _made(text: str, cost: float, columns: list[list[Any]]) -> Iterator[Feature]:
    """A feature, and what comes of comparing it among the objects of each sample."""
    if isinstance(columns[0][0] if columns[0] else 0, int):
        yield Feature(text, cost, _flat(columns))
        if not isinstance(columns[0][0] if columns[0] else 0, bool):
            yield Feature(f"ranked({text},L)", cost + 0.2, _flat(map(_ranks, columns)))
            low = [[-value for value in column] for column in columns]
            yield Feature(f"ranked(compose(invert,{text}),L)", cost + 0.2, _flat(map(_ranks, low)))
    counts = [_counts(column) for column in columns]
    yield Feature(f"commonness({text},L)", cost + 0.3, _flat(counts))
    yield Feature(f"ranked(commonness({text},L),L)", cost + 0.4, _flat(map(_ranks, counts)))
    few = [[-value for value in column] for column in counts]
    yield Feature(f"ranked(compose(invert,commonness({text},L)),L)", cost + 0.4, _flat(map(_ranks, few)))


def _flat(columns: Any) -> tuple[Any, ...]:
    return tuple([value for column in columns for value in column])


def _ranks(column: list[Any]) -> list[int]:
    ranks = {value: rank for rank, value in enumerate(sorted(set(column), reverse=True))}
    return [ranks[value] for value in column]


def _counts(column: list[Any]) -> list[int]:
    counts = Counter(column)
    return [counts[value] for value in column]


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether something is so, as a function of one object; ``holds`` for every object, as bits."""

    text: str
    cost: float
    holds: int


def conditions(found: Sequence[Feature], demo: int) -> list[Condition]:
    """Equalities and bounds of features, cheapest first; of those that hold for the same objects one alone.

    Args:
        demo: the bits of the objects of demo pairs, for which a condition must hold or not hold now and then.
    """
    made: dict[int, Condition] = {}
    for condition in sorted((c for feature in found for c in _of(feature)), key=lambda each: (each.cost, each.text)):
        if 0 != condition.holds & demo != demo:
            made.setdefault(condition.holds, condition)
    return list(made.values())


def _of(feature: Feature) -> Iterator[Condition]:
    values = sorted(set(feature.values))
    if isinstance(values[0], bool):
        yield Condition(feature.text, feature.cost, _bits([value for value in feature.values]))
        yield Condition(
            f"compose(flip,{feature.text})", feature.cost + 0.1, _bits([not value for value in feature.values])
        )
        return
    if not isinstance(values[0], int):
        return
    for value in values:
        if 0 <= value < len(NUMBERS):
            name = NUMBERS[value]
            is_it = _bits([each == value for each in feature.values])
            extra = 0.0 if value < 2 else 0.2
            yield Condition(f"matcher({feature.text},{name})", feature.cost + extra, is_it)
            yield Condition(
                f"compose(flip,matcher({feature.text},{name}))",
                feature.cost + extra + 0.2,
                _bits([each != value for each in feature.values]),
            )
            if "ranked" not in feature.text and value < values[-1]:
                above = _bits([each > value for each in feature.values])
                yield Condition(f"compose(rbind(greater,{name}),{feature.text})", feature.cost + 0.3, above)
                below = _bits([each <= value for each in feature.values])
                yield Condition(
                    f"compose(flip,compose(rbind(greater,{name}),{feature.text}))", feature.cost + 0.4, below
                )


def _bits(flags: Sequence[bool]) -> int:
    return sum([1 << place for place, flag in enumerate(flags) if flag])
