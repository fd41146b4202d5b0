"""How far a loop is, in one small file: what was asked for, which step it is at, and what was pushed for that.

The file is written before and after everything that cannot be taken back, so that a loop which is killed anywhere can
be continued, and pushes nothing twice.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kagglebatt.errors import SettingsError
from kagglebatt.home.files import read_json, write_aside, writing

FILE_NAME = "loop.json"
FORMAT, _WITHOUT_SUBMISSION = 3, 2
"""In format 1 a run had no version, and its attempts were counted for each step anew; format 3 is a submission's."""

PHASES = PLANNED, PUSHING, PUSHED, FETCHED, MERGED = "planned", "pushing", "pushed", "fetched", "merged"


@dataclass
class Run:
    """One kernel of a step.

    Attributes:
        shard: i/n, or None for all tasks.
        attempt: its number among all attempts of the loop, from 1; every attempt has a bundle of its own.
        failures: attempts that failed since somebody began or continued the loop.
        bundle: id of what is, or was, pushed.
        phase: how far it is.
        version: that Kaggle gave to what was pushed; 0 where it is not known.
    """

    shard: str | None
    attempt: int = 1
    failures: int = 0
    bundle: str = ""
    phase: str = PLANNED
    version: int = 0


@dataclass
class State:
    """A loop.

    Attributes:
        asked: everything that it was started with; it is continued with nothing else.
        salt: makes its bundles its own.
        step: of the steps, from 0; a step is one iteration at one size.
        runs: the kernels of this step.
        expected: iterations in the home that all of them begin with; None when they begin with nothing.
        published: digests by name of the files that are in the dataset beside the home; None when the home has changed
            since it was published.
        seen: digest of the published archive that the home has all of.
        attempts: how many there were, of all runs of all steps.
        submitting: id of the bundle whose submission was begun; empty until then.
    """

    asked: dict[str, Any]
    salt: str = field(default_factory=lambda: secrets.token_hex(4))
    step: int = 0
    runs: list[Run] = field(default_factory=list)
    expected: int | None = None
    published: dict[str, str] | None = None
    seen: str = ""
    attempts: int = 0
    submitting: str = ""

    def attempt(self) -> int:
        """The number of the next attempt."""
        self.attempts += 1
        return self.attempts

    def write(self, folder: Path) -> None:
        """Write the file."""
        content = asdict(self)
        number = FORMAT if content["submitting"] else _WITHOUT_SUBMISSION
        if not content["submitting"]:  # versions that knew of none go on with it
            del content["submitting"]
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)  # it may have been removed meanwhile
            write_aside(folder / FILE_NAME, json.dumps({"format": number, **content}, indent=1) + "\n")


def read_state(folder: Path, asked: dict[str, Any]) -> State:
    """The loop in a folder, to be continued, or a new one where there is none.

    Raises:
        SettingsError: the one there was started with something else, or its file is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return State(asked)
    try:
        found = read_json(path.read_text("utf-8"))
        if found["format"] > FORMAT:
            raise SettingsError(f"{path}: is of format {found['format']}, newer than this kagglebatt. Update it.")
        del found["format"]
        state = State(**{**found, "runs": [Run(**run) for run in found["runs"]]})
        _check(state)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path}: is damaged ({error}). Remove it to begin a new loop.") from error
    if state.asked != json.loads(json.dumps(asked)):
        wanted = json.loads(json.dumps(asked))
        other = sorted(name for name in {*wanted, *state.asked} if state.asked.get(name) != wanted.get(name))
        raise SettingsError(
            f"{path}: a loop with other {', '.join(other)} is not done. Continue it with the options it was begun "
            "with, or remove the file to give it up."
        )
    return state


def _check(state: State) -> None:
    """A state that nobody wrote would be walked for ever.

    Raises:
        ValueError: a value is none that is ever written.
    """
    kinds: dict[str, Any] = {
        "asked": dict,
        "salt": str,
        "step": int,
        "expected": (int, type(None)),
        "published": (dict, type(None)),
        "attempts": int,
        "submitting": str,
    }
    wrong = [name for name, kind in kinds.items() if not isinstance(getattr(state, name), kind)]
    for run in state.runs:
        if run.phase not in PHASES or not isinstance(run.bundle, str) or not isinstance(run.shard, (str, type(None))):
            wrong.append("runs")
        if not all(isinstance(number, int) for number in (run.attempt, run.failures, run.version)):
            wrong.append("runs")
    if wrong or state.step < 0:
        raise ValueError(f"odd {', '.join(wrong) or 'step'}")
