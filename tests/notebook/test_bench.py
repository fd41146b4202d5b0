"""The benchmark's surroundings: whose kernel runs, and where it can be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from kagglebatt.errors import SettingsError
from kagglebatt.notebook.bench import Heard, _own_kernel, refuse_unwritable_name

COMMAND = (sys.executable, "-m", "kagglebatt")
SMALL = ("--sizes", "1", "--iterations", "1", "--candidates", "2", "--jobs", "1")
NOT_UTF_8 = os.fsdecode(b"n\xfcrnberg")


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ``python3`` kernel of another installation, which Jupyter finds first."""
    place = tmp_path / "jupyter" / "kernels" / "python3"
    place.mkdir(parents=True)
    document = {"argv": ["/bin/false", "{connection_file}"], "display_name": "Foreign", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(document))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return str(tmp_path / "jupyter")


def test_the_kernel_is_this_interpreters(foreign: str) -> None:
    """Whatever Jupyter knows under its name; afterwards all is as it was."""
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == "/bin/false"
    with _own_kernel():
        assert KernelSpecManager().get_kernel_spec("python3").argv[0] == sys.executable
    assert os.environ["JUPYTER_PATH"] == foreign


@pytest.mark.campaign
@pytest.mark.usefixtures("foreign")
def test_bench_runs_beside_a_foreign_kernel(tmp_path: Path) -> None:
    """Its row is there, and so is its report page, which is named."""
    done = subprocess.run(
        [*COMMAND, "bench", *SMALL, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["runs"]) == 1
    assert done.stderr.splitlines()[-1] == "kagglebatt: look at what was found in bench/1-tasks/output-1/report.html"
    assert (tmp_path / "bench" / "1-tasks" / "output-1" / "report.html").is_file()


def test_what_a_kernel_prints_is_passed_on() -> None:
    """Line by line, as it comes, with the kernel's name."""
    heard: list[str] = []
    stream = Heard(heard.append, "5 tasks, iteration 1 of 2")
    for text in ("5 ta", "sks\n  score 1", " of 2\n", "rest"):
        stream.write(text)
    assert heard == [f"5 tasks, iteration 1 of 2: {what}" for what in ("the kernel begins", "5 tasks", "score 1 of 2")]


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """At any place of the path, also where it is only the working directory's; others are taken."""
    refuse_unwritable_name(tmp_path / "n\u00fcrnberg")
    for folder in (tmp_path / NOT_UTF_8, tmp_path / NOT_UTF_8 / "bench"):
        with pytest.raises(SettingsError, match=r"n\\udcfcrnberg.*not UTF-8"):
            refuse_unwritable_name(folder)


def test_bench_refuses_such_a_name_in_one_sentence(tmp_path: Path) -> None:
    """Before anything is made."""
    command = [*COMMAND, "bench", *SMALL, "--to", str(tmp_path / NOT_UTF_8)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "Give another --to" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_other_commands_print_such_a_name_as_it_is(tmp_path: Path) -> None:
    """To a terminal that takes nothing but UTF-8, too."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    command = [*COMMAND, "bundle", "--tasks", "1", "--to", NOT_UTF_8]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Push it with `kagglebatt push n\xfcrnberg`." in done.stdout
