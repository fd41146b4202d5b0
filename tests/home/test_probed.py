"""What was probed: never again on the same task, whoever probed it; bounded, merged in any order, lost without harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.home import probed_rows
from kagglebatt.home.cache import Cache
from kagglebatt.home.directory import open_home
from kagglebatt.home.entries import FILE_NAME
from kagglebatt.home.probed import Found, Near, ProbedBatches, body_digest
from kagglebatt.programs.program import md5
from kagglebatt.report_text import cache_statistics

VOCABULARY = "0" * 16
A, B, C = (f"{n:032x}" for n in range(3))
NEAR = Near(3, 1, 500, 1750, b"outputs!", b"first")


def bodies(*numbers: int) -> list[bytes]:
    return [body_digest(md5(str(number))) for number in numbers]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with closing(Cache(tmp_path, VOCABULARY)) as opened:
        yield opened


def again(cache: Cache) -> ProbedBatches:
    """The same home in another process."""
    cache.save()
    return Cache(cache._entries.path.parent, VOCABULARY).probed


def probe(
    memory: ProbedBatches, iteration: int, numbers: range, contents: str = A, draw: str = "0", limit=0.05
) -> bytes:
    batch = memory.batch(iteration, draw, limit, bodies(*numbers))
    for content in contents.split():
        memory.store(batch, content, [NEAR], (4, 5), 1.5)
    return batch


def test_a_body_is_seen_from_the_next_iteration_on(cache: Cache) -> None:
    """In the same process and in another; by other seeds and shards at once, so that none of them probes it again."""
    batch = probe(cache.probed, 4, range(10), f"{A} {B}")
    for memory in (cache.probed, again(cache)):
        own = memory.seen(4, "0", 0.05, [A, B])
        assert [body in own for body in bodies(0, 9, 10)] == [False] * 3
        for seen in (memory.seen(5, "0", 0.05, [A, B]), memory.seen(4, "1", 0.05, [A])):
            assert [body in seen for body in bodies(0, 9, 10)] == [True, True, False]
        assert memory.tasks_of(memory.batch(4, "0", 0.05, bodies(*range(10)))) == {A, B}
        assert memory.tasks_of(batch) == {A, B}


def test_a_body_is_seen_where_it_was_probed_on_all_tasks(cache: Cache) -> None:
    """By batches together; else it is known which tasks are left."""
    probe(cache.probed, 1, range(5), A)
    probe(cache.probed, 2, range(3, 8), B)
    seen = cache.probed.seen(3, "0", 0.05, [A, B])
    assert [body in seen for body in bodies(2, 3, 4, 5)] == [False, True, True, False]
    assert [seen.done(body) for body in bodies(2, 3, 5, 9)] == [{A}, {A, B}, {B}, set()]
    fewer = cache.probed.seen(4, "0", 0.05, [B])
    assert [body in fewer for body in bodies(2, 3, 5)] == [False, True, True]
    others = cache.probed.seen(5, "0", 0.05, [B, C])
    assert [body in others for body in bodies(3, 5)] == [False, False]
    assert body_digest(md5("1")) not in cache.probed.seen(6, "0", 0.05, [])


def test_whether_any_body_was_probed_is_asked_only_where_some_were(cache: Cache) -> None:
    """Nobody works out digests of bodies to compare them with nothing."""
    assert not cache.probed.seen(1, "0", 0.05, [A, B]).knows(lambda: pytest.fail("nothing is known yet"))
    probe(cache.probed, 1, range(5), A)
    seen = cache.probed.seen(2, "0", 0.05, [A, B])
    assert seen.knows(lambda: bodies(7, 4))
    assert not seen.knows(lambda: bodies(7, 8))
    assert not cache.probed.seen(3, "0", 0.05, [B]).knows(lambda: bodies(7, 4))


def test_what_counts_is_what_running_it_now_would_give(cache: Cache, tmp_path: Path) -> None:
    """Not under another vocabulary, and not under a smaller limit."""
    probe(cache.probed, 1, range(5), limit=0.05)
    memory = again(cache)
    for limit, known in ((0.05, True), (0.02, True), (0.06, False)):
        assert (bodies(1)[0] in memory.seen(2, "0", limit, [A])) is known
    with closing(Cache(tmp_path, "1" * 16)) as other:
        assert bodies(1)[0] not in other.probed.seen(2, "0", 0.05, [A])


def test_an_interrupted_batch_goes_on(cache: Cache, tmp_path: Path) -> None:
    """What was found on the tasks that were saved is there as it was; the rest is not done."""
    batch = probe(cache.probed, 1, range(5), f"{A} {B}")
    memory = again(cache)
    assert memory.batch(1, "0", 0.05, bodies(*range(5))) == batch
    assert memory.tasks_of(batch) == {A, B}
    assert memory.found(batch, A) == Found((NEAR,), (4, 5), 1.5, 5)
    assert memory.found(batch, C) is None
    assert memory.tasks_of(memory.batch(1, "0", 0.05, bodies(*range(6)))) == set()
    probe(cache.probed, 1, range(5), C)
    assert cache.probed.found(batch, C) == cache.probed.found(batch, A)
    assert again(cache).found(batch, C) == Found((NEAR,), (4, 5), 1.5, 5)


def test_statistics_say_what_a_hit_saved(cache: Cache) -> None:
    """Probes, and the seconds that they once took; nothing is said where nothing was probed."""
    assert cache.figures().keys() == {"inlining", "validation"}
    batch = probe(cache.probed, 1, range(10), f"{A} {B}")
    cache.save()
    assert cache.figures()["probes"] == {"hits": 0, "misses": 20, "size": 10, "seconds_saved": 0.0}
    cache.restart_counts()
    cache.probed.found(batch, A)
    assert cache.probed.figures() == {"hits": 10, "misses": 0, "size": 10, "seconds_saved": 1.5}
    seen = cache.probed.seen(2, "0", 0.05, [A, B])
    assert [seen.left(body, [A, B]) for body in bodies(1, 2, 77)] == [[], [], [A, B]]
    assert cache.probed.figures() == {"hits": 14, "misses": 0, "size": 10, "seconds_saved": 2.1}
    cache.probed.store(batch, C, [NEAR], (), 4.5, 3)
    assert cache.probed.figures()["misses"] == 3
    seen = cache.probed.seen(2, "0", 0.05, [A, C])
    assert seen.left(bodies(1)[0], [C]) == []
    assert cache.probed.figures() == {"hits": 15, "misses": 3, "size": 10, "seconds_saved": round(2.1 + 6 / 13, 6)}


def test_older_batches_are_folded_and_the_oldest_go(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is kept of the newest two iterations; what is done, of all that there is room for."""
    monkeypatch.setattr(probed_rows.tidy, "__defaults__", (35,))
    names = []
    for number in range(1, 6):
        names.append(probe(cache.probed, number, range(10 * number, 10 * number + 10)))
        cache.save()
        probe(cache.probed, number, range(10 * number, 10 * number + 10), B)
        cache.save()
    memory = again(cache)
    assert memory.size == 30
    seen = memory.seen(6, "0", 0.05, [A, B])
    assert [body in seen for body in bodies(10, 29, 30, 59)] == [False, False, True, True]
    assert [memory.found(name, B) is not None for name in names[2:]] == [False, True, True]
    assert memory.tasks_of(names[2]) == {A, B}


