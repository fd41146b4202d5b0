"""Programs: reading, printing, slicing, identity."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kagglebatt.errors import ProgramError
from kagglebatt.programs.batt import deal
from kagglebatt.programs.parse import parse_file, parse_program
from kagglebatt.programs.program import Program, Step, md5
from kagglebatt.programs.read_file import read_programs
from kagglebatt.programs.text import MAX_TEXT_BYTES
from kagglebatt.running.execute import execute, prepare
from tests.strategies import grids, grow_program, programs

HEAD = "from dsl import *\nfrom constants import *\n\n\n"


def run(program: Program, grid, pairs=()):
    """(kind, fault, value) of a program on one grid."""
    (outcome,) = execute(prepare(deal([((), program)])), (pairs, grid, None), 5.0)
    return outcome.kind, outcome.fault, outcome.value


@given(programs)
def test_body_is_a_fixed_point(program: Program) -> None:
    """A body parses to a program with the same body."""
    assert parse_program(program.body).body == program.body


@settings(max_examples=60)
@given(programs, st.integers(0, 10**6), st.lists(grids(4), min_size=2, max_size=2))
def test_equal_addresses_mean_equal_results(program: Program, seed: int, examples) -> None:
    """A program with its steps repeated and reordered has the same address, and does the same on any grid."""
    twice = list(program.steps)
    places = list(range(len(twice)))
    rng = Random(seed)
    for place, step in enumerate(program.steps):
        copied = step.moved([rng.choice((ref, places[ref])) for ref in range(place)])
        places[place] = len(twice)
        twice.append(copied)
    other = Program(tuple(twice))
    assert other.address == program.address
    assert other.body == program.body
    for grid in examples:
        first, second = run(program, grid), run(other, grid)
        assert first[:2] == second[:2]
        if not callable(first[2]):  # functions compare by identity
            assert repr(first[2]) == repr(second[2]) or first[2] == second[2]


def test_slicing_drops_what_the_output_does_not_need() -> None:
    """Unused steps leave no trace in body or address."""
    full = parse_program("x1 = rot90(I); x2 = hmirror(I); O = vmirror(x2)")
    bare = parse_program("x5 = hmirror(I); O = vmirror(x5)")
    assert (full.body, full.address) == (bare.body, bare.address)
    assert bare.body == "def solve(S, I, C):\n    x1 = hmirror(I)\n    O = vmirror(x1)\n    return O\n"
    assert md5(bare.body) == hashlib.md5(bare.body.encode()).hexdigest()


def test_addresses_stay_linear() -> None:
    """Forty lines that use their predecessor twice would inline to a million million characters."""
    steps = [Step("vconcat", ("I", "I"))]
    steps += [Step("vconcat", (place, place)) for place in range(39)]
    assert len(Program(tuple(steps)).body) < 2000


def test_identity_is_the_same_under_any_hash_seed() -> None:
    """Body and address do not depend on PYTHONHASHSEED."""
    code = (
        "from random import Random; from tests.strategies import grow_program;"
        "print([(p.address, p.body) for p in (grow_program(Random(n), 9) for n in range(30))])"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1


def test_both_forms_are_read() -> None:
    """The arc-dsl form and our own, with star-imports, a variable that is called, and a gap in the numbers."""
    text = HEAD + (
        "def solve_0123abcd(I):\n    x1 = lbind(replace, I)\n    x3 = lbind(x1, ONE)\n    O = x3(TWO)\n    return O\n\n"
        "def solve_b(S, I, C):\n    x1 = first(S)\n    O = last(x1)\n    return O\n\n\n"
        "def differ_c(S, I, C):\n    O = likeness(I, C)\n    return O\n"
    )
    read = parse_file(text, "file.py")
    assert [(named.kind, named.name, len(named.program)) for named in read] == [
        ("solve", "0123abcd", 3),
        ("solve", "b", 2),
        ("differ", "c", 1),
    ]
    assert run(parse_program("x1 = lbind(replace, I); x2 = rbind(x1, TWO); O = x2(ONE)"), ((1,),))[2] == ((2,),)


def test_a_folder_is_read_by_file_name(tmp_path: Path) -> None:
    """Functions called just ``solve`` take their file's name, as exported bodies do."""
    for name, call in (("b", "hmirror"), ("a", "vmirror")):
        (tmp_path / f"{name}.py").write_text(f"def solve(S, I, C):\n    O = {call}(I)\n    return O\n")
    (tmp_path / "folder.py").mkdir()
    assert [named.name for named in read_programs(tmp_path)] == ["a", "b"]
    strange = tmp_path / "b" / "my first (solver).py"
    strange.parent.mkdir()
    strange.write_text((tmp_path / "a.py").read_text())
    assert [named.name for named in read_programs(strange)] == ["my_first__solver_"]  # a batt's owners are one word


