"""Waiting for the run that was pushed, and for no other: it is known by its bundle's id.

Kaggle's status may for a while be that of an earlier run, and the client has no limits on waiting. While the run goes
on its log is shown; when it is over its output is fetched and checked.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from kagglebatt.errors import IgnoredInputError, InputError, RemoteError, RunFailedError, UnsureError
from kagglebatt.home import index
from kagglebatt.home.directory import merge_homes
from kagglebatt.home.files import writing
from kagglebatt.notebook.result import NOTEBOOK_NAME, REPORT_NAME
from kagglebatt.notify import Notify
from kagglebatt.remote.client import ABSENT, Client
from kagglebatt.remote.kernel import GOING, Follower, Output, fetch, note_is_there, status
from kagglebatt.remote.pushing import bundle_on_kaggle

_HEAR_OUT_SECONDS = 2.0


@dataclass
class Watch:
    """One run being waited for; ask ``poll`` until it gives an output, and close it.

    Attributes:
        ref: owner/slug of its kernel.
        bundle: what it is known by.
        into: folder for its output; what is there is replaced.
        show: given each line of its log, as it comes.
        version: of the kernel, so that no other run is asked after; 0 where it is not known.
    """

    client: Client
    ref: str
    bundle: str
    into: Path
    show: Callable[[str], object]
    version: int = 0
    state: str = ""
    _follower: Follower | None = None
    _over_since: float | None = None
    _absent_since: float | None = None
    _seen_going: bool = False

    def poll(self) -> Output | None:
        """The run's output, once it is over; None while it goes on, or while nothing is known of it yet.

        Raises:
            RunFailedError: it ended and left nothing that tells of it, or is not there.
            RemoteError: Kaggle does not say, or does not give what the run left.
        """
        try:
            return self._look()
        except RemoteError as error:
            if error.status not in ABSENT:
                raise
            self._see_whether_it_comes(error)
            return None

    @property
    def _asked(self) -> str:
        return f"{self.ref}/{self.version}" if self.version and self.client.pins else self.ref

    def _look(self) -> Output | None:
        state, message = status(self.client, self._asked)
        self._absent_since = None
        if state != self.state:
            self.state = state
            self.client.notify(f"{self.ref}: {state.lower()}{f' ({message})' if message else ''}")
        if state in GOING:
            self._seen_going = True
            self._over_since = None
            if self._follower is None and state == "RUNNING":
                self._follower = Follower(self.client, self._asked, self.show)
            return None
        if self._follower is not None:
            self._follower.close(_HEAR_OUT_SECONDS)
            self._follower = None
        waited = 0.0 if self._over_since is None else monotonic() - self._over_since
        last = waited > self.client.timeouts.settle
        if waited and not last and not note_is_there(self.client, self._asked, self.bundle):
            return None
        self.client.notify(f"{self.ref}: fetching what it left")
        output = fetch(self.client, self._asked, self.bundle, self.into)
        if output.result is not None and output.result.bundle == self.bundle:
            return output
        self._over_since = monotonic() if self._over_since is None else self._over_since
        if last:
            ours = self.bundle in output.log or self._seen_going or "/" in self._asked.removeprefix(self.ref)
            which = "it" if ours else "its newest run, which may not be the one that was pushed,"
            raise RunFailedError(
                f"{self.ref}: {which} ended as {state.lower()} and left no result.json of this bundle"
                f"{f' ({message})' if message else ''}. Its log: {_last_lines(output) or 'nothing'}"
            )
        if not waited:
            self.client.notify(
                f"{self.ref}: no result.json of this bundle yet. Looking for {self.client.timeouts.settle:.0f} s."
            )
        return None

    def _see_whether_it_comes(self, error: RemoteError) -> None:
        """A run may be asked after before Kaggle knows of it; one whose notebook is not there will never come.

        Raises:
            RunFailedError: it is not there.
        """
        if self._absent_since is None:
            self._absent_since = monotonic()
            self.client.notify(f"{self.ref}: Kaggle knows of no such run yet. Looking again.")
        if monotonic() - self._absent_since <= self.client.timeouts.settle:
            return
        self._absent_since = None
        if bundle_on_kaggle(self.client, self.ref) != self.bundle:
            raise RunFailedError(f"{self.ref}: bundle {self.bundle} is not on Kaggle any more, or never was ({error}).")
        self.version = 0  # where versions cannot be asked after, the newest is

    def close(self) -> None:
        """Hear no more of its log."""
        if self._follower is not None:
            self._follower.close()
            self._follower = None


def wait(watch: Watch) -> Output:
    """The run's output, when it is over.

    Raises:
        RunFailedError: it ended and left nothing that tells of it, or did not end.
        RemoteError: as for ``Watch.poll``.
    """
    client = watch.client
    try:
        for _ in client.polls(client.timeouts.run, f"{watch.ref} to end"):
            output = watch.poll()
            if output is not None:
                return output
    finally:
        watch.close()
    raise UnsureError(
        f"{watch.ref}: is not over after {client.timeouts.run / 60:.0f} minutes. `kagglebatt pull` waits for it again."
    )


def merge_output(output: Output, home: Path, notify: Notify) -> int:
    """Merge the home that a run left into another one; how many solvers were new.

    Raises:
        HomeError: one of the two cannot be used.
    """
    if output.result is None or index.FILES[0] not in output.result.files:
        return 0
    return sum(solvers for _, solvers, _ in merge_homes([output.folder], home, notify))


def keep(output: Output, folder: Path) -> list[Path]:
    """Keep what people look at of an output: the notebook as it was executed, and the report; those that there are.

    Raises:
        OutputError: the folder cannot be written to.
    """
    found = [output.folder / name for name in (REPORT_NAME, NOTEBOOK_NAME) if (output.folder / name).is_file()]
    if folder.resolve() == output.folder.resolve():
        return found
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in found:
            shutil.copyfile(path, folder / path.name)
    return [folder / path.name for path in found]


def check_run(ref: str, output: Output) -> None:
    """See that a run did what it should.

    Raises:
        IgnoredInputError: it could not begin, for an input was missing, empty or old.
        RunFailedError: it failed, or did not finish an iteration.
    """
    result = output.result
    archived = result is not None and index.FILES[0] in result.files
    if result is not None and result.usable and result.runs and archived:
        return
    message = result.message if result is not None else "it left no result.json"
    if result is not None and result.usable and not archived:
        message = "its result.json lists no archive"
    if message.startswith(InputError.__name__):
        raise IgnoredInputError(f"{ref}: {message.removeprefix(f'{InputError.__name__}: ')}")
    raise RunFailedError(
        f"{ref}: {result.status if result else 'failed'}, {message}. What it had finished is taken over. "
        f"Its log: {_last_lines(output) or 'nothing'}"
    )


def _last_lines(output: Output) -> str:
    return " / ".join(line.strip() for line in output.log.splitlines()[-3:])
