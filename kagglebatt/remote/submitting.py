"""Submitting a run that is over to a competition, once: a submission cannot be taken back, and a day has few of them.

What is submitted is a version of the kernel, whose run left a valid ``submission.json``. Kaggle's answer is believed
when it names the submission; after any other the list of submissions is asked, in which each has its bundle's id.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kagglebatt.errors import RemoteError, RunFailedError, SettingsError, UnsureError
from kagglebatt.home.files import read_json
from kagglebatt.notebook.kernel_metadata import NAME as METADATA_NAME
from kagglebatt.remote.client import ABSENT, Client
from kagglebatt.remote.kernel import GOING, fetch, status
from kagglebatt.remote.pushing import Folder, is_there, read_note
from kagglebatt.stop import finishing
from kagglebatt.tasks.submission import FILE_NAME
from kagglebatt.tasks.submission_check import faults, read_submission

_RULES = "Accept its rules on https://www.kaggle.com/competitions/{slug}/rules, and submit again."
_LIMIT = "The day's submissions are used up. Wait until the next day begins (0:00 UTC), and submit again."
_REFUSALS = (("rules", _RULES), ("limit", _LIMIT), ("maximum", _LIMIT), ("remaining", _LIMIT), ("deadline", ""))
"""What to do, by a word of Kaggle's refusal."""
_REMEDIES = {
    403: _RULES,
    404: "See that {slug} is the competition's slug, and that it still takes submissions.",
}


@dataclass(frozen=True)
class Scored:
    """A submission as Kaggle knows it.

    Attributes:
        ref: its number.
        state: ``PENDING``, ``COMPLETE`` or ``ERROR``.
        score: as Kaggle shows it; empty until then.
        error: why it could not be scored.
    """

    ref: int
    state: str
    score: str = ""
    error: str = ""


def competition_of(kernel: Folder, asked: str) -> str:
    """The competition whose tasks a kernel answers.

    Args:
        asked: the one that the user names, or nothing.

    Raises:
        SettingsError: the kernel is for none, or for another one.
    """
    found = read_json((kernel.path / METADATA_NAME).read_text("utf-8"))
    named = found.get("competition_sources") if isinstance(found, dict) else None
    named = [str(each) for each in named] if isinstance(named, list) else []
    if not named or (asked and asked not in named):
        remedy = f"Make one with `kagglebatt bundle --solve --competition {asked or 'SLUG'} --to {kernel.path}`."
        raise SettingsError(f"{kernel.path}: is no kernel of the competition {asked or 'of any'}. {remedy}")
    return asked or named[0]


def check_version(client: Client, kernel: Folder) -> int:
    """See that a kernel's run is over and left a valid submission; the version.

    Raises:
        RunFailedError: it was not pushed, goes on, failed, or left none.
        RemoteError: Kaggle does not say.
    """
    version = read_note(kernel)
    if version is None or not is_there(client, kernel):
        raise RunFailedError(
            f"{kernel.ref}: bundle {kernel.bundle} is not on Kaggle. `kagglebatt push {kernel.path}` pushes it."
        )
    if not version:
        raise RunFailedError(
            f"{kernel.ref}: which version bundle {kernel.bundle} became is not known, and only a version is submitted. "
            "Bundle it with another --name, and push that."
        )
    pinned = f"{kernel.ref}/{version}" if client.pins else kernel.ref
    state, message = status(client, pinned)
    if state in GOING:
        raise RunFailedError(
            f"{kernel.ref}: version {version} is still {state.lower()}. `kagglebatt pull {kernel.path}` waits for it."
        )
    if state != "COMPLETE":
        raise RunFailedError(f"{kernel.ref}: version {version} ended as {state.lower()} {message}".rstrip() + ".")
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        output = fetch(client, pinned, kernel.bundle, Path(folder) / "output")
        other = output.result is None or output.result.bundle != kernel.bundle
        wrong = "its result.json is of another bundle" if other else submission_fault(output.folder)
    if wrong:
        raise RunFailedError(f"{kernel.ref}: version {version} left no submission that could be scored: {wrong}.")
    return version


