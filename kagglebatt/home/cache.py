"""What is remembered between iterations: solver bodies and verdicts. The only file that knows ``joblib.Memory``.

The cache may be deleted at any time and costs only time; one that is found damaged is set aside and begun anew.
Keys are canonical text, with a format number and a digest of the vocabulary's implementation, so an edited
primitive makes what it touched a miss. Every entry carries the seconds that it once cost; "time saved" is the sum
of those, never an estimate.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kagglebatt.dsl.fingerprint import vocabulary_digest
from kagglebatt.errors import DamagedError, HomeError
from kagglebatt.home import probed_rows
from kagglebatt.home.connection import fault, is_damage
from kagglebatt.home.database import transaction
from kagglebatt.home.entries import FILE_NAME, EntryFile, EntryRow, key_digest
from kagglebatt.home.probed import ProbedBatches
from kagglebatt.notify import Notify, notify_nobody

if TYPE_CHECKING:
    from joblib import Memory

FORMAT = 3
"""Part of every key: raised when the meaning of a stored text changes."""

PROBES = "probes"
"""The name of the figures of what was probed."""

SET_ASIDE_NAME = f"damaged-{FILE_NAME}"

_KEY = re.compile(r"\d{1,9}( [0-9a-f]{1,64}){2,4}")
"""What a key of any version looks like."""

_REMEDY = "Free some space or give another --home; what was saved stays."

Answer = TypeVar("Answer")

_JOBLIB_MODULE = "kagglebatt.cache"
"""The module that joblib files both functions under, in every home there is; wherever this file is moved to."""


def inlined(key: str, made: dict[str, Any]) -> dict[str, Any]:  # joblib compares this text: keep it as it is
    return made


def validated(key: str, made: dict[str, Any]) -> dict[str, Any]:  # joblib compares this text: keep it as it is
    return made


def searched(key: str, made: dict[str, Any]) -> dict[str, Any]:  # joblib compares this text: keep it as it is
    return made


inlined.__module__ = validated.__module__ = searched.__module__ = _JOBLIB_MODULE


class CacheTable:
    """One memoized function's entries, with counts of what was asked for.

    What is stored is kept in this process until the cache is saved, then written in one transaction.

    Attributes:
        hits: lookups that were remembered.
        misses: lookups that were not.
        seconds_saved: what the remembered entries once cost, summed over hits.
    """

    def __init__(self, cache: Cache, function: Callable[..., dict[str, Any]]) -> None:
        self._cache = cache
        self._function = function
        self._name = f"{_JOBLIB_MODULE.replace('.', '/')}/{function.__name__}"  # as joblib names it
        self._front: dict[str, tuple[str, float]] = {}
        self._absent: set[str] = set()
        self._unsaved: dict[str, tuple[str, float]] = {}
        self.hits = 0
        self.misses = 0
        self.seconds_saved = 0.0

    def load(self, keys: Iterable[str]) -> None:
        """Bring entries into this process ahead of lookups; one query for hundreds of keys."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self._front and key not in self._absent]
        nothing: dict[str, tuple[str, float]] = {}
        found = self._cache.trying(lambda entries: entries.read(self._name, wanted), default=nothing)
        self._front.update(found)
        self._absent.update(key for key in wanted if key not in found)

    def peek(self, key: str) -> str | None:
        """The remembered text, without counting the lookup."""
        if key not in self._front and key not in self._absent:
            self.load([key])
        entry = self._front.get(key)
        return None if entry is None else entry[0]

    def count_hit(self, key: str) -> None:
        """Count a lookup that was answered from the entry of ``key``."""
        self.hits += 1
        self.seconds_saved += self._front[key][1]

    def store(self, key: str, text: str, seconds: float) -> None:
        """Count a miss and remember what was computed for it, and the seconds that took."""
        self.misses += 1
        self.replace(key, text, seconds)

    def replace(self, key: str, text: str, seconds: float) -> None:
        """Remember a text in place of an older one, without counting a lookup."""
        self._front[key] = self._unsaved[key] = (text, seconds)

    @property
    def unsaved(self) -> bool:
        """Whether something is not yet in the file."""
        return bool(self._unsaved)

    def write(self, memory: Memory) -> None:
        """Put what is not yet in the file into it; within a transaction of the caller's."""
        from kagglebatt.home.store import remember_all

        remember_all(memory.cache(self._function, ignore=["made"]), self._unsaved)

    def written(self) -> None:
        """The caller's transaction was committed."""
        self._unsaved.clear()

    def restart_counts(self) -> None:
        """Count lookups from zero again, for the next iteration; it asks for other entries."""
        self.hits, self.misses, self.seconds_saved = 0, 0, 0.0
        self.forget()

    def forget(self) -> None:
        """Let go of what this process has of the file: it was changed, or is not needed any more."""
        self._front = dict(self._unsaved)
        self._absent.clear()

    @property
    def size(self) -> int:
        """Entries remembered and saved."""
        return self._cache.trying(lambda entries: entries.count(self._name), default=0)

    def figures(self) -> dict[str, Any]:
        """hits, misses, size and seconds_saved."""
        return {
            "hits": self.hits,
            "misses": self.misses,
            "size": self.size,
            "seconds_saved": round(self.seconds_saved, 6),
        }


