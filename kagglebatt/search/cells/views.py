"""Views: grids of numbers that say of each cell what is beside it, in its row, in its part; for rules of single cells.

Written as the moves of the catalogue are, and made of the input and of the input with its most common colour empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.dsl.types import Grid
from kagglebatt.running.limit import Timer
from kagglebatt.running.outcome import is_grid
from kagglebatt.search.budget import Meter
from kagglebatt.search.cells.literals import SHARE
from kagglebatt.search.graph.catalogue import COLOURS, filled_in
from kagglebatt.search.graph.graph import Node
from kagglebatt.search.graph.moves import GRID, Move, written
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled, value_of

_VIEWS = {
    0.7: "nudge(I,{d}); nudge(smear(I,{d}),{d}); crowd(I,{c}); rings(I)",
    1.0: """
        nudge(I,{e}); nudge(smear(I,{e}),{e}); rowmarks(I,TWO); columnmarks(I,TWO); checker(I,TWO); numbered(I,T,T);
        numbered(I,F,T); markparts(I,filled,T,F); markparts(I,filled,T,T); markranks(I,filled,T,F);
        markranks(I,filled,T,T); markranks(I,filled,F,T); markparts(I,height,T,F); markparts(I,width,T,F);
        holes(I,F); holes(I,T); bridge(I,DOWN); bridge(I,RIGHT); bridge(I,UNITY); bridge(I,UP_RIGHT); distances(I,T);
        distances(I,F); edges(I,F); edges(I,T); distances(keepcolor(I,{c}),T); distances(keepcolor(I,{c}),F);
        touching(I,{c},T); markranks(I,compose(invert,filled),T,F); markranks(I,compose(invert,filled),F,T);
        markranks(negative(I),compose(invert,filled),T,F); blocks(I,TWO_BY_TWO); largestblocks(I);
        largestblocks(negative(I)); middles(I,T,T); spill(I,{c},F); aimed(I,{c}); aimed(I,maincolor(I));
        symmetrized(I,T); symmetrized(I,F); markalike(I,negative,F,T); markalike(I,filled,T,F);
        numbered(negative(I),T,F); rot180(numbered(rot180(negative(I)),T,F));
        largestblocks(blocks(negative(I),TWO_BY_TWO)); partcolors(I,replace(I,{c},ZERO),F,T);
        partcolors(keepcolor(I,{c}),smear(replace(I,{c},ZERO),{d}),F,F);
        partcolors(keepcolor(I,{c}),grow(replace(I,{c},ZERO),F),F,F); partcolors(negative(I),grow(I,F),F,F);
        partrows(I,TWO,T,F); dmirror(partrows(dmirror(I),TWO,T,F));
        partcolors(negative(keepcolor(I,{c})),replace(I,{c},ZERO),F,F);
        partranks(negative(keepcolor(I,{c})),replace(I,{c},ZERO),filled,F,F);
        partmeasures(negative(keepcolor(I,{c})),replace(I,{c},ZERO),filled,F,F);
        fill(I,{c},backdrop(ofcolor(I,{c}))); bridge(negative(negative(I)),DOWN);
        bridge(negative(negative(I)),RIGHT); linewise(I,maincolor); dmirror(linewise(dmirror(I),maincolor))""",
    1.4: """
        rowmarks(I,THREE); columnmarks(I,THREE); checker(I,THREE); rowmarks(I,FOUR); columnmarks(I,FOUR);
        rowmarks(I,TEN); columnmarks(I,TEN); hmirror(rowmarks(I,TEN)); vmirror(columnmarks(I,TEN));
        nudge(nudge(I,{d}),{d}); hmirror(I); vmirror(I); rot180(I); dmirror(I); cmirror(I);
        markparts(negative(I),filled,T,F); markranks(negative(I),filled,T,F); markparts(negative(I),width,T,F);
        markparts(negative(I),height,T,F); markparts(I,holecount,T,T); markparts(I,numcolors,F,T);
        markparts(I,symmetries,F,T); markparts(I,symmetries,T,T); distances(negative(I),F); blocks(I,THREE_BY_THREE);
        blocks(negative(I),TWO_BY_TWO); blocks(negative(I),THREE_BY_THREE); middles(I,F,T); middles(negative(I),T,F);
        linewise(I,filled); linewise(I,numcolors); dmirror(linewise(dmirror(I),filled));
        dmirror(linewise(dmirror(I),numcolors)); largestblocks(keepcolor(I,{c})); spill(I,{c},T);
        markparts(holes(I,F),filled,T,F); markparts(holes(I,F),square,T,F); markranks(holes(I,F),filled,T,F);
        markranks(holes(I,F),compose(invert,filled),T,F);
        overlay(smear(middles(I,T,T),UP),smear(middles(I,T,T),DOWN));
        overlay(smear(middles(I,T,T),LEFT),smear(middles(I,T,T),RIGHT));
        cellwise(columnmarks(I,TEN),vmirror(columnmarks(I,TEN)),ZERO);
        cellwise(rowmarks(I,TEN),hmirror(rowmarks(I,TEN)),ZERO);
        overlay(nudge(keepcolor(I,{c}),UP),nudge(keepcolor(I,{c}),DOWN));
        overlay(nudge(keepcolor(I,{c}),LEFT),nudge(keepcolor(I,{c}),RIGHT));
        overlay(overlay(nudge(keepcolor(I,{c}),UNITY),nudge(keepcolor(I,{c}),NEG_UNITY)),
        overlay(nudge(keepcolor(I,{c}),UP_RIGHT),nudge(keepcolor(I,{c}),DOWN_LEFT)));
        overlay(bridge(I,DOWN),bridge(I,RIGHT)); overlay(bridge(I,UNITY),bridge(I,UP_RIGHT));
        cellwise(numbered(negative(I),T,F),rot180(numbered(rot180(negative(I)),T,F)),ZERO);
        markalike(I,identity,F,T); markalike(I,negative,T,T); markalike(negative(I),filled,T,F);
        merge(apply(rbind(tilerepair,ZERO),vsplit(I,height(I))));
        dmirror(merge(apply(rbind(tilerepair,ZERO),vsplit(dmirror(I),width(I)))));
        smear(keepcolor(I,rarecolor(I)),{d}); smear(keepcolor(I,rarecolor(I)),{e});
        partmeasures(negative(keepcolor(I,{c})),replace(I,{c},ZERO),numcolors,F,F);
        partranks(negative(keepcolor(I,{c})),replace(I,{c},ZERO),compose(invert,filled),F,F);
        paint(I,mapply(fork(recolor,color,backdrop),objects(I,T,T,T))); partcolors(I,keepcolor(I,rarecolor(I)),F,T);
        partmeasures(I,keepcolor(I,{c}),filled,F,T); partranks(I,keepcolor(I,{c}),filled,F,T);
        keepcolor(I,maincolor(I)); keepcolor(I,rarecolor(I)); smear(keepcolor(I,{c}),{d});
        overlay(smear(keepcolor(I,{c}),LEFT),smear(keepcolor(I,{c}),RIGHT));
        overlay(smear(keepcolor(I,{c}),UP),smear(keepcolor(I,{c}),DOWN))""",
}


def views(problem: Problem, roots: list[Node], meter: Meter, clock: Timer) -> Iterator[Node]:
    """A node for every view of some nodes."""
    colours = [COLOURS[colour] for colour in problem.colours()]
    for cost, text in _VIEWS.items():
        for each in text.replace("\n", " ").split(";"):
            for expression in filled_in("".join(each.split()), colours):
                move = Move(written(expression), GRID, GRID, cost + 0.3 * ("{c}" in each))
                for root in roots:
                    if meter.used_up(SHARE):
                        return
                    made = _viewed(problem, root, move, meter, clock)
                    if made is not None:
                        yield made


def _viewed(problem: Problem, root: Node, move: Move, meter: Meter, clock: Timer) -> Node | None:
    meter.spend()
    call = compiled(move.program)
    values: list[Grid] = []
    for value, pairs in zip(root.values, problem.pairs, strict=True):
        made = value_of(call, clock, value, pairs)
        if not is_grid(made) or (len(made), len(made[0])) != (len(value), len(value[0])):
            return None
        values.append(made)
    return Node(tuple(values), GRID, root.cost + move.cost, root.depth + 1, root, move)


def roots(problem: Problem) -> list[Node]:
    """The input; and with its most common colour empty, where that is another one."""
    plain = Node(problem.inputs, GRID, 0.0, 0)
    if not any(map(mostcolor, problem.inputs)):
        return [plain]
    move = Move(written("switch(I,ZERO,mostcolor(I))"), GRID, GRID, 0.3)
    call = compiled(move.program)
    values = tuple([call(grid, ()) for grid in problem.inputs])
    return [plain, Node(values, GRID, 0.3, 1, plain, move)]
