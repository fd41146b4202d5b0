"""Program files as other people have them: other names, imports, single faults, odd files; and what a message says."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from kagglebatt.errors import ProgramError
from kagglebatt.programs.parse import parse_file, parse_program
from kagglebatt.programs.read_file import read_programs
from kagglebatt.reading import MOST_NAMED

GOOD = "def solve_a(I):\n    O = rot90(I)\n    return O\n\n\n"


def function(name: str, *steps: str, returned: str = "O") -> str:
    return "\n    ".join([f"def {name}(I):", *steps, f"return {returned}"]) + "\n\n\n"


@pytest.mark.parametrize(
    ("text", "name", "body"),
    [
        (
            function("verify_007bbfb7", "x0 = rot90(I)", "x1 = hmirror(x0)", returned="x1"),
            "007bbfb7",
            "x1 = rot90(I); O = hmirror(x1)",
        ),
        (function("solve_b", "x1 = rot90(I)", "x2 = rot90(x1)", returned="x2"), "b", "x1 = rot90(I); O = rot90(x1)"),
        (function("turn_it", "O = rot90(I)"), "turn_it", "O = rot90(I)"),
        (function("verifying", "y = rot90(I)", returned="y"), "verifying", "O = rot90(I)"),
        (function("solve_c", "x1 = rot90(I)", "x2 = hmirror(x1)", "O = x2(x1)", returned="x1"), "c", "O = rot90(I)"),
    ],
)
def test_a_function_may_return_any_step_under_any_name(text: str, name: str, body: str) -> None:
    """``verify_...``, ``return x3``, names of one's own; the program is what is needed for the value returned."""
    (named,) = parse_file(text, "file.py", strict=True)
    assert (named.kind, named.name, named.task) == ("solve", name, name)
    assert named.program.address == parse_program(body).address


def test_a_solver_and_a_verifier_of_one_task_are_two_programs(tmp_path: Path) -> None:
    """In one file and in two of a folder, in either order; both are of the task."""
    solve, verify = function("solve_a", "O = rot90(I)"), function("verify_a", "x0 = rot180(I)", returned="x0")
    for text in (solve + verify, verify + solve):
        reading = parse_file(text, "file.py", strict=True)
        assert sorted((named.name, named.task) for named in reading) == [("a", "a"), ("verify_a", "a")]
    (tmp_path / "1.py").write_text(verify)
    (tmp_path / "2.py").write_text(solve)
    assert [named.name for named in read_programs(tmp_path, strict=True)] == ["verify_a", "a"]
    (tmp_path / "2.py").write_text(function("verify", "O = rot90(I)"))
    assert [named.name for named in read_programs(tmp_path, strict=True)] == ["a", "2"]


@pytest.mark.parametrize(
    "head",
    [
        "from .dsl import *\nfrom arc_types import *\nfrom .constants import *\n",
        "import numpy as np\nimport os.path, sys\n",
        "from typing import Any\nfrom dsl import add\n",
        "try:\n    from dsl import *\nexcept ImportError:\n    from .dsl import *\n",
        '"""Mine."""\nif __name__ == "__main__":\n    open("/tmp/x", "w").write("x")\n',
        "from __future__ import annotations\npass\n",
    ],
)
def test_an_import_costs_nothing_and_is_not_executed(head: str) -> None:
    """Nor does what is under ``if __name__``; an unknown name is then the fault of its function alone."""
    text = head + GOOD + function("solve_b", "O = np(I)")
    reading = parse_file(text, "file.py")
    assert [named.name for named in reading] == ["a"]
    (fault,) = reading.left_out
    assert (fault.line, fault.reason) == (
        text.count("\n") - 4,
        "unknown name 'np' (closest: UP).",
    ) or "'np'" in fault.reason


def test_what_is_ignored_is_told_once(tmp_path: Path) -> None:
    """Not for every file of a folder, and not at all for the vocabulary's own modules."""
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(
            "import numpy\nfrom dsl import *\n" + function(f"solve_{name}", "O = rot90(I)")
        )
    told: list[str] = []
    read_programs(tmp_path, strict=True).tell(told.append)
    assert told == ["ignored: import of numpy"]


FAULTS = {
    function("solve_b", "O = rot91(I)"): (7, "unknown name 'rot91'"),
    function("solve_b", "O = rot90(I"): (7, "is not a program"),
    "def solve_b(I:\n    O = rot90(I)\n    return O\n": (6, "is not a program"),
    function("solve_b", "O = rot90(I)\0"): (7, "holds a null byte"),
    "x = 1\n": (6, "an assignment is not allowed"),
    "sys.path.append('.')\n": (6, "a bare expression is not allowed"),
    "class A:\n    pass\n": (6, "a class is not allowed"),
    "def helper(x):\n    return x\n": (6, "helper must take (I) or (S, I, C)"),
    GOOD: (6, "solve_a is defined twice"),
    "@cache\n" + function("solve_b", "O = rot90(I)"): (7, "without defaults or decorators"),
}


