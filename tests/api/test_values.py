"""What the front door gives: values that compute in another process, show themselves, and escape what they show."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import kagglebatt as kb
from kagglebatt.api.program import Programs
from kagglebatt.api.table import Table
from kagglebatt.api.tasks import Tasks
from kagglebatt.errors import KagglebattError, TaskError
from kagglebatt.running import execute

MIRROR = "O = vmirror(I)"
NAME = "<b>&x"


def test_a_program_has_the_name_and_kind_of_its_function() -> None:
    """Or the one that is given; bare assignments have none."""
    named = kb.Program.parse("def solve_a1(I):\n    O = vmirror(I)\n    return O\n")
    judge = kb.Program.parse("def differ_b(S, I, C):\n    O = height(C)\n    return O\n")
    assert [(each.name, each.kind) for each in (named, judge)] == [("a1", "solve"), ("b", "differ")]
    assert kb.Program.parse(MIRROR).name == "program"
    assert kb.Program.parse(MIRROR, name="mine").md5 == named.md5


def test_programs_come_from_text_a_file_or_a_folder(tmp_path: Path) -> None:
    """The same three times; a name that is not there is told with the closest."""
    text = "def solve_flip1(I):\n    O = vmirror(I)\n    return O\n"
    (tmp_path / "own.py").write_text(text)
    for source in (text, tmp_path, str(tmp_path), tmp_path / "own.py", str(tmp_path / "own.py")):
        assert [each.name for each in kb.read_programs(source)] == ["flip1"]
    with pytest.raises(KagglebattError, match=r"called 'flip2' \(closest: flip1\)"):
        kb.read_programs(text)["flip2"]


def test_nothing_is_computed_in_this_process(tiny_task: kb.Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a program that hangs or crashes costs the notebook nothing."""
    monkeypatch.setattr(execute, "meanings", pytest.fail)
    outcomes = kb.run(MIRROR, tiny_task)
    assert [each.verdict for each in outcomes] == ["right"] * 3
    assert [each.value for each in outcomes] == [sample.answer for sample in tiny_task.samples]
    assert kb.score(MIRROR, tiny_task, jobs=1)[0]["o_score"] == 2


