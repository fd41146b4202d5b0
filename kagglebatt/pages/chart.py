"""Figures over iterations, drawn by matplotlib as SVG that takes its colours from the page.

matplotlib, since Kaggle's image has it, and what it draws is a few kilobytes of SVG that needs no script; libraries
that draw in the browser would put a megabyte of theirs into every page. It is imported when a chart is drawn: that
takes longer than a small run.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INK, COLOURS = "#000000", ("#010101", "#020202")
"""What is drawn with, and replaced by the page's own colours."""

_PAINT = {INK: "currentColor", COLOURS[0]: "var(--line-1)", COLOURS[1]: "var(--line-2)"}
_INCHES = (4.9, 2.1)


@dataclass(frozen=True)
class Line:
    """Values by iteration."""

    name: str
    points: tuple[tuple[int, float], ...]


def draw(lines: Sequence[Line], words: str, unit: str, bars: bool = False) -> str:
    """Values as an SVG element: as lines of whole numbers that stay until the next one, or as bars.

    Args:
        lines: two at most, each with a point at least.
        words: what is seen, for those who do not see it.
        unit: of the values, beside their axis.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    inked = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": words, "font.size": 9, **dict.fromkeys(inked, INK)}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        for line, colour, dashes in zip(lines, COLOURS, ("-", "--"), strict=False):
            numbers, values = zip(*line.points, strict=True)
            if bars:
                axes.bar(numbers, values, width=0.7, color=colour)
                continue
            axes.step(numbers, values, where="post", color=colour, linestyle=dashes, linewidth=1.8)
            axes.plot(numbers[-1:], values[-1:], "o" if dashes == "-" else "s", color=colour, markersize=4)
        axes.set_ylim(0, 1.06 * max(value for line in lines for _, value in line.points) or 1)
        axes.set(xlabel="iteration", ylabel=unit)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))  # one iteration alone, too
        axes.yaxis.set_major_locator(MaxNLocator(integer=not bars, nbins=4))
        axes.spines[["top", "right"]].set_visible(False)
        written = io.StringIO()
        FigureCanvasSVG(figure).print_svg(written, metadata={"Date": None})
    return _for_the_page(written.getvalue(), words)


def _for_the_page(svg: str, words: str) -> str:
    """An SVG file as an element of a page: without head and names that would be there twice, in the page's colours."""
    from markupsafe import escape

    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="(?:figure|axes|patch|line2d|text|xtick|ytick|matplotlib\.axis)_\d+"', "", svg)
    svg = re.sub(r"font: (?P<size>[\d.]+)px [^;\"]*", r"font-size: \g<size>px", svg)
    for drawn, own in _PAINT.items():
        svg = svg.replace(drawn, own)
    head = f'<svg class="chart" role="img" aria-label="{escape(words)}" '
    return re.sub(r"\s*\n\s*", " ", head + re.sub(r'^<svg |(?<=pt") version="1.1"', "", svg, count=1))


def growing(numbers: Iterable[int], last: int) -> tuple[tuple[int, float], ...]:
    """How many there are after each iteration, of things that came in the iterations given; up to the last one.

    >>> growing([2, 2, 5], 9)
    ((1, 0), (2, 2), (5, 3), (9, 3))
    """
    came: dict[int, int] = {}
    for number in numbers:
        came[number] = came.get(number, 0) + 1
    points: list[tuple[int, float]] = [] if 1 in came or not last else [(1, 0)]
    count = 0
    for number in sorted(came):
        count += came[number]
        points.append((number, count))
    if points and points[-1][0] < last:
        points.append((last, count))
    return tuple(points)


def legend(lines: Sequence[Line]) -> Mapping[str, int]:
    """The lines' names, with the number of the colour that each has."""
    return {line.name: number for number, line in enumerate(lines, 1)}
