"""What a run executes: the pushed source as a notebook, with a first cell that fails where a fault asks for it."""

from __future__ import annotations

import json
from typing import Any

_KERNELSPEC = {"name": "python3", "language": "python", "display_name": "Python 3"}

_FIRST_CELLS = {
    "run-error": "raise RuntimeError('injected: the run ends with an error')",
    "run-dies": "import os\nos._exit(1)",
}


def bundle_of(source: str) -> str:
    """What a notebook calls its bundle; "" when it names none, or is not a notebook."""
    try:
        return str(json.loads(source)["metadata"]["kagglebatt"]["bundle"])
    except (ValueError, KeyError, TypeError):
        return ""


def as_notebook(source: str, kind: str) -> str:
    """A pushed source as a notebook; a script becomes its only cell."""
    if kind == "notebook":
        return source
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": _KERNELSPEC}, "cells": [_cell(source)]}
    return json.dumps(notebook)


def prepared(source: str, faults: frozenset[str]) -> str:
    """The notebook with the cells that the faults ask for at its top; what cannot be read stays as it is."""
    first = [_cell(text) for fault, text in _FIRST_CELLS.items() if fault in faults]
    if not first:
        return source
    try:
        notebook = json.loads(source)
        notebook["cells"] = first + notebook["cells"]
    except (ValueError, KeyError, TypeError):
        return source
    notebook["nbformat_minor"] = min(int(notebook.get("nbformat_minor", 4)), 4)  # later ones want an id of each cell
    for cell in notebook["cells"]:
        cell.pop("id", None)
    return json.dumps(notebook)


def _cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
