"""`score` and `show`: what is printed of right, wrong, raising, slow and hostile programs; in a terminal, in a log."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

import kagglebatt as kb
from kagglebatt.commands.cli import main
from kagglebatt.commands.filed import COLUMNS, chosen, print_list, row
from kagglebatt.commands.screen import Screen
from kagglebatt.home.archive import Entry
from kagglebatt.running.shown import MOST_CHARACTERS, MOST_PICTURES, MOST_SIDE, describe

SOLVERS = {
    "right": "O = vmirror(I)",
    "wrong": "x1 = hmirror(I)\n    O = vmirror(x1)",
    "other_shape": "O = hconcat(I, I)",
    "raises": "x1 = hmirror(I)\n    x2 = size(x1)\n    x3 = merge(x2)\n    O = fill(I, ZERO, x3)",
    "no_grid": "O = size(I)",
    "slow": "x1 = multiply(TEN, TEN)\n    x2 = multiply(x1, x1)\n    x3 = multiply(x2, x2)\n"
    "    x4 = multiply(x3, TEN)\n    x5 = power(identity, x4)\n    O = x5(I)",
    "deep": "x1 = rbind(astuple, ONE)\n    x2 = power(x1, TEN)\n    x3 = power(x2, TEN)\n    x4 = power(x3, TEN)\n"
    "    O = x4(I)",
}
IDS = ("-i", "67a3c6ac", "--timeout", "0.2", "--jobs", "1")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str) -> str:
    Path("s.py").write_text("\n".join(f"def solve_{n}(I):\n    {SOLVERS[n]}\n    return O\n" for n in names))
    return "s.py"


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    return (code, *capsys.readouterr())


class Terminal(io.StringIO):
    """Standard output that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Call a command in a terminal; what it shows there."""
    for name, value in {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str) -> str:
        with redirect_stdout(Terminal()) as shown:
            main(list(arguments))
        return shown.getvalue()

    return run


def test_a_right_solver_exits_with_0(capsys) -> None:
    """Pair by pair, on the task that it is named after."""
    Path("s.py").write_text("def solve_67a3c6ac(I):\n    O = vmirror(I)\n    return O\n")
    code, out, _ = call(capsys, "score", "s.py", "--jobs", "1")
    assert (code, out.splitlines()[0]) == (
        0, "67a3c6ac on task 67a3c6ac: right on 3 of 3 demo pairs and 1 of 1 test pair",
    )  # fmt: skip
    assert out.splitlines()[1:] == ["  demo 1  right", "  demo 2  right", "  demo 3  right", "  test 1  right"]


def test_a_log_says_of_every_kind_what_became_of_it(capsys) -> None:
    """How near, in which step it raised and what, which step was too slow; expected beside got in digits, marked."""
    code, out, _ = call(capsys, "score", write("wrong", "other_shape", "raises", "no_grid", "slow"), *IDS)
    assert code == 1
    assert "demo 1  wrong: 250 per thousand alike, 12 of 16 cells differ\n" in out
    assert "    expected 4 x 4   got 4 x 4\n    2 6*6*6*         2 2*7*1*\n" in out
    assert "demo 1  wrong: it is 4 x 8 instead of 4 x 4\n" in out
    assert "demo 1  raised TypeError at x3 = merge(x2): 'int' object is not iterable\n" in out
    assert "demo 1  not a grid (int)\n" in out
    assert "demo 1  too slow at O = x5(I)\n" in out
    assert out.splitlines()[-1].startswith("5 scored: 0 right, 2 wrong, 1 raised, ")
    assert "\x1b" not in out


def test_of_many_solvers_right_ones_take_a_line(capsys) -> None:
    """And the last line counts them."""
    text = "\n".join(f"def solve_a{n}(I):\n    O = vmirror(I)\n    return O\n" for n in range(6))
    Path("s.py").write_text(text)
    code, out, _ = call(capsys, "score", "s.py", *IDS)
    assert (code, len(out.splitlines())) == (0, 7)
    assert out.splitlines()[-1] == "6 scored: 6 right, 0 wrong, 0 raised, 0 too slow"


def test_a_terminal_shows_colours_and_marks(look) -> None:
    """ARC's own colours; a cell that differs has characters of its own."""
    out = look("score", write("wrong"), *IDS)
    assert "48;2;240;18;190m" in out  # magenta, as in the task viewer of the ARC Prize
    assert "><" in out
    assert "2 6*" not in out


