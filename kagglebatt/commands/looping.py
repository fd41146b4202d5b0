"""The command ``loop``: the round trip, again and again, evolving or answering a competition's tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kagglebatt import report_text
from kagglebatt.commands import telling
from kagglebatt.commands.options import (
    BREED_OPTIONS,
    DEAL_OPTIONS,
    HOME,
    ITERATIONS,
    JSON,
    LIMIT_OPTIONS,
    MACHINE_OPTIONS,
    SIZES,
    STRICT,
    TASK_OPTIONS,
    TELLING,
    notify,
    read_sizes,
    taken_machine,
    with_options,
)
from kagglebatt.commands.pages import name_pages
from kagglebatt.commands.remote import (
    DATASET,
    DRY,
    FORCE,
    PATIENCE,
    QUOTA,
    account_of,
    client_of,
    stoppable,
    timeouts_of,
    would_not_start,
)
from kagglebatt.commands.solving import BUDGET_OPTIONS
from kagglebatt.errors import RunFailedError, SettingsError
from kagglebatt.remote.dataset_metadata import ANYBODY, read_metadata
from kagglebatt.settings import Settings
from kagglebatt.tasks.submission import FILE_NAME

if TYPE_CHECKING:  # commands load only what they need
    from kagglebatt.remote.client import Client
    from kagglebatt.remote.loop import StepResult
    from kagglebatt.remote.loop_plan import LoopPlan

_OF_EVOLVING = ("sizes", "kernels", "dataset", "candidates", "mutate", "offspring", "probe_ms", "patience")
"""Options that mean nothing to a loop that solves."""
_OF_SOLVING = ("per_task", "work", "patient", "submit", "scores")


@click.command()
@SIZES
@click.option(
    "--kernels", type=click.IntRange(1, 99), default=1, show_default=True,
    help="Deal the tasks of a step into so many kernels, and merge what they left before the next step.",
)  # fmt: skip
@click.option("--name", default="kagglebatt", show_default=True, help="The kernels' titles begin with it.")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, file_okay=False), default=Path("build/loop"), show_default=True,
    help="Folder for the loop's state, kernels and outputs.",
)  # fmt: skip
@click.option("--solve", "solves", is_flag=True, help="Answer the tasks of --competition in every iteration.")
@click.option("--competition", default="", metavar="SLUG", help="What follows kaggle.com/competitions/ in its address.")
@click.option("--submit", is_flag=True, help="Submit the last kernel's version to the competition, once.")
@click.option("--score/--no-score", "scores", default=False, help="Wait for the submission's score.")
@with_options(BUDGET_OPTIONS, ITERATIONS, HOME, DATASET, TASK_OPTIONS[:1], STRICT, DEAL_OPTIONS, BREED_OPTIONS,
              LIMIT_OPTIONS, MACHINE_OPTIONS, QUOTA, FORCE, PATIENCE, DRY, JSON, TELLING)  # fmt: skip
@stoppable
def loop(target: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Bundle, push, wait, fetch, check, merge and publish, again and again; begun again, it goes on."""
    from kagglebatt.home.copying import read_only
    from kagglebatt.remote.lock import locked

    _refuse_others_options(given["solves"], given["competition"])
    timeouts = timeouts_of(given, patient=True)
    if given["home"].is_dir() and read_only(given["home"]):
        raise SettingsError(f"{given['home']}: cannot be written, and a loop files what it learns. Copy it first.")
    make = _plan_of(target, given)
    with ExitStack() as stack:
        handles = () if dry_run else (stack.enter_context(locked(target, notify)),)
        client = client_of(timeouts, handles)
        plan = make(account_of(client, dry_run))
        plan.tell(notify)
        if dry_run:
            _describe(plan)
        else:
            _walk(plan, client, as_json)


