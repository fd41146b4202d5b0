"""The submission that a loop ends with: of its last kernel's version, once, also when the loop was stopped over it."""

from __future__ import annotations

from kagglebatt.errors import RemoteError, UnsureError
from kagglebatt.remote.client import Client
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.loop_state import State
from kagglebatt.remote.pushing import Folder
from kagglebatt.remote.submitting import Scored, submit, submitted, wait_for_score

MESSAGE = "kagglebatt"
"""Note of the submission, before its bundle's id."""


def submit_last(client: Client, plan: LoopPlan, state: State, kernel: Folder, version: int) -> Scored:
    """Submit the version, unless that was done; what Kaggle says of it.

    Args:
        kernel: whose run left a submission that was checked.

    Raises:
        RemoteError: Kaggle refused, or does not say; whoever continues looks first whether it was submitted.
    """
    slug = plan.competition
    found = _looked_for(client, slug, kernel.bundle, begun=state.submitting == kernel.bundle)
    if found is None:
        state.submitting = kernel.bundle
        state.write(plan.folder)
        try:
            found = Scored(submit(client, kernel, slug, version, MESSAGE), "PENDING")
        except UnsureError:
            raise
        except RemoteError:
            state.submitting = ""  # nothing was submitted
            state.write(plan.folder)
            raise
        client.notify(f"{kernel.ref}: version {version} is submitted to {slug} as {found.ref}")
    return wait_for_score(client, found.ref) if plan.scores else found


def _looked_for(client: Client, slug: str, bundle: str, begun: bool) -> Scored | None:
    """The bundle's submission; one that was begun is looked for as long as it may take to show."""
    if begun:
        client.notify(f"{slug}: looking for {client.timeouts.settle:.0f} s whether it was submitted.")
        for _ in client.polls(client.timeouts.settle, f"the submission to {slug} to show"):
            if (found := submitted(client, slug, bundle)) is not None:
                return found
    return submitted(client, slug, bundle)
