"""One iteration's home: a directory that is opened by one process at a time, saved in order, and survives the rest.

A home that cannot be written, such as a Kaggle input, is copied to the working directory first. A damaged cache is
set aside and begun anew, filled from the archive; a damaged archive is refused, with the way to mend it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

from kagglebatt.errors import DamagedError, ForeignError, HomeError, ProgramError, SettingsError, StoppedError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.archive_layout import LAYOUT
from kagglebatt.home.cache import PROBES, SET_ASIDE_NAME, Cache
from kagglebatt.home.copying import copy_home, copy_of, read_only, version
from kagglebatt.home.database import newest_format
from kagglebatt.home.probed import ProbedBatches
from kagglebatt.home.recall import inlining_key
from kagglebatt.home.salvage import SET_ASIDE_NAME as DAMAGED_NAME
from kagglebatt.home.salvage import refuse_half_mended, salvage
from kagglebatt.notify import Notify, notify_nobody


@dataclass(frozen=True)
class Home:
    """An open home. ``path`` is where it is written, which differs from what was asked for when that is read-only."""

    path: Path
    archive: Archive
    cache: Cache

    @property
    def probed(self) -> ProbedBatches:
        """What was probed, which lies in the cache."""
        return self.cache.probed

    def save(self) -> None:
        """Write everything to disk, the index last."""
        self.cache.save()
        sizes = {name: int(figures["size"]) for name, figures in self.cache.figures().items()}
        probed = sizes.pop(PROBES, 0)
        self.archive.checkpoint()
        self.cache.checkpoint()
        index.write_index(self.path, self.archive, sizes, self.cache.vocabulary, probed)


@contextmanager
def open_home(place: str | Path, notify: Notify = notify_nobody) -> Iterator[Home]:
    """Open a home for writing, making it where there is none; it is saved and closed afterwards.

    Args:
        notify: is given what the user should know: a copy was made, the home is incomplete, the cache was damaged.

    Raises:
        HomeError: it is in use, no directory, cannot be written, or of a newer format.
        DamagedError: the archive is damaged.
    """
    path = _writable(Path(place), notify)
    with _locked(path):
        refuse_half_mended(path)
        why = index.incompleteness(path)
        if why:
            notify(f"{path}: is incomplete: it {why}. What was committed is used.")
        with Archive(path, notify) as kept:
            if why:
                _refuse_damage(path, kept)
            missing = not (path / entries.FILE_NAME).exists()
            cache = Cache(path, index.vocabulary(path), notify)
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
def read_archive(place: str | Path, empty: bool = False, notify: Notify = notify_nobody) -> Iterator[Archive]:
    """The archive of a home for reading, also while another process works on it; a read-only home is left as it is.

    Args:
        empty: give an empty archive where there is none.
        notify: is told when another program has the file locked.

    Raises:
        HomeError: there is none, or it cannot be read.
    """
    place = Path(place)
    path = place / archive_layout.FILE_NAME
    refuse_half_mended(place)
    if version(path) is None:
        index.incompleteness(place)  # raises when the index knows of one
        if empty and (place.is_dir() or not place.exists()):
            with TemporaryDirectory(prefix="kagglebatt-") as folder, Archive(Path(folder)) as kept:
                yield kept
            return
        raise HomeError(f"{place}: holds no archive. Run `kagglebatt evolve --home {place}` first.")
    if not read_only(place) and newest_format(path, LAYOUT):
        with Archive(place, notify) as kept:
            yield kept
        return
    with copy_of(place, index.FILES[:1]) as copy, Archive(copy) as kept:
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
    problems = [*kept.damage(), *_lost(path, kept)]
    if problems:
        raise DamagedError(f"{path}: its archive is damaged: {problems[0]} ({len(problems)} in all). {LAYOUT.remedy}")


def _lost(path: Path, kept: Archive) -> list[str]:
    lost = index.iterations_lost(path, kept)
    return [f"{lost} iterations of its {index.FILE_NAME} are missing"] if lost else []


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
        refuse_half_mended(place)
        if not (place / archive_layout.FILE_NAME).exists():
            raise HomeError(f"{place}: holds no archive, so there is nothing to merge. Check the path.")
    with open_home(into, notify) as home:
        for place in places:
            with copy_of(place) as copy:
                with Archive(copy) as other:
                    _refuse_damage(copy, other)
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
    """What is wrong with a home, a line each: with its archive, and whatever else would have it refused.

    Raises:
        HomeError: it holds no archive, or one of a newer format.
    """
    try:
        with read_archive(place) as kept:
            problems = [*kept.check(), *_lost(place, kept)]
    except (DamagedError, ForeignError) as error:
        problems = [str(error)]
    try:
        index.incompleteness(place)
        if version(place / entries.FILE_NAME) is not None:
            with copy_of(place, index.FILES[1:]) as copy, closing(Cache(copy)):
                pass
    except HomeError as error:
        problems += [] if str(error) in problems else [str(error)]
    return problems


def repair(place: Path, notify: Notify = notify_nobody) -> dict[str, int]:
    """Make a new archive of what is intact, where it is damaged, and write the index; returns its counts.

    Args:
        notify: is given what is gone, and where the damaged archive is.

    Raises:
        HomeError: it holds no archive, or cannot be written.
    """
    with _locked(place):
        listed = index.read_index(place).get("archive")
        if _damaged(place):
            counts = salvage(place)
            notify(f"{place / DAMAGED_NAME}: the damaged archive; nothing needs it any more.")
        else:
            with read_archive(place) as kept:
                counts = kept.counts()
        if gone := _gone(listed, counts):
            notify(f"{place}: its {index.FILE_NAME} lists more than there is; gone are {gone}.")
        (place / index.FILE_NAME).unlink(missing_ok=True)  # it vouches for what was there before
    with open_home(place, notify):
        pass
    return counts


def _damaged(place: Path) -> bool:
    try:
        with read_archive(place) as kept:
            return bool(kept.check())
    except (DamagedError, ForeignError):
        return True


def _gone(listed: object, counts: Mapping[str, int]) -> str:
    """What an index lists and an archive has no more, as words."""
    known = listed if isinstance(listed, dict) else {}
    numbers = {name: known[name] - count for name, count in counts.items() if isinstance(known.get(name), int)}
    return ", ".join(f"{number} {name}" for name, number in numbers.items() if number > 0)


def cache_figures(place: Path) -> dict[str, dict[str, int | float]]:
    """Sizes of both caches of a home, and the hits and misses of its last iteration."""
    with read_archive(place) as kept:
        history = kept.history(["caches"], newest=1)
    with copy_of(place, index.FILES[1:]) as copy, closing(Cache(copy)) as remembered:
        figures = remembered.figures()
    last: dict[str, object] = history[-1]["caches"] if history and isinstance(history[-1].get("caches"), dict) else {}
    return {name: {**own, **_numbers(last.get(name)), "size": own["size"]} for name, own in figures.items()}


def _numbers(figures: object) -> dict[str, int | float]:
    if not isinstance(figures, dict):
        return {}
    return {name: value for name, value in figures.items() if isinstance(value, (int, float)) and isfinite(value)}
