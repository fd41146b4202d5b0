"""A run's log as it is written: server-sent events while it goes on, the stored array when it is over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

from .refusals import DroppedError
from .runs import Run

_LOOK = 0.05
"""Seconds between two looks for new lines."""


def events(run: Run, breaks: bool, stop: threading.Event) -> Iterator[bytes]:
    """The lines of a run that goes on, from its first, and a last one when it is over.

    Args:
        breaks: lose the connection after the first lines that there are.
        stop: loses the connection.

    Raises:
        DroppedError: the connection is to be lost.
    """
    sent = 0
    while True:
        going = run.active  # looked at first: what is written until it is over is still sent
        for entry in run.log[sent:]:
            yield f"data: {json.dumps(entry)}\n\n".encode()
            sent += 1
        if breaks and (sent or not going):
            raise DroppedError
        if not going:
            yield b"data: END_OF_LOG\n\n"
            return
        if stop.wait(_LOOK):
            raise DroppedError
