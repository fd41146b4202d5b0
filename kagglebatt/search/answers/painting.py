"""Programs that paint: pieces over each other, and colours where pieces have colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kagglebatt.programs.program import Program, Ref, Step, addresses, extract
from kagglebatt.search.graph.catalogue import COLOURS


class Painter:
    """Writes one program step by step, from the lowest layer to the topmost."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._values: dict[str, Ref] = {}
        self._canvas: Ref = "I"

    def value(self, program: Program | None) -> Ref:
        """The value of a chain of moves; the input's when it is None."""
        if program is None:
            return "I"
        if program.address not in self._values:
            offset = len(self._steps)
            self._steps += [step.moved([place + offset for place in range(len(program))]) for step in program.steps]
            self._values[program.address] = len(self._steps) - 1
        return self._values[program.address]

    def _call(self, operation: str, *arguments: Ref) -> Ref:
        self._steps.append(Step(operation, arguments))
        return len(self._steps) - 1

    def begin(self, program: Program | None, colour: int | None = None) -> None:
        """Start with a chain's value, or with its size in one colour."""
        self._canvas = self.value(program)
        if colour is not None:
            self._canvas = self._call("canvas", COLOURS[colour], self._call("shape", self._canvas))

    def paint(self, program: Program | None) -> None:
        """Paint what is not empty of a chain's value."""
        self._canvas = self._call("overlay", self._canvas, self.value(program))

    def copy(self, program: Program | None, place: tuple[Program | None, int]) -> None:
        """Paint what a chain's value holds where another chain's value has a colour."""
        patch = self._call("ofcolor", self.value(place[0]), COLOURS[place[1]])
        self._canvas = self._call("paint", self._canvas, self._call("toobject", patch, self.value(program)))

    def fill(self, places: Sequence[tuple[Program | None, int]], colour: int) -> None:
        """Paint one colour where each of some chains' values has a colour."""
        where = [self._call("ofcolor", self.value(program), COLOURS[value]) for program, value in places]
        patch = where[0] if len(where) == 1 else self._call("intersection", *where)
        self._canvas = self._call("fill", self._canvas, COLOURS[colour], patch)

    def where(
        self, literals: Sequence[tuple[Program | None, int, bool]], colour: int | None, program: Program | None = None
    ) -> None:
        """Paint one colour, or what a chain's value holds, where chains' values have colours, or have them not."""
        patch: Ref | None = None
        for piece, value, holds in sorted(literals, key=lambda literal: not literal[2]):
            own = self._call("ofcolor", self.value(piece), COLOURS[value])
            if patch is None:
                patch = own if holds else self._call("difference", self._call("asindices", self._canvas), own)
            else:
                patch = self._call("intersection" if holds else "difference", patch, own)
        assert patch is not None
        if colour is not None:
            self._canvas = self._call("fill", self._canvas, COLOURS[colour], patch)
        else:
            self._canvas = self._call("paint", self._canvas, self._call("toobject", patch, self.value(program)))

    def program(self) -> Program:
        """All that was painted."""
        if not isinstance(self._canvas, int):
            self._call("identity", self._canvas)
            self._canvas = len(self._steps) - 1
        return extract(self._steps, addresses(self._steps), int(self._canvas))


def recoloured(program: Program | None, mapping: Mapping[int, int]) -> Program:
    """The value of a chain with each colour replaced by its partner."""
    painter = Painter()
    painter.begin(program)
    for value, colour in sorted(mapping.items()):
        if value != colour:
            painter.fill([(program, value)], colour)
    return painter.program()
