"""How much this process's command says beside its results: ``-q``, ``-v`` and ``--no-progress``.

Like the level of a log it is one thing for the whole process: whoever says something, in whatever thread, asks here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from kagglebatt.api.progress import Progress, aside, progress_bar
from kagglebatt.notify import Notify
from kagglebatt.settings import Settings

_asked: set[str | None] = set()
"""Names of those options that were given."""


def reset() -> None:
    """A command begins, for which none was given yet."""
    _asked.clear()


def ask(_context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Note that an option was given."""
    if value:
        _asked.add(parameter.name)


def verbose() -> bool:
    """Whether the user wants to know all."""
    return "verbose" in _asked


def complain(sentence: str) -> None:
    """Say why there is no result, or not all of it; always."""
    with aside():
        click.echo(f"kagglebatt: {sentence}", err=True)


def notify(sentence: str) -> None:
    """Say something to the user beside the results."""
    if "quiet" not in _asked:
        complain(sentence)


def detail(sentence: str) -> None:
    """Say something that only who wants to know all wants to know."""
    if "verbose" in _asked:
        notify(sentence)


def show(line: str) -> None:
    """Pass on a line that a kernel printed."""
    if "quiet" not in _asked:
        with aside():
            click.echo(line, err=True)


def heard(shown: Progress) -> Notify:
    """Who takes the lines that kernels print: each is said, or the newest is where progress is shown."""
    return detail if "verbose" in _asked else shown.say


@contextmanager
def progress(settings: Settings | None = None) -> Iterator[Progress]:
    """Shows how far the body is, as far as it is wanted.

    Args:
        settings: of a run of several iterations.
    """
    iterations, minutes = (settings.iterations, settings.minutes) if settings is not None else (1, None)
    wanted = not _asked & {"quiet", "no_progress"}
    with progress_bar(wanted, iterations, minutes, notify, "verbose" in _asked) as told:
        yield told
