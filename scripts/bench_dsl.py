"""Time a solver file over its tasks: ``python scripts/bench_dsl.py SOLVERS.py [--dataset NAME] [--json]``.

Each solver runs alone, sequentially, once on every demo and test pair of the task it is named after; what is timed
is the run itself, without reading files, parsing, or comparing. Prints how many tasks were solved on every pair,
which were not, and the seconds, in total and for the slowest tasks; ``--json`` prints one document instead, with
``tasks, pairs, solved, failed`` (ids)``, seconds, per_task`` (id to seconds). A pair counts as failed when the
answer is wrong, a step raises, or ``--timeout`` seconds have passed.

``--plain`` runs the same solvers under a plain rendering of the vocabulary as well and prints how much faster the
package is (``compare_dsl.py``); ``--primitives`` does so for each primitive alone (``compare_primitives.py``).
"""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import click
from compare_dsl import compare, lines_of
from compare_primitives import compare_primitives, primitive_lines

from kagglebatt.errors import KagglebattError
from kagglebatt.programs.batt import deal
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.read_file import read_programs
from kagglebatt.running.execute import Evaluation, Plan, prepare
from kagglebatt.running.limit import Limits, Timer, contained, timer
from kagglebatt.running.outcome import Kind
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task


def bench_task(plan: Plan, task: Task, timeout: float, clock: Timer) -> tuple[bool, float]:
    """Whether the solver is right on every pair, and the seconds its runs took."""
    right, seconds = True, 0.0
    for sample in task.samples:
        started = perf_counter()
        outcome = Evaluation(plan, (task.pairs_for(sample), sample.input, None)).run(0, timeout, clock)
        seconds += perf_counter() - started
        right = right and outcome.kind is Kind.VALUE and outcome.value == sample.answer
    return right, seconds


def plans_of(solvers: list[NamedProgram]) -> dict[str, Plan]:
    """A plan for each solver alone, by the task it is named after."""
    return {solver.name: prepare(deal([((solver.name,), solver.program)])) for solver in solvers}


def bench(solvers: list[NamedProgram], tasks: dict[str, Task], timeout: float) -> dict[str, object]:
    """Run every solver on its task; the figures that are printed."""
    per_task: dict[str, float] = {}
    failed = []
    plans = plans_of(solvers)
    limits = Limits(timeout)
    with contained(limits.memory), timer(limits) as clock:
        for name, plan in plans.items():
            right, per_task[name] = bench_task(plan, tasks[name], timeout, clock)
            if not right:
                failed.append(name)
    return {
        "tasks": len(solvers),
        "pairs": sum(len(tasks[solver.name].samples) for solver in solvers),
        "solved": len(solvers) - len(failed),
        "failed": failed,
        "seconds": round(sum(per_task.values()), 6),
        "per_task": {name: round(seconds, 6) for name, seconds in per_task.items()},
    }


@click.command()
@click.argument("solvers", type=click.Path(path_type=Path))
@click.option("--dataset", default="arc1-training", show_default=True, help="Where the solvers' tasks are.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds that one run may take.")
@click.option("--plain", is_flag=True, help="Compare with the vocabulary written plainly.")
@click.option("--primitives", is_flag=True, help="Compare each primitive alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(solvers: Path, dataset: str, timeout: float, plain: bool, primitives: bool, as_json: bool) -> None:
    """Time every solver of a file or folder on all pairs of its task."""
    try:
        named = [program for program in read_programs(solvers) if program.kind == "solve"]
        tasks = {task.id: task for task in load_tasks(dataset, ids=[program.name for program in named])}
    except KagglebattError as error:
        click.echo(f"bench_dsl: {error}", err=True)
        raise SystemExit(2) from error
    if plain:
        limits = Limits(timeout)
        with contained(limits.memory), timer(limits) as clock:
            compared = compare(plans_of(named), tasks, timeout, clock)
        click.echo(json.dumps(compared) if as_json else "\n".join(lines_of(compared)))
        return
    if primitives:
        alone = compare_primitives(plans_of(named), tasks)
        click.echo(json.dumps(alone) if as_json else "\n".join(primitive_lines(alone)))
        return
    figures = bench(named, tasks, timeout)
    if as_json:
        click.echo(json.dumps(figures))
        return
    click.echo(
        f"{figures['solved']} of {figures['tasks']} tasks solved, {figures['pairs']} pairs, {figures['seconds']} s"
    )
    for name in figures["failed"]:  # type: ignore[attr-defined]
        click.echo(f"  not solved: {name}")
    slowest = sorted(figures["per_task"].items(), key=lambda item: -item[1])[:10]  # type: ignore[attr-defined]
    for name, seconds in slowest:
        click.echo(f"  {name}  {seconds * 1000:9.2f} ms")


if __name__ == "__main__":
    main()