def test_a_body_takes_few_bytes(tmp_path: Path) -> None:
    """Of batches of three thousand on 400 tasks; of the newest two there is also what was found."""
    contents = [f"{n:032x}" for n in range(400)]
    with closing(Cache(tmp_path, VOCABULARY)) as cache:
        for number in range(1, 11):
            batch = cache.probed.batch(number, "0", 0.05, [Random(f"{number} {n}").randbytes(8) for n in range(3_000)])
            for content in contents:
                cache.probed.store(batch, content, [], (), 0.1)
            cache.save()
    assert (tmp_path / FILE_NAME).stat().st_size / 30_000 < 17


def test_pruning_leaves_what_took_longest(cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For its size: entries go first, then the oldest batches."""
    for number in range(1, 4):
        probe(cache.probed, number, range(100 * number, 100 * number + 100))
    cache.validation.store(cache.key("ab", "cd"), "x" * 1_000, 1.0)
    cache.save()
    cache.checkpoint()
    home = ["--home", str(tmp_path)]
    for limit, said, left in (
        ("4000", "0 entries forgotten, 1 kept\n", (300, 1)),
        ("3000", "1 entries forgotten, 0 kept\n", (300, 0)),
        ("2000", "0 entries forgotten, 0 kept; 1 batches of probed programs forgotten\n", (200, 0)),
        ("1", "0 entries forgotten, 0 kept; 2 batches of probed programs forgotten\n", (0, 0)),
    ):
        assert main(["cache", "prune", "--max-bytes", limit, *home]) == 0
        told = capsys.readouterr()
        assert told.out.endswith(said)
        assert "larger than was asked for" not in told.err
        with closing(Cache(tmp_path, VOCABULARY)) as opened:
            assert (opened.probed.size, opened.validation.size) == left


def test_the_statistics_block_has_a_part_for_probes(cache: Cache, tmp_path: Path, capsys) -> None:
    """Only where something was probed; the other two parts are word for word what they were."""
    assert main(["cache", "stats", "--home", str(tmp_path)]) == 2
    with open_home(tmp_path):
        pass
    assert main(["cache", "stats", "--home", str(tmp_path)]) == 0
    before = capsys.readouterr().out
    batch = probe(cache.probed, 1, range(10), f"{A} {B}")
    cache.probed.found(batch, A)
    block = list(cache_statistics(cache.figures()))
    assert "\n".join(block).startswith(before.rstrip("\n"))
    assert block[-8:] == [
        "", "Probe Cache:", "  Hits: 10", "  Misses: 20", "  Total: 30", "  Hit Rate: 33.3%", "  Cache Size: 0 entries",
        "  Time Saved: 1.500s",
    ]  # fmt: skip
    cache.save()
    assert main(["cache", "stats", "--home", str(tmp_path)]) == 0
    assert "Probe Cache:\n  Hits: 0\n" in capsys.readouterr().out


def random_probes(memory: ProbedBatches, rng: Random) -> None:
    for iteration in range(1, rng.randrange(3, 9)):
        first = rng.randrange(3)
        probe(memory, iteration, range(first, first + 4), " ".join(rng.sample([A, B, C], 2)), rng.choice("01"))


def every_row(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path / FILE_NAME)) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("batch", "probed")]


@pytest.mark.parametrize("seed", range(3))
def test_merging_in_any_order_gives_the_same_rows(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folded and dropped as if one home had probed it all; again changes nothing."""
    monkeypatch.setattr(probed_rows.tidy, "__defaults__", (30,))
    rng = Random(seed)
    for name in "abc":
        with closing(Cache(tmp_path / name, VOCABULARY)) as cache:
            random_probes(cache.probed, rng)
    found = []
    for order in ("abc", "cba", "bacb"):
        with closing(Cache(tmp_path / order, VOCABULARY)) as into:
            for name in order:
                with closing(Cache(tmp_path / name, VOCABULARY)) as other:
                    into.merge(other)
        found.append(every_row(tmp_path / order))
    assert found[0] == found[1] == found[2]
    assert all(found[0])


ALTERED = [
    "UPDATE batch SET bodies = zeroblob(80)",
    "UPDATE batch SET bodies = 'text'",
    "UPDATE batch SET iteration = 'x'",
    "UPDATE batch SET draw = 'other'",
    "UPDATE probed SET contents = zeroblob(24)",
    "UPDATE probed SET contents = zeroblob(19)",
    "UPDATE probed SET contents = 5",
    "UPDATE probed SET batch = x'00'",
    "UPDATE probed SET found = printf('%.20000000c', '[')",
    "DELETE FROM probed",
]


@pytest.mark.parametrize("statement", ALTERED)
def test_what_was_altered_is_as_good_as_missing(cache: Cache, tmp_path: Path, statement: str) -> None:
    """Nothing is seen, nothing found, and it goes on."""
    batch = probe(cache.probed, 1, range(5))
    cache.save()
    cache.checkpoint()
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as connection:
        connection.execute(statement)
    memory = again(cache)
    assert bodies(1)[0] not in memory.seen(2, "0", 0.05, [A])
    assert memory.batch(1, "0", 0.05, bodies(*range(5))) == batch
    assert memory.tasks_of(batch) == set()
    cache.probed.forget()
    probe(cache.probed, 2, range(5, 9))
    assert bodies(6)[0] in again(cache).seen(3, "0", 0.05, [A])


FOUND = [
    '{"A": [[1], [[1, 2]]]}',
    '{"A": 5}',
    "[]",
    "{",
    '{"A": [["x"], []]}',
    '{"A": [[1], [[1e999, 0, 0, 0, "", ""]]]}',
]


@pytest.mark.parametrize("text", FOUND)
def test_what_nobody_found_is_not_found(cache: Cache, text: str) -> None:
    """Under any seal: the batch is probed again."""
    batch = cache.probed.batch(1, "0", 0.05, bodies(1))
    contents, found = probed_rows.joined({A: probed_rows.Taken(1.0, 1)}), text.replace("A", A)
    probed_rows.put_batch(cache._entries.connection, cache.probed._known[batch].row)
    probed_rows.put_probed(cache._entries.connection, probed_rows.ProbedRow(batch, b"part", contents, found))
    assert again(cache).found(batch, A) is None


LOST: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: path.unlink(),
    "torn": lambda path: path.write_bytes(b"\0" * 9000),
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_it_is_lost_without_harm(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    """With the cache, and what is probed then is remembered again."""
    with open_home(tmp_path) as home:
        probe(home.probed, 1, range(5))
    lose(tmp_path / FILE_NAME)
    with open_home(tmp_path) as home:
        assert bodies(1)[0] not in home.probed.seen(2, "0", 0.05, [A])
        probe(home.probed, 1, range(5))
    with open_home(tmp_path) as home:
        assert bodies(1)[0] in home.probed.seen(2, "0", 0.05, [A])
        home.cache.clear()
        assert bodies(1)[0] not in home.probed.seen(2, "0", 0.05, [A])
        assert home.probed.size == 0
