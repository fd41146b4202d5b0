"""Commands that make kernels: ``bundle`` writes one, ``bench`` runs some here."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import click

from kagglebatt.commands import telling
from kagglebatt.commands.options import (
    BREED_OPTIONS,
    DEAL_OPTIONS,
    ITERATIONS,
    JSON,
    LIMIT_OPTIONS,
    MACHINE_OPTIONS,
    SHARD,
    SIZES,
    STRICT,
    TASK_OPTIONS,
    TELLING,
    notify,
    read_sizes,
    read_tasks,
    taken_machine,
    with_options,
)
from kagglebatt.commands.pages import name_pages
from kagglebatt.commands.solving import BUDGET_OPTIONS
from kagglebatt.errors import SettingsError, StoppedError
from kagglebatt.settings import Settings
from kagglebatt.stop import stopping_at_once


@click.command()
@click.option(
    "--to", "target", type=click.Path(path_type=Path, file_okay=False), default=Path("build/kernel"), show_default=True,
    help="Folder for the notebook and its kernel-metadata.json.",
)  # fmt: skip
@click.option("--name", help="The kernel's title, of which Kaggle makes its slug. [default: kagglebatt N tasks]")
@click.option("--owner", default="", help="Your Kaggle account; by default the one that the client is logged in to.")
@click.option(
    "--home", "carried", type=click.Path(path_type=Path, file_okay=False), help="Carry this home in the notebook."
)
@click.option("--dataset-source", metavar="OWNER/SLUG", help="Attach the dataset that holds the home.")
@click.option("--expect", type=int, default=0, help="Iterations that the attached home must hold.")
@click.option("--kernel-source", multiple=True, metavar="OWNER/SLUG", help="Attach a kernel's output; may be repeated.")
@click.option("--budget", type=int, help="Bytes of source that Kaggle takes.")
@click.option("--solve", "solves", is_flag=True, help="Answer the tasks of --competition, which Kaggle mounts.")
@click.option("--competition", default="", metavar="SLUG", help="What follows kaggle.com/competitions/ in its address.")
@with_options(
    BUDGET_OPTIONS,
    TASK_OPTIONS,
    ITERATIONS,
    DEAL_OPTIONS,
    BREED_OPTIONS,
    LIMIT_OPTIONS,
    SHARD,
    MACHINE_OPTIONS,
    JSON,
    TELLING,
)
def bundle(
    target: Path,
    name: str | None,
    owner: str,
    carried: Path | None,
    dataset_source: str | None,
    expect: int,
    kernel_source: tuple[str, ...],
    budget: int | None,
    solves: bool,
    competition: str,
    per_task: float | None,
    work: int | None,
    patient: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Pack code, tasks and a home into a notebook that Kaggle can run."""
    from kagglebatt.home.files import writing
    from kagglebatt.notebook.bundle import BUDGET, BundleRequest, build
    from kagglebatt.programs.library import read_to_deal
    from kagglebatt.solving.budget import SolveBudget

    if solves != bool(competition):
        raise SettingsError("--solve and --competition SLUG belong together. Give both, or neither.")
    machine = taken_machine(given)
    settings = Settings(**given)
    tasks = () if solves else read_tasks(settings)
    read_to_deal(settings.solvers, settings.strict, notify)
    request = BundleRequest(
        settings, name or (f"kagglebatt {competition}" if solves else f"kagglebatt {len(tasks)} tasks"), owner, carried,
        dataset_source, expect, kernel_source, budget=BUDGET if budget is None else budget, machine=machine,
        competition=competition, budget_of_tasks=SolveBudget(per_task, work, settings.minutes, patient),
    )  # fmt: skip
    made = build(request, tasks)
    with writing(target):
        files = made.write(target)
    if as_json:
        moved = {file: len(content) for file, content in made.moved.items()}
        click.echo(json.dumps({"bundle": made.id, "size": made.size, "parts": made.parts, "moved": moved,
                               "files": [str(path) for path in files]}))  # fmt: skip
        return
    for part, size in made.parts.items():
        click.echo(f"{size:>9,} bytes  {part}")
    click.echo(f"{made.size:>9,} bytes  in all, of {BUDGET if budget is None else budget:,}")
    for file, content in made.moved.items():
        click.echo(f"{file} ({len(content):,} bytes) did not fit; it belongs into the dataset {dataset_source}")
    click.echo(f"bundle {made.id}: " + ", ".join(str(path) for path in files))
    click.echo(f"Push it with `kagglebatt push {target}`.")


@click.command()
@SIZES
@click.option("--iterations", type=int, default=2, show_default=True, help="Kernels for each size, one after another.")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, file_okay=False), default=Path("bench"), show_default=True,
    help="Folder for kernels, outputs, table.md and table.json.",
)  # fmt: skip
@with_options(TASK_OPTIONS[:1], STRICT, DEAL_OPTIONS, BREED_OPTIONS, LIMIT_OPTIONS, JSON, TELLING)
def bench(sizes: str, iterations: int, target: Path, as_json: bool, **given: Any) -> None:
    """Run the bundled kernel here with papermill: each size, each iteration in a fresh kernel."""
    from kagglebatt.notebook.bench import bench as run_bench
    from kagglebatt.notebook.bench import refuse_unwritable_name, table

    refuse_unwritable_name(target)
    counts = read_sizes(sizes)
    if iterations < 1:
        raise SettingsError(f"--iterations is {iterations}; it must be above 0.")
    _see_that_it_can_be_written(target)
    rows = []
    try:
        what = "ending the kernel that runs; the rows that are done are kept"
        with stopping_at_once(notify, what), telling.progress() as progress:
            hear = telling.heard(progress)
            for row in run_bench(Settings(**given), counts, iterations, target, notify, hear):
                rows.append(row)
                notify(f"{row.size} tasks, iteration {row.iteration}: {row.wall:.1f} s")
    except StoppedError as stopped:
        raise StoppedError(stopped.reason, f"the rows that are done are in {target / 'table.md'}") from stopped
    finally:  # also when one failed: those before it were measured
        target.mkdir(parents=True, exist_ok=True)
        document = json.dumps({"runs": [row.as_json() for row in rows]})
        (target / "table.json").write_text(document + "\n")
        (target / "table.md").write_text("\n".join(table(rows)) + "\n")
        click.echo(document if as_json else "\n".join(table(rows)))
        done = [(size, number) for size in counts for number in range(1, iterations + 1)][: len(rows)]
        name_pages([target / f"{size}-tasks" / f"output-{number}" for size, number in dict(done).items()])


def _see_that_it_can_be_written(folder: Path) -> None:
    """Make a folder, and see that files can be made in it, before anything is run for them.

    Raises:
        OutputError: they cannot.
    """
    from kagglebatt.home.files import writing

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
