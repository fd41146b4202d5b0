"""What mutants of the shipped solvers do, as lines to compare: ``python scripts/outcomes_dsl.py [--programs N]``.

To find whether an edited vocabulary does the same as before, run this script once with the older package on
``PYTHONPATH`` and once with the edited one, and compare the lines. Each line is for one mutant on one grid of a
training task: its number, then for each step in turn what it gave (a digest of the value, in which sets have no order
and True is 1, or the kind of its fault). Steps that ran out of time end a line with ``time``.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import click

import kagglebatt
from kagglebatt.programs.batt import deal
from kagglebatt.programs.mutate import apply_mutation, mutate
from kagglebatt.programs.program import Program
from kagglebatt.programs.read_file import read_programs
from kagglebatt.running.execute import Evaluation, prepare
from kagglebatt.running.limit import Limits, Timer, contained, timer
from kagglebatt.running.outcome import Kind
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task

SOLVERS = Path(kagglebatt.__file__).parent / "programs" / "library" / "solvers.py"


def written(value: Any) -> str:
    """A value as text that equal values share."""
    if isinstance(value, tuple):
        return f"({','.join(map(written, value))})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(map(written, value)))}}}"
    if callable(value):
        return f"function of {value.__code__.co_argcount}"
    return str(None if value is None else int(value))


def mutant(programs: list[Program], rng: Random) -> Program:
    """A solver with one to four mutations."""
    program = rng.choice(programs)
    for _ in range(rng.randint(1, 4)):
        mutation = mutate(program, rng.sample(programs, 3), rng)
        program = (mutation and apply_mutation(program, mutation)) or program
    return program


def line(program: Program, task: Task, limit: float, clock: Timer) -> str:
    """What each step gave on the first test pair."""
    plan = prepare(deal([(("one",), program)]))
    sample = task.samples[-1]
    evaluation = Evaluation(plan, (task.pairs_for(sample), sample.input, None))
    timed_out = evaluation.run(0, limit, clock).kind is Kind.TIMED_OUT
    digest = partial(hashlib.blake2b, digest_size=4)
    said = []
    for step, seconds in enumerate(evaluation.seconds):
        if seconds >= 0:
            fault = evaluation.faults.get(step)
            value = evaluation.values[plan.first + step]
            said.append(f"{fault.kind.name}:{fault.fault}" if fault else digest(written(value).encode()).hexdigest())
    return " ".join(said + ["time"] * timed_out)


@click.command()
@click.option("--programs", "count", default=2000, show_default=True, help="How many mutants.")
@click.option("--seed", default=0, show_default=True, help="Which mutants and tasks.")
@click.option("--limit", default=1.0, show_default=True, help="Seconds that a mutant may take.")
def main(count: int, seed: int, limit: float) -> None:
    """Print a line for each mutant."""
    programs = [named.program for named in read_programs(SOLVERS) if named.kind == "solve"]
    tasks = list(load_tasks("arc1-training"))
    rng = Random(seed)
    limits = Limits(limit)
    with contained(limits.memory), timer(limits) as clock:
        for number in range(count):
            program, task = mutant(programs, rng), rng.choice(tasks)
            click.echo(f"{number} {line(program, task, limit, clock)}")


if __name__ == "__main__":
    main()
