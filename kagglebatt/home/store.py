"""A joblib store backend over the file of entries, with which ``joblib.Memory`` remembers text in one SQLite file.

joblib's own backend writes two files and a folder for every remembered call and pickles results; nothing that came
from a dataset may be unpickled. Here results are JSON.

Interface and call order follow joblib's ``StoreBackendBase`` (``joblib/_store_backends.py``) in 1.5.3 and 1.6.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

from joblib._store_backends import CacheWarning, StoreBackendBase
from joblib.disk import memstr_to_bytes
from joblib.hashing import Hasher

from kagglebatt.home.entries import FILE_NAME, MOST_CHARACTERS, EntryFile, EntryRow, key_digest

BACKEND = "kagglebatt-sqlite"
"""The name that the backend is registered under."""

_ANYONES = "joblib"
"""Where an entry of ours has the vocabulary's digest, an entry of any other function has this word."""

_TUPLE = "tuple"


def item(key: str, value: str, seconds: float) -> dict[str, Any]:
    """What a remembered call of ours returns: its own key, the text, and the seconds that computing it took."""
    return {"key": key, "value": value, "seconds": seconds}


def encoded(value: Any) -> Any:
    """A value as JSON that ``decoded`` gives back equal and of the same types.

    Raises:
        TypeError: it is, or holds, something else than None, bool, int, float, str, list, tuple, and dict by str.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [encoded(part) for part in value]
    if type(value) is tuple:
        return {_TUPLE: [encoded(part) for part in value]}
    if type(value) is dict and all(type(name) is str for name in value):
        parts = {name: encoded(part) for name, part in value.items()}
        return {_TUPLE: {_TUPLE: parts}} if parts.keys() == {_TUPLE} else parts
    raise TypeError(f"a {type(value).__name__}")


def decoded(value: Any) -> Any:
    """What ``encoded`` was given."""
    if isinstance(value, list):
        return [decoded(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {_TUPLE}:
        return {name: decoded(part) for name, part in value.items()}
    inner = value[_TUPLE]
    if isinstance(inner, list):
        return tuple(decoded(part) for part in inner)
    return {name: decoded(part) for name, part in inner[_TUPLE].items()}


def remember_all(remember: Any, made: Mapping[str, tuple[str, float]]) -> None:
    """Remember results of ours as joblib does call by call, in a tenth of the time.

    The first goes through joblib, which keeps a function's text, and tells what its id of a call is. When that is as
    it is worked out here, the others are written together.

    Args:
        remember: joblib's memoized function.
        made: text and seconds by key.
    """
    store: SqliteStore = remember.store_backend
    rows: list[EntryRow] = []
    ids = _CallIds()
    alike = False
    for number, (key, (text, seconds)) in enumerate(made.items()):
        if alike and key.isascii():
            rows.append(_row((remember.func_id, ids.of(key)), item(key, text, seconds)))
        else:
            remember.call(key, item(key, text, seconds))
            alike = alike or (number == 0 and store.last == (remember.func_id, ids.of(key)))
    store.entries.write_all(rows)


class _CallIds:
    """joblib's ids of calls of a function of one text: digests of pickles that are alike but for the text itself."""

    def __init__(self) -> None:
        self._around: dict[int, tuple[bytes, bytes]] = {}

    def of(self, key: str) -> str:
        """The id of a call with an ASCII key."""
        if len(key) not in self._around:
            sample = "#" * len(key)
            pickled = Hasher()
            pickled.hash({"key": sample}, return_digest=False)
            before, after = pickled.stream.getvalue().rsplit(sample.encode(), 1)
            self._around[len(key)] = before, after
        before, after = self._around[len(key)]
        return hashlib.md5(before + key.encode() + after, usedforsecurity=False).hexdigest()


def _row(call_id: tuple[str, str], made: Mapping[str, Any]) -> EntryRow:
    """An entry of ours."""
    key, call = made["key"], bytes.fromhex(call_id[1])
    return EntryRow(call_id[0], key_digest(key), call, key.split(" ")[1], made["value"], made["seconds"])


