"""What a search starts from: the programs of the library and of an archive."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kagglebatt.errors import ProgramError
from kagglebatt.home.archive import Archive
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import Program
from kagglebatt.search.result import Found


@dataclass(frozen=True, slots=True)
class Known:
    """A known program.

    Attributes:
        task, content: id and content digest of the task it is of; empty where unknown.
        fits: whether it is right on all demo pairs of its task.
    """

    name: str
    task: str
    content: str
    program: Program
    fits: bool = True


@dataclass(frozen=True)
class Knowledge:
    """What is known before a search begins; made once, sent to every worker.

    Attributes:
        programs: accepted ones first, then the library's; none twice.
        led: what led when this very task was searched before, as it was ranked then.
    """

    programs: tuple[Known, ...] = ()
    led: tuple[Found, ...] = ()

    def useful_for(self, content: str) -> Knowledge:
        """The same without programs that are not right on all demo pairs of their own task, unless it is this one."""
        return replace(self, programs=tuple([k for k in self.programs if k.fits or k.content == content]))

    def without(self, tasks: Collection[str]) -> Knowledge:
        """The same without what is known of these tasks, by id or content."""
        return Knowledge(tuple(known for known in self.programs if not {known.task, known.content} & set(tasks)))


def knowledge(
    library: Iterable[NamedProgram],
    archive: Archive | None = None,
    without: Collection[str] = (),
    notify: Notify = notify_nobody,
) -> Knowledge:
    """Gather what is known.

    Args:
        library: solvers, named by their tasks; differs are passed over.
        notify: told how many filed programs this version cannot read.
        without: ids, or content digests, of tasks whose programs are left out.
    """
    found: dict[tuple[str, str], Known] = {}
    for known in (
        *_filed(archive, notify),
        *(Known(n.name, n.task, "", n.program.canonical) for n in library if _solves(n)),
    ):
        found.setdefault((known.program.address, known.content or known.task), known)
    return Knowledge(tuple(found.values())).without(without)


def _solves(named: NamedProgram) -> bool:
    return named.kind == "solve"


def _filed(archive: Archive | None, notify: Notify) -> Iterable[Known]:
    if archive is None:
        return
    strange = 0
    for entry in archive.entries():
        try:
            fits = entry.o_score == entry.demos
            yield Known(entry.md5, entry.task, entry.content, archive.program(entry.md5), fits)
        except ProgramError:  # of another vocabulary
            strange += 1
    if strange:
        notify(f"{strange} filed programs are not of this version's vocabulary; the search does without them")
