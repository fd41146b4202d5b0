"""What is bred, what is chosen of it, and what is made smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from types import SimpleNamespace

from kagglebatt.iteration.breed import Bred, breed, by_rank, chances
from kagglebatt.iteration.choose import Choice, choose
from kagglebatt.iteration.parents import Breeders, Parent, Parents
from kagglebatt.iteration.smaller import make_smaller, reductions
from kagglebatt.programs.moves import mine
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.programs.operators import OPERATORS
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import Program, md5
from kagglebatt.programs.task_constants import TaskConstants
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop
from kagglebatt.tasks.task import Task, parse_task

TASKS = {"a" * 32: TaskConstants(("ONE", "TWO")), "b" * 32: TaskConstants(("THREE",), ("TWO",))}
FIRST, SECOND = TASKS


def parent(text: str) -> Parent:
    return of_program(parse_program(text).canonical, Origin(GIVEN))


def of_program(program: Program, origin: Origin) -> Parent:
    return Parent("x", program, md5(program.body), origin)


GIVEN_ONES = (parent("O = vmirror(I)"), parent("x1 = trim(I); O = replace(x1, ONE, TWO)"))
PARTS = tuple(of_program(move, Origin("part", ("0" * 32,))) for move in mine(each.program for each in GIVEN_ONES))
STONES = {FIRST: (parent("x1 = trim(I); x2 = hmirror(x1); O = replace(x2, ONE, SEVEN)"),)}


class Remembered:
    """What was probed before, by digest."""

    def __init__(self, known: Mapping[bytes, frozenset[str]] | None = None) -> None:
        self._known = known or {}

    def left(self, body: bytes, contents: Sequence[str]) -> list[str]:
        return [content for content in contents if content not in self._known.get(body, ())]

    def knows(self, bodies: Callable[[], Iterable[bytes]]) -> bool:
        return not self._known.keys().isdisjoint(bodies())


def brood(count: int = 60, seed: int = 0, seen: Remembered | None = None) -> Bred:
    parents = Parents(GIVEN_ONES, PARTS, STONES, {})
    return breed(count, parents, TASKS, {}, seen or Remembered(), Random(seed))


def test_given_programs_come_first_then_their_parts_then_what_is_bred() -> None:
    """Those and some others are for all tasks, the rest for one; none is bred twice for a task."""
    bred = brood()
    whole = {each.program.address for each in GIVEN_ONES}
    parts = [each.program for each in PARTS if each.program.address not in whole]
    first = [each.program for each in bred.offspring[: 2 + len(parts)]]
    assert first == [*(each.program for each in GIVEN_ONES), *parts]
    assert 50 < len(bred.offspring) == len(set(bred.digests)) <= 60
    for_all = set(bred.wanted[FIRST]) & set(bred.wanted[SECOND])
    assert set(range(len(first))) < for_all
    assert sorted({*bred.wanted[FIRST], *bred.wanted[SECOND]}) == list(range(len(bred.offspring)))
    for numbers in bred.wanted.values():
        assert len({bred.offspring[number].program for number in numbers}) == len(numbers) > len(for_all)


def test_breeding_hangs_on_its_seed_alone() -> None:
    """Which is another for every iteration and shard."""
    assert brood() == brood()
    assert brood().offspring != brood(seed=1).offspring


def test_what_was_probed_on_a_task_is_not_bred_for_it_again() -> None:
    """On the other task it is probed."""
    before = brood()
    known = {
        digest: frozenset(content for content in TASKS if number in before.wanted[content])
        for number, digest in enumerate(before.digests)
    }
    again = brood(seen=Remembered(known))
    assert not set(again.digests) & set(before.digests)
    on_one = {digest: frozenset((FIRST,)) for digest in before.digests}
    half = brood(seen=Remembered(on_one))
    assert {half.digests.index(before.digests[0])} <= set(half.wanted[SECOND]) - set(half.wanted[FIRST])


def test_children_of_stones_are_for_their_task() -> None:
    """And most of what is bred for it alone are such."""
    bred = brood(400)
    stone = STONES[FIRST][0].md5
    children = {number for number, each in enumerate(bred.offspring) if stone in each.origin.parents}
    own = set(bred.wanted[FIRST]) - set(bred.wanted[SECOND])
    assert children <= own
    assert len(children) > len(own) / 2


def test_operators_that_led_to_more_are_drawn_more_often_and_none_dies() -> None:
    """Half of the draws are even."""
    counts = {name: (1000, 0, 0) for name in OPERATORS} | {"swap": (1000, 200, 10), "drop": (1000, 0, 10)}
    likely = dict(zip(OPERATORS, chances(counts), strict=True))
    assert likely["swap"] > likely["drop"] > 2 * likely["tail"] > 2 / len(OPERATORS)
    assert len(set(chances({}))) == 1


def test_the_first_of_a_rank_is_drawn_most_often() -> None:
    """And each is drawn."""
    drawn = [by_rank("abcdefgh", Random(seed)) for seed in range(1000)]
    assert drawn.count("a") > 2 * drawn.count("c") > 4 * drawn.count("h") > 0


def choice(content: str, text: str, exact: bool, nearness: float) -> Choice:
    return Choice(content, parse_program(text).canonical, Origin("compose", ("0" * 32,)), "x", exact, nearness)


def test_exact_programs_are_seated_first_and_every_task_in_turn() -> None:
    """Shorter ones of the exact, nearer ones of the others; a program that is there needs no second seat."""
    long, short = "x1 = trim(I); O = hmirror(x1)", "O = trim(I)"
    given = [
        choice(FIRST, "O = hmirror(I)", False, 1500),
        choice(FIRST, "O = vmirror(I)", False, 1600),
        choice(SECOND, "O = tophalf(I)", False, 100),
        choice(SECOND, long, True, 2000),
        choice(SECOND, short, True, 2000),
        choice(FIRST, short, False, 10),
    ]
    assert choose(given, 1) == [given[4], given[5]]
    assert choose(given, 2)[:2] == [given[4], given[3]]
    assert choose(given, 3)[2] == given[1]
    assert choose(given, 9) == choose(given[::-1], 9)
    assert len(choose(given, 9)) == 6


def test_a_program_is_made_smaller_as_long_as_no_output_changes(tiny_task: Task) -> None:
    """Of test pairs neither; the original is the parent."""
    wide = parse_task(
        "0000cafe",
        {
            "train": [{"input": [[1, 2]], "output": [[2, 1]]}],
            "test": [{"input": [[0, 1, 2]], "output": [[9]]}],
        },
        "test",
    )
    text = "x1 = hmirror(I); x2 = hmirror(x1); x3 = vmirror(x2); O = replace(x3, ZERO, FOUR)"
    tasks = {tiny_task.digest: tiny_task, wide.digest: wide}
    given = [choice(wide.digest, text, True, 1), choice(tiny_task.digest, text, False, 1)]
    with WorkerPool(Settings(backend="sequential", timeout=60.0), lambda _: None) as pool:
        made, replaced = make_smaller(given, tasks, pool, Stop())
    assert made[0].program == parse_program("x1 = vmirror(I); O = replace(x1, ZERO, FOUR)").canonical
    assert made[0].origin == Origin("smaller", (md5(given[0].program.body),))
    assert made[0].owner == "x ~compose"
    assert replaced == {md5(given[0].program.body): given[0].origin}
    assert made[1] == given[1]


def test_reductions_are_shorter_and_each_once() -> None:
    """None of a single step."""
    program: Program = parse_program("x1 = hmirror(I); x2 = hconcat(x1, x1); O = vconcat(x2, I)").canonical
    found = list(reductions(program))
    assert all(len(each) < len(program) for each in found)
    assert len(set(found)) == len(found) > 1
    assert list(reductions(parse_program("O = hmirror(I)"))) == []


def test_what_has_lost_its_seat_is_held_no_more() -> None:
    """A program that was read for an earlier iteration: where it came from is told again with what comes from it."""
    held = SimpleNamespace(program=parse_program, stones=list)
    breeders = Breeders(())
    for names in (["O = hmirror(I)", "O = vmirror(I)"], ["O = vmirror(I)"]):
        held.entries = lambda names=names: [SimpleNamespace(md5=name, content="") for name in names]
        breeders.parents(held, ())  # type: ignore[arg-type]
        assert breeders.filed == names
