"""Constants that a task gives reason for: its colours, sizes and places, as names of the vocabulary.

They are read from demo pairs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.types import Grid

_INT_NAMES = {value: name for name, value in CONSTANTS.items() if type_of_constant(name) == "Int"}
_PAIR_NAMES = {value: name for name, value in CONSTANTS.items() if type_of_constant(name) == "Pair"}


@dataclass(frozen=True)
class TaskConstants:
    """Names of constants, each kind in the order of the vocabulary.

    Attributes:
        colours: of the demo pairs' grids.
        sizes: heights and widths of the answers, and how many times larger or smaller than the inputs they are.
        places: the same as pairs, and where an answer stands in its input.
    """

    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Colours and sizes, each once."""
        return tuple(dict.fromkeys((*self.colours, *self.sizes)))


NO_CONSTANTS = TaskConstants()


def constants_of(pairs: Sequence[tuple[Grid, Grid | None]]) -> TaskConstants:
    """The constants of a task.

    >>> constants_of([(((1, 2), (3, 1)), ((2,),))])
    TaskConstants(colours=('ONE', 'TWO', 'THREE'), sizes=('ONE', 'TWO'), places=('RIGHT', 'UNITY', 'TWO_BY_TWO'))

    Args:
        pairs: (input, answer) of every demo pair.
    """
    known = [(grid, answer) for grid, answer in pairs if answer is not None]
    colours = {cell for pair in known for grid in pair for cell in chain.from_iterable(grid)}
    sizes = {size for grid, answer in known for shape in _shapes(grid, answer) for size in shape}
    places = {shape for grid, answer in known for shape in (*_shapes(grid, answer), *_corners(grid, answer))}
    return TaskConstants(
        tuple(_INT_NAMES[colour] for colour in sorted(colours)),
        tuple(name for value, name in _INT_NAMES.items() if value in sizes),
        tuple(name for value, name in _PAIR_NAMES.items() if value in places),
    )


def _shapes(grid: Grid, answer: Grid) -> Iterator[tuple[int, int]]:
    """The answer's shape, and the factors by which it is larger or smaller than the input, where they are whole."""
    (height, width), (rows, columns) = (len(grid), len(grid[0])), (len(answer), len(answer[0]))
    yield rows, columns
    if rows % height == 0 and columns % width == 0:
        yield rows // height, columns // width
    if height % rows == 0 and width % columns == 0:
        yield height // rows, width // columns


def _corners(grid: Grid, answer: Grid) -> Iterator[tuple[int, int]]:
    """Where the answer stands in the input, first place first; a whole grid stands nowhere in particular."""
    rows, columns = len(answer), len(answer[0])
    if (rows, columns) == (len(grid), len(grid[0])):
        return
    for row in range(len(grid) - rows + 1):
        for column in range(len(grid[0]) - columns + 1):
            if all(grid[row + line][column : column + columns] == answer[line] for line in range(rows)):
                yield row, column
                return
