"""A list of rows that shows itself as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, SupportsIndex, overload

from kagglebatt.markup import MOST_ROWS, Html, block, duration, plural, span, table

_DIGITS = 8
"""Digits of an md5 that are drawn; the pointer shows all."""


class Table(list[dict[str, Any]]):
    """A list of dicts with the same keys, which a notebook shows as a table; ``pandas.DataFrame`` takes it as it is.

    >>> table = Table("sizes", [{"task": "0d3d703e", "steps": 1}, {"task": "67a3c6ac", "steps": 2}])
    >>> table
    sizes: 2 rows
      task      steps
      0d3d703e  1
      67a3c6ac  2
    >>> table.column("steps")
    [1, 2]

    Attributes:
        title: what the rows are.
        most: rows that a notebook draws; the rest is counted.
    """

    def __init__(self, title: str, rows: Iterable[dict[str, Any]] = (), most: int = MOST_ROWS) -> None:
        super().__init__(rows)
        self.title = title
        self.most = most

    @overload
    def __getitem__(self, place: SupportsIndex) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Table: ...
    def __getitem__(self, place: SupportsIndex | slice) -> dict[str, Any] | Table:
        rows = super().__getitem__(place)
        return Table(self.title, rows, self.most) if isinstance(rows, list) else rows

    def column(self, name: str) -> list[Any]:
        """One value of every row."""
        return [row[name] for row in self]

    def __repr__(self) -> str:
        head = f"{self.title}: {plural(len(self), 'row')}"
        lines = [[*self[0]], *([_text(value) for value in row.values()] for row in self[:_MOST_LINES])] if self else []
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ["  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)) for row in lines]
        left = len(self) - _MOST_LINES
        return "\n  ".join([head, *(row.rstrip() for row in rows), *([f"and {left:,} more"] if left > 0 else [])])

    def _repr_html_(self) -> str:
        columns = list(self[0]) if self else []
        rows = ([_drawn(name, row[name]) for name in columns] for row in self)
        return block(f"{self.title}: {plural(len(self), 'row')}", table(columns, rows, self.most) if self else "")


_MOST_LINES = 20


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "" if value is None else str(value)


def _drawn(name: str, value: object) -> object:
    if name == "md5":
        return short_md5(str(value))
    return duration(value) if name == "seconds" and isinstance(value, float) else value


def short_md5(md5: str) -> Html:
    """The first digits of an md5, and all of them where the pointer rests."""
    return span(md5[:_DIGITS], hover=md5)