@pytest.mark.parametrize(("bad", "fault"), FAULTS.items(), ids=range(len(FAULTS)))
def test_a_fault_costs_its_own_function_alone(tmp_path: Path, bad: str, fault: tuple[int, str]) -> None:
    """What is good is used; what is not is named with line and reason; ``strict`` refuses the file."""
    path = tmp_path / "mine.py"
    path.write_text(GOOD + bad + "\n\n" + function("solve_z", "O = rot180(I)"))
    reading = read_programs(path)
    assert [named.name for named in reading] == ["a", "z"]
    (left,) = reading.left_out
    assert (left.source, left.line) == (str(path), fault[0])
    assert fault[1] in left.reason
    with pytest.raises(ProgramError, match=f"mine.py:{fault[0]}: "):
        read_programs(path, strict=True)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_lines_are_counted_whatever_ends_them(tmp_path: Path, newline: str) -> None:
    """Also where the file is taken apart at its definitions."""
    path = tmp_path / "mine.py"
    path.write_text(GOOD + function("solve_b", "O = rot90(I"), newline=newline)
    assert [fault.line for fault in read_programs(path).left_out] == [7]


def test_faults_of_a_folder_are_all_known_and_ten_are_told(tmp_path: Path) -> None:
    """A file that cannot be read at all is one of them; none left, and all are in the message."""
    (tmp_path / "a.py").write_text("".join(function(f"solve_{n}", "O = rot91(I)") for n in range(13)))
    (tmp_path / "b.py").write_bytes(b"\xff\xfe")
    with pytest.raises(ProgramError) as caught:
        read_programs(tmp_path)
    lines = str(caught.value).splitlines()
    assert len(lines) == MOST_NAMED + 1
    assert lines[-1] == "4 more"
    (tmp_path / "c.py").write_text(GOOD)
    reading = read_programs(tmp_path)
    assert ([named.name for named in reading], len(reading.left_out)) == (["a"], 14)
    told: list[str] = []
    reading.tell(told.append)
    assert (len(told), told[-1]) == (MOST_NAMED + 1, "left out: 4 more")


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """A pipe would be waited for, and a device has no end; a link to a file is that file."""
    (tmp_path / "good.py").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "twin.py").symlink_to("good.py")
    reading = read_programs(tmp_path)
    assert [named.name for named in reading] == ["a"]
    reasons = {Path(fault.source).name: fault.reason for fault in reading.left_out}
    assert reasons.keys() == {"gone.py", "pipe.py", "twin.py", "zero.py"}
    assert "is no regular file" in reasons["pipe.py"]
    assert "is no regular file" in reasons["zero.py"]
    assert "cannot be read" in reasons["gone.py"]
    assert "an earlier file" in reasons["twin.py"]
    with pytest.raises(ProgramError, match="is no regular file"):
        read_programs(tmp_path / "pipe.py")


NOISE = ["a;", "a\r", "a or "]


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
def test_four_megabytes_of_noise_take_little_memory(noise: str) -> None:
    """Refused by what there is too much of, or parsed: under 1 GiB either way, where ``a;`` took 3.6."""
    code = (
        "from kagglebatt.errors import ProgramError; from kagglebatt.programs.parse import parse_file\n"
        f"try: parse_file({noise!r} * (3_900_000 // {len(noise)}), 'noise.py')\n"
        "except ProgramError as error: print(error)"
    )
    limit = 1 << 30
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("noise.py")
    assert "more than the" in done.stdout


WAYS_OUT = {
    "O = I": "write identity(I)",
    "O = FIVE": "write identity(FIVE)",
    "O = upscale(I, 5)": "write FIVE for 5",
    "O = upscale(I, -1)": "write NEG_ONE for -1",
    "O = sizefilter(I, True)": "write T for True",
    "O = crop(I, (0, 0), ORIGIN)": "write ORIGIN for (0, 0)",
    "O = crop(I, (3, 4), ORIGIN)": "write astuple(THREE, FOUR) on a line of its own",
    "O = upscale(I, 37)": "`kagglebatt primitives --constants`",
    "O = rot90(hmirror(I))": "give the inner hmirror(...) a line of its own",
    "O = 5": "write FIVE for 5",
}


@pytest.mark.parametrize(("step", "words"), WAYS_OUT.items())
def test_a_message_names_the_way_out(step: str, words: str) -> None:
    """For the grid as it is, numbers and pairs, and calls within calls."""
    with pytest.raises(ProgramError) as caught:
        parse_file(function("solve_a", step), "file.py")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_returned_grid_or_call_names_the_way_out() -> None:
    """It is a step that is returned."""
    for returned in ("I", "rot90(I)"):
        with pytest.raises(ProgramError, match=r"must end with 'return O', or of another step; O = identity\(I\)"):
            parse_file(function("solve_a", "x1 = rot90(I)", returned=returned), "file.py")
