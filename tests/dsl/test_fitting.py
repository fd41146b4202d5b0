"""Primitives that make grids fit a size, or cut out by size or frame."""

from __future__ import annotations

import pytest

from kagglebatt.dsl.fitting import bars, centered, cornered, digest, embed, framed, rescale, tally, windows, wrap
from kagglebatt.dsl.layers import filled
from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.errors import TooLargeError

GRID = ((1, 2), (3, 0))


def test_a_grid_is_stretched_and_thinned_by_any_factor() -> None:
    """Each cell is that of the same share of rows and columns."""
    assert rescale(GRID, (4, 2)) == ((1, 2), (1, 2), (3, 0), (3, 0))
    assert rescale(rescale(GRID, (6, 8)), (2, 2)) == GRID
    assert rescale(GRID, (1, 3)) == ((1, 1, 2),)


def test_a_grid_stands_in_the_middle() -> None:
    """The smaller margin is above and to the left; what has no room is cut off evenly."""
    assert embed(GRID, (3, 5)) == ((0, 1, 2, 0, 0), (0, 3, 0, 0, 0), (0, 0, 0, 0, 0))
    assert embed(((1, 2, 3), (4, 5, 6), (7, 8, 9)), (1, 1)) == ((5,),)
    assert centered(((((7,),)), ((1, 1, 1), (1, 0, 1), (1, 1, 1)))) == (
        ((0, 0, 0), (0, 7, 0), (0, 0, 0)),
        ((1, 1, 1), (1, 0, 1), (1, 1, 1)),
    )


@pytest.mark.parametrize("make", [rescale, embed, windows])
def test_sizes_are_checked_before_anything_is_made(make) -> None:
    """Neither empty nor huge grids are made."""
    with pytest.raises(ValueError, match="empty size"):
        make(GRID, (0, 2))
    with pytest.raises(TooLargeError):
        make(GRID, (2000, 2000))


def test_colours_are_counted_in_bars() -> None:
    """Most common first, nothing for the empty cells; of equally common ones the smaller first."""
    assert bars(((5, 5, 0), (2, 5, 1))) == ((5, 5, 5), (1, 0, 0), (2, 0, 0))
    with pytest.raises(ValueError, match="nothing"):
        bars(((0, 0),))


def test_a_grid_is_digested_to_a_cell_for_each_part() -> None:
    """With lines between the parts and without; values beyond the colours are kept within them."""
    lined = ((1, 1, 5, 0, 0), (1, 0, 5, 0, 2))
    assert digest(lined, (1, 2), filled) == ((3, 1),)
    assert digest(((1, 2), (3, 4)), (2, 2), mostcolor) == ((1, 2), (3, 4))
    assert digest(((1,) * 12,), (1, 1), filled) == ((9,),)
    for dims in ((3, 1), (1, 4)):
        with pytest.raises(ValueError, match="divide"):
            digest(lined, dims, filled)


def test_cells_are_laid_in_rows() -> None:
    """As many as there is room for; as a snake, each row runs on below the end of the one before."""
    assert tally(4, (2, 3)) == ((1, 1, 1), (1, 0, 0))
    assert tally(-1, (1, 2)) == ((0, 0),)
    assert tally(9, (1, 2)) == ((1, 1),)
    assert wrap(((1, 0, 2), (3, 4, 0)), (2, 2), False) == ((1, 2), (3, 4))
    assert wrap(((1, 0, 2), (3, 4, 0)), (2, 3), True) == ((1, 2, 3), (0, 0, 4))


def test_parts_of_a_size() -> None:
    """All of them in reading order."""
    grid = ((1, 2, 3), (4, 5, 6))
    assert windows(grid, (2, 2)) == (((1, 2), (4, 5)), ((2, 3), (5, 6)))
    assert windows(grid, (3, 1)) == ()


def test_framed_parts_are_cut_out_with_their_frames() -> None:
    """Largest first; solid blocks, open frames and frames of nothing are none."""
    grid = (
        (3, 3, 3, 3, 0, 2, 2, 2),
        (3, 0, 5, 3, 0, 2, 4, 2),
        (3, 0, 0, 3, 0, 2, 2, 2),
        (3, 3, 3, 3, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 6, 6, 6),
        (1, 1, 1, 0, 0, 6, 6, 6),
        (1, 0, 0, 0, 0, 6, 6, 6),
        (1, 1, 1, 0, 0, 0, 0, 0),
    )
    large, small = framed(grid)
    assert large == tuple(row[:4] for row in grid[:4])
    assert small == tuple(row[5:] for row in grid[:3])


def test_parts_with_equal_corners_are_cut_out() -> None:
    """Largest first; a column between that has the colour in both rows is an edge, too."""
    grid = ((5, 0, 1, 5), (0, 2, 0, 0), (5, 0, 0, 5), (4, 0, 4, 0), (0, 0, 0, 0), (4, 0, 4, 0))
    assert cornered(grid) == (grid[:3], ((4, 0, 4), (0, 0, 0), (4, 0, 4)))
    assert cornered(((5, 5), (5, 5))) == ()
