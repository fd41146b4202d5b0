"""Files as text: what a notebook carries with it, and the same files again.

The form is a tar archive without times or owners, compressed by xz, written in base 85, in lines. All characters are
ASCII and none is escaped in JSON, so that text of n bytes costs n bytes of a notebook's source. Before the text is
used its bytes are compared with their sha256. The notebook's own cell that unpacks it has to do without this module,
and reads the same form.
"""

from __future__ import annotations

import base64
import hashlib
import io
import lzma
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_LINE = 20_000
"""Characters: few lines, since not every page that shows the notebook hides the cell that holds them."""


@dataclass(frozen=True)
class Payload:
    """Packed files.

    Attributes:
        text: lines of base 85.
        digest: sha256 of the compressed bytes, 64 hex digits.
    """

    text: str
    digest: str


def pack(files: Mapping[str, bytes]) -> Payload:
    """Pack files, by path; equal files give equal text."""
    return _packed(tuple(sorted(files.items())))


@lru_cache(maxsize=4)  # compressing takes longer than all else in bundling, and a loop bundles the same code often
def _packed(files: tuple[tuple[str, bytes], ...]) -> Payload:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    data = lzma.compress(made.getvalue(), preset=9 | lzma.PRESET_EXTREME)
    text = base64.b85encode(data).decode("ascii")
    lines = [text[place : place + _LINE] for place in range(0, len(text), _LINE)]
    return Payload("\n".join(lines), hashlib.sha256(data).hexdigest())
