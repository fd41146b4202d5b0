"""Commands that answer tasks: ``solve`` makes a submission, ``check-submission`` says what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kagglebatt.commands.options import (
    DEAL_OPTIONS,
    HOME,
    JSON,
    LIMIT_OPTIONS,
    TASK_OPTIONS,
    TELLING,
    WORKER_OPTIONS,
    notify,
    with_options,
)
from kagglebatt.commands.telling import progress
from kagglebatt.errors import OutputError, StoppedError
from kagglebatt.markup import plural
from kagglebatt.settings import Settings
from kagglebatt.tasks.terminal import printable

if TYPE_CHECKING:
    from kagglebatt.solving.report import SolveReport

_MOST_FAULTS = 20
BUDGET_OPTIONS = (
    click.option("--per-task", type=float, metavar="SECONDS", help="Processor time for each task at most. "
                 "[default: 60, or a part of --minutes]"),
    click.option("--work", type=int, metavar="N", help="Moves and programs tried for each task: the same answers "
                 "everywhere."),
    click.option("--patient", is_flag=True, help="Search on until a task's time is used up, however little there is to "
                 "be expected."),
)  # fmt: skip


@click.command()
@click.argument("dataset", metavar="NAME|PATH")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=Path("submission.json"),
    show_default=True, help="The submission; it is there and valid from the first second.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Print each answer's program, pairs fitted and depth.")
@with_options(BUDGET_OPTIONS, TASK_OPTIONS[1:], DEAL_OPTIONS[1:2], LIMIT_OPTIONS, WORKER_OPTIONS, HOME, JSON, TELLING)
def solve(
    output: Path, explain: bool, per_task: float | None, work: int | None, patient: bool, as_json: bool, **given: Any
) -> None:
    """Search an answer for every task, and write submission.json; what is found is filed in the home."""
    from kagglebatt.solving.budget import SolveBudget
    from kagglebatt.solving.solve import solve as solve_all
    from kagglebatt.tasks.challenges import read_challenges

    settings = Settings(**given)
    budget = SolveBudget(per_task, work, settings.minutes, patient)
    challenges = read_challenges(settings.dataset, settings.tasks, settings.ids, settings.strict, notify)
    with progress() as told:
        report = solve_all(challenges, settings, budget, output, told, notify)
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        tests = plural(sum(challenges.tests.values()), "test input")
        closing = f"{output}: two attempts at each of {tests}"
        click.echo("\n".join([*(_explained(report) if explain else ()), *report.lines(), closing]))
    _write_page(report, output)
    if report.stopped:
        raise StoppedError(report.stopped, f"{output} has the best so far; what was found is filed in {report.home}")


def _write_page(report: SolveReport, output: Path) -> None:
    """Draw every task beside the submission; where that cannot be written, the answers stand all the same."""
    from kagglebatt.pages.solved import solved_page

    place = output.with_name(f"{output.name.removesuffix('.json')}.html")  # never the submission itself
    try:
        solved_page(report).write(place)
    except OutputError as error:
        notify(f"no page was made: {error}")
        return
    notify(f"look at the answers in {place}")


def _explained(report: SolveReport) -> Iterator[str]:
    for each in report.as_json()["answers"]:
        yield (
            f"{each['task']}: {each['fitted']} of {each['demos']} demo pairs, by {each['stage'] or 'nothing'}, "
            f"depth {each['depth']}, pieces {each['pieces']}, {each['seconds']:.2f} s"
            + (f", {each['fault']}" if each["fault"] else "")
        )
        if each["program"]:
            yield each["program"]


@click.command("check-submission")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tasks", "place", required=True, metavar="NAME|PATH", help="The challenges that it is for.")
@click.option("--solutions", type=click.Path(path_type=Path), help="Their file of solutions, to score it by.")
@with_options(JSON)
def check_submission(file: Path, place: str, solutions: Path | None, as_json: bool) -> None:
    """Say what is wrong with a submission, or score it; exit code 1 when something is wrong."""
    from kagglebatt.solving.check import check_file, score_file
    from kagglebatt.tasks.challenges import read_challenges

    challenges = read_challenges(place, notify=notify)
    faults, content = check_file(file, challenges)
    tests = sum(challenges.tests.values())
    score = None if faults else score_file(content, challenges, solutions, notify)
    if as_json:
        known = None if score is None else {
            "tasks": score.tasks, "solved": score.solved, "first": score.first, "tests": score.tests,
            "right": score.right, "share": score.share,
        }  # fmt: skip
        document = {"tasks": len(challenges.tests), "tests": tests, "faults": faults, "score": known}
        click.echo(json.dumps(document))
    elif faults:
        click.echo("\n".join(f"{file}: {printable(fault, most=200)}" for fault in faults[:_MOST_FAULTS]))
        if len(faults) > _MOST_FAULTS:
            click.echo(f"and {len(faults) - _MOST_FAULTS:,} more")
    else:
        click.echo(f"{file}: complete and valid: two attempts at each of {plural(tests, 'test input')} of "
                   f"{plural(len(challenges.tests), 'task')}")  # fmt: skip
        if score is not None:
            click.echo(
                f"{score.solved} of {plural(score.tasks, 'task')} solved, {score.first} of them at the first attempt; "
                f"{score.right} of {plural(score.tests, 'test input')} right: {100 * score.share:.2f} %"
            )
    if faults:
        raise click.exceptions.Exit(1)
