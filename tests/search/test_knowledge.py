"""What a search starts from."""

from __future__ import annotations

from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge, Known


def test_what_does_not_fit_serves_its_own_task_alone() -> None:
    """A program that came near on one task says little of others, and would cost each of them time."""
    fitting = Known("a", "a", "content a", written("hmirror(I)"))
    near = Known("b", "b", "content b", written("vmirror(I)"), fits=False)
    known = Knowledge((fitting, near))
    assert known.useful_for("content b").programs == (fitting, near)
    assert known.useful_for("content c").programs == (fitting,)
