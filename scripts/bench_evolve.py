"""What breeding and probing cost, and what they find: ``python scripts/bench_evolve.py [--half] [--json]``.

Without ``--half``: decisions (one program on one task) per processor second, of whole processes with all that they
start. *Before* is ``kagglebatt evolve --offspring 0``, which runs every candidate in full on every task; *after* is
``--offspring N``, where a decision is a probe, and what was dealt is run in full, validated and filed as well. On the
training tasks, on those of 20x20 and larger, and with homes that remember so many bodies from before.

With ``--half``: leave half out. Donors are the shipped solvers of every second training task, by position in the data
set; the other tasks are evolved. Prints how many of these are solved, on demo and on test pairs, by the donors
unchanged, and after so many offspring.

No network is used, and no evaluation task.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from kagglebatt import load_tasks
from kagglebatt.errors import StoppedError
from kagglebatt.home.directory import open_home
from kagglebatt.iteration.iterate import evolve
from kagglebatt.programs.library import read_library
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import Program
from kagglebatt.report import Report
from kagglebatt.running.probe import Target, probe
from kagglebatt.running.run import run_alone
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import MOST, Settings
from kagglebatt.tasks.task import Task

DATASET = "arc1-training"
LARGE = 20
STEPS = (1_000, 10_000, 100_000)
UNCHANGED_SECONDS = 1.0
"""Processor time of a donor that is run unchanged on one pair: no limit of probing counts against it."""


def used() -> float:
    """Processor seconds of this process and of all that it started and that ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def is_large(task: Task) -> bool:
    """Whether its first demo pair's input is 20x20 or larger."""
    grid = task.demo[0].input
    return len(grid) >= LARGE and len(grid[0]) >= LARGE


def remember(home: Path, bodies: int, tasks: Sequence[Task], settings: Settings) -> None:
    """Make a home that remembers so many bodies, which nobody has, as probed on all of the tasks."""
    with open_home(home) as opened:
        if bodies:
            probed = opened.cache.probed
            digests = [number.to_bytes(8, "big") for number in range(bodies)]
            batch = probed.batch(1, "elsewhere", settings.probe_ms / 1000, digests)
            for task in tasks:
                probed.store(batch, task.digest, (), (bodies, 0, 0, 0, 0), 1.0)
        opened.save()


