"""The vocabulary: vectors, signatures, order, limits."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kagglebatt.dsl.combinators import arity
from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.fingerprint import digest_of
from kagglebatt.dsl.order import ascending
from kagglebatt.dsl.registry import EXTRAS, PRIMITIVES, VOCABULARY
from kagglebatt.dsl.types import NAMES, accepts
from kagglebatt.errors import TooLargeError
from tests.strategies import grids

VECTORS = Path(__file__).parents[1] / "data" / "vectors.jsonl"
ROOT = Path(__file__).parents[2]


def fn(name):
    return PRIMITIVES[name].fn


def test_vocabulary_is_complete() -> None:
    """160 primitives by arity, and 28 constants."""
    arities = [primitive.arity for primitive in VOCABULARY.values()]
    assert (len(VOCABULARY), len(CONSTANTS)) == (160, 28)
    assert [arities.count(n) for n in (1, 2, 3, 4)] == [79, 66, 14, 1]


def test_every_vector_passes() -> None:
    """The script finds 952 vectors right, types included."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_vectors.py", VECTORS], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("952 passed, 0 failed\n", "", 0)


def test_vectors_cover_every_primitive() -> None:
    """No primitive of the vocabulary goes without a vector."""
    named = {json.loads(line)["fn"] for line in VECTORS.read_text().splitlines()}
    assert set(VOCABULARY) == named


