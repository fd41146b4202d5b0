"""The vocabulary written plainly: for each primitive the obvious expression, and nothing done for speed.

What ``bench_dsl.py --plain`` compares with, and what tests compare results with. Sets are walked as Python walks
them, so that where order shows (which no vector does), results may differ from the package's.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def by_components(of: Callable[[int, int], int]) -> Callable[..., Any]:
    def applied(a, b):
        if isinstance(a, int) and isinstance(b, int):
            return of(a, b)
        if isinstance(a, tuple) and isinstance(b, tuple):
            return (of(a[0], b[0]), of(a[1], b[1]))
        if isinstance(a, int):
            return (of(a, b[0]), of(a, b[1]))
        return (of(a[0], b), of(a[1], b))

    return applied


def of_each(of: Callable[[int], int]) -> Callable[..., Any]:
    return lambda n: of(n) if isinstance(n, int) else (of(n[0]), of(n[1]))


def combine(a, b):
    return type(a)((*a, *b))


def merge(containers):
    return type(containers)(member for container in containers for member in container)


def sfilter(container, condition):
    return type(container)(member for member in container if condition(member))


def remove(value, container):
    return type(container)(member for member in container if member != value)


def counted(tup, best):
    values = list(tup)
    often = {value: values.count(value) for value in set(values)}
    return min(value for value, count in often.items() if count == best(often.values()))


def power(function, n):
    return function if n == 1 else compose(function, power(function, n - 1))


def compose(outer, inner):
    return lambda x: outer(inner(x))


def rbind(function, fixed):
    parameters = function.__code__.co_argcount
    if parameters == 2:
        return lambda x: function(x, fixed)
    if parameters == 3:
        return lambda x, y: function(x, y, fixed)
    return lambda x, y, z: function(x, y, z, fixed)


def lbind(function, fixed):
    parameters = function.__code__.co_argcount
    if parameters == 2:
        return lambda y: function(fixed, y)
    if parameters == 3:
        return lambda y, z: function(fixed, y, z)
    return lambda y, z, a: function(fixed, y, z, a)


def apply(function, container):
    return type(container)(function(member) for member in container)


def papply(function, a, b):
    return tuple(function(x, y) for x, y in zip(a, b, strict=False))


def toindices(patch):
    if not patch:
        return frozenset()
    if isinstance(next(iter(patch))[1], tuple):
        return frozenset(location for _, location in patch)
    return patch


def shift(patch, directions):
    if not patch:
        return patch
    down, right = directions
    if isinstance(next(iter(patch))[1], tuple):
        return frozenset((value, (i + down, j + right)) for value, (i, j) in patch)
    return frozenset((i + down, j + right) for i, j in patch)


def uppermost(patch):
    return min(i for i, _ in toindices(patch))


def lowermost(patch):
    return max(i for i, _ in toindices(patch))


def leftmost(patch):
    return min(j for _, j in toindices(patch))


def rightmost(patch):
    return max(j for _, j in toindices(patch))


def height(piece):
    if not piece:
        return 0
    return len(piece) if isinstance(piece, tuple) else lowermost(piece) - uppermost(piece) + 1


def width(piece):
    if not piece:
        return 0
    return len(piece[0]) if isinstance(piece, tuple) else rightmost(piece) - leftmost(piece) + 1


def shape(piece):
    return (height(piece), width(piece))


def square(piece):
    if isinstance(piece, tuple):
        return len(piece) == len(piece[0])
    return height(piece) * width(piece) == len(toindices(piece)) and height(piece) == width(piece)


def colors(element):
    if isinstance(element, tuple):
        return [value for row in element for value in row]
    return [value for value, _ in element]


def mostcolor(element):
    return counted(colors(element), max)


def palette(element):
    return frozenset(colors(element))


def color(obj):
    return next(iter(obj))[0]


def corner(vertical, horizontal):
    return lambda patch: (vertical(patch), horizontal(patch)) if patch else ()


def center(patch):
    return (uppermost(patch) + height(patch) // 2, leftmost(patch) + width(patch) // 2)


def centerofmass(patch):
    if not patch:
        return ()
    where = [member[1] if isinstance(member[1], tuple) else member for member in patch]
    return (sum(i for i, _ in where) // len(where), sum(j for _, j in where) // len(where))


def position(a, b):
    (i, j), (k, m) = center(a), center(b)
    if i == k:
        return (0, 1 if j < m else -1)
    if j == m:
        return (1 if i < k else -1, 0)
    return (1 if i < k else -1, 1 if j < m else -1)


def vmatching(a, b):
    return len({j for _, j in toindices(a)} & {j for _, j in toindices(b)}) > 0


def manhattan(a, b):
    return min(abs(i - k) + abs(j - m) for i, j in toindices(a) for k, m in toindices(b))


def adjacent(a, b):
    return manhattan(a, b) == 1


def bordering(patch, grid):
    if uppermost(patch) == 0 or leftmost(patch) == 0:
        return True
    return lowermost(patch) == len(grid) - 1 or rightmost(patch) == len(grid[0]) - 1


def normalize(patch):
    return shift(patch, (-uppermost(patch), -leftmost(patch))) if patch else patch


def period(obj, extent, step):
    at_origin = normalize(obj)
    for p in range(1, extent):
        shifted = shift(at_origin, (-step[0] * p, -step[1] * p))
        if frozenset((value, (i, j)) for value, (i, j) in shifted if i >= 0 and j >= 0) <= at_origin:
            return p
    return extent


def dneighbors(loc):
    return frozenset({(loc[0] - 1, loc[1]), (loc[0] + 1, loc[1]), (loc[0], loc[1] - 1), (loc[0], loc[1] + 1)})


def ineighbors(loc):
    i, j = loc
    return frozenset({(i - 1, j - 1), (i - 1, j + 1), (i + 1, j - 1), (i + 1, j + 1)})


def neighbors(loc):
    return dneighbors(loc) | ineighbors(loc)


def rectangle(top, left, bottom, right):
    sides = {(i, j) for i in range(top, bottom + 1) for j in (left, right)}
    return frozenset(sides | {(i, j) for i in (top, bottom) for j in range(left, right + 1)})


def grown(patch, by):
    top, bottom = sorted((uppermost(patch) - by, lowermost(patch) + by))
    left, right = sorted((leftmost(patch) - by, rightmost(patch) + by))
    return rectangle(top, left, bottom, right)


def connect(a, b):
    (i, j), (k, m) = a, b
    if i == k:
        return frozenset((i, column) for column in range(min(j, m), max(j, m) + 1))
    if j == m:
        return frozenset((row, j) for row in range(min(i, k), max(i, k) + 1))
    if abs(i - k) != abs(j - m):
        return frozenset()
    down, right = (1 if i < k else -1), (1 if j < m else -1)
    return frozenset((i + step * down, j + step * right) for step in range(abs(i - k) + 1))


def backdrop(patch):
    if not patch:
        return frozenset()
    rows, columns = range(uppermost(patch), lowermost(patch) + 1), range(leftmost(patch), rightmost(patch) + 1)
    return frozenset((i, j) for i in rows for j in columns)


def gravitate(source, destination):
    (i, j), (k, m) = center(source), center(destination)
    if vmatching(source, destination):
        down, right = (1 if i < k else -1), 0
    else:
        down, right = 0, (1 if j < m else -1)
    steps = 0
    while steps < 42 and not adjacent(source, destination):
        source = shift(source, (down, right))
        steps += 1
    return (down * steps, right * steps)


def mirrored(patch, change):
    if isinstance(next(iter(patch))[1], tuple):
        return frozenset((value, change(*location)) for value, location in patch)
    return frozenset(change(*location) for location in patch)


def rot90(grid):
    return tuple(zip(*grid[::-1], strict=False))


def rot270(grid):
    return tuple(zip(*grid, strict=False))[::-1]


def hmirror(piece):
    if isinstance(piece, tuple):
        return piece[::-1]
    total = uppermost(piece) + lowermost(piece)
    return mirrored(piece, lambda i, j: (total - i, j))


def vmirror(piece):
    if isinstance(piece, tuple):
        return tuple(row[::-1] for row in piece)
    total = leftmost(piece) + rightmost(piece)
    return mirrored(piece, lambda i, j: (i, total - j))


def dmirror(piece):
    if isinstance(piece, tuple):
        return tuple(zip(*piece, strict=False))
    top, left = uppermost(piece), leftmost(piece)
    return mirrored(piece, lambda i, j: (j - left + top, i - top + left))


def hupscale(grid, factor):
    return tuple(tuple(value for value in row for _ in range(factor)) for row in grid)


def vupscale(grid, factor):
    return tuple(row for row in grid for _ in range(factor))


def upscale(element, factor):
    if isinstance(element, tuple):
        return vupscale(hupscale(element, factor), factor)
    if not element:
        return frozenset()
    top, left = uppermost(element), leftmost(element)
    return frozenset(
        (value, ((i - top) * factor + top + down, (j - left) * factor + left + right))
        for value, (i, j) in element
        for down in range(factor)
        for right in range(factor)
    )


def downscale(grid, factor):
    rows = [row for i, row in enumerate(grid) if i % factor == 0]
    return tuple(tuple(value for j, value in enumerate(row) if j % factor == 0) for row in rows)
