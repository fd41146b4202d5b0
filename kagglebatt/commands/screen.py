"""Where results are printed: colours and tables in a terminal, plain lines in a log.

``rich`` is imported where there is a terminal alone. Nothing that is printed is taken for markup.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kagglebatt.tasks.terminal import Block, Line, printable, side_by_side

if TYPE_CHECKING:
    from rich.console import Console

_LOG_WIDTH = 120
"""Characters of a line of pictures in a log."""

NO_COLOR = click.option("--no-color", is_flag=True, help="Digits instead of colours; so does the variable NO_COLOR.")


class Screen:
    """Standard output.

    Attributes:
        coloured: whether it is a terminal that shows colours, and they are wanted.
    """

    def __init__(self, no_color: bool = False) -> None:
        self._console: Console | None = None
        self.coloured = False
        if sys.stdout.isatty():
            from rich.console import Console  # late: a log needs none of it

            plain = no_color or bool(os.environ.get("NO_COLOR"))
            self._console = Console(
                file=sys.stdout, no_color=plain, markup=False, highlight=False, emoji=False, soft_wrap=True
            )
            self.coloured = not plain and self._console.color_system is not None

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks at it, rather than a file or a program."""
        return self._console is not None

    @property
    def width(self) -> int:
        """Characters of a line."""
        return self._console.width if self._console is not None else _LOG_WIDTH

    def say(self, text: str = "", style: str = "") -> None:
        """One line of words, whatever is in it."""
        self._draw([(printable(text, most=2_000), style)])

    def blocks(self, blocks: Sequence[Block], indent: int = 4) -> None:
        """Pictures beside each other as far as they fit."""
        for line in side_by_side(blocks, self.width, indent):
            self._draw(line)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Rows under column names; numbers stand to the right."""
        texts = [[printable(_shown(each), most=80) for each in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
        right = [bool(rows) and all(isinstance(row[place], int) for row in rows) for place in range(len(columns))]
        for number, cells in enumerate([list(columns), *texts]):
            pairs = zip(cells, widths, right, strict=True)
            line = "  ".join(f"{text:>{width}}" if numbers else f"{text:{width}}" for text, width, numbers in pairs)
            self.say(line.rstrip(), "bold" if number == 0 else "")

    def _draw(self, line: Line) -> None:
        if self._console is None:
            click.echo("".join(text for text, _ in line))
            return
        from rich.text import Text

        self._console.print(Text.assemble(*line, no_wrap=True), soft_wrap=True)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
