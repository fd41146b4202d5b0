"""What is filed is run again: what holds stays, what does not is taken out, and both are said."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.home.directory import check, open_home, read_archive
from kagglebatt.home.ranking import Filing
from kagglebatt.home.recall import CachedResult, look_up, verdict_key
from kagglebatt.iteration.iterate import evolve
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

RIGHT, WRONG = parse_program("O = vmirror(I)").body, parse_program("O = hmirror(I)").body
TRUE = Scores(2, 2, 1, 1, 1000, ("value",) * 3, {"0" * 12: 3})
FALSE = Scores(0, 2, 0, 1, 0, ("value",) * 3, {})


@pytest.fixture
def dataset(tmp_path: Path, tiny_task: Task) -> Path:
    path = tmp_path / "tasks" / f"{tiny_task.id}.json"
    path.parent.mkdir()
    pairs = {
        kind: [{"input": sample.input, "output": sample.answer} for sample in samples]
        for kind, samples in (("train", tiny_task.demo), ("test", tiny_task.test))
    }
    path.write_text(json.dumps(pairs))
    return path.parent


def fill(home: Path, task: Task, filed: dict[str, Scores], remembered: dict[str, Scores], content: str) -> None:
    """File bodies and remember verdicts, whether they are true or not."""
    with open_home(home) as opened:
        filings = []
        for body, scores in {**filed, **remembered}.items():
            place, text = verdict_key(body, task, opened.cache), CachedResult(scores, 1.0, 0.1, 0.1, True).text()
            if content == task.digest:
                opened.cache.validation.store(place, text, 0.1)
            opened.cache.inlining.store(opened.cache.key(md5(body)), body, 0.1)
            filings.append(Filing(Verdict(body, task.id, scores, scores, 0.1), place, text, content))
        opened.archive.file(1, filings[: len(filed)], [], {"iteration": 1})


def rerun(home: Path, dataset: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    command = ["archive", "check", "--rerun", "--home", str(home), "--dataset", str(dataset)]
    code = main([*command, "--backend", "sequential"])
    return code, capsys.readouterr().out


def filed(home: Path) -> list[tuple[str, str]]:
    with read_archive(home) as kept:
        return [(entry.md5, entry.content) for entry in kept.entries()]


def test_what_does_not_hold_is_taken_out(tmp_path: Path, tiny_task: Task, dataset: Path, capsys) -> None:
    """Of archive and cache, and said; what holds stays. Once is enough."""
    home = tmp_path / "home"
    fill(home, tiny_task, {RIGHT: TRUE, WRONG: TRUE}, {}, tiny_task.digest)
    code, said = rerun(home, dataset, capsys)
    assert code == 1
    assert f"solver {md5(WRONG)} on {tiny_task.id}: is taken out; filed with demo 2/2" in said
    assert "1 solvers hold, 1 were taken out" in said
    assert filed(home) == [(md5(RIGHT), tiny_task.digest)]
    with open_home(home) as opened:
        wanted = [(RIGHT, tiny_task), (WRONG, tiny_task)]
        known = look_up(wanted, Settings(offspring=0, home=home), (), opened.cache)
        assert [each is not None for each in known] == [True, False]
    assert check(home) == []
    code, said = rerun(home, dataset, capsys)
    assert (code, "1 solvers hold, 0 were taken out" in said) == (0, True)


def test_a_false_verdict_that_was_only_remembered_is_found(tmp_path: Path, tiny_task: Task, dataset: Path, capsys):
    """Workers that ran something else may have filed nothing; the solver of a task would never be found again."""
    home, library = tmp_path / "home", tmp_path / "library.py"
    library.write_text(RIGHT)
    fill(home, tiny_task, {}, {RIGHT: FALSE}, tiny_task.digest)
    settings = Settings(offspring=0, home=home, solvers=library, candidates=1, mutate=0.0, backend="sequential")
    code, said = rerun(home, dataset, capsys)
    assert (code, "1 of 1 remembered verdicts" in said, "is forgotten" in said) == (1, True, True)
    (report,) = evolve(settings, (tiny_task,))
    assert (report.solved(on_tests=True), filed(home)) == (1, [(md5(RIGHT), tiny_task.digest)])


def test_other_tasks_are_counted_as_not_checked(tmp_path: Path, tiny_task: Task, dataset: Path, capsys) -> None:
    """Also one of the same id with other grids."""
    home = tmp_path / "home"
    fill(home, tiny_task, {RIGHT: TRUE, WRONG: TRUE}, {}, "0" * 32)
    code, said = rerun(home, dataset, capsys)
    assert (code, "0 solvers hold" in said, "2 were not checked" in said) == (0, True, True)
    assert len(filed(home)) == 2


def test_what_an_older_version_did_not_note_is_noted(tmp_path: Path, tiny_task: Task, dataset: Path, capsys) -> None:
    """Where it holds on the task of its id; where it does not, that may be another task."""
    home = tmp_path / "home"
    fill(home, tiny_task, {RIGHT: TRUE, WRONG: TRUE}, {}, "")
    code, said = rerun(home, dataset, capsys)
    assert (code, "1 solvers hold, 0 were taken out" in said, "1 were not checked" in said) == (0, True, True)
    assert sorted(filed(home)) == sorted([(md5(RIGHT), tiny_task.digest), (md5(WRONG), "")])
    assert check(home) == []


def test_a_damaged_archive_is_not_run(tmp_path: Path, tiny_task: Task, dataset: Path, capsys) -> None:
    """It has to be mended first."""
    home = tmp_path / "home"
    fill(home, tiny_task, {RIGHT: TRUE}, {}, tiny_task.digest)
    connection = sqlite3.connect(home / "archive.sqlite")
    connection.execute("UPDATE solver SET similarity = 999")
    connection.commit()
    connection.close()
    code, said = rerun(home, dataset, capsys)
    assert (code, "altered" in said, "hold" in said) == (1, True, False)
