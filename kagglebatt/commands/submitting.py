"""The command ``submit``: a finished kernel's answers to its competition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kagglebatt.commands.options import JSON, TELLING, notify, with_options
from kagglebatt.commands.remote import DRY, FOLDER, PATIENCE, account_of, stoppable, timeouts_of
from kagglebatt.errors import RunFailedError
from kagglebatt.remote.client import Client


@click.command()
@FOLDER
@click.option("--competition", default="", metavar="SLUG", help="Its competition. [default: that of the kernel]")
@click.option("-m", "--message", default="kagglebatt", show_default=True, help="Note of the submission.")
@click.option("--score/--no-score", "waits", default=False, help="Wait for the score, as long as --wait says.")
@with_options(PATIENCE, DRY, JSON, TELLING)
@stoppable
def submit(
    folder: Path, competition: str, message: str, waits: bool, dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Submit the finished run of the kernel in FOLDER to its competition, once; see what it left before."""
    from kagglebatt.remote import pushing, submitting

    client = Client(timeouts_of(given), notify)
    kernel = pushing.read_folder(folder, account_of(client, dry_run))
    slug = submitting.competition_of(kernel, competition)
    if dry_run:
        click.echo(
            f"see that the run of {kernel.ref}, bundle {kernel.bundle}, is over and left a valid submission.json"
        )
        click.echo(f"kaggle competitions submit {slug} -k {kernel.ref} -v VERSION -f submission.json")
        return
    found = submitting.submitted(client, slug, kernel.bundle)
    version = pushing.read_note(kernel) or 0
    if found is None:
        version = submitting.check_version(client, kernel)
        found = submitting.Scored(submitting.submit(client, kernel, slug, version, message), "PENDING")
        notify(f"{kernel.ref}: version {version} is submitted to {slug} as {found.ref}")
    else:
        notify(f"{kernel.ref}: bundle {kernel.bundle} is submitted already, as {found.ref}; it was not submitted again")
    if waits or found.state != "PENDING":
        found = submitting.wait_for_score(client, found.ref)
    if as_json:
        click.echo(submitting.as_json(kernel, slug, version, found))
    else:
        click.echo(submitting.as_line(slug, found))
    if found.state == "ERROR":
        raise RunFailedError(f"{slug}: submission {found.ref} could not be scored: {found.error or 'no reason given'}.")