def evolved(home: Path, ids: Sequence[str], offspring: int, candidates: int, seed: int) -> dict[str, Any]:
    """One iteration in a process of its own; its report, with the processor seconds that it took."""
    arguments = ["evolve", "--dataset", DATASET, "--home", str(home), "--jobs", "1", "--seed", str(seed), "--json"]
    arguments += ["--candidates", str(candidates), "--offspring", str(offspring)]
    arguments += [part for name in ids for part in ("--id", name)]
    before = used()
    done = subprocess.run([sys.executable, "-m", "kagglebatt", *arguments], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise click.ClickException(f"kagglebatt evolve ended with exit code {done.returncode}")
    (report,) = json.loads(done.stdout)["iterations"]
    assert isinstance(report, dict)
    return {**report, "processor_seconds": used() - before}


def rates(sizes: Sequence[tuple[str, Sequence[Task]]], ways: Sequence[int], bodies: Sequence[int], candidates: int,
          seed: int) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Decisions per processor second; ``before`` is 0 offspring."""
    for name, tasks in sizes:
        for count in bodies:
            for offspring in ways:
                with tempfile.TemporaryDirectory() as folder:
                    home = Path(folder) / "home"
                    remember(home, count, tasks, Settings(home=home))
                    report = evolved(home, [task.id for task in tasks], offspring, candidates, seed)
                decisions = report["search"]["made"] if offspring else candidates * len(tasks)
                seconds = report["processor_seconds"]
                yield {
                    "tasks": name, "count": len(tasks), "remembered": count, "offspring": offspring,
                    "decisions": decisions, "processor_seconds": round(seconds, 2), "rate": round(decisions / seconds),
                }  # fmt: skip


def halves(tasks: Sequence[Task]) -> tuple[list[NamedProgram], list[Task]]:
    """Donors: the shipped solvers of tasks 1, 3, 5 ...; and tasks 2, 4, 6 ..., which are to be solved."""
    own = {task.id for task in tasks[::2]}
    donors = [named for named in read_library() if named.kind == "solve" and named.task in own]
    return donors, list(tasks[1::2])


def unchanged(donors: Sequence[NamedProgram], tasks: Sequence[Task]) -> tuple[int, int]:
    """How many tasks donors solve as they are: on all demo pairs, and by one of these on all test pairs, too."""
    programs = [named.program for named in donors]
    on_demo = on_test = 0
    with WorkerPool(Settings(), click.echo) as pool:
        for each in probe(programs, [Target(task) for task in tasks], pool, UNCHANGED_SECONDS):
            task = tasks[each.place]
            exact = [programs[found.number] for found in each.promising if found.o_score == len(task.demo)]
            on_demo += bool(exact)
            on_test += any(solves_tests(program, task) for program in exact)
    return on_demo, on_test


def solves_tests(program: Program, task: Task) -> bool:
    """Whether a program gives every answer of the test pairs."""
    got = [outcome.value for outcome in run_alone(program, task)[len(task.demo) :]]
    return got == [sample.answer for sample in task.test]


def leave_half_out(seed: int, minutes: float, jobs: int, batch: int, log: bool) -> dict[str, Any]:
    """Evolve half of the training tasks with the solvers of the other half."""
    donors, tasks = halves(load_tasks(DATASET))
    on_demo, on_test = unchanged(donors, tasks)
    rows = [{"offspring": 0, "demo": on_demo, "test": on_test, "minutes": 0.0, "probes": 0}]
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "donors.py"
        library.write_text("\n\n".join(named.program.text(f"solve_{named.task}", "I") for named in donors))
        settings = Settings(
            DATASET, ids=tuple(task.id for task in tasks), seed=seed, jobs=jobs, solvers=library,
            home=Path(folder) / "home",
        )  # fmt: skip
        started = perf_counter()
        row = dict(rows[0])
        for report in in_batches(settings, tasks, minutes, batch):
            search = report.search
            assert search is not None
            row = {
                "offspring": row["offspring"] + search.bred, "demo": search.solved_so_far,
                "test": search.right_so_far, "minutes": round((perf_counter() - started) / 60, 2),
                "probes": row["probes"] + search.probes,
            }  # fmt: skip
            if log:
                click.echo(json.dumps(row), err=True)
            if any(rows[-1]["offspring"] < step <= row["offspring"] for step in STEPS):
                rows.append(row)
    if rows[-1] != row:
        rows.append(row)
    return {"seed": seed, "donors": len(donors), "tasks": len(tasks), "rows": rows}


def in_batches(settings: Settings, tasks: Sequence[Task], minutes: float, batch: int) -> Iterator[Report]:
    """Iterations until the minutes are over: one of the smallest step, then of so many offspring each."""
    ends = perf_counter() + 60 * minutes
    for offspring, iterations in ((STEPS[0], 1), (batch, MOST["iterations"])):
        left = max((ends - perf_counter()) / 60, 1e-3)
        given = replace(settings, offspring=offspring, iterations=iterations, minutes=left)
        with suppress(StoppedError):  # the minutes are over
            yield from evolve(given, tuple(tasks))


def conditions() -> dict[str, Any]:
    """What the figures depend on beside the code."""
    return {"python": platform.python_version(), "cpus": os.cpu_count()}


def tell_rates(rows: Sequence[dict[str, Any]]) -> None:
    """A table; the last column is the rate over that of the old way under the same conditions."""
    click.echo(
        f"{'tasks':14} {'count':>5} {'remembered':>10} {'offspring':>9} {'decisions':>10} {'seconds':>8} "
        f"{'a second':>8} {'times':>6}"
    )
    old = {(row["tasks"], row["remembered"]): row["rate"] for row in rows if not row["offspring"]}
    for row in rows:
        known = old.get((row["tasks"], row["remembered"]))
        times = f"{row['rate'] / known:.1f}" if known and row["offspring"] else ""
        click.echo(
            f"{row['tasks']:14} {row['count']:>5} {row['remembered']:>10,} {row['offspring']:>9,} "
            f"{row['decisions']:>10,} {row['processor_seconds']:>8.1f} {row['rate']:>8,} {times:>6}"
        )


def tell_half(found: dict[str, Any]) -> None:
    """A table; the first row is that of the unchanged donors."""
    click.echo(f"seed {found['seed']}: {found['donors']} donors, {found['tasks']} tasks")
    click.echo(f"{'offspring':>9} {'on demo':>7} {'on test':>7} {'minutes':>8} {'probes':>12}")
    for row in found["rows"]:
        click.echo(f"{row['offspring']:>9,} {row['demo']:>7} {row['test']:>7} {row['minutes']:>8} {row['probes']:>12,}")


@click.command()
@click.option("--half", is_flag=True, help="Leave half out, instead of rates.")
@click.option("--seed", default=0, show_default=True)
@click.option("--minutes", default=20.0, show_default=True, help="Of --half, by the clock.")
@click.option("--jobs", default=-1, show_default=True, help="Of --half: worker processes, -1 for all processors.")
@click.option("--log", is_flag=True, help="Of --half: a line for every iteration on standard error.")
@click.option("--tasks", "count", default=400, show_default=True, help="Training tasks to measure on, from the first.")
@click.option("--large", default=100, show_default=True, help="Tasks of 20x20 and larger to measure on, at most.")
@click.option("--offspring", default=Settings.offspring, show_default=True, help="Of an iteration.")
@click.option("--candidates", default=32, show_default=True, help="Of the old way, and dealt in the new one.")
@click.option("--bodies", default="0,100000", show_default=True, help="Remembered bodies.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(half: bool, seed: int, minutes: float, jobs: int, log: bool, count: int, large: int, offspring: int,
         candidates: int, bodies: str, as_json: bool) -> None:  # fmt: skip
    """Measure breeding and probing."""
    if half:
        found: Any = leave_half_out(seed, minutes, jobs, offspring, log)
    else:
        tasks = load_tasks(DATASET)
        sizes = [("training", tasks[:count]), ("20x20 and more", [task for task in tasks if is_large(task)][:large])]
        remembered = [int(part) for part in bodies.split(",")]
        found = list(
            rates([(name, some) for name, some in sizes if some], (0, offspring), remembered, candidates, seed)
        )
    if as_json:
        click.echo(json.dumps({"conditions": conditions(), "half" if half else "rates": found}))
        return
    click.echo(", ".join(f"{name} {value}" for name, value in conditions().items()))
    (tell_half if half else tell_rates)(found)


if __name__ == "__main__":
    main()
