"""One iteration's home: a directory that is opened by one process at a time, saved in order, and survives the rest.

A home that cannot be written, such as a Kaggle input, is copied to the working directory first. A damaged cache is
set aside and begun anew, filled from the archive; a damaged archive is refused, with the way to mend it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

from kagglebatt.errors import DamagedError, ForeignError, HomeError, ProgramError, SettingsError, StoppedError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.archive_layout import LAYOUT
from kagglebatt.home.cache import SET_ASIDE_NAME, Cache
from kagglebatt.home.database import newest_format
from kagglebatt.home.recall import inlining_key
from kagglebatt.home.salvage import salvage

Notify = Callable[[str], object]
"""Takes one sentence for the user."""

_BESIDE = (index.FILE_NAME, "dataset-metadata.json")
_TRIES = 20
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Home:
    """An open home. ``path`` is where it is written, which differs from what was asked for when that is read-only."""

    path: Path
    archive: Archive
    cache: Cache

    def save(self) -> None:
        """Write everything to disk, the index last."""
        self.cache.save()
        sizes = {name: int(figures["size"]) for name, figures in self.cache.figures().items()}
        self.archive.checkpoint()
        self.cache.checkpoint()
        index.write_index(self.path, self.archive, sizes, self.cache.vocabulary)


def notify_nobody(_sentence: str) -> None:
    """Takes a sentence and says nothing."""


@contextmanager
def open_home(place: Path, notify: Notify = notify_nobody) -> Iterator[Home]:
    """Open a home for writing, making it where there is none; it is saved and closed afterwards.

    Args:
        notify: is given what the user should know: a copy was made, the home is incomplete, the cache was damaged.

    Raises:
        HomeError: it is in use, no directory, cannot be written, or of a newer format.
        DamagedError: the archive is damaged.
    """
    path = _writable(place, notify)
    with _locked(path):
        why = index.incompleteness(path)
        if why:
            notify(f"{path}: is incomplete: it {why}. What was committed is used.")
        with Archive(path) as kept:
            if why:
                _refuse_damage(path, kept)
            missing = not (path / entries.FILE_NAME).exists()
            cache = Cache(path, index.vocabulary(path))
            home = Home(path, kept, cache)
            try:
                if cache.set_aside:
                    notify(f"{path / entries.FILE_NAME}: was damaged; it is kept as {SET_ASIDE_NAME}, and begun anew.")
                if missing or cache.set_aside:
                    refill(home)
                yield home
            except (StoppedError, SettingsError):  # the latter: an address where no cluster answers
                home.save()
                raise
            else:
                if cache.unsaved or index.incompleteness(path):
                    home.save()
            finally:
                cache.close()


@contextmanager
def read_archive(place: Path, empty: bool = False) -> Iterator[Archive]:
    """The archive of a home for reading, also while another process works on it; a read-only home is left as it is.

    Args:
        empty: give an empty archive where there is none.

    Raises:
        HomeError: there is none, or it cannot be read.
    """
    path = place / archive_layout.FILE_NAME
    if _version(path) is None:
        if empty and (place.is_dir() or not place.exists()):
            with TemporaryDirectory(prefix="kagglebatt-") as folder, Archive(Path(folder)) as kept:
                yield kept
            return
        raise HomeError(f"{place}: holds no archive. Run `kagglebatt evolve --home {place}` first.")
    if not read_only(place) and newest_format(path, LAYOUT):
        with Archive(place) as kept:
            yield kept
        return
    with _copy_of(place, index.FILES[:1]) as copy, Archive(copy) as kept:
        yield kept


def refill(home: Home) -> int:
    """Remember what the archive knows and the cache does not; returns how many entries came in."""
    return home.cache.refill(_inlinings(home), home.archive.remembered())


def needed_keys(home: Home) -> list[str]:
    """The keys of all entries that the archive could give back to the cache: what it is made of."""
    return [*(key for key, _ in _inlinings(home)), *(key for key, _, _ in home.archive.remembered())]


def _inlinings(home: Home) -> list[tuple[str, str]]:
    """(key, body) of every accepted solver as it is dealt from the archive."""
    try:
        return [
            (inlining_key(home.archive.program(name), home.cache), body) for name, body in home.archive.bodies("solver")
        ]
    except ProgramError as error:
        raise DamagedError(f"{home.path}: {error} {LAYOUT.remedy}") from error


def _refuse_damage(path: Path, kept: Archive) -> None:
    problems = kept.damage()
    lost = index.iterations_lost(path, kept)
    if lost:
        problems.append(f"{lost} iterations of its {index.FILE_NAME} are missing")
    if problems:
        raise DamagedError(f"{path}: its archive is damaged: {problems[0]} ({len(problems)} in all). {LAYOUT.remedy}")


def read_only(place: Path) -> bool:
    """Also when only the mode says so: whoever took the write bits away means it, and root may write anyway."""
    present = [place, *(place / name for name in index.FILES if (place / name).exists())]
    return any(not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK) for path in present)


def _writable(place: Path, notify: Notify) -> Path:
    if place.exists() and not place.is_dir():
        raise HomeError(f"{place}: is a file. Give another --home.")
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not read_only(place):
            return place
    except OSError as error:
        raise HomeError(f"{place}: cannot be used as a home ({error.strerror}). Give another --home.") from error
    copy = next(path for path in _names(Path.cwd() / place.resolve().name) if not path.exists())
    try:
        copy.mkdir(parents=True)
        copy_home(place, copy)
    except OSError as error:
        raise HomeError(f"{copy}: {place} is read-only and cannot be copied here ({error.strerror}).") from error
    notify(f"{place}: is read-only; working on a copy, {copy}.")
    return copy


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, 1_000_000):
        yield path.with_name(f"{path.name}-{number}")


def copy_home(source: Path, target: Path, names: Sequence[str] = (*index.FILES, *_BESIDE)) -> None:
    """Copy files of a home, and their logs, into an existing folder, all as they were at one moment.

    Raises:
        HomeError: another process keeps writing them, or one is no file.
        OSError: one cannot be read, or there is no room.
    """
    files = [source / f"{name}{suffix}" for name in names for suffix in ("", "-wal")]
    for _ in range(_TRIES):
        before = [_version(path) for path in files]
        for path, version in zip(files, before, strict=True):
            if version is not None:
                shutil.copyfile(path, target / path.name)
            elif path.name.endswith("-wal"):  # one that is there belongs to another file
                (target / path.name).unlink(missing_ok=True)
        if before == [_version(path) for path in files]:
            return
        time.sleep(_PAUSE_SECONDS)
    raise HomeError(f"{source}: is being written all the time by another process. Wait for it.")


def _version(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file is written; None for one that is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeError(f"{path}: cannot be read ({error.strerror}).") from error
    if not path.is_file():
        raise HomeError(f"{path}: is no file. Move it away, or fetch the whole directory again.")
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def _copy_of(place: Path, names: Sequence[str] = index.FILES) -> Iterator[Path]:
    """A copy of a home's files in a folder of its own, which goes afterwards; errors speak of the home itself."""
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        try:
            copy_home(place, Path(folder), names)
            yield Path(folder)
        except HomeError as error:
            raise type(error)(str(error).replace(folder, str(place))) from error
        except OSError as error:
            raise HomeError(f"{place}: cannot be copied for reading ({error.strerror}).") from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the directory itself: no file is left behind, and a killed process lets go by itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeError(
                f"{path}: is in use by another process. Wait for it, or give another --home and merge afterwards."
            ) from None
        yield
    finally:
        os.close(handle)


