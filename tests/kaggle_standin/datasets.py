"""Datasets: what each version holds, and what is known of it while it is processed.

A version replaces the whole content. It can be seen, listed and mounted when it has become ready, not before.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .blobs import Blob
from .unpack import store

_STAGES = ("NOT_YET_PERSISTED", "BLOBS_RECEIVED", "BLOBS_DECOMPRESSED", "BLOBS_COPIED_TO_SDS")


@dataclass(frozen=True)
class Version:
    """One version of a dataset.

    Attributes:
        number: from 1.
        folder: its content, as it is mounted.
        made: seconds since 1970.
        since, ready: when processing began and when it ends, on the monotonic clock.
        failed: how it ends.
    """

    number: int
    folder: Path
    made: float
    since: float
    ready: float
    failed: bool

    @property
    def status(self) -> str:
        """A DatabundleVersionStatus, by the clock."""
        done = (time.monotonic() - self.since) / max(self.ready - self.since, 1e-9)
        if done < 1:
            return _STAGES[int(max(done, 0) * len(_STAGES))]
        return "FAILED" if self.failed else "READY"

    def files(self) -> list[Path]:
        """All its files, sorted by their path."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@dataclass
class Dataset:
    """A dataset.

    Attributes:
        number: Kaggle's id of it.
        versions: oldest first; those that were deleted are not here.
    """

    number: int
    owner: str
    slug: str
    title: str
    licence: str
    private: bool
    folder: Path
    versions: list[Version] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """``owner/slug``."""
        return f"{self.owner}/{self.slug}"

    @property
    def newest(self) -> Version:
        """The newest version, whatever has become of it."""
        return self.versions[-1]

    def ready(self) -> list[Version]:
        """The versions that can be used, oldest first."""
        return [version for version in self.versions if version.status == "READY"]

    def usable(self, number: int | None = None, before: bool = False) -> Version | None:
        """The newest version that can be used; None when there is none.

        Args:
            number: this version instead.
            before: the one before the newest instead.
        """
        ready = [version for version in self.ready() if number in (None, version.number)]
        if before:
            ready = ready[:-1]
        return ready[-1] if ready else None

    def add(self, blobs: Sequence[Blob], seconds: float, failed: bool) -> None:
        """Add a version; it is processed for so many seconds."""
        number = self.newest.number + 1 if self.versions else 1
        folder = self.folder / str(number)
        folder.mkdir(parents=True)
        for blob in blobs:
            store(folder, blob.name, bytes(blob.data))
        now = time.monotonic()
        self.versions.append(Version(number, folder, time.time(), now, now + seconds, failed))

    def forget_old(self) -> None:
        """Delete all versions but the newest, and that which is used until the newest is ready."""
        kept = (self.newest, self.usable())
        for version in [version for version in self.versions if version not in kept]:
            shutil.rmtree(version.folder)
            self.versions.remove(version)
