"""Iterations and homes from Python: the same as the command line's, and open for as long as they are used."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

import kagglebatt as kb
from kagglebatt.errors import HomeError, StoppedError
from kagglebatt.iteration.iterate import evolve
from kagglebatt.report import Report

TEXTS = ("O = vmirror(I)", "O = hmirror(I)")


@pytest.fixture(scope="module")
def tasks() -> tuple[kb.Task, ...]:
    return kb.load_tasks("arc1-training", ids=["67a3c6ac", "68b16354"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tasks: tuple[kb.Task, ...]) -> tuple[Path, Report]:
    """A home, and the report of its one iteration, which solved both tasks with programs that were given as text."""
    place = tmp_path_factory.mktemp("made") / "home"
    (report,) = kb.evolve(offspring=0, tasks=tasks, solvers=TEXTS, candidates=2, mutate=0, jobs=1, home=str(place))
    return place, report


def test_iterations_are_those_of_the_command_line(settings: kb.Settings, tmp_path: Path) -> None:
    """Whole settings, keywords, or both give the same candidates and scores."""
    own = tmp_path / "own.py"
    own.write_text("def solve_own(I):\n    x1 = hmirror(I)\n    O = vconcat(I, x1)\n    return O\n")
    settings = replace(settings, solvers=own, candidates=4)
    tasks = kb.load_tasks(settings.dataset, 2)
    (expected,) = evolve(settings, tasks)
    (whole,) = kb.evolve(replace(settings, home=tmp_path / "whole"))
    (both,) = kb.evolve(settings, home=tmp_path / "both", tasks=tasks)
    (keywords,) = kb.evolve(
        offspring=0, tasks=2, jobs=1, home=str(tmp_path / "keywords"), solvers=str(own), candidates=4
    )
    assert [each.digest for each in (whole, both, keywords)] == [expected.digest] * 3


def test_a_used_up_time_budget_ends_the_reports(settings: kb.Settings) -> None:
    """There is nothing wrong with it."""
    assert list(kb.evolve(settings, minutes=1e-9)) == []


def test_an_interrupt_ends_the_reports_in_order(tasks: tuple[kb.Task, ...], tmp_path: Path) -> None:
    """What was finished is saved, and one sentence says so."""
    reports = kb.evolve(
        offspring=0, tasks=tasks, solvers=TEXTS, candidates=2, iterations=2, jobs=1, home=tmp_path / "home"
    )
    next(reports)
    with pytest.warns(UserWarning, match="SIGINT: ending in order"):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(
        StoppedError, match=r"^stopped \(SIGINT\)\. What was finished is saved; the same command"
    ) as told:
        next(reports)
    assert told.value._render_traceback_() == [f"StoppedError: {told.value}"]
    with kb.open_home(tmp_path / "home") as home:
        assert home.archive.counts()["iterations"] == 1


def test_programs_of_one_name_are_dealt_side_by_side(tasks: tuple[kb.Task, ...], tmp_path: Path) -> None:
    """Mutants have names that are no identifiers, and often the same ones."""
    program = kb.Program.parse("x1 = hmirror(I); O = vconcat(I, x1)", name="own")
    mutants = [program.mutate(seed) for seed in range(6)]
    distinct = {mutant.md5 for mutant in mutants}
    (report,) = kb.evolve(offspring=0, tasks=tasks[:1], solvers=mutants, mutate=0, jobs=1, home=tmp_path / "home")
    assert set(report.ids) == distinct


def test_a_report_shows_the_best_candidate_of_each_task(made: tuple[Path, Report]) -> None:
    """As a line, and as a table."""
    _, report = made
    assert re.fullmatch(r"<iteration 1: 2 of 2 tasks solved on demo pairs, 2 filed, [\d.]+ s>", repr(report))
    html = report._repr_html_()
    assert all(f">{word}<" in html for word in ("67a3c6ac", "68b16354", "3 of 3", "1 of 1"))


def test_an_open_home_gives_back_what_was_found(made: tuple[Path, Report], tmp_path: Path) -> None:
    """Its solvers as rows and as programs, and files of them that are read as programs again."""
    place, _ = made
    with kb.open_home(place) as home:
        table = home.archive.table()
        assert [(row["task"], row["o_score"], row["steps"], row["parents"]) for row in table] == [
            ("67a3c6ac", 3, 1, []),
            ("68b16354", 3, 1, []),
        ]
        assert home.archive.table("68b16354") == table[1:]
        program = home.archive.program(table[0]["md5"][:6])
        assert program.md5 == table[0]["md5"]
        assert {each.md5 for each in home.archive.programs()} == set(table.column("md5"))
        assert home.archive.export(tmp_path)[0] == 2
        assert home.archive.check() == []
        assert repr(home.cache) == "<cache: 2 solver bodies, 4 verdicts>"
        assert "2 tasks, 2 solvers" in repr(home.archive)
        for value in (home, home.archive, home.cache):
            assert value._repr_html_()
        for wrong in ("e5", "zzzzzz"):
            with pytest.raises(HomeError, match="Give more digits"):
                home.archive.program(wrong)
    assert {each.md5 for each in kb.read_programs(tmp_path / "solver_md5")} == set(table.column("md5"))


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A misspelt path is told."""
    with pytest.raises(HomeError, match="holds no home"), kb.open_home(tmp_path / "hoem"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_open_home_is_used_by_one_alone(made: tuple[Path, Report]) -> None:
    """And free again after the statement."""
    place, _ = made
    with kb.open_home(place), pytest.raises(HomeError, match="in use"), kb.open_home(place):
        pass
    with kb.open_home(place) as home:
        home.cache.clear()
        assert repr(home.cache) == "<cache: 0 solver bodies, 0 verdicts>"
