"""The command ``report``: one page of what a home knows, to look at."""

from __future__ import annotations

import shlex
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from kagglebatt.commands.options import HOME, LIMIT_OPTIONS, TASK_OPTIONS, TELLING, notify, read_tasks, with_options
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

_FEW = 8
"""Ids that are written out in a command."""


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=Path("report.html"), show_default=True,
    help="The page.",
)  # fmt: skip
@click.option("--open", "look", is_flag=True, help="Open it in the browser.")
@click.option(
    "--since", type=click.IntRange(1), metavar="ITERATION",
    help="Tasks solved from this iteration on are newly solved. [default: the last one]",
)  # fmt: skip
@with_options(HOME, TASK_OPTIONS, LIMIT_OPTIONS[:3], TELLING)
def report(output: Path, look: bool, since: int | None, **given: Any) -> None:
    """Make one HTML page of what a home knows: every task, its program step by step, and how it came."""
    settings = Settings(**given)
    click.echo(write_page(settings, read_tasks(settings), output, since))
    if look and not webbrowser.open(output.resolve().as_uri()):
        notify(f"{output}: no browser could be opened. Open the file yourself.")


def write_page(settings: Settings, tasks: Sequence[Task], output: Path, since: int | None) -> str:
    """Make the report page of a home; returns what it shows, in a sentence.

    Raises:
        KagglebattError: there is no home, or the page cannot be written.
    """
    from kagglebatt.pages.page import make_page

    page = make_page(settings.home, tasks, settings, settings.dataset, since, notify=notify)
    page.write(output)
    notify(f"{output}: the report, {output.stat().st_size:,} bytes")
    return page.summary


def report_command(settings: Settings) -> str:
    """The command that shows what was found in a run with these settings."""
    words = ["kagglebatt", "report", "--home", str(settings.home)]
    if settings.dataset != Settings.dataset:
        words += ["--dataset", settings.dataset]
    if settings.tasks is not None:
        words += ["--tasks", str(settings.tasks)]
    if len(settings.ids) <= _FEW:
        words += [word for each in settings.ids for word in ("-i", each)]
    return shlex.join(words)


def name_pages(outputs: Iterable[Path]) -> None:
    """Say where the report pages are that kernels left in the folders of their output."""
    from kagglebatt.pages.page import FILE_NAME

    if pages := [str(folder / FILE_NAME) for folder in outputs if (folder / FILE_NAME).is_file()]:
        notify(f"look at what was found in {', '.join(pages)}")
