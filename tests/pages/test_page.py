"""The report page: everything that a home knows, and nothing that acts, whoever made the home."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kagglebatt.commands import pages
from kagglebatt.commands.cli import cli
from kagglebatt.home import directory
from kagglebatt.home.directory import open_home
from kagglebatt.home.stones import Stone
from kagglebatt.pages.came import look_back
from kagglebatt.pages.chart import Line, draw, growing
from kagglebatt.pages.found import Found, Program, State, TaskFound
from kagglebatt.pages.page import Page, make_page
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.settings import Settings
from kagglebatt.solving.job import Searched
from kagglebatt.solving.report import SolveReport
from kagglebatt.tasks.challenges import as_challenges, without_answers
from kagglebatt.tasks.task import Task, parse_task
from tests.pages.made import EVIL, file_one


class Seen(HTMLParser):
    """What a browser would make of a page: its elements, the names of their attributes, its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def index_of(page: Page) -> dict[str, list[Any]]:
    """The page's data by task id, its details unpacked."""
    (text,) = re.findall(r'<script type="application/json" id="kb-data">(.*?)</script>', page.html, re.DOTALL)
    rows = json.loads(text)["tasks"]
    return {row[0]: [*row[1:4], json.loads(zlib.decompress(base64.b64decode(row[4])))] for row in rows}


@pytest.fixture
def mirrored(tiny_task: Task, tmp_path: Path) -> Page:
    """The page of a home that has a solver of the one task, found in its second iteration, and a worse program."""
    home = tmp_path / "home"
    file_one(home, tiny_task, "def solve_x(I):\n    O = hmirror(I)\n    return O", 1)
    file_one(home, tiny_task, "def solve_x(I):\n    x1 = palette(I)\n    O = vmirror(I)\n    return O", 2)
    return make_page(home, [tiny_task], Settings(jobs=1), "mine")


def test_a_task_shows_all_pairs_its_program_step_by_step_and_the_others(mirrored: Page) -> None:
    """Input, expected, got; each step's value on each pair; which iteration found it."""
    ((state, since, words, task),) = index_of(mirrored).values()
    assert (state, since, words) == ("solved", 2, "vmirror")
    assert [pair["name"] for pair in task["pairs"]] == ["demo 1", "demo 2", "test 1"]
    assert task["pairs"][0] | {} == {
        "name": "demo 1", "input": "10/23", "expected": "01/32", "got": "01/32", "verdict": "right", "right": True
    }  # fmt: skip
    assert task["program"] == [["O", "vmirror(I)"]]
    assert [pair[0][2:] for pair in task["values"]][2] == ["grid of 1 x 2", "", [["1 x 2", "87"]]]
    assert ["found in iteration", "2"] in task["facts"]
    ((facts, text),) = task["others"]
    assert ["demo pairs", "1 of 2"] in facts
    assert "hmirror" in text


def test_the_page_says_what_was_found_in_words(mirrored: Page) -> None:
    """Counts by state, what is newly solved, and a tile for the task with its state in words."""
    assert mirrored.summary == (
        "1 of 1 task solved on every demo pair, 1 of them on the test pairs too; 1 newly; 0 near."
    )
    assert 'aria-label="0000beef, solved on demo and test"' in mirrored.html
    assert "Newly solved, in iteration 2: 1" in mirrored.html
    assert "Tasks solved after each of 2 iterations; after the last one 1 on every demo pair" in mirrored.html


def kept(
    o_score: int, test_score: int = 0, tests: int = 1, similarity: int = 0, iteration: int = 1, stone: bool = False
) -> Program:
    """A program of a task with three demo pairs."""
    return Program(f"{o_score}{iteration}", o_score, 3, test_score, tests, similarity, 5, iteration, stone)


