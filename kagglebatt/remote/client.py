"""Running the ``kaggle`` command, the only file that does. It says yes when it means no, so its words are read.

Every call has a time limit, which the client does not have. What it printed is judged here: credentials that are not
taken, answers that may be another next time, and refusals. No secret that the client knows leaves this file.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Any

from kagglebatt.errors import CredentialsError, RemoteError, UnsureError
from kagglebatt.markup import as_time
from kagglebatt.notify import Notify, Pace, notify_nobody
from kagglebatt.remote.answers import TRACED, UNTRACED, Answer, read_answer
from kagglebatt.remote.installed import found_client
from kagglebatt.remote.sign_in import check_folder, unknown_account

_SIGNED_OUT = "Authentication required to call the Kaggle API"
_USAGE = 2
"""The client's exit code when it does not understand what is asked of it."""

ABSENT = (403, 404)
"""What Kaggle answers for what does not exist, or may not be seen."""

_UNSEEN = "See whether it is there, and whether this account may see it."
_LATER = "Run the same command again later."
_PINS = (2, 2, 5)
"""The first version that does what ``Client.pins`` says."""

_LOOK_SECONDS = 1.0
"""So often is looked whether there is something to say of a call that takes long."""

_SLOWEST = 60
"""Pauses grow to at most so many times the first."""


@dataclass(frozen=True)
class Timeouts:
    """How long to wait for what, in seconds; Kaggle's client would wait for ever.

    Attributes:
        call: for the answer to one question; a transfer of files has more, and twice as much at each try.
        ready: for a version of a dataset to be processed.
        poll: between two looks at a run or a dataset.
        settle: for what was done to show.
        run: for a run to be queued, run and end.
        pause: before a question is asked again, doubled each time.
        tries: how often it is asked at most.
        outage: for Kaggle to answer again, where it does not, or asks to wait; so long is it asked in spite of
            ``tries``.
    """

    call: float = 60.0
    ready: float = 1800.0
    poll: float = 5.0
    settle: float = 120.0
    run: float = 13 * 3600.0
    pause: float = 1.0
    tries: int = 4
    outage: float = 0.0

    def again(self, number: int, passed: float, error: RemoteError) -> float:
        """The pause before a question that failed is asked again, in seconds; 0 for never.

        It is at least as long as Kaggle asked to wait.

        Args:
            number: of tries before this one.
            passed: seconds since the first.
        """
        pause = max(self.pause * min(2.0 ** min(number, 10), _SLOWEST), error.after)
        if number + 1 < self.tries and error.after <= max(self.outage, self.settle):
            return pause
        return pause if isinstance(error, UnsureError) and passed + pause <= self.outage else 0.0

    def pauses(self) -> Iterator[float]:
        """Pauses after each try but the last, which has none behind it."""
        for number in range(self.tries):
            yield self.pause * 2**number if number < self.tries - 1 else 0.0

    def polls(self, seconds: float) -> Iterator[float]:
        """A look now and at every poll until ``seconds`` have passed; yields the seconds that have passed."""
        began = monotonic()
        wait = min(self.poll, 1.0)
        while (passed := monotonic() - began) <= seconds:
            yield passed
            sleep(wait)
            wait = min(self.poll, wait * 1.5)