def _refuse_others_options(solves: bool, competition: str) -> None:
    """Options of the other kind of loop would change nothing, which nobody means who gives them.

    Raises:
        SettingsError: there are some, or half of what solving needs.
    """
    if solves != bool(competition):
        raise SettingsError("--solve and --competition SLUG belong together. Give both, or neither.")
    context = click.get_current_context()
    names = _OF_EVOLVING if solves else _OF_SOLVING
    given = [name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        options = ", ".join(f"--{name.replace('scores', 'score').replace('_', '-')}" for name in given)
        raise SettingsError(f"{options}: means nothing {'with' if solves else 'without'} --solve. Leave it out.")


def _plan_of(target: Path, given: dict[str, Any]) -> Callable[[str], LoopPlan]:
    """Makes the plan that the options say, once the account is known."""
    from kagglebatt.remote.loop_plan import LoopPlan
    from kagglebatt.remote.solve_plan import SIZES as ALL_TASKS
    from kagglebatt.remote.solve_plan import SolvePlan
    from kagglebatt.solving.budget import SolveBudget

    machine = taken_machine(given)
    own = ("sizes", "kernels", "name", "dataset_source", "quota", "force", "solves", "competition", "per_task",
           "work", "patient", "submit", "scores")  # fmt: skip
    sizes, kernels, name, dataset, quota, force, solves, competition, per_task, work, patient, submits, scores = (
        given.pop(each) for each in own
    )
    settings = Settings(**given)
    counts = read_sizes(sizes)
    budget = SolveBudget(per_task, work, settings.minutes, patient)

    def make(account: str) -> LoopPlan:
        metadata = read_metadata(settings.home, account, dataset)
        plan = LoopPlan(
            replace(settings, iterations=1), settings.iterations, counts, kernels, name, account, metadata,
            quota == "wait", force, target, machine,
        )  # fmt: skip
        if not solves:
            return plan
        own = {each.name: getattr(plan, each.name) for each in fields(plan)}
        return SolvePlan(**{**own, "sizes": ALL_TASKS, "competition": competition, "submits": submits or scores,
                            "scores": scores}, budget=budget)  # fmt: skip

    return make


def _describe(plan: LoopPlan) -> None:
    from kagglebatt.remote.loop_plan import describe

    click.echo("\n".join(describe(plan)))
    if plan.account != ANYBODY:
        say_what_is_begun(plan.folder, plan)


def _walk(plan: LoopPlan, client: Client, as_json: bool) -> None:
    """Walk the loop, and print what each step came to.

    Raises:
        RunFailedError: what was submitted could not be scored.
    """
    from kagglebatt.remote.loop import Loop
    from kagglebatt.remote.loop_state import read_state

    done, last = [], None
    try:
        for last in Loop(plan, read_state(plan.folder, plan.asked()), client, telling.show).walk():
            done.append({"loop_iteration": last.iteration, "size": last.size, "reports": list(last.reports)})
            if last.submission is not None:
                done[-1]["submission"] = asdict(last.submission)
            if not as_json:
                click.echo("\n".join(_told(plan, last)))
    finally:
        if as_json:
            click.echo(json.dumps({"steps": done}))
        name_pages(last.outputs if last is not None else ())
    if last is not None and last.submission is not None and last.submission.state == "ERROR":
        why = last.submission.error or "no reason given"
        raise RunFailedError(f"{plan.competition}: submission {last.submission.ref} could not be scored: {why}.")


def _told(plan: LoopPlan, step: StepResult) -> Iterator[str]:
    """A step in lines."""
    from kagglebatt.remote.submitting import as_line
    from kagglebatt.solving.report import kernel_lines

    yield f"iteration {step.iteration}, {plan.words(step.size)}"
    for report in step.reports:
        if report:
            yield from kernel_lines(report) if plan.competition else report_text.funnel(report)
    if plan.competition:
        yield f"its answers are in {step.outputs[0] / FILE_NAME}"
    if step.submission is not None:
        yield as_line(plan.competition, step.submission)


def say_what_is_begun(folder: Path, plan: LoopPlan) -> None:
    """Say when a loop that is begun in the folder would be continued, or stands in the way."""
    from kagglebatt.remote.loop_state import FILE_NAME, read_state

    try:
        step = read_state(folder, plan.asked()).step
    except SettingsError as error:
        would_not_start(error)
        return
    if (folder / FILE_NAME).exists():
        click.echo(f"{folder}: a loop is begun there; it would go on after {step} of {len(plan.steps)} steps")
