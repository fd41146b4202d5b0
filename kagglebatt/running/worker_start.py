"""How a worker process is started: with this process's own code, and nobody else's.

Python puts the working folder, and the folders of PYTHONPATH, in front of its own library; a file named ``random.py``
in one of them, or another copy of this package, would be run. So a worker is started in isolated mode, without
``site``: it sees the standard library and this process's own package. It says first which code it runs, since that
may have changed on disk meanwhile.

Worker processes of others (joblib's, dask's, ray's) take no such options. What they inherit is an environment in which
``guard/sitecustomize.py`` comes before any such folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from kagglebatt import __version__
from kagglebatt.errors import SettingsError

_PACKAGE = Path(__file__).parents[1]
_WINGS = ("dsl", "programs", "tasks", "running", "search", "solving")
"""What a worker runs lies in these folders, where there are such."""

FIND = "import sys; sys.path.append(sys.argv.pop(1)); import kagglebatt; sys.path.pop()"
SERVE = "from kagglebatt.running.worker_process import serve; serve(*map(int, sys.argv[1:]))"
BOOT = (FIND, SERVE)
"""What a worker's interpreter is told to do. The package is found behind the standard library, by itself."""


def command() -> tuple[str, ...]:
    """The command of a worker; its handles are to be added."""
    options = ["-I", "-S"]
    if sys.dont_write_bytecode:
        options.append("-B")
    if sys.pycache_prefix:
        options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    return (sys.executable, *options, "-c", "\n".join(BOOT), str(_PACKAGE.parent))


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Which code this is: the version, and a digest of all modules that a worker may run."""
    digest = hashlib.blake2b(digest_size=16)
    for wing in _WINGS:
        for path in sorted((_PACKAGE / wing).rglob("*.py")):
            digest.update(f"\0{path.relative_to(_PACKAGE).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return f"kagglebatt {__version__}, code {digest.hexdigest()}"


class WorkerRefusedError(SettingsError):
    """A worker runs other code than the process that asked it; nothing that it says is used."""

    @classmethod
    def of(cls, said: str, expected: str, where: str = "A worker") -> WorkerRefusedError:
        """With what it said of itself, and what it should have said."""
        return cls(
            f"{where} runs {said}; this process runs {expected}. Its results are not used. Install the same version "
            "there, or, if the package was changed during the run, start the command again."
        )


@contextmanager
def guarded(*needed: str) -> Iterator[None]:
    """Have Python processes that are started meanwhile, by whomever, heed ``guard/sitecustomize.py``.

    Args:
        needed: packages that such a process imports; entries of PYTHONPATH that hold one of them stay.
    """
    before = os.environ.get("PYTHONPATH")
    guard = str(Path(__file__).with_name("guard"))
    os.environ["PYTHONPATH"] = os.pathsep.join([guard, *path_entries_with(needed)])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def path_entries_with(needed: tuple[str, ...]) -> list[str]:
    """Entries of PYTHONPATH without which a package could not be found: those that hold it."""
    entries = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return [entry for entry in entries if any((Path(entry) / name).is_dir() for name in needed)]
