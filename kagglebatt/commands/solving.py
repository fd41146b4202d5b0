"""Commands that answer tasks: ``check-submission`` says what is wrong with a submission, or how right it is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kagglebatt.commands.options import JSON, notify, with_options
from kagglebatt.tasks.terminal import printable

_MOST_FAULTS = 20


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
        click.echo(f"{file}: complete and valid: two attempts at each of {tests} test inputs of "
                   f"{len(challenges.tests)} tasks")  # fmt: skip
        if score is not None:
            click.echo(
                f"{score.solved} of {score.tasks} tasks solved, {score.first} of them at the first attempt; "
                f"{score.right} of {score.tests} test inputs right: {100 * score.share:.2f} %"
            )
    if faults:
        raise click.exceptions.Exit(1)