@pytest.mark.parametrize(
    "text",
    [
        '{"fn": "add"}',
        "noise",
        '{"fn": "add", "args": [], "expected": {"z": 1}}',
        '{"fn": "size", "args": [' + 50_000 * '{"t": [' + 50_000 * "]}" + '], "expected": 1}',
    ],
    ids=["incomplete", "noise", "tag", "deep"],
)
def test_a_bad_vector_file_is_refused(tmp_path: Path, text: str) -> None:
    """Exit code 2 and one line, no traceback."""
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    command = [sys.executable, ROOT / "scripts" / "check_vectors.py", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_a_vector_file_as_editors_leave_it(tmp_path: Path) -> None:
    """A byte order mark, either kind of line ends, blank lines, and any character within a line."""
    path = tmp_path / "vectors.jsonl"
    vector = '{"fn": "add", "args": [1, 2], "expected": 3, "note": "a\u2028b"}'
    path.write_text(f"\ufeff{vector}\n\n{vector}\n", encoding="utf-8", newline="\r\n")
    command = [sys.executable, ROOT / "scripts" / "check_vectors.py", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 passed, 0 failed\n", "")


@pytest.mark.parametrize("primitive", PRIMITIVES.values(), ids=lambda p: p.name)
def test_signature_is_the_functions_own(primitive) -> None:
    """Arity, types and a first docstring line are there for every primitive, ours included."""
    assert primitive.arity == arity(primitive.fn)
    assert {*primitive.parameters, primitive.result} <= set(NAMES)
    assert primitive.summary.endswith((".", "0.", ")."))


def test_extras_stand_apart() -> None:
    """Our own primitives shadow nothing of the vocabulary."""
    assert not set(EXTRAS) & set(VOCABULARY)


odd_colours = st.sampled_from([0, 3, 254, 255, 256, 2**40])


@given(st.one_of(grids(5, st.integers(-1, 3)), grids(4, odd_colours)), st.booleans(), st.booleans(), st.booleans())
def test_objects_are_the_connected_components(grid, univalued, diagonal, without_bg) -> None:
    """The fast flood fill agrees with one that grows sets cell by cell."""
    background = fn("mostcolor")(grid) if without_bg else None
    waiting = {(v, (i, j)) for i, row in enumerate(grid) for j, v in enumerate(row) if v != background}
    found = set()
    while waiting:
        component, edge = set(), [min(waiting)]
        while edge:
            cell = edge.pop()
            component.add(cell)
            waiting.discard(cell)
            value, (i, j) = cell
            for other in list(waiting):
                down, right = abs(other[1][0] - i), abs(other[1][1] - j)
                near = max(down, right) == 1 if diagonal else down + right == 1
                if near and (other[0] == value or not univalued) and other not in component:
                    edge.append(other)
                    component.add(other)
                    waiting.discard(other)
        found.add(frozenset(component))
    assert frozenset(found) == fn("objects")(grid, univalued, diagonal, without_bg)


@given(grids(6, st.integers(0, 2)), grids(2, st.integers(0, 2)), st.integers(-3, 3))
def test_occurrences_are_all_the_places_that_fit(grid, piece, offset) -> None:
    """The bit tricks agree with trying every place."""
    obj = fn("shift")(frozenset(list(fn("asobject")(piece))[:3]), (offset, offset))
    cells = fn("normalize")(obj)
    rows, columns = fn("shape")(obj)
    whole = fn("asobject")(grid)
    places = {
        (i, j)
        for i in range(len(grid) - rows + 1)
        for j in range(len(grid[0]) - columns + 1)
        if fn("shift")(cells, (i, j)) <= whole
    }
    assert frozenset(places) == fn("occurrences")(grid, obj)


def test_ties_go_to_the_smallest() -> None:
    """Rule 2: of equally frequent values the smallest."""
    assert fn("mostcolor")(((8, 3), (3, 8))) == 3
    assert fn("leastcolor")(((8, 3, 1), (3, 8, 1))) == 1
    assert fn("mostcommon")((9, 2, 2, 9)) == 2
    assert fn("underfill")(((4, 1),), 7, frozenset({(0, 0), (0, 1)})) == ((4, 7),)


def test_sets_are_walked_in_ascending_order() -> None:
    """Rule 3: ints as numbers, cells by colour first, sets as their sorted lists."""
    cells = frozenset({(2, (0, 0)), (1, (9, 9)), (1, (0, 5))})
    assert fn("totuple")(cells) == ((1, (0, 5)), (1, (9, 9)), (2, (0, 0)))
    small, large = frozenset({(1, (0, 0))}), frozenset({(1, (0, 0)), (1, (0, 1))})
    assert (fn("first")(frozenset({large, small})), fn("last")(frozenset({large, small}))) == (small, large)
    assert fn("paint")(((0,),), frozenset({(3, (0, 0)), (5, (0, 0))})) == ((5,),)


@pytest.mark.parametrize("empty", [(), frozenset()])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_nothing_is_chosen_from_nothing(name, empty) -> None:
    """ValueError, as the vocabulary has it."""
    with pytest.raises(ValueError, match="empty"):
        fn(name)(empty, fn("size"))


def test_set_valued_keys_compare_by_size() -> None:
    """Inclusion is no order: argmax takes the largest set."""
    many, one = ((1, 2, 3),), ((4, 4, 4),)
    assert fn("argmax")((one, many), fn("palette")) == many
    assert fn("argmin")((many, one), fn("palette")) == one


@given(
    st.frozensets(
        st.one_of(st.none(), st.integers(-3, 3), st.tuples(st.integers(0, 2)), st.frozensets(st.integers(0, 2)))
    )
)
def test_any_set_has_one_order(members) -> None:
    """Mixed members come in the same order, however the set was built."""
    shuffled = frozenset(sorted(members, key=repr, reverse=True))
    assert ascending(members) == ascending(shuffled)
    assert sorted(map(repr, ascending(members))) == sorted(map(repr, members))


def test_callables_know_their_arity_and_are_hashable() -> None:
    """Combinators' results can be bound again and put into sets."""
    bound = fn("rbind")(fn("objects"), True)
    assert [arity(bound), arity(fn("lbind")(bound, ((1,),))), arity(fn("power")(fn("add"), 1))] == [3, 2, 2]
    assert arity(fn("compose")(fn("size"), fn("palette"))) == 1
    assert bound in frozenset({bound})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("canvas", (0, (100_000, 100_000))),
        ("canvas", (0, (10**9, 0))),
        ("repeat", (1, 10**12)),
        ("interval", (0, 10**12, 1)),
        ("upscale", (((1, 2), (3, 4)), 10**6)),
        ("upscale", (frozenset({(1, (0, 0))}), 10**6)),
        ("hupscale", (((1,),), 10**9)),
        ("vupscale", (((1,),), 10**9)),
        ("connect", ((0, 0), (0, 10**9))),
        ("backdrop", (frozenset({(0, 0), (10**5, 10**5)}),)),
        ("box", (frozenset({(0, 0), (10**8, 10**8)}),)),
        ("hsplit", (((1, 2),), 10**9)),
        ("vsplit", (((1, 2),), 10**9)),
        ("product", (tuple(range(2000)), tuple(range(2000)))),
        ("prapply", (lambda x, y: x, tuple(range(2000)), tuple(range(2000)))),
        ("double", (2**62,)),
        ("multiply", (2**40, 2**40)),
        ("add", (2**62, 2**62)),
    ],
)
def test_huge_values_are_refused_before_they_are_built(name, arguments) -> None:
    """TooLargeError comes at once."""
    with pytest.raises(TooLargeError):
        fn(name)(*arguments)


