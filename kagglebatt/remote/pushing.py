"""Pushing a kernel so that it runs once: a run on Kaggle cannot be cancelled.

Only an answer that names a version is believed. After any other, Kaggle is asked for a while whether the notebook is
there; what is not there by then is pushed as a bundle of its own, so that no two runs can have the same. Whether a
push was under way when its process ended is noted in the folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from kagglebatt.errors import IgnoredInputError, NotJoinedError, QuotaError, RemoteError, SettingsError, UnsureError
from kagglebatt.home.files import read_json, write_aside, writing
from kagglebatt.notebook.kernel_metadata import NAME as METADATA_NAME
from kagglebatt.remote.client import ABSENT, Client
from kagglebatt.stop import finishing

NOTE_NAME = "push.json"
_MARGIN_SECONDS = 900
_MOST_SECONDS = 12 * 3600
"""Kaggle ends a run on a processor after that."""

_TAKEN = (
    "Kaggle has a kernel or dataset with this title or slug already. Bundle it with another --name "
    "(of `kagglebatt bundle`, or `kagglebatt loop`)."
)
_REMEDIES = {
    400: "Kaggle takes no source of more than 1 MB; `kagglebatt bundle` counts it. Bundle it anew, and push that.",
    403: "Kaggle does not let this account do that. Check the account, its phone verification, and who owns what.",
    404: "Kaggle does not find the kernel, or something that it names. Check the owner and the inputs in its metadata.",
    409: _TAKEN,
}
_REFUSALS = (
    ("weekly", "Wait until the account has hours again (`kaggle quota` shows them), or do without machine_shape."),
    ("hours", "Wait until the account has hours again (`kaggle quota` shows them), or do without machine_shape."),
    ("not found", _REMEDIES[404]),
    ("title", _TAKEN),
    ("slug", _TAKEN),
)
"""What to do, by a word of Kaggle's refusal."""


@dataclass(frozen=True)
class Folder:
    """A bundled kernel's folder: what is pushed.

    Attributes:
        ref: owner/slug.
        bundle: its identity.
        seconds: what the notebook allows itself, or None.
        code_file: the notebook's name.
    """

    path: Path
    ref: str
    bundle: str
    seconds: float | None
    code_file: str


def link(ref: str) -> str:
    """Where a kernel can be looked at."""
    return f"https://www.kaggle.com/code/{ref}"


def read_folder(path: Path, account: str) -> Folder:
    """The kernel in a folder that ``bundle`` wrote.

    Args:
        account: stands for the owner where the metadata name none.

    Raises:
        SettingsError: it holds none.
    """
    metadata = _json(path / METADATA_NAME)
    code_file = str(metadata.get("code_file", "")) if isinstance(metadata, dict) else ""
    notebook = _json(path / code_file)
    bundle = bundle_of(notebook)
    if not bundle or not isinstance(notebook, dict) or not isinstance(metadata, dict):
        raise SettingsError(f"{path}: holds no kernel of kagglebatt's. Make one with `kagglebatt bundle --to {path}`.")
    name = str(metadata.get("id"))
    minutes = notebook["metadata"]["kagglebatt"].get("minutes")
    ref = name if "/" in name else f"{account}/{name}"
    return Folder(path, ref, bundle, 60 * minutes if minutes else None, code_file)


def owned(kernel: Folder) -> Folder:
    """The kernel with its owner written into its metadata: a bare id leaves it to the client whose it is.

    Raises:
        OutputError: the folder cannot be written to.
    """
    path = kernel.path / METADATA_NAME
    metadata = _json(path)
    if isinstance(metadata, dict) and metadata.get("id") != kernel.ref:
        with writing(kernel.path):
            write_aside(path, json.dumps({**metadata, "id": kernel.ref}, indent=2) + "\n")
    return kernel


def renewed(kernel: Folder) -> Folder:
    """The kernel under another identity, of the same content, in the same folder."""
    bundle = hashlib.sha256(f"{kernel.bundle} again".encode()).hexdigest()[: len(kernel.bundle)]
    path = kernel.path / kernel.code_file
    with writing(kernel.path):
        write_aside(path, path.read_text("utf-8").replace(kernel.bundle, bundle))
    return replace(kernel, bundle=bundle)


def _json(path: Path) -> object:
    try:
        return read_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def bundle_of(notebook: object) -> str:
    """The bundle id in a notebook; empty in one of somebody else's."""
    try:
        return str(notebook["metadata"]["kagglebatt"]["bundle"])  # type: ignore[index]
    except (KeyError, TypeError):
        return ""


def write_note(kernel: Folder, version: int) -> None:
    """Note beside a kernel that it is being pushed, and later which version it became; 0 where that is not known.

    Raises:
        OutputError: the folder cannot be written to.
    """
    with writing(kernel.path):
        write_aside(kernel.path / NOTE_NAME, json.dumps({"bundle": kernel.bundle, "version": version}) + "\n")


def forget_note(kernel: Folder) -> None:
    """Nothing is under way any more, and nothing came of it."""
    (kernel.path / NOTE_NAME).unlink(missing_ok=True)


