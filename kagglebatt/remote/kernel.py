"""A kernel on Kaggle: push it, ask after it, read its log, fetch what it left.

What is believed is what can be checked: a push is there when the notebook on Kaggle carries the bundle's id, and a
file is fetched when it has the digest that ``result.json`` gives for it.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from kagglebatt.errors import IgnoredInputError, QuotaError, RemoteError, SettingsError, UnsureError
from kagglebatt.home.files import read_json
from kagglebatt.notebook.kernel_metadata import NAME as METADATA_NAME
from kagglebatt.notebook.result import RESULT_NAME, Result, altered_files, read_result
from kagglebatt.remote.client import ABSENT, Client, end, without_secrets

GOING = ("QUEUED", "RUNNING", "NEW_SCRIPT")
"""States of a run that is not over."""

_MARGIN_SECONDS = 900
_MOST_SECONDS = 12 * 3600
"""Kaggle ends a run on a processor after that."""

_REMEDIES = {
    400: "Kaggle hides the reason; the usual one is a source of more than 1 MB. `kagglebatt bundle` counts it.",
    403: "Kaggle does not let this account do that. Check the account, its phone verification, and who owns what.",
    409: "Kaggle has a kernel or dataset with this title or slug already. Give another --name.",
}


@dataclass(frozen=True)
class Folder:
    """A bundled kernel's folder: what is pushed.

    Attributes:
        ref: owner/slug.
        bundle: its identity.
        seconds: what the notebook allows itself, or None.
    """

    path: Path
    ref: str
    bundle: str
    seconds: float | None


def read_folder(path: Path, account: str) -> Folder:
    """The kernel in a folder that ``bundle`` wrote.

    Args:
        account: stands for the owner where the metadata name none.

    Raises:
        SettingsError: it holds none.
    """
    metadata = _json(path / METADATA_NAME)
    notebook = _json(path / str(metadata.get("code_file", ""))) if isinstance(metadata, dict) else None
    bundle = _bundle(notebook)
    if not bundle or not isinstance(notebook, dict) or not isinstance(metadata, dict):
        raise SettingsError(f"{path}: holds no kernel of kagglebatt's. Make one with `kagglebatt bundle --to {path}`.")
    name = str(metadata.get("id"))
    minutes = notebook["metadata"]["kagglebatt"].get("minutes")
    return Folder(path, name if "/" in name else f"{account}/{name}", bundle, 60 * minutes if minutes else None)


def _json(path: Path) -> object:
    try:
        return read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _bundle(notebook: object) -> str:
    try:
        return str(notebook["metadata"]["kagglebatt"]["bundle"])  # type: ignore[index]
    except (KeyError, TypeError):
        return ""


def bundle_on_kaggle(client: Client, ref: str) -> str:
    """The bundle id of a kernel's newest version on Kaggle; empty when there is none, or one of somebody else's.

    Raises:
        RemoteError: Kaggle does not say.
    """
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        try:
            client.read("kernels", "pull", ref, "-p", folder, quiet=ABSENT)
        except RemoteError as error:
            if error.status in ABSENT:
                return ""
            raise
        for path in Path(folder).glob("*.ipynb"):
            return _bundle(_json(path))
    return ""


def push(client: Client, kernel: Folder) -> int | None:
    """Push a kernel once, and only once; the version that Kaggle gave it, or None where its answer was lost.

    Raises:
        QuotaError: too many runs are going.
        IgnoredInputError: the run was started without one of its inputs.
        RemoteError: Kaggle refused, or does not answer.
    """
    limit = min(_MOST_SECONDS, int((kernel.seconds or _MOST_SECONDS) + _MARGIN_SECONDS))
    for pause in client.timeouts.pauses():
        try:
            said = client.ask("kernels", "push", "-p", str(kernel.path), "-t", str(limit))
        except UnsureError as error:
            client.notify(f"{error} Looking whether it was pushed.")
            sleep(pause)
            if bundle_on_kaggle(client, kernel.ref) == kernel.bundle:
                return None
            if not pause:
                remedy = "Run the same command again later; it pushes nothing twice."
                raise UnsureError(f"{error} {remedy}", error.status) from error
        except RemoteError as error:
            raise RemoteError(f"{error} {_REMEDIES.get(error.status, '')}".strip(), error.status) from error
        else:
            return _pushed(said, kernel)
    raise AssertionError("there is a last try")


def _pushed(said: str, kernel: Folder) -> int | None:
    refusal = re.search(r"Kernel push error: (.*)", said)
    if refusal:
        what = f"{kernel.ref}: Kaggle refused it: {refusal[1]}"
        if "session count" in refusal[1]:
            raise QuotaError(f"{what} Wait until another run ends.")
        raise RemoteError(f"{what} {_REMEDIES[409] if 'title' in refusal[1].lower() else ''}".strip())
    ignored = re.search(r"not valid (.*?) and could not be added to the kernel: (.*)", said)
    if ignored:
        raise IgnoredInputError(
            f"{kernel.ref}: Kaggle runs it without {ignored[1]} {ignored[2]}. Check that they exist, are ready, and "
            "may be read by this account."
        )
    version = re.search(r"Kernel version (\d+) successfully", said)
    return int(version[1]) if version else None


def status(client: Client, ref: str) -> tuple[str, str]:
    """(state, failure message) of a kernel's newest run, as Kaggle knows it, which may be an older one.

    Raises:
        RemoteError: Kaggle does not say.
    """
    said = client.read("kernels", "status", ref)
    state = re.search(r'has status "(?:\w+\.)?(\w+)"', said)
    if state is None:
        raise UnsureError(f"{ref}: Kaggle's client says nothing of its status: {said.strip()[:200]}")
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
    """Fetch what the newest run left, into an empty folder; each file is compared with the run's own note.

    Files that did not come as the note says are asked for again. Nothing is compared when the note is that of
    another bundle.

    Raises:
        RemoteError: Kaggle does not give it, or gives other files than the run wrote.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    wrong: list[str] = []
    for number, pause in enumerate(client.timeouts.pauses()):
        arguments = ["kernels", "output", ref, "-p", str(into), "-o", "-q"]
        if wrong:
            arguments += ["--file-pattern", f"^({'|'.join(map(re.escape, [*wrong, RESULT_NAME]))})$"]
        refused: RemoteError | None = None
        try:
            client.ask(*arguments, stretch=2.0 ** (number + 1))
        except RemoteError as error:  # also after some files have come
            refused = error
        result, log = read_result(into / RESULT_NAME), _log(into)
        if result is not None and result.bundle == bundle:
            wrong = _wrong(result, into)
        elif bundle in log and (into / RESULT_NAME).exists():  # the run is the right one, its note is not
            wrong = [RESULT_NAME]
        if refused is None and not wrong:
            return Output(into, result, log)
        why = str(refused) if refused else f"{ref}: {', '.join(wrong)} did not come as the run wrote it."
        if not pause:
            raise RemoteError(f"{why} Nothing was taken over. Run the same command again to fetch it.")
        client.notify(f"{why} Fetching it again in {pause:.0f} s.")
        sleep(pause)
    raise AssertionError("there is a last try")


def _wrong(result: Result, folder: Path) -> list[str]:
    """Names of files that are not as the note says; they are removed."""
    found = altered_files(result, folder)
    for name in found:
        if not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)
    return found


def _log(folder: Path) -> str:
    for path in folder.glob("*.log"):
        entries = _json(path)
        if isinstance(entries, list):
            return "".join(str(entry.get("data", "")) for entry in entries if isinstance(entry, dict))
    return ""


class Follower:
    """Tells the lines of a run's log as they come, in a thread of its own, until it is closed."""

    def __init__(self, client: Client, ref: str, notify: Callable[[str], object]) -> None:
        self._process = client.start("kernels", "logs", "-f", ref)
        self._thread = threading.Thread(target=self._read, args=(notify,), daemon=True)
        self._thread.start()

    def _read(self, notify: Callable[[str], object]) -> None:
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
