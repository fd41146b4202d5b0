"""submission.json on disk, and the command that checks it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.errors import OutputError
from kagglebatt.pages.page import Page
from kagglebatt.solving import submission_file
from kagglebatt.solving.submission_file import SubmissionFile
from kagglebatt.tasks.challenges import read_challenges

RAW = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}
NINE = [[((9,),)]]


@pytest.fixture
def challenges(tmp_path: Path) -> Path:
    """Two tasks of one test input each, with solutions beside them."""
    (tmp_path / "my_solutions.json").write_text(json.dumps({"aa": [[[9]]], "bb": [[[8]]]}))
    place = tmp_path / "my_challenges.json"
    place.write_text(json.dumps({"aa": RAW, "bb": RAW}))
    return place


def test_a_full_disk_leaves_the_file_and_is_tried_again(
    challenges: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said once; with the next answer all are written."""
    told: list[str] = []
    file = SubmissionFile(tmp_path / "out" / "submission.json", read_challenges(challenges), told.append)
    before = file.path.read_text()

    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(submission_file, "write_aside", full)
        file.improve("aa", NINE)
        file.improve("bb", NINE)
        with pytest.raises(OutputError, match="No space left"):
            file.finish()
    assert (file.path.read_text(), len(told), file.behind) == (before, 1, 2)
    file.improve("bb", NINE)  # nothing new, but there is something to write
    assert [entry[0]["attempt_1"] for entry in json.loads(file.path.read_text()).values()] == [[[9]], [[9]]]
    assert list(file.path.parent.iterdir()) == [file.path]


@pytest.mark.parametrize("other", ["written", "gone"])
def test_at_the_end_it_is_there_whatever_others_did(challenges: Path, tmp_path: Path, other: str) -> None:
    """A second run with the same place begins with the inputs; the first one's answers are not lost by that."""
    file = SubmissionFile(tmp_path / "submission.json", read_challenges(challenges))
    file.improve("aa", NINE)
    before = file.path.read_text()
    if other == "written":
        SubmissionFile(file.path, read_challenges(challenges))
    else:
        file.path.unlink()
    file.finish()
    assert file.path.read_text() == before


def test_a_place_that_cannot_be_written_is_said_at_once(challenges: Path, tmp_path: Path) -> None:
    """Before any time is spent on a search."""
    with pytest.raises(OutputError, match="cannot be written"):
        SubmissionFile(challenges / "submission.json", read_challenges(challenges))


def test_a_pipe_or_device_is_not_replaced(challenges: Path, tmp_path: Path) -> None:
    """Who may write anywhere would else put a file in the place of /dev/null."""
    os.mkfifo(place := tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OutputError, match=f"{name}: is no regular file, and would be replaced by one"):
            SubmissionFile(tmp_path / name, read_challenges(challenges))
    assert place.is_fifo()
    assert main(["card", "--tasks", "1", "-c", "1", "-f", str(place), "--home", str(tmp_path / "none")]) == 2
    with pytest.raises(OutputError, match="pipe: is no regular file"):
        Page("text", "").write(place)
    assert place.is_fifo()


def test_a_link_stays_one(challenges: Path, tmp_path: Path) -> None:
    """What it leads to is written, there yet or not."""
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    file = SubmissionFile(link, read_challenges(challenges))
    file.improve("aa", NINE)
    assert (link.is_symlink(), json.loads(link.read_text())["aa"][0]["attempt_1"]) == (True, [[9]])
    assert json.loads((tmp_path / "real.json").read_text()) == json.loads(link.read_text())


def test_check_submission_says_what_is_wrong_or_the_score(
    challenges: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 for what is wrong, 2 for what is no question."""
    place = tmp_path / "submission.json"
    file = SubmissionFile(place, read_challenges(challenges))
    file.improve("aa", NINE)
    command = ["check-submission", str(place), "--tasks", str(challenges)]
    assert main(command) == 0
    assert (
        "1 of 2 tasks solved, 1 of them at the first attempt; 1 of 2 test inputs right: 50.00 %"
        in capsys.readouterr().out
    )
    solutions = tmp_path / "others.json"
    solutions.write_text(json.dumps({"aa": [[[8]]]}))
    assert main([*command, "--solutions", str(solutions), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"]["solved"] == 0
    solutions.write_text(json.dumps({"aa": []}))
    assert main([*command, "--solutions", str(solutions)]) == 2
    assert main(["check-submission", str(tmp_path / "nothing"), "--tasks", str(challenges)]) == 2
    capsys.readouterr()
    place.write_text('{"aa": 1, "\\u001b": 2}')
    assert main(command) == 1
    assert capsys.readouterr().out.splitlines()[1] == f"{place}: task \\x1b: is none of the challenges"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"aa": [[[9]]], "aa": [[[8]]]}', "has 'aa' twice; one of the two would be lost. Give"),
        (b"{", "is no JSON"),
        (b"\xff", "is no UTF-8 text. Give"),
        (None, "cannot be read (No such file or directory). Check the path."),
    ],
)
def test_solutions_that_cannot_be_believed_score_nothing(
    challenges: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    """One sentence says why."""
    SubmissionFile(place := tmp_path / "submission.json", read_challenges(challenges))
    solutions = tmp_path / "others.json"
    if content is not None:
        solutions.write_bytes(content)
    assert main(["check-submission", str(place), "--tasks", str(challenges), "--solutions", str(solutions)]) == 2
    assert capsys.readouterr().err.startswith(f"kagglebatt: {solutions}: {said}")
