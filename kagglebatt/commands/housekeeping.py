"""The commands that keep house: what is in a home, whether it is sound, and how homes are joined."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kagglebatt.commands import telling
from kagglebatt.commands.options import (
    HOME,
    JSON,
    LIMIT_OPTIONS,
    RUN_OPTIONS,
    TASK_OPTIONS,
    TELLING,
    WORKER_OPTIONS,
    notify,
    read_tasks,
    with_options,
)
from kagglebatt.commands.screen import NO_COLOR, Screen
from kagglebatt.errors import KagglebattError
from kagglebatt.settings import Settings

if TYPE_CHECKING:
    from kagglebatt.iteration.rerun_stones import StonesRerun

_PLACE = click.Path(path_type=Path)


@click.group()
def archive() -> None:
    """The accepted solvers and differs."""


@archive.command("list")
@click.argument("task", required=False)
@click.option("--solved", is_flag=True, help="Those that reproduce every demo pair.")
@click.option("--near", is_flag=True, help="The best of each task that none of them solves, nearest first.")
@click.option("--since", type=int, metavar="ITERATION", help="Those that this iteration filed, or a later one.")
@with_options(HOME, JSON, NO_COLOR)
def archive_list(
    task: str | None, solved: bool, near: bool, since: int | None, home: Path, as_json: bool, no_color: bool
) -> None:
    """List accepted solvers by task, better ones first; tasks of one id are told apart by their content."""
    from kagglebatt.commands.filed import chosen, print_list
    from kagglebatt.home.directory import read_archive

    if solved and near:
        raise KagglebattError("--solved and --near exclude each other; give one of them.")
    with read_archive(home, notify=notify) as kept:
        entries = kept.entries(task)
    listed = chosen(entries, solved, near, since)
    if not listed:
        others = " such" if solved or near or since else ""
        notify(f"{home}: holds no{others} solver" + (f" of task {task}" if task else ""))
    print_list(Screen(no_color), listed, as_json)


@archive.command("show")
@click.argument("wanted", metavar="MD5|TASK")
@with_options(HOME, JSON, NO_COLOR)
def archive_show(wanted: str, home: Path, as_json: bool, no_color: bool) -> None:
    """Print the body filed under an MD5, of which the first digits are enough, or those filed for a task.

    Behind a body stand, as comments, the tasks that it only came near on, and its line of descent, where it is known.
    """
    from kagglebatt.commands.filed import print_shown
    from kagglebatt.home.directory import read_archive

    with read_archive(home, notify=notify) as kept:
        print_shown(Screen(no_color), kept, wanted, as_json)


@archive.command("operators")
@with_options(HOME, JSON, NO_COLOR)
def archive_operators(home: Path, as_json: bool, no_color: bool) -> None:
    """How often each operator was drawn, and led to something nearer, and to an exact pair: what it is drawn by."""
    from kagglebatt.commands.filed import print_operators
    from kagglebatt.home.directory import read_archive

    with read_archive(home, notify=notify) as kept:
        print_operators(Screen(no_color), kept.operator_counts(), as_json)


@archive.command("check")
@click.option("--fix", is_flag=True, help="Set a damaged archive aside and keep every row that is intact.")
@click.option(
    "--rerun", "again", is_flag=True, help="Run what is filed for these tasks again, and take out what does not hold."
)
@with_options(TASK_OPTIONS, LIMIT_OPTIONS, WORKER_OPTIONS, HOME, TELLING)
def archive_check(fix: bool, again: bool, home: Path, **given: Any) -> None:
    """Check every filed body and score; exit code 1 when something is wrong and was not mended, or was taken out."""
    from kagglebatt.home.directory import check, repair

    problems = check(home)
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(problems)} problems")
    if problems and fix:
        counts = repair(home, notify)
        kept = f"{counts['solvers']} solvers and {counts['differs']} differs on {counts['tasks']} tasks"
        click.echo(f"kept {kept}")
        problems = check(home)
        for problem in problems:
            click.echo(f"still: {problem}")
    if problems:
        if not fix:
            notify(f"`kagglebatt archive check --fix --home {home}` keeps all that is intact.")
        raise click.exceptions.Exit(1)
    if again and not _holds(Settings(home=home, **given)):
        raise click.exceptions.Exit(1)


def _holds(settings: Settings) -> bool:
    """Run what is filed again and say what came of it; whether all of it holds."""
    from kagglebatt.iteration.rerun import rerun

    tasks = read_tasks(settings)
    with telling.progress() as progress:
        found = rerun(settings, tasks, progress, notify)
    for line in found.gone:
        click.echo(line)
    click.echo(f"{found.held} solvers hold, {len(found.gone)} were taken out")
    if found.undecided:
        click.echo(f"{found.undecided} stay, undecided: they kept the time limit in only one of two runs")
    if found.unchecked:
        click.echo(f"{found.unchecked} were not checked: their tasks are not among these {len(tasks)}")
    _tell_stones(found.stones)
    click.echo(f"{found.wrong} of {found.sampled} remembered verdicts that were run again, too, do not hold")
    if found.forgotten:
        click.echo("all that was remembered is forgotten, but for what is filed; it is found out anew")
    return not found.forgotten


def _tell_stones(found: StonesRerun) -> None:
    for line in found.gone:
        click.echo(line)
    click.echo(f"{found.held} stepping stones hold, {len(found.gone)} were taken out")
    if found.undecided:
        click.echo(f"{found.undecided} of them stay, undecided: they took longer than a candidate may")
    if found.unchecked:
        click.echo(f"{found.unchecked} of them were not checked: their tasks are not among these")


@archive.command("merge")
@click.argument("places", nargs=-1, required=True, type=_PLACE, metavar="FROM...")
@with_options(HOME, TELLING)
def archive_merge(places: tuple[Path, ...], home: Path) -> None:
    """Take over what other homes hold, archives and caches; in any order, and as often as you like."""
    from kagglebatt.home.directory import merge_homes

    for place, solvers, entries in merge_homes(places, home, notify):
        click.echo(f"{place}: {solvers} solvers and {entries} cache entries were new")


@archive.command("export")
@click.option("--to", "target", type=_PLACE, default=Path(), help="Folder for these three.")
@HOME
def archive_export(target: Path, home: Path) -> None:
    """Write solver_md5/, differ_md5/ and stone_md5/, one file a program, and how they came to be."""
    from kagglebatt.home.directory import read_archive
    from kagglebatt.home.files import writing

    with read_archive(home, notify=notify) as kept, writing(target):
        solvers, differs = kept.export(target)
        stones = len({stone.md5 for stone in kept.stones()})
    more = f", {stones} stones in {target / 'stone_md5'}" if stones else ""
    click.echo(f"{solvers} solvers in {target / 'solver_md5'}, {differs} differs in {target / 'differ_md5'}{more}")


@archive.command("import")
@click.argument("folder", type=_PLACE)
@with_options(TASK_OPTIONS, RUN_OPTIONS, HOME, JSON, TELLING)
def archive_import(folder: Path, timing: bool, as_json: bool, **given: Any) -> None:
    """Run the programs of solver_md5/ and differ_md5/ in FOLDER on tasks, and file those that prove themselves."""
    from kagglebatt import report_text
    from kagglebatt.home.directory import open_home
    from kagglebatt.home.exported import read_exported
    from kagglebatt.home.lineage_file import read_lineage
    from kagglebatt.iteration.iterate import run_hand

    settings = Settings(**given)
    hand, lineage = read_exported(folder, settings.strict, notify), read_lineage(folder)
    lineage.tell(notify)
    if any((folder / "stone_md5").glob("*.py")):
        notify(f"{folder / 'stone_md5'}: stones are not filed by an import; `kagglebatt archive merge` carries them.")
    tasks = read_tasks(settings)
    with telling.progress() as progress:
        report = run_hand(hand, settings, tasks, progress, notify).as_json()
    if lineage:
        with open_home(settings.home, notify) as home:
            home.archive.take_lineage(lineage)
    lines = [*report_text.funnel(report), *(report_text.timings(report) if timing else ())]
    click.echo(json.dumps(report) if as_json else "\n".join(lines))


@click.group()
def cache() -> None:
    """What is remembered: solver bodies and verdicts."""


@cache.command("stats")
@with_options(HOME, JSON)
def cache_stats(home: Path, as_json: bool) -> None:
    """Sizes of the caches, and what the last iteration asked of them."""
    from kagglebatt import report_text
    from kagglebatt.home.directory import cache_figures

    figures = cache_figures(home)
    click.echo(json.dumps(figures) if as_json else "\n".join(report_text.cache_statistics(figures)))


@cache.command("clear")
@HOME
def cache_clear(home: Path) -> None:
    """Forget everything remembered; the archive stays."""
    from kagglebatt.home.directory import open_made_home

    with open_made_home(home, notify) as opened:
        opened.cache.clear()
    click.echo(f"{home}: cache cleared")


@cache.command("prune")
@click.option("--max-bytes", metavar="N", help="As a number, or with K, M or G behind it.")
@click.option(
    "--max-entries", type=click.IntRange(0), metavar="N", help="Solver bodies and verdicts; what was probed stays."
)
@HOME
def cache_prune(max_bytes: str | None, max_entries: int | None, home: Path) -> None:
    """Forget what was cheapest to find out until the cache is small enough; what the archive needs stays."""
    from kagglebatt.home.directory import needed_keys, open_made_home

    limit = None if max_bytes is None else _bytes(max_bytes)
    if limit is None and max_entries is None:
        raise KagglebattError("nothing to do: give --max-bytes or --max-entries.")
    with ExitStack() as stack:
        opened = stack.enter_context(open_made_home(home, notify))
        gone = opened.cache.prune(limit, max_entries, needed_keys(opened))
        batches = 0 if limit is None else opened.cache.prune_probed(limit)
        left, size = opened.cache.rows(), opened.cache.bytes
    probed = f"; {batches} batches of probed programs forgotten" if batches else ""
    click.echo(f"{home}: {gone} entries forgotten, {len(left)} kept{probed}")
    if (max_entries is not None and len(left) > max_entries) or (limit is not None and size > limit):
        notify("the cache is larger than was asked for: the archive needs all that is left.")


def _bytes(text: str) -> int:
    unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:].upper(), 1)
    number = text[:-1] if unit > 1 else text
    if not number.isdecimal():
        raise KagglebattError(f"--max-bytes is {text!r}; give a number such as 500000, 800K or 20M.")
    return int(number) * unit
