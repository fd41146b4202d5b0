"""Charts in a notebook: bars as HTML, columns as SVG, nothing to install.

Words and lines take the notebook's own text colour; what carries a colour of its own reads on white and on black.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

BLUE, GREEN, GREY, RED = "#0074d9", "#2ecc40", "#888888", "#ff4136"

_TITLE = '<div style="font-weight:bold;margin:18px 0 6px">{title}</div>'
_TRACK = "rgba(136,136,136,0.15)"
_BAR = (
    '<div style="display:grid;grid-template-columns:minmax(0,17em) minmax(0,1fr) 9em;gap:10px;align-items:center;'
    'margin:3px 0"><div style="overflow-wrap:anywhere">{name}</div>'
    f'<div style="background:{_TRACK}">'
    '<div style="height:12px;width:{width:.1f}%;min-width:{least}px;background:{colour}"></div></div>'
    "<div>{value}</div></div>"
)


@dataclass(frozen=True)
class Bar:
    """One line of a chart: its length is drawn, its text is written out with its unit."""

    name: str
    length: float
    text: str
    colour: str = BLUE


@dataclass(frozen=True)
class Bars:
    """Lines under a title; a bar as long as ``full`` takes the whole width, by default the longest one."""

    title: str
    bars: tuple[Bar, ...]
    full: float | None = None

    def html(self) -> str:
        """As a part of a page."""
        full = self.full or max((bar.length for bar in self.bars), default=0) or 1
        lines = [
            _BAR.format(
                name=escape(bar.name),
                width=100 * min(1, bar.length / full),
                least=1 if bar.length else 0,  # little is not nothing
                colour=bar.colour,
                value=escape(bar.text),
            )
            for bar in self.bars
        ]
        return _TITLE.format(title=escape(self.title)) + ("".join(lines) or "<div>none</div>")

    def lines(self) -> Iterator[str]:
        """As text."""
        yield self.title
        yield from (f"  {bar.name}: {bar.text}" for bar in self.bars)


_COLOURS = (BLUE, GREEN)
_LEFT, _HIGH, _WIDE = 44, 120, 30
"""Pixels: room for the axis' labels, height of 100%, width of a column."""


@dataclass(frozen=True)
class Columns:
    """Percentages as columns: for each place on the axis one column of each series; None is no column."""

    title: str
    places: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]

    def html(self) -> str:
        """As a part of a page."""
        title = _TITLE.format(title=escape(self.title))
        if not self.places:
            return f"{title}<div>none</div>"
        keys = "".join(
            f'<span style="margin-right:18px"><span style="color:{colour}">&#9632;</span> {escape(name)}</span>'
            for name, colour in zip(self.series, _COLOURS, strict=False)
        )
        return f"{title}<div>{keys}</div>{self._svg()}"

    def _svg(self) -> str:
        group = _WIDE * len(self.series) + 12
        width, base = _LEFT + group * len(self.places), _HIGH + 18
        parts = [self._line(percent, base, width) for percent in (0, 50, 100)]
        for place, name in enumerate(self.places):
            left = _LEFT + 6 + group * place
            for number, (rates, colour) in enumerate(zip(self.series.values(), _COLOURS, strict=False)):
                parts.append(_column(rates[place], left + _WIDE * number, base, colour))
            parts.append(_words(escape(name), left + (group - 12) / 2, base + 15))
        parts.append(_words("iteration", _LEFT + (width - _LEFT) / 2, base + 31))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {base + 36}" width="{width}" role="img"'
            f' aria-label="{escape(self.title)}" style="max-width:100%;display:block" fill="currentColor"'
            f' font-size="11" font-family="sans-serif">{"".join(parts)}</svg>'
        )

    def _line(self, percent: int, base: int, width: int) -> str:
        y = base - _HIGH * percent / 100
        line = f'<path d="M{_LEFT} {y}H{width}" stroke="currentColor" stroke-opacity="0.25"/>'
        return line + _words(f"{percent}%", _LEFT - 6, y + 4, "end")

    def lines(self) -> Iterator[str]:
        """As text."""
        yield self.title
        for place, name in enumerate(self.places):
            rates = ((series, values[place]) for series, values in self.series.items())
            yield f"  {name}: " + ", ".join(f"{series} {_percent(rate)}" for series, rate in rates)


def _column(rate: float | None, x: float, base: int, colour: str) -> str:
    height = _HIGH * (rate or 0) / 100
    shape = f'<rect x="{x + 1}" y="{base - height:.1f}" width="{_WIDE - 2}" height="{height:.1f}" fill="{colour}"/>'
    return shape + _words(_percent(rate), x + _WIDE / 2, base - height - 4)


def _percent(rate: float | None) -> str:
    """Whole only where nothing, or all, is meant.

    >>> [_percent(rate) for rate in (None, 0.0, 0.04, 31.25, 99.98, 100.0)]
    ['-', '0%', '0.1%', '31%', '99.9%', '100%']
    """
    if rate is None:
        return "-"
    if 0 < rate < 1 or 99 < rate < 100:
        return f"{min(max(rate, 0.1), 99.9):.1f}%"
    return f"{rate:.0f}%"


def _words(text: str, x: float, y: float, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
