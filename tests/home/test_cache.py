"""The cache: joblib.Memory over one sealed SQLite file."""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from joblib import Memory, Parallel, delayed, expires_after, register_store_backend
from joblib._store_backends import CacheWarning
from joblib.memory import MemorizedFunc

from kagglebatt.errors import HomeError
from kagglebatt.home import cache as cache_module
from kagglebatt.home.cache import SET_ASIDE_NAME, Cache
from kagglebatt.home.entries import FILE_NAME, EntryFile
from kagglebatt.home.recall import CachedResult, bodies
from kagglebatt.home.store import SqliteStore
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.score import Scores

SCORES = Scores(2, 2, 1, 1, 1000, ("value", "raised TypeError", "timed out"), {"d": 5})
PROGRAM = parse_program("x1 = hmirror(I); O = vconcat(I, x1)")


def filled(home: Path, *entries: tuple[str, str, float]) -> None:
    cache = Cache(home)
    for name, text, seconds in entries:
        cache.validation.store(cache.key(name), text, seconds)
    cache.close()


def held(home: Path) -> dict[bytes, tuple[str, float]]:
    cache = Cache(home)
    found = {row.key: (row.value, row.seconds) for row in cache.rows()}
    cache.close()
    return found


def test_what_is_stored_is_found_by_another_process_later(tmp_path: Path) -> None:
    """Hits, misses and seconds saved are counts and sums of what was stored."""
    filled(tmp_path, ("a", "text", 1.5))
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME]
    second = Cache(tmp_path)
    second.validation.load([second.key("a"), second.key("b")])
    assert (second.validation.peek(second.key("a")), second.validation.peek(second.key("b"))) == ("text", None)
    second.validation.count_hit(second.key("a"))
    assert second.validation.figures() == {"hits": 1, "misses": 0, "size": 1, "seconds_saved": 1.5}
    second.clear()
    assert second.validation.size == 0
    second.close()


@pytest.mark.parametrize("foreseen", [True, False])
def test_what_is_written_together_is_what_joblib_would_write(tmp_path: Path, monkeypatch, foreseen: bool) -> None:
    """Its own interface finds every entry, of whatever length; also where its ids are not as they are foreseen."""
    calls: list[str] = []
    real = MemorizedFunc.call
    monkeypatch.setattr(MemorizedFunc, "call", lambda self, *given: calls.append(given[0]) or real(self, *given))
    if not foreseen:
        monkeypatch.setattr("kagglebatt.home.store._CallIds.of", lambda _self, _key: "0" * 32)
    keys = ["a", "b" * 20, "c" * 20, "d" * 300, "\xe9", "#"]
    filled(tmp_path, *((key, f"text of {key}", 1.5) for key in keys))
    assert len(calls) == (2 if foreseen else len(keys))
    memory, cache = opened(tmp_path), Cache(tmp_path)
    remembered = memory.cache(cache_module.validated, ignore=["made"])
    remembered.check_call_in_cache("", {})  # the first time in a process joblib only notes the function's text
    for key in map(cache.key, keys):
        assert remembered.check_call_in_cache(key, {})
        assert cache.validation.peek(key) == f"text of {key.split(' ', 2)[2]}"
    memory.store_backend.entries.close()
    cache.close()


def test_an_iteration_keeps_nothing_of_the_one_before(tmp_path: Path) -> None:
    """A process that goes on for days holds what one iteration asks for; what is not saved stays."""
    filled(tmp_path, ("a", "text", 1.5))
    cache = Cache(tmp_path)
    table = cache.validation
    assert (table.peek(cache.key("a")), table.peek(cache.key("b"))) == ("text", None)
    table.replace(cache.key("c"), "new", 1.0)
    cache.restart_counts()
    assert (list(table._front), table._absent) == ([cache.key("c")], set())
    assert (table.peek(cache.key("a")), table.peek(cache.key("c"))) == ("text", "new")
    cache.close()


