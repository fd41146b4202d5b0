"""A home after thousands of tasks and iterations: it opens, costs no more, and forgets nothing that it earned."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import HomeError
from kagglebatt.home import archive, history, index
from kagglebatt.home.archive import Archive, RankedDiffer
from kagglebatt.home.archive_layout import COLUMNS, FILE_NAME, MOST_CHARACTERS
from kagglebatt.home.database import seal
from kagglebatt.home.directory import check, open_home, repair
from kagglebatt.home.ranking import Filing
from kagglebatt.iteration.deal import deal_next
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.result import RESULT_NAME, read_result, write_result
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task, parse_task

FORMAT_2 = Path(__file__).parents[1] / "data" / "home-before-wings"
SCORES = Scores(2, 2, 1, 1, 1000, ("value",) * 3, {"d": 5})
TURNS = ("identity", "hmirror", "vmirror", "dmirror", "cmirror", "rot90", "rot180", "rot270")
BODIES = [parse_program(f"x1 = {a}(I); O = {b}(x1)").body for a in TURNS for b in TURNS]
DIFFER = parse_program("O = likeness(I, C)", differ=True).differ_body


def filing(body: str = BODIES[0], task: str = "t", content: str = "", scores: Scores = SCORES) -> Filing:
    return Filing(Verdict(body, task, scores, scores, 0.1), "", "known", content)


def report(number: int, tasks: int = 0) -> dict[str, Any]:
    """A report as an iteration makes it, with the times of so many tasks."""
    times = {f"run_batt.phase4_{kind}_{what}": 0.25 for kind in ("demo", "test") for what in ("parallel", "cpu")}
    phases = {f"{task:08x}": {name: seconds + task for name, seconds in times.items()} for task in range(tasks)}
    return {
        "iteration": number, "seed": 0, "tasks": tasks, "candidates": 32, "executed": 10, "timeouts": 1,
        "funnel": {"validated": 3, "filed": 0}, "seconds": 0.25, "task_phases": phases,
    }  # fmt: skip


def iterate(home: Path, count: int) -> None:
    """File so many iterations, all but the last in one transaction, which is quicker."""
    with Archive(home) as kept:
        first, last = kept.next_iteration, kept.next_iteration + count - 1
        texts = [(number, "", json.dumps(report(number))) for number in range(first, last)]
        kept.adopt({**dict.fromkeys(COLUMNS, ()), "iteration": texts})
        kept.file(last, [], [], report(last))


# --- Reports and rows are bounded when they are written.


def test_a_run_over_thousands_of_tasks_leaves_a_home_that_opens(tmp_path: Path) -> None:
    """Of the slowest hundred tasks times are kept, of the others their sum."""
    whole = report(1, tasks=6_200)
    assert len(json.dumps(whole)) > MOST_CHARACTERS
    with open_home(tmp_path) as home:
        home.archive.file(1, [filing()], [], whole)
    with open_home(tmp_path) as home:
        (kept,) = home.archive.history(("task_phases", "other_tasks"))
    assert check(tmp_path) == []
    assert set(kept["task_phases"]) == {f"{task:08x}" for task in range(6_100, 6_200)}
    assert kept["task_phases"]["00001837"] == whole["task_phases"]["00001837"]
    assert kept["other_tasks"]["tasks"] == 6_100
    assert kept["other_tasks"]["run_batt.phase4_demo_cpu"] == sum(task + 0.25 for task in range(6_100))


def tamper(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("md5", 1, md5)
        connection.execute(statement, values)


def test_a_home_that_was_spoilt_by_its_own_report_opens_again(tmp_path: Path) -> None:
    """Its long report is bounded; one that nobody stored is refused as before."""
    home = Path(shutil.copytree(FORMAT_2, tmp_path / "home"))
    text = json.dumps(report(3, tasks=6_200))
    tamper(home / FILE_NAME, "INSERT INTO iteration VALUES (3, ?, ?)", md5(text), text)
    shutil.copytree(home, tmp_path / "altered")
    with open_home(home) as opened:
        assert opened.archive.counts() == {"tasks": 4, "solvers": 4, "differs": 6, "iterations": 3}
        assert opened.archive.history(("other_tasks",))[-1]["other_tasks"]["tasks"] == 6_100
        assert opened.archive.next_iteration == 4
    assert check(home) == []
    tamper(tmp_path / "altered" / FILE_NAME, "UPDATE iteration SET id = 'x' WHERE number = 3")
    with pytest.raises(HomeError, match="rows that nobody stored"), open_home(tmp_path / "altered"):
        pass


LONG = "x" * (MOST_CHARACTERS + 1)
TOO_MUCH: dict[str, Callable[[Archive], object]] = {
    "body": lambda kept: kept.file(1, [filing(LONG)], [], {}),
    "task": lambda kept: kept.file(1, [filing(task=LONG)], [], {}),
    "scores": lambda kept: kept.file(
        1, [filing(scores=Scores(2, 2, 1, 1, 9, (), {f"{n:012}": 1 for n in range(60_000)}))], [], {}
    ),
    "key": lambda kept: kept.file(1, [Filing(filing().verdict, LONG, "")], [], {}),
    "known": lambda kept: kept.file(1, [Filing(filing().verdict, "", LONG)], [], {}),
    "content": lambda kept: kept.file(1, [filing(content=LONG)], [], {}),
    "more right than there are": lambda kept: kept.file(1, [filing(scores=Scores(3, 2, 1, 1, 9, (), {}))], [], {}),
    "differ": lambda kept: kept.file(1, [], [RankedDiffer("t", LONG, 5)], {}),
    "task of a differ": lambda kept: kept.file(1, [], [RankedDiffer(LONG, DIFFER, 5)], {}),
    "s_score": lambda kept: kept.file(1, [], [RankedDiffer("t", DIFFER, 10**13)], {}),
    "report": lambda kept: kept.file(1, [], [], {"python": LONG}),
    "number": lambda kept: kept.file(10**9 + 1, [], [], {}),
}


@pytest.mark.parametrize("write", TOO_MUCH.values(), ids=TOO_MUCH)
def test_nothing_is_written_that_would_not_be_read(tmp_path: Path, write: Callable[[Archive], object]) -> None:
    """It is refused, nothing of it is there, and what was there before is read as before."""
    with Archive(tmp_path) as kept:
        kept.file(1, [filing(BODIES[1])], [], report(1))
        with pytest.raises(HomeError, match="cannot be stored"):
            write(kept)
    with Archive(tmp_path) as kept:
        assert [entry.md5 for entry in kept.entries()] == [md5(BODIES[1])]
        assert kept.counts()["iterations"] == 1
        assert kept.check() == []


def test_the_history_says_what_was_filed(tmp_path: Path) -> None:
    """As the report of the run does, which is made before filing."""
    ids = ("67a3c6ac", "4c4377d9")
    settings = Settings(offspring=0, home=tmp_path, ids=ids, candidates=8, backend="sequential")
    (told,) = evolve(settings, load_tasks("arc1-training", ids=ids))
    with Archive(tmp_path) as kept:
        (stored,) = kept.history(("filed", "funnel"))
    assert stored["filed"] == stored["funnel"]["filed"] == told.filed > 0
    assert stored["funnel"] == told.as_json()["funnel"]


# --- Iterations: sums and the newest hundred.


def test_a_long_history_is_folded_and_nothing_of_it_lost(tmp_path: Path) -> None:
    """The index has the newest hundred and sums; the archive has figures of all."""
    with open_home(tmp_path):
        pass
    iterate(tmp_path, 250)
    with open_home(tmp_path) as home:
        assert [each["iteration"] for each in home.archive.history(("iteration",))] == list(range(1, 251))
        assert home.archive.next_iteration == 251
        assert home.archive.check() == []
    found = index.read_index(tmp_path)
    assert [each["iteration"] for each in found["iterations"]] == list(range(151, 251))
    assert found["sums"] == {
        "reports": 250, "iterations": 250, "candidates": 8_000, "executed": 2_500, "timeouts": 250, "filed": 0,
        "seconds": 62.5, "offspring": 0,
    }  # fmt: skip
    assert found["archive"]["iterations"] == index.iterations_known(found) == 250
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT count(*), min(number) FROM iteration").fetchone() == (100, 151)


def test_absurd_figures_count_for_nothing(tmp_path: Path) -> None:
    """In a whole report or in a folded one, from wherever it came; nothing breaks over them."""
    texts = ['{"seed": 1e999, "seconds": 1e999, "filed": -5}', '{"seed": [1], "filed": "x"}', "[", "[]", "{"]
    texts += ['{"seed": ' + "9" * 5_000 + "}", '{"filed": ' + "9" * 5_000 + "}", '{"filed": true, "seed": NaN}']
    with Archive(tmp_path) as kept:
        for last in (8, 200):
            rows = [(number, "", text) for number, text in enumerate(texts, last - 7)]
            kept.adopt({**dict.fromkeys(COLUMNS, ()), "iteration": rows})
            assert (kept.sums()["filed"], kept.sums()["seconds"]) == (0, 0.0)
            assert kept.check() == []
        assert kept.sums()["reports"] == 16
    with open_home(tmp_path):
        pass
    assert json.loads((tmp_path / index.FILE_NAME).read_text())["sums"]["filed"] == 0


def test_iterations_that_were_lost_are_missed(tmp_path: Path) -> None:
    """Also by what an older index lists."""
    iterate(tmp_path, 120)
    with Archive(tmp_path) as kept:
        for known in ({"sums": {"reports": 125}, "iterations": []}, {"iterations": [{}] * 125}):
            (tmp_path / index.FILE_NAME).write_text(json.dumps(known))
            assert index.iterations_lost(tmp_path, kept) == 5


def test_the_note_of_a_run_has_its_last_iterations(tmp_path: Path) -> None:
    """It does not grow with every one of them."""
    write_result(tmp_path, "b", "complete", "", [report(number) for number in range(1, 301)])
    result = read_result(tmp_path / RESULT_NAME)
    assert result is not None
    assert [run["iteration"] for run in result.runs] == list(range(201, 301))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the steps of SQLite's machine, in hundreds, over every connection of an archive."""
    steps = [0]

    def counted(*given: Any) -> sqlite3.Connection:
        connection = opened(*given)

        def count() -> None:
            steps[0] += 1

        connection.set_progress_handler(count, 100)
        return connection

    opened = archive.open_database
    monkeypatch.setattr(archive, "open_database", counted)
    return steps