def test_functions_nested_too_deeply_raise() -> None:
    """A tower of compositions ends in RecursionError, an ordinary exception."""
    tower = fn("identity")
    for _ in range(100_000):
        tower = fn("compose")(fn("identity"), tower)
    with pytest.raises(RecursionError):
        tower(1)


def test_types_fit_where_values_could() -> None:
    """Only pairs of types that can never meet are refused."""
    assert accepts("Grid", "Any")
    assert accepts("Grid", "Tuple")
    assert accepts("Piece", "Object")
    assert accepts("Element", "Patch")  # a moved object may be scaled
    assert accepts("Nested", "Tuple")  # parts of a grid may be joined
    assert accepts("Patch", "Set")
    assert not accepts("Grid", "Objects")
    assert not accepts("Fn", "Int")


def test_vocabulary_digest_sees_meaning_only() -> None:
    """Comments, docstrings and places do not count; an edited primitive does."""
    one = 'def a(x):\n    """Doc."""\n    return x\n\n\ndef b(x):\n    return x + 1\n'
    moved = "# note\nimport os\n\ndef b(x):\n    # why\n    return x + 1\n"
    assert digest_of([one]) == digest_of([moved, "def a(x):\n    return x"])
    assert digest_of([one]) != digest_of([one.replace("x + 1", "x + 2")])


def naive_key(value):
    """Rule 3, word by word: numbers as numbers, tuples member by member, sets as their sorted lists of members."""
    if isinstance(value, int):
        return (0, value)
    if isinstance(value, tuple):
        return (1, [naive_key(part) for part in value])
    return (2, sorted(map(naive_key, value)))


def sets_of(members):
    return st.frozensets(members, min_size=1, max_size=7)


small_ints = st.integers(-2, 2)
some_pairs = st.tuples(small_ints, small_ints)
some_cells = st.tuples(small_ints, some_pairs)
mixed = st.one_of(
    small_ints, some_pairs, some_cells, sets_of(small_ints), st.tuples(small_ints, st.frozensets(small_ints))
)


@given(
    st.one_of(
        sets_of(small_ints),
        sets_of(some_cells),
        sets_of(sets_of(some_cells)),
        sets_of(st.frozensets(some_pairs)),
        sets_of(mixed),
        sets_of(st.frozensets(mixed)),
    )
)
def test_first_and_last_are_the_ends_of_the_one_order(members) -> None:
    """What is found without sorting is what sorting by the rule gives, for numbers, cells, objects and mixtures."""
    expected = tuple(sorted(members, key=naive_key))
    assert expected == fn("totuple")(members)
    assert (expected[0], expected[-1]) == (fn("first")(members), fn("last")(members))


@given(st.lists(st.one_of(st.frozensets(mixed), st.frozensets(some_cells), st.lists(some_cells).map(tuple))).map(tuple))
def test_a_tuple_of_containers_is_merged_in_turn(containers) -> None:
    """Each set in the one order, each tuple in its own."""
    parts = [part if isinstance(part, tuple) else sorted(part, key=naive_key) for part in containers]
    assert tuple(itertools.chain.from_iterable(parts)) == fn("merge")(containers)


