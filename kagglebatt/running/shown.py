"""A value of any size as something to look at: its kind in words, and a few small pictures or a short text.

Values come from programs of strangers. Whatever they are, what is made of them here is small, and so is the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kagglebatt.dsl.extent import holds_cells, span
from kagglebatt.tasks.picture import MARKED, NOTHING, STRANGE

MOST_SIDE = 30
"""Rows and columns that a picture has at most; ARC's grids have no more."""
MOST_PICTURES = 12
MOST_CHARACTERS = 300
_MOST_MEMBERS = 40
_MOST_LEVELS = 6
_MOST_LOOKED_AT = 900
"""Members of a container that are looked at, to tell what it is and to draw it."""
_LONGEST_NUMBER = 64
"""Bits of a number that is written out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A caption, and rows of colours 0 to 9; ``NOTHING`` where no cell is, ``MARKED`` for a location alone."""

    caption: str
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A value to look at.

    Attributes:
        kind: what it is and how large, such as ``grid of 3 x 3`` or ``object of 4 cells``.
        text: the value itself, cut, where it is none to be drawn; else empty.
        pictures: the grids, objects or locations in it, cut.
    """

    kind: str
    text: str
    pictures: tuple[Picture, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        pictures = [{"caption": each.caption, "rows": each.rows} for each in self.pictures]
        return {"kind": self.kind, "text": self.text, "pictures": pictures}


def describe(value: Any) -> Shown:
    """What is to be seen of a value.

    >>> describe(((1, 2), (3, 4))).kind, describe(frozenset({3, 1})).text
    ('grid of 2 x 2', '{1, 3}')
    >>> describe(frozenset({(5, (0, 0)), (5, (1, 1))})).pictures
    (Picture(caption='2 x 2 at row 0, column 0', rows=((5, -1), (-1, 5))),)
    """
    for looks_like, name, draw in _DRAWN:
        if looks_like(value):
            return Shown(name(value), "", (draw(value),))
        if type(value) in (tuple, frozenset) and value and _all(looks_like, value):
            some = list(islice(value, _MOST_LOOKED_AT))
            if type(value) is frozenset:
                some.sort(key=_place)
            pictures = tuple(map(draw, some[:MOST_PICTURES]))
            left = len(value) - len(pictures)
            kinds = f"{_container(value)} of {len(value):,} {_several(name(next(iter(value))))}"
            return Shown(kinds, f"and {left:,} more" if left else "", pictures)
    return Shown(_kind(value), text_of(value))


def text_of(value: Any) -> str:
    """A value in words, cut after ``MOST_CHARACTERS``; members of a set are in order where they have one.

    >>> text_of((True, (1, 2), frozenset({2, 1}), None))
    '(True, (1, 2), {1, 2}, None)'
    """
    text = _text(value, _MOST_LEVELS)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}..."


def message_of(error: BaseException) -> str:
    """What an exception says, cut, whatever it was made with.

    >>> message_of(KeyError(3)), message_of(ValueError("no such thing"))
    ('3', 'no such thing')
    """
    words = (each[:MOST_CHARACTERS] if isinstance(each, str) else text_of(each) for each in islice(error.args, 4))
    return ", ".join(words)[:MOST_CHARACTERS]


def _text(value: Any, levels: int) -> str:
    kind = type(value)
    if kind in (bool, type(None)):
        return str(value)
    if kind is int:
        bits = value.bit_length()
        return str(value) if bits <= _LONGEST_NUMBER else f"a number of {bits:,} bits"
    if kind not in (tuple, frozenset):
        return repr(value[:MOST_CHARACTERS]) if kind is str else f"<{_kind(value)}>"
    if not levels:
        return "(...)" if kind is tuple else "{...}"
    parts = _ordered(value) if kind is frozenset else value
    texts = [_text(each, levels - 1)[:MOST_CHARACTERS] for each in islice(parts, _MOST_MEMBERS)]
    left = len(value) - len(texts)
    inner = ", ".join([*texts, *([f"and {left:,} more"] if left else [])])
    if kind is frozenset:
        return f"{{{inner}}}"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _ordered(members: frozenset[Any]) -> list[Any]:
    some = list(islice(members, _MOST_LOOKED_AT))
    return sorted(some) if all(type(each) is int or _is_location(each) for each in some) and _alike(some) else some


def _alike(values: list[Any]) -> bool:
    return len(set(map(type, values))) <= 1


def _kind(value: Any) -> str:
    names = {bool: "truth value", int: "number", type(None): "nothing", str: "text"}
    if type(value) in names:
        return names[type(value)]
    if type(value) in (tuple, frozenset):
        return f"{_container(value)} of {len(value):,}" if value else f"empty {_container(value)}"
    name = getattr(value, "__name__", "")
    known = isinstance(name, str) and name.isidentifier() and len(name) <= _MOST_MEMBERS
    return (f"function {name}" if known else "function") if callable(value) else type(value).__name__[:_MOST_MEMBERS]


def _container(value: Any) -> str:
    return "tuple" if type(value) is tuple else "set"


def _several(name: str) -> str:
    return name.partition(" ")[0].replace("locations", "location set") + "s"


def _all(check: Callable[[Any], bool], members: Iterable[Any]) -> bool:
    return all(map(check, islice(members, _MOST_LOOKED_AT)))


def _is_location(value: Any) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is int and type(value[1]) is int


def _is_cell(value: Any) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is int and _is_location(value[1])


def _is_grid(value: Any) -> bool:
    """Rows of numbers, all of one length; a pair of numbers alike may be a grid or a tuple of locations."""
    if type(value) is not tuple or not value or type(value[0]) is not tuple or not value[0]:
        return False
    width = len(value[0])
    rows = islice(value, _MOST_LOOKED_AT)
    return all(
        type(row) is tuple and len(row) == width and all(type(each) is int for each in row[:MOST_SIDE]) for row in rows
    )


def _is_object(value: Any) -> bool:
    return type(value) is frozenset and bool(value) and _all(_is_cell, value)


def _is_locations(value: Any) -> bool:
    return type(value) is frozenset and bool(value) and _all(_is_location, value)


def _draw_grid(grid: Any) -> Picture:
    rows = tuple(tuple(map(_colour, row[:MOST_SIDE])) for row in grid[:MOST_SIDE])
    cut = "" if len(rows) == len(grid) and len(rows[0]) == len(grid[0]) else ", cut"
    return Picture(f"{len(grid):,} x {len(grid[0]):,}{cut}", rows)


def _draw_patch(patch: Any) -> Picture:
    """Cells or locations within their bounding box, from its upper left corner on."""
    some = frozenset(islice(patch, _MOST_LOOKED_AT))
    top, left, bottom, right = span(some)
    height, width = bottom - top + 1, right - left + 1
    cut = len(some) < len(patch) or height > MOST_SIDE or width > MOST_SIDE
    rows = [[NOTHING] * min(width, MOST_SIDE) for _ in range(min(height, MOST_SIDE))]
    cells = some if holds_cells(some) else ((None, each) for each in some)
    for colour, (i, j) in cells:
        if i - top < MOST_SIDE and j - left < MOST_SIDE:
            rows[i - top][j - left] = MARKED if colour is None else _colour(colour)
    caption = f"{height:,} x {width:,} at row {top:,}, column {left:,}{', cut' if cut else ''}"
    return Picture(caption, tuple(map(tuple, rows)))


def _colour(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= 9 else STRANGE


def _place(value: Any) -> tuple[tuple[int, ...], list[Any]]:
    """An order of what is drawn: patches by their upper left corner, grids by their first rows."""
    some = list(islice(value, _MOST_LOOKED_AT))
    return ((), some[:MOST_SIDE]) if type(value) is tuple else (span(some)[:2], sorted(some))


_DRAWN: tuple[tuple[Callable[[Any], bool], Callable[[Any], str], Callable[[Any], Picture]], ...] = (
    (_is_grid, lambda grid: f"grid of {len(grid):,} x {len(grid[0]):,}", _draw_grid),
    (_is_object, lambda cells: f"object of {len(cells):,} cell{'s' if len(cells) > 1 else ''}", _draw_patch),
    (_is_locations, lambda found: f"locations, {len(found):,}", _draw_patch),
)
"""What is drawn: how it is told, what it is called, and how it is drawn."""
