"""Writing what an archive holds as files that people read: one for each program, and how they came to be."""

from __future__ import annotations

from pathlib import Path

from kagglebatt.errors import DamagedError
from kagglebatt.home.archive_layout import COLUMNS, LAYOUT
from kagglebatt.home.files import write_aside
from kagglebatt.home.lineage_file import write_lineage
from kagglebatt.home.soundness import Ask
from kagglebatt.programs.program import md5

_WHICH = {
    "solver": "kind='solver' AND (md5 IN (SELECT md5 FROM solver) OR md5 NOT IN (SELECT md5 FROM stone))",
    "differ": "kind='differ'",
    "stone": "md5 IN (SELECT md5 FROM stone)",
}
"""Which bodies are of a kind; one that nothing names is taken for a solver's, and refused when its name is none."""


def export(ask: Ask, path: Path, target: Path) -> tuple[int, int]:
    """Write the programs of each kind into a folder of its own, and their lines of descent beside them.

    Args:
        ask: gives rows of the archive at ``path``.

    Returns:
        How many solvers and differs there are.

    Raises:
        DamagedError: a body is filed under a name that is not its md5; the name could be a path.
    """
    counts = {}
    for kind, which in _WHICH.items():
        bodies = ask(f"SELECT md5, text FROM body WHERE {which} ORDER BY md5")
        folder = target / f"{kind}_md5"
        if bodies or kind != "stone":
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in bodies:
            if md5(text) != name:
                raise DamagedError(f"{path}: a body is not that of its md5 {name[:32]!r}. {LAYOUT.remedy}")
            write_aside(folder / f"{name}.py", text)
        counts[kind] = len(bodies)
    tables = ("ancestor", "origin")
    write_lineage(target, {name: ask(f"SELECT {COLUMNS[name]} FROM {name} ORDER BY 1, 2, 3") for name in tables})
    return counts["solver"], counts["differ"]
