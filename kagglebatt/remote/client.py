"""Running the ``kaggle`` command, the only file that does. It says yes when it means no, so its words are read.

Every call has a time limit, which the client does not have. What it printed is judged here: credentials that are not
taken, answers that may be another next time, and refusals. No secret that the client knows leaves this file.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from kagglebatt.errors import CredentialsError, RemoteError, UnsureError
from kagglebatt.home.files import read_json
from kagglebatt.remote.connection import no_connection
from kagglebatt.remote.sign_in import check_folder, unknown_account

_STATUS = re.compile(r"\b([45]\d\d) (?:Client|Server) Error")
_SIGNED_OUT = "Authentication required to call the Kaggle API"
_WORDINGS = {
    403: ("Cannot access kernel", "You don't have access", "was denied"),
    404: ("The resource was not found",),
    409: ("already exists", "already in use"),
    429: ("You have been rate limited",),
    503: ("problem on Kaggle's side",),
}
"""What stands for a status where the client prints a message instead of it."""

_SECRET_NAMES = ("KAGGLE_KEY", "KAGGLE_API_TOKEN", "KAGGLE_TOKEN")
_SECRET_FILES = ("kaggle.json", "access_token", "access_token.txt", "credentials.json")
_LEAST_SECRET = 8

ABSENT = (403, 404)
"""What Kaggle answers for what does not exist, or may not be seen."""

_UNSEEN = "See whether it is there, and whether this account may see it."
_LATER = "Run the same command again later."


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
    """

    call: float = 60.0
    ready: float = 1800.0
    poll: float = 5.0
    settle: float = 120.0
    run: float = 13 * 3600.0
    pause: float = 1.0
    tries: int = 4

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
    """

    def __init__(self, timeouts: Timeouts, notify: Callable[[str], object], held: tuple[int, ...] = ()) -> None:
        """Find the command.

        Args:
            held: handles that a client which changes something holds on to; with a lock among them nobody else
                begins before a client that outlived its master has ended, too.

        Raises:
            CredentialsError: there is no such command.
        """
        beside = Path(sys.executable).with_name("kaggle")
        command = shutil.which("kaggle") or (str(beside) if beside.exists() else None)
        if command is None:
            raise CredentialsError(
                "Kaggle's client is not installed: python -m pip install kaggle (2.2.4 or newer, for Python 3.11 on)."
            )
        self._command = command
        self._held = held
        self.timeouts = timeouts
        self.notify = notify

    def account(self, again: bool = True) -> str:
        """The name of the account that the client is logged in to.

        Args:
            again: ask again where there is no answer.

        Raises:
            CredentialsError: it is logged in to none, or cannot begin here.
        """
        said = self.read("config", "view") if again else self.ask("config", "view")
        found = re.search(r"^- username: (\S+)$", said, re.MULTILINE)
        if found is None or found[1] == "None":
            raise CredentialsError(unknown_account())
        return found[1]

    def read(self, *arguments: str, transfer: bool = False, quiet: tuple[int, ...] = ()) -> str:
        """Ask what changes nothing, a few times where the answer is no; what the client printed.

        Args:
            transfer: it fetches files, which may take longer.
            quiet: statuses that may well be the answer; they are not told.

        Raises:
            RemoteError: the answer stays no.
        """
        told = ""
        for number, pause in enumerate(self.timeouts.pauses()):
            try:
                return self._run(arguments, 2.0 ** (number + 1) if transfer else 1.0, ())
            except RemoteError as error:
                if not pause:
                    remedy = _UNSEEN if error.status in ABSENT else _LATER
                    raise type(error)(f"{error} {remedy}", error.status) from error
                if error.status not in quiet and str(error) != told:
                    told = str(error)
                    self.notify(f"{error} Asking again in {pause:.0f} s.")
                sleep(pause)
        raise AssertionError("there is a last try")

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
        process = self.start(*arguments, held=held)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise UnsureError(f"`kaggle {' '.join(arguments[:2])}` gave no answer within {seconds:.0f} s.") from None
        finally:
            end(process)
        out, err = without_secrets(out), without_secrets(err)
        if process.returncode == 0 and "User cancelled operation" not in out:
            return out
        raise _fault(arguments, out, err)

    def start(self, *arguments: str, held: tuple[int, ...] = ()) -> subprocess.Popen[str]:
        """Start the command in a process group of its own; both of its streams are pipes."""
        return subprocess.Popen(
            [self._command, "-W", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=held,
        )


def end(process: subprocess.Popen[Any]) -> None:
    """End a client that still runs, with all that it started, and close its streams."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _fault(arguments: tuple[str, ...], out: str, err: str) -> Exception:
    said = err.strip() or out.strip()
    status = _status(said)
    if _SIGNED_OUT in out or status == 401:
        return CredentialsError(unknown_account())
    lines = [line for line in said.splitlines() if line.strip() and "%|" not in line]  # no progress bars
    lines = lines or ["it failed without a word"]
    line = lines[-1 if lines[0].startswith("Traceback") else 0]
    line = no_connection(said) or line[:300].rstrip(". ")
    what = f"`kaggle {' '.join(arguments[:2])}`: {line}."
    if status in (0, 408, 429) or status >= 500:
        return UnsureError(what, status)
    return RemoteError(what, status)


def _status(said: str) -> int:
    found = _STATUS.search(said)
    if found:
        return int(found[1])
    return next((status for status, words in _WORDINGS.items() if any(word in said for word in words)), 0)


def without_secrets(text: str) -> str:
    """The text with every secret that the client could have used replaced by stars."""
    for secret in _secrets():
        text = text.replace(secret, "***")
    return text


def _secrets() -> list[str]:
    found = [os.environ.get(name, "") for name in _SECRET_NAMES]
    folders = [Path.home() / ".kaggle", Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kaggle"]
    folders += [Path(os.environ["KAGGLE_CONFIG_DIR"])] if os.environ.get("KAGGLE_CONFIG_DIR") else []
    paths = [folder / name for folder in folders for name in _SECRET_FILES]
    for path in [*paths, *(Path(name) for name in found if "/" in name)]:  # a token's variable may name its file
        try:
            text = path.read_text("utf-8")
        except (OSError, ValueError):
            continue
        values = read_json(text)
        named = values.items() if isinstance(values, dict) else [("token", text.strip())]
        found += [str(value) for name, value in named if "key" in name or "token" in name]
    return [secret for secret in found if len(secret) >= _LEAST_SECRET]
