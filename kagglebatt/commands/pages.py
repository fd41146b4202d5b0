"""The command ``report``: one page of what a home knows, to look at."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Any

import click

from kagglebatt.commands.options import HOME, LIMIT_OPTIONS, TASK_OPTIONS, TELLING, notify, read_tasks, with_options
from kagglebatt.settings import Settings


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
    from kagglebatt.pages.page import make_page

    settings = Settings(**given)
    tasks = read_tasks(settings)
    page = make_page(settings.home, tasks, settings, settings.dataset, since, notify=notify)
    page.write(output)
    click.echo(page.summary)
    click.echo(f"{output}: {output.stat().st_size:,} bytes")
    if look and not webbrowser.open(output.resolve().as_uri()):
        notify(f"{output}: no browser could be opened. Open the file yourself.")
