"""A program as a page shows it: numbered steps, and under the pointer what each name means and which type it has."""

from __future__ import annotations

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.markup import MONOSPACE, Html, span, table
from kagglebatt.programs.program import Program as Steps
from kagglebatt.programs.program import Ref, Step, type_of

_INPUTS = {"I": "the grid of a pair", "S": "all demo pairs, each (input, output)", "C": "a grid to compare with"}
_LONGEST_CONSTANT = 60


def listing(steps: Steps) -> Html:
    """Every step of a program on a line of its own."""
    rows = ((place + 1, Html(_line(place, steps))) for place in range(len(steps)))
    return Html(f'<div style="{MONOSPACE};font-size:12px">{table(("", ""), rows, most=len(steps))}</div>')


def signature(name: str) -> str:
    """A primitive's name, types and first line of documentation.

    >>> signature("hmirror")
    'hmirror(Piece) -> Piece: Upside down.'
    """
    primitive = PRIMITIVES[name]
    return f"{name}({', '.join(primitive.parameters)}) -> {primitive.result}: {summary(name)}"


def summary(name: str) -> str:
    """The first line of a primitive's documentation, in plain words."""
    return PRIMITIVES[name].summary.replace("``", "")


def _line(place: int, steps: Steps) -> str:
    step: Step = steps.steps[place]
    operation, *arguments = (_name(ref, steps) for ref in step.refs)
    return f"{_name(place, steps)} = {operation}({', '.join(arguments)})"


def _name(ref: Ref, steps: Steps) -> Html:
    if isinstance(ref, int):
        last = len(steps) - 1
        return span("O" if ref == last else f"x{ref + 1}", hover=type_of(ref, steps.steps))
    return span(ref, hover=_meaning(ref, steps))


def _meaning(name: str, steps: Steps) -> str:
    if name in PRIMITIVES:
        return signature(name)
    kind = type_of(name, steps.steps)
    if name in CONSTANTS:
        value = repr(CONSTANTS[name])
        return f"{kind}: {value}" if len(value) <= _LONGEST_CONSTANT else kind
    return f"{kind}: {_INPUTS[name]}"
