"""A home that is open in a notebook: what its archive accepted, and what its cache remembers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kagglebatt.api.program import Program, Programs
from kagglebatt.api.table import Table
from kagglebatt.api.tasks import warn
from kagglebatt.errors import HomeError
from kagglebatt.home import archive, archive_layout, cache, directory
from kagglebatt.home.files import writing
from kagglebatt.markup import block, plural, table

_SHORTEST = 4
"""Digits that must be given of an md5."""


class OpenArchive:
    """The accepted solvers and differs of an open home; a notebook shows the best solver of each task.

    >>> import kagglebatt as kb
    >>> tasks = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> _ = list(kb.evolve(tasks=tasks, solvers="O = vmirror(I)", candidates=1, offspring=20, home="home"))
    >>> with kb.open_home("home") as home:
    ...     home.archive.program(home.archive.table()[0]["md5"][:8])
    <solver e53442d8: 1 step>
    """

    def __init__(self, opened: archive.Archive) -> None:
        self._archive = opened

    def table(self, task: str | None = None) -> Table:
        """A row for each accepted solver on each task, better ones first.

        Scores are those of ``kagglebatt.score``; ``parents`` is empty where it is not known what a solver came from.

        Args:
            task: id of the only task to list.
        """
        parents = self._archive.parents()
        rows = (
            {
                "task": entry.task,
                "md5": entry.md5,
                "o_score": entry.o_score,
                "demos": entry.demos,
                "test_score": entry.test_score,
                "tests": entry.tests,
                "similarity": entry.similarity,
                "steps": entry.steps,
                "iteration": entry.iteration,
                "parents": list(parents.get(entry.md5, ())),
            }
            for entry in self._archive.entries(task)
        )
        return Table("solvers", rows)

    def program(self, md5: str) -> Program:
        """The solver or differ under an md5, of which the first digits are enough.

        Raises:
            HomeError: there is none, or there are several.
        """
        named = {name: kind for kind in ("solver", "differ") for name, _ in self._archive.bodies(kind)}
        found = [name for name in named if name.startswith(md5)] if len(md5) >= _SHORTEST else []
        if len(found) != 1:
            problem = f"has {plural(len(found), 'program')}" if len(md5) >= _SHORTEST else "cannot tell"
            raise HomeError(f"{self._archive.path}: {problem} under {md5!r}. Give more digits; table() lists them.")
        return self._read(found[0], named[found[0]] == "differ")

    def programs(self, task: str | None = None) -> Programs:
        """Every accepted solver, or those of one task, better ones first; each is named by its md5's first digits."""
        names = dict.fromkeys(entry.md5 for entry in self._archive.entries(task))
        return Programs(self._read(name, differ=False) for name in names)

    def _read(self, name: str, differ: bool) -> Program:
        return Program(name[:8], "differ" if differ else "solve", self._archive.program(name, differ))

    def export(self, folder: str | os.PathLike[str]) -> tuple[int, int]:
        """Write ``solver_md5/`` and ``differ_md5/`` with a file for each program; returns how many of each.

        Raises:
            OutputError: the folder does not take them.
            DamagedError: a body is not that of its md5.
        """
        with writing(Path(folder)):
            return self._archive.export(Path(folder))

    def check(self) -> list[str]:
        """What is wrong with the archive, a line each."""
        return self._archive.check()

    def counts(self) -> dict[str, int]:
        """How many tasks have solvers, how many solvers, differs and iterations there are."""
        return self._archive.counts()

    def __repr__(self) -> str:
        return f"<archive: {_counted(self.counts())}>"

    def _repr_html_(self) -> str:
        best: dict[str, dict[str, Any]] = {}
        for row in self.table():
            best.setdefault(row["task"], row)
        shown = Table("best solver of each task", best.values())
        return block(repr(self)[1:-1], shown._repr_html_())


class OpenCache:
    """What is remembered of solver bodies and verdicts, so that it need not be computed again.

    >>> import kagglebatt as kb
    >>> tasks = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> _ = list(kb.evolve(tasks=tasks, solvers="O = vmirror(I)", candidates=1, offspring=20, home="home"))
    >>> with kb.open_home("home") as home:
    ...     home.cache
    <cache: 1 solver body, 1 verdict>
    """

    def __init__(self, opened: cache.Cache) -> None:
        self._cache = opened

    def sizes(self) -> dict[str, int]:
        """Entries by what they remember: ``inlining``, ``validation``, and ``probes`` where something was probed."""
        return {name: int(figures["size"]) for name, figures in self._cache.figures().items()}

    def clear(self) -> None:
        """Forget everything, which costs nothing but time."""
        self._cache.clear()

    def __repr__(self) -> str:
        sizes = self.sizes()
        bodies = f"{sizes['inlining']:,} solver {'body' if sizes['inlining'] == 1 else 'bodies'}"
        return f"<cache: {bodies}, {plural(sizes['validation'], 'verdict')}>"

    def _repr_html_(self) -> str:
        return block(repr(self)[1:-1])


@dataclass(frozen=True, repr=False)
class OpenHome:
    """A home directory that is open, and in use until its ``with`` statement ends.

    Attributes:
        path: where it is; a copy in the working directory of one that cannot be written.
        archive: the accepted solvers and differs.
        cache: what is remembered.
    """

    path: Path
    archive: OpenArchive
    cache: OpenCache

    def __repr__(self) -> str:
        return f"<home {self.path}: {_counted(self.archive.counts())}>"

    def _repr_html_(self) -> str:
        rows = [*self.archive.counts().items(), *((f"remembered: {name}", n) for name, n in self.cache.sizes().items())]
        return block(f"home {self.path}", table(("", ""), rows))


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(plural(count, name.removesuffix("s")) for name, count in counts.items())


@contextmanager
def open_home(path: str | os.PathLike[str] = "home") -> Iterator[OpenHome]:
    """Open a home that iterations left; nobody else can use it before the ``with`` statement ends.

    >>> import kagglebatt as kb
    >>> tasks = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> _ = list(kb.evolve(tasks=tasks, solvers="O = vmirror(I)", candidates=1, offspring=20, home="home"))
    >>> with kb.open_home("home") as home:
    ...     rows = home.archive.table()
    >>> rows[0]["task"], rows[0]["o_score"], rows[0]["steps"]
    ('67a3c6ac', 3, 1)

    Raises:
        HomeError: there is none, it is in use, or of a newer format.
        DamagedError: its archive is damaged.
    """
    place = Path(path)
    if not (place / archive_layout.FILE_NAME).exists():
        raise HomeError(f"{place}: holds no home. Give the directory of one, or make one with kagglebatt.evolve.")
    with directory.open_home(place, warn) as home:
        yield OpenHome(home.path, OpenArchive(home.archive), OpenCache(home.cache))
