"""Reading program text: solver files, differ files and batt files are data, checked name by name.

The grammar: functions of straight-line code, one assignment a line, each a single call of a name on names. The
star-imports that solver files of the ARC community start with are accepted and ignored; anything else is refused
with file, line, what is wrong and the nearest valid name. Nothing here imports, compiles or executes the text.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.errors import ProgramError
from kagglebatt.programs.program import INPUTS, Program, Ref, Step

MAX_TEXT_BYTES = 4_000_000
"""Longer text is refused unread; 400 solvers take about 0.25 MB."""
MAX_LINES = 100_000
"""So is text of more lines."""
MAX_COMMAS = 200_000
"""And text with more commas, which would be minutes of parsing."""
MAX_MARKS = 80_000
"""And text with more marks that nest expressions: 150,000 dots in a row end a Python 3.10 process."""
MAX_STEPS = 10_000
"""More steps than this in one function are refused."""

_SIGNATURES = (["I"], ["S", "I", "C"])
_STAR_MODULES = ("dsl", "constants")
_NESTING_MARKS = ".([+-*/%@<>&|^"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NamedProgram:
    """A program with the name it was filed under, without its ``solve_`` or ``differ_`` prefix."""

    name: str
    kind: str
    program: Program


def read_text(path: Path) -> str:
    """The text of a program file.

    Raises:
        ProgramError: unreadable, over ``MAX_TEXT_BYTES``, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TEXT_BYTES + 1)
        if len(content) > MAX_TEXT_BYTES:
            size = max(path.stat().st_size, len(content))
            raise ProgramError(
                str(path), 0, f"has {size:,} bytes, more than the {MAX_TEXT_BYTES:,} a program file may have."
            )
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ProgramError(str(path), 0, f"cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise ProgramError(
            str(path), 0, f"is not text in UTF-8 (byte {error.start}). It is no program file."
        ) from error


