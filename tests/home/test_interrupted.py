"""A process that files stones and remembers what it probed is killed at any moment: what it said is there, whole."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kagglebatt.home.archive import Archive
from kagglebatt.home.database import transaction
from kagglebatt.home.directory import check, open_home
from kagglebatt.home.probed import body_digest
from kagglebatt.home.stones import Stone
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.parse import parse_program

TURNS = ("identity", "hmirror", "vmirror", "dmirror", "cmirror", "rot90", "rot180", "rot270")
CONTENTS = [f"{n:032x}" for n in range(20)]


def bred(number: int) -> str:
    """The program that an iteration finds."""
    a, b, c = (TURNS[number // 8**place % 8] for place in range(3))
    return parse_program(f"x1 = {a}(I); x2 = {b}(x1); O = {c}(x2)").body


def iteration(home: Path, number: int) -> None:
    """One iteration that finds something nearer for every task, and probes in four steps; as if it never ended."""
    body, parent, outputs = bred(number), bred(number - 1), number.to_bytes(2, "big")
    with open_home(home) as opened:
        stones = [Stone("t", content, body, number, 0, 2, 1, outputs, b"f") for content in CONTENTS]
        batch = opened.probed.batch(number, "0", 0.05, [body_digest(stones[0].md5)])
        for place, content in enumerate(CONTENTS):
            if content not in opened.probed.tasks_of(batch):
                opened.probed.store(batch, content, [(0, 0, 1, number, outputs, b"f")], (), 0.01)
            if place % 5 == 4:
                opened.cache.save()
        origin = Origin("insert", (Stone("t", "c", parent, 0, 0, 2, 1, b"", b"").md5,))
        opened.archive.file(number, [], [], {"n": number}, stones, {stones[0].md5: origin}, {"insert": (1, 1, 0)})
        opened.save()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def all_of_it(home: Path, said: int) -> Iterator[tuple[object, object]]:
    """What is there and what should be, at least, when so many iterations said that they were done."""
    with open_home(home) as opened:
        last = opened.archive.next_iteration - 1
        yield last in (said, said + 1), True
        yield opened.archive.operator_counts().get("insert", (0, 0, 0))[0], last
        yield len(opened.archive.stones()), len(CONTENTS) * min(last, 8)
        seen = opened.probed.seen(last + 1, "0", 0.05, CONTENTS)
        newest = opened.archive.stones(CONTENTS[0])[:1]
        for stone in newest:
            yield stone.nearness, last
            yield body_digest(stone.md5) in seen, True
            yield len(opened.archive.descent(stone.md5)), last + 1


LOOP = "import sys; from pathlib import Path; from tests.home.test_interrupted import iteration\n" \
    "for number in range(int(sys.argv[2]), 512): iteration(Path(sys.argv[1]), number)"  # fmt: skip


@pytest.mark.parametrize("kills", [1, pytest.param(12, marks=pytest.mark.campaign)])
def test_a_killed_process_loses_nothing_that_it_said(tmp_path: Path, kills: int) -> None:
    """It is continued from there, again and again."""
    rng, home, said = Random(kills), tmp_path / "home", 0
    for _ in range(kills):
        with open_home(home) as opened:
            first = opened.archive.next_iteration
        command = [sys.executable, "-c", LOOP, str(home), str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            try:
                lines = [process.stdout.readline() for _ in range(rng.randrange(1, 4))]
                time.sleep(rng.uniform(0, 0.05))
            finally:
                process.kill()
            said = int([*lines, *process.stdout][-1])
        for found, expected in all_of_it(home, said):
            assert found == expected
        assert check(home) == []
    assert said >= kills


def test_a_filing_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of its steps: no stone without its body, no line, no count."""
    with open_home(tmp_path):
        pass
    steps = ("put_body", "file_stone", "prune", "prune_stones", "drop_bodies", "stored_report")
    for step in steps:
        with monkeypatch.context() as patched:

            def fail(*_given: object) -> None:
                raise KeyboardInterrupt

            patched.setattr(f"kagglebatt.home.{'stones' if step == 'put_body' else 'archive'}.{step}", fail)
            with pytest.raises(KeyboardInterrupt):
                iteration(tmp_path, 1)
        with Archive(tmp_path) as kept:
            assert (kept.stones(), kept.operator_counts(), kept.next_iteration, kept.check()) == ([], {}, 1, [])
            with transaction(kept._connection):
                pass  # nothing holds it
