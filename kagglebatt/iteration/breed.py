"""Offspring of one iteration: which programs are probed, and on which tasks.

The rule, in ten lines:

1. Every program of the library and the archive comes first, unchanged (*given*), then every *part* of one: what it does
   from one grid to one grid. Shorter ones come first, and all are probed on every task.
2. What is left is shared so that as many probes go to offspring for all tasks as to those for one task alone, of which
   a task has 400 of each kind at most.
3. Six of ten for all tasks are a part on another part's output; parts of more programs are drawn more often.
4. The others are parts and given programs, changed by any operator.
5. Those for one task are bred in turn for all tasks. Seven of ten are children of the task's stepping stones, nearer
   ones drawn more often; two of ten of stones and solvers of tasks that look alike; the others of parts.
6. Tasks look alike when one program is near on both.
7. Operators are drawn half at random, which keeps all alive, and half by what they led to before:
   something nearer counts once, and something exact ten times, by how often they were drawn.
8. What was probed before on a task, in whatever process, is not bred for it again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, TypeVar

from kagglebatt.iteration.parents import Parent, Parents
from kagglebatt.programs.moves import chain
from kagglebatt.programs.mutate import MAX_STEPS
from kagglebatt.programs.offspring import Offspring, Origin
from kagglebatt.programs.operators import OPERATORS
from kagglebatt.programs.program import Program
from kagglebatt.programs.task_constants import TaskConstants

COMPOSED_RATE, OF_PARTS_RATE = 0.6, 0.8
"""Of ten offspring for all tasks six are composed of parts, two are changed parts, and two changed given programs."""
OF_STONES_RATE, OF_ALIKE_RATE = 0.7, 0.9
"""Of ten offspring for one task seven are of its stones, two of what is alike, and one is of a part."""
MOST_FOR_ONE = 400
"""Offspring of an iteration for all tasks, and for one task alone: more are better bred from what these lead to."""
EXACT_WEIGHT = 10
_TRIES = 6

Drawn = TypeVar("Drawn")
Counts = Mapping[str, tuple[int, int, int]]
"""By operator: how often it was drawn, led to something nearer, and to something exact."""


class Seen(Protocol):
    """What was probed before."""

    def left(self, body: bytes, contents: Sequence[str]) -> list[str]:
        """Those of some tasks, by content, on which a program was not probed."""

    def knows(self, bodies: Callable[[], Iterable[bytes]]) -> bool:
        """Whether any of these was probed on any task; they are asked for where there is something to compare with."""


@dataclass(frozen=True)
class Bred:
    """Offspring, each once.

    Attributes:
        offspring: those for all tasks first.
        digests: 8 bytes for each, under which it is remembered what was probed.
        wanted: for each task, by content, the numbers of the offspring to probe on it.
        names: for each offspring the name of its first parent.
    """

    offspring: tuple[Offspring, ...] = ()
    digests: tuple[bytes, ...] = ()
    wanted: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def drawn(self) -> Counter[str]:
        """How often each operator was drawn."""
        return Counter(each.origin.operator for each in self.offspring)


def breed(
    count: int,
    parents: Parents,
    constants: Mapping[str, TaskConstants],
    counts: Counts,
    seen: Seen,
    rng: Random,
) -> Bred:
    """The offspring of one iteration.

    Args:
        count: at most so many.
        constants: of each task that is not solved, by content; the tasks are worked on in this order.
        counts: what became of operators in earlier iterations.
        seen: what was probed in earlier iterations.
    """
    if not constants:
        return Bred()
    brood = _Brood(count, parents, constants, chances(counts), seen, rng)
    brood.take_given()
    left = count - len(brood)
    brood.breed_for_all(min(left // (len(constants) + 1), MOST_FOR_ONE))
    brood.breed_for_each(min(count - len(brood), MOST_FOR_ONE * len(constants)))
    return brood.bred()


def chances(counts: Counts) -> list[float]:
    """How likely each operator is drawn, in the order of ``OPERATORS``; the sum is 2."""
    rates = []
    for name in OPERATORS:
        drawn, nearer, exact = counts.get(name, (0, 0, 0))
        rates.append((nearer + EXACT_WEIGHT * exact + 2) / (drawn + 20))
    return [1 / len(rates) + rate / sum(rates) for rate in rates]


def by_rank(options: Sequence[Drawn], rng: Random) -> Drawn:
    """One of a sequence; the chance of each falls with its place, as 1 / place does."""
    return options[min(int((len(options) + 1) ** rng.random()), len(options)) - 1]


def digest_for(address: str, content: str = "") -> bytes:
    """Under which a program is remembered as probed: on any task, or on one that it was bred for alone."""
    if content:
        return hashlib.blake2b(f"{address} {content}".encode(), digest_size=8).digest()
    return bytes.fromhex(address[:16])


class _Brood:
    """Offspring as they are bred."""

    def __init__(
        self,
        count: int,
        parents: Parents,
        constants: Mapping[str, TaskConstants],
        chances: Sequence[float],
        seen: Seen,
        rng: Random,
    ) -> None:
        self._count, self._parents, self._constants = count, parents, constants
        self._chances, self._seen, self._rng = chances, seen, rng
        self._tasks = list(constants)
        self._offspring: list[Offspring] = []
        self._names: list[str] = []
        self._digests: dict[bytes, None] = {}
        self._wanted: dict[str, list[int]] = {content: [] for content in constants}

    def __len__(self) -> int:
        return len(self._offspring)

    def bred(self) -> Bred:
        """All of them."""
        wanted = {content: tuple(numbers) for content, numbers in self._wanted.items()}
        return Bred(tuple(self._offspring), tuple(self._digests), wanted, tuple(self._names))

    def take_given(self) -> None:
        """Programs as they are, and parts of them."""
        for parent in (*self._parents.given, *self._parents.parts):
            if len(self) < self._count:
                self._add(parent.program, parent.origin, parent.name, self._tasks)

    def breed_for_all(self, count: int) -> None:
        """Offspring for all tasks."""
        goal = len(self) + count
        for _ in range(_TRIES * count):
            if len(self) >= goal:
                return
            roll = self._rng.random()
            if roll < COMPOSED_RATE:
                one, other = self._part(), self._part()
                self._put(chain(one.program, other.program), "compose", (one, other), self._tasks)
            else:
                parent = self._part() if roll < OF_PARTS_RATE else self._rng.choice(self._parents.given)
                self._change(parent, self._rng.choice(list(self._constants.values())), self._tasks)

    def breed_for_each(self, count: int) -> None:
        """Offspring for each task in turn; where they do not come out even, who has one more is drawn."""
        each, more = divmod(count, len(self._tasks))
        lucky = set(self._rng.sample(self._tasks, more))
        for content in self._tasks:
            goal = len(self) + each + (content in lucky)
            for _ in range(_TRIES * (each + 1)):
                if len(self) >= goal:
                    break
                self._change(self._parent_for(content), self._constants[content], [content])

    def _part(self) -> Parent:
        return by_rank(self._parents.parts or self._parents.given, self._rng)

    def _parent_for(self, content: str) -> Parent:
        roll = self._rng.random()
        stones, alike = self._parents.stones.get(content, ()), self._parents.alike.get(content, ())
        if stones and roll < OF_STONES_RATE:
            return by_rank(stones, self._rng)
        return by_rank(alike, self._rng) if alike and roll < OF_ALIKE_RATE else self._part()

    def _change(self, parent: Parent, constants: TaskConstants, contents: Sequence[str]) -> None:
        (name,) = self._rng.choices(list(OPERATORS), self._chances)
        other = self._part() if name == "compose" else self._rng.choice(self._parents.given)
        made = OPERATORS[name](parent.program, (other.program,), constants, self._rng)
        both = (parent, other) if name in ("compose", "tail", "borrow") else (parent,)
        self._put(made, name, both, contents)

    def _put(self, made: Program | None, name: str, parents: Sequence[Parent], contents: Sequence[str]) -> None:
        if made is not None and len(made) <= MAX_STEPS:
            origin = Origin(name, tuple(dict.fromkeys(parent.md5 for parent in parents)))
            self._add(made, origin, parents[0].name, contents)

    def _add(self, program: Program, origin: Origin, name: str, contents: Sequence[str]) -> None:
        """Add a program unless it is there, with the tasks on which it was not probed."""
        address = program.address
        common = digest_for(address)
        left = self._seen.left(common, contents)
        if self._seen.knows(lambda: [digest_for(address, content) for content in left]):
            left = [content for content in left if self._seen.left(digest_for(address, content), [content])]
        digest = digest_for(address, left[0]) if left and len(contents) == 1 < len(self._tasks) else common
        if not left or common in self._digests or digest in self._digests:
            return
        for content in left:
            self._wanted[content].append(len(self))
        self._digests[digest] = None
        self._offspring.append(Offspring(program, origin))
        self._names.append(name)
