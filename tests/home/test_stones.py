"""Stepping stones, lines of descent and counts of operators: kept, bounded, merged in any order, checked, mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kagglebatt.errors import HomeError
from kagglebatt.home import history
from kagglebatt.home.archive import Archive
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME
from kagglebatt.home.database import seal
from kagglebatt.home.lineage import Ancestor, Scored
from kagglebatt.home.ranking import Filing
from kagglebatt.home.salvage import salvage
from kagglebatt.home.stones import STONES_PER_TASK, Stone
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict

TURNS = ("identity", "hmirror", "vmirror", "dmirror", "cmirror", "rot90", "rot180", "rot270")
BODIES = [parse_program(f"x1 = {a}(I); O = {b}(x1)").body for a in TURNS for b in TURNS]
LONG = parse_program("x1 = rot90(I); x2 = rot90(x1); x3 = rot90(x2); O = hmirror(x3)").body


def stone(body: str = BODIES[0], nearness: int = 5, outputs: bytes = b"", content: str = "c", **more: object) -> Stone:
    values: dict[str, object] = {"task": "t", "o_score": 1, "demos": 2, "similarity": 500, "first": b"f", **more}
    return Stone(content=content, body=body, nearness=nearness, outputs=outputs or body[-9:-1].encode(), **values)


def filing(body: str = BODIES[0], right: int = 2, content: str = "c", task: str = "t") -> Filing:
    scores = Scores(right, 2, 0, 1, 500 * right, ("value",) * 3, {"d": 5})
    return Filing(Verdict(body, task, scores, scores, 0.25), "", "", content)


def test_the_nearest_of_an_unsolved_task_stay(tmp_path: Path) -> None:
    """Eight at most of a content, no two with equal outputs, shorter ones first among equally near ones."""
    with Archive(tmp_path) as kept:
        many = [stone(body, number, bytes([number])) for number, body in enumerate(BODIES[:20])]
        kept.file(1, [], [], {}, [*many, stone(LONG, 19, b"l"), stone(BODIES[30], 3, b"x", content="d")])
        assert [each.nearness for each in kept.stones("c")] == [19, 19, 18, 17, 16, 15, 14, 13]
        assert [each.body for each in kept.stones("c")[:2]] == [BODIES[19], LONG]
        assert [each.content for each in kept.stones()] == ["c"] * STONES_PER_TASK + ["d"]
        assert kept.stones("c")[0] == stone(BODIES[19], 19, bytes([19]), iteration=1)
        kept.file(2, [], [], {}, [stone(BODIES[40], 50, bytes([18])), stone(BODIES[41], 1, b"far")])
        assert [each.nearness for each in kept.stones("c")] == [50, 19, 19, 17, 16, 15, 14, 13]
        assert kept.program(stone(BODIES[40]).md5).body == BODIES[40]
        assert kept.counts()["solvers"] == 0
        assert kept.check() == []


def test_a_solved_task_has_no_stones(tmp_path: Path) -> None:
    """One that only comes near keeps them; so does another task of the same id."""
    with Archive(tmp_path) as kept:
        kept.file(1, [filing(BODIES[1], right=1)], [], {}, [stone(), stone(content="other")])
        assert [each.content for each in kept.stones()] == ["c", "other"]
        kept.file(2, [filing(BODIES[2])], [], {}, [stone(BODIES[3])])
        assert [each.content for each in kept.stones()] == ["other"]
        assert kept.check() == []
        kept.file(3, [filing(BODIES[4], content="other")], [], {})
        with pytest.raises(KeyError):
            kept.body(stone().md5)


def test_a_line_of_descent_goes_back_to_what_was_given(tmp_path: Path) -> None:
    """Through programs that are filed no more, and through the original of one that was made smaller."""
    first, second, third, larger, small = BODIES[10:15]
    names = [md5(body) for body in (first, second, third, larger, small)]
    given = md5(BODIES[20])
    with Archive(tmp_path) as kept:
        kept.file(1, [], [], {}, [stone(first, 5, b"1")], {names[0]: Origin("insert", (given,))})
        kept.file(2, [], [], {}, [stone(second, 7, b"1")], {names[1]: Origin("compose", (names[0], given))})
        assert [each.body for each in kept.stones()] == [second]
        origins = {names[4]: Origin("smaller", (names[3],)), names[3]: Origin("drop", (names[1],))}
        kept.file(3, [filing(small)], [], {}, origins=origins)
        assert kept.stones() == []
        solved = Scored("c", 2, 2)
        assert kept.descent(names[4]) == [
            Ancestor(names[4], "smaller", (names[3],), 3, solved),
            Ancestor(names[3], "drop", (names[1],), 3, solved),
            Ancestor(names[1], "compose", (names[0], given), 2, Scored("c", 1, 2, 7)),
            Ancestor(names[0], "insert", (given,), 1, Scored("c", 1, 2, 5)),
            Ancestor(given, GIVEN, (), 0, Scored()),
        ]
        assert kept.origin(names[4]) == kept.descent(names[4])[0]
        assert kept.origin(names[1]) is None
        assert kept.check() == []


def test_a_stone_that_becomes_a_solver_keeps_its_line(tmp_path: Path) -> None:
    """Also on another task, with the scores that it has there; a program that is given again keeps the older line."""
    name, parent = md5(BODIES[1]), md5(BODIES[2])
    with Archive(tmp_path) as kept:
        kept.file(1, [], [], {}, [stone(BODIES[1])], {name: Origin("compose", (parent,))})
        kept.file(2, [filing(BODIES[1])], [], {})
        assert kept.origin(name) == Ancestor(name, "compose", (parent,), 1, Scored("c", 1, 2, 5))
        kept.file(3, [filing(BODIES[1], content="d")], [], {}, origins={name: Origin(GIVEN)})
        assert kept.origin(name) == Ancestor(name, "compose", (parent,), 1, Scored("c", 1, 2, 5))
        assert kept.descent(parent) == []


def test_a_program_that_is_its_own_grandparent(tmp_path: Path) -> None:
    """What two iterations, or anyone, say of each other makes no endless line."""
    a, b = BODIES[1:3]
    with Archive(tmp_path) as kept:
        kept.file(1, [], [], {}, [stone(a)], {md5(a): Origin("x", (md5(b),)), md5(b): Origin("y", (md5(a), md5(b)))})
        kept.file(2, [], [], {}, [stone(b)], {md5(b): Origin("y", (md5(a),))})
        assert [each.md5 for each in kept.descent(md5(b))] == [md5(b), md5(a), md5(b)]
        assert kept.check() == []


def test_lines_are_kept_so_far_back_and_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is older is dropped; what nothing came from at once."""
    monkeypatch.setattr("kagglebatt.home.lineage.MOST_GENERATIONS", 5)
    with Archive(tmp_path) as kept:
        for number, body in enumerate(BODIES[:20], start=1):
            origins = {md5(body): Origin("insert", (md5(BODIES[number - 2]),))}
            kept.file(number, [], [], {}, [stone(body, number, b"1")], origins)
        assert [each.iteration for each in kept.descent(md5(BODIES[19]))] == [20, 19, 18, 17, 16, 15]
        assert rows(kept, "ancestor") == 6