def read_note(kernel: Folder) -> int | None:
    """The version that a kernel became, 0 where that is not known; None when no push of it was ever begun."""
    found = _json(kernel.path / NOTE_NAME)
    if not isinstance(found, dict) or found.get("bundle") != kernel.bundle:
        return None
    version = found.get("version")
    return version if isinstance(version, int) else 0


def is_there(client: Client, kernel: Folder) -> bool:
    """Whether a kernel is on Kaggle; one that somebody began to push is looked for as long as it may take to show.

    Raises:
        RemoteError: Kaggle does not say.
    """
    if read_note(kernel) is None:
        return bundle_on_kaggle(client, kernel.ref) == kernel.bundle
    return shows_up(client, kernel.ref, kernel.bundle)


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
            return bundle_of(_json(path))
    return ""


def shows_up(client: Client, ref: str, bundle: str) -> bool:
    """Whether a bundle that may have been pushed is on Kaggle; it is looked for as long as things take to show.

    Raises:
        RemoteError: Kaggle does not say.
    """
    for _ in client.polls(client.timeouts.settle, f"{ref} to show bundle {bundle}"):
        if bundle_on_kaggle(client, ref) == bundle:
            return True
    return bundle_on_kaggle(client, ref) == bundle  # the last look comes after all that time


def push(client: Client, kernel: Folder, again: Callable[[], Folder], keep: Callable[[Folder, int], object]) -> None:
    """Push a kernel so that it runs once. A signal lets a push that is under way finish first.

    Args:
        again: gives the kernel as a bundle of its own, for another try; whoever continues must look for that one.
        keep: noted with what is there, and its version, 0 where that is not known; before any signal is heeded.

    Raises:
        QuotaError: too many runs are going; nothing was pushed.
        IgnoredInputError: the run was started without one of its inputs.
        UnsureError: no answer came, and nothing is there.
        RemoteError: Kaggle refused; nothing was pushed.
    """
    began, number = monotonic(), 0
    while True:
        try:
            with finishing(lambda: client.notify(_FINISHING)):
                keep(kernel, _send(client, kernel))
            return
        except UnsureError as error:
            client.notify(f"{error} Looking for {client.timeouts.settle:.0f} s whether it was pushed.")
            if shows_up(client, kernel.ref, kernel.bundle):
                keep(kernel, 0)
                return
            pause = client.timeouts.again(number, monotonic() - began, error)
            if not pause:
                remedy = "Run the same command again later; it pushes nothing twice."
                raise UnsureError(f"{error} {remedy}", error.status, error.after) from error
            sleep(max(0.0, pause - client.timeouts.settle))
        kernel, number = again(), number + 1


_LIST = "[]'\" \n"
"""What is around the one name in a list of names."""

_FINISHING = "A push is under way, and is finished first. Once more ends it at once."


def _send(client: Client, kernel: Folder) -> int:
    """Push a kernel; its version."""
    limit = min(_MOST_SECONDS, int((kernel.seconds or _MOST_SECONDS) + _MARGIN_SECONDS))
    size = sum(path.stat().st_size for path in kernel.path.iterdir() if path.is_file())
    client.notify(f"{kernel.ref}: pushing {size:,} bytes")
    try:
        said = client.ask("kernels", "push", "-p", str(kernel.path), "-t", str(limit))
    except UnsureError:
        raise
    except RemoteError as error:
        raise RemoteError(f"{error} {_REMEDIES.get(error.status, '')}".strip(), error.status) from error
    return _version(said, kernel)


def _version(said: str, kernel: Folder) -> int:
    """The version that the client names, which is all that is believed.

    Raises:
        QuotaError, IgnoredInputError, RemoteError: what it says instead.
        UnsureError: it says nothing of the kind.
    """
    refusal = re.search(r"Kernel push error: (.*)", said)
    if refusal:
        what = f"{kernel.ref}: Kaggle refused it: {refusal[1].rstrip('. ')}."
        if "session count" in refusal[1]:
            raise QuotaError(f"{what} Wait until another run ends.")
        remedies = [remedy for word, remedy in _REFUSALS if word in refusal[1].lower()]
        raise RemoteError(f"{what} {remedies[0] if remedies else ''}".strip())
    ignored = re.search(r"not valid (.*?) and could not be added to the kernel: (.*)", said)
    if ignored and ignored[1].startswith("competition"):
        raise NotJoinedError(
            f"{kernel.ref}: Kaggle runs it without the competition {ignored[2]}. Join it, and accept its rules on "
            f"https://www.kaggle.com/competitions/{ignored[2].strip(_LIST)}/rules; then run the same command again."
        )
    if ignored:
        raise IgnoredInputError(
            f"{kernel.ref}: Kaggle runs it without {ignored[1]} {ignored[2]}. Check that they exist, are ready, and "
            "may be read by this account."
        )
    version = re.search(r"Kernel version (\d+) successfully pushed", said)
    if version is None:
        words = " ".join(said.split())[:200] or "nothing"
        raise UnsureError(f"{kernel.ref}: Kaggle's client names no version that was pushed; it says: {words}.")
    return int(version[1])
