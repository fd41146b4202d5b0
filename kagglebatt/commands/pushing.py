"""What ``push`` does with a kernel's folder: it notes there what is under way, and waits for room."""

from __future__ import annotations

import click

from kagglebatt.commands.options import notify
from kagglebatt.errors import IgnoredInputError, QuotaError, RemoteError, RunFailedError, UnsureError
from kagglebatt.remote import pushing
from kagglebatt.remote.client import Client


def push_when_there_is_room(client: Client, kernel: pushing.Folder, waits: bool) -> None:
    """Push a kernel, and note beside it what becomes of that, before and after.

    Args:
        waits: for another run to end, when the account has as many as it may.

    Raises:
        RunFailedError: none ended in time.
        RemoteError: as for ``pushing.push``.
    """

    def noted(kernel: pushing.Folder) -> pushing.Folder:
        pushing.write_note(kernel, 0)
        return kernel

    def keep(kernel: pushing.Folder, version: int) -> None:
        pushing.write_note(kernel, version)
        named = f"pushed as version {version}" if version else "pushed"
        click.echo(f"{kernel.ref}: {named}, bundle {kernel.bundle}\n{pushing.link(kernel.ref)}")

    latest = kernel
    for _ in client.polls(client.timeouts.run, "another run to end"):

        def again() -> pushing.Folder:
            nonlocal latest
            latest = noted(pushing.renewed(latest))
            return latest

        try:
            pushing.push(client, noted(latest), again, keep)
            return
        except (UnsureError, IgnoredInputError):  # it may be there, or is
            raise
        except QuotaError as error:
            pushing.forget_note(latest)
            if not waits:
                raise
            notify(f"{error} Waiting for that.")
        except RemoteError:
            pushing.forget_note(latest)
            raise
    raise RunFailedError(f"{kernel.ref}: no other run ended within {client.timeouts.run / 60:.0f} minutes.")