def submission_fault(folder: Path) -> str:
    """What is wrong with the submission in a run's output; empty when nothing is."""
    path = folder / FILE_NAME
    if not path.is_file():
        return f"there is no {FILE_NAME} in its output"
    content, fault = read_submission(path.read_text("utf-8", errors="replace"))
    if fault or not isinstance(content, dict) or not content:
        return f"its {FILE_NAME} {fault or 'has no tasks'}"
    problems = faults(content, {name: len(own) if isinstance(own, list) else 1 for name, own in content.items()})
    return problems[0] if problems else ""


def submitted(client: Client, slug: str, bundle: str) -> Scored | None:
    """The submission of a bundle, if it is among the account's; Kaggle lists the newest.

    Raises:
        RemoteError: Kaggle does not say.
    """
    try:
        said = client.read("competitions", "submissions", slug, "--format", "json", "--page-size", "200")
    except RemoteError as error:
        raise _explained(error, slug) from error
    listed = read_json(said[said.find("[") :]) if "[" in said else None
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and bundle in str(each.get("description")):
            return _scored(each)
    return None


def _scored(each: dict[str, object]) -> Scored:
    state = str(each.get("status") or "PENDING").rpartition(".")[2].upper()
    return Scored(int(str(each.get("ref") or 0)), state, str(each.get("publicScore") or ""))


def submit(client: Client, kernel: Folder, slug: str, version: int, message: str) -> int:
    """Submit a version; the submission's number. A signal lets it finish first.

    Raises:
        RemoteError: Kaggle refused; nothing was submitted.
        UnsureError: no answer came, and it is not among the submissions.
    """
    text = f"{message} (bundle {kernel.bundle})"
    arguments = ("competitions", "submit", slug, "-k", kernel.ref, "-v", str(version), "-f", FILE_NAME, "-m", text)
    try:
        with finishing(lambda: client.notify("It is being submitted, which is finished first. Once more ends it.")):
            said = client.ask(*arguments)
        ref = re.search(r"Submission ref: (\d+)", said)
        if ref is not None:
            return int(ref[1])
        raise UnsureError(f"{slug}: Kaggle's client names no submission; it says: {' '.join(said.split())[:200]}.")
    except UnsureError as error:
        client.notify(f"{error} Looking whether it was submitted.")
        for _ in client.polls(client.timeouts.settle, f"the submission to {slug} to show"):
            if (found := submitted(client, slug, kernel.bundle)) is not None:
                return found.ref
        raise UnsureError(f"{error} It is not among the submissions; the same command submits it.") from error
    except RemoteError as error:
        raise _explained(error, slug) from error


def _explained(error: RemoteError, slug: str) -> RemoteError:
    """A refusal with what to do."""
    words = str(error).lower()
    remedy = next((remedy for word, remedy in _REFUSALS if word in words), _REMEDIES.get(error.status, ""))
    return type(error)(f"{error} {remedy.format(slug=slug)}".strip(), error.status, error.after)


def wait_for_score(client: Client, ref: int) -> Scored:
    """The submission, when it is scored or cannot be.

    Raises:
        UnsureError: it is not scored in time.
        RemoteError: Kaggle does not say.
    """
    for _ in client.polls(client.timeouts.run, f"submission {ref} to be scored"):
        try:
            said = client.read("competitions", "submission", str(ref), quiet=ABSENT, wanted=r"Status: +\w")
        except RemoteError as error:
            if error.status in ABSENT:  # it may not show yet
                continue
            raise
        found = {name: _field(said, name) for name in ("Status", "Public Score", "Error")}
        if found["Status"] in ("COMPLETE", "ERROR"):
            return Scored(ref, found["Status"], found["Public Score"], found["Error"])
    raise UnsureError(f"submission {ref}: is not scored yet. `kaggle competitions submission {ref}` shows it.")


def _field(said: str, name: str) -> str:
    found = re.search(rf"^{name}: +(.*)$", said, re.MULTILINE)
    return found[1].strip() if found else ""


def as_line(slug: str, found: Scored) -> str:
    """One submission in a line."""
    return f"{slug}: submission {found.ref} is {found.state.lower()}{f', score {found.score}' if found.score else ''}"


def as_json(kernel: Folder, slug: str, version: int, found: Scored) -> str:
    """One submission as a document."""
    return json.dumps({"competition": slug, "kernel": kernel.ref, "version": version, "submission": found.ref,
                       "state": found.state, "score": found.score, "error": found.error})  # fmt: skip