class Client:
    """Kaggle's client.

    Attributes:
        timeouts: its time limits.
        notify: told of what goes on.
        detail: told of every call.
    """

    def __init__(
        self, timeouts: Timeouts, notify: Notify, held: tuple[int, ...] = (), detail: Notify = notify_nobody
    ) -> None:
        """Find the command.

        Args:
            held: handles that a client which changes something holds on to; with a lock among them nobody else
                begins before a client that outlived its master has ended, too.

        Raises:
            CredentialsError: there is no such command, or it is too old.
        """
        self._command, self._version = found_client()
        self._held = held
        self.timeouts = timeouts
        self.notify = notify
        self.detail = detail

    @property
    def pins(self) -> bool:
        """Whether it asks after the version that is named, and not after the newest all the same."""
        return self._version >= _PINS

    def polls(self, seconds: float, what: str) -> Iterator[float]:
        """``Timeouts.polls``; what is waited for is said when one look was not enough, and now and then after that.

        Args:
            what: should happen, such as "the run to end".
        """
        pace = Pace(part=0.1, most=600.0)
        for number, passed in enumerate(self.timeouts.polls(seconds)):
            if number == 1:
                self.notify(f"Waiting for {what}, {as_time(seconds)} at most.")
            elif number and pace.due():
                self.notify(f"Still waiting for {what}, after {as_time(passed)}.")
            yield passed

    def account(self, again: bool = True) -> str:
        """The name of the account that the client is logged in to.

        Args:
            again: ask again where there is no answer.

        Raises:
            CredentialsError: it is logged in to none, or cannot begin here.
        """
        said = self.read("config", "view", patient=False) if again else self.ask("config", "view")
        found = re.search(r"^- username: (\S+)$", said, re.MULTILINE)
        if found is None or found[1] == "None":
            raise CredentialsError(unknown_account())
        return found[1]

    def read(
        self,
        *arguments: str,
        transfer: bool = False,
        quiet: tuple[int, ...] = (),
        wanted: str = "",
        patient: bool = True,
    ) -> str:
        """Ask what changes nothing, a few times where the answer is no; what the client printed.

        Args:
            transfer: it fetches files, which may take longer.
            quiet: statuses that may well be the answer; they are not told.
            wanted: pattern of what an answer has in it; another one is none.
            patient: an outage is waited out.

        Raises:
            RemoteError: the answer stays no.
        """
        timeouts = self.timeouts if patient else replace(self.timeouts, outage=0.0)
        began, number, told = monotonic(), 0, ""
        while True:
            try:
                said = self._run(arguments, 2.0 ** min(number + 1, timeouts.tries) if transfer else 1.0, ())
                if not re.search(wanted, said):
                    words = " ".join(said.split())[:200] or "nothing"
                    raise UnsureError(
                        f"`kaggle {' '.join(arguments[:2])}` says nothing of what was asked, but {words}."
                    )
            except RemoteError as error:
                pause = timeouts.again(number, monotonic() - began, error)
                if not pause:
                    remedy = _UNSEEN if error.status in ABSENT else _LATER
                    raise type(error)(f"{error} {remedy}", error.status, error.after) from error
                if error.status not in quiet and told != str(error):
                    told = str(error)
                    self.notify(f"{error} Asking again in {pause:.0f} s{', and on' if timeouts.outage else ''}.")
            else:
                if number >= timeouts.tries:
                    self.notify(f"Kaggle answers again, after {monotonic() - began:.0f} s.")
                return said
            sleep(pause)
            number += 1

    def ask(self, *arguments: str, stretch: float = 1.0) -> str:
        """Run the command once, for what it changes; what it printed.

        Args:
            stretch: so many times the limit of a call may it take.

        Raises:
            CredentialsError: Kaggle does not take the credentials.
            UnsureError: nothing tells whether it was done.
            RemoteError: Kaggle refused.
        """
        return self._run(arguments, stretch, self._held)

    def _run(self, arguments: tuple[str, ...], stretch: float, held: tuple[int, ...]) -> str:
        check_folder()
        seconds = self.timeouts.call * stretch
        began, pace = monotonic(), Pace(part=0.1)
        process = self.start(*arguments, held=held)
        try:
            while (answered := _hear(process, min(began + seconds - monotonic(), _LOOK_SECONDS))) is None:
                if monotonic() - began >= seconds:
                    raise UnsureError(f"`kaggle {' '.join(arguments[:2])}` gave no answer within {seconds:.0f} s.")
                if pace.due():
                    self.notify(f"`kaggle {' '.join(arguments[:2])}` is at it, for {as_time(pace.passed)} by now.")
        finally:
            end(process)
        out, err = answered
        self.detail(f"kaggle {' '.join(arguments)}: {monotonic() - began:.1f} s, exit code {process.returncode}")
        answer = read_answer(out, err)
        if process.returncode == 0 and "User cancelled operation" not in out:
            return answer.out
        raise _fault(arguments, answer, process.returncode)

    def start(self, *arguments: str, held: tuple[int, ...] = ()) -> subprocess.Popen[str]:
        """Start the command in a process group of its own; both of its streams are pipes."""
        return subprocess.Popen(
            [self._command, "-W", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(TRACED if arguments[:2] in _TRACED else UNTRACED)},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=held,
        )


def _hear(process: subprocess.Popen[str], seconds: float) -> tuple[str, str] | None:
    """What a client printed until its end; None while it goes on."""
    try:
        return process.communicate(timeout=max(0.0, seconds))
    except subprocess.TimeoutExpired:
        return None


def end(process: subprocess.Popen[Any]) -> None:
    """End a client that still runs, with all that it started, and close its streams."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


_TRACED = (
    ("competitions", "submit"),
    ("competitions", "submissions"),
    ("kernels", "push"),
    ("kernels", "status"),
    ("kernels", "output"),
    ("kernels", "pull"),
)
"""Calls whose traffic is looked at; of others it would be the files that they fetch."""


def _fault(arguments: tuple[str, ...], answer: Answer, code: int) -> Exception:
    if _SIGNED_OUT in answer.out or answer.status == 401:
        return CredentialsError(unknown_account())
    return answer.fault(" ".join(arguments[:2]), usage=code == _USAGE)
