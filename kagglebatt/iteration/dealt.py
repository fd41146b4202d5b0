"""What one iteration deals after probing, and what it files beside solvers: stones, lines of descent, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kagglebatt.home.archive import Archive
from kagglebatt.home.stones import STONES_PER_TASK, Stone
from kagglebatt.iteration.breed import Bred
from kagglebatt.iteration.choose import Choice
from kagglebatt.iteration.parents import Parent
from kagglebatt.iteration.probing import Found
from kagglebatt.programs.batt import Batt, Hand, deal
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.programs.program import Program
from kagglebatt.report import Search
from kagglebatt.running.probe import Promising
from kagglebatt.tasks.task import Task


@dataclass(frozen=True)
class Dealt:
    """A hand, and what is filed with what comes of it.

    Attributes:
        wanted: by id of the task the numbers of the candidates that are run on it.
        stones: programs that came near.
        origins: by md5.
        operators: how often each was drawn, led to something nearer, and to something exact.
        search: figures for the report.
    """

    hand: Hand
    wanted: Mapping[str, tuple[int, ...]]
    stones: Sequence[Stone] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    operators: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    search: Search = field(default_factory=Search)


def choices_of(bred: Bred, found: Found, tasks: Mapping[str, Task]) -> list[Choice]:
    """What was promising, as choices for seats."""
    return [
        Choice(
            content,
            bred.offspring[each.number].program,
            bred.offspring[each.number].origin,
            bred.names[each.number],
            each.o_score == len(tasks[content].demo),
            each.nearness / len(tasks[content].demo),
        )
        for content, promising in found.promising.items()
        for each in promising
    ]


def waiting(
    archive: Archive, stones: Iterable[Stone], parents: Mapping[str, Sequence[Parent]], names: Mapping[str, str]
) -> list[Choice]:
    """Exact programs of earlier iterations that had no seat.

    Args:
        parents: the stones as programs, by content.
        names: of programs that readers know, by md5.
    """
    programs = {parent.md5: parent.program for own in parents.values() for parent in own}
    found = []
    for stone in stones:
        if stone.o_score == stone.demos and stone.md5 in programs:
            ancestor = archive.origin(stone.md5)
            origin = Origin(GIVEN) if ancestor is None else Origin(ancestor.operator, ancestor.parents)
            name = (*origin.parents, stone.md5)[0]
            program = programs[stone.md5]
            near = stone.nearness / stone.demos
            found.append(Choice(stone.content, program, origin, names.get(name, name), True, near))
    return found


def seated(
    choices: Sequence[Choice], differs: Batt, tasks: Mapping[str, Task]
) -> tuple[Hand, dict[str, tuple[int, ...]]]:
    """A hand of these choices, and by task id the numbers of those that are run on it.

    Args:
        tasks: by content.
    """
    solvers = deal(([choice.owner], choice.program) for choice in choices)
    numbers = {program.address: number for number, program in enumerate(solvers.candidates)}
    wanted: dict[str, set[int]] = {task.id: set() for task in tasks.values()}
    for choice in choices:
        wanted[tasks[choice.content].id].add(numbers[choice.program.address])
    return Hand(solvers, differs), {task: tuple(sorted(own)) for task, own in wanted.items()}


def nearest_of(bred: Bred, found: Found, tasks: Mapping[str, Task]) -> list[tuple[int, Stone]]:
    """The numbers of the nearest of each task, nearest first, with the stepping stones that they are."""
    return [
        (each.number, _stone(tasks[content], bred.offspring[each.number].program, each))
        for content, promising in found.promising.items()
        for each in _nearest(bred, promising)
    ]


def _nearest(bred: Bred, promising: Sequence[Promising]) -> list[Promising]:
    """As many as a task has stones, no two with equal outputs; by the rank that stones have, as far as it is known."""
    kept: dict[bytes, Promising] = {}
    for each in sorted(promising, key=lambda each: (-each.nearness, len(bred.offspring[each.number].program))):
        kept.setdefault(each.outputs, each)
    return list(kept.values())[:STONES_PER_TASK]


def _stone(task: Task, program: Program, near: Promising) -> Stone:
    return Stone(
        task.id, task.digest, program.body, near.nearness, near.o_score, len(task.demo), near.similarity,
        near.outputs, near.first,
    )  # fmt: skip


def origins_of(
    programs: Iterable[tuple[str, Origin]], parents: Mapping[str, Origin], filed: Iterable[str]
) -> dict[str, Origin]:
    """Where programs came from, by md5, with all that is on the way to them.

    Args:
        programs: md5 and origin of each.
        parents: origins of all that they may have come from, by md5.
        filed: md5 of what the archive knows the origin of.
    """
    known = set(filed)
    found: dict[str, Origin] = {}
    left = [each for each in programs if each[0] not in known]
    while left:
        name, origin = left.pop()
        if name not in found:
            found[name] = origin
            left += [(each, parents[each]) for each in origin.parents if each in parents and each not in known]
    return dict(sorted(found.items()))


def operators_of(bred: Bred, found: Found, tasks: Mapping[str, Task]) -> dict[str, tuple[int, int, int]]:
    """For each operator how often it was drawn, and how many of its offspring were nearer, or exact, on any task."""
    near, exact = set(), set()
    for content, promising in found.promising.items():
        near |= {each.number for each in promising}
        exact |= {each.number for each in promising if each.o_score == len(tasks[content].demo)}
    nearer, solved = (Counter(bred.offspring[n].origin.operator for n in sorted(own)) for own in (near, exact))
    return {name: (drawn, nearer[name], solved[name]) for name, drawn in sorted(bred.drawn.items())}
