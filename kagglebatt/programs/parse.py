"""Reading program text: solver files, differ files and batt files are data, checked name by name.

A file holds functions of straight-line code, see ``steps``. What cannot hold a program, such as an import, is ignored;
any other statement, and any function outside the grammar, is left out, with its line and the reason, and costs nothing
but itself. Nothing here imports, compiles or executes the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kagglebatt.errors import ProgramError
from kagglebatt.programs.program import INPUTS, Program
from kagglebatt.programs.steps import read_steps, what
from kagglebatt.programs.text import parse_module, parse_pieces
from kagglebatt.reading import LeftOut, Reading, checked

_PREFIXES = ("solve", "verify", "differ")
_VERIFY = "verify_"
_SIGNATURES = (["I"], ["S", "I", "C"])
_VOCABULARY = ("dsl", "constants", "arc_types")
"""Modules that solver files of the ARC community begin with; that these are ignored need not be said."""

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NamedProgram:
    """A program with the name it was filed under, without its ``solve_``, ``verify_`` or ``differ_`` prefix.

    Attributes:
        source: the file that it was read from.
    """

    name: str
    kind: str
    program: Program
    source: str = ""

    @property
    def task(self) -> str:
        """Id of the task that it is of, as far as its name tells."""
        return self.name.removeprefix(_VERIFY)


def refused(fault: LeftOut) -> ProgramError:
    """What was left out, as an error."""
    return ProgramError(fault.source, fault.line, fault.reason)


def nothing_in(source: str) -> LeftOut:
    """A file or folder without any program."""
    return LeftOut(source, 0, "holds no programs. Give a solver file, or a folder of .py files with them.")


def parse_file(text: str, source: str, strict: bool = False) -> Reading[NamedProgram]:
    """Every function of a solver or differ file, in order.

    A function whose name starts with ``differ`` is a differ; any other is a solver, which may not mention ``C``. Its
    parameters are ``(I)`` or ``(S, I, C)``. A solver called ``verify_x`` is named ``x``, unless a ``solve_x`` is there.

    Args:
        strict: refuse the file when anything was left out.

    Raises:
        ProgramError: nothing in it is a program, or something is not and ``strict`` is set.
    """
    found = parse_leniently(text, source)
    reading = Reading(with_short_names(found), found.left_out, found.ignored)
    return checked(reading, strict, refused, nothing_in(source))


def parse_leniently(text: str, source: str) -> Reading[NamedProgram]:
    """As ``parse_file``, with full names of ``verify_`` functions; a text without programs is an empty reading.

    Raises:
        ProgramError: the text is too long or too intricate to be looked at.
    """
    statements, left_out = parse_pieces(text, source)
    found: dict[tuple[str, str], NamedProgram] = {}
    passed_over: list[str] = []
    for statement in statements:
        if (words := ignored(statement)) is not None:
            passed_over += words
            continue
        try:
            named = _named(statement, source)
            if (named.kind, named.name) in found:
                written = getattr(statement, "name", "")
                raise ProgramError(source, statement.lineno, f"{written} is defined twice. Rename or remove one.")
            found[named.kind, named.name] = named
        except ProgramError as error:
            left_out.append(LeftOut(source, error.line, error.problem))
    return Reading(found.values(), sorted(left_out, key=lambda fault: fault.line), passed_over)


def with_short_names(found: Iterable[NamedProgram]) -> Iterator[NamedProgram]:
    """Programs called ``verify_x`` as ``x``, where nothing else has that name."""
    found = tuple(found)
    taken = {(each.kind, each.name) for each in found}
    for each in found:
        yield each if (each.kind, each.task) in taken else replace(each, name=each.task)


def parse_program(text: str, source: str = "program", differ: bool = False) -> Program:
    """One program from a function definition, or from bare assignments as in ``x1 = hmirror(I); O = vconcat(I, x1)``.

    >>> parse_program("x1 = hmirror(I); O = vconcat(I, x1)").steps[1]
    Step(operation='vconcat', arguments=('I', 0))

    Raises:
        ProgramError: anything outside the grammar.
    """
    statements = [each for each in parse_module(text, source) if ignored(each) is None]
    if len(statements) == 1 and isinstance(statements[0], ast.FunctionDef):
        return _function(statements[0], source).program
    assigned = {
        target.id
        for each in statements
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return read_steps(statements, source, INPUTS if differ else INPUTS[:2], "O" if "O" in assigned else None)


def ignored(statement: ast.stmt) -> list[str] | None:
    """What is to be said of a statement that cannot hold a program; None for one that has to be looked at."""
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        star = [alias.name for alias in statement.names] == ["*"]
        return [] if star and module.lstrip(".") in _VOCABULARY else [f"import of {module[:60]}"]
    if isinstance(statement, ast.Import):
        return [f"import of {alias.name[:60]}" for alias in statement.names]
    if isinstance(statement, ast.If) and isinstance(statement.test, ast.Compare):
        left = statement.test.left
        return ["if __name__ == ..."] if isinstance(left, ast.Name) and left.id == "__name__" else None
    if isinstance(statement, ast.Try):
        inner = [ignored(each) for each in (*statement.body, *(x for h in statement.handlers for x in h.body))]
        return None if None in inner else [word for words in inner for word in words or ()]
    return [] if isinstance(statement, ast.Pass) or _is_text(statement) else None


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _named(statement: ast.stmt, source: str) -> NamedProgram:
    if not isinstance(statement, ast.FunctionDef):
        raise ProgramError(
            source, statement.lineno, f"{what(statement)} is not allowed; a program file holds functions only."
        )
    return _function(statement, source)


def _function(node: ast.FunctionDef, source: str) -> NamedProgram:
    prefix = next((each for each in _PREFIXES if node.name == each or node.name.startswith(each + "_")), "")
    if len(node.name) > len(prefix) + 1 + LONGEST_NAME:
        raise ProgramError(source, node.lineno, f"a function's name has {len(node.name):,} characters. Shorten it.")
    kind = "differ" if prefix == "differ" else "solve"
    inputs = _inputs(node, kind, source)
    described = _is_text(node.body[0]) and len(node.body) > 1
    *body, returned = node.body[1:] if described else node.body
    if not (isinstance(returned, ast.Return) and isinstance(returned.value, ast.Name)) or returned.value.id in inputs:
        raise ProgramError(
            source, returned.lineno,
            f"{node.name[:60]} must end with 'return O', or of another step; O = identity(I) is one.",
        )  # fmt: skip
    program = read_steps(body, source, inputs, returned.value.id)
    name = node.name[len(prefix) :].removeprefix("_") if prefix else node.name
    return NamedProgram(_VERIFY + name if prefix == "verify" and name else name, kind, program, source)


def _inputs(node: ast.FunctionDef, kind: str, source: str) -> tuple[str, ...]:
    """The inputs that a function's steps may mention."""
    given = node.args
    names = [argument.arg for argument in given.args]
    plain = not (given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults)
    types = [argument.annotation for argument in given.args] + [node.returns]
    if not all(kind_of is None or isinstance(kind_of, ast.Name) for kind_of in types):
        raise ProgramError(source, node.lineno, f"{node.name[:60]} has a type that is not a plain name. Remove it.")
    if names not in _SIGNATURES or not plain or node.decorator_list:
        raise ProgramError(
            source, node.lineno, f"{node.name[:60]} must take (I) or (S, I, C), without defaults or decorators."
        )
    return tuple(names) if kind == "differ" else tuple(name for name in names if name != "C")
