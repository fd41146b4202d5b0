"""The moves that are written by hand, general ones, as expressions; and what colours stand in them for a task.

``{c}`` is a colour of the task; ``{d}`` one of four directions, ``{e}`` one of eight; ``{k}`` a measure of a grid.
A line gives the cost of its moves, what they take and give, and the expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kagglebatt.dsl.measuring import mostcolor
from kagglebatt.search.graph.moves import GRID, LIST, Move, written
from kagglebatt.search.problem import Problem

COLOURS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_DIRECTIONS = ("UP", "DOWN", "LEFT", "RIGHT")
_SLANTING = ("UNITY", "NEG_UNITY", "UP_RIGHT", "DOWN_LEFT")
_MEASURES = ("filled", "numcolors", "partcount", "holecount", "symmetries", "height", "width", "area")

_GRID_TO_GRID = {
    1.0: """
        core(I); hmirror(I); vmirror(I); rot180(I); dmirror(I); cmirror(I); rot90(I); rot270(I); keepcolor(I,{c});
        replace(I,{c},ZERO); tophalf(I); bottomhalf(I); lefthalf(I); righthalf(I); holes(I,F); negative(I);
        compress(I); thin(I); trim(I); fillholes(I)""",
    1.5: """
        replace(I,mostcolor(I),ZERO); keepcolor(I,maincolor(I)); keepcolor(I,rarecolor(I));
        replace(I,maincolor(I),ZERO); replace(I,rarecolor(I),ZERO); edges(I,F); edges(I,T); unmasked(I,edges(I,F));
        unmasked(I,edges(I,T)); holes(I,T); grow(I,T); grow(I,F); smear(I,{d}); slide(I,{d}); bridge(I,DOWN);
        bridge(I,RIGHT); overlay(bridge(I,DOWN),bridge(I,RIGHT)); overlay(I,hmirror(I)); overlay(I,vmirror(I));
        overlay(I,dmirror(I)); overlay(I,cmirror(I)); overlay(I,rot180(I));
        overlay(overlay(I,hmirror(I)),vmirror(overlay(I,hmirror(I))));
        overlay(smear(I,UP),smear(I,DOWN)); overlay(smear(I,LEFT),smear(I,RIGHT));
        overlay(overlay(smear(I,UP),smear(I,DOWN)),overlay(smear(I,LEFT),smear(I,RIGHT)));
        mirrorrepair(I,{c}); tilerepair(I,{c}); subgrid(ofcolor(I,{c}),mirrorrepair(I,{c}));
        subgrid(ofcolor(I,{c}),tilerepair(I,{c})); subgrid(ofcolor(I,{c}),I); tileunit(I); upscale(I,TWO);
        upscale(I,THREE); hconcat(I,I); vconcat(I,I); hconcat(I,vmirror(I)); hconcat(vmirror(I),I);
        vconcat(I,hmirror(I)); vconcat(hmirror(I),I); kron(I,I); kron(negative(I),I)""",
    2.0: """
        smear(I,{e}); nudge(I,{d}); settle(I,{d});
        overlay(overlay(smear(I,UNITY),smear(I,NEG_UNITY)),overlay(smear(I,UP_RIGHT),smear(I,DOWN_LEFT)));
        touching(I,{c},T); unmasked(I,touching(I,{c},T));
        upscale(I,numcolors(I)); upscale(I,decrement(numcolors(I))); downscale(I,TWO); downscale(I,THREE);
        hupscale(I,TWO); vupscale(I,TWO); kron(keepcolor(I,maincolor(I)),I); kron(keepcolor(I,rarecolor(I)),I);
        hconcat(I,hconcat(I,I)); vconcat(I,vconcat(I,I)); tilerepair(slide(I,UP),ZERO);
        vconcat(hconcat(I,vmirror(I)),hmirror(hconcat(I,vmirror(I))));
        vconcat(hconcat(rot180(I),hmirror(I)),hconcat(vmirror(I),I));
        unmasked(fill(I,{c},asindices(I)),I); fill(I,{c},asindices(I)); masked(fill(I,{c},asindices(I)),I);
        grow(grow(I,T),T); unmasked(grow(I,T),I); unmasked(grow(I,F),I); crowd(I,{c}); crowd(I,ZERO);
        distances(I,T); distances(I,F); distances(keepcolor(I,{c}),T); touching(negative(I),ONE,F);
        cover(I,frontiers(I)); masked(fill(I,maincolor(I),asindices(I)),I); masked(fill(I,rarecolor(I),asindices(I)),I);
        subgrid(box(ofcolor(I,{c})),I); trim(subgrid(ofcolor(I,{c}),I)); fill(I,{c},box(asindices(I)));
        paint(I,mapply(fork(recolor,color,backdrop),fgpartition(I)));
        underpaint(I,mapply(fork(recolor,color,backdrop),objects(I,T,T,T)));
        underpaint(I,mapply(fork(recolor,color,outbox),objects(I,T,T,T)));
        paint(I,mapply(fork(recolor,color,inbox),objects(I,T,T,T)));
        paint(I,mapply(fork(recolor,color,delta),objects(I,F,T,T)));
        markparts(I,filled,T,F); markparts(I,filled,T,T); markparts(negative(I),filled,T,F);
        markranks(I,filled,T,F); markranks(I,filled,T,T); markranks(I,filled,F,T); markranks(negative(I),filled,T,F);
        markranks(negative(I),area,T,F);
        paneldigest(I,{k}); paneldigest(I,maincolor); paneldigest(I,mostcolor)""",
    2.5: """
        nudge(I,{e}); canvas(maincolor(I),astuple(ONE,{k})); canvas(maincolor(I),astuple({k},{k}));
        canvas(maincolor(I),shape(I)); canvas(rarecolor(I),shape(I)); canvas(mostcolor(I),shape(I));
        markparts(I,{k},T,F); markparts(I,{k},F,T); markranks(I,{k},F,T); markparts(negative(I),{k},T,F);
        markranks(negative(I),{k},T,F); markranks(I,{k},T,T);
        numbered(I,T,T); numbered(I,F,T); numbered(negative(I),T,F);
        rowmarks(I,TWO); columnmarks(I,TWO); checker(I,TWO); rowmarks(I,THREE); columnmarks(I,THREE); checker(I,THREE);
        rings(I); rings(fill(I,ZERO,asindices(I))); rowmarks(I,TEN); columnmarks(I,TEN);
        canvas(mostcolor(I),UNITY); canvas(maincolor(I),UNITY); canvas(rarecolor(I),UNITY); canvas(leastcolor(I),UNITY);
        canvas({c},shape(I)); first(hsplit(I,THREE)); first(vsplit(I,THREE));
        downscale(I,minimum(shape(I))); upscale(I,minimum(shape(I))); crop(I,ORIGIN,TWO_BY_TWO);
        crop(I,ORIGIN,THREE_BY_THREE); dmirror(dedupe(dmirror(I))); dedupe(I);
        masked(I,holes(I,F)); mirrorrepair(switch(I,ZERO,mostcolor(I)),ZERO);
        fill(I,{c},mapply(neighbors,ofcolor(I,{c})));
        underfill(I,{c},mapply(neighbors,ofcolor(I,leastcolor(I))))""",
}
_GRID_TO_LIST = {
    1.0: """
        layers(I,T,T); layers(I,T,F); layers(I,F,T); layers(I,F,F); colorlayers(I); panels(I);
        apply(core,layers(I,T,T)); apply(core,layers(I,T,F)); apply(core,layers(I,F,T)); apply(core,colorlayers(I))""",
    1.5: """
        hsplit(I,TWO); vsplit(I,TWO); hsplit(I,THREE); vsplit(I,THREE); hsplit(I,FOUR); vsplit(I,FOUR);
        layers(negative(I),T,F); layers(replace(I,mostcolor(I),ZERO),T,T); layers(replace(I,mostcolor(I),ZERO),F,T);
        hsplit(I,divide(width(I),height(I))); vsplit(I,divide(height(I),width(I)));

        totuple(apply(rbind(subgrid,I),objects(I,F,T,T))); totuple(apply(rbind(subgrid,I),objects(I,T,T,T)));
        totuple(apply(rbind(subgrid,I),objects(I,T,F,F)));
        totuple(apply(rbind(subgrid,I),partition(I)))""",
}
_LIST_TO_GRID = {
    1.0: """
        overlays(I); first(I); last(I); argmax(I,filled); argmin(I,filled); argrare(I,core); argrare(I,identity);
        argrare(I,filled); worthiest(I); merge(I)""",
    1.5: """
        argmax(I,{k}); argmin(I,{k}); argrare(I,{k}); argrare(I,palette); argrare(I,negative); argrare(I,shape);
        argrare(I,compose(negative,core)); worthiest(apply(core,I)); dmirror(merge(apply(dmirror,I)));
        overlays(totuple(apply(fillholes,I))); merge(order(I,filled)); dmirror(merge(apply(dmirror,order(I,filled))));
        overlays(keepmost(I,filled)); argrare(I,maincolor);
        argmax(I,rbind(colorcount,{c})); argmin(I,rbind(colorcount,{c})); first(remove(first(I),I));
        overlays(apply(rot180,I)); masked(first(I),last(I)); unmasked(first(I),last(I)); unmasked(last(I),first(I));
        overlay(last(I),first(I))""",
}
_LIST_TO_LIST = {
    1.0: "apply(core,I); keepmost(I,filled); remove(argmax(I,filled),I); order(I,filled); remove(first(I),I)",
    1.5: """
        apply(compose(rbind(canvas,UNITY),maincolor),I); keepmost(I,{k});
        keepmost(I,compose(invert,{k})); remove(argmin(I,filled),I); apply(fillholes,I);
        apply(hmirror,I); apply(vmirror,I); order(I,{k}); apply(rbind(edges,F),I); apply(rbind(bridge,DOWN),I);
        apply(rbind(bridge,RIGHT),I); apply(rbind(smear,UP),I); apply(rbind(smear,DOWN),I); apply(rbind(smear,LEFT),I);
        apply(rbind(smear,RIGHT),I); apply(rbind(grow,T),I); apply(rbind(grow,F),I); apply(compress,I); apply(thin,I);
        sfilter(I,compose(lbind(contained,{c}),palette)); apply(negative,I); apply(rbind(holes,F),I);
        apply(fork(overlay,identity,hmirror),I); apply(fork(overlay,identity,vmirror),I); dedupe(I);
        sfilter(I,compose(positive,holecount)); sfilter(I,compose(flip,holecount));
        sfilter(I,matcher(partcount,ONE)); sfilter(I,fork(equality,core,compose(hmirror,core)));
        sfilter(I,fork(equality,core,compose(vmirror,core)));
        sfilter(I,compose(flip,fork(equality,core,compose(hmirror,core))));
        sfilter(I,compose(flip,fork(equality,core,compose(vmirror,core))));
        sfilter(I,compose(rbind(greater,ONE),filled)); sfilter(I,matcher(filled,ONE));
        sfilter(I,compose(rbind(greater,TWO),filled))""",
}
_MOST_SIDE, _MOST_SQUARED = 30, 5
"""Sides of the grids that a move is for: one in place of each of its own cells has its side squared."""
_TABLE = (
    (GRID, GRID, _GRID_TO_GRID),
    (GRID, LIST, _GRID_TO_LIST),
    (LIST, GRID, _LIST_TO_GRID),
    (LIST, LIST, _LIST_TO_LIST),
)


def catalogue(problem: Problem) -> Iterator[Move]:
    """Every written move, once for each colour of the task that it may be about."""
    colours = [COLOURS[colour] for colour in problem.colours() if colour < len(COLOURS)]
    yield from _canvases(problem)
    yield _emptied(problem)
    for takes, gives, lines in _TABLE:
        for cost, text in lines.items():
            for each in text.replace("\n", " ").split(";"):
                for expression in filled_in("".join(each.split()), colours):
                    trusted, most = takes == gives == GRID, _MOST_SQUARED if "kron(" in each else _MOST_SIDE
                    yield Move(written(expression), takes, gives, cost + 0.5 * ("{c}" in each), trusted, most)


def filled_in(text: str, colours: list[str]) -> Iterator[str]:
    """The expression with its placeholders filled in, in all ways."""
    choices = {"{c}": colours, "{d}": _DIRECTIONS, "{e}": _SLANTING, "{k}": _MEASURES}
    used = [name for name in choices if name in text]
    for values in product(*(choices[name] for name in used)):
        made = text
        for name, value in zip(used, values, strict=True):
            made = made.replace(name, value)
        yield made


_LARGEST = 10
"""The largest number that a constant names."""


def _canvases(problem: Problem) -> Iterator[Move]:
    """An empty grid of the answers' size, where all have one."""
    found = {(len(grid), len(grid[0])) for grid in problem.answers}
    if len(found) == 1 and max(size := found.pop()) <= _LARGEST:
        rows, columns = ((*COLOURS, "TEN")[side] for side in size)
        for colour in ("ZERO", "mostcolor(I)", "maincolor(I)", "rarecolor(I)"):
            yield Move(written(f"canvas({colour},astuple({rows},{columns}))"), GRID, GRID, 1.5)
        yield Move(written(f"crop(I,ORIGIN,astuple({rows},{columns}))"), GRID, GRID, 1.5)


def _emptied(problem: Problem) -> Move:
    """The most common colour as the empty one: nearly always the first move where that is never 0."""
    cost = 0.3 if all(map(mostcolor, problem.inputs)) else 1.5
    return Move(written("switch(I,ZERO,mostcolor(I))"), GRID, GRID, cost)