@pytest.mark.parametrize(
    ("programs", "state", "since"),
    [
        ([], State.OPEN, 0),
        ([kept(0, similarity=899)], State.OPEN, 1),
        ([kept(0, similarity=900, stone=True)], State.NEAR, 1),
        ([kept(1)], State.NEAR, 1),
        ([kept(3, stone=True)], State.NEAR, 1),
        ([kept(3)], State.DEMO, 1),
        ([kept(3, tests=0)], State.DEMO, 1),
        ([kept(3, 1, iteration=5), kept(3, iteration=4), kept(2, iteration=2)], State.SOLVED, 4),
        ([kept(3, 0, iteration=5), kept(3, 1, iteration=4)], State.DEMO, 4),
    ],
)
def test_a_task_is_as_far_as_its_best_program(
    programs: list[Program], state: State, since: int, tiny_task: Task
) -> None:
    """By the archive's rank, in which test pairs have no say; since the first solver that is kept."""
    found = TaskFound(tiny_task, tuple(programs))
    assert (found.state, found.since) == (state, since)
    assert Found((found,), ()).solved == ([found] if state in (State.SOLVED, State.DEMO) else [])


def test_solved_tasks_add_up_over_the_iterations() -> None:
    """From nothing to all of them, up to the last iteration; nothing where none was made."""
    assert growing([3, 1, 3], 5) == ((1, 1), (3, 3), (5, 3))
    assert growing([], 4) == ((1, 0), (4, 0))
    assert growing([], 0) == ()


def test_a_bred_stone_is_shown_with_its_line_of_descent(tiny_task: Task, tmp_path: Path) -> None:
    """What made it, from which parents, when; what operators brought; and how many were bred and probed."""
    parent = parse_program("def solve_x(I):\n    O = hmirror(I)\n    return O", "test").body
    body = parse_program("def solve_x(I):\n    O = rot180(I)\n    return O", "test").body
    stone = Stone(tiny_task.id, tiny_task.digest, body, 7, 0, 2, 950, b"a", b"b")
    origins = {md5(body): Origin("compose", (md5(parent),)), md5(parent): Origin("given")}
    report = {"iteration": 1, "search": {"bred": 40, "probes": 80, "promising": 2, "seconds": 3.0, "solved": []}}
    report |= {"phases": {}, "settings": {"offspring": 40}}
    with open_home(tmp_path / "home") as home:
        home.archive.file(1, [], [], report, [stone], origins, {"compose": (40, 2, 1)})
    page = make_page(tmp_path / "home", [tiny_task], Settings(jobs=1), "mine")
    ((state, since, words, task),) = index_of(page).values()
    assert (state, since, words) == ("near", 1, "compose rot180")
    assert ["kept as", "stepping stone"] in task["facts"]
    assert ["found by", "breeding: compose"] in task["facts"]
    assert [row[:4] for row in task["descent"]] == [
        [md5(body)[:12], "compose", md5(parent)[:12], "1"], [md5(parent)[:12], "given", "", "1"]
    ]  # fmt: skip
    text = " ".join(re.sub("<[^>]+>", " ", page.html).split())
    for words in ("compose 40 2 1 50.0", "promising 2 (2.5%)", "breed and probe 3.0 s", "offspring 40"):
        assert words in text


def test_a_home_of_anyone_shows_text(tmp_path: Path) -> None:
    """Ids, names and a history full of markup stay text, and the page lets no script run but its own."""
    raw = {"train": [{"input": [[1, 2]], "output": [[2, 1]]}], "test": [{"input": [[3, 4]]}]}
    task = parse_task(EVIL, raw, "test")
    odd: dict[str, Any] = dict.fromkeys(("iteration", "seed", "kagglebatt"), EVIL)
    odd |= {"settings": {EVIL: EVIL, "a": [EVIL]}, "phases": {EVIL: 1.5}, "funnel": {EVIL: 3, "filed": EVIL}}
    odd |= {"caches": {EVIL: {"hits": EVIL, "seconds_saved": 1}}, "outcomes": [EVIL]}
    home = tmp_path / EVIL.replace("/", "|")
    file_one(home, task, "def solve_x(I):\n    O = vmirror(I)\n    return O", 1, odd)
    file_one(
        home,
        parse_task(EVIL + "2", raw | {"test": []}, "test"),
        "def solve_x(I):\n    O = identity(I)\n    return O",
        1,
    )
    page = make_page(home, [task], Settings(jobs=1), EVIL)
    seen = Seen()
    seen.feed(page.html)
    assert seen.tags.count("script") == 2
    assert "img" not in seen.tags
    assert not [name for name in seen.attributes if name.startswith("on")]
    assert EVIL in "".join(seen.text)
    assert list(index_of(page)) == [EVIL]
    assert re.search(r"default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'unsafe-inline'", page.html)
    assert not re.search(r"https?://(?!www\.w3\.org/)", page.html)