def test_an_iteration_costs_the_same_after_many(tmp_path: Path, work: list[int]) -> None:
    """Opening, filing, the index, and what is asked of the history: by SQLite's steps, and the index by its bytes."""
    costs, sizes = [], []
    for count in (150, 1_350):
        iterate(tmp_path, count)
        with open_home(tmp_path):
            pass
        work[0] = 0
        iterate(tmp_path, 1)
        with Archive(tmp_path) as kept:
            assert kept.next_iteration == kept.counts()["iterations"] + 1
            assert index.iterations_lost(tmp_path, kept) == 0
            kept.history(("caches",), 1)
            index.write_index(tmp_path, kept, {}, "")
        costs.append(work[0])
        sizes.append((tmp_path / index.FILE_NAME).stat().st_size)
    assert 0 < costs[1] < 1.1 * costs[0]
    assert sizes[1] < 1.1 * sizes[0]


def test_what_was_altered_in_a_long_history_is_found_and_mended(tmp_path: Path) -> None:
    """Figures, their sums, and a whole report; all others stay."""
    iterate(tmp_path, 150)
    for number, statement in enumerate(
        (
            "UPDATE past SET figures = '[1]' WHERE number = 7",
            "UPDATE past SET figures = x'00' WHERE number = 8",
            "UPDATE total SET value = value + 1 WHERE name = 'reports'",
            "UPDATE iteration SET report = '{}' WHERE number = 140",
        )
    ):
        home = tmp_path / f"home-{number}"
        home.mkdir()
        shutil.copyfile(tmp_path / FILE_NAME, home / FILE_NAME)
        tamper(home / FILE_NAME, statement)
        assert check(home), statement
        repair(home)
        assert check(home) == []
        with Archive(home) as kept:
            assert kept.sums()["reports"] == (150 if "total" in statement else 149)


