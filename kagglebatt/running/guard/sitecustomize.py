"""In a Python process that was started for this one: the interpreter's own modules and this package come first.

Python runs this file by its name before it puts the working folder, or what its parent had, in front of the path.
From then on every top-level module is looked for where the interpreter itself looks, and only then elsewhere: a
``random.py`` of the working folder is never met. What only lies elsewhere, such as a module beside the user's own
script, is found as ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = "kagglebatt"
_PARENT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))


class _OwnFirst:
    """Finds top-level modules on the path as it is now; the package only where this file belongs to it."""

    def __init__(self) -> None:
        self._own = list(sys.path)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None:
            return None
        found = PathFinder.find_spec(name, [_PARENT] if name == _PACKAGE else self._own)
        return found if found is not None and found.loader is not None else None


def _hand_on() -> None:
    """Run the interpreter's own file of this name, if it has one."""
    ours = sys.modules.pop(__name__)
    try:
        import_module(__name__)
    except ModuleNotFoundError as error:
        if error.name != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, ours)


if __name__ == "sitecustomize":  # run by Python itself, not looked at
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _HERE]
    sys.meta_path.insert(0, _OwnFirst())
    _hand_on()
