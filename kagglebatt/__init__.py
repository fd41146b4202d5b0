"""kagglebatt: evolve ARC solver programs, and carry what was learnt from one Kaggle kernel to the next.

>>> import kagglebatt as kb
>>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])  # in a notebook it shows itself as pictures
>>> kb.run("O = vmirror(I)", task).o_score
3

Names are imported when they are first used, so that importing this takes no time.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing's own would import modules that ``python -m`` finds in the working folder
if TYPE_CHECKING:
    from kagglebatt.api.evolving import evolve
    from kagglebatt.api.hand import deal
    from kagglebatt.api.opened import open_home
    from kagglebatt.api.program import Program, read_library, read_programs
    from kagglebatt.api.scoring import run, score
    from kagglebatt.api.solving import solve
    from kagglebatt.api.tasks import load_tasks
    from kagglebatt.api.tracing import trace
    from kagglebatt.api.vocabulary import primitives
    from kagglebatt.errors import KagglebattError
    from kagglebatt.settings import Settings
    from kagglebatt.tasks.task import Task

__version__ = "0.5.0"

__all__ = [
    "KagglebattError",
    "Program",
    "Settings",
    "Task",
    "__version__",
    "deal",
    "evolve",
    "load_tasks",
    "open_home",
    "primitives",
    "read_library",
    "read_programs",
    "run",
    "score",
    "solve",
    "trace",
]

_PLACES = {
    "KagglebattError": "errors",
    "Program": "api.program",
    "Settings": "settings",
    "Task": "tasks.task",
    "deal": "api.hand",
    "evolve": "api.evolving",
    "load_tasks": "api.tasks",
    "open_home": "api.opened",
    "primitives": "api.vocabulary",
    "read_library": "api.program",
    "read_programs": "api.program",
    "run": "api.scoring",
    "score": "api.scoring",
    "solve": "api.solving",
    "trace": "api.tracing",
}
"""Where each name is defined."""


def __getattr__(name: str) -> object:
    """A public name, imported when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
