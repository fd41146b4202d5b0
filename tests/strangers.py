"""What may lie in a folder that a command is started in: modules of the same names, another copy of the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from kagglebatt.running import worker_start

PACKAGE = Path(worker_start.__file__).parents[1]
LIBRARY = ("random", "copy", "heapq", "tempfile", "types", "enum", "resource", "re", "typing", "dataclasses", "json")
STRANGE = (*LIBRARY, "joblib", "click", "numpy", "sitecustomize")
EVOLVING = """
import sys
from kagglebatt.running import worker_pool
from kagglebatt.commands.cli import main
worker_pool.SMALL_WORK = 0
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def stranger(folder: Path, names: tuple[str, ...] = STRANGE) -> Path:
    """A folder of files that note it when they are run; where they do."""
    folder.mkdir(exist_ok=True)
    ran = folder / "ran.txt"
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write('{name}\\n')\n")
    return ran


def other_copy(folder: Path) -> Path:
    """Put a copy of the package there whose ``hmirror`` returns its grid."""
    copy = folder / "kagglebatt"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "library"))
    (copy / "programs" / "library").mkdir()
    (copy / "programs" / "library" / "__init__.py").touch()
    (changed,) = [path for path in (copy / "dsl").glob("*.py") if "def hmirror(" in path.read_text()]
    with changed.open("a") as file:
        file.write("\n\nhmirror.__code__ = (lambda piece: piece).__code__\n")
    return copy
