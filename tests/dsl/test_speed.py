"""What makes the vocabulary fast changes nothing: kept sets, ranks, fused steps; and the plain rendering is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kagglebatt.dsl import places
from kagglebatt.dsl.registry import PRIMITIVES, VOCABULARY

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "data" / "vectors.jsonl"
numbers = st.integers(-40, 40)
pairs = st.tuples(numbers, numbers)
cells = st.tuples(st.sampled_from([0, 1, 9, -1, True]), pairs)
vectors = st.tuples(st.one_of(numbers, st.sampled_from([True, 150, 250])), numbers)


def fn(name):
    return PRIMITIVES[name].fn


@pytest.fixture
def scripts(monkeypatch):
    """Scripts can be imported."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))


def test_the_plain_rendering_passes_every_vector(scripts) -> None:
    """It has the 160 primitives, and so is what figures can be compared with."""
    from check_vectors import outcome
    from plain_grids import PLAIN

    assert set(PLAIN) == set(VOCABULARY)
    failed = [line for line in VECTORS.read_text("utf-8").splitlines() if outcome(json.loads(line), PLAIN)]
    assert failed == []


def test_bench_dsl_compares_with_the_plain_rendering(tmp_path: Path) -> None:
    """Totals, the ratio without the slowest, the median and who is slower, for one solver."""
    solver = "def solve_007bbfb7(I):\n    O = hupscale(I, THREE)\n    return O\n"
    (tmp_path / "one.py").write_text(f"from dsl import *\nfrom constants import *\n\n\n{solver}")
    command = [sys.executable, ROOT / "scripts" / "bench_dsl.py", tmp_path / "one.py", "--plain"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    assert figures["tasks"] == 1
    assert figures["slowest"] == "007bbfb7"
    assert len(figures["per_task"]["007bbfb7"]) == 2
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", lines[1].split()[0], lines[2].split()[0]]
    assert "times as fast" in lines[1]


def test_mutants_can_be_compared() -> None:
    """A line for each, with what its steps gave; mutants that fail are among them."""
    command = [sys.executable, ROOT / "scripts" / "outcomes_dsl.py", "--programs", "20", "--seed", "3"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(number) for number in range(20)]
    assert any("RAISED:" in line for line in lines)


def test_kept_sets_are_bounded_and_no_ones_in_particular() -> None:
    """However many locations are asked for, few are kept; what is kept has Ints, whoever asked first."""
    for far in range(0, 6000, 3):
        fn("neighbors")((far, far))
        fn("hfrontier")((far, 0))
        fn("shoot")((far % 30, far % 29), (far % 7, 0))
        fn("connect")((far % 31, 0), (far % 31, far % 23))
    most = 37 * 37
    assert len(places.ring) <= most
    assert len(places.row_line) <= 37
    assert max(len(places.rays), len(places.segments)) <= 1024
    for name, given_first in (("dneighbors", (True, 7)), ("ineighbors", (7, True)), ("neighbors", (False, True))):
        fn(name)(given_first)
        numbers_of = [part for pair in fn(name)(tuple(map(int, given_first))) for part in pair]
        assert {*map(type, numbers_of)} == {int}


@given(st.one_of(st.frozensets(cells, max_size=20), st.frozensets(pairs, max_size=20)), st.frozensets(vectors))
def test_copies_of_a_patch_are_its_shifts(patch, many) -> None:
    """Fused, and one by one."""
    moved = fn("mapply")(fn("lbind")(fn("shift"), patch), many)
    assert moved == frozenset().union(*[fn("shift")(patch, vector) for vector in many])


@given(st.frozensets(st.frozensets(cells, min_size=1, max_size=4), max_size=6), st.integers(0, 3))
def test_order_and_extract_choose_as_if_sets_were_sorted(objs, least) -> None:
    """With equal keys and several matches, too."""
    walked = fn("totuple")(objs)
    assert fn("order")(objs, fn("size")) == tuple(sorted(walked, key=len))
    assert fn("order")(objs, fn("uppermost")) == tuple(sorted(walked, key=fn("uppermost")))
    larger = fn("compose")(fn("rbind")(fn("greater"), least), fn("size"))
    found = [member for member in walked if len(member) > least]
    if found:
        assert fn("extract")(objs, larger) == found[0]
    else:
        with pytest.raises(ValueError, match="no member"):
            fn("extract")(objs, larger)


def test_a_function_that_fails_for_some_members_fails_alike() -> None:
    """What is called in its place gives way to the primitive."""
    assert fn("apply")(fn("first"), frozenset([(1, 2), frozenset([3])])) == frozenset([1, 3])
    assert fn("apply")(fn("last"), (frozenset([3, 4]), (5,))) == (4, 5)
    sets = frozenset(frozenset([9 - n, 20 + n]) for n in range(9))
    for name in ("first", "last"):
        assert fn("order")(sets, fn(name)) == tuple(sorted(sets, key=fn(name)))
    with pytest.raises(TypeError):
        fn("apply")(fn("size"), (1, 2))
    with pytest.raises(TypeError):
        fn("apply")(fn("neighbors"), frozenset([1]))


far = st.one_of(st.integers(-40, 40), st.sampled_from([True, 900, -900, 2**62]))
some = st.one_of(st.frozensets(pairs, min_size=8, max_size=14), st.frozensets(st.tuples(far, far), max_size=12))
odd = st.sampled_from([frozenset({(1, 2, 3), *[(n, 4) for n in range(9)]}), tuple((n % 3, 5) for n in range(12)),
                       frozenset({frozenset({1, 2}), *[(n, 4) for n in range(9)]}), frozenset(range(9))])  # fmt: skip


def said(function, *arguments):
    """What a function gives, or the kind of its error."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001 - the kind is compared
        return type(error)


@given(st.one_of(some, odd), st.one_of(some, odd), st.sampled_from(["add", "connect"]))
def test_a_function_of_all_pairs_is_that_of_each(one, other, name) -> None:
    """Fused, and one by one; with Bools, far numbers, and what are no pairs."""

    def plain(x, y):
        return fn(name)(x, y)

    for b in (other, one):
        wanted = said(fn("prapply"), plain, one, b)
        got = said(fn("prapply"), fn(name), one, b)
        assert got == wanted
        assert types_of(got) == types_of(wanted)


@given(st.one_of(some, odd), st.one_of(far, pairs, st.tuples(far, far)), st.sampled_from(["add", "multiply"]))
def test_one_number_with_many_pairs_is_that_with_each(members, fixed, name) -> None:
    """Fused, and one by one, whichever argument is fixed, in order."""

    def plain(x, y):
        return fn(name)(x, y)

    for bind in (fn("lbind"), fn("rbind")):
        for container in (members, tuple(members)):
            wanted = said(fn("apply"), bind(plain, fixed), container)
            got = said(fn("apply"), bind(fn(name), fixed), container)
            assert got == wanted
            assert types_of(got) == types_of(wanted)


def types_of(value):
    """Types of all numbers in a value, sorted with them."""
    if isinstance(value, (tuple, frozenset)):
        return sorted((str(part), str(types_of(part))) for part in value)
    return type(value) if not isinstance(value, type) else value


@given(st.lists(st.integers(-3, 40), max_size=60), st.frozensets(st.sampled_from([*range(30), True, (1, 2)])))
def test_products_are_ordered_as_they_are_made(one, other) -> None:
    """The one that was made last is not sorted, and is what sorting gives; so is another."""
    for a, b in ((tuple(one), other), (other, tuple(one)), (tuple(range(40)), frozenset(range(30)))):
        made = fn("product")(a, b)
        assert made == {(x, y) for x in a for y in b}
        assert said(fn("order"), made, fn("identity")) == said(sorted_alone, frozenset(list(made)))
    assert fn("order")(fn("product")((2, 1), (1, 0)), fn("identity")) == ((1, 0), (1, 1), (2, 0), (2, 1))


def sorted_alone(members):
    """The order of a set that is no product."""
    return fn("order")(frozenset([*members, None]) - {None}, fn("identity"))


def test_equal_members_are_joined_once() -> None:
    """What is the same is joined once to a set; a tuple has it as often as it comes."""
    line = fn("vfrontier")((0, 3))
    assert fn("merge")(frozenset([line, frozenset([(0, 4)])])) == line | {(0, 4)}
    assert fn("mapply")(fn("vfrontier"), frozenset((n, 3) for n in range(20))) == line
    assert len(fn("mapply")(fn("vfrontier"), tuple((n, 3) for n in range(20)))) == 20 * len(line)


def test_many_segments_are_those_between_each_two() -> None:
    """More than are kept, from one set of locations to itself and to another."""
    one = frozenset((n % 7, n % 9) for n in range(63))
    for other in (one, frozenset((i + 3, 2 * j) for i, j in one)):
        assert fn("prapply")(fn("connect"), one, other) == {fn("connect")(a, b) for a in one for b in other}
