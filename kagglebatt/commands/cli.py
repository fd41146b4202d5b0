"""The command line: arguments in, exit code out. Each command builds ``Settings``, calls one function, prints.

Results go to standard output (``--json``: one document), progress to standard error. Exit codes: 0 done, 1 the
answer is no, 2 wrong input, 3 the time budget is used up, 130 and 143 after SIGINT and SIGTERM.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from kagglebatt import __version__
from kagglebatt.api.progress import aside
from kagglebatt.commands import telling
from kagglebatt.commands.options import (
    BREED_OPTIONS,
    DEAL_OPTIONS,
    HOME,
    ITERATIONS,
    JSON,
    RUN_OPTIONS,
    TASK_OPTIONS,
    TELLING,
    notify,
    option,
    read_tasks,
    with_options,
)
from kagglebatt.errors import KagglebattError, RemoteError, RunFailedError, StoppedError
from kagglebatt.settings import Settings

STOPPED_CODES = {"SIGINT": 130, "SIGTERM": 143, "time budget": 3}


class _Commands(click.Group):
    """Commands, most of which are imported when they are asked for: all take longer than a run that only remembers."""

    _LOOK = ("score", "show")
    _PAGES = ("report",)
    _HOUSEKEEPING = ("archive", "cache")
    _KERNELS = ("bundle", "bench")
    _REMOTE = ("push", "status", "pull", "publish")
    _LOOPING = ("loop",)
    _SOLVING = ("solve", "check-submission")
    _SUBMITTING = ("submit",)

    def list_commands(self, ctx: click.Context) -> list[str]:
        later = (
            self._SOLVING,
            self._LOOK,
            self._PAGES,
            self._HOUSEKEEPING,
            self._KERNELS,
            self._REMOTE,
            self._LOOPING,
            self._SUBMITTING,
        )
        return [*super().list_commands(ctx), *(name for names in later for name in names)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found: click.Command | None = super().get_command(ctx, cmd_name)
        if cmd_name in self._LOOK:
            from kagglebatt.commands import look

            found = getattr(look, cmd_name)
        elif cmd_name in self._PAGES:
            from kagglebatt.commands import pages

            found = getattr(pages, cmd_name)
        elif cmd_name in self._HOUSEKEEPING:
            from kagglebatt.commands import housekeeping

            found = getattr(housekeeping, cmd_name)
        elif cmd_name in self._KERNELS:
            from kagglebatt.commands import kernels

            found = getattr(kernels, cmd_name)
        elif cmd_name in self._REMOTE:
            from kagglebatt.commands import remote

            found = getattr(remote, cmd_name)
        elif cmd_name in self._LOOPING:
            from kagglebatt.commands import looping

            found = getattr(looping, cmd_name)
        elif cmd_name in self._SUBMITTING:
            from kagglebatt.commands import submitting

            found = getattr(submitting, cmd_name)
        elif cmd_name in self._SOLVING:
            from kagglebatt.commands import solving

            found = getattr(solving, cmd_name.replace("-", "_"))
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Evolve ARC solver programs, and carry what was learnt from one run to the next."""


@cli.command()
@click.option("-c", "--candidates", default=Settings.candidates, show_default=True, help="Solvers dealt into the batt.")
@click.option(
    "-f", "--file", "target", type=click.Path(path_type=Path, dir_okay=False), default="batt_run.py",
    show_default=True, help="The batt file to write.",
)  # fmt: skip
@with_options(TASK_OPTIONS, DEAL_OPTIONS[1:], HOME, TELLING)
def card(target: Path, **given: Any) -> None:
    """Deal solvers, some of them mutated, into a batt file."""
    from kagglebatt.home.directory import read_archive
    from kagglebatt.home.files import named, write_aside, writing
    from kagglebatt.iteration.deal import deal_next
    from kagglebatt.programs.batt import read, write
    from kagglebatt.programs.library import read_to_deal

    settings = Settings(**given)
    tasks = read_tasks(settings)
    library = read_to_deal(settings.solvers, settings.strict, notify)
    with read_archive(settings.home, empty=True) as kept:
        hand = deal_next(settings, kept, tasks, library)
    text = write(hand, f"seed {settings.seed}, mutation rate {settings.mutate}")
    read(text, str(target))  # a batt that `run` would refuse is not written
    with writing(target):
        write_aside(named(target), text)
    owners = [owner for output in hand.solvers.outputs for owner in output.owners]
    mutated = sum("~" in owner for owner in owners)
    click.echo(
        f"{target}: {len(hand.solvers.outputs)} candidates ({mutated} of {len(owners)} programs mutated) in "
        f"{len(hand.solvers.steps)} steps, {len(hand.differs.outputs)} differs"
    )