def grow(home: Path, rng: Random) -> None:
    """A history of its own over numbers that others have, too; some reports are those of others."""
    with Archive(home) as kept:
        for number in sorted(rng.sample(range(1, 15), rng.randrange(3, 12))):
            kept.file(number, [], [], {**report(number), "seed": rng.randrange(2), "executed": rng.randrange(2)})


def every_row(home: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(home / FILE_NAME)) as connection:
        rows = [connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in COLUMNS]
        rows.append(connection.execute("SELECT * FROM total WHERE value != 0").fetchall())
    with Archive(home) as kept:
        assert kept.check() == []
        return [*rows, [tuple(kept.sums().items())]]


@pytest.mark.parametrize("seed", range(6))
def test_long_histories_merge_in_any_order(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commutative, associative, idempotent, however far each of them was folded."""
    monkeypatch.setattr(history, "KEPT_WHOLE", 4)
    rng = Random(seed)
    for name in "abc":
        grow(tmp_path / name, rng)
    for order, into in (("abc", "x"), ("cabca", "y"), ("bc", "z"), ("za", "w")):
        with Archive(tmp_path / into) as target:
            for name in order:
                with Archive(tmp_path / name) as other:
                    target.merge(other)
    assert every_row(tmp_path / "x") == every_row(tmp_path / "y") == every_row(tmp_path / "w")


def test_a_report_that_was_lost_and_comes_back_counts_once(tmp_path: Path) -> None:
    """Where only its figures were left, as after mending; whichever of the two comes first."""
    whole = (1, md5(json.dumps(report(1))), json.dumps(report(1)))
    figures = (*whole[:2], history._figures(whole[2]))
    for name, order in (("a", ("past", "iteration")), ("b", ("iteration", "past"))):
        with Archive(tmp_path / name) as kept:
            for table in order:
                kept.adopt({**dict.fromkeys(COLUMNS, ()), table: [whole if table == "iteration" else figures]})
            assert kept.sums()["reports"] == kept.counts()["iterations"] == 1
            assert kept.history(("iteration", "timeouts")) == [{"iteration": 1, "timeouts": 1}]
    assert every_row(tmp_path / "a") == every_row(tmp_path / "b")


def test_a_long_history_of_an_older_version_is_folded_once(tmp_path: Path) -> None:
    """When it is first opened; every iteration of it is counted."""
    home = Path(shutil.copytree(FORMAT_2, tmp_path / "home"))
    texts = {number: json.dumps(report(number)) for number in range(3, 300)}
    marks = ",".join("(?, ?, ?)" for _ in texts)
    rows = [value for number, text in texts.items() for value in (number, md5(text), text)]
    tamper(home / FILE_NAME, f"INSERT INTO iteration VALUES {marks}", *rows)
    with open_home(home) as opened:
        assert opened.archive.counts()["iterations"] == len(opened.archive.history(("iteration",))) == 299
        assert opened.archive.sums()["reports"] == 299
        assert opened.archive.check() == []


# --- Rows belong to a task's content.


def twins() -> Iterator[Task]:
    """Two tasks of one id: mirror left to right, mirror top to bottom."""
    grid = [[1, 0], [2, 3]]
    for answer in ([[0, 1], [3, 2]], [[2, 3], [1, 0]]):
        yield parse_task("same", {"train": [{"input": grid, "output": answer}], "test": []}, "test")


def test_two_tasks_of_one_id_share_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a row, nor the 32 that are kept, nor who was right; and each is dealt its own solvers first."""
    one, other = twins()
    low = Scores(1, 2, 0, 0, 500, ("value",) * 2, {})
    with open_home(tmp_path) as home:
        home.archive.file(1, [filing(body, "same", one.digest) for body in BODIES[:40]], [], {})
        judges = [RankedDiffer("same", DIFFER, 7, task.digest) for task in (one, other)]
        home.archive.file(2, [filing(body, "same", other.digest, low) for body in BODIES[:20]], judges, {})
        kept = home.archive.entries("same")
        assert [sum(entry.content == task.digest for entry in kept) for task in (one, other)] == [32, 20]
        assert {(entry.content, entry.o_score) for entry in kept} == {(one.digest, 2), (other.digest, 1)}
        assert {judge.content for judge in home.archive.differs()} == {one.digest, other.digest}
        assert home.archive.counts()["tasks"] == 2
        name = min({entry.md5 for entry in kept if entry.content == other.digest})
        assert home.archive.scores("same", name, other.digest) == low
        assert home.archive.check() == []
    assert main(["archive", "list", "--home", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(f"content {one.digest[:8]}" in line and "demo 2/2" in line for line in lines) == 32
    assert sum(f"content {other.digest[:8]}" in line and "demo 1/2" in line for line in lines) == 20


def test_a_task_is_dealt_what_was_filed_for_its_content(tmp_path: Path) -> None:
    """The best of another task of its id is a donor like any other."""
    one, other = twins()
    with open_home(tmp_path) as home:
        home.archive.file(1, [filing(BODIES[1], "same", one.digest)], [], {})
        home.archive.file(2, [filing(BODIES[2], "same", other.digest)], [], {})
        for task, body in ((one, BODIES[1]), (other, BODIES[2])):
            for seed in range(5):
                hand = deal_next(Settings(candidates=2, mutate=0.0, seed=seed), home.archive, [task])
                assert hand.solvers.outputs[0].owners == (md5(body),)


def test_an_older_archive_is_told_apart_by_what_it_remembered(tmp_path: Path) -> None:
    """Content comes from the keys; an altered row stays altered; where there is no key it is unknown."""
    home = Path(shutil.copytree(FORMAT_2, tmp_path / "home"))
    tamper(home / FILE_NAME, "UPDATE solver SET similarity = 999 WHERE task = '007bbfb7'")
    contents = {task.id: task.digest for task in load_tasks("arc1-training", 5)}
    with Archive(home) as kept:
        entries = kept.entries()
        assert len(entries) == 4
        assert all(entry.content == contents[entry.task] for entry in entries)
        assert {judge.content for judge in kept.differs()} == {""}
        assert [line.split(":")[1] for line in kept.damage()] == [" the row was altered"]
    assert seal("x") != -1


def test_solved_is_said_of_a_content(tmp_path: Path) -> None:
    """The report page does not show another task's solver."""
    from kagglebatt.pages.found import look_up

    one, other = twins()
    with open_home(tmp_path) as home:
        home.archive.file(1, [filing(BODIES[1], "same", one.digest)], [], {})
    with Archive(tmp_path) as kept:
        assert len(look_up(kept, [one]).tasks[0].programs) == 1
        assert look_up(kept, [other]).tasks[0].programs == ()
