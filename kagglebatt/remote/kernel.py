"""A run of a kernel on Kaggle: ask after it, read its log, fetch what it left.

What is believed is what can be checked: a file is fetched when it has the digest that ``result.json`` gives for it.
"""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from kagglebatt.errors import RemoteError
from kagglebatt.home.files import read_json
from kagglebatt.notebook.result import RESULT_NAME, Result, altered_files, read_result
from kagglebatt.notify import Notify
from kagglebatt.remote.client import ABSENT, Client, end
from kagglebatt.remote.masking import without_secrets

GOING = ("QUEUED", "RUNNING", "NEW_SCRIPT")
"""States of a run that is not over."""

_STATE = r'has status "(?:\w+\.)?(\w+)"'


def status(client: Client, ref: str) -> tuple[str, str]:
    """(state, failure message) of a kernel's newest run, as Kaggle knows it, which may be an older one.

    Args:
        ref: owner/slug, or owner/slug/version for the run of that version.

    Raises:
        RemoteError: Kaggle does not say.
    """
    said = client.read("kernels", "status", ref, quiet=ABSENT, wanted=_STATE)
    state = re.search(_STATE, said)
    assert state is not None
    message = re.search(r'Failure message: "(.*)"', said, re.DOTALL)
    return state[1].upper(), message[1] if message else ""


@dataclass(frozen=True)
class Output:
    """What a run left, as it was fetched.

    Attributes:
        folder: where the files are; those of ``result`` have the digests that it gives.
        result: its note; None without one.
        log: what it printed.
    """

    folder: Path
    result: Result | None
    log: str


def fetch(client: Client, ref: str, bundle: str, into: Path) -> Output:
    """Fetch what a run left, into an empty folder; each file is compared with the run's own note.

    Files that did not come as the note says are asked for again. Nothing is compared when the note is that of
    another bundle.

    Args:
        ref: owner/slug for the newest run, or owner/slug/version.

    Raises:
        RemoteError: Kaggle does not give it, or gives other files than the run wrote.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    wrong: list[str] = []
    began, number = monotonic(), 0
    while True:
        refused = _fetch_once(client, ref, wrong, into, 2.0 ** min(number + 1, client.timeouts.tries))
        result, log = read_result(into / RESULT_NAME), _log(into)
        if result is not None and result.bundle == bundle:
            wrong = _wrong(result, into)
        elif bundle in log and (into / RESULT_NAME).exists():  # the run is the right one, its note is not
            wrong = [RESULT_NAME]
        if refused is None and not wrong:
            return Output(into, result, log)
        why = refused or RemoteError(f"{ref}: {', '.join(wrong)} did not come as the run wrote it.")
        pause = client.timeouts.again(number, monotonic() - began, why)
        if not pause:
            remedy = "Nothing was taken over. Run the same command again to fetch it."
            raise RemoteError(f"{why} {remedy}")
        if number < client.timeouts.tries:
            client.notify(f"{why} Fetching it again in {pause:.0f} s.")
        sleep(pause)
        number += 1


def note_is_there(client: Client, ref: str, bundle: str) -> bool:
    """Whether a run's note is among what it left, without fetching the rest.

    Raises:
        RemoteError: Kaggle does not say.
    """
    with TemporaryDirectory(prefix="kagglebatt-") as name:
        refused = _fetch_once(client, ref, [RESULT_NAME], Path(name), 1.0)
        result = read_result(Path(name) / RESULT_NAME)
    return refused is None and result is not None and result.bundle == bundle


def _fetch_once(client: Client, ref: str, names: list[str], into: Path, stretch: float) -> RemoteError | None:
    """Fetch files, by name or all, and with them the note and the log; the refusal, if there was one."""
    arguments = ["kernels", "output", ref, "-p", str(into), "-o", "-q"]
    if names:
        arguments += ["--file-pattern", f"^({'|'.join(map(re.escape, [*names, RESULT_NAME]))})$"]
    try:
        client.ask(*arguments, stretch=stretch)
    except RemoteError as error:  # also after some files have come
        return error
    return None


def _wrong(result: Result, folder: Path) -> list[str]:
    """Names of files that are not as the note says; they are removed."""
    found = altered_files(result, folder)
    for name in found:
        if not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)
    return found


def _log(folder: Path) -> str:
    for path in folder.glob("*.log"):
        try:
            entries = read_json(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            entries = None
        if isinstance(entries, list):
            return "".join(str(entry.get("data", "")) for entry in entries if isinstance(entry, dict))
    return ""


class Follower:
    """Tells the lines of a run's log as they come, in a thread of its own, until it is closed."""

    def __init__(self, client: Client, ref: str, notify: Notify) -> None:
        self._process = client.start("kernels", "logs", "-f", ref)
        self._thread = threading.Thread(target=self._read, args=(notify,), daemon=True)
        self._thread.start()

    def _read(self, notify: Notify) -> None:
        assert self._process.stdout is not None
        with suppress(ValueError):  # the stream is closed under its reader when nobody wants to hear more
            for line in self._process.stdout:
                notify(without_secrets(line.rstrip("\n")))

    def close(self, seconds: float = 0.0) -> None:
        """Hear the rest for so many seconds, then no more."""
        self._thread.join(seconds)
        end(self._process)
        self._thread.join()


def describe(folder: Path) -> list[str]:
    """A line for each file that a push sends or reads, with its bytes."""
    return [f"{path.stat().st_size:>12,} bytes  {path}" for path in sorted(folder.iterdir()) if path.is_file()]
