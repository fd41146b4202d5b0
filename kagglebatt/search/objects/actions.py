"""Actions: what may happen to one object, each a function from its layer to what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kagglebatt.search.graph.catalogue import COLOURS

KEEP, REMOVE = "keep", "remove"
OVER, UNDER = "overlaid", "underlaid"
_COVERING = (KEEP, "rbind(tint", "fork(tint", "fork(overlay", "compose(rbind(tint", "fillholes", "lbind(stamped")
"""How actions begin that leave none of the object's cells bare."""
_TINTED = {
    0.3: "rbind(tint,{c})",
    0.8: """
        fork(overlay,identity,compose(rbind(tint,{c}),rbind(holes,F)));
        fork(overlay,compose(rbind(tint,{c}),boxed),identity);
        fork(overlay,compose(rbind(tint,{c}),rounded),identity);
        fork(overlay,identity,compose(rbind(tint,{c}),rbind(edges,F)));
        fork(overlay,compose(rbind(tint,{c}),identity),rbind(edges,F))""",
    1.0: """compose(rbind(tint,{c}),boxed); compose(rbind(tint,{c}),rounded); compose(rbind(tint,{c}),rbind(holes,F));
        compose(rbind(tint,{c}),rbind(edges,F)); compose(rbind(tint,{c}),within(X));
        fork(overlay,compose(rbind(tint,{c}),rbind(grow,F)),identity);
        fork(overlay,compose(rbind(tint,{c}),fork(unmasked,rbind(grow,T),rbind(grow,F))),identity);
        fork(overlay,compose(rbind(tint,{c}),rbind(bridge,RIGHT)),identity);
        fork(overlay,compose(rbind(tint,{c}),rbind(bridge,DOWN)),identity)""",
}
_RELATED = {
    0.6: "fork(tint,identity,compose(maincolor,around(X))); fork(tint,identity,compose(maincolor,within(X)))",
    0.8: "fork(tint,identity,compose(maincolor,nearest(M)))",
    0.9: """
        fork(tint,identity,compose(maincolor,lbind(inrows,X)));
        fork(tint,identity,compose(maincolor,lbind(incolumns,X)));
        fork(tint,identity,compose(maincolor,around(replace(X,{a},ZERO))));
        fork(tint,identity,compose(maincolor,within(replace(X,{a},ZERO))))""",
    1.0: "fork(tint,identity,compose(maincolor,peer({k},M))); fork(tint,identity,compose(rarecolor,around(X)))",
}
_MEASURES = (
    "filled",
    "compose(negative,core)",
    "compose(height,core)",
    "compose(width,core)",
    "holecount",
    "leftedge",
    "topedge",
)
_TEMPLATES = (
    "argmax(layers(X,F,T),numcolors)",
    "argmax(layers(X,F,T),filled)",
    "argmax(layers(X,T,T),filled)",
    "argmin(layers(X,F,T),filled)",
)
_PLAIN = {
    0.9: "lbind(stamped,{t})",
    0.8: "lbind(inplace,hmirror); lbind(inplace,vmirror); drawn(X)",
    1.0: """
        lbind(placed,{t}); lbind(centred,{t});
        lbind(inplace,rot180); lbind(inplace,dmirror); lbind(inplace,rot90); lbind(inplace,rot270);
        fillholes; fork(overlay,identity,fork(tint,boxed,maincolor));
        fork(overlay,fork(tint,rounded,maincolor),identity);
        fork(tint,within(X),maincolor); rbind(edges,F); rbind(edges,T); fork(unmasked,identity,rbind(edges,F));
        fork(overlay,identity,lbind(inplace,hmirror)); fork(overlay,identity,lbind(inplace,vmirror));
        compose(fork(overlay,identity,lbind(inplace,vmirror)),fork(overlay,identity,lbind(inplace,hmirror)));
        fork(overlay,identity,lbind(inplace,dmirror)); fork(overlay,identity,lbind(inplace,rot90))""",
}
_MOVES = {
    0.9: "pushed(X,{d})",
    1.0: """
        rbind(nudge,{d}); lbind(approached,keepcolor(X,{a})); lbind(levelled,keepcolor(X,{a}));
        lbind(plumbed,keepcolor(X,{a})); drawn(keepcolor(X,{a}))""",
    1.1: "pushed(X,{s}); fork(approached,nearest(M),identity); fork(approached,peer(maincolor,M),identity)",
    1.3: "power(rbind(nudge,{d}),TWO); power(rbind(nudge,{d}),THREE)",
}
_RAYS = {
    0.8: """
        compose(fork(overlay,rbind(smear,UP),rbind(smear,DOWN)),fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT)));
        fork(overlay,rbind(smear,UP),rbind(smear,DOWN)); fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT));
        fork(overlay,fork(overlay,rbind(smear,UP),rbind(smear,DOWN)),fork(overlay,rbind(smear,LEFT),rbind(smear,RIGHT)));
        fork(overlay,fork(overlay,rbind(smear,UNITY),rbind(smear,NEG_UNITY)),fork(overlay,rbind(smear,UP_RIGHT),rbind(smear,DOWN_LEFT)))""",
    0.9: "rbind(smear,{d})",
    1.0: """
        lbind(lbind(shot,X),{d}); fork(tint,lbind(linked,X),maincolor);
        fork(tint,lbind(linked,keepcolor(X,{a})),maincolor);
        lbind(lbind(reflected,X),hmirror); lbind(lbind(reflected,X),vmirror);
        fork(overlay,fork(overlay,lbind(lbind(reflected,X),hmirror),lbind(lbind(reflected,X),vmirror)),
        lbind(lbind(reflected,X),rot180));
        fork(overlay,fork(overlay,lbind(lbind(reflected,X),rot90),lbind(lbind(reflected,X),rot270)),
        lbind(lbind(reflected,X),rot180))""",
    1.1: "rbind(smear,{s})",
    1.2: """
        lbind(repeated,{d}); lbind(repeated,{s});
        lbind(lbind(shot,X),{s}); compose(rbind(tint,{c}),lbind(linked,X));
        fork(overlay,rbind(bridge,DOWN),rbind(bridge,RIGHT))""",
}
_DIRECTIONS = ("DOWN", "UP", "LEFT", "RIGHT")
_SLANTING = ("UNITY", "NEG_UNITY", "UP_RIGHT", "DOWN_LEFT")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that may happen to an object.

    Attributes:
        text: a function of the object's layer, as an expression; or ``KEEP`` or ``REMOVE``.
        form: the text before colours, directions and the like were filled in.
        how: ``OVER``: what it gives lies on top; ``UNDER``: it shows only where the grid is empty.
    """

    text: str
    cost: float
    how: str = OVER
    form: str = ""

    @property
    def clears(self) -> bool:
        """Whether the object's own cells are emptied first: not where it keeps what it covers."""
        return self.text == REMOVE or (self.how == OVER and not self.text.startswith(_COVERING))


def actions(added: Sequence[int], colours: Sequence[int]) -> Iterator[Action]:
    """All actions, for the colours that the answers add, and for those of the task."""
    choices = {
        "{c}": [COLOURS[colour] for colour in added],
        "{a}": [COLOURS[colour] for colour in colours],
        "{d}": _DIRECTIONS,
        "{s}": _SLANTING,
        "{t}": _TEMPLATES,
        "{k}": _MEASURES,
    }
    for table, how in ((_TINTED, OVER), (_RELATED, OVER), (_PLAIN, OVER), (_MOVES, OVER), (_RAYS, UNDER)):
        for cost, lines in table.items():
            for text in lines.split(";"):
                for made in _filled_in("".join(text.split()), choices):
                    yield Action(made, cost, how, text)


def _filled_in(text: str, choices: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The expression with its placeholder, of which it has one at most, filled in, in all ways."""
    for name, values in choices.items():
        if name in text:
            yield from (text.replace(name, value) for value in values)
            return
    yield text
