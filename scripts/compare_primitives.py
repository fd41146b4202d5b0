"""Each primitive alone under two renderings of the vocabulary: the package's, and the plain one of ``plain_grids``.

It is called with what the shipped solvers pass it on grids of their tasks, and with the arguments of the vectors.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from typing import Any

from check_vectors import decode
from plain_grids import PLAIN

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import VOCABULARY
from kagglebatt.running.execute import Plan
from kagglebatt.tasks.task import Task

VECTORS = Path(__file__).parents[1] / "tests" / "data" / "vectors.jsonl"
PACKAGE: dict[str, Callable[..., Any]] = {name: primitive.fn for name, primitive in VOCABULARY.items()}
MOST_CASES = 40
ROUNDS, CALLS = 3, 20

Case = tuple[list[Any], list[Any]]
"""The arguments in the package's rendering and in the plain one: functions among them differ."""
Cases = dict[str, list[Case]]


def cases_of_solvers(plans: dict[str, Plan], tasks: dict[str, Task]) -> Cases:
    """What solvers pass to primitives on their last pair, some of it."""
    cases: Cases = defaultdict(list)
    values: list[Any]
    for name, plan in plans.items():
        sample = tasks[name].samples[-1]
        inputs: list[Any] = [tasks[name].pairs_for(sample), sample.input, None]
        sides = [[*inputs, *(CONSTANTS.get(each, side.get(each)) for each in plan.names)] for side in (PACKAGE, PLAIN)]
        for operation, places in plan.calls:
            ours, plain = ([values[place] for place in places] for values in sides)
            called = plan.names[operation - len(inputs)] if operation < plan.first else ""
            if called in PLAIN and len(cases[called]) < MOST_CASES:
                cases[called].append((ours, plain))
            try:
                for values in sides:
                    values.append(values[operation](*[values[place] for place in places]))
            except (TypeError, ValueError, LookupError, StopIteration):
                break
    return cases


def cases_of_vectors(path: Path = VECTORS) -> Cases:
    """The arguments of vectors; of combinators only what they make is timed, not what that gives."""
    cases: Cases = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        vector = json.loads(line)
        ours, plain = ([decode(argument, side) for argument in vector["args"]] for side in (PACKAGE, PLAIN))
        cases[vector["fn"]].append((ours, plain))
    return cases


def seconds_of(function: Callable[..., Any], arguments: list[Any]) -> float:
    """Processor seconds of twenty calls."""
    started = thread_time()
    for _ in range(CALLS):
        function(*arguments)
    return thread_time() - started


def compare_primitive(name: str, cases: list[Case]) -> tuple[float, float]:
    """Microseconds of a call under either rendering, by the mean over cases of the least of three, taking turns."""
    totals = [0.0, 0.0]
    for case in cases:
        best = [float("inf")] * 2
        for _ in range(ROUNDS):
            for place, function in enumerate((PACKAGE[name], PLAIN[name])):
                best[place] = min(best[place], seconds_of(function, case[place]))
        totals = [total + least for total, least in zip(totals, best, strict=True)]
    ours, plain = (total / CALLS / len(cases) * 1e6 for total in totals)
    return ours, plain


def compare_primitives(plans: dict[str, Plan], tasks: dict[str, Task]) -> dict[str, list[float]]:
    """For each primitive the microseconds of a call: the package's, plainly, and how many times as fast that is."""
    solvers, vectors = cases_of_solvers(plans, tasks), cases_of_vectors()
    figures = {}
    for name in VOCABULARY:
        ours, plain = compare_primitive(name, solvers.get(name, []) + vectors[name])
        figures[name] = [round(ours, 3), round(plain, 3), round(plain / ours, 3)]
    return figures


def primitive_lines(figures: dict[str, list[float]]) -> list[str]:
    """The figures for people, the slowest in comparison first."""
    rows = sorted(figures.items(), key=lambda row: row[1][2])
    return [
        f"{name:12s} {ours:9.2f} us  plainly {plain:9.2f}  {ratio:6.2f} times" for name, (ours, plain, ratio) in rows
    ]