@given(st.lists(sets_of(small_ints), min_size=1, max_size=6))
def test_sets_that_only_inclusion_compares_are_taken_in_order(members) -> None:
    """The largest of sets, bare or within keys, does not depend on how the set of them was built."""
    one = frozenset(members)
    other = frozenset(sorted(members, key=sorted, reverse=True))
    in_a_tuple = fn("lbind")(fn("astuple"), 0)
    assert fn("maximum")(one) == fn("maximum")(other) == max(sorted(one, key=sorted))
    assert fn("minimum")(one) == fn("minimum")(other) == min(sorted(one, key=sorted))
    assert fn("argmax")(one, in_a_tuple) == fn("argmax")(other, in_a_tuple)


@given(st.frozensets(st.tuples(small_ints, small_ints), min_size=1))
def test_a_set_where_a_tuple_is_asked_for_is_walked_in_order(rows) -> None:
    """Primitives on tuples and grids that take a set all the same see its members in ascending order."""
    walked = tuple(sorted(rows))
    for name, more in [("dedupe", ()), ("rot270", ()), ("compress", ()), ("replace", (1, 2)), ("switch", (1, 2))]:
        assert fn(name)(walked, *more) == fn(name)(rows, *more)


def test_of_functions_that_fail_the_same_one_fails_first() -> None:
    """A set of functions is called in one order, so that a candidate's outcome is the same in every process."""
    code = (
        "from kagglebatt.dsl.registry import PRIMITIVES as P\n"
        "f = frozenset(P[n].fn for n in ('size', 'first', 'vmirror', 'halve', 'totuple', 'last', 'rot90'))\n"
        "try: P['rapply'].fn(f, 10 ** 5)\n"
        "except Exception as error: print(error)\n"
    )
    command = [sys.executable, "-c", code]
    told = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(4)}
    assert len(told) == 1


@pytest.mark.parametrize("step", [1, -1, 3, -3])
def test_an_interval_against_its_step_is_empty(step) -> None:
    """Also between numbers that are far apart; and only a long one is too large."""
    assert fn("interval")(0, -step * 10**15, step) == ()
    with pytest.raises(TooLargeError):
        fn("interval")(0, step * 10**15, step)


def test_a_union_of_many_sets_is_as_large_as_it_is() -> None:
    """What counts is the union's size, not how often its members were met; a tuple keeps every one."""
    lots = tuple(frozenset(range(n, n + 2000)) for n in range(600))
    assert len(fn("merge")(frozenset(lots))) == 2599
    assert len(fn("mapply")(fn("identity"), frozenset(lots))) == 2599
    with pytest.raises(TooLargeError):
        fn("merge")(lots)
    with pytest.raises(TooLargeError):
        fn("merge")(frozenset(frozenset(range(n * 10**5, (n + 1) * 10**5)) for n in range(11)))


def test_a_tuple_of_cells_is_counted_as_a_grid() -> None:
    """Its colours and locations are its values; numbers are no rows."""
    assert fn("mostcolor")(((3, (0, 0)), (3, (0, 1)))) == 3
    assert fn("leastcolor")(((3, (0, 0)), (3, (0, 0)), (1, (0, 0)))) == 1
    for name in ("mostcolor", "leastcolor", "palette"):
        with pytest.raises(TypeError):
            fn(name)((2, 10**12))


@given(grids(5, st.sampled_from([-1, 0, 1, 9, 254, 255, 256, True])))
def test_colors_of_any_number_are_counted(grid) -> None:
    """Packing colours into bytes changes nothing, with -1 and with colours that no byte holds."""
    values = [value for row in grid for value in row]
    assert max(sorted(set(values)), key=values.count) == fn("mostcolor")(grid)
    assert min(sorted(set(values)), key=values.count) == fn("leastcolor")(grid)
    assert frozenset(values) == fn("palette")(grid)
    assert values.count(1) == fn("colorcount")(grid, 1)


some_patches = st.one_of(sets_of(some_cells), sets_of(some_pairs))