@cli.command("run")
@click.option(
    "-b", "--batt", "batt_file", required=True, type=click.Path(path_type=Path), help="A batt file from card."
)
@with_options(TASK_OPTIONS, option("--seed", type=int, help="Noted in the report."), RUN_OPTIONS, HOME, JSON, TELLING)
@click.option("--export", type=click.Path(path_type=Path), help="Write solver_md5/ and differ_md5/ into this folder.")
def run_command(batt_file: Path, timing: bool, as_json: bool, export: Path | None, **given: Any) -> None:
    """Run a batt on tasks: score, inline, validate and file its candidates."""
    from kagglebatt.home.directory import read_archive
    from kagglebatt.home.files import writing
    from kagglebatt.iteration.iterate import run_hand
    from kagglebatt.programs.batt import read
    from kagglebatt.programs.text import read_text

    settings = Settings(**given)
    path = batt_file if batt_file.exists() or batt_file.suffix == ".py" else batt_file.with_suffix(".py")
    hand = read(read_text(path), str(path))
    with telling.progress() as progress:
        report = run_hand(hand, settings, read_tasks(settings), progress, notify)
    if export is not None:
        with read_archive(report.home) as kept, writing(export):
            kept.export(export)
    if as_json:
        click.echo(json.dumps({**report.as_json(), "scores": report.scores_json()}))
    else:
        _print_report(report.as_json(), timing)


@cli.command("evolve")
@click.option(
    "--report", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Make the report page at the end, as `kagglebatt report` does.",
)  # fmt: skip
@with_options(
    TASK_OPTIONS,
    ITERATIONS,
    DEAL_OPTIONS,
    BREED_OPTIONS,
    RUN_OPTIONS,
    HOME,
    JSON,
    TELLING,
)
def evolve_command(timing: bool, as_json: bool, page: Path | None, **given: Any) -> None:
    """Deal, run, score, validate and file, again and again."""
    from kagglebatt.commands.pages import report_command, write_page
    from kagglebatt.iteration.iterate import evolve

    settings = Settings(**given)
    tasks = read_tasks(settings)
    reports = []
    try:
        with telling.progress(settings) as progress:
            for report in evolve(settings, tasks, progress, notify):
                reports.append(report.as_json())
                settings = replace(settings, home=report.home)  # a copy, where it was read-only
                progress.iteration_done(report.solved_tasks(on_tests=False), len(report.tasks))
                if not as_json:
                    _print_report(reports[-1], timing, progress.whole.left if progress.whole else None)
    finally:  # also when it was stopped: what was done was done
        if as_json:
            click.echo(json.dumps({"iterations": reports}))
        if reports and page is None:
            notify(f"look at what was found with `{report_command(settings)}`")
    if page is not None:
        write_page(settings, tasks, page, reports[0]["iteration"])


@cli.command()
@click.argument("name", required=False)
@click.option("--constants", is_flag=True, help="List the constants instead, with their types and values.")
def primitives(name: str | None, constants: bool) -> None:
    """List the vocabulary's primitives with their signatures, or those whose name contains NAME."""
    from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
    from kagglebatt.dsl.registry import PRIMITIVES

    if constants:
        for own, value in CONSTANTS.items():
            if name is None or name in own:
                click.echo(f"{own}: {type_of_constant(own)} = {value!r}")
        return
    found = [primitive for primitive in PRIMITIVES.values() if name is None or name in primitive.name]
    for primitive in found:
        click.echo(f"{primitive.name}({', '.join(primitive.parameters)}) -> {primitive.result}: {primitive.summary}")
    if not found:
        notify(f"no primitive has {name!r} in its name. `kagglebatt primitives` lists all.")


def _print_report(report: dict[str, Any], timing: bool, left: float | None = None) -> None:
    from kagglebatt import report_text

    lines = [*report_text.found(report, left)] if "search" in report else []
    if timing or not lines or telling.verbose():
        lines += [*report_text.funnel(report), *report_text.cache_statistics(report["caches"])]
    if timing:
        lines += ["", *report_text.timings(report)]
    with aside():
        click.echo("\n".join(lines if len(lines) <= report_text.MOST_FOUND else [*lines, ""]))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: instead of the process's own.
    """
    telling.reset()
    try:
        code = cli.main(args=arguments, prog_name="kagglebatt", standalone_mode=False)
    except KagglebattError as error:
        telling.complain(str(error))
        return 2
    except (RemoteError, RunFailedError) as error:
        telling.complain(str(error))
        return 1
    except StoppedError as stopped:
        telling.complain(str(stopped))
        return STOPPED_CODES[stopped.reason]
    except OSError as error:  # of a file that was named, or of the output itself; all others say more than this
        telling.complain(str(error))
        return 2
    except click.exceptions.Abort:
        telling.complain("interrupted")
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0


def run_command_line() -> None:
    """The ``kagglebatt`` command."""
    # What a run reads is kept until its end, and holds no cycles; looking for some after every 700 objects takes longer
    # than reading a tenth of it.
    gc.set_threshold(100_000)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # a folder's name need not be UTF-8, and is printed as it is
    sys.exit(main())
