"""Moves for tasks whose answers have another size than the inputs: canvases, corners, frames, counts, digests."""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.running.limit import Timer
from kagglebatt.search.graph.answer_sizes import predicted
from kagglebatt.search.graph.catalogue import COLOURS
from kagglebatt.search.graph.moves import GRID, LIST, Move, written
from kagglebatt.search.problem import Problem

_INSIDE = "subtract(shape(argmax(I,area)),TWO_BY_TWO)"
_ALWAYS = (
    (GRID, LIST, 1.5, "framed(I)"),
    (GRID, LIST, 1.7, "apply(trim,framed(I))"),
    (GRID, LIST, 2.0, "framed(replace(I,mostcolor(I),ZERO))"),
    (GRID, GRID, 1.6, "bars(I)"),
    (GRID, GRID, 2.0, "downscale(I,decrement(height(I)))"),
    (GRID, GRID, 2.0, "fill(canvas(ZERO,shape(I)),ONE,connect(ORIGIN,shape(I)))"),
    (LIST, LIST, 1.2, "centered(I)"),
    (LIST, LIST, 1.5, "apply(trim,I)"),
    (LIST, LIST, 1.5, "order(I,numcolors)"),
    (GRID, LIST, 1.8, "cornered(I)"),
    (LIST, GRID, 1.5, "overlays(centered(I))"),
    (LIST, GRID, 1.9, "overlay(argmax(I,area),embed(argmin(I,area),shape(argmax(I,area))))"),
    (LIST, GRID, 2.0, f"overlay(argmax(I,area),embed(rescale(argmin(I,area),{_INSIDE}),shape(argmax(I,area))))"),
    (LIST, GRID, 1.8, "hconcat(first(I),last(I))"),
    (LIST, GRID, 1.8, "vconcat(first(I),last(I))"),
    (LIST, GRID, 1.8, "kron(first(I),last(I))"),
    (LIST, GRID, 1.8, "kron(last(I),first(I))"),
)
_LARGER = (
    (1.5, "embed(I,{size})"),
    (1.5, "paint(canvas(ZERO,{size}),asobject(I))"),
    (2.0, "tilerepair(paint(canvas(ZERO,{size}),asobject(I)),ZERO)"),
    (2.0, "tilerepair(embed(I,{size}),ZERO)"),
)
_SMALLER = (
    (1.5, "embed(I,{size})"),
    (1.5, "crop(I,ORIGIN,{size})"),
    (1.5, "vmirror(crop(vmirror(I),ORIGIN,{size}))"),
    (1.5, "hmirror(crop(hmirror(I),ORIGIN,{size}))"),
    (1.5, "rot180(crop(rot180(I),ORIGIN,{size}))"),
    (1.8, "rescale(I,{size})"),
    (1.7, "wrap(I,{size},F)"),
    (1.8, "wrap(dmirror(I),{size},F)"),
    (2.0, "wrap(I,{size},T)"),
    (2.0, "wrap(dmirror(I),{size},T)"),
)
_COUNTS = ("partcount(I)", "filled(I)", "numcolors(I)", "holecount(I)", "partcount(keepcolor(I,{c}))")
_DIGESTS = (
    "filled; numcolors; maincolor; mostcolor; leastcolor; rarecolor; partcount; holecount; symmetries",
    "rbind(colorcount,{c}); compose(lbind(contained,{c}),palette); compose(height,core); compose(width,core)",
)


def size_moves(problem: Problem, clock: Timer) -> Iterator[Move]:
    """The moves that this task may need; none where all answers are as large as their inputs."""
    pairs = list(zip(problem.inputs, problem.answers, strict=False))
    if all(len(a) == len(b) and len(a[0]) == len(b[0]) for a, b in pairs):
        return
    for takes, gives, cost, text in _ALWAYS:
        yield Move(written(text), takes, gives, cost, trusted=takes == gives == GRID)
    larger = any(len(a) < len(b) or len(a[0]) < len(b[0]) for a, b in pairs)
    fixed = len({(len(b), len(b[0])) for _, b in pairs}) == 1
    for number, size in enumerate(predicted(problem, clock)):
        dearer = 0.3 * number
        yield Move(written(f"canvas(ZERO,{size})"), GRID, GRID, 1.5 + dearer)
        for cost, text in _LARGER if larger else _SMALLER:
            yield Move(written(text.format(size=size)), GRID, GRID, cost + dearer)
        if fixed and number == 0:
            yield from _counted(problem, size)
        if _divide(pairs):
            yield from _digested(problem, size, dearer)


def _counted(problem: Problem, size: str) -> Iterator[Move]:
    """So many cells as there is something."""
    if 2 <= len(problem.answers[0]) * len(problem.answers[0][0]) <= 36:
        for text in _COUNTS:
            for each in _with_colours(problem, text):
                yield Move(written(f"tally({each},{size})"), GRID, GRID, 1.7 + 0.3 * ("{c}" in text))
        yield Move(written(f"tally(size(I),{size})"), LIST, GRID, 1.5, trusted=False)


def _divide(pairs: list[tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]]) -> bool:
    """Whether each input has as many equal parts as its answer has cells, at least in one direction several."""
    return all(_parts(len(a), len(b)) and _parts(len(a[0]), len(b[0])) and len(b) * len(b[0]) > 1 for a, b in pairs)


def _parts(length: int, count: int) -> bool:
    size = length // count
    return size > 0 and (length - size * count) % max(count - 1, 1) == 0


def _digested(problem: Problem, size: str, dearer: float) -> Iterator[Move]:
    """What each part is like."""
    for text in ";".join(_DIGESTS).split(";"):
        for each in _with_colours(problem, text.strip()):
            yield Move(written(f"digest(I,{size},{each})"), GRID, GRID, 1.6 + dearer + 0.3 * ("{c}" in text))


def _with_colours(problem: Problem, text: str) -> Iterator[str]:
    for colour in problem.colours() if "{c}" in text else (0,):
        yield text.replace("{c}", COLOURS[colour])
