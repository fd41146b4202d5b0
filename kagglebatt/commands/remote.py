"""Commands that go to Kaggle and back: ``push``, ``status``, ``pull``, ``publish`` and ``loop``."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import click

from kagglebatt.commands import telling
from kagglebatt.commands.options import (
    HOME,
    JSON,
    TELLING,
    notify,
    with_options,
)
from kagglebatt.errors import CredentialsError, HomeError, RemoteError, RunFailedError, SettingsError
from kagglebatt.notebook.result import RESULT_NAME
from kagglebatt.remote.client import Client, Timeouts
from kagglebatt.remote.dataset_metadata import ANYBODY, read_metadata
from kagglebatt.stop import stopping_at_once

if TYPE_CHECKING:  # commands load only what they need
    pass

FOLDER = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("build/kernel"), required=False
)
PATIENCE = (
    click.option("--call-timeout", type=float, default=60.0, show_default=True, metavar="SECONDS",
                 help="Limit of one call of Kaggle's client."),
    click.option("--poll", type=float, default=5.0, show_default=True, metavar="SECONDS",
                 help="Between two looks at a run or a dataset."),
    click.option("--settle", type=float, default=120.0, show_default=True, metavar="SECONDS",
                 help="How long what was done may take to show."),
    click.option("--wait", type=float, default=780.0, show_default=True, metavar="MINUTES",
                 help="For a run to be queued, run and end."),
)  # fmt: skip
DRY = click.option("--dry-run", is_flag=True, help="Print every action and file, and do nothing.")
FORCE = click.option(
    "--force", is_flag=True, help="Publish also when the published home has more in it, or is the same."
)
DATASET = click.option(
    "--dataset-source", metavar="OWNER/SLUG", help="The home's dataset. [default: that of dataset-metadata.json]"
)
QUOTA = click.option(
    "--quota", type=click.Choice(["wait", "stop"]), default="wait", show_default=True,
    help="What to do when as many runs as the account may have are going.",
)  # fmt: skip

_LONGEST = 1_000_000
"""Seconds, or minutes, that make sense as a limit; the system's own clocks take no endless ones."""


def timeouts_of(given: dict[str, Any], patient: bool = False) -> Timeouts:
    """The timeouts that the options say; they are taken out of ``given``.

    Args:
        patient: Kaggle may be out of reach for as long as a run may take.
    """
    names = {"call": "call_timeout", "poll": "poll", "settle": "settle", "run": "wait"}
    values = {name: given.pop(option) for name, option in names.items()}
    for name, value in values.items():
        if not 0 < value <= _LONGEST:
            option = names[name].replace("_", "-")
            raise SettingsError(f"--{option} is {value}; it must be above 0, and at most {_LONGEST:,}.")
    values["run"] *= 60
    return Timeouts(**values, pause=values["poll"] / 5, outage=values["run"] if patient else 0.0)


def client_of(timeouts: Timeouts, held: tuple[int, ...] = ()) -> Client:
    return Client(timeouts, notify, held, telling.detail)


def account_of(client: Client, dry_run: bool = False) -> str:
    """The account; for a dry run one that is not known, or cannot be asked for, has the name that stands for any.

    What would keep the command from doing anything is said.
    """
    if not dry_run:
        return client.account()
    try:
        return client.account(again=False)
    except (CredentialsError, RemoteError) as error:
        would_not_start(error)
        return ANYBODY


def would_not_start(error: Exception) -> None:
    notify(f"without --dry-run this would not start: {error}")


