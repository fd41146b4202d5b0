"""A bound on the members of containers that is set for a while, as a search does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kagglebatt.dsl.bounds import MAX_MEMBERS, limited, most_members
from kagglebatt.errors import TooLargeError
from kagglebatt.search.graph.moves import written
from kagglebatt.search.running import compiled

GRID = ((1, 2, 0),) * 4
GROWING = (
    "upscale(I,THREE)", "hupscale(I,FIVE)", "vupscale(I,FIVE)", "kron(I,I)", "upscale(asobject(I),THREE)",
    "hconcat(hconcat(I,I),hconcat(I,I))", "vconcat(vconcat(I,I),vconcat(I,I))", "repeat(I,multiply(TEN,FOUR))",
    "canvas(ONE,astuple(SIX,SEVEN))", "interval(ZERO,multiply(TEN,FOUR),ONE)", "product(asindices(I),asindices(I))",
    "prapply(add,asindices(I),asindices(I))", "mapply(hfrontier,asindices(I))",
    "mapply(lbind(shift,asindices(I)),repeat(UNITY,FOUR))", "merge(apply(hfrontier,asindices(I)))",
    "shoot(ORIGIN,UNITY)",
)  # fmt: skip


@pytest.fixture
def few() -> Iterator[None]:
    before = limited(39)
    yield
    limited(before)


@pytest.mark.parametrize("text", GROWING)
def test_no_call_makes_more(text: str, few: None) -> None:
    """A call that makes 40 members or cells, or more, is refused."""
    with pytest.raises(TooLargeError):
        compiled(written(text))(GRID, ())


@pytest.mark.parametrize("text", GROWING)
def test_it_may_without(text: str) -> None:
    assert len(compiled(written(text))(GRID, ())) > 0


def test_the_bound_is_never_higher_than_everywhere() -> None:
    before = limited(10 * MAX_MEMBERS)
    assert (before, most_members(), limited(before)) == (MAX_MEMBERS, MAX_MEMBERS, MAX_MEMBERS)
