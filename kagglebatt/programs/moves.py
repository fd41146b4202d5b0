"""Moves: what a program does from one grid to one grid, as programs of their own.

A *move* is a sub-program that depends on one grid: its input, or an earlier step that is a grid. Applied one after
another, moves are a program again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from kagglebatt.programs.program import Program, Ref, Step, addresses, extract

MOST_STEPS = 12
"""A move of more steps is one program's own affair."""

_AS_FIRST = frozenset(("cmirror", "dmirror", "hmirror", "vmirror", "identity", "upscale"))
"""Primitives whose value is of the type of their first argument."""
_SPLITS = frozenset(("hsplit", "vsplit"))
_CHOICES = frozenset(("first", "last", "argmax", "argmin", "extract", "mostcommon", "leastcommon", "other", "merge"))
"""Of grids each of them gives one: a member, or all of them joined."""
_SUBSETS = frozenset(("order", "remove", "sfilter", "totuple", "dedupe", "combine", "difference"))


def grids_among(steps: Sequence[Step]) -> tuple[int, ...]:
    """Places of the steps whose values are grids, as far as names and signatures tell, and of the output."""
    grids: set[Ref] = {"I"}
    tuples: set[Ref] = set()
    for place, step in enumerate(steps):
        if not isinstance(step.operation, str):
            continue
        name, given = step.operation, set(step.arguments)
        if (
            step.result_type == "Grid"
            or (name in _AS_FIRST and step.arguments[0] in grids)
            or (name in _CHOICES and given & tuples)
            or (name == "branch" and set(step.arguments[1:]) <= grids)
        ):
            grids.add(place)
        elif name in _SPLITS or (name in _SUBSETS and given & tuples) or (name == "repeat" and given & grids):
            tuples.add(place)
    return tuple(sorted({*(place for place in grids if isinstance(place, int)), len(steps) - 1}))


def moves_of(program: Program) -> Iterator[Program]:
    """Every move of a program, canonical, each once.

    >>> from kagglebatt.programs.parse import parse_program
    >>> program = parse_program("x1 = hmirror(I); x2 = vmirror(x1); O = trim(x2)")
    >>> [len(move) for move in moves_of(program)]
    [1, 2, 1, 3, 2, 1]
    """
    steps = program.canonical.steps
    grids = grids_among(steps)
    seen: set[str] = set()
    for output in grids:
        for source in (None, *(place for place in grids if place < output)):
            move = _between(steps, source, output)
            if move is not None and move.address not in seen:
                seen.add(move.address)
                yield move


def _between(steps: tuple[Step, ...], source: int | None, output: int) -> Program | None:
    """The steps from a grid to a later one; None where the later one depends on more, or not on it at all."""
    needed, waiting, reached = {output}, [output], False
    while waiting:
        for ref in steps[waiting.pop()].refs:
            if ref == source or (source is None and ref == "I"):
                reached = True
            elif ref == "I":
                return None
            elif isinstance(ref, int) and ref not in needed:
                needed.add(ref)
                waiting.append(ref)
    if not reached or len(needed) > MOST_STEPS:
        return None
    return _cut(steps, sorted(needed), source)


def _cut(steps: tuple[Step, ...], kept: list[int], source: int | None) -> Program:
    places = {place: index for index, place in enumerate(kept)}

    def moved(step: Step) -> Step:
        refs = ["I" if ref == source else places[ref] if isinstance(ref, int) else ref for ref in step.refs]
        return Step(refs[0], tuple(refs[1:]))

    made = tuple(moved(steps[place]) for place in kept)
    return extract(made, addresses(made), len(made) - 1)


def any_move(program: Program, rng: Random, to_output: bool = False) -> Program | None:
    """One move of a program that is not the whole of it, drawn; None where what was drawn is none.

    Args:
        to_output: its value is to be the program's.
    """
    canonical = program.canonical
    grids = grids_among(canonical.steps)
    output = grids[-1] if to_output else rng.choice(grids)
    sources: list[int | None] = [place for place in grids if place < output]
    if not to_output:
        sources.append(None)
    for source in rng.sample(sources, len(sources)):
        move = _between(canonical.steps, source, output)
        if move is not None and move != canonical:
            return move
    return None


def chain(first: Program, second: Program) -> Program:
    """``second`` on what ``first`` gives, canonical.

    >>> from kagglebatt.programs.parse import parse_program
    >>> len(chain(parse_program("O = hmirror(I)"), parse_program("O = hconcat(I, I)")))
    2
    """
    one, two = first.canonical.steps, second.canonical.steps
    offset, middle = len(one), len(one) - 1

    def moved(step: Step) -> Step:
        refs = [middle if ref == "I" else ref + offset if isinstance(ref, int) else ref for ref in step.refs]
        return Step(refs[0], tuple(refs[1:]))

    made = (*one, *map(moved, two))
    return extract(made, addresses(made), len(made) - 1)


def mine(programs: Iterable[Program]) -> list[Program]:
    """The moves of many programs: those of more programs first, then shorter ones, then by address."""
    counts: Counter[str] = Counter()
    found: dict[str, Program] = {}
    for program in programs:
        for move in moves_of(program):
            counts[move.address] += 1
            found[move.address] = move
    return [found[each] for each in sorted(counts, key=lambda each: (-counts[each], len(found[each]), each))]
