"""From a method's name to what answers it: who may call, which faults strike before and after, and the answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .account import Account
from .faults import CALLS, LATE_WAYS, SLOW_WAYS, WAYS, Faults
from .refusals import DroppedError, RefusedError

_PREFIXES = {method: prefix for prefix, method in CALLS.items()} | {
    "datasets.DatasetApiService/CreateDatasetVersionById": "version-dataset"
}
OPEN_METHOD = "security.OAuthService/IntrospectToken"
"""May be called by anybody: its body is what is to be checked."""

Method = Callable[[dict[str, Any]], "dict[str, Any] | str"]
"""Body in, body out; a text is an address to which the caller is sent."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Gateway:
    """Where every method is called.

    Attributes:
        calls: the methods called so far, whatever became of it, and when, in seconds of the monotonic clock.
        late: seconds until what comes late is carried out.
        retry_after: what is asked for with status 429, in seconds.
    """

    def __init__(
        self,
        methods: dict[str, Method],
        account: Account,
        faults: Faults,
        lock: threading.RLock,
        stop: threading.Event,
    ) -> None:
        self.calls: list[tuple[str, float]] = []
        self.late, self.retry_after = 7.0, 1
        self._methods, self._account, self._faults = methods, account, faults
        self._lock, self._stop = lock, stop

    def call(self, method: str, authorization: str | None, body: bytes) -> Answer:
        """Answer a call.

        Raises:
            DroppedError: the caller gets no answer.
        """
        self.calls.append((method, time.monotonic()))
        try:
            if method != OPEN_METHOD:
                self._account.check(authorization)
            if method not in self._methods:
                raise RefusedError(404, f"There is no method {method}.")
            prefix = _PREFIXES.get(method, "")
            struck = self._before(prefix)
            if struck is not None:
                return struck
            with self._lock:
                given = self._methods[method](_parsed(body))
            if self._after(prefix) == "empty-after":
                given = {}
        except RefusedError as error:
            return as_answer(error)
        if isinstance(given, str):
            return Answer(302, b"", {"Location": given})
        return _json(200, given)

    def _before(self, prefix: str) -> Answer | None:
        """The answer of a fault that strikes before anything is done."""
        way = self._faults.first(prefix, WAYS) if prefix else ""
        if way == "garbled":
            return Answer(200, b'{"status": "REA', {"Content-Type": "application/json"})
        if way == "empty":
            return _json(200, {})
        self._lose(way)
        if way == "429":
            return _json(429, {"code": 429, "message": "Too many requests"}, {"Retry-After": str(self.retry_after)})
        if way:
            raise RefusedError(int(way), f"Injected: {way}")
        if prefix and self._faults.first(prefix, SLOW_WAYS) and self._stop.wait(self.late):
            raise DroppedError
        return None

    def _after(self, prefix: str) -> str:
        way = self._faults.first(prefix, LATE_WAYS) if prefix else ""
        self._lose(way)
        if way == "lost-answer-503":
            raise RefusedError(503, "Injected: 503, although it was done")
        return way

    def _lose(self, way: str) -> None:
        if way in ("hang", "hang-after"):
            self._stop.wait()
            raise DroppedError
        if way in ("drop", "lost-answer"):
            raise DroppedError


def as_answer(error: RefusedError) -> Answer:
    """A refusal as it is sent."""
    return _json(error.code, error.as_json())


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise RefusedError(400, "The request is not JSON.") from error
    if not isinstance(found, dict):
        raise RefusedError(400, "The request is not an object.")
    return found
