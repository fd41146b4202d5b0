"""The vocabulary written plainly, continued: grids, objects; and all 160 primitives by name."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import plain_dsl as plain


def asindices(grid):
    return frozenset((i, j) for i in range(len(grid)) for j in range(len(grid[0])))


def asobject(grid):
    return frozenset((value, (i, j)) for i, row in enumerate(grid) for j, value in enumerate(row))


def ofcolor(grid, value):
    return frozenset((i, j) for i, row in enumerate(grid) for j, v in enumerate(row) if v == value)


def toobject(patch, grid):
    rows, columns = len(grid), len(grid[0])
    where = plain.toindices(patch)
    return frozenset((grid[i][j], (i, j)) for i, j in where if 0 <= i < rows and 0 <= j < columns)


def objects(grid, univalued, diagonal, without_bg):
    background = plain.mostcolor(grid) if without_bg else None
    around = plain.neighbors if diagonal else plain.dneighbors
    everywhere = asindices(grid)
    reached: set[Any] = set()
    found = set()
    for start in everywhere:
        value = grid[start[0]][start[1]]
        if start in reached or value == background:
            continue
        component, edge = set(), {start}
        while edge:
            component |= edge
            near = {loc for place in edge for loc in around(place) if loc in everywhere and loc not in component}
            colors = {loc: grid[loc[0]][loc[1]] for loc in near}
            edge = {loc for loc in near if (colors[loc] == value if univalued else colors[loc] != background)}
        reached |= component
        found.add(frozenset((grid[i][j], (i, j)) for i, j in component))
    return frozenset(found)


def partition(grid):
    return frozenset(
        frozenset((v, (i, j)) for i, row in enumerate(grid) for j, v in enumerate(row) if v == value)
        for value in plain.palette(grid)
    )


def fgpartition(grid):
    background = plain.mostcolor(grid)
    return frozenset(obj for obj in partition(grid) if plain.color(obj) != background)


def frontiers(grid):
    rows = [frozenset((row[0], (i, j)) for j in range(len(row))) for i, row in enumerate(grid) if len(set(row)) == 1]
    turned = plain.dmirror(grid)
    columns = [frozenset((c[0], (i, j)) for i in range(len(c))) for j, c in enumerate(turned) if len(set(c)) == 1]
    return frozenset(rows + columns)


def occurrences(grid, obj):
    at_origin = plain.normalize(obj)
    rows, columns = len(grid) - plain.height(obj) + 1, len(grid[0]) - plain.width(obj) + 1
    found = set()
    for i in range(rows):
        for j in range(columns):
            cells = plain.shift(at_origin, (i, j))
            if all(grid[row][column] == value for value, (row, column) in cells):
                found.add((i, j))
    return frozenset(found)


def fill(grid, value, patch):
    return written(grid, [(value, location) for location in plain.toindices(patch)], None)


def paint(grid, obj):
    return written(grid, obj, None)


def written(grid, cells, background):
    rows, columns = len(grid), len(grid[0])
    lines = [list(row) for row in grid]
    for value, (i, j) in cells:
        if 0 <= i < rows and 0 <= j < columns and (background is None or lines[i][j] == background):
            lines[i][j] = value
    return tuple(tuple(line) for line in lines)


def underfill(grid, value, patch):
    return written(grid, [(value, location) for location in plain.toindices(patch)], plain.mostcolor(grid))


def cover(grid, patch):
    return fill(grid, plain.mostcolor(grid), plain.toindices(patch))


def replace(grid, replacee, replacer):
    return tuple(tuple(replacer if value == replacee else value for value in row) for row in grid)


def switch(grid, a, b):
    return tuple(tuple(b if value == a else a if value == b else value for value in row) for row in grid)


def cellwise(a, b, fallback):
    where = range(len(a[0]))
    return tuple(tuple(a[i][j] if a[i][j] == b[i][j] else fallback for j in where) for i in range(len(a)))


def index(grid, loc):
    i, j = loc
    return grid[i][j] if 0 <= i < len(grid) and 0 <= j < len(grid[0]) else None


def compress(grid):
    columns = [j for j, column in enumerate(plain.dmirror(grid)) if len(set(column)) > 1]
    return tuple(tuple(row[j] for j in columns) for row in grid if len(set(row)) > 1)


def crop(grid, start, dims):
    return tuple(row[start[1] : start[1] + dims[1]] for row in grid[start[0] : start[0] + dims[0]])


def hsplit(grid, n):
    wide, rest = divmod(len(grid[0]), n)
    return tuple(crop(grid, (0, part * (wide + (rest != 0))), (len(grid), wide)) for part in range(n))


def vsplit(grid, n):
    high, rest = divmod(len(grid), n)
    return tuple(crop(grid, (part * (high + (rest != 0)), 0), (high, len(grid[0]))) for part in range(n))


CORNERS = ("ulcorner", "urcorner", "llcorner", "lrcorner")

PLAIN: dict[str, Callable[..., Any]] = {
    "add": plain.by_components(operator.add),
    "subtract": plain.by_components(operator.sub),
    "multiply": plain.by_components(operator.mul),
    "divide": plain.by_components(operator.floordiv),
    "invert": plain.of_each(lambda n: -n),
    "double": plain.of_each(lambda n: n * 2),
    "halve": plain.of_each(lambda n: n // 2),
    "increment": plain.of_each(lambda n: n + 1),
    "decrement": plain.of_each(lambda n: n - 1),
    "crement": plain.of_each(lambda n: 0 if n == 0 else n + 1 if n > 0 else n - 1),
    "sign": plain.of_each(lambda n: 0 if n == 0 else 1 if n > 0 else -1),
    "even": lambda n: n % 2 == 0,
    "positive": lambda x: x > 0,
    "greater": lambda a, b: a > b,
    "toivec": lambda i: (i, 0),
    "tojvec": lambda j: (0, j),
    "identity": lambda x: x,
    "equality": lambda a, b: a == b,
    "contained": lambda value, container: value in container,
    "both": lambda a, b: a and b,
    "either": lambda a, b: a or b,
    "flip": lambda b: not b,
    "branch": lambda condition, a, b: a if condition else b,
    "combine": plain.combine,
    "intersection": lambda a, b: a & b,
    "difference": lambda a, b: type(a)(member for member in a if member not in b),
    "dedupe": lambda tup: tuple(member for place, member in enumerate(tup) if tup.index(member) == place),
    "order": lambda container, compfunc: tuple(sorted(container, key=compfunc)),
    "repeat": lambda item, num: tuple(item for _ in range(num)),
    "size": lambda container: len(container),
    "merge": plain.merge,
    "maximum": lambda container: max(container, default=0),
    "minimum": lambda container: min(container, default=0),
    "valmax": lambda container, compfunc: compfunc(max(container, key=compfunc, default=0)),
    "valmin": lambda container, compfunc: compfunc(min(container, key=compfunc, default=0)),
    "argmax": lambda container, compfunc: max(container, key=compfunc),
    "argmin": lambda container, compfunc: min(container, key=compfunc),
    "mostcommon": lambda tup: plain.counted(tup, max),
    "leastcommon": lambda tup: plain.counted(tup, min),
    "initset": lambda value: frozenset({value}),
    "sfilter": plain.sfilter,
    "mfilter": lambda container, function: plain.merge(plain.sfilter(container, function)),
    "extract": lambda container, condition: next(member for member in container if condition(member)),
    "sizefilter": lambda container, n: frozenset(member for member in container if len(member) == n),
    "totuple": lambda container: tuple(container),
    "first": lambda container: next(iter(container)),
    "last": lambda container: list(container)[-1],
    "insert": lambda value, container: container | {value},
    "remove": plain.remove,
    "other": lambda container, value: next(iter(plain.remove(value, container))),
    "interval": lambda start, stop, step: tuple(range(start, stop, step)),
    "astuple": lambda a, b: (a, b),
    "product": lambda a, b: frozenset((x, y) for x in a for y in b),
    "pair": lambda a, b: tuple(zip(a, b, strict=False)),
    "compose": plain.compose,
    "chain": lambda h, g, f: lambda x: h(g(f(x))),
    "matcher": lambda function, target: lambda x: function(x) == target,
    "rbind": plain.rbind,
    "lbind": plain.lbind,
    "power": plain.power,
    "fork": lambda outer, a, b: lambda x: outer(a(x), b(x)),
    "apply": plain.apply,
    "rapply": lambda functions, value: type(functions)(function(value) for function in functions),
    "mapply": lambda function, container: plain.merge(plain.apply(function, container)),
    "papply": plain.papply,
    "mpapply": lambda function, a, b: plain.merge(plain.papply(function, a, b)),
    "prapply": lambda function, a, b: frozenset(function(x, y) for x in a for y in b),
    "height": plain.height,
    "width": plain.width,
    "shape": plain.shape,
    "portrait": lambda piece: plain.height(piece) > plain.width(piece),
    "square": plain.square,
    "colorcount": lambda element, value: sum(v == value for v in plain.colors(element)),
    "mostcolor": plain.mostcolor,
    "leastcolor": lambda element: plain.counted(plain.colors(element), min),
    "palette": plain.palette,
    "numcolors": lambda element: len(plain.palette(element)),
    "color": plain.color,
    "ulcorner": plain.corner(plain.uppermost, plain.leftmost),
    "urcorner": plain.corner(plain.uppermost, plain.rightmost),
    "llcorner": plain.corner(plain.lowermost, plain.leftmost),
    "lrcorner": plain.corner(plain.lowermost, plain.rightmost),
    "uppermost": plain.uppermost,
    "lowermost": plain.lowermost,
    "leftmost": plain.leftmost,
    "rightmost": plain.rightmost,
    "center": plain.center,
    "centerofmass": plain.centerofmass,
    "position": plain.position,
    "hmatching": lambda a, b: len({i for i, _ in plain.toindices(a)} & {i for i, _ in plain.toindices(b)}) > 0,
    "vmatching": plain.vmatching,
    "manhattan": plain.manhattan,
    "adjacent": plain.adjacent,
    "bordering": plain.bordering,
    "vline": lambda patch: plain.height(patch) == len(patch) and plain.width(patch) == 1,
    "hline": lambda patch: plain.width(patch) == len(patch) and plain.height(patch) == 1,
    "hperiod": lambda obj: plain.period(obj, plain.width(obj), (0, 1)),
    "vperiod": lambda obj: plain.period(obj, plain.height(obj), (1, 0)),
    "toindices": plain.toindices,
    "recolor": lambda value, patch: frozenset((value, location) for location in plain.toindices(patch)),
    "shift": plain.shift,
    "normalize": plain.normalize,
    "dneighbors": plain.dneighbors,
    "ineighbors": plain.ineighbors,
    "neighbors": plain.neighbors,
    "corners": lambda patch: frozenset(PLAIN[name](patch) for name in CORNERS),
    "connect": plain.connect,
    "shoot": lambda start, to: plain.connect(start, (start[0] + 42 * to[0], start[1] + 42 * to[1])),
    "vfrontier": lambda location: frozenset((i, location[1]) for i in range(30)),
    "hfrontier": lambda location: frozenset((location[0], j) for j in range(30)),
    "backdrop": plain.backdrop,
    "delta": lambda patch: plain.backdrop(patch) - plain.toindices(patch),
    "box": lambda patch: plain.grown(patch, 0) if patch else patch,
    "outbox": lambda patch: plain.grown(patch, 1),
    "inbox": lambda patch: plain.grown(patch, -1),
    "gravitate": plain.gravitate,
    "rot90": plain.rot90,
    "rot180": lambda grid: tuple(row[::-1] for row in grid[::-1]),
    "rot270": plain.rot270,
    "hmirror": plain.hmirror,
    "vmirror": plain.vmirror,
    "dmirror": plain.dmirror,
    "cmirror": lambda piece: plain.vmirror(plain.dmirror(plain.vmirror(piece))),
    "hupscale": plain.hupscale,
    "vupscale": plain.vupscale,
    "upscale": plain.upscale,
    "downscale": plain.downscale,
    "asindices": asindices,
    "asobject": asobject,
    "ofcolor": ofcolor,
    "toobject": toobject,
    "objects": objects,
    "partition": partition,
    "fgpartition": fgpartition,
    "colorfilter": lambda objs, value: frozenset(obj for obj in objs if plain.color(obj) == value),
    "frontiers": frontiers,
    "occurrences": occurrences,
    "canvas": lambda value, dimensions: tuple(tuple(value for _ in range(dimensions[1])) for _ in range(dimensions[0])),
    "fill": fill,
    "paint": paint,
    "underfill": underfill,
    "underpaint": lambda grid, obj: written(grid, obj, plain.mostcolor(grid)),
    "cover": cover,
    "move": lambda grid, obj, offset: paint(cover(grid, obj), plain.shift(obj, offset)),
    "replace": replace,
    "switch": switch,
    "cellwise": cellwise,
    "index": index,
    "compress": compress,
    "crop": crop,
    "subgrid": lambda patch, grid: crop(grid, PLAIN["ulcorner"](patch), plain.shape(patch)),
    "trim": lambda grid: tuple(row[1:-1] for row in grid[1:-1]),
    "tophalf": lambda grid: grid[: len(grid) // 2],
    "bottomhalf": lambda grid: grid[len(grid) // 2 + len(grid) % 2 :],
    "lefthalf": lambda grid: plain.rot90(
        plain.rot90(plain.rot90(plain.rot90(grid)[: len(grid[0]) // 2 if grid else 0]))
    ),
    "righthalf": lambda grid: plain.rot270(PLAIN["bottomhalf"](plain.rot90(grid))),
    "hsplit": hsplit,
    "vsplit": vsplit,
    "hconcat": lambda a, b: tuple(x + y for x, y in zip(a, b, strict=False)),
    "vconcat": lambda a, b: a + b,
}
"""The 160 primitives."""
