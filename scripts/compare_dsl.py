"""Solvers under two renderings of the vocabulary: the package's, and the plain one of ``plain_grids``.

Both run the same plans in this process, in turn, three times each; what counts is the least of the processor
seconds. The package runs as it does in a worker; the plain primitives are called one after another by the shortest
loop, so that what the package's limits cost is the package's.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import thread_time
from typing import Any

from plain_grids import PLAIN

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.running.execute import Evaluation, Plan
from kagglebatt.running.limit import Timer
from kagglebatt.tasks.task import Task

ROUNDS = 3
NOTICEABLE_SECONDS = 0.001
"""Of the plain rendering: tasks that take less count in the totals, but are not judged one by one."""
SLOWER = 1.1

Run = Callable[[Plan, Task], None]


def run_package(clock: Timer, timeout: float) -> Run:
    """Run a solver on every pair as a worker does."""

    def run(plan: Plan, task: Task) -> None:
        for sample in task.samples:
            Evaluation(plan, (task.pairs_for(sample), sample.input, None)).run(0, timeout, clock)

    return run


def run_plain(plan: Plan, task: Task) -> None:
    """Call the plain primitives step by step; a pair ends where one raises."""
    meanings = [CONSTANTS[name] if name in CONSTANTS else PLAIN.get(name) for name in plan.names]
    for sample in task.samples:
        values: list[Any] = [task.pairs_for(sample), sample.input, None, *meanings]
        try:
            for operation, arguments in plan.calls:
                values.append(values[operation](*[values[place] for place in arguments]))
        except (ArithmeticError, LookupError, RuntimeError, StopIteration, TypeError, ValueError):
            continue


def least_seconds(runs: tuple[Run, ...], plan: Plan, task: Task) -> list[float]:
    """The least processor seconds of each way to run a task, taking turns."""
    best = [float("inf")] * len(runs)
    for _ in range(ROUNDS):
        for place, run in enumerate(runs):
            started = thread_time()
            run(plan, task)
            best[place] = min(best[place], thread_time() - started)
    return best


def compare(plans: dict[str, Plan], tasks: dict[str, Task], timeout: float, clock: Timer) -> dict[str, Any]:
    """How many times faster than the plain rendering: in all, without the slowest task, and task by task."""
    runs = (run_package(clock, timeout), run_plain)
    seconds = {name: least_seconds(runs, plan, tasks[name]) for name, plan in plans.items()}
    ratios = {name: plain / ours for name, (ours, plain) in seconds.items()}
    noticeable = {name: ratios[name] for name, (_, plain) in seconds.items() if plain >= NOTICEABLE_SECONDS}
    slowest = max(seconds, key=lambda name: seconds[name][1])
    ours, plain = (sum(pair[place] for pair in seconds.values()) for place in (0, 1))
    rest_ours, rest_plain = ours - seconds[slowest][0], plain - seconds[slowest][1]
    return {
        "tasks": len(seconds),
        "seconds": round(ours, 6),
        "plain_seconds": round(plain, 6),
        "times_faster": round(plain / ours, 3),
        "slowest": slowest,
        "times_faster_without_slowest": round(rest_plain / rest_ours if rest_ours else plain / ours, 3),
        "judged": len(noticeable),
        "median_task": round(median(noticeable.values() or ratios.values()), 3),
        "slower": {name: round(ratio, 3) for name, ratio in sorted(noticeable.items()) if ratio * SLOWER < 1},
        "per_task": {name: [round(part, 6) for part in pair] for name, pair in seconds.items()},
    }


def lines_of(figures: dict[str, Any]) -> list[str]:
    """The figures for people."""
    return [
        f"{figures['tasks']} tasks: {figures['seconds']} s, plainly {figures['plain_seconds']} s of the processor",
        f"{figures['times_faster']} times as fast; {figures['times_faster_without_slowest']} without "
        f"{figures['slowest']}; {figures['median_task']} by the median of {figures['judged']} noticeable tasks",
        f"{len(figures['slower'])} slower than plain by more than a tenth: {figures['slower'] or 'none'}",
    ]
