"""The kernel that answers a competition's tasks: found under any layout, valid first, grown home, rerun and time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import HomeError, InputError
from kagglebatt.home.directory import read_archive
from kagglebatt.notebook import solve_kernel
from kagglebatt.notebook.inputs import RequiredInput, find_challenges
from kagglebatt.notebook.result import read_result
from kagglebatt.notebook.solve_kernel import RERUN, SolveKernel, kernel_age
from kagglebatt.tasks.challenges import read_challenges
from kagglebatt.tasks.submission_check import faults
from tests.stage import IMAGES, interpreter, make_image, run_notebook

MIRROR = {
    "train": [{"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]}, {"input": [[5, 5, 0]], "output": [[0, 5, 5]]}],
    "test": [{"input": [[7, 8]]}],
}
ODD = {
    "train": [
        {"input": [[1, 7, 2]], "output": [[7, 0, 4, 4], [9, 4, 1, 6]]},
        {"input": [[3]], "output": [[5, 8, 6]] * 5},
    ],
    "test": [{"input": [[2]]}],
}
"""Nothing leads from these inputs to these outputs."""
SLUG = "arc-prize-of-a-year"


def mount(folder: Path, tasks: dict[str, Any], name: str = "test") -> Path:
    """A competition's files, as they are mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"arc-agi_{name}_challenges.json").write_text(json.dumps(tasks))
    (folder / "sample_submission.json").write_text("{}")
    return folder


def kernel(folder: Path, needs: tuple[RequiredInput, ...] = (), **more: Any) -> SolveKernel:
    """One for ``folder/input`` that tries little, with a library of one solver."""
    solvers = folder / "unpacked" / "solvers"
    solvers.mkdir(parents=True, exist_ok=True)
    (solvers / "mine.py").write_text("def solve_mirror(I):\n    O = vmirror(I)\n    return O\n")
    given = {"jobs": 1, "backend": "sequential"}
    return SolveKernel("id", folder / "unpacked", folder / "input", folder / "working", needs, {}, given,
                       competition=SLUG, work=100, **more)  # fmt: skip


def content(made: SolveKernel) -> dict[str, Any]:
    """The submission, once it is seen to be complete."""
    assert made.challenges is not None
    found = json.loads(made.submission.read_text())
    assert faults(found, made.challenges.tests) == []
    return dict(found)


@pytest.mark.parametrize("point", [SLUG, f"competitions/{SLUG}"])
def test_the_test_set_is_found_under_any_layout(tmp_path: Path, point: str) -> None:
    """Beside other sets and other inputs; a valid submission is there before anything is searched."""
    place = mount(tmp_path / "input" / point, {"mirror": MIRROR, "odd": ODD})
    mount(place, {"other": ODD}, "training")
    mount(tmp_path / "input" / "another" / "set", {"another": ODD})
    made = kernel(tmp_path)
    made.prepare()
    assert set(content(made)) == {"mirror", "odd"}
    made.run()
    assert content(made)["mirror"][0]["attempt_1"] == [[8, 7]]
    result = read_result(tmp_path / "working" / "result.json")
    assert result is not None
    assert (result.status, result.usable, result.runs[0]["fitted"]["all"]) == ("complete", True, 1)
    assert {"submission.json", "archive.sqlite", "report.html"} <= set(result.files)
    with read_archive(tmp_path / "working") as kept:
        assert {entry.task for entry in kept.entries()} == {"mirror"}


def test_without_the_competition_it_says_what_to_do(tmp_path: Path) -> None:
    """In the first seconds."""
    with pytest.raises(InputError, match="Join the competition"):
        find_challenges(tmp_path, SLUG)


def test_only_the_rerun_forgives_a_missing_or_damaged_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pushed run fails, so that it is seen; the rerun with hidden tasks answers them all the same."""
    mount(tmp_path / "input" / SLUG, {"mirror": MIRROR})
    needs = (RequiredInput("me/home"),)
    with pytest.raises(InputError, match="me/home: is not attached"):
        kernel(tmp_path, needs).prepare()
    damaged = tmp_path / "input" / "datasets" / "me" / "home"
    damaged.mkdir(parents=True)
    (damaged / "archive.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(HomeError):
        kernel(tmp_path, needs).prepare()
    monkeypatch.setenv(RERUN, "1")
    made = kernel(tmp_path, needs)
    made.prepare()
    made.run()
    assert content(made)["mirror"][0]["attempt_1"] == [[8, 7]]


def test_the_rerun_ends_well_with_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its home cannot be written, for example; in a pushed run that is an error."""
    mount(tmp_path / "input" / SLUG, {"mirror": MIRROR})

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise HomeError("the disk is full")

    monkeypatch.setattr(solve_kernel, "solve", fail)
    made = kernel(tmp_path)
    made.prepare()
    with pytest.raises(HomeError):
        made.run()
    monkeypatch.setenv(RERUN, "1")
    made.run()
    result = read_result(tmp_path / "working" / "result.json")
    assert result is not None
    assert (result.status, set(content(made))) == ("failed", {"mirror"})


