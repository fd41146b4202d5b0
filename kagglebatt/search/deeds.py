"""Deeds: what may happen to one object, each a function from its layer to what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kagglebatt.search.catalogue import COLOURS

KEEP, REMOVE = "keep", "remove"
OVER, UNDER = "overlaid", "underlaid"
_COVERING = (KEEP, "rbind(tint", "fork(tint", "fork(overlay", "compose(rbind(tint", "fillholes")
"""How deeds begin that leave none of the object's cells bare."""
_TINTED = {
    0.3: "rbind(tint,{c})",
    0.8: """
        fork(overlay,identity,compose(rbind(tint,{c}),rbind(holes,F)));
        fork(overlay,compose(rbind(tint,{c}),boxed),identity);
        fork(overlay,compose(rbind(tint,{c}),rounded),identity);
        fork(overlay,identity,compose(rbind(tint,{c}),rbind(edges,F)));
        fork(overlay,compose(rbind(tint,{c}),identity),rbind(edges,F))""",
    1.0: """compose(rbind(tint,{c}),boxed); compose(rbind(tint,{c}),rounded); compose(rbind(tint,{c}),rbind(holes,F));
        compose(rbind(tint,{c}),rbind(edges,F))""",
}
_RELATED = {
    0.6: "around(X); within(X)",
    0.8: "nearest(M)",
    1.0: "peer(filled,M); peer(compose(negative,core),M); peer(compose(height,core),M); peer(compose(width,core),M)",
    1.1: "peer(holecount,M); peer(leftedge,M); peer(topedge,M)",
}
_PLAIN = {
    0.8: "lbind(inplace,hmirror); lbind(inplace,vmirror); drawn(X)",
    1.0: """
        lbind(inplace,rot180); lbind(inplace,dmirror); lbind(inplace,rot90); lbind(inplace,rot270);
        fillholes; fork(overlay,identity,fork(tint,boxed,maincolor));
        fork(overlay,fork(tint,rounded,maincolor),identity);
        rbind(edges,F); rbind(edges,T); fork(unmasked,identity,rbind(edges,F));
        fork(overlay,identity,lbind(inplace,hmirror)); fork(overlay,identity,lbind(inplace,vmirror));
        compose(fork(overlay,identity,lbind(inplace,vmirror)),fork(overlay,identity,lbind(inplace,hmirror)));
        fork(overlay,identity,lbind(inplace,dmirror)); fork(overlay,identity,lbind(inplace,rot90))""",
}
_MOVES = {
    0.9: "pushed(X,{d})",
    1.0: "rbind(nudge,{d})",
    1.3: "power(rbind(nudge,{d}),TWO); power(rbind(nudge,{d}),THREE)",
}
_RAYS = {
    0.8: """
        compose(fork(overlay,rbind(smear,UP),rbind(smear,DOWN)),fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT)));
        fork(overlay,rbind(smear,UP),rbind(smear,DOWN)); fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT));
        fork(overlay,fork(overlay,rbind(smear,UP),rbind(smear,DOWN)),fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT)));
        fork(overlay,fork(overlay,rbind(smear,UNITY),rbind(smear,NEG_UNITY)),fork(overlay,rbind(smear,UP_RIGHT),rbind(smear,DOWN_LEFT)))""",
    0.9: "rbind(smear,{d})",
    1.1: "rbind(smear,{s})",
}
_DIRECTIONS = ("DOWN", "UP", "LEFT", "RIGHT")
_SLANTING = ("UNITY", "NEG_UNITY", "UP_RIGHT", "DOWN_LEFT")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that may happen to an object.

    Attributes:
        text: a function of the object's layer, as an expression; or ``KEEP`` or ``REMOVE``.
        how: ``OVER``: what it gives lies on top; ``UNDER``: it shows only where the grid is empty.
    """

    text: str
    cost: float
    how: str = OVER

    @property
    def clears(self) -> bool:
        """Whether the object's own cells are emptied first: not where it keeps what it covers."""
        return self.text == REMOVE or (self.how == OVER and not self.text.startswith(_COVERING))


def deeds(colours: Sequence[int]) -> Iterator[Deed]:
    """All deeds, for the colours that the answers add."""
    for cost, text in _each(_TINTED):
        for colour in colours:
            yield Deed(text.format(c=COLOURS[colour]), cost)
    for cost, text in _each(_RELATED):
        yield Deed(f"fork(tint,identity,compose(maincolor,{text}))", cost)
    for cost, text in (*_each(_PLAIN), *_each(_MOVES)):
        for direction in _DIRECTIONS if "{d}" in text else ("",):
            yield Deed(text.format(d=direction), cost)
    for cost, text in _each(_RAYS):
        names = _DIRECTIONS if "{d}" in text else _SLANTING if "{s}" in text else ("",)
        for name in names:
            yield Deed(text.format(d=name, s=name), cost, UNDER)


def _each(table: dict[float, str]) -> Iterator[tuple[float, str]]:
    for cost, text in table.items():
        for each in text.split(";"):
            yield cost, "".join(each.split())