@given(grids(3, st.integers(0, 2)), st.one_of(sets_of(some_cells), st.lists(some_cells, max_size=12).map(tuple)))
def test_painting_is_writing_cell_by_cell(grid, obj) -> None:
    """Small objects and ones that cover the grid, two colours at one place, and cells outside."""
    painted, under = [list(row) for row in grid], [list(row) for row in grid]
    background = fn("mostcolor")(grid)
    for value, (i, j) in obj if isinstance(obj, tuple) else sorted(obj):
        if 0 <= i < len(grid) and 0 <= j < len(grid[0]):
            painted[i][j] = value
            under[i][j] = value if under[i][j] == background else under[i][j]
    assert tuple(map(tuple, painted)) == fn("paint")(grid, obj)
    assert tuple(map(tuple, under)) == fn("underpaint")(grid, obj)


def test_uneven_rows_keep_their_ends() -> None:
    """vconcat checks no widths; what lies beyond the first row's is left alone."""
    uneven = fn("vconcat")(((1, 2),), ((3, 4, 5),))
    corner = frozenset((9, (i, j)) for i in range(2) for j in range(2))
    assert fn("paint")(uneven, corner) == fn("fill")(uneven, 9, corner) == ((9, 9), (9, 9, 5))


@given(grids(3, st.integers(0, 2)), some_patches)
def test_filling_is_writing_cell_by_cell(grid, patch) -> None:
    """The same for one colour; under it, only the background."""
    where = fn("toindices")(patch)
    places = [[(i, j) in where for j in range(len(grid[0]))] for i in range(len(grid))]
    background = fn("mostcolor")(grid)
    for name, keeps in (("fill", ()), ("underfill", {0, 1, 2} - {background})):
        expected = tuple(
            tuple(7 if hit and value not in keeps else value for value, hit in zip(row, hits, strict=True))
            for row, hits in zip(grid, places, strict=True)
        )
        assert expected == fn(name)(grid, 7, patch)


@given(some_patches)
def test_mirrors_of_patches_are_those_of_their_boxes(patch) -> None:
    """A patch painted onto a canvas of its box's size and mirrored there gives the mirrored patch."""
    cells = {(0, member) if isinstance(member[1], int) else member for member in patch}
    top, left = min(i for _, (i, _) in cells), min(j for _, (_, j) in cells)
    high, wide = max(i for _, (i, _) in cells) - top, max(j for _, (_, j) in cells) - left
    places = {
        "hmirror": lambda i, j: (high - i, j),
        "vmirror": lambda i, j: (i, wide - j),
        "dmirror": lambda i, j: (j, i),
        "cmirror": lambda i, j: (wide - j, high - i),
    }
    for name, place in places.items():
        moved = {(v, place(i - top, j - left)) for v, (i, j) in cells}
        moved = {(v, (i + top, j + left)) for v, (i, j) in moved}
        bare = isinstance(next(iter(patch))[1], int)
        assert fn(name)(patch) == (frozenset(location for _, location in moved) if bare else frozenset(moved))
    assert fn("shape")(patch) == (high + 1, wide + 1)
    assert fn("ulcorner")(patch) == (top, left)
    assert fn("lrcorner")(patch) == (top + high, left + wide)


@given(grids(3), st.integers(-1, 4))
def test_upscaling_repeats_every_cell(grid, factor) -> None:
    """Along rows, down columns, and both; nothing is left at 0 or less."""
    wide = tuple(tuple(value for value in row for _ in range(factor)) for row in grid)
    assert wide == fn("hupscale")(grid, factor)
    assert tuple(row for row in wide for _ in range(factor)) == fn("upscale")(grid, factor)


def test_locations_of_huge_grids_are_not_kept() -> None:
    """A batt that makes one huge grid after another does not fill the memory with them."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for side in range(100, 110):
        fn("asindices")(fn("canvas")(0, (side, side)))
        fn("objects")(fn("canvas")(0, (side, side)), True, False, True)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 500_000


def test_objects_of_a_grid_of_uneven_rows_raise() -> None:
    """Also when the number of cells would fit."""
    with pytest.raises(ValueError, match="several lengths"):
        fn("objects")(((1, 2), (3,), (4, 5, 6)), True, False, False)
