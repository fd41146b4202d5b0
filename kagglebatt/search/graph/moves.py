"""A move: a program from one grid, or list of grids, to another; and moves written as one nested expression."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from kagglebatt.programs.program import Program, Ref, Step, addresses, extract

GRID, LIST = "grid", "list"
"""What a node is made of, for each sample: one grid, or a tuple of grids."""


@dataclass(frozen=True)
class Move:
    """A program of ``I``, which stands for the value of the node that it is applied to.

    Attributes:
        takes, gives: ``GRID`` or ``LIST``.
        cost: how unlikely it is to help; costs of moves one after another add up.
        trusted: what it gives is a rectangle of colours whenever what it takes is.
        most_side: of a larger grid it makes one that is too large for any task; not for lists.
    """

    program: Program
    takes: str
    gives: str
    cost: float
    trusted: bool = True
    most_side: int = 30


@lru_cache(maxsize=4096)  # a process searches many tasks with nearly the same moves
def written(text: str) -> Program:
    """A program from one expression of calls within calls, such as ``core(keepcolor(I, THREE))``."""
    steps: list[Step] = []
    _add_steps(ast.parse(text, mode="eval").body, steps)
    return extract(steps, addresses(steps), len(steps) - 1)


def _add_steps(node: ast.expr, steps: list[Step]) -> Ref:
    """Add the steps of an expression, arguments first; gives the ref of its value.

    No function within ``written`` that calls itself: each would be a cycle, which nothing frees during a search.
    """
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise ValueError(f"{ast.unparse(node)}: only calls of names on names and calls")
    arguments = tuple([_add_steps(argument, steps) for argument in node.args])
    steps.append(Step(node.func.id, arguments))
    return len(steps) - 1


def following(first: Program | None, second: Program) -> Program:
    """The second program on the value of the first one; on the input itself when that is None."""
    return joined((first,), second)


def joined(values: tuple[Program | None, ...], program: Program, names: tuple[str, ...] = ("I",)) -> Program:
    """A program whose inputs of these names are the values of other programs; None for the input grid."""
    steps: list[Step] = []
    places: dict[str, Ref] = {}
    for name, value in zip(names, values, strict=True):
        if value is None:
            places[name] = "I"
            continue
        offset = len(steps)
        steps += [step.moved([place + offset for place in range(len(value))]) for step in value.steps]
        places[name] = len(steps) - 1
    offset = len(steps)
    for step in program.steps:
        refs = [ref + offset if isinstance(ref, int) else places.get(ref, ref) for ref in step.refs]
        steps.append(Step(refs[0], tuple(refs[1:])))
    return extract(steps, addresses(steps), len(steps) - 1)
