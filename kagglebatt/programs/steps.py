"""The grammar of a step: one assignment a line, each a single call of a name on names; and the way out of others.

Names are looked up in the vocabulary; nothing here imports, compiles or executes what was written.
"""

from __future__ import annotations

import ast
import difflib
from typing import Any

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.errors import ProgramError
from kagglebatt.programs.program import INPUTS, Program, Ref, Step

MAX_STEPS = 10_000
"""More steps than this in one function are refused."""


def read_steps(
    statements: list[ast.stmt], source: str, inputs: tuple[str, ...], output: str | None, most: int = MAX_STEPS
) -> Program:
    """The steps that a list of assignments writes down.

    Args:
        output: the variable whose value is the program's; the last one that is assigned when None. Steps after it
            are not part of the program.
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
    if output is not None and output not in variables:
        raise ProgramError(source, line, f"the last step must be assigned to {output[:60]}, which is returned.")
    return Program(tuple(steps if output is None else steps[: variables[output] + 1]))


def _assignment(statement: ast.stmt, source: str) -> tuple[str, ast.Call]:
    if not isinstance(statement, ast.Assign):
        raise ProgramError(
            source, statement.lineno, f"{what(statement)} is not allowed; each line is 'x = primitive(...)'."
        )
    target, value = statement.targets[0], statement.value
    if len(statement.targets) != 1 or not isinstance(target, ast.Name):
        raise ProgramError(source, statement.lineno, "a step assigns one plain name.")
    if not isinstance(value, ast.Call):
        raise ProgramError(
            source,
            statement.lineno,
            f"{what(value)} is not allowed; a step is one call of a primitive{_way_out(value)}.",
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
            source,
            node.lineno,
            f"{what(node)} is not allowed; operations and arguments are plain names{_way_out(node)}.",
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


def _way_out(node: ast.expr) -> str:
    """What to write instead, as the end of a sentence; nothing where there is no short answer."""
    if isinstance(node, ast.Name):
        return f": write identity({node.id[:40]})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return f": give the inner {node.func.id[:40]}(...) a line of its own, and its name here"
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""
    if (name := _constant(value)) is not None:
        return f": write {name} for {value!r}, as an argument"
    if isinstance(value, tuple) and len(value) == 2 and all(map(_constant, value)):
        return f": write astuple({_constant(value[0])}, {_constant(value[1])}) on a line of its own"
    return " (`kagglebatt primitives --constants` lists the constants)" if type(value) in (bool, int, tuple) else ""


def _constant(value: Any) -> str | None:
    """The name of the constant that has this value, and its type: ``True`` is not 1."""
    return next((name for name, own in CONSTANTS.items() if repr(own) == repr(value)), None)


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
    ast.Name: "a name alone",
    ast.Call: "a nested call",
    ast.Starred: "argument unpacking",
    ast.ClassDef: "a class",
    ast.Expr: "a bare expression",
    ast.Return: "an early return",
}


def what(node: ast.AST) -> str:
    """What a piece of syntax is, in words."""
    return _WORDS.get(type(node), f"{type(node).__name__!r}")
