"""Moves for tasks whose answers have another size than the inputs: canvases, margins, corners, frames, bars."""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.running.limit import Timer
from kagglebatt.search.moves import GRID, LIST, Move, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.sizes import predicted

_LARGER = (
    (1.5, "embed(I,{size})"),
    (1.5, "paint(canvas(ZERO,{size}),asobject(I))"),
    (2.0, "tilerepair(paint(canvas(ZERO,{size}),asobject(I)),ZERO)"),
    (2.0, "tilerepair(embed(I,{size}),ZERO)"),
)
_SMALLER = ((1.5, "embed(I,{size})"), (1.8, "rescale(I,{size})"))
_ALWAYS = (
    (GRID, LIST, 1.5, "framed(I)"),
    (GRID, LIST, 2.0, "framed(replace(I,mostcolor(I),ZERO))"),
    (GRID, GRID, 1.6, "bars(I)"),
    (LIST, LIST, 1.2, "centered(I)"),
    (LIST, LIST, 1.5, "apply(trim,I)"),
    (LIST, GRID, 1.8, "hconcat(first(I),last(I))"),
    (LIST, GRID, 1.8, "vconcat(first(I),last(I))"),
)


def shaped(problem: Problem, clock: Timer) -> Iterator[Move]:
    """The moves that this task may need; none where all answers are as large as their inputs."""
    pairs = list(zip(problem.inputs, problem.answers, strict=False))
    if all(len(a) == len(b) and len(a[0]) == len(b[0]) for a, b in pairs):
        return
    for takes, gives, cost, text in _ALWAYS:
        yield Move(written(text), takes, gives, cost)
    larger = any(len(a) < len(b) or len(a[0]) < len(b[0]) for a, b in pairs)
    for number, size in enumerate(predicted(problem, clock)):
        dearer = 0.3 * number
        yield Move(written(f"canvas(ZERO,{size})"), GRID, GRID, 1.5 + dearer)
        for cost, text in _LARGER if larger else _SMALLER:
            yield Move(written(text.format(size=size)), GRID, GRID, cost + dearer)
        if not larger:
            yield Move(written(f"cornerparts(I,{size})"), GRID, LIST, 1.5 + dearer)
