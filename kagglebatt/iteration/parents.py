"""Whom an iteration breeds from: given programs, their parts, stepping stones, and what is alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kagglebatt.home.archive import Archive
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.library import read_library
from kagglebatt.programs.moves import mine, moves_of
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import Program, md5

PART = "part"
"""The operator of a part of a given program."""
_MOST = 2
"""Programs of one task that are parents for another."""


@dataclass(frozen=True)
class Parent:
    """A program to breed from.

    Attributes:
        name: that a reader knows it by, as far as there is one.
        md5: of its body.
        origin: where it came from, for lines of descent.
    """

    name: str
    program: Program
    md5: str
    origin: Origin


@dataclass(frozen=True)
class Parents:
    """All of them.

    Attributes:
        given: programs of the library and the archive, shorter ones first.
        parts: of given programs, those of more programs first.
        stones: by content of the task, nearest first.
        alike: stones and solvers of tasks that look like it, by content of the task.
    """

    given: tuple[Parent, ...]
    parts: tuple[Parent, ...] = ()
    stones: Mapping[str, tuple[Parent, ...]] = field(default_factory=dict)
    alike: Mapping[str, tuple[Parent, ...]] = field(default_factory=dict)

    @property
    def origins(self) -> dict[str, Origin]:
        """Where given programs and parts came from, by md5."""
        return {parent.md5: parent.origin for parent in (*self.given, *self.parts)}


class Breeders:
    """Finds the parents of each iteration; what it has read and mined is kept from one to the next."""

    def __init__(self, library: Sequence[NamedProgram]) -> None:
        solvers = [named for named in library if named.kind == "solve"]
        self._library = [_parent(named.name, named.program.canonical, Origin(GIVEN)) for named in solvers]
        self.names = {parent.md5: parent.name for parent in self._library}
        judges = [named for named in library if named.kind == "differ"]
        judges = judges or [named for named in read_library() if named.kind == "differ"]
        self._judges = [(named.name, named.program) for named in judges]
        self._differs: tuple[tuple[str, ...], Batt] = ((), Batt((), ()))
        self._read: dict[str, Parent] = {}
        self._held: set[str] = set()
        self._mined: tuple[tuple[str, ...], tuple[Parent, ...]] = ((), ())

    def parents(self, archive: Archive, contents: Sequence[str]) -> Parents:
        """The parents for tasks of these contents, which are not solved."""
        self._held.clear()  # some that were read for an earlier iteration have lost their seats
        solvers: dict[str, list[Parent]] = {}
        for entry in archive.entries():
            solvers.setdefault(entry.content, []).append(self._filed(archive, entry.md5))
        stones: dict[str, list[Parent]] = {}
        for stone in archive.stones():
            stones.setdefault(stone.content, []).append(self._filed(archive, stone.md5))
        own = [parent for content in sorted(solvers) for parent in solvers[content]]
        given = {parent.program.address: parent for parent in (*own, *self._library)}
        ordered = tuple(sorted(given.values(), key=lambda each: (len(each.program), each.program.address)))
        near = {content: tuple(stones.get(content, ())) for content in contents}
        return Parents(ordered, self._parts(ordered), near, _alike(stones, solvers, contents))

    def _filed(self, archive: Archive, name: str) -> Parent:
        self._held.add(name)
        if name not in self._read:
            program = archive.program(name).canonical
            self._read[name] = Parent(self.names.get(name, name), program, name, Origin(GIVEN))
        return self._read[name]

    def differs(self, archive: Archive) -> Batt:
        """The differs of the library, the shipped ones where it has none, and those of the archive."""
        filed = sorted({md5(judge.body) for judge in archive.differs()})
        if not self._differs[1].outputs or self._differs[0] != tuple(filed):
            own = [(name, archive.program(name, differ=True)) for name in filed]
            every = {program.address: (name, program) for name, program in reversed([*self._judges, *own])}
            dealt = deal(([name], program) for name, program in reversed(every.values()))
            self._differs = (tuple(filed), dealt)
        return self._differs[1]

    @property
    def filed(self) -> list[str]:
        """md5 of programs that the archive holds, and knows the origins of; not of those of the library."""
        return [name for name in sorted(self._held) if name not in self.names]

    def _parts(self, given: Sequence[Parent]) -> tuple[Parent, ...]:
        key = tuple(parent.md5 for parent in given)
        if self._mined[0] != key:
            known = {parent.program.address for parent in given}
            whole: dict[str, Parent] = {}
            for parent in given:
                for move in moves_of(parent.program):
                    whole.setdefault(move.address, parent)
            found = []
            for move in mine(parent.program for parent in given):
                origin = whole[move.address]
                is_given = move.address in known
                how = Origin(GIVEN) if is_given else Origin(PART, (origin.md5,))
                found.append(_parent(origin.name, move, how))
            self._mined = (key, tuple(found))
        return self._mined[1]


def _parent(name: str, program: Program, origin: Origin) -> Parent:
    return Parent(name, program, md5(program.body), origin)


def _alike(
    stones: Mapping[str, Sequence[Parent]], solvers: Mapping[str, Sequence[Parent]], contents: Iterable[str]
) -> dict[str, tuple[Parent, ...]]:
    """For each task what is near, or filed, on tasks that one of its stones is near on, too."""
    near_on: dict[str, list[str]] = {}
    for found in (stones, solvers):
        for content in sorted(found):
            for parent in found[content]:
                near_on.setdefault(parent.md5, []).append(content)
    alike = {}
    for content in contents:
        own = stones.get(content, ())
        others = dict.fromkeys(each for stone in own for each in near_on[stone.md5] if each != content)
        there = [parent for other in others for found in (solvers, stones) for parent in found.get(other, ())[:_MOST]]
        known = {stone.md5 for stone in own}
        alike[content] = tuple({parent.md5: parent for parent in there if parent.md5 not in known}.values())
    return alike
