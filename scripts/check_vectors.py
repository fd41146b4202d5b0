"""Run a file of test vectors against the vocabulary: ``python scripts/check_vectors.py FILE.jsonl``.

Each line is ``{"fn": NAME, "args": [...], "expected": VALUE}``, with ``"then": [...]`` for a combinator whose
result is called. Values: a number, true, false, null, ``{"t": [...]}`` tuple, ``{"f": [...]}`` frozenset,
``{"g": ["012", ...]}`` rows of digits, ``{"fn": NAME}`` a primitive, ``{"call": [NAME, ...]}`` what a combinator
returns. A vector passes when the result equals ``expected`` and has the same types all the way down.
Prints each failure on stderr and ``N passed, N failed`` on stdout; exits 1 when any failed, 2 for a bad file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kagglebatt.dsl.registry import PRIMITIVES

FUNCTIONS: dict[str, Callable[..., Any]] = {name: primitive.fn for name, primitive in PRIMITIVES.items()}


def decode(value: Any, functions: Mapping[str, Callable[..., Any]] = FUNCTIONS) -> Any:
    """The Python value that a vector's JSON stands for."""
    if not isinstance(value, dict):
        return value
    ((tag, body),) = value.items()
    if tag == "g":
        return tuple(tuple(map(int, row)) for row in body)
    if tag == "fn":
        return functions[body]
    if tag == "call":
        return functions[body[0]](*[decode(argument, functions) for argument in body[1:]])
    return {"t": tuple, "f": frozenset}[tag](decode(member, functions) for member in body)


def typed(value: Any) -> Any:
    """The value with every member's type written beside it, so that ``True`` and ``1`` are told apart."""
    if isinstance(value, tuple):
        return (type(value).__name__, tuple(typed(member) for member in value))
    if isinstance(value, frozenset):
        return (type(value).__name__, frozenset(typed(member) for member in value))
    return (type(value).__name__, value)


def outcome(vector: dict[str, Any], functions: Mapping[str, Callable[..., Any]] = FUNCTIONS) -> str | None:
    """None when the vector passes, else what was seen instead."""
    expected = decode(vector["expected"], functions)
    try:
        result = functions[vector["fn"]](*[decode(argument, functions) for argument in vector["args"]])
        if "then" in vector:
            result = result(*[decode(argument, functions) for argument in vector["then"]])
    except Exception as error:  # noqa: BLE001 - a primitive under test may raise anything; it is reported
        return f"raised {type(error).__name__}: {error}"
    return None if typed(result) == typed(expected) else f"gave {result!r}, expected {expected!r}"


def failures(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """(line number, primitive, what was seen) for each vector that does not pass."""
    for number, line in enumerate(lines, 1):
        vector = json.loads(line)
        problem = outcome(vector)
        if problem is not None:
            yield number, vector["fn"], problem


def main(arguments: list[str]) -> int:
    """Check one file; returns the exit code."""
    if len(arguments) != 1:
        print("usage: check_vectors.py FILE.jsonl", file=sys.stderr)
        return 2
    try:
        lines = [line for line in Path(arguments[0]).read_text("utf-8-sig").split("\n") if line.strip()]
        failed = list(failures(lines))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        print(f"{arguments[0]}: not a file of vectors ({type(error).__name__}: {error})", file=sys.stderr)
        return 2
    for number, name, problem in failed:
        print(f"line {number} {name}: {problem[:300]}", file=sys.stderr)
    print(f"{len(lines) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
