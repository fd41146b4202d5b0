"""Small pieces of HTML for values that show themselves in a notebook: titled blocks and tables.

Words and lines take the notebook's own text colour and nothing has a background, so that all of it reads in light and
in dark themes. Every text is escaped unless it is ``Html`` already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

LINE = "rgba(136,136,136,0.35)"
"""The colour of thin lines."""
MONOSPACE = "font-family:ui-monospace,Menlo,Consolas,monospace"
MOST_ROWS = 50
"""Rows of a table that are drawn where nothing else was asked for; the rest is counted."""

_CELL = f"padding:2px 10px 2px 0;border:none;border-bottom:1px solid {LINE};vertical-align:top"


class Html(str):
    """Text that is markup already and is put into a page as it is."""

    __slots__ = ()


def markup(value: object) -> Html:
    """A value as markup: escaped, unless it is markup already.

    >>> markup("<b>"), markup(Html("<b>"))
    ('&lt;b&gt;', '<b>')
    """
    return value if isinstance(value, Html) else Html(escape(str(value)))


def span(text: object, hover: str = "", style: str = "") -> Html:
    """Text with words that appear when the pointer rests on it."""
    title = f' title="{escape(hover)}"' if hover else ""
    styled = f' style="{escape(style)}"' if style else ""
    return Html(f"<span{title}{styled}>{markup(text)}</span>")


def block(title: str, *parts: str) -> Html:
    """Parts, which are markup, under a title."""
    head = f'<div style="font-weight:bold;margin:8px 0 4px">{escape(title)}</div>' if title else ""
    return Html(f'<div style="font-family:sans-serif;font-size:13px">{head}{"".join(parts)}</div>')


def line(text: object) -> Html:
    """One line of words."""
    return Html(f'<div style="margin:4px 0">{markup(text)}</div>')


def side_by_side(parts: Iterable[str]) -> Html:
    """Parts, which are markup, beside each other as far as the page is wide."""
    return Html(f'<div style="display:flex;flex-wrap:wrap;gap:0 36px">{"".join(parts)}</div>')


def duration(seconds: float) -> str:
    """A time with the unit that keeps it readable.

    >>> duration(0.0000123), duration(0.25), duration(12.345)
    ('0.0123 ms', '250 ms', '12.3 s')
    """
    return f"{1000 * seconds:.3g} ms" if seconds < 0.9995 else f"{seconds:,.1f} s"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], most: int = MOST_ROWS) -> Html:
    """Rows under column names; numbers stand to the right.

    Args:
        columns: their names; where all are empty there is no head.
        rows: as many values as there are columns, each; ``Html`` stays what it is.
        most: rows after so many are counted, not drawn.
    """
    rows = iter(rows)
    drawn = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in islice(rows, most)]
    left = sum(1 for _ in rows)
    head = "".join(f'<th style="{_CELL};text-align:left;font-weight:bold">{escape(name)}</th>' for name in columns)
    more = line(f"and {left:,} more") if left else ""
    return Html(
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;border:none;margin:4px 0">'
        + (f"<thead><tr>{head}</tr></thead>" if any(columns) else "")
        + f"<tbody>{''.join(drawn)}</tbody></table></div>{more}"
    )


def _cell(value: object) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    align = "right;font-variant-numeric:tabular-nums" if number else "left"
    return f'<td style="{_CELL};text-align:{align}">{_shown(value)}</td>'


def _shown(value: object) -> Html:
    """Floats with four digits that count, numbers with thousands apart; nothing for an empty list or None."""
    if isinstance(value, bool):
        return Html("yes" if value else "no")
    if isinstance(value, int):
        return Html(f"{value:,}")
    if isinstance(value, float):
        return Html(f"{value:.4g}")
    if isinstance(value, (list, tuple)):
        return markup(", ".join(map(str, value)))
    return markup("" if value is None else value)


def as_time(seconds: float) -> str:
    """Seconds as a person would say them.

    >>> as_time(40), as_time(300), as_time(12000)
    ('40 s', '5 min', '3 h 20 min')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def plural(count: int, word: str) -> str:
    """A count with its word.

    >>> plural(1, "step"), plural(1200, "step")
    ('1 step', '1,200 steps')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"