def parse_module(text: str, source: str) -> list[ast.stmt]:
    """The statements of ``text``, without its docstring and the two star-imports.

    Raises:
        ProgramError: too long, too intricate, not Python syntax, or an import of anything else.
    """
    _refuse_noise(text, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of strange strings: one message is enough
            statements = ast.parse(text).body
    except SyntaxError as error:
        problem = error.msg.partition(":" if "limit (" in error.msg else ";")[0]
        raise ProgramError(source, error.lineno or 0, f"is not a program: {problem}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProgramError(source, 0, f"is not a program: {str(error) or 'nested too deeply'}.") from error
    return [statement for statement in statements if not _is_preamble(statement, source)]


def _refuse_noise(text: str, source: str) -> None:
    """Refuse text that no program is as long as, before a parser spends time and memory on it."""
    counts = {
        "characters": (len(text), MAX_TEXT_BYTES),
        "lines": (text.count("\n"), MAX_LINES),
        "commas": (text.count(","), MAX_COMMAS),
        "dots, brackets and operators": (sum(map(text.count, _NESTING_MARKS)), MAX_MARKS),
    }
    for what, (count, most) in counts.items():
        if count > most:
            raise ProgramError(source, 0, f"has {count:,} {what}, more than the {most:,} a program may have.")
    if "\0" in text:
        raise ProgramError(source, text.count("\n", 0, text.index("\0")) + 1, "holds a null byte. It is no program.")


def parse_file(text: str, source: str) -> tuple[NamedProgram, ...]:
    """Every function of a solver or differ file, in order.

    A function's name starts with ``solve`` (a solver, which may not mention ``C``) or ``differ``; its parameters
    are ``(I)`` or ``(S, I, C)``.

    Raises:
        ProgramError: anything outside the grammar, or a name used twice; with file, line and remedy.
    """
    programs: dict[tuple[str, str], NamedProgram] = {}
    for statement in parse_module(text, source):
        if not isinstance(statement, ast.FunctionDef):
            raise ProgramError(
                source, statement.lineno, f"{_what(statement)} is not allowed; a program file holds functions only."
            )
        named = _function(statement, source)
        if (named.kind, named.name) in programs:
            raise ProgramError(source, statement.lineno, f"{statement.name} is defined twice. Rename or remove one.")
        programs[named.kind, named.name] = named
    return tuple(programs.values())


def parse_program(text: str, source: str = "program", differ: bool = False) -> Program:
    """One program from a function definition, or from bare assignments as in ``x1 = hmirror(I); O = vconcat(I, x1)``.

    >>> parse_program("x1 = hmirror(I); O = vconcat(I, x1)").steps[1]
    Step(operation='vconcat', arguments=('I', 0))

    Raises:
        ProgramError: anything outside the grammar.
    """
    statements = parse_module(text, source)
    if len(statements) == 1 and isinstance(statements[0], ast.FunctionDef):
        return _function(statements[0], source).program
    return read_steps(statements, source, INPUTS if differ else INPUTS[:2], "O")


def read_programs(path: Path) -> tuple[NamedProgram, ...]:
    """The programs of a file, or of every ``.py`` file of a folder in the order of their names.

    A function that is called just ``solve`` or ``differ`` takes its file's name.

    Raises:
        ProgramError: nothing there, or a file outside the grammar.
    """
    files = sorted(file for file in path.glob("*.py") if not file.is_dir()) if path.is_dir() else [path]
    found: dict[tuple[str, str], NamedProgram] = {}
    for file in files:
        for named in parse_file(read_text(file), str(file)):
            name = named.name or re.sub(r"[^\w.+-]", "_", file.stem)[:_LONGEST_NAME]
            if (named.kind, name) in found:
                raise ProgramError(
                    str(file), 0, f"defines {named.kind} {name!r}, as an earlier file of the folder does."
                )
            found[named.kind, name] = NamedProgram(name, named.kind, named.program)
    if not found:
        raise ProgramError(str(path), 0, "holds no programs. Give a solver file, or a folder of .py files with them.")
    return tuple(found.values())


def read_steps(
    statements: list[ast.stmt], source: str, inputs: tuple[str, ...], output: str | None, most: int = MAX_STEPS
) -> Program:
    """The steps that a list of assignments writes down.

    Args:
        output: the variable that the last assignment must set; None where any will do.
        most: more steps are refused.
    """
    variables: dict[str, int] = {}
    steps: list[Step] = []
    if len(statements) > most:
        raise ProgramError(
            source, statements[0].lineno, f"has {len(statements):,} steps, more than the {most:,} allowed."
        )
    for statement in statements:
        target, call = _assignment(statement, source)
        if target in variables or target in PRIMITIVES or target in CONSTANTS or target in INPUTS:
            raise ProgramError(source, statement.lineno, f"{target!r} is assigned again; every name is given once.")
        steps.append(_step(call, variables, inputs, source))
        variables[target] = len(steps) - 1
    line = statements[-1].lineno if statements else 0
    if not steps:
        raise ProgramError(source, line, "holds no steps.")
    if output is not None and variables.get(output) != len(steps) - 1:
        raise ProgramError(source, line, f"the last step must be assigned to {output}.")
    return Program(tuple(steps))


def _is_preamble(statement: ast.stmt, source: str) -> bool:
    if isinstance(statement, ast.ImportFrom):
        star = [alias.name for alias in statement.names] == ["*"]
        if star and statement.module in _STAR_MODULES and not statement.level:
            return True
        raise ProgramError(
            source, statement.lineno, f"an import of {statement.module or '.'!r} is not allowed. Remove it."
        )
    if isinstance(statement, ast.Import):
        names = ", ".join(alias.name for alias in statement.names)
        raise ProgramError(source, statement.lineno, f"an import of {names!r} is not allowed. Remove it.")
    return _is_text(statement)


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _function(node: ast.FunctionDef, source: str) -> NamedProgram:
    kind = next(
        (prefix for prefix in ("solve", "differ") if node.name == prefix or node.name.startswith(prefix + "_")), None
    )
    if kind is None:
        raise ProgramError(
            source, node.lineno, f"the function {node.name[:60]!r} must be named solve_... or differ_...."
        )
    if len(node.name) > len(kind) + 1 + _LONGEST_NAME:
        raise ProgramError(source, node.lineno, f"a function's name has {len(node.name):,} characters. Shorten it.")
    given = node.args
    names = [argument.arg for argument in given.args]
    plain = not (given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults)
    types = [argument.annotation for argument in given.args] + [node.returns]
    if not all(kind_of is None or isinstance(kind_of, ast.Name) for kind_of in types):
        raise ProgramError(source, node.lineno, f"{node.name} has a type that is not a plain name. Remove it.")
    if names not in _SIGNATURES or not plain or node.decorator_list:
        raise ProgramError(
            source, node.lineno, f"{node.name} must take (I) or (S, I, C), without defaults or decorators."
        )
    inputs = tuple(names) if kind == "differ" else tuple(name for name in names if name != "C")
    described = _is_text(node.body[0]) and len(node.body) > 1
    *body, returned = node.body[1:] if described else node.body
    if not (isinstance(returned, ast.Return) and isinstance(returned.value, ast.Name) and returned.value.id == "O"):
        raise ProgramError(source, returned.lineno, f"{node.name} must end with 'return O'.")
    program = read_steps(body, source, inputs, "O")
    return NamedProgram(node.name[len(kind) :].removeprefix("_"), kind, program)


def _assignment(statement: ast.stmt, source: str) -> tuple[str, ast.Call]:
    if not isinstance(statement, ast.Assign):
        raise ProgramError(
            source, statement.lineno, f"{_what(statement)} is not allowed; each line is 'x = primitive(...)'."
        )
    target, value = statement.targets[0], statement.value
    if len(statement.targets) != 1 or not isinstance(target, ast.Name):
        raise ProgramError(source, statement.lineno, "a step assigns one plain name.")
    if not isinstance(value, ast.Call):
        raise ProgramError(
            source, statement.lineno, f"{_what(value)} is not allowed; a step is one call of a primitive."
        )
    return target.id, value


def _step(call: ast.Call, variables: dict[str, int], inputs: tuple[str, ...], source: str) -> Step:
    if call.keywords:
        raise ProgramError(source, call.lineno, "keyword arguments are not allowed; pass them by position.")
    operation, *arguments = (_ref(node, variables, inputs, source) for node in (call.func, *call.args[:5]))
    count = len(call.args)
    if isinstance(operation, str):
        if operation not in PRIMITIVES:
            raise ProgramError(source, call.lineno, f"{operation!r} is not a primitive, so it cannot be called.")
        arity = PRIMITIVES[operation].arity
        if count != arity:
            raise ProgramError(
                source, call.lineno, f"{operation} takes {arity} argument{'s' * (arity > 1)}, not {count:,}."
            )
    elif not 1 <= count <= 4:
        raise ProgramError(
            source, call.lineno, f"a step's value is called with {count:,} arguments; 1 to 4 are possible."
        )
    return Step(operation, tuple(arguments))


def _ref(node: ast.expr, variables: dict[str, int], inputs: tuple[str, ...], source: str) -> Ref:
    if not isinstance(node, ast.Name):
        raise ProgramError(
            source, node.lineno, f"{_what(node)} is not allowed; operations and arguments are plain names."
        )
    name = node.id
    if name in variables:
        return variables[name]
    if name in inputs or name in CONSTANTS or name in PRIMITIVES:
        return name
    if name in INPUTS:
        raise ProgramError(
            source, node.lineno, f"{name} is not available here; this program may read {', '.join(inputs)}."
        )
    near = difflib.get_close_matches(name, [*PRIMITIVES, *CONSTANTS, *inputs, *variables], 1)
    hint = f" (closest: {near[0]})" if near else ""
    raise ProgramError(source, node.lineno, f"unknown name {name[:60]!r}{hint}.")


_WORDS: dict[type[ast.AST], str] = {
    ast.Assign: "an assignment",
    ast.AnnAssign: "an assignment with a type",
    ast.AugAssign: "an assignment to what a name has already",
    ast.NamedExpr: "an assignment within an expression",
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "an asynchronous function",
    ast.If: "an 'if'",
    ast.For: "a loop",
    ast.While: "a loop",
    ast.Tuple: "a tuple",
    ast.List: "a list",
    ast.BinOp: "an operator",
    ast.UnaryOp: "an operator",
    ast.BoolOp: "an operator",
    ast.Compare: "a comparison",
    ast.Subscript: "a subscript",
    ast.JoinedStr: "a formatted string",
    ast.Attribute: "an attribute access",
    ast.Lambda: "a lambda",
    ast.Constant: "a literal",
    ast.Call: "a nested call",
    ast.Starred: "argument unpacking",
    ast.ClassDef: "a class",
    ast.Expr: "a bare expression",
    ast.Return: "an early return",
}


def _what(node: ast.AST) -> str:
    return _WORDS.get(type(node), f"{type(node).__name__!r}")
