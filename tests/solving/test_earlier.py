"""A second solve goes on where the first one was: the same answers and more, for a part of the work."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.errors import ProgramError
from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import merge_homes, open_home
from kagglebatt.programs.parse import parse_program
from kagglebatt.search.budget import Budget
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.result import Found
from kagglebatt.settings import Settings
from kagglebatt.solving import earlier as earlier_searches
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.earlier import Earlier, EarlierSearches, _read
from kagglebatt.solving.job import Searched
from kagglebatt.solving.solve import solve
from kagglebatt.tasks.challenges import Challenges, read_challenges
from kagglebatt.tasks.task import Task

MIRROR = {
    "train": [{"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]}, {"input": [[5, 5, 0]], "output": [[0, 5, 5]]}],
    "test": [{"input": [[3, 4]]}],
}
HALF = {
    "train": [{"input": [[1, 2, 2]], "output": [[2, 2, 1]]}, {"input": [[3, 5]], "output": [[7, 0, 4], [9, 4, 1]]}],
    "test": [{"input": [[6, 4, 4]]}],
}
"""One pair is a mirror; nothing leads to the other."""


@pytest.fixture
def challenges(tmp_path: Path) -> Challenges:
    """One task that is solved, one of which half can be fitted."""
    (tmp_path / "my_challenges.json").write_text(json.dumps({"mirror": MIRROR, "half": HALF}))
    return read_challenges(tmp_path / "my_challenges.json")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library of one solver that is of no use, nothing outside this process."""
    (tmp_path / "mine.py").write_text("def solve_other(I):\n    O = rot90(I)\n    return O\n")
    return Settings(home=tmp_path / "home", solvers=tmp_path / "mine.py", jobs=1, backend="sequential")


def test_the_same_again_takes_a_part_of_the_work(challenges: Challenges, settings: Settings, tmp_path: Path) -> None:
    """The answers are those of the first time; more to spend is spent."""
    budget = SolveBudget(work=4_000)
    first = solve(challenges, settings, budget, tmp_path / "first.json")
    again = solve(challenges, settings, budget, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / "first.json").read_text()
    assert (first.again, again.again, again.fitting()) == (0, 2, first.fitting())
    for task_id, done in first.searched.items():
        assert again.searched[task_id].work <= done.work // 5
    assert any("2  searched before" in line for line in again.lines())
    assert solve(challenges, settings, SolveBudget(work=4_001)).again == 0


def test_what_was_searched_travels(challenges: Challenges, settings: Settings, tmp_path: Path) -> None:
    """Into another home, where of two memories the one of more work stays, in any order of merging."""
    budget = SolveBudget(work=1_000)
    other = replace(settings, home=tmp_path / "other")
    solve(challenges, settings, budget)
    solve(challenges, other, SolveBudget(work=300))
    list(merge_homes([settings.home], other.home))
    assert solve(challenges, other, budget).again == 2
    list(merge_homes([other.home], settings.home))
    assert solve(challenges, settings, budget).again == 2


def found(body: str = "O = vmirror(I)") -> Found:
    """A program as the search found it."""
    return Found(parse_program(body, "test").canonical, "graph", 1, 2, 1, 1, (), 2.5)


def test_what_led_keeps_its_rank() -> None:
    """A program is remembered with its stage and cost; a text that says anything else is none."""
    made = Earlier(2_000, float("inf"), 1_500, (found(),), frozenset({"0" * 32}))
    read = _read(made.text())
    assert read is not None
    assert (read.most_work, read.seconds, read.work, read.outranked) == (2_000, float("inf"), 1_500, {"0" * 32})
    (led,) = read.led
    assert (led.program.body, led.stage, led.cost, led.depth) == (found().program.body, "graph", 2.5, 1)
    assert Earlier(3_000, 1.0, 1, (), frozenset()).text() > made.text() > Earlier(2_000, 9.0, 9, (), frozenset()).text()
    head = made.text().partition("[")[0]
    texts = ["", "x", head, head + "[]", head + "[[[1]],[]]", head + '[[["O = os(I)","graph",1,1,1]],[]]']
    texts += [head + '[[["O = vmirror(I)","<b>",1,1,1]],[]]', head + '[[["O = vmirror(I)","graph",1,true,1]],[]]']
    assert [_read(text) for text in texts] == [None] * len(texts)


@pytest.mark.parametrize(
    ("had", "took", "asked", "again"),
    [
        (Budget(60.0, 900), {}, Budget(60.0, 900), True),
        (Budget(60.0, 900), {}, Budget(60.0, 901), False),
        (Budget(60.0), {}, Budget(90.0), True),
        (Budget(60.0), {}, Budget(90.0, patient=True), False),
        (Budget(4.0), {"searching": 4.0}, Budget(4.9), True),
        (Budget(4.0), {"searching": 4.0}, Budget(5.1), False),
        (Budget(4.0), {"cut": True}, Budget(4.0), False),
        (Budget(4.0), {"fault": "lost"}, Budget(4.0), False),
    ],
)
def test_only_what_may_use_no_more_is_cut_short(
    had: Budget, took: dict[str, Any], asked: Budget, again: bool, tiny_task: Task, tmp_path: Path
) -> None:
    """Searches that ended by their work are as good as any with more time; those that were cut are none."""
    with open_home(tmp_path / "home") as home:
        earlier = EarlierSearches(home)
        assert earlier.prepared(tiny_task, Knowledge(), had) == (Knowledge(), had)
        earlier.note(tiny_task, Searched(0, work=800, leading=(found(),), **took))
        earlier = EarlierSearches(home)
        known, budget = earlier.prepared(tiny_task, Knowledge(), asked)
    assert (budget.work == 200, len(known.led) == 1, earlier.again == 1, known.searched) == (again,) * 4


def test_another_search_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was searched by other code is not gone on with, in whatever folder of the search that code is."""
    monkeypatch.setattr(earlier_searches, "__file__", str(tmp_path / "solving" / "earlier.py"))
    path = tmp_path / "search" / "graph" / "moves.py"
    path.parent.mkdir(parents=True)
    codes = set()
    for text in ("A = 1", "A = 2"):
        path.write_text(text)
        codes.add(earlier_searches._code.__wrapped__())
    assert len(codes) == 2


def test_programs_of_another_vocabulary_are_passed_over(
    challenges: Challenges, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And said; the tasks are answered without them."""
    solve(challenges, settings, SolveBudget(work=300))

    def strange(_archive: Archive, name: str) -> Any:
        raise ProgramError(name, 3, "unknown name 'gone'")

    monkeypatch.setattr(Archive, "program", strange)
    told: list[str] = []
    report = solve(challenges, settings, SolveBudget(work=300), notify=told.append)
    assert report.fitting()["all"] == 1
    assert any("not of this version's vocabulary" in each for each in told)