def test_memoized_functions_are_pinned() -> None:
    """joblib forgets every entry of a function whose text changes, so these must not."""
    source = Path(cache_module.__file__).read_text("utf-8")
    tail = "(key: str, made: dict[str, Any]) -> dict[str, Any]:  # joblib compares this text: keep it as it is\n"
    for name in ("inlined", "validated"):
        assert f"\ndef {name}{tail}    return made\n" in source


def double(x: int) -> list[int]:
    return [x, 2 * x]


def test_memory_works_over_the_store_as_over_files(tmp_path: Path) -> None:
    """joblib's own interface: call, check, shelve, force, validate, limit, clear, pickle, workers."""
    register_store_backend("kagglebatt-sqlite", SqliteStore)
    memory = Memory(str(tmp_path), backend="kagglebatt-sqlite", verbose=0)
    remembered = memory.cache(double)
    assert not remembered.check_call_in_cache(2)
    assert (remembered(2), remembered(2), remembered(x=2)) == ([2, 4], [2, 4], [2, 4])
    assert remembered.check_call_in_cache(2)
    shelved = remembered.call_and_shelve(3)
    assert shelved.get() == [3, 6]
    shelved.clear()
    with pytest.raises(KeyError):
        shelved.get()
    assert remembered.call(4)[0] == [4, 8]
    assert memory.cache(double, cache_validation_callback=lambda _metadata: True)(4) == [4, 8]
    assert pickle.loads(pickle.dumps(remembered))(4) == [4, 8]
    assert Parallel(n_jobs=2)(delayed(remembered)(n) for n in (4, 5)) == [[4, 8], [5, 10]]
    assert memory.store_backend.entries.count(remembered.func_id) == 3
    memory.reduce_size(items_limit=2)
    assert memory.store_backend.entries.count(remembered.func_id) == 2
    memory.reduce_size(bytes_limit="0K")
    assert memory.store_backend.entries.count(remembered.func_id) == 0
    remembered(6)
    remembered.clear(warn=False)
    assert not remembered.check_call_in_cache(6)
    memory.clear(warn=False)
    memory.store_backend.entries.close()


CALLS: list[object] = []


def noted(x: object) -> object:
    CALLS.append(x)
    return x


def opened(home: Path) -> Memory:
    register_store_backend("kagglebatt-sqlite", SqliteStore)
    return Memory(str(home), backend="kagglebatt-sqlite", verbose=0)


def test_memory_knows_when_and_how_long(tmp_path: Path) -> None:
    """What joblib keeps of a call comes back to its validation callbacks and to shelved results."""
    CALLS.clear()
    memory = opened(tmp_path)
    seen: list[dict] = []
    for keep, calls in ((True, 1), (False, 2), (True, 2)):
        remembered = memory.cache(noted, cache_validation_callback=lambda metadata: seen.append(metadata) or keep)  # noqa: B023 - used at once
        assert (remembered(5), len(CALLS)) == (5, calls)
    assert [sorted(each) for each in seen] == [["duration", "input_args", "time"]] * 2
    assert seen[0]["input_args"] == {"x": "5"}
    assert memory.cache(noted, cache_validation_callback=expires_after(hours=1))(5) == 5
    assert len(CALLS) == 2
    assert memory.cache(noted, cache_validation_callback=expires_after(seconds=-1))(5) == 5
    assert len(CALLS) == 3
    shelved = memory.cache(noted).call_and_shelve(5)
    assert shelved.duration >= 0
    assert pickle.loads(pickle.dumps(shelved)).get() == 5
    assert memory.eval(noted, 5) == 5
    assert pickle.loads(pickle.dumps(memory)).cache(noted).check_call_in_cache(5)
    memory.reduce_size(age_limit=timedelta(hours=1))
    assert memory.cache(noted).check_call_in_cache(5)
    with pytest.raises(ValueError, match="age"):
        memory.reduce_size(age_limit=timedelta(hours=-1))
    memory.reduce_size(age_limit=timedelta(0))
    assert not memory.cache(noted).check_call_in_cache(5)
    memory.store_backend.entries.close()