def merge_homes(places: Sequence[Path], into: Path, notify: Notify = notify_nobody) -> Iterator[tuple[Path, int, int]]:
    """Merge homes into one, archives and caches; yields (place, new solvers, new cache entries) for each.

    In any order, and again, the result is the same; interrupted, it can be repeated.

    Raises:
        HomeError: one of them holds no archive, and none is merged; or one cannot be read, and those before it are.
    """
    for place in places:
        if not (place / archive_layout.FILE_NAME).exists():
            raise HomeError(f"{place}: holds no archive, so there is nothing to merge. Check the path.")
    with open_home(into, notify) as home:
        for place in places:
            with _copy_of(place) as copy:
                with Archive(copy) as other:
                    _refuse_damage(place, other)
                    solvers = home.archive.merge(other)
                with closing(Cache(copy)) as remembered:
                    entries = home.cache.merge(remembered)
                    if remembered.set_aside:
                        notify(f"{place}: its cache is damaged; what it remembered is not taken over.")
            yield place, solvers, entries


@contextmanager
def open_made_home(place: Path, notify: Notify = notify_nobody) -> Iterator[Home]:
    """As ``open_home``, of one that is there.

    Raises:
        HomeError: there is none.
    """
    if not any((place / name).exists() for name in index.FILES):
        raise HomeError(f"{place}: holds no archive and no cache. Check the path.")
    with open_home(place, notify) as home:
        yield home


def check(place: Path) -> list[str]:
    """What is wrong with the archive of a home, a line each."""
    try:
        with read_archive(place) as kept:
            return kept.check()
    except (DamagedError, ForeignError) as error:
        return [str(error)]


def repair(place: Path, notify: Notify = notify_nobody) -> dict[str, int]:
    """Set a damaged archive aside, make a new one of what is intact, and write the index; returns its counts."""
    with _locked(place):
        counts = salvage(place)
        (place / index.FILE_NAME).unlink(missing_ok=True)  # it vouches for what was set aside
    with open_home(place, notify):
        pass
    return counts


def cache_figures(place: Path) -> dict[str, dict[str, int | float]]:
    """Sizes of both caches of a home, and the hits and misses of its last iteration."""
    with read_archive(place) as kept:
        history = kept.history(["caches"], newest=1)
    with _copy_of(place, index.FILES[1:]) as copy, closing(Cache(copy)) as remembered:
        figures = remembered.figures()
    last: dict[str, object] = history[-1]["caches"] if history and isinstance(history[-1].get("caches"), dict) else {}
    return {name: {**own, **_numbers(last.get(name)), "size": own["size"]} for name, own in figures.items()}


def _numbers(figures: object) -> dict[str, int | float]:
    if not isinstance(figures, dict):
        return {}
    return {name: value for name, value in figures.items() if isinstance(value, (int, float)) and isfinite(value)}