def test_a_history_may_say_anything(tmp_path: Path) -> None:
    """What is no number is left out of the sums; nothing fails."""
    odd: list[dict[str, Any]] = [
        {"phases": 1},
        {"phases": {"x": "y"}, "caches": 1},
        {"caches": {"v": {"hits": "x"}}},
        {},
    ]
    odd += [{"caches": {"v": [1]}, "phases": {"run_batt.recall_wall": 2.0}, "outcomes": {"raised": -1, "value": 3}}]
    with open_home(tmp_path / "home") as home:
        for number, report in enumerate(odd, 1):
            home.archive.file(number, [], [], report)
        came = look_back(home.archive)
    assert [(bar.name, bar.text) for bar in came.phases][:1] == [("look up what is known", "2.0 s")]
    assert came.lookups == "Nothing was looked up yet."
    assert [bar.text for bar in came.lost] == ["0"] * 5


def test_programs_of_other_tasks_are_named(mirrored: Page, tiny_task: Task, tmp_path: Path) -> None:
    """A home that knows tasks which the dataset does not have says so."""
    other = parse_task("other", {"train": [{"input": [[1]], "output": [[1]]}], "test": []}, "test")
    page = make_page(tmp_path / "home", [other], Settings(jobs=1), "mine")
    assert "has programs for 1 task that are not among those of mine" in page.html
    assert tiny_task.id in page.html
    assert "has programs for" not in mirrored.html


def test_what_was_found_without_test_answers_counts(tiny_task: Task, tmp_path: Path) -> None:
    """As ``solve`` files it; nothing is said of the test pairs, on which nobody compared it."""
    solved = SolveReport(as_challenges([tiny_task]), searched={tiny_task.id: Searched(0)}).as_iteration()
    file_one(tmp_path / "home", without_answers(tiny_task), "O = vmirror(I)", 2, {**solved, "iteration": 1})
    page = make_page(tmp_path / "home", [tiny_task], Settings(jobs=1), "mine")
    assert page.summary.startswith("1 of 1 task solved on every demo pair, 0 of them on the test pairs too;")
    assert ["test pairs", "not known"] in index_of(page)[tiny_task.id][3]["facts"]
    assert "has programs for" not in page.html
    assert "1 iteration, 0 candidates, 0 runs of a candidate on a pair" in page.html  # but a search
    assert "The tables are of 0 of 1 reports: those of an evolution" in page.html


def test_a_program_that_raises_is_shown_so(tiny_task: Task, tmp_path: Path) -> None:
    """The step that ended it is named, and the page is made all the same."""
    text = "def solve_x(I):\n    x1 = astuple(ZERO, ZERO)\n    x2 = first(ZERO)\n    O = fill(I, x2, x1)\n    return O"
    file_one(tmp_path / "home", tiny_task, text, 1)
    page = make_page(tmp_path / "home", [tiny_task], Settings(jobs=1), "mine")
    ((state, _, _, task),) = index_of(page).values()
    assert state == "near"
    assert task["pairs"][0]["verdict"] == "raised TypeError at x1"
    assert task["pairs"][0]["got"] is None