class SqliteStore(StoreBackendBase):  # type: ignore[misc]
    """joblib's view of the file. An item made by ``item`` keeps its cost as a column.

    Any other function's item is kept with what joblib says of the call: its arguments, duration and time. A result
    that JSON cannot hold is given back and not remembered, with joblib's own warning.

    Attributes:
        last: the id of the call of ours that was stored last.
    """

    location: str

    def configure(self, location: str, verbose: int = 0, backend_options: dict[str, Any] | None = None) -> None:
        """Use the file in the folder that was given to ``Memory``; joblib adds a folder of its own to that.

        Args:
            backend_options: ``{"entries": EntryFile}`` to share one that is open.
        """
        folder = Path(location)
        path = (folder.parent if folder.name == "joblib" else folder) / FILE_NAME
        self.entries: EntryFile = (backend_options or {}).get("entries") or EntryFile(path)
        self.location = str(path)
        self.last: tuple[str, str] | None = None
        self.verbose = verbose

    def contains_item(self, call_id: tuple[str, str]) -> bool:
        """Whether a result is remembered."""
        return self.entries.read_call(call_id[0], bytes.fromhex(call_id[1])) is not None

    def load_item(self, call_id: tuple[str, str], verbose: int = 1, **_unused: Any) -> Any:
        """A remembered result; KeyError when there is none, or when it was altered since."""
        return self._read(call_id)[0]

    def _read(self, call_id: tuple[str, str]) -> tuple[Any, dict[str, Any]]:
        """A result, and what joblib said of its call; KeyError when there is none."""
        text = self.entries.read_call(call_id[0], bytes.fromhex(call_id[1]))
        try:
            value, metadata = json.loads(text or "")
            return decoded(value), dict(metadata)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise KeyError(f"nothing is remembered for {call_id}") from error

    def dump_item(self, call_id: tuple[str, str], item: Any, verbose: int = 1) -> None:
        """Remember a result, in place of an older one."""
        if isinstance(item, dict) and item.keys() == {"key", "value", "seconds"}:
            self.last = call_id
            self.entries.write(_row(call_id, item))
            return
        try:
            self._write(call_id, encoded(item), {})
        except (TypeError, ValueError, RecursionError) as error:
            self.clear_item(call_id)
            warnings.warn(f"The result of {call_id[0]} is not remembered: {error}.", CacheWarning, stacklevel=2)

    def _write(self, call_id: tuple[str, str], value: Any, metadata: dict[str, Any]) -> None:
        call = bytes.fromhex(call_id[1])
        text = json.dumps([value, metadata])
        if len(text) > MOST_CHARACTERS:
            raise ValueError(f"it has {len(text)} characters")
        seconds = max(0.0, float(metadata.get("duration", 0.0)))
        self.entries.write(EntryRow(call_id[0], call, call, _ANYONES, text, seconds))

    def enforce_store_limits(
        self, bytes_limit: int | str | None, items_limit: int | None = None, age_limit: Any = None
    ) -> None:
        """Forget what is too old, then what was cheapest to compute, until all limits hold.

        Times of access do not survive a copy, so an entry's age is that of its computing; kagglebatt's own entries
        have none, and stay.

        Args:
            bytes_limit: of keys and values together, as a number or as joblib writes it ("10M").
            age_limit: a timedelta.

        Raises:
            ValueError: ``age_limit`` is below zero.
        """
        if age_limit is not None:
            if age_limit < timedelta(0):
                raise ValueError("age_limit is below zero")
            oldest = time() - age_limit.total_seconds()
            self.entries.delete([row for row in self.entries.rows() if _is_older(row, oldest)])
        most_bytes = memstr_to_bytes(bytes_limit) if isinstance(bytes_limit, str) else bytes_limit
        self.entries.delete(self.entries.over_limits(most_bytes, items_limit, frozenset()))

    def clear_item(self, call_id: tuple[str, str]) -> None:
        """Forget one result."""
        values = (self.entries.function(call_id[0]), bytes.fromhex(call_id[1]))
        self.entries.connection.execute("DELETE FROM entry WHERE function=? AND call=?", values)

    def clear_path(self, call_id: list[str] | tuple[str, ...]) -> None:
        """Forget every result of a function."""
        self.entries.connection.execute("DELETE FROM entry WHERE function=?", (self.entries.function(call_id[0]),))

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()

    def get_metadata(self, call_id: tuple[str, str]) -> dict[str, Any]:
        """What joblib said of a call: ``duration``, ``input_args`` and ``time``; nothing when it is not remembered."""
        try:
            return self._read(call_id)[1]
        except KeyError:
            return {}

    def store_metadata(self, call_id: tuple[str, str], metadata: dict[str, Any]) -> None:
        """Keep what joblib says of a call beside its result; of our own entries it would be their key once more."""
        if call_id == self.last:
            return  # joblib asks right after the item; there are thousands of ours, and looking them up takes longest
        try:
            value, _ = self._read(call_id)
        except KeyError:
            return  # not remembered
        try:
            self._write(call_id, encoded(value), metadata)
        except (TypeError, ValueError):
            return  # arguments as long as a book: the result stays without them

    def get_cached_func_info(self, call_id: list[str]) -> dict[str, str]:
        """Where a function's results are."""
        return {"location": f"{self.location}:{call_id[0]}"}

    def get_cached_func_code(self, call_id: list[str]) -> str:
        """The text that a function had when it was stored; OSError when it was not."""
        row = self.entries.connection.execute("SELECT code FROM function WHERE name=?", (call_id[0],)).fetchone()
        if row is None or row[0] is None:
            raise OSError(f"no code is stored for {call_id[0]}")
        return str(row[0])

    def store_cached_func_code(self, call_id: list[str], func_code: str | None = None) -> None:
        """Keep a function's text; without one there is nothing to do, since no folder has to be made."""
        if func_code is not None:
            number = self.entries.function(call_id[0])
            self.entries.connection.execute("UPDATE function SET code=? WHERE id=?", (func_code, number))

    def get_items(self) -> list[Any]:
        """Nothing to list by age of access, which a copied file does not have."""
        return []

    def create_location(self, location: str) -> None:
        """Nothing: the file is made when it is opened."""

    def clear_location(self, location: str) -> None:
        """Forget everything."""
        self.clear()

    def _open_item(self, f: Any, mode: str) -> Any:
        raise NotImplementedError("results are rows, not files")

    def _item_exists(self, location: str) -> bool:
        raise NotImplementedError("results are rows, not files")

    def _move_item(self, src: str, dst: str) -> None:
        raise NotImplementedError("results are rows, not files")


def _is_older(row: EntryRow, oldest: float) -> bool:
    """Whether an entry says that it was computed before some time."""
    if row.vocabulary != _ANYONES:
        return False
    try:
        return bool(json.loads(row.value)[1].get("time", 0.0) < oldest)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return True  # no such entry was ever written