REFUSED = {
    "import os\n": "holds no programs",
    "from os import *\n": "holds no programs",
    "from dsl import add\n": "holds no programs",
    "def solve_a(I):\n    x1 = I.__class__(I)\n    O = rot90(x1)\n    return O\n": "2: an attribute access",
    "def solve_a(I):\n    O = apply(lambda x: x, I)\n    return O\n": "2: a lambda",
    "def solve_a(I):\n    O = rot91(I)\n    return O\n": "2: unknown name 'rot91' (closest: rot90)",
    "def solve_a(I):\n    O = crop(I, (0, 0), ORIGIN)\n    return O\n": "2: a tuple is not allowed",
    "def solve_a(I):\n    O = upscale(I, 2)\n    return O\n": "2: a literal",
    "def solve_a(I):\n    O = rot90(rot90(I))\n    return O\n": "2: a nested call",
    "def solve_a(I):\n    O = rot90(grid=I)\n    return O\n": "2: keyword arguments",
    "def solve_a(I):\n    O = rot90(*I)\n    return O\n": "2: argument unpacking",
    "def solve_a(I):\n    O = rot90("
    + ", ".join(["I"] * 10_000)
    + ")\n    return O\n": "2: rot90 takes 1 argument, not 10,000",
    "def solve_a(I):\n    O = rot90(I)\n    O = rot90(O)\n    return O\n": "3: 'O' is assigned again",
    "def solve_a(I):\n    rot90 = hmirror(I)\n    O = rot90(I)\n    return O\n": "2: 'rot90' is assigned again",
    "def solve_a(I):\n    O = rot90(C)\n    return O\n": "2: C is not available",
    "def solve_a(S, I, C):\n    O = likeness(I, C)\n    return O\n": "2: C is not available",
    "def solve_a(I):\n    O = ONE(I)\n    return O\n": "2: 'ONE' is not a primitive",
    "def solve_a(I):\n    x1 = rot90(I)\n    return O\n": "2: the last step must be assigned to O",
    "def solve_a(I):\n    O = rot90(I)\n    print(O)\n    return O\n": "3: a bare expression",
    "def solve_a(I):\n    if I:\n        O = rot90(I)\n    return O\n": "2: an 'if' is not allowed",
    "def solve_a(I):\n    return I\n": "must end with 'return O'",
    "def solve_a(I):\n    return O\n": "holds no steps",
    "def solve_a(I, J=1):\n    O = rot90(I)\n    return O\n": "1: solve_a must take (I) or (S, I, C)",
    "@print\ndef solve_a(I):\n    O = rot90(I)\n    return O\n": "without defaults or decorators",
    2 * "def solve_a(I):\n    O = rot90(I)\n    return O\n": "4: solve_a is defined twice",
    "x = 1\n": "1: an assignment is not allowed",
    "def solve_a(I:\n": "1: is not a program",
    "def solve_a(I):\n    O = rot90(I)\x00\n    return O\n": "2: holds a null byte",
    "def helper(x):\n    return x\n": "1: helper must take (I) or (S, I, C)",
    "def solve_a(I: print(1)):\n    O = rot90(I)\n    return O\n": "1: solve_a has a type that is not a plain name",
    f"def solve_{'x' * 81}(I):\n    O = rot90(I)\n    return O\n": "1: a function's name has 87 characters",
    f"x = {'9' * 5000}\n": "1: is not a program: Exceeds the limit",
    "(" * 5000: "is not a program",
    "-" * 79_000 + "1": "is not a program",
    "-" * 200_000 + "1": "has 200,000 dots, brackets and operators",
    "a" + ".b" * 1_000_000: "has 1,000,000 dots, brackets and operators",
    "x\n" * 1_000_000: "has 1,000,000 lines",
    f"rot90({'I,' * 1_000_000})": "has 1,000,000 commas",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_everything_else_is_refused(text: str, message: str) -> None:
    """File, line, what is wrong; nothing is executed."""
    with pytest.raises(ProgramError) as caught:
        parse_file(text, "bad.py", strict=True)
    assert str(caught.value).startswith("bad.py:")
    assert message in str(caught.value)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "# Solvers of mine.\n" + HEAD + "# The first.\n",
        '"""Solvers of mine."""\n' + HEAD,
        '"\\d is a strange string"\n',
        "\ufeff" + HEAD,
    ],
    ids=["comments", "docstring", "warning", "mark"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_what_a_file_may_have_around_its_steps(tmp_path: Path, text: str, newline: str) -> None:
    """Comments, blank lines, docstrings, names of types, either kind of line ends, a byte order mark."""
    text += (
        'def solve_a(I: Grid) -> Grid:\n    """Turn it."""\n\n    x1 = rot90(I)  # once\n    # and again\n'
        "    O = rot90(x1)\n\n    return O\n\n\n"
    )
    path = tmp_path / "solvers.py"
    path.write_text(text, encoding="utf-8", newline=newline)
    (named,) = read_programs(path)
    assert (named.name, named.program) == ("a", parse_program("x1 = rot90(I); O = rot90(x1)"))


def test_ten_megabytes_of_noise_are_refused(tmp_path: Path) -> None:
    """By size, unread; and as text that is no UTF-8."""
    path = tmp_path / "noise.py"
    path.write_bytes(os.urandom(10_000_000))
    with pytest.raises(ProgramError, match="10,000,000 bytes"):
        read_programs(path)
    path.write_bytes(b"\xff" * (MAX_TEXT_BYTES // 100))
    with pytest.raises(ProgramError, match="UTF-8"):
        read_programs(path)


def test_missing_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    """Each with what to do."""
    with pytest.raises(ProgramError, match="cannot be read"):
        read_programs(tmp_path / "none.py")
    with pytest.raises(ProgramError, match="holds no programs"):
        read_programs(tmp_path)
    (tmp_path / "empty.py").write_text("# nothing yet\n")
    for path in (tmp_path, tmp_path / "empty.py"):
        with pytest.raises(ProgramError, match="holds no programs"):
            read_programs(path)


def test_random_programs_are_worth_testing_with() -> None:
    """The strategy makes programs of several steps, some of which run to a value."""
    kinds = [run(grow_program(Random(n), 6), ((1, 2), (3, 0)))[0].name for n in range(60)]
    assert {"VALUE", "RAISED"} <= set(kinds)