@pytest.mark.parametrize(
    "value",
    [
        ((0, 0), (1, 2)), [(), [], {}], {"a": (1, None, True, 1.5, "x")}, {"tuple": [1]}, {"tuple": {"tuple": (1,)}},
        ({"tuple": {}},), float("inf"),
    ],
)  # fmt: skip
def test_a_hit_gives_what_the_call_gave(tmp_path: Path, value: object) -> None:
    """Equal and of the same types, though it is kept as JSON."""
    remembered = opened(tmp_path).cache(noted)
    assert remembered(value) is value
    CALLS.clear()
    again = remembered(value)
    assert (repr(again), CALLS) == (repr(value), [])
    remembered.store_backend.entries.close()


@pytest.mark.parametrize("value", [{1, 2}, {1: 2}, b"bytes", object, True + 0j, "x" * 10_000_001])
def test_what_is_no_json_is_given_and_not_remembered(tmp_path: Path, value: object) -> None:
    """With joblib's own warning, as when its own store cannot write."""
    remembered = opened(tmp_path).cache(noted)
    with pytest.warns(CacheWarning, match="is not remembered"):
        assert remembered(value) is value
    assert not remembered.check_call_in_cache(value)
    remembered.store_backend.entries.close()


def test_a_file_that_nobody_closed_closes_when_it_is_dropped(tmp_path: Path) -> None:
    """So that a copied function leaves no handle and no warning behind."""
    entries = EntryFile(tmp_path / FILE_NAME)
    connection = entries.connection
    del entries
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_an_altered_row_is_as_good_as_missing(tmp_path: Path) -> None:
    """Whatever was changed in it, also for joblib's own lookups."""
    filled(tmp_path, ("a", "1", 1.0), ("b", "2", 1.0))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE entry SET value = '9' WHERE value = '2'")
    connection.commit()
    connection.close()
    cache = Cache(tmp_path)
    assert (cache.validation.peek(cache.key("a")), cache.validation.peek(cache.key("b"))) == ("1", None)
    assert len(cache.rows()) == 1
    cache.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"not a database" * 300, "cut", "flip"])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes | str) -> None:
    """And begun anew; what was in it costs only time."""
    filled(tmp_path, *((str(n), "text" * 50, 1.0) for n in range(100)))
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    if content == "cut":
        content = whole[: len(whole) // 2]
    elif content == "flip":
        content = whole[:100] + bytes(255 - byte for byte in whole[100:8000]) + whole[8000:]
    path.write_bytes(content)  # type: ignore[arg-type]
    cache = Cache(tmp_path)
    cache.validation.load([cache.key(str(n)) for n in range(100)])
    cache.validation.store(cache.key("new"), "text", 1.0)
    cache.close()
    assert held(tmp_path)
    assert (tmp_path / SET_ASIDE_NAME).exists() == (content != b"")


def test_a_directory_in_its_place_is_refused(tmp_path: Path) -> None:
    """Nothing is deleted that kagglebatt did not make."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(HomeError, match="Delete it"):
        Cache(tmp_path)


def test_a_damaged_file_that_cannot_be_set_aside_is_refused(tmp_path: Path) -> None:
    """Such as one with a folder under the name it would get."""
    (tmp_path / FILE_NAME).write_bytes(b"x" * 5000)
    (tmp_path / SET_ASIDE_NAME).mkdir()
    with pytest.raises(HomeError, match="cannot be set aside"):
        Cache(tmp_path)


def test_merging_is_commutative_and_idempotent(tmp_path: Path) -> None:
    """Of two texts under one key the same one stays, whichever way they came."""
    sides = {"a": [("x", "1", 1.0), ("y", "2", 1.0)], "b": [("y", "3", 0.5), ("z", "4", 1.0)]}
    results = []
    for order in ("ab", "ba", "abab"):
        for name, entries in sides.items():
            filled(tmp_path / order / name, *entries)
        target = Cache(tmp_path / order / "target")
        for name in order:
            other = Cache(tmp_path / order / name)
            target.merge(other)
            other.close()
        target.close()
        results.append(held(tmp_path / order / "target"))
    assert results[0] == results[1] == results[2]
    assert sorted(value for value, _ in results[0].values()) == ["1", "3", "4"]


def test_pruning_forgets_the_cheapest_first_and_the_needed_never(tmp_path: Path) -> None:
    """Both limits hold afterwards, and the file gets smaller."""
    filled(tmp_path, *((str(n), "text" * 100, n / 10) for n in range(200)))
    before = (tmp_path / FILE_NAME).stat().st_size
    cache = Cache(tmp_path)
    assert cache.prune(None, 50, [cache.key("0")]) == 150
    assert {row.seconds for row in cache.rows()} == {0.0, *(n / 10 for n in range(151, 200))}
    assert cache.prune(None, 0, [cache.key("0"), cache.key("199")]) == 48
    assert cache.prune(0, None, [cache.key("0")]) == 1
    cache.close()
    assert (tmp_path / FILE_NAME).stat().st_size < before / 4


def test_inlining_is_looked_up_before_it_is_done(tmp_path: Path) -> None:
    """The second time nothing is inlined; a body of another program is not believed."""
    cache = Cache(tmp_path)
    assert bodies([PROGRAM], cache) == [PROGRAM.body]
    assert bodies([PROGRAM], cache) == [PROGRAM.body]
    assert (cache.inlining.hits, cache.inlining.misses) == (1, 1)
    place = next(iter(cache.inlining._front))
    cache.inlining.replace(place, parse_program("O = rot90(I)").body, 0.0)
    assert bodies([PROGRAM], cache) == [PROGRAM.body]
    assert (cache.inlining.hits, cache.inlining.misses) == (1, 2)
    cache.close()


def test_a_remembered_timeout_counts_up_to_its_limit() -> None:
    """Longer limits ask again; a candidate slower than a shorter limit asks again too."""
    late = CachedResult(SCORES, limit=1.0, slowest=0.3, seconds=1.4)
    assert [late.holds(limit, 2048, ["d"]) for limit in (0.2, 0.5, 1.0, 2.0)] == [False, True, True, False]
    fine = replace(late, scores=replace(SCORES, outcomes=("value",) * 3))
    assert [fine.holds(limit, 2048, ["d"]) for limit in (0.2, 0.5, 2.0)] == [False, True, True]
    assert not fine.holds(1.0, 2048, ["d", "new"])


def test_a_remembered_want_of_memory_counts_for_that_memory() -> None:
    """With more it might have had a value, and with less another might have had none."""
    fine = CachedResult(replace(SCORES, outcomes=("value",) * 3), 1.0, 0.3, 1.0, memory=512)
    assert [fine.holds(1.0, memory, ["d"]) for memory in (256, 512, 1024)] == [False, True, True]
    for outcome in ("too large", "crashed"):
        want = replace(fine, scores=replace(SCORES, outcomes=("value", outcome, "value")))
        assert [want.holds(1.0, memory, ["d"]) for memory in (256, 512, 1024)] == [False, True, False]


@pytest.mark.parametrize("confirmed", [None, True, False])
def test_an_entry_is_read_back_as_it_was(confirmed: bool | None) -> None:
    """And any other text is a miss."""
    entry = CachedResult(SCORES, 1.0, 0.25, 1.5, confirmed, 0.125)
    assert CachedResult.read(entry.text()) == entry


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[1,2,3,4,5]", "[" * 100_000, "[[1],[],{},[0,0,0,0],1e999]"])
def test_a_text_that_is_no_entry_is_a_miss(text: str) -> None:
    """Whatever it is."""
    assert CachedResult.read(text) is None


def _write(home: Path, name: str, count: int) -> None:
    for n in range(count):
        filled(home, (f"{name}{n}", "text", 1.0))


def test_processes_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    """The store itself waits for its turn, even without the home's lock."""
    Cache(tmp_path).close()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, name, 20)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(held(tmp_path)) == 40
