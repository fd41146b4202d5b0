"""Kernels: their saved versions, what each may read, and what is mounted when one starts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .datasets import Dataset
from .notebooks import as_notebook
from .refusals import RefusedError, forbidden
from .runs import Run, Runner


@dataclass
class Saved:
    """One version of a kernel.

    Attributes:
        number: from 1.
        body: the request that saved it, without the sources that were not valid.
        run: None when it was saved without being run.
    """

    number: int
    body: dict[str, Any]
    run: Run | None = None


@dataclass
class Kernel:
    """A kernel.

    Attributes:
        number: Kaggle's id of it.
        versions: oldest first.
    """

    number: int
    owner: str
    slug: str
    title: str
    versions: list[Saved] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """``owner/slug``."""
        return f"{self.owner}/{self.slug}"

    def complete(self) -> Run | None:
        """Its newest run that ended COMPLETE."""
        runs = [saved.run for saved in self.versions if saved.run is not None and saved.run.status == "COMPLETE"]
        return runs[-1] if runs else None

    def labelled(self, label: str | None) -> Saved:
        """The version ``v3``, or the newest without a label.

        Raises:
            RefusedError: 404, there is none, or the label is a bare number.
        """
        if not label:
            return self.versions[-1]
        for saved in self.versions:
            if label == f"v{saved.number}":
                return saved
        raise RefusedError(404, "The kernel version does not exist.")


class Kernels:
    """The kernels of a stand-in.

    Attributes:
        kernels: by ``owner/slug``.
        layout: "new" mounts datasets at ``datasets/OWNER/SLUG``, "old" at ``SLUG``; "links" is the new one, with
            every input mounted as a symbolic link.
        competition: the folder of a competition's files, None where the user may not have them.
    """

    def __init__(
        self, folder: Path, runner: Runner, datasets: dict[str, Dataset], taken: set[str], lock: threading.RLock
    ) -> None:
        self.kernels: dict[str, Kernel] = {}
        self.layout = "new"
        self.competition: Callable[[str], Path | None] = lambda _slug: None
        self._folder, self._runner, self._datasets = folder, runner, datasets
        self._taken, self._lock = taken, lock

    def sessions(self) -> int:
        """How many runs go on or wait."""
        return sum(run.active for run in self._runner.runs)

    def in_use(self, owner: str, slug: str) -> bool:
        """Whether a new kernel cannot have this slug: a kernel or a dataset has it."""
        return f"{owner}/{slug}" in self.kernels or f"{owner}/{slug}" in self._datasets

    def new(self, owner: str, slug: str, title: str) -> Kernel:
        """A kernel that is kept when its first version is saved."""
        return Kernel(len(self.kernels) + 2001, owner, slug, title)

    def by_id(self, number: int) -> Kernel:
        """The kernel with this id.

        Raises:
            RefusedError: 403, there is none.
        """
        for kernel in self.kernels.values():
            if kernel.number == number:
                return kernel
        raise forbidden("kernels.update")

    def invalid_sources(self, body: dict[str, Any], kernel: Kernel) -> dict[str, list[str]]:
        """The sources that a version cannot have, by the request's key for that kind of them."""
        checks: dict[str, Callable[[str], bool]] = {
            "datasetDataSources": lambda source: self._dataset(source) is not None,
            "kernelDataSources": lambda source: self._completed(source, kernel) is not None,
            "competitionDataSources": lambda source: self.competition(source) is not None,
            "modelDataSources": lambda source: False,
        }
        return {key: [each for each in body.get(key) or [] if not valid(each)] for key, valid in checks.items()}

    def save(self, kernel: Kernel, body: dict[str, Any]) -> Saved:
        """Add a version to a kernel, and keep the kernel."""
        self.kernels[kernel.ref] = kernel
        self._taken.add(kernel.slug)
        kernel.title = str(body.get("newTitle") or kernel.title)
        saved = Saved(len(kernel.versions) + 1, body)
        kernel.versions.append(saved)
        return saved

    def start(self, kernel: Kernel, saved: Saved, bundle: str, faults: frozenset[str]) -> None:
        """Run a version."""
        saved.run = self._started(kernel, saved, bundle, faults, {}, "")

    def start_again(self, kernel: Kernel, saved: Saved, hidden: dict[str, Path]) -> Run:
        """Run a version once more as a competition does, with hidden files in place of the seen ones, by slug."""
        return self._started(kernel, saved, "", frozenset(), hidden, "-rerun")

    def _started(
        self, kernel: Kernel, saved: Saved, bundle: str, faults: frozenset[str], hidden: dict[str, Path], mark: str
    ) -> Run:
        output = self._folder / kernel.owner / kernel.slug / f"{saved.number}{mark}"
        while output.exists():  # an earlier kernel of this name was deleted
            output = output.with_name(f"{output.name}-again")
        seconds = float(saved.body.get("sessionTimeoutSeconds") or 0) or None
        links = self.layout == "links"
        run = Run(kernel.owner, kernel.slug, saved.number, bundle, output, seconds, faults, links, rerun=bool(hidden))
        source = as_notebook(saved.body["text"], saved.body["kernelType"])
        self._runner.start(run, source, lambda: self._mounts(kernel, saved, hidden, "mount-stale" in faults))
        return run

    def _mounts(
        self, kernel: Kernel, saved: Saved, hidden: dict[str, Path], stale: bool
    ) -> dict[str, tuple[Path, str, int]]:
        """What is mounted for a version that starts now: folder, slug and version by mount point.

        The run asks from a thread of its own, maybe before the version knows its run: ``stale`` is told, not looked up.
        """
        found: dict[str, tuple[Path, str, int]] = {}
        with self._lock:
            for source in saved.body.get("datasetDataSources") or []:
                dataset, number = self._dataset(source), source.split("/")[2:]
                version = dataset.usable(int(number[0]) if number else None, before=stale) if dataset else None
                if dataset is not None and version is not None:
                    point = dataset.slug if self.layout == "old" else f"datasets/{dataset.ref}"
                    found[point] = version.folder, dataset.slug, version.number
            for source in saved.body.get("kernelDataSources") or []:
                run = self._completed(source, kernel)
                if run is not None:
                    point = run.slug if run.slug == kernel.slug else f"notebooks/{run.owner}/{run.slug}"
                    found[point] = run.output, run.slug, run.version
            for slug in saved.body.get("competitionDataSources") or []:
                folder = hidden.get(slug) or self.competition(slug)
                if folder is not None:
                    found[slug if self.layout == "old" else f"competitions/{slug}"] = folder, slug, 1
        return found

    def _dataset(self, source: str) -> Dataset | None:
        return self._datasets.get("/".join(source.split("/")[:2]))

    def _completed(self, source: str, kernel: Kernel) -> Run | None:
        """The newest COMPLETE run of a kernel source; the kernel itself may be one."""
        known = kernel if source == kernel.ref else self.kernels.get(source)
        return known.complete() if known else None
