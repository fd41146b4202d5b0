"""What Kaggle's client printed, as an answer: its own words, and the HTTP answer behind them.

The client shows neither a status that came with a reason, nor the reason that came with a status, nor how long Kaggle
asked to wait. With ``VERBOSE`` in its environment it prints each request and answer as it is sent; they are read
here, and taken out of its words. Their headers hold the account's key and leave this file in no other way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from kagglebatt.errors import RemoteError, UnsureError
from kagglebatt.home.files import read_json
from kagglebatt.remote.connection import no_connection
from kagglebatt.remote.masking import without_secrets

TRACED = {"VERBOSE": "1", "VERBOSE_OUTPUT": ""}
UNTRACED = {"VERBOSE": "", "VERBOSE_OUTPUT": ""}
"""What makes the client show its traffic, or not; the user's environment has no say, for it would spoil its words."""

_BLOCK = re.compile(r"^-+(Request|Response)-+\n(.*?)(?:^-{50}\n?|\Z)", re.MULTILINE | re.DOTALL)
_LOGGED = re.compile(r"(DEBUG|INFO):[\w.]+:")
_STATUS = re.compile(r"\b([45]\d\d) (?:Client|Server) Error")
_WORDINGS = {
    403: ("Cannot access kernel", "You don't have access", "was denied"),
    404: ("The resource was not found",),
    409: ("already exists", "already in use"),
    429: ("You have been rate limited",),
    503: ("problem on Kaggle's side",),
}
"""What stands for a status where the client prints a message instead of it."""


@dataclass(frozen=True)
class Answer:
    """What a client printed.

    Attributes:
        out, err: its own words on its standard streams, without secrets.
        status: of the last HTTP answer that it showed, else the one that its words stand for; 0 for none.
        reason: what that answer said of why, or nothing.
        after: seconds that it asked to wait, or 0.
    """

    out: str
    err: str
    status: int
    reason: str
    after: float

    def fault(self, command: str, usage: bool = False) -> RemoteError:
        """The fault that the client ended with.

        Args:
            command: its first words.
            usage: the client did not understand what was asked of it.
        """
        lines = [line for line in (self.err.strip() or self.out.strip()).splitlines() if line.strip()]
        lines = [line for line in lines if "%|" not in line] or ["it failed without a word"]  # no progress bars
        line = lines[-1 if lines[0].startswith("Traceback") else 0][:300].rstrip(". ")
        line = no_connection(self.err) or line
        more = f" ({self.reason[:300].rstrip('. ')})" if self.reason and self.reason.rstrip(". ") not in line else ""
        what = f"`kaggle {command}`: {line}{more}."
        unsure = self.status in (0, 408, 429) or self.status >= 500
        return (UnsureError if unsure and not usage else RemoteError)(what, self.status, self.after)


def read_answer(out: str, err: str) -> Answer:
    """The answer in what a client printed on its two streams."""
    shown = [text for kind, text in _BLOCK.findall(out) if kind == "Response"]
    out = _BLOCK.sub("", out)
    err = "".join(line for line in err.splitlines(keepends=True) if not _LOGGED.match(line))
    head, _, body = shown[-1].partition("\n\n") if shown else ("", "", "")
    headers = dict(_header(line) for line in head.splitlines()[1:])
    status = int(head.split("\n")[0]) if head[:3].isdecimal() else 0
    said = err.strip() or out.strip()
    return Answer(
        without_secrets(out), without_secrets(err), status if status >= 400 else _status(said),
        without_secrets(_reason(body)) if status >= 400 else "", _seconds(headers),
    )  # fmt: skip


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _status(said: str) -> int:
    found = _STATUS.search(said)
    if found:
        return int(found[1])
    return next((status for status, words in _WORDINGS.items() if any(word in said for word in words)), 0)


def _reason(body: str) -> str:
    """The message in the body of a refusal, plain or wrapped as Kaggle's front end does it."""
    found = read_json(body)
    inner = found.get("error", found) if isinstance(found, dict) else None
    return str(inner.get("message", "")) if isinstance(inner, dict) else ""


def _seconds(headers: Mapping[str, str]) -> float:
    """The seconds of ``Retry-After``, which may also name a moment; it is counted from the answer's own date."""
    asked = headers.get("retry-after", "")
    try:
        return max(0.0, min(float(asked), 1e6)) if asked else 0.0
    except ValueError:
        pass
    try:
        date = headers.get("date")
        now = parsedate_to_datetime(date) if date else datetime.now(timezone.utc)
        return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return 0.0