def stoppable(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose clients end with it, and whose exit code is that of the signal."""

    @functools.wraps(command)
    def run(*arguments: Any, **given: Any) -> None:
        with stopping_at_once(notify, "ending; what runs on Kaggle goes on there, and the same command looks for it"):
            command(*arguments, **given)

    return run


@click.command()
@FOLDER
@with_options(QUOTA, PATIENCE, DRY, TELLING)
@stoppable
def push(folder: Path, quota: str, dry_run: bool, **given: Any) -> None:
    """Push the kernel in FOLDER, once; a run that is there already is not pushed again."""
    from kagglebatt.commands.pushing import push_when_there_is_room
    from kagglebatt.remote import pushing
    from kagglebatt.remote.kernel import describe
    from kagglebatt.remote.lock import locked

    timeouts = timeouts_of(given, patient=True)
    pushing.read_folder(folder, ANYBODY)
    if dry_run:
        kernel = pushing.read_folder(folder, account_of(client_of(timeouts), dry_run))
        lines = describe(folder)
        click.echo("\n".join([*lines, f"kaggle kernels push -p {folder}: {kernel.ref}, bundle {kernel.bundle}"]))
        return
    with locked(folder, notify, "push") as handle:
        client = client_of(timeouts, (handle,))
        kernel = pushing.owned(pushing.read_folder(folder, account_of(client)))
        if pushing.is_there(client, kernel):
            pushing.write_note(kernel, pushing.read_note(kernel) or 0)
            click.echo(f"{kernel.ref}: bundle {kernel.bundle} is there already; it was not pushed again")
            click.echo(pushing.link(kernel.ref))
            return
        if pushing.read_note(kernel) is not None:  # an earlier push may yet show; this one must not be taken for it
            kernel = pushing.renewed(kernel)
        push_when_there_is_room(client, kernel, quota == "wait")


@click.command()
@FOLDER
@with_options(PATIENCE, JSON, TELLING)
@stoppable
def status(folder: Path, as_json: bool, **given: Any) -> None:
    """Say how the run of the kernel in FOLDER is; exit code 1 when it failed, or is not there."""
    from kagglebatt.remote import kernel as remote_kernel
    from kagglebatt.remote import pushing

    client = client_of(timeouts_of(given))
    kernel = pushing.read_folder(folder, account_of(client))
    state, message = "NOT PUSHED", ""
    if pushing.bundle_on_kaggle(client, kernel.ref) == kernel.bundle:
        version = pushing.read_note(kernel)
        pinned = f"{kernel.ref}/{version}" if version and client.pins else kernel.ref
        state, message = remote_kernel.status(client, pinned)
    if as_json:
        click.echo(json.dumps({"ref": kernel.ref, "bundle": kernel.bundle, "state": state, "message": message}))
    else:
        click.echo(f"{kernel.ref}: bundle {kernel.bundle} is {state.lower()}{f' ({message})' if message else ''}")
    if state not in (*remote_kernel.GOING, "COMPLETE"):
        raise click.exceptions.Exit(1)


@click.command()
@FOLDER
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep all of the output here. [default: the notebook as it was executed and its report, beside FOLDER]",
)
@with_options(HOME, DATASET, PATIENCE, DRY, TELLING)
@stoppable
def pull(
    folder: Path, target: Path | None, home: Path, dataset_source: str | None, dry_run: bool, **given: Any
) -> None:
    """Wait for the run of the kernel in FOLDER, fetch and check what it left, and merge it into the home.

    With --dataset-source, fetch the published home instead.
    """
    client = client_of(timeouts_of(given, patient=True))
    with _scratch() as scratch:
        if dataset_source is not None:
            _pull_dataset(client, dataset_source, scratch, home, dry_run)
        else:
            _pull_run(client, folder, target, scratch, home, dry_run)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that is removed afterwards; not where a fault is found in what was fetched: it can be looked at."""
    place = Path(mkdtemp(prefix="kagglebatt-"))
    try:
        yield place
    except HomeError as error:
        if str(place) not in str(error):
            raise
        kept, place = place, place / "nothing"
        raise type(error)(f"{error} What was fetched is kept in {kept}; remove it when you have looked.") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _pull_dataset(client: Client, ref: str, folder: Path, home: Path, dry_run: bool) -> None:
    from kagglebatt.home.directory import merge_homes
    from kagglebatt.remote import dataset as remote_dataset

    if dry_run:
        click.echo(f"kaggle datasets download {ref}: check it, and merge it into {home}")
        return
    remote_dataset.download(client, ref, folder)
    for _, solvers, entries in merge_homes([folder], home, notify):
        click.echo(f"{ref}: {solvers} solvers and {entries} cache entries were new in {home}")


def _pull_run(client: Client, folder: Path, wanted: Path | None, scratch: Path, home: Path, dry_run: bool) -> None:
    from kagglebatt.remote import pushing
    from kagglebatt.remote.watch import Watch, check_run, keep, merge_output, wait

    target = wanted or scratch / "output"
    kernel = pushing.read_folder(folder, account_of(client, dry_run))
    _refuse_to_replace(target, home)
    if dry_run:
        click.echo(
            f"wait for {kernel.ref}, bundle {kernel.bundle}\nkaggle kernels output {kernel.ref} -p {target}\n"
            f"compare every file with result.json, and merge the home into {home}"
        )
        return
    if not pushing.is_there(client, kernel):
        raise RunFailedError(
            f"{kernel.ref}: does not have bundle {kernel.bundle}. `kagglebatt push {folder}` pushes it."
        )
    output = wait(Watch(client, kernel.ref, kernel.bundle, target, telling.show, pushing.read_note(kernel) or 0))
    new = merge_output(output, home, notify)
    for path in keep(output, wanted or folder.with_name(f"{folder.name}-output")):
        click.echo(f"{path}: what it looked like")
    check_run(kernel.ref, output)
    assert output.result is not None
    click.echo(
        f"{kernel.ref}: {output.result.status}, {len(output.result.files)} files checked, {new} solvers were new"
    )


def _refuse_to_replace(target: Path, home: Path) -> None:
    """An output replaces what is in its folder, so that has to be an earlier output, or nothing."""
    if target.resolve() == home.resolve():
        raise SettingsError(f"--to is {target}, the home itself; the output is merged into it. Give another folder.")
    if target.is_dir() and any(target.iterdir()) and not (target / RESULT_NAME).is_file():
        raise SettingsError(f"--to is {target}, which holds other things than a run's output. Give another folder.")


@click.command()
@click.option("-m", "--message", default="kagglebatt home", show_default=True, help="Note of the version.")
@with_options(HOME, DATASET, FORCE, PATIENCE, DRY, TELLING)
@stoppable
def publish(home: Path, message: str, dataset_source: str | None, force: bool, dry_run: bool, **given: Any) -> None:
    """Publish the home as its dataset's newest version, and see that all of it arrived."""
    from kagglebatt.home.directory import read_archive
    from kagglebatt.remote import dataset as remote_dataset

    with read_archive(home):
        pass
    client = client_of(timeouts_of(given))
    metadata = read_metadata(home, account_of(client, dry_run), dataset_source)
    if dry_run:
        with remote_dataset.staged(home, metadata, {}) as folder:
            for name, size in remote_dataset.sent(folder).items():
                click.echo(f"{size:>12,} bytes  {name}")
        click.echo(f"kaggle datasets create, or version: {metadata['id']}, {metadata['title']!r}")
        return
    version = remote_dataset.publish(client, home, metadata, {}, message, force)
    click.echo(f"{metadata['id']}: version {version} has all of {home}")
