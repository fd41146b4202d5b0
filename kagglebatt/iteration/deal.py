"""What an iteration deals from: accepted programs, better ones first, then the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from kagglebatt.home.archive import Archive, Entry
from kagglebatt.notify import notify_nobody
from kagglebatt.programs.batt import Hand
from kagglebatt.programs.card import Donor, deal_hand, go_on
from kagglebatt.programs.library import read_library, read_to_deal
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import md5
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


def donors(archive: Archive, library: Sequence[NamedProgram], tasks: Sequence[Task]) -> tuple[list[Donor], list[Donor]]:
    """Solvers and differs to deal from: what the archive accepted, better ones first, then the library.

    Args:
        tasks: what was accepted for another task of the same id is a donor like any other.
    """
    contents = {task.id: task.digest for task in tasks}
    filed = [Donor(entry.md5, archive.program(entry.md5), _filed_for(entry, contents)) for entry in archive.entries()]
    judges = {md5(judge.body): archive.program(md5(judge.body), differ=True) for judge in archive.differs()}
    solvers = [*filed, *(Donor(named.name, named.program, named.task) for named in library if named.kind == "solve")]
    differs = [Donor(named.name, named.program) for named in library if named.kind == "differ"]
    if not differs:  # a library of solvers alone is judged by the shipped differs
        differs = [Donor(named.name, named.program) for named in _shipped_differs()]
    return _distinct(solvers), _distinct([*differs, *(Donor(name, judges[name]) for name in sorted(judges))])


def _filed_for(entry: Entry, contents: Mapping[str, str]) -> str:
    """The task that a donor was filed for: its id, unless that stands for another content now."""
    is_own = entry.content in ("", contents.get(entry.task, entry.content))
    return entry.task if is_own else f"{entry.task} {entry.content}"


def _shipped_differs() -> Iterator[NamedProgram]:
    return (named for named in read_library() if named.kind == "differ")


def _distinct(given: Sequence[Donor]) -> list[Donor]:
    """The first donor of every (program, task)."""
    found: dict[tuple[str, str], Donor] = {}
    for donor in given:
        found.setdefault((donor.program.address, donor.task), donor)
    return list(found.values())


def deal_next(
    settings: Settings,
    archive: Archive,
    tasks: Sequence[Task],
    library: Sequence[NamedProgram] | None = None,
    check: Callable[[], object] = go_on,
) -> Hand:
    """The hand of the iteration to come: the same for the same seed, settings and archive.

    Args:
        library: programs to deal from beside the archive's; read from where the settings say when None.
        check: called all the time; what it raises ends the deal.
    """
    if library is None:
        library = read_to_deal(settings.solvers, settings.strict, notify_nobody)
    solvers, differs = donors(archive, library, tasks)
    rng = Random(f"{settings.seed}/{archive.next_iteration}")
    ids = [task.id for task in tasks]
    return deal_hand(solvers, differs, ids, settings.candidates, settings.mutate, rng, check)