class Cache:
    """The tables of one home directory, and what was probed; close it to leave a single file.

    Attributes:
        probed: what was probed.
        set_aside: whether the file was found damaged, renamed and begun anew.
    """

    def __init__(self, home: Path, vocabulary: str = "", notify: Notify = notify_nobody) -> None:
        """Open the cache, making it where there is none.

        Args:
            vocabulary: the digest of the installed vocabulary, where it is known; it takes a while to work out.
            notify: is told when another program has the file locked.

        Raises:
            HomeError: the file is foreign, of a newer format, or cannot be written.
        """
        self._vocabulary = vocabulary
        home.mkdir(parents=True, exist_ok=True)
        self._entries = EntryFile(home.resolve() / FILE_NAME, notify)
        self.probed = ProbedBatches(lambda: self.vocabulary, self.trying)
        self.set_aside = False
        try:
            _ = self._entries.connection
        except DamagedError:
            self._begin_anew()
        self.inlining = CacheTable(self, inlined)
        self.validation = CacheTable(self, validated)
        self.searches = CacheTable(self, searched)

    @property
    def vocabulary(self) -> str:
        """The digest of the installed vocabulary, part of every key."""
        return self._vocabulary or vocabulary_digest()

    def key(self, *parts: str) -> str:
        """The key of an entry: format, digest of the vocabulary, and what identifies the call."""
        return " ".join((str(FORMAT), self.vocabulary, *parts))

    def _memory(self) -> Memory:
        # Late: joblib takes longer to import than a whole run that only remembers.
        from joblib import Memory, register_store_backend

        from kagglebatt.home.store import BACKEND, SqliteStore

        register_store_backend(BACKEND, SqliteStore)
        home = str(self._entries.path.parent)
        return Memory(home, backend=BACKEND, verbose=0, backend_options={"entries": self._entries})

    def trying(self, ask: Callable[[EntryFile], Answer], default: Answer | None = None) -> Answer:
        """Ask the file; when the file turns out to be damaged, begin anew and ask again, or give the default."""
        try:
            return ask(self._entries)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise fault(self._entries.path, error, _REMEDY) from error
        except DamagedError:
            pass
        self._begin_anew()
        return ask(self._entries) if default is None else default

    def _begin_anew(self) -> None:
        self._entries.close()
        path = self._entries.path
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            path.replace(path.with_name(SET_ASIDE_NAME))
        except FileNotFoundError:
            pass  # somebody deleted it: as good as set aside
        except OSError as error:
            raise HomeError(f"{path}: is damaged, and cannot be set aside as {SET_ASIDE_NAME} ({error}).") from error
        self.set_aside = True
        self.probed.forget()
        _ = self._entries.connection

    def _forget(self) -> None:
        for each in (self.inlining, self.validation, self.searches, self.probed):
            each.forget()

    def restart_counts(self) -> None:
        """Count lookups from zero again, for the next iteration."""
        self.inlining.restart_counts()
        self.validation.restart_counts()
        self.searches.restart_counts()
        self.probed.restart_counts()

    def figures(self) -> dict[str, dict[str, Any]]:
        """The figures of bodies and verdicts by name, and those of probes where there were any."""
        figures = {"inlining": self.inlining.figures(), "validation": self.validation.figures()}
        probes = self.probed.figures()
        return {**figures, PROBES: probes} if any(probes.values()) else figures

    @property
    def unsaved(self) -> bool:
        """Whether something is not yet in the file."""
        return any(each.unsaved for each in (self.inlining, self.validation, self.searches, self.probed))

    def save(self) -> None:
        """Commit everything stored so far.

        Raises:
            HomeError: the disk is full or cannot be written; everything saved before is still there.
        """
        if not self.unsaved:
            return
        memory = self._memory()

        def write(entries: EntryFile) -> bool:
            with transaction(entries.connection):
                self.inlining.write(memory)
                self.validation.write(memory)
                self.searches.write(memory)
                self.probed.write(entries)
            return True

        self.trying(write)
        self.inlining.written()
        self.validation.written()
        self.searches.written()
        self.probed.written()

    def refill(self, inlining: Iterable[tuple[str, str]], verdicts: Iterable[tuple[str, str, float]]) -> int:
        """Remember (key, body) and (key, text, seconds) that are not remembered; returns how many were not."""
        added = 0
        for table, entries in ((self.inlining, [(*each, 0.0) for each in inlining]), (self.validation, list(verdicts))):
            table.load(key for key, _, _ in entries)
            for key, text, seconds in entries:
                if table.peek(key) is None and _KEY.fullmatch(key):
                    table.replace(key, text, seconds)
                    added += 1
        self.save()
        return added

    def merge(self, other: Cache) -> int:
        """Take over what another cache remembers; of two texts for one key the greater one stays, so order is nothing.

        Returns:
            How many entries came in or changed.
        """
        mine = {(row.function, row.key): row for row in self.rows()}
        changed = [
            row
            for row in other.rows()
            if (row.function, row.key) not in mine or row[4:] > mine[row.function, row.key][4:]
        ]

        def write(entries: EntryFile) -> int:
            with transaction(entries.connection):
                entries.write_all(changed)
                self.probed.adopt(entries, other.probed.rows())
            self._forget()
            return len(changed)

        return self.trying(write)

    def prune(self, max_bytes: int | None, max_entries: int | None, needed: Collection[str]) -> int:
        """Forget entries until both limits hold, what was cheapest first; what is under a needed key stays.

        What was probed counts, and stays: it took longest for its size. ``prune_probed`` is for where that is too much.

        Returns:
            How many entries went.
        """
        keep = frozenset(map(key_digest, needed))

        def forget(entries: EntryFile) -> int:
            most = None if max_bytes is None else max_bytes - probed_rows.bytes_of(entries.connection)
            gone = entries.over_limits(most, max_entries, keep)
            with transaction(entries.connection):
                entries.delete(gone)
            entries.vacuum()
            self._forget()
            return len(gone)

        return self.trying(forget)

    def prune_probed(self, max_bytes: int) -> int:
        """Forget the oldest batches of what was probed until the whole cache takes so much; returns how many went."""

        def forget(entries: EntryFile) -> int:
            left = max_bytes - sum(row.bytes for row in entries.rows())
            with transaction(entries.connection):
                gone = probed_rows.drop_oldest(entries.connection, left)
            entries.vacuum()
            self._forget()
            return gone

        return self.trying(forget)

    @property
    def bytes(self) -> int:
        """What entries and batches take, nearly."""
        probed = self.trying(lambda entries: probed_rows.bytes_of(entries.connection), default=0)
        return probed + sum(row.bytes for row in self.rows())

    def rows(self) -> list[EntryRow]:
        """Every entry in a fixed order."""
        return self.trying(lambda entries: list(entries.rows()), default=[])

    def clear(self) -> None:
        """Forget everything."""

        def forget(entries: EntryFile) -> int:
            entries.clear()
            entries.vacuum()
            self._forget()
            return 0

        self.trying(forget)

    def checkpoint(self) -> None:
        """Bring everything saved into the one file, for whoever reads or copies it."""
        self._entries.close()

    def close(self) -> None:
        """Save and close."""
        try:
            self.save()
        finally:
            self._entries.close()