@pytest.mark.parametrize("way", ["option", "variable"])
def test_colours_can_be_done_without(look, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Then a terminal shows digits."""
    if way == "variable":
        monkeypatch.setenv("NO_COLOR", "1")
    out = look("score", write("wrong"), *IDS, *(["--no-color"] if way == "option" else []))
    assert "2 6*6*6*" in out
    assert "48;" not in out


def test_json_has_every_pair(capsys) -> None:
    """With what was computed, what was expected, and the step that failed."""
    code, out, _ = call(capsys, "score", write("wrong", "raises"), *IDS, "--json")
    found = json.loads(out)
    wrong, raises = found["solvers"]
    assert (code, found["summary"]) == (1, {"wrong": 1, "raised": 1})
    assert (wrong["pairs"][0]["similarity"], wrong["pairs"][0]["differing"]) == (250, 12)
    assert (raises["pairs"][0]["step"], raises["pairs"][0]["call"]) == ("x3", "merge(x2)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("score", "none.py"), "none.py: cannot be read"),
        (("score", "nothing"), "is no file or folder"),
        (("score", "abcd1234"), "holds no archive"),
        (("score", "s.py"), "has no task of this name"),
        (("score", "s.py", "-i", "nothing"), "has no task 'nothing'"),
        (("show",), "Missing argument"),
        (("show", "s.py", "--trace", "demo-9", "-i", "67a3c6ac"), "has no pair 'demo-9'"),
    ],
)
def test_wrong_input_has_one_message(capsys, arguments: tuple[str, ...], words: str) -> None:
    """And exit code 2."""
    write("right")
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_trace_shows_every_step_with_its_value(capsys) -> None:
    """Up to the one that raised, which is named with what it said; those after it were not reached."""
    code, out, _ = call(capsys, "show", write("raises"), "--trace", *IDS)
    assert code == 0
    assert out.startswith("raises on task 67a3c6ac, demo 1: raised TypeError at x3 = merge(x2)")
    assert "  x1 = hmirror(I)\n    grid of 4 x 4  (" in out
    assert "    1 7 2 2\n    7 2 7 2\n    6 1 6 2\n    6 6 6 2\n" in out
    assert "  x2 = size(x1)\n    number: 4  (" in out
    assert "  O = fill(I, ZERO, x3)\n    not reached\n" in out


def test_a_trace_is_of_the_first_pair_that_is_not_right(capsys) -> None:
    """Of demo 1 where all are; PAIR chooses, and may stand before the file as well."""
    assert ", demo 1: right" in call(capsys, "show", "--trace", write("right"), *IDS)[1]
    assert ", test 1: right" in call(capsys, "show", "s.py", *IDS, "--trace", "test-1")[1]
    steps = json.loads(call(capsys, "show", "s.py", *IDS, "--json", "--trace", "all")[1])
    assert [each["pair"] for each in steps] == ["demo 1", "demo 2", "demo 3", "test 1"]


def test_hostile_programs_cost_their_limit(capsys) -> None:
    """A trace of what never ends, or nests without end, ends; the step is named."""
    code, out, _ = call(capsys, "show", write("slow", "deep"), "--trace", "1", *IDS)
    assert code == 0
    slow, deep = out.split("deep on task")
    assert slow.startswith("slow on task 67a3c6ac, demo 1: timed out at O = x5(I)")
    assert "x5 = power(identity, x4)\n    function" in slow
    assert "RecursionError" in deep


def test_values_of_any_size_are_shown_cut() -> None:
    """Large grids, many objects, deep tuples, far-off locations and big numbers."""
    deep: object = 1
    for _ in range(150):
        deep = (deep, deep)
    shown = [
        describe(value)
        for value in (
            ((1,) * 500,) * 500,
            frozenset(frozenset({(1, (n, n))}) for n in range(5_000)),
            deep,
            frozenset({(0, 0), (10**6, 10**6)}),
            1 << 100_000,
            tuple(range(100_000)),
        )
    ]
    for each in shown:
        assert len(each.text) <= MOST_CHARACTERS
        assert len(each.pictures) <= MOST_PICTURES
        for picture in each.pictures:
            assert len(picture.rows) <= MOST_SIDE
            assert len(picture.rows[0]) <= MOST_SIDE


def test_names_of_strangers_do_nothing_to_a_terminal(look, capsys) -> None:
    """Control characters are shown escaped, markup is text."""
    folder = Path("d\x1b[31m")
    folder.mkdir()
    (folder / "[bold]x.py").write_text("def solve(I):\n    O = vmirror(I)\n    return O\n")
    (folder / "bad\x1b[31m.py").write_text("def solve_x(I):\n    return nothing(\n")
    assert "_bold_x on task" in look("score", str(folder), *IDS)
    assert "d\\x1b[31m" in capsys.readouterr().err
    with redirect_stdout(Terminal()) as shown:
        Screen(no_color=True).table(("task",), [("a\x1b[2J[bold]\u202e",)])
    assert "a\\x1b[2J[bold]\\u202e" in shown.getvalue()


def test_a_program_of_the_archive_is_scored_and_shown(capsys) -> None:
    """By the first digits of its md5, on the task that it is filed for; with its scores."""
    task = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    list(
        kb.evolve(
            offspring=0,
            tasks=task,
            solvers="O = vmirror(I)",
            candidates=1,
            mutate=0,
            jobs=1,
            home="home",
            progress=False,
        )
    )
    code, out, _ = call(capsys, "score", "e53442d8")
    assert (code, out.splitlines()[0].partition(":")[0]) == (0, "e53442d8 on task 67a3c6ac")
    code, out, _ = call(capsys, "show", "e5344")
    assert code == 0
    assert "O = vmirror(I)" in out
    assert "67a3c6ac  e53442d8" in out
    code, out, _ = call(capsys, "show", "67a3c6ac")
    assert "task 67a3c6ac: 3 demo pairs, 1 test pair" in out
    assert "67a3c6ac  e53442d8" in out
    assert "e53442d8 on task 67a3c6ac, demo 1: right" in call(capsys, "show", "67a3c6ac", "--trace")[1]


def test_entries_are_told_apart_and_alike_in_a_terminal_and_in_a_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By their content, with one unit for what agrees."""
    every = [replace(entry("aa", 3, 985, 1), content=content) for content in ("12345678" * 4, "")]
    print_list(Screen(), every, as_json=False)
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("similarity  98.5%  1 step  content 12345678")
    assert second.endswith("content unknown")
    assert [row(each)[4:] for each in every] == [(" 98.5%", 1, 1, "12345678"), (" 98.5%", 1, 1, "unknown")]
    assert COLUMNS[4:] == ("similarity", "steps", "iteration", "content")


def test_a_trace_folds_in_a_notebook() -> None:
    """Each value with pictures unfolds; everything is escaped."""
    (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    trace = kb.trace(kb.Program.parse("x1 = hmirror(I); O = vmirror(x1)", name="<b>"), task)
    page = trace._repr_html_()
    assert page.count("<details") == 2
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def entry(task: str, o_score: int, similarity: int, iteration: int) -> Entry:
    return Entry(task, f"{task}{o_score}", o_score, 3, 0, 1, similarity, 1, iteration)


def test_lists_are_of_what_is_solved_near_or_new() -> None:
    """Near are the best of tasks that none solves, nearest first."""
    every = [entry("a", 3, 1000, 1), entry("a", 1, 900, 3), entry("b", 1, 700, 1), entry("b", 1, 600, 2),
             entry("c", 2, 500, 3)]  # fmt: skip
    assert [e.task for e in chosen(every, solved=True, near=False, since=None)] == ["a"]
    assert [(e.task, e.similarity) for e in chosen(every, solved=False, near=True, since=None)] == [
        ("c", 500), ("b", 700),
    ]  # fmt: skip
    assert [e.task for e in chosen(every, solved=False, near=False, since=3)] == ["a", "c"]
    assert [e.task for e in chosen(every, solved=False, near=True, since=2)] == ["c", "b"]


def test_the_archive_is_listed_and_shown_by_task_and_prefix(capsys, look) -> None:
    """A body alone in a log, as it is filed; a table as well in a terminal; all of it as JSON."""
    tasks = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    list(
        kb.evolve(
            offspring=0,
            tasks=tasks,
            solvers="O = vmirror(I)",
            candidates=1,
            mutate=0,
            jobs=1,
            home="home",
            progress=False,
        )
    )
    body = "def solve(S, I, C):\n    O = vmirror(I)\n    return O\n"
    for wanted in ("e5344", "67a3c6ac"):
        assert call(capsys, "archive", "show", wanted)[:2] == (0, body)
        (found,) = json.loads(call(capsys, "archive", "show", wanted, "--json")[1])
        assert (found["body"], found["filed"][0]["task"]) == (body, "67a3c6ac")
    assert call(capsys, "archive", "show", "ffff")[0] == 2
    assert call(capsys, "archive", "list", "67a3c6ac", "--solved")[1].startswith("67a3c6ac  e53442d8")
    code, out, err = call(capsys, "archive", "list", "00000000")
    assert (code, out, err.strip()) == (0, "", "kagglebatt: home: holds no solver of task 00000000")
    code, out, err = call(capsys, "archive", "list", "--since", "2")
    assert (code, out, err.strip()) == (0, "", "kagglebatt: home: holds no such solver")
    assert call(capsys, "archive", "list", "--solved", "--near")[0] == 2
    shown = look("archive", "list")
    assert "task" in shown.splitlines()[0]
    assert "67a3c6ac  e53442d8f58d" in shown
