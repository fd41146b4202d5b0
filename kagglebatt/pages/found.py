"""What a home knows of each task: how far it is solved, by which programs, since which iteration.

A task is shown by its best program, by the rank of the archive, in which test pairs have no say. What it scored on
them is told, and is what sets "solved on demo and test" apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kagglebatt.home.archive import Archive, Entry
from kagglebatt.home.stones import Stone
from kagglebatt.tasks.challenges import without_answers
from kagglebatt.tasks.task import Task

NEAR = 900
"""Cells that agree with the answers, per thousand, from which on a task that nobody solves is called near."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is kept for a task: an accepted solver, or a stepping stone.

    Attributes:
        md5: its id in the archive.
        test_score: test pairs reproduced, of ``tests``; a stone is not run on any.
        stone: whether it came near and was not accepted, since no demo pair was right or it had no seat yet.
    """

    md5: str
    o_score: int
    demos: int
    test_score: int
    tests: int
    similarity: int
    steps: int
    iteration: int
    stone: bool = False

    @property
    def solves(self) -> bool:
        """Whether it was accepted as right on every demo pair."""
        return self.o_score == self.demos and not self.stone

    @property
    def rank(self) -> tuple[bool, int, int, int, str]:
        """Smaller is better: what solves, then as the archive ranks."""
        return not self.solves, -self.o_score, -self.similarity, self.steps, self.md5


class State(Enum):
    """How far a task is solved: what its tile shows, by colour and by shape."""

    SOLVED = "solved"
    DEMO = "demo"
    NEAR = "near"
    OPEN = "open"

    @property
    def words(self) -> str:
        """As a reader is told."""
        return _WORDS[self]


_WORDS = {
    State.SOLVED: "solved on demo and test",
    State.DEMO: "solved on demo only",
    State.NEAR: "near",
    State.OPEN: "not yet",
}


@dataclass(frozen=True)
class TaskFound:
    """A task, and what is filed for it, better programs first."""

    task: Task
    programs: tuple[Program, ...] = ()

    @property
    def best(self) -> Program | None:
        """The program that the task is shown by."""
        return self.programs[0] if self.programs else None

    @property
    def state(self) -> State:
        """How far it is solved, by its best program."""
        best = self.best
        if best is None:
            return State.OPEN
        if best.solves:
            return State.SOLVED if 0 < best.tests == best.test_score else State.DEMO
        return State.NEAR if best.o_score or best.similarity >= NEAR else State.OPEN

    @property
    def solved(self) -> bool:
        """Whether every demo pair is reproduced."""
        return self.state in (State.SOLVED, State.DEMO)

    @property
    def since(self) -> int:
        """The iteration that found the first of the solvers that are kept, or else the best program; 0 for none."""
        solvers = [each.iteration for each in self.programs if each.solves]
        return min(solvers, default=self.best.iteration if self.best else 0)

    @property
    def nearness(self) -> tuple[float, int]:
        """What tasks that nobody solves are ordered by: part of the demo pairs reproduced, then similarity."""
        return (self.best.o_score / max(self.best.demos, 1), self.best.similarity) if self.best else (0.0, 0)


@dataclass(frozen=True)
class Found:
    """Everything that is known of all tasks.

    Attributes:
        elsewhere: ids of tasks that the home has programs for, and that are not among the tasks.
    """

    tasks: tuple[TaskFound, ...]
    elsewhere: tuple[str, ...]

    def of(self, *states: State) -> list[TaskFound]:
        """The tasks in these states."""
        return [each for each in self.tasks if each.state in states]

    @property
    def solved(self) -> list[TaskFound]:
        """The tasks solved on every demo pair, newest first."""
        return sorted((each for each in self.tasks if each.solved), key=lambda each: (-each.since, each.task.id))

    @property
    def nearest(self) -> list[TaskFound]:
        """The tasks that nobody solves and something is filed for, nearest first."""
        left = [each for each in self.tasks if each.best and not each.solved]
        return sorted(left, key=lambda each: (*(-part for part in each.nearness), each.task.id))


def look_up(kept: Archive, tasks: Sequence[Task]) -> Found:
    """What an archive knows of tasks; programs that were filed for other grids under a task's id do not count.

    Those that were filed for a task without its test answers, as ``solve`` files them, do: on tests they are not known.
    """
    filed: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in kept.entries():
        filed[entry.content, "" if entry.content else entry.task].append(entry)
    stones: defaultdict[str, list[Stone]] = defaultdict(list)
    for stone in kept.stones():
        stones[stone.content].append(stone)
    found = []
    for task in tasks:
        own = [*filed.pop((task.digest, ""), ()), *(each for each in filed.pop(("", task.id), ()) if _fits(each, task))]
        blind = without_answers(task).digest
        untested = [replace(_solver(each), test_score=0, tests=0) for each in filed.pop((blind, ""), ())]
        near = [stone for digest in dict.fromkeys((task.digest, blind)) for stone in stones[digest]]
        found.append(TaskFound(task, _ranked([*map(_solver, own), *untested, *map(_stone, near)])))
    return Found(tuple(found), tuple(sorted({entry.task for left in filed.values() for entry in left})))


def _fits(entry: Entry, task: Task) -> bool:
    return (entry.demos, entry.tests) == (len(task.demo), len(task.test))


def _solver(entry: Entry) -> Program:
    return Program(
        entry.md5, entry.o_score, entry.demos, entry.test_score, entry.tests, entry.similarity, entry.steps,
        entry.iteration,
    )  # fmt: skip


def _stone(stone: Stone) -> Program:
    return Program(
        stone.md5, stone.o_score, stone.demos, 0, 0, stone.similarity, stone.steps, stone.iteration, stone=True
    )


def _ranked(programs: Iterable[Program]) -> tuple[Program, ...]:
    """Better ones first, each once: one may be a solver and a stone, and one content be filed under several ids."""
    best: dict[str, Program] = {}
    for program in sorted(programs, key=lambda each: (each.stone, each.rank)):
        best.setdefault(program.md5, program)
    return tuple(sorted(best.values(), key=lambda each: each.rank))
