"""Grids as lines of text: in ARC's colours where there is a terminal, as digits in a log.

A cell takes two characters. One that differs is marked by characters of its own, so that nobody needs the colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from kagglebatt.dsl.types import Grid
from kagglebatt.tasks.picture import MARKED, NOTHING, PALETTE

Span = tuple[str, str]
"""A text and its style; an empty style is none."""
Line = list[Span]

_GAP = 3
_LIGHT = frozenset((3, 4, 5, 7, 8))
"""Colours on which marks are black."""
_MARK, _PLAIN_MARK = "><", "*"
_SIGNS = {NOTHING: ".", MARKED: "#"}


@dataclass(frozen=True)
class Block:
    """Lines under a caption, to be put beside others; ``width`` in characters."""

    caption: str
    lines: Sequence[Line]

    @property
    def width(self) -> int:
        return max([text_width(self.caption), *map(_width, self.lines)])


def grid_block(
    caption: str, rows: Grid, marks: frozenset[tuple[int, int]] = frozenset(), coloured: bool = False
) -> Block:
    """A grid with its caption.

    >>> [line[0][0] + line[1][0] for line in grid_block("", ((1, 2), (3, -1)), frozenset({(0, 1)})).lines]
    ['1 2*', '3 . ']

    Args:
        marks: the cells, as (row, column), that are marked.
    """
    draw = _coloured if coloured else _plain
    return Block(caption, [[draw(each, (i, j) in marks) for j, each in enumerate(row)] for i, row in enumerate(rows)])


def _plain(colour: int, marked: bool) -> Span:
    digit = str(colour) if 0 <= colour <= 9 else _SIGNS.get(colour, "?")
    return digit + (_PLAIN_MARK if marked else " "), ""


def _coloured(colour: int, marked: bool) -> Span:
    if not 0 <= colour <= 9:
        return _SIGNS.get(colour, "?") * 2, "dim" if colour == NOTHING else "bold"
    style = f"{'black' if colour in _LIGHT else 'white'} on {PALETTE[colour]}"
    return (_MARK, f"bold {style}") if marked else ("  ", style)


def differing(a: Grid, b: Grid) -> frozenset[tuple[int, int]] | None:
    """The cells, as (row, column), in which two grids differ; None when their shapes do."""
    if len(a) != len(b) or len(a[0]) != len(b[0]):
        return None
    return frozenset((i, j) for i, row in enumerate(a) for j, each in enumerate(row) if each != b[i][j])


def side_by_side(blocks: Sequence[Block], width: int, indent: int = 0) -> list[Line]:
    """Blocks beside each other as far as they fit into ``width`` characters, then below."""
    lines: list[Line] = []
    row: list[Block] = []
    for block in blocks:
        if row and indent + sum(each.width + _GAP for each in row) + block.width > width:
            lines += _joined(row, indent)
            row = []
        row.append(block)
    return [*lines, *_joined(row, indent)] if row else lines


def _joined(row: Sequence[Block], indent: int) -> list[Line]:
    height = max(len(block.lines) for block in row)
    lines = []
    for number in range(-1 if any(block.caption for block in row) else 0, height):
        line: Line = [(" " * indent, "")]
        for block in row:
            own = [(block.caption, "")] if number < 0 else block.lines[number] if number < len(block.lines) else []
            line += [*own, (" " * (block.width - _width(own) + _GAP), "")]
        lines.append(_stripped(line))
    return lines


def _stripped(line: Line) -> Line:
    """A line without the blanks at its end that have no colour."""
    while line and not line[-1][1] and not line[-1][0].strip():
        line.pop()
    if line and not line[-1][1]:
        line[-1] = (line[-1][0].rstrip(), "")
    return line


def _width(line: Line) -> int:
    return sum(text_width(text) for text, _ in line)


def text_width(text: str) -> int:
    """Characters of a terminal that a text takes; those of East Asian scripts take two."""
    return len(text) if text.isascii() else sum(1 + (east_asian_width(each) in "WF") for each in text)


def printable(text: object, most: int = 200) -> str:
    r"""A text from a file or from anyone, as one line that does nothing to a terminal, cut after ``most`` characters.

    >>> printable("a\x1b[31m\nb")
    'a\\x1b[31m\\nb'
    """
    whole = str(text)
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in whole[:most])
    return shown if len(whole) <= most else f"{shown}..."