@pytest.mark.parametrize("reason", ["bytes", "steps", "seconds"])
def test_a_page_stays_small_and_is_made_in_time(
    reason: str, tiny_task: Task, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What steps compute is left out where it would be too much, or takes too long; pairs and program are there."""
    file_one(tmp_path / "home", tiny_task, "def solve_x(I):\n    x1 = hmirror(I)\n    O = rot180(x1)\n    return O", 2)
    if reason == "bytes":
        monkeypatch.setattr("kagglebatt.pages.page.MOST_IN_ALL", 100)
    elif reason == "steps":
        monkeypatch.setattr("kagglebatt.pages.steps.MOST_STEPS", 1)
        monkeypatch.setattr("kagglebatt.pages.detail.MOST_STEPS", 1)
    else:
        monkeypatch.setattr("kagglebatt.pages.steps.monotonic", iter((0.0, 200.0)).__next__)
    page = make_page(tmp_path / "home", [tiny_task], Settings(jobs=1), "mine")
    ((state, _, _, task),) = index_of(page).values()
    assert (state, len(task["pairs"]), task["values"]) == ("solved", 3, [])
    last = ["...", "and 1 more step"] if reason == "steps" else ["O", "rot180(x1)"]
    assert task["program"] == [["x1", "hmirror(I)"], last]


def test_nothing_found_is_said(tiny_task: Task, tmp_path: Path) -> None:
    """No empty charts."""
    page = make_page(tmp_path / "none", [tiny_task], Settings(jobs=1), "mine", empty=True)
    assert "<svg" not in page.html
    assert "No iteration was finished yet." in page.html
    assert index_of(page)[tiny_task.id][3]["program"] is None


def test_the_command_writes_the_page_of_a_home(tmp_path: Path) -> None:
    """From the home alone; without one it says what to do."""
    home = tmp_path / "a home"
    arguments = [
        "evolve",
        "--home",
        str(home),
        "--tasks",
        "2",
        "--candidates",
        "4",
        "--offspring=0",
        "--jobs",
        "1",
        "--no-progress",
    ]
    told = CliRunner().invoke(cli, arguments, catch_exceptions=False).output.splitlines()[-1]
    (command,) = re.findall("`kagglebatt (.+)`", told)
    page = tmp_path / "new" / "page.html"
    done = CliRunner().invoke(cli, [*shlex.split(command), "-o", str(page)], catch_exceptions=False)
    assert done.exit_code == 0
    assert f"{page}: the report, {page.stat().st_size:,} bytes" in done.output
    assert "of 2 tasks solved on every demo pair" in done.output
    assert "run on demo pairs" in page.read_text("utf-8")
    assert CliRunner().invoke(cli, ["report", "--home", str(tmp_path / "none")]).exit_code != 0


def test_an_evolution_makes_the_page_where_it_is_asked_to(tmp_path: Path) -> None:
    """At its end, of all that was found since it began."""
    page = tmp_path / "page.html"
    arguments = ["evolve", "--home", str(tmp_path / "home"), "-i", "67a3c6ac", "--offspring", "0", "--jobs", "1"]
    done = CliRunner().invoke(cli, [*arguments, "--report", str(page)], catch_exceptions=False)
    assert done.output.splitlines()[-1].startswith(f"kagglebatt: {page}: the report")
    assert "1 task of <b>arc1-training</b>" in page.read_text("utf-8")


def test_of_a_read_only_home_the_copy_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what the evolution worked on; the home itself may hold nothing."""
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(directory, "read_only", lambda place: place == tmp_path / "home")
    arguments = [
        "evolve", "--home", str(tmp_path / "home"), "-i", "67a3c6ac", "--offspring", "0", "--candidates", "2",
        "--backend", "sequential",
    ]  # fmt: skip
    shown: list[Path] = []
    monkeypatch.setattr(pages, "write_page", lambda settings, *_more: shown.append(settings.home))
    assert CliRunner().invoke(cli, [*arguments, "--report", "page.html"], catch_exceptions=False).exit_code == 0
    assert shown == [tmp_path / "here" / "home"]


def test_nothing_of_the_page_is_loaded_before_one_is_made(tmp_path: Path) -> None:
    """The front door and an evolution do without jinja2 and matplotlib."""
    code = (
        "import sys, kagglebatt\n"
        "from kagglebatt.commands.cli import main\n"
        f"main(['evolve', '--offspring=0', '--home', {str(tmp_path / 'home')!r}, '--tasks', '1', '--jobs', '1'])\n"
        "print([name for name in ('jinja2', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("numbers", [(1,), (1, 2), (7,), (1, 2, 3)])
def test_a_chart_numbers_its_iterations_by_whole_numbers(numbers: tuple[int, ...]) -> None:
    """A single one, too, of which there is no more than a point."""
    drawn = draw([Line("solved", tuple((number, number) for number in numbers))], "words", "tasks")
    labels = re.findall(r"<text [^>]*>([^<]+)</text>", drawn)
    assert {str(number) for number in numbers} <= set(labels)
    assert not [label for label in labels if "." in label]