def rows(kept: Archive, table: str) -> int:
    return int(kept._ask(f"SELECT count(*) FROM {table}")[0][0])


def test_operators_are_counted_over_all_iterations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when their reports are folded, and never twice; what is no count is left out."""
    monkeypatch.setattr(history, "KEPT_WHOLE", 3)
    with Archive(tmp_path / "a") as kept, Archive(tmp_path / "b") as other:
        for number in range(1, 11):
            kept.file(
                number, [], [], {"n": number, "offspring": 7}, operators={"drop a": (10, 2, 1), "swap": (1, 0, 0)}
            )
        assert kept.operator_counts() == {"drop a": (100, 20, 10), "swap": (10, 0, 0)}
        assert kept.sums()["offspring"] == 70
        other.file(9, [], [], {"n": 0}, operators={"swap": (5, 5, 5)})
        other.file(2, [], [], {"operators": {"swap": [1, 2], "x": "y", "z": [1, -1, 0], "w": [True, 1, 1]}})
        for _ in range(2):
            other.merge(kept)
        assert other.operator_counts() == {"drop a": (100, 20, 10), "swap": (15, 5, 5)}
        kept.merge(other)
        assert kept.operator_counts() == other.operator_counts()
        assert kept.check() == other.check() == []


def measured(body: str, content: str) -> Random:
    """What a program scores on a task is the same wherever it is measured."""
    return Random(f"{body} {content}")


def random_stone(body: str, content: str) -> Stone:
    rng = measured(body, content)
    return stone(body, rng.randrange(4), rng.choice((b"1", b"2", b"3")), content)


def random_archive(kept: Archive, rng: Random) -> None:
    """Iterations whose stones and solvers come from one another, with scores drawn from few."""
    for number in range(1, 6):
        bodies = rng.sample(BODIES, 6)
        known = [each.md5 for each in kept.stones()] + [md5(rng.choice(BODIES))]
        stones = [random_stone(body, rng.choice("cde")) for body in bodies]
        places = [(body, rng.choice("cdef")) for body in bodies[:2] if rng.random() < 0.4]
        filings = [
            filing(body, measured(body, content).randrange(3 - (content == "c")), content) for body, content in places
        ]
        operators = ("insert", "compose", "drop")
        origins = {md5(body): Origin(rng.choice(operators), (rng.choice(known),)) for body in bodies}
        kept.file(number, filings, [], {"x": rng.random()}, stones, origins, {rng.choice(operators): (3, 2, 1)})


def everything(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path / FILE_NAME)) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in COLUMNS]


@pytest.mark.parametrize("seed", range(4))
def test_merging_in_any_order_gives_the_same_rows(tmp_path: Path, seed: int) -> None:
    """Stones, lines of descent and counts too; again changes nothing, and no stone of a solved task comes back."""
    rng = Random(seed)
    for name in "abcd":
        with Archive(tmp_path / name) as kept:
            random_archive(kept, rng)
    found = []
    for order in ("abcd", "dcba", "bdacb", "cadbc"):
        with Archive(tmp_path / order) as target:
            for name in order:
                with Archive(tmp_path / name) as other:
                    target.merge(other)
            assert target.check() == []
        found.append(everything(tmp_path / order))
    assert found[0] == found[1] == found[2] == found[3]
    assert all(found[0][list(COLUMNS).index(table)] for table in ("stone", "origin", "ancestor"))


def tamper(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / FILE_NAME, isolation_level=None)) as connection:
        connection.create_function("seal", -1, seal)
        for statement in statements:
            connection.execute(statement)


def two_lines(home: Path) -> None:
    with Archive(home) as kept:
        for number, content in enumerate("cd", start=1):
            body = BODIES[number]
            origins = {md5(body): Origin("insert", (md5(BODIES[30]),))}
            kept.file(number, [], [], {}, [stone(body, 5, content=content)], origins)


ALTERED = {
    "stone": ("UPDATE stone SET nearness = 9 WHERE content = 'c'", "the row was altered", 1),
    "origin": ("UPDATE origin SET content = 'x' WHERE content = 'c'", "the row was altered", 2),
    "ancestor": ("UPDATE ancestor SET nearness = 9 WHERE content = 'c'", "the row was altered", 2),
    "body": ("DELETE FROM body WHERE md5 IN (SELECT md5 FROM stone WHERE content = 'c')", "has no body", 1),
    "line": ("DELETE FROM ancestor WHERE content = 'c'", "its line of descent is gone", 2),
}


@pytest.mark.parametrize(("statement", "problem", "left"), ALTERED.values(), ids=ALTERED)
def test_what_was_altered_is_found_and_the_rest_is_kept(tmp_path: Path, statement, problem: str, left: int) -> None:
    """A line of descent that is gone costs no stone."""
    two_lines(tmp_path)
    tamper(tmp_path, statement)
    with Archive(tmp_path) as kept:
        assert problem in " ".join(kept.check())
    salvage(tmp_path)
    with Archive(tmp_path) as kept:
        assert kept.check() == []
        assert len(kept.stones()) == left
        assert [each.operator for each in kept.descent(md5(BODIES[2]))] == ["insert", GIVEN]


HOSTILE = [
    "UPDATE stone SET nearness = 'x'",
    "UPDATE stone SET nearness = 9e99",
    "UPDATE stone SET o_score = 3",
    "UPDATE stone SET similarity = 1001",
    "UPDATE stone SET nearness = 4001",
    "UPDATE stone SET nearness = -1",
    "UPDATE stone SET outputs = 'text'",
    "UPDATE stone SET first = zeroblob(1000)",
    "UPDATE stone SET content = ''",
    "UPDATE stone SET task = printf('%.2000000c', 'x')",
    "UPDATE origin SET kind = 'differ'",
    "UPDATE origin SET line = x'00'",
    "UPDATE ancestor SET operator = printf('%.50c', 'x')",
    "UPDATE ancestor SET parents = printf('%.99c', 'x')",
    "UPDATE ancestor SET iteration = -9e99",
    "UPDATE ancestor SET o_score = -1",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_values_that_nobody_stored_are_refused(tmp_path: Path, statement: str) -> None:
    """Before anything is used; what is intact is kept by mending."""
    two_lines(tmp_path)
    tamper(tmp_path, statement)
    with pytest.raises(HomeError, match=FILE_NAME):
        Archive(tmp_path)
    salvage(tmp_path)
    with Archive(tmp_path) as kept:
        assert kept.check() == []


def test_a_line_that_leads_in_a_circle_ends(tmp_path: Path) -> None:
    """Names that are no digests of what they name are only read by ``check``, and travel nowhere."""
    two_lines(tmp_path)
    tamper(
        tmp_path,
        "UPDATE ancestor SET parents = id || ' ' || (SELECT max(id) FROM ancestor)",
        f"UPDATE origin SET seal = seal({COLUMNS['origin']})",
    )
    with Archive(tmp_path) as kept, Archive(tmp_path / "into") as into:
        assert len(kept.descent(md5(BODIES[1]))) <= 3
        assert "ancestor" in " ".join(kept.check())
        into.merge(kept)
        assert into.check() == []
        assert len(into.stones()) == 2


TOO_MUCH: dict[str, Callable[[Archive], object]] = {
    "nearness": lambda kept: kept.file(1, [], [], {}, [stone(nearness=4001)]),
    "outputs": lambda kept: kept.file(1, [], [], {}, [stone(outputs=b"x" * 65)]),
    "no content": lambda kept: kept.file(1, [], [], {}, [stone(content="")]),
    "operator": lambda kept: kept.file(1, [], [], {}, [stone()], {stone().md5: Origin("x" * 41)}),
    "parents": lambda kept: kept.file(1, [], [], {}, [stone()], {stone().md5: Origin("x", ("a", "b", "c"))}),
}


@pytest.mark.parametrize("write", TOO_MUCH.values(), ids=TOO_MUCH)
def test_nothing_is_written_that_would_not_be_read(tmp_path: Path, write: Callable[[Archive], object]) -> None:
    """It is refused, and nothing of it is there."""
    with Archive(tmp_path) as kept:
        with pytest.raises(HomeError, match="cannot be stored"):
            write(kept)
        assert (kept.stones(), kept.next_iteration) == ([], 1)
        assert rows(kept, "body") == rows(kept, "ancestor") == 0