def test_time_counts_from_the_kernels_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What passed before the search is taken from its budget; used up, the run ends in order."""
    assert 0 < kernel_age() < 24 * 3600
    mount(tmp_path / "input" / SLUG, {"mirror": MIRROR})
    monkeypatch.setattr(solve_kernel, "kernel_age", lambda: 540.0)
    given: list[float | None] = []
    real = solve_kernel.solve

    def noted(challenges: Any, settings: Any, budget: Any, *more: Any) -> Any:
        given.append(budget.minutes)
        report = real(challenges, settings, budget, *more)
        report.stopped = "time budget"
        return report

    monkeypatch.setattr(solve_kernel, "solve", noted)
    made = kernel(tmp_path, minutes=10.0)
    made.prepare()
    made.run()
    assert given == [1.0]
    assert made.ended == ("stopped", "time budget")


def test_the_bundle_names_the_competition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No internet, no tasks inside; half of what it needs is refused."""
    folder = tmp_path / "kernel"
    command = ["bundle", "--solve", "--competition", SLUG, "--to", str(folder), "--per-task", "5", "--minutes", "30",
               "--patient"]  # fmt: skip
    assert main([*command, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["parts"]) == {"code", "notebook"}
    metadata = json.loads((folder / "kernel-metadata.json").read_text())
    assert (metadata["competition_sources"], metadata["enable_internet"]) == ([SLUG], False)
    text = (folder / metadata["code_file"]).read_text()
    assert f"competition = '{SLUG}'" in text
    assert "per_task = 5.0" in text
    assert "minutes = 30.0" in text
    assert "patient = True" in text
    assert main(["bundle", "--solve", "--to", str(folder)]) == 2
    assert main(["bundle", "--solve", "--competition", "A b", "--to", str(folder)]) == 2
    assert "must be its slug" in capsys.readouterr().err


@pytest.fixture(scope="module", params=sorted(IMAGES))
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an image."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"there is no Python {request.param} here")
    return make_image(python, request.param, tmp_path_factory.mktemp("image") / "venv")


@pytest.mark.campaign
def test_the_same_file_answers_everywhere(image: str, tmp_path: Path) -> None:
    """Both layouts; then rerun with hidden tasks, the home of the first run attached; then with its time used up."""
    seen = mount(tmp_path / "seen", {"mirror": MIRROR, "odd": ODD})
    hidden = mount(tmp_path / "hidden", {"hidden": MIRROR, "odd2": ODD})
    answered = []
    for name, tasks, point, more, environment in (
        ("a", seen, SLUG, [], {}),
        ("b", hidden, f"competitions/{SLUG}", ["--kernel-source", "me/first"], {RERUN: "1"}),
        ("c", hidden, SLUG, ["--minutes", "0.01"], {RERUN: "1"}),
    ):
        command = ["bundle", "--solve", "--competition", SLUG, "--to", str(tmp_path / f"kernel-{name}"), "--jobs", "2"]
        budget = [] if "--minutes" in more else ["--work", "200"]
        assert main([*command, *budget, *more]) == 0
        (notebook,) = (tmp_path / f"kernel-{name}").glob("*.ipynb")
        inputs = {point: tasks} | ({"notebooks/me/first": tmp_path / "out-a"} if "--kernel-source" in more else {})
        ran = run_notebook(notebook, inputs, tmp_path / f"out-{name}", image, **environment)
        assert ran.code == 0, ran.log
        found = json.loads((tmp_path / f"out-{name}" / "submission.json").read_text())
        assert faults(found, read_challenges(tasks).tests) == []
        assert ran.result is not None
        answered.append((ran.result["status"], next(iter(found.values()))[0]["attempt_1"]))
    assert answered[:2] == [("complete", [[8, 7]])] * 2
    assert answered[2][0] in ("stopped", "complete")
    assert os.environ.get(RERUN) is None
