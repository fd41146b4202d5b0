"""What Kaggle makes of uploaded files: archives become folders, compressed files lose their ``.gz``."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from pathlib import Path


def store(folder: Path, name: str, data: bytes) -> None:
    """Store an uploaded file as a mount would show it.

    Args:
        folder: the version's; it exists.
        name: as uploaded. ``NAME.zip`` and ``NAME.tar`` become the folder ``NAME``, ``NAME.gz`` the file ``NAME``;
            something else under such a name stays as it is.
    """
    target = folder / name
    if target.suffix == ".zip" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(target.with_suffix(""))
        _expand_below(target.with_suffix(""))
    elif target.suffix == ".tar" and tarfile.is_tarfile(io.BytesIO(data)):
        with tarfile.open(fileobj=io.BytesIO(data)) as tree:
            tree.extractall(target.with_suffix(""), filter="data")
        _expand_below(target.with_suffix(""))
    else:
        target.write_bytes(data)
        _expand(target)


def _expand_below(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for path in [path for path in folder.rglob("*.gz") if path.is_file()]:
        _expand(path)


def _expand(path: Path) -> None:
    """Replace a compressed file by its content, if it is one."""
    if path.suffix != ".gz":
        return
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        return
    path.with_suffix("").write_bytes(content)
    path.unlink()
