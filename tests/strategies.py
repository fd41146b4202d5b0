"""Hypothesis strategies: grids, programs, hands of programs."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.dsl.types import accepts
from kagglebatt.programs.program import Program, Ref, Step, type_of


def grids(max_side: int = 6, colours: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[tuple]:
    """Non-empty rectangular grids, rows x columns up to ``max_side`` each."""
    cells = st.integers(0, 9) if colours is None else colours

    def of(shape: tuple[int, int]) -> st.SearchStrategy[tuple]:
        row = st.lists(cells, min_size=shape[1], max_size=shape[1]).map(tuple)
        return st.lists(row, min_size=shape[0], max_size=shape[0]).map(tuple)

    return st.tuples(st.integers(1, max_side), st.integers(1, max_side)).flatmap(of)


def grow_program(rng: Random, steps: int) -> Program:
    """A random well-typed program; steps that nothing uses are left in."""
    made: list[Step] = []
    for _ in range(steps):
        primitive = rng.choice(list(PRIMITIVES.values()))
        made.append(Step(primitive.name, tuple(_argument(rng, kind, made) for kind in primitive.parameters)))
    return Program(tuple(made))


def _argument(rng: Random, kind: str, made: list[Step]) -> Ref:
    if kind == "Fn":
        return rng.choice(list(PRIMITIVES))
    options: list[Ref] = [ref for ref in (*range(len(made)), "I", "S") if accepts(kind, type_of(ref, made))]
    options += [name for name in CONSTANTS if accepts(kind, type_of_constant(name))]
    return rng.choice(options) if options else "I"


programs = st.builds(lambda seed, steps: grow_program(Random(seed), steps), st.integers(0, 10**9), st.integers(1, 12))
"""Random programs of 1 to 12 steps."""
