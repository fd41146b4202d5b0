"""Files to fetch: each has an address that nobody could guess, so that a plain GET needs no other right.

This is where downloads are spoilt.
"""

from __future__ import annotations

import io
import re
import secrets
import zipfile
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

from .faults import FILE_WAYS, Faults

_LONG_AGO = 1_000_000_000.0
"""September 2001, in seconds since 1970."""


@dataclass(frozen=True)
class Kept:
    """A file that can be fetched.

    Attributes:
        kind: which faults apply to it, output-file or dataset-file; "" for none.
        made: seconds since 1970.
    """

    kind: str
    data: bytes
    made: float


@dataclass(frozen=True)
class Download:
    """How a file is sent.

    Attributes:
        length: the Content-Length that is announced; more than there is to send when the connection breaks.
    """

    status: int
    headers: dict[str, str]
    data: bytes
    length: int


class Storage:
    """Everything that can be fetched from a stand-in.

    Attributes:
        address: of the stand-in, ``http://127.0.0.1:PORT``.
    """

    def __init__(self, faults: Faults) -> None:
        self.address = ""
        self._faults = faults
        self._kept: dict[str, Kept] = {}

    def link(self, kind: str, name: str, data: bytes, made: float) -> str:
        """The address under which a file can be fetched; its last part is the name."""
        token = secrets.token_hex(16)
        self._kept[token] = Kept(kind, data, made)
        return f"{self.address}/storage/{token}/{quote(name)}"

    def fetch(self, token: str, asked: str | None) -> Download:
        """Answer a GET.

        Args:
            asked: the header ``Range``; only ``bytes=FIRST-`` is understood.
        """
        kept = self._kept.get(token)
        if kept is None:
            return _page(404, b"Not Found")
        way = self._faults.first(kept.kind, FILE_WAYS) if kept.kind else ""
        if way in ("404", "page"):
            return _page(404 if way == "404" else 200, b"<html><body>The file is not here.</body></html>")
        data = _spoilt(kept.data, way)
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "Last-Modified": formatdate(_LONG_AGO if way == "old-date" else kept.made, usegmt=True),
        }
        found = re.fullmatch(r"bytes=(\d+)-", asked or "")
        start = int(found[1]) if found else 0
        if start and start >= len(data):
            return Download(416, {"Content-Range": f"bytes */{len(data)}"}, b"", 0)
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        sent = data[start : max(start, len(data) // 2)] if way == "drop" else data[start:]
        return Download(206 if start else 200, headers, sent, len(data) - start)


def zipped(folder: Path) -> bytes:
    """A folder's files as a zip."""
    return _zip(
        {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    )


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def _spoilt(data: bytes, way: str) -> bytes:
    if way == "cut":
        return data[: len(data) // 2]
    if way == "altered":
        return _altered_zip(data) if zipfile.is_zipfile(io.BytesIO(data)) else _altered(data)
    return data


def _altered(data: bytes) -> bytes:
    """One byte in the middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data


def _altered_zip(data: bytes) -> bytes:
    """The largest file in a zip altered; the zip itself is whole, so that nothing but the content tells."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    largest = max(files, key=lambda name: len(files[name]), default="")
    if largest:
        files[largest] = _altered(files[largest])
    return _zip(files)


def _page(status: int, body: bytes) -> Download:
    return Download(status, {"Content-Type": "text/html"}, body, len(body))