def test_scores_are_rows_for_each_program_and_task(tiny_task: kb.Task) -> None:
    """Programs in order, equal ones too; each as it would be alone."""
    texts = [MIRROR, "O = height(I)", "x1 = identity(I); O = vmirror(I)", "O = first(ZERO)"]
    (other,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    table = kb.score(texts, [tiny_task, other], jobs=1)
    assert table.column("task") == ["0000beef", "67a3c6ac"] * 4
    assert table.column("o_score") == [2, 3, 0, 0, 2, 3, 0, 0]
    assert table.column("test_score") == [1, 1, 0, 0, 1, 1, 0, 0]
    assert table.column("outcomes")[::2] == ["3 value", "3 not a grid", "3 value", "3 raised TypeError"]
    assert isinstance(table[:2], Table)
    assert kb.score([], tiny_task) == []


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    """As a warning, and beside what is good; nothing is left out where ``strict`` is set."""
    text = "def solve_good(I):\n    O = vmirror(I)\n    return O\n\ndef solve_bad(I):\n    O = no(I)\n    return O\n"
    with pytest.warns(UserWarning, match="left out: text:6"):
        programs = kb.read_programs(text)
    assert ([each.name for each in programs], len(programs.left_out)) == (["good"], 1)
    with pytest.raises(KagglebattError, match="text:6"):
        kb.read_programs(text, strict=True)
    good = '{"train": [{"input": [[1]], "output": [[2]]}], "test": []}'
    (tmp_path / "a.json").write_text(good)
    (tmp_path / "b.json").write_text(good.replace("[[2]]", "[[12]]"))
    with pytest.warns(UserWarning, match=r"left out: .*b\.json"):
        assert [task.id for task in kb.load_tasks(tmp_path)] == ["a"]


def test_a_warning_is_of_the_users_own_line_and_comes_each_time() -> None:
    """Python's own would come once for equal texts, and name a line of the package."""
    for _ in range(2):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("default")
            kb.read_programs("def solve_a(I):\n    O = vmirror(I)\n    return O\n\ndef b(I):\n    return 5\n")
        assert [warning.filename for warning in told] == [__file__]


def test_a_mutant_differs_and_is_the_same_for_the_same_seed() -> None:
    """Its name tells the operator."""
    program = kb.Program.parse("x1 = hmirror(I); O = vconcat(I, x1)", name="own")
    mutants = [program.mutate(seed) for seed in range(8)]
    assert mutants == [program.mutate(seed) for seed in range(8)]
    assert all(mutant.md5 != program.md5 and re.fullmatch(r"own ~\w+", mutant.name) for mutant in mutants)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda task: kb.run(5, task), "is no program"),
        (lambda task: kb.run(MIRROR, "0000beef"), "is no task"),
        (lambda task: kb.score([MIRROR, None], task), "is no program"),
        (lambda task: kb.score(MIRROR, [task, 1]), "is no task"),
        (lambda task: kb.score(MIRROR, 1), "is no task"),
        (lambda task: kb.score(MIRROR, task, timeout=-1), "--timeout"),
        (lambda task: kb.run("def differ_a(S, I, C):\n    O = height(C)\n    return O\n", task), "is a differ"),
        (lambda task: kb.deal(MIRROR, mutate=2), "--mutate"),
        (lambda task: kb.deal([5]), "is no program"),
        (lambda _: kb.Program.parse(5), "is no program's text"),
        (lambda _: kb.read_programs(5), "neither a path nor text"),
        (lambda _: kb.read_programs("nowhere.py"), "nowhere.py"),
        (lambda _: kb.evolve(taks=5), r"'taks' is no setting \(closest: tasks\)"),
        (lambda _: kb.evolve(5), "are no settings"),
        (lambda _: kb.evolve(tasks=[]), "tasks is empty"),
        (lambda _: kb.evolve(tasks=[1]), "is no task"),
        (lambda _: kb.evolve(offspring=0, tasks=5, solvers=[1]), "is no program"),
    ],
)
def test_what_cannot_work_is_told_at_once(
    wrong: Callable[[kb.Task], object],
    message: str,
    tiny_task: kb.Task,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one sentence, before anything is made or run."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KagglebattError, match=message):
        wrong(tiny_task)
    assert list(tmp_path.iterdir()) == []


def test_what_is_shown_is_escaped_and_has_no_colours_of_its_own(tiny_task: kb.Task) -> None:
    """Names are text, never markup; words take the notebook's own colour, on its own background."""
    program = kb.Program.parse("x1 = height(I); O = vmirror(I)", name=NAME)
    shown = [
        program, Programs([program]), program.run(tiny_task), kb.score(program, tiny_task, jobs=1),
        kb.deal("x1 = hmirror(I); O = vconcat(I, x1)", mutate=0), kb.primitives(), tiny_task, tiny_task.demo[0],
        Tasks([tiny_task]), Table(NAME, [{NAME: NAME}]),
    ]  # fmt: skip
    for value in shown:
        html = value._repr_html_()  # type: ignore[attr-defined]
        assert "<b>" not in html
        assert "&x" not in html.replace("&amp;x", "")
        assert not re.search(r'[;"](color|background(-color)?):', html)
        assert len(repr(value)) < 3_000


def test_a_steps_type_and_a_primitives_signature_are_under_the_pointer() -> None:
    """And what an input is, and a constant's value."""
    html = kb.Program.parse("x1 = hmirror(I); x2 = add(ONE, TWO); O = vconcat(x1, x1)")._repr_html_()
    for hover in ("Piece", "hmirror(Piece) -&gt; Piece: ", "Grid: the grid of a pair"):
        assert f'title="{hover}' in html
    (row,) = kb.primitives("hmirror")
    assert (row["takes"], row["gives"]) == ("Piece", "Piece")


def test_load_tasks_gives_tasks_that_say_what_is_wrong() -> None:
    """The front door's function is the package's own."""
    with pytest.raises(TaskError, match="closest: 67a3c6ac"):
        kb.load_tasks("arc1-training", ids=["67a3c6ad"])
    tasks = kb.load_tasks("arc1-training", count=12)
    assert tasks["00d62c1b"] is tasks[1]
    assert tasks._repr_html_().count("font-weight:bold") == 10
    assert "and 2 more" in tasks._repr_html_()
    assert "more" not in tasks[:10]._repr_html_()
    with pytest.raises(TaskError, match=r"none of 12 tasks is '00d62c1c' \(closest: 00d62c1b\)"):
        tasks["00d62c1c"]
