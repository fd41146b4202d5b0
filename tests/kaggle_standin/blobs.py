"""Uploads: a file is announced, gets an address, and arrives there, whole or in pieces."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .faults import Faults
from .refusals import DroppedError, RefusedError


@dataclass
class Blob:
    """A file that is being uploaded.

    Attributes:
        name: as the client calls it.
        size: bytes announced.
        data: what has arrived.
    """

    name: str
    size: int
    data: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def whole(self) -> bool:
        """Whether all has arrived."""
        return len(self.data) == self.size


class Blobs:
    """The uploads of a stand-in, by token."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._blobs: dict[str, Blob] = {}

    def start(self, body: dict[str, Any], address: str) -> dict[str, Any]:
        """Answer StartBlobUpload.

        Args:
            address: of the stand-in, to which the file is to be sent.
        """
        name, size = str(body.get("name") or ""), int(body.get("contentLength") or 0)
        if not name or "/" in name or body.get("type") != "DATASET":
            raise RefusedError(400, "A blob needs a name without slashes, and the type DATASET.")
        token = secrets.token_hex(16)
        self._blobs[token] = Blob(name, size)
        return {"token": token, "createUrl": f"{address}/upload/{token}"}

    def take(self, tokens: list[str]) -> list[Blob]:
        """The uploaded files of these tokens.

        Raises:
            RefusedError: 400, one is unknown or has not arrived.
        """
        blobs = [self._blobs.get(token) for token in tokens]
        found = [blob for blob in blobs if blob is not None and blob.whole]
        if len(found) < len(blobs):
            raise RefusedError(400, "A file has not been uploaded.")
        return found

    def put(self, token: str, content_range: str | None, chunks: Iterator[bytes]) -> tuple[int, dict[str, str]]:
        """Receive a file, or a piece of it, or the question how much of it is here.

        Args:
            content_range: ``bytes FIRST-LAST/TOTAL`` for a piece, ``bytes */TOTAL`` for the question.
            chunks: the body, as it arrives.

        Returns:
            Status (200 whole, 308 to be continued, 4xx) and headers.

        Raises:
            DroppedError: a fault; half the file was kept.
        """
        blob = self._blobs.get(token)
        if blob is None:
            return 404, {}
        if content_range is None or not content_range.startswith("bytes *"):
            refused = self._receive(blob, content_range, chunks)
            if refused:
                return refused, {}
        if blob.whole:
            return 200, {}
        return 308, {"Range": f"bytes=0-{len(blob.data) - 1}"} if blob.data else {}

    def _receive(self, blob: Blob, content_range: str | None, chunks: Iterator[bytes]) -> int:
        """Take a body in; the status of a refusal, 0 for none."""
        if self._faults.strikes("upload-403"):
            for _ in chunks:
                pass
            return 403
        piece = re.match(r"bytes (\d+)-", content_range or "bytes 0-")
        start = int(piece[1]) if piece else 0
        if start > len(blob.data):
            return 400
        del blob.data[start:]
        for chunk in chunks:  # what has arrived is kept when the connection is lost
            blob.data += chunk
        cut, late = self._faults.strikes("upload-drop"), self._faults.strikes("upload-503")
        if cut or late:
            del blob.data[(start + len(blob.data)) // 2 :]
        if cut:
            raise DroppedError
        return 503 if late else 0
