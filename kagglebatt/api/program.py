"""A program under its name, as a notebook uses it; and reading programs from files and from text."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import overload

from kagglebatt.api.listing import listing
from kagglebatt.api.outcomes import Outcomes
from kagglebatt.api.table import short_md5
from kagglebatt.api.tasks import warn
from kagglebatt.api.trial import outcomes_of
from kagglebatt.errors import KagglebattError, ProgramError
from kagglebatt.markup import block, plural, table
from kagglebatt.programs import library, parse, read_file
from kagglebatt.programs.mutate import apply_mutation, mutate
from kagglebatt.programs.parse import NamedProgram, parse_program
from kagglebatt.programs.program import Program as Steps
from kagglebatt.programs.program import md5
from kagglebatt.reading import LeftOut, Reading
from kagglebatt.tasks.task import Task

_HEAD = re.compile(r"^def (?:(solve|differ)_?)?(\w*)\s*\(", re.MULTILINE)


@dataclass(frozen=True, repr=False)
class Program:
    """A straight-line program over the grid primitives, with a name; a notebook shows its steps.

    >>> import kagglebatt as kb
    >>> program = kb.Program.parse("x1 = hmirror(I); O = vconcat(I, x1)", name="doubled")
    >>> program
    <solver doubled: 2 steps>
    >>> print(program.body, end="")
    def solve(S, I, C):
        x1 = hmirror(I)
        O = vconcat(I, x1)
        return O
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> program.run(task).o_score
    0

    Attributes:
        name: it is called this in tables; a solver of the library has its task's id.
        kind: ``solve`` or ``differ``.
        steps: what it does, step by step, as the package's other parts know it.
    """

    name: str
    kind: str
    steps: Steps

    @classmethod
    def parse(cls, text: str, name: str = "") -> Program:
        """Read one program from a function definition, or from bare assignments.

        Args:
            text: it is checked name by name, and never imported or executed.
            name: instead of the function's own.

        Raises:
            ProgramError: the text is no program; with line, reason and the nearest valid name.
        """
        if not isinstance(text, str):
            raise KagglebattError(
                f"{text!r:.80} is no program's text. Give a string, or read a file with read_programs."
            )
        head = _HEAD.search(text)
        kind = (head[1] if head else "") or "solve"
        return cls(name or (head[2] if head else "") or "program", kind, parse_program(text, differ=kind == "differ"))

    @classmethod
    def of(cls, named: NamedProgram) -> Program:
        """The same of a program that was read by another part of the package."""
        return cls(named.name, named.kind, named.program)

    @property
    def body(self) -> str:
        """The canonical text, which is the same for every program that does the same, step by step."""
        return self.steps.differ_body if self.kind == "differ" else self.steps.body

    @property
    def md5(self) -> str:
        """The md5 of the body: the program's id and file name in an archive."""
        return md5(self.body)

    def run(self, task: Task, timeout: float = 1.0, memory: int = 2048) -> Outcomes:
        """Run it on every sample of a task; see ``kagglebatt.run``."""
        self.check_solver()
        return outcomes_of(self.name, self.steps, task, timeout, memory)

    def check_solver(self) -> None:
        """Raise KagglebattError for a differ, which judges grids and solves nothing."""
        if self.kind == "differ":
            raise KagglebattError(f"{self.name} is a differ, which is run on solvers' outputs. Give a solver.")

    def mutate(self, seed: int = 0, donors: Iterable[Program] = ()) -> Program:
        """A program with one typed change, the same for the same seed.

        Args:
            donors: programs whose steps may be borrowed.

        Raises:
            KagglebattError: twenty tries found no change.
        """
        mutation = mutate(self.steps, [donor.steps for donor in donors], Random(seed), self.kind == "solve")
        changed = None if mutation is None else apply_mutation(self.steps, mutation)
        if mutation is None or changed is None:
            raise KagglebattError(f"{self.name}: no mutation was found with seed {seed}. Try another seed.")
        return Program(f"{self.name.partition(' ')[0]} ~{mutation.operator}", self.kind, changed)

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<{'differ' if self.kind == 'differ' else 'solver'} {self.name}: {plural(len(self), 'step')}>"

    def _repr_html_(self) -> str:
        return block(repr(self)[1:-1], listing(self.steps))


