"""Competitions: their files, seen and hidden, their rules and limits, and the submissions of kernels to them.

A submission runs its kernel's version again with the hidden files in place of the seen ones, and is scored by what that
run leaves.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .account import Account
from .faults import Faults
from .kernels import Kernel, Kernels, Saved
from .refusals import RefusedError, forbidden
from .rules import page
from .runs import Run

DATE = "2026-01-01T00:00:00Z"


@dataclass
class Submission:
    """One submission.

    Attributes:
        run: the rerun that it is scored by.
    """

    ref: int
    description: str
    file: str
    run: Run
    status: str = "PENDING"
    score: str = ""
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the service describes it."""
        said = {"ref": self.ref, "description": self.description, "fileName": self.file, "status": self.status,
                "date": DATE, "totalBytes": 1}  # fmt: skip
        return (
            said
            | ({"publicScore": self.score} if self.score else {})
            | ({"errorDescription": self.error} if self.error else {})
        )


@dataclass
class Competition:
    """One competition.

    Attributes:
        slug: its name in addresses.
        seen: folder of the files that every run has.
        hidden: folder of those of a rerun.
        solutions: the answers to the hidden tasks, by id.
        accepted: whether the user has accepted its rules.
        left: submissions that the user still has today.
    """

    slug: str
    seen: Path
    hidden: Path
    solutions: dict[str, list[Any]]
    accepted: bool = True
    left: int = 5
    submissions: list[Submission] = field(default_factory=list)


class Competitions:
    """The competitions of a stand-in, and the methods of Kaggle's service for them."""

    def __init__(self, kernels: Kernels, account: Account, faults: Faults) -> None:
        self.known: dict[str, Competition] = {}
        self._kernels, self._account, self._faults = kernels, account, faults
        kernels.competition = self._mounted

    def _mounted(self, slug: str) -> Path | None:
        """The folder that a run has of a competition; None where it may not have it."""
        found = self.known.get(slug)
        return found.seen if found is not None and found.accepted else None

    def _named(self, body: dict[str, Any]) -> Competition:
        found = self.known.get(str(body.get("competitionName")))
        if found is None:
            raise RefusedError(404, "Not found")
        return found

    def submit(self, body: dict[str, Any]) -> dict[str, Any]:
        """CreateCodeSubmission: of a version whose run is over and left the file."""
        found = self._named(body)
        if not found.accepted or self._faults.strikes("rules-not-accepted"):
            raise RefusedError(403, "You must accept this competition's rules before you can submit.")
        if found.left <= 0 or self._faults.strikes("submission-limit"):
            raise RefusedError(400, "Submission not allowed: Your team has used its daily Submission allowance limit.")
        owner = self._account.must_own(body.get("kernelOwner"), "kernels.get")
        kernel = self._kernels.kernels.get(f"{owner}/{body.get('kernelSlug')}")
        if kernel is None:
            raise forbidden("kernels.get")
        saved = kernel.labelled(f"v{body.get('kernelVersion')}")
        file = str(body.get("fileName"))
        if saved.run is None or saved.run.status != "COMPLETE":
            raise RefusedError(400, "The kernel version is still running, or did not complete.")
        if not (saved.run.output / file).is_file():
            raise RefusedError(400, f"The kernel version has no output file {file}.")
        found.left -= 1
        run = self._rerun(found, kernel, saved)
        made = Submission(4000 + len(found.submissions), str(body.get("submissionDescription") or ""), file, run)
        found.submissions.append(made)
        threading.Thread(target=_score, args=(found, made), daemon=True).start()
        return {"message": f"Successfully submitted to {found.slug}", "ref": made.ref}

    def _rerun(self, found: Competition, kernel: Kernel, saved: Saved) -> Run:
        return self._kernels.start_again(kernel, saved, {found.slug: found.hidden})

    def listed(self, body: dict[str, Any]) -> dict[str, Any]:
        """ListSubmissions, the newest first."""
        found = self._named(body)
        if not found.accepted:
            raise RefusedError(403, "You must accept this competition's rules first.")
        items, token = page([each.as_json() for each in reversed(found.submissions)], body)
        return {"submissions": items, "nextPageToken": token}

    def one(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetSubmission."""
        for found in self.known.values():
            for each in found.submissions:
                if each.ref == int(body.get("ref") or 0):
                    if self._faults.strikes("submission-not-there-yet"):
                        break
                    return each.as_json()
        raise RefusedError(404, "Not found")

    def limits(self, body: dict[str, Any]) -> dict[str, Any]:
        """GetSubmissionLimits."""
        found = self._named(body)
        return {"numToday": len(found.submissions), "numTotal": len(found.submissions), "numAllowedNow": found.left,
                "limitedByTotal": False}  # fmt: skip

    def methods(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """What can be called, by its name on the wire."""
        own = {"CreateCodeSubmission": self.submit, "ListSubmissions": self.listed, "GetSubmission": self.one,
               "GetSubmissionLimits": self.limits}  # fmt: skip
        return {f"competitions.CompetitionApiService/{name}": method for name, method in own.items()}


def _score(competition: Competition, made: Submission) -> None:
    """Wait for the rerun, and score what it left."""
    made.run.over.wait()
    path = made.run.output / made.file
    if made.run.status != "COMPLETE":
        made.error, made.status = "Notebook Threw Exception", "ERROR"
        return
    try:
        content = json.loads(path.read_text("utf-8"))
        right = [
            answer in (content[task][place]["attempt_1"], content[task][place]["attempt_2"])
            for task, answers in competition.solutions.items()
            for place, answer in enumerate(answers)
        ]
    except (OSError, ValueError, LookupError, TypeError):
        made.error, made.status = "Submission Scoring Error", "ERROR"
        return
    made.score, made.status = f"{100 * sum(right) / len(right):.2f}", "COMPLETE"
