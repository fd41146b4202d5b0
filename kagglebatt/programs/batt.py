"""Many programs as one: shared steps, who owns which output, and taking one program out again.

A *batt* makes no call twice; each *output* belongs to one candidate and names its owners, the programs that were
dealt into it. The batt file is readable text with two functions, ``batt`` for the solvers and ``differs`` for the
differs that judge them, and is parsed by the same grammar as every other program.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kagglebatt.errors import ProgramError
from kagglebatt.programs.parse import ignored
from kagglebatt.programs.program import Program, Step, addresses, extract, type_of
from kagglebatt.programs.steps import read_steps
from kagglebatt.programs.text import MAX_LINES, parse_module

FORMAT = 1
"""Number of the batt file's format; a file with a higher one is refused."""

_OWNER = re.compile(r"[\w.+-]{1,80}( ~[\w-]{1,40})?")


@dataclass(frozen=True, slots=True)
class Output:
    """One candidate: the step that computes it, and the names of the programs that it stands for."""

    step: int
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Batt:
    """Merged steps and their outputs; no two outputs have the same address."""

    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The address of every step."""
        return addresses(self.steps)

    @cached_property
    def candidates(self) -> tuple[Program, ...]:
        """The canonical program of every output, in order."""
        return tuple(self.take(place) for place in range(len(self.outputs)))

    def take(self, place: int) -> Program:
        """The canonical program behind output ``place``: what was dealt in, alone again."""
        return extract(self.steps, self.addresses, self.outputs[place].step)

    def only(self, places: Iterable[int]) -> Batt:
        """A smaller batt with just these outputs."""
        return deal((self.outputs[place].owners, self.candidates[place]) for place in places)


@dataclass(frozen=True)
class Hand:
    """What one iteration runs: the solvers' batt and the differs' batt."""

    solvers: Batt
    differs: Batt


def deal(programs: Iterable[tuple[Sequence[str], Program]]) -> Batt:
    """Merge (owners, program) pairs into one batt in which equal calls are made once.

    Programs with equal addresses become one output with all their owners.

    >>> from kagglebatt.programs.parse import parse_program
    >>> a = parse_program("x1 = hmirror(I); O = vconcat(I, x1)")
    >>> b = parse_program("x1 = hmirror(I); O = vmirror(x1)")
    >>> batt = deal([(["a"], a), (["b"], b)])
    >>> len(batt.steps), batt.take(1) == b
    (3, True)
    """
    places: dict[str, int] = {}
    steps: list[Step] = []
    owners: dict[int, dict[str, None]] = {}
    for names, program in programs:
        canonical = program.canonical
        for step, address in zip(canonical.steps, canonical.addresses, strict=True):
            if address not in places:
                local = {ref: places[canonical.addresses[ref]] for ref in step.refs if isinstance(ref, int)}
                places[address] = len(steps)
                steps.append(step.moved(local))
        owners.setdefault(places[canonical.address], {}).update(dict.fromkeys(names))
    return Batt(tuple(steps), tuple(Output(step, tuple(names)) for step, names in owners.items()))


def write(hand: Hand, note: str = "") -> str:
    """The batt file's text; ``read`` gives back an equal hand.

    Args:
        note: one line of plain words for the reader, such as the seed.
    """
    counts = f"{len(hand.solvers.outputs)} candidates, {len(hand.differs.outputs)} differs"
    head = f"kagglebatt batt, format {FORMAT}: {counts}{'; ' + note if note else ''}."
    return f'"""{head}"""\n\n\n{_write_one("batt", hand.solvers)}\n\n{_write_one("differs", hand.differs)}'


def _write_one(name: str, batt: Batt) -> str:
    lines = [f"def {name}(S, I, C):"]
    for place, step in enumerate(batt.steps):
        operation, *arguments = (f"t{ref + 1}" if isinstance(ref, int) else ref for ref in step.refs)
        kind = type_of(place, batt.steps)
        comment = "" if kind == "Any" else f"  # {kind}"
        lines.append(f"    t{place + 1} = {operation}({', '.join(arguments)}){comment}")
    lines.append("    return [")
    lines += [f"        (t{output.step + 1}, {', '.join(map(repr, output.owners))})," for output in batt.outputs]
    return "\n".join([*lines, "    ]", ""])


def read(text: str, source: str) -> Hand:
    """Parse a batt file; nothing in it is executed.

    Raises:
        ProgramError: a newer format, or anything outside the grammar.
    """
    match = re.match(r'"""kagglebatt batt, format (\d{1,6})\b', text)
    if match and int(match[1]) > FORMAT:
        raise ProgramError(
            source, 1, f"is a batt of format {match[1]}; this kagglebatt reads up to {FORMAT}. Update it."
        )
    batts: dict[str, Batt] = {}
    for statement in parse_module(text, source):
        if ignored(statement) is not None:
            continue
        if not isinstance(statement, ast.FunctionDef) or statement.name not in ("batt", "differs"):
            raise ProgramError(source, statement.lineno, "a batt file holds the functions 'batt' and 'differs' only.")
        if [argument.arg for argument in statement.args.args] != ["S", "I", "C"] or statement.decorator_list:
            raise ProgramError(source, statement.lineno, f"{statement.name} must take (S, I, C), without decorators.")
        if statement.name in batts:
            raise ProgramError(source, statement.lineno, f"{statement.name} is defined twice. Remove one.")
        inputs = ("S", "I") if statement.name == "batt" else ("S", "I", "C")
        batts[statement.name] = _read_one(statement, source, inputs)
    if "batt" not in batts:
        raise ProgramError(source, 0, "has no function 'batt'. Deal one with `kagglebatt card`.")
    return Hand(batts["batt"], batts.get("differs", Batt((), ())))


def _read_one(node: ast.FunctionDef, source: str, inputs: tuple[str, ...]) -> Batt:
    *body, returned = node.body
    if not (isinstance(returned, ast.Return) and isinstance(returned.value, ast.List)):
        raise ProgramError(source, returned.lineno, f"{node.name} must end with 'return [(step, owner), ...]'.")
    entries = returned.value.elts
    if not body and not entries:
        return Batt((), ())
    program = read_steps(body, source, inputs, None, MAX_LINES)
    targets = [statement.targets[0] for statement in body if isinstance(statement, ast.Assign)]
    names = {target.id: place for place, target in enumerate(targets) if isinstance(target, ast.Name)}
    outputs = [_read_output(entry, names, source) for entry in entries]
    # Dealt again rather than trusted: a file edited by hand may repeat calls or keep steps that nobody owns.
    step_addresses = program.addresses
    return deal((output.owners, extract(program.steps, step_addresses, output.step)) for output in outputs)


def _read_output(entry: ast.expr, names: dict[str, int], source: str) -> Output:
    first, *rest = entry.elts if isinstance(entry, ast.Tuple) else [entry]
    if not isinstance(first, ast.Name) or not rest:
        raise ProgramError(source, entry.lineno, "an output is written as (step, 'owner', ...).")
    owners = [node.value for node in rest if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if len(owners) != len(rest) or not all(_OWNER.fullmatch(owner) for owner in owners):
        raise ProgramError(source, entry.lineno, "owners are short names in quotes, such as '007bbfb7'.")
    if first.id not in names:
        raise ProgramError(source, entry.lineno, f"unknown step {first.id[:60]!r}.")
    return Output(names[first.id], tuple(owners))