class Programs(Sequence[Program]):
    """Programs in order, by place or by name; a notebook shows them as a table.

    >>> import kagglebatt as kb
    >>> programs = kb.read_programs("x1 = hmirror(I)\\nO = vconcat(I, x1)")
    >>> programs, programs[0]
    (<1 program: program>, <solver program: 2 steps>)

    Attributes:
        left_out: what was not read, each with its file, line and reason.
    """

    def __init__(self, programs: Iterable[Program], left_out: tuple[LeftOut, ...] = ()) -> None:
        self._programs = tuple(programs)
        self.left_out = left_out

    @overload
    def __getitem__(self, place: int | str) -> Program: ...
    @overload
    def __getitem__(self, place: slice) -> Programs: ...
    def __getitem__(self, place: int | slice | str) -> Program | Programs:
        if isinstance(place, slice):
            return Programs(self._programs[place])
        return self._by_name(place) if isinstance(place, str) else self._programs[place]

    def _by_name(self, name: str) -> Program:
        for program in self:
            if program.name == name:
                return program
        near = difflib.get_close_matches(name, [program.name for program in self], 1)
        hint = f" (closest: {near[0]})" if near else ""
        raise KagglebattError(f"none of {plural(len(self), 'program')} is called {name!r}{hint}.")

    def __iter__(self) -> Iterator[Program]:
        return iter(self._programs)

    def __len__(self) -> int:
        return len(self._programs)

    @property
    def solvers(self) -> Programs:
        """Those that are no differs."""
        return Programs(program for program in self if program.kind != "differ")

    @property
    def differs(self) -> Programs:
        """Those that are."""
        return Programs(program for program in self if program.kind == "differ")

    def __repr__(self) -> str:
        shown = ", ".join(program.name for program in self[:5])
        return f"<{plural(len(self), 'program')}: {shown}{', ...' if len(self) > 5 else ''}>"

    def _repr_html_(self) -> str:
        rows = ((each.name, each.kind, len(each), short_md5(each.md5)) for each in self)
        return block(plural(len(self), "program"), table(("name", "kind", "steps", "md5"), rows))


def read_programs(source: str | os.PathLike[str], strict: bool = False) -> Programs:
    """Read programs from a file, from every ``.py`` file of a folder, or from text.

    Text is data: it is checked against the vocabulary name by name, and never imported or executed.

    >>> import kagglebatt as kb
    >>> kb.read_programs("def solve_flip(I):\\n    O = vmirror(I)\\n    return O\\n")["flip"]
    <solver flip: 1 step>

    Args:
        source: a path; or text, which holds a line break or an assignment.
        strict: refuse all when one of them must be left out; else it is left out, with a warning that says why.

    Raises:
        ProgramError: nothing there, or nothing in it is a program; with file, line and reason.
    """
    if isinstance(source, str) and ("\n" in source or ("=" in source and not os.path.exists(source))):
        if not _HEAD.search(source):
            return Programs([Program.parse(source)])
        return _told(parse.parse_file(source, "text", strict))
    if not isinstance(source, (str, os.PathLike)):
        raise KagglebattError(f"{source!r:.80} is neither a path nor text. Give a solver file, a folder, or a string.")
    return _told(read_file.read_programs(Path(source), strict))


def _told(reading: Reading[NamedProgram]) -> Programs:
    reading.tell(warn)
    return Programs(map(Program.of, reading), reading.left_out)


def read_library() -> Programs:
    """The solvers and differs that come with the package; a solver's name is its ARC-AGI-1 training task's id.

    >>> import kagglebatt as kb
    >>> kb.read_library()["67a3c6ac"]
    <solver 67a3c6ac: 1 step>
    """
    return Programs(map(Program.of, library.read_library()))


def as_program(given: object) -> Program:
    """A program from a program or its text.

    Raises:
        ProgramError: the text is no program.
    """
    if isinstance(given, Program):
        return given
    if isinstance(given, Steps):
        return Program("program", "solve", given)
    if isinstance(given, NamedProgram):
        return Program.of(given)
    if isinstance(given, str):
        return Program.parse(given)
    raise ProgramError(f"{given!r:.80}", 0, "is no program. Give a Program or its text.")


def as_programs(given: object) -> Programs:
    """Programs from one or many programs or texts.

    Raises:
        ProgramError: something is no program.
    """
    if isinstance(given, Programs):
        return given
    if isinstance(given, Iterable) and not isinstance(given, (str, Program)):
        return Programs(map(as_program, given))
    return Programs([as_program(given)])
