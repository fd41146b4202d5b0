"""The notebooks: valid, free of stale outputs, and every cell runs in a kernel of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.picture import PALETTE, Gallery, grid_svg, task_gallery

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "kagglebatt" / "notebook" / "kernel.ipynb"
SOLVE_TEMPLATE = TEMPLATE.with_name("solve_kernel.ipynb")
MISTAKES = (
    'kb.load_tasks("arc1-trainin")',
    'kb.run("O = hmiror(I)", task)',
    "kb.evolve(task=5)",
    'with kb.open_home("nowhere"): pass',
    "1 / 0",
)
NOTEBOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), TEMPLATE, SOLVE_TEMPLATE]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_valid_and_clean(path: Path) -> None:
    """nbformat's own check; no outputs, no counts, no metadata of a past run; ASCII, since each accent is six bytes."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert path.read_text("utf-8").isascii()
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def test_the_template_says_what_it_is(tmp_path: Path) -> None:
    """Run unfilled it ends at once, with what makes a notebook of it, and nothing is made anywhere."""
    cells = {cell.id: cell.source for cell in nbformat.read(TEMPLATE, as_version=4).cells}
    places = {"KAGGLEBATT_INPUT": str(tmp_path / "input"), "KAGGLEBATT_WORKING": str(tmp_path / "working")}
    code = "\n".join(cells[name] for name in ("parameters", "payloads", "unpack", "prepare"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, **places}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "`kagglebatt bundle` makes a notebook that runs" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_notebooks_of_the_project_run_by_themselves() -> None:
    """The template is not among them: it lies in the package, where an installed one finds it, too."""
    assert [path.name for path in NOTEBOOKS if path.parent == ROOT / "notebooks"] == ["solve.ipynb", "tour.ipynb"]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The tour with two iterations and, at its end, mistakes that a user makes; run in a fresh kernel elsewhere."""
    notebook = nbformat.read(ROOT / "notebooks" / "tour.ipynb", as_version=4)
    (parameters,) = [cell for cell in notebook.cells if cell.id == "parameters"]
    parameters.source = parameters.source.replace("SECONDS = 10 ", "SECONDS = 600 ").replace("= 1000 ", "= 2 ")
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in MISTAKES]
    place = {"metadata": {"path": str(tmp_path_factory.mktemp("tour"))}}
    return NotebookClient(notebook, resources=place, allow_errors=True, timeout=200).execute()


def test_tour_runs(tour: nbformat.NotebookNode) -> None:
    """Every cell does; what it leads to is shown: pictures, a mended program, iterations, an archive, an export."""
    cells = tour.cells[: -len(MISTAKES)]
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    shown = {cell.id: "".join(str(output.get("data", {}).get("text/html", "")) for output in cell.outputs)
             for cell in cells if cell.cell_type == "code"}  # fmt: skip
    assert [name for name, html in shown.items() if "<svg" in html] == ["task", "run", "broken"]
    assert "right on 4 of 4 demo pairs and 1 of 1 test pair" in shown["run"]
    assert "vconcat" in shown["mutant"]
    assert "def batt(" in shown["deal"]
    assert "iteration 2: " in shown["evolve"]
    assert "solver " in shown["best"]
    text = "".join(output.get("text", "") for output in outputs)
    assert "closest: hmirror" in text
    assert "<iteration 1: " in text
    assert re.search(r"[1-9] solvers and \d+ differs were exported", text)


def test_a_mistake_in_a_cell_is_told_in_one_sentence(tour: nbformat.NotebookNode) -> None:
    """That of the command line, with no traceback; a fault of the user's own code keeps its traceback."""
    *told, own = [cell.outputs[-1] for cell in tour.cells[-len(MISTAKES) :]]
    for output in told:
        (line,) = output.traceback
        assert line == f"{output.ename}: {output.evalue}"
    assert [output.ename for output in told] == ["TaskError", "ProgramError", "SettingsError", "HomeError"]
    assert len("\n".join(own.traceback).splitlines()) > 3


def test_picture_has_every_cell_in_its_colour() -> None:
    """Ten colours, ten areas; a value outside the palette is white, and equal cells side by side are one area."""
    svg = grid_svg((tuple(range(10)), (10,) * 10))
    assert [svg.count(f'fill="{colour}"') for colour in PALETTE] == [1] * 10
    assert svg.count('fill="#ffffff" d="M0 1h10v1h-10z"') == 1
    assert 'aria-label="grid of 2 x 10"' in svg


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (30, 30), (3, 30), (100, 100), (1, 10_000), (0, 0)])
def test_a_picture_is_never_large(rows: int, columns: int) -> None:
    """At most 141 pixels wide and high, whatever a program answered."""
    svg = grid_svg(((0,) * columns,) * rows)
    width, height = (int(re.search(rf' {side}="(\d+)"', svg)[1]) for side in ("width", "height"))  # type: ignore[index]
    assert 1 <= width <= 141
    assert 1 <= height <= 141


def test_gallery_escapes_captions_and_names_every_pair() -> None:
    """A caption is text, never markup; an answer is said to be right, wrong, or just given where none is known."""
    assert "<b>" not in Gallery("<b>", ((("<b>", ((0,),)),),))._repr_html_()
    (task,) = load_tasks("arc1-training", count=1)
    assert len(task_gallery(task).groups) == len(task.demo) + len(task.test)
    (sample,) = task.test
    unknown = replace(task, test=(replace(sample, answer=None),))
    for of, answer, words in ((task, sample.answer, "right"), (task, ((1,),), "wrong"), (unknown, ((1,),), "answered")):
        *_, (_input, (caption, grid)) = task_gallery(of, [answer]).groups
        assert caption.endswith(words)
        assert grid == answer
    assert task_gallery(task, [None]) == task_gallery(task)


@pytest.mark.campaign
def test_the_solve_notebook_runs(tmp_path: Path) -> None:
    """A task is searched before one's eyes: its answers are drawn, and the submission lies in the folder."""
    notebook = nbformat.read(ROOT / "notebooks" / "solve.ipynb", as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    ran = NotebookClient(notebook, resources=place, timeout=300).execute()
    html = {cell.id: "".join(str(output.get("data", {}).get("text/html", "")) for output in cell.outputs)
            for cell in ran.cells if cell.cell_type == "code"}  # fmt: skip
    assert "attempt 1, right" in html["search"]
    assert "answers, " in html["many"]
    assert (tmp_path / "submission.json").is_file()
