"""What a search starts from: the programs of the library and of an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kagglebatt.errors import ProgramError
from kagglebatt.home.archive import Archive, Entry
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.programs.parse import NamedProgram
from kagglebatt.programs.program import Program
from kagglebatt.search.result import Found

MOST_FILED = 1_000
"""Filed programs of other tasks that a search knows: each takes it some 0.3 ms, and a home may have many thousands.

Of 199 of 61 training tasks, tried on 334 others: on 18 tasks some were right on all demo pairs, and of each of these
the shortest was right on the test inputs, too.
"""


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
        programs: accepted ones first, the best of each task before the second of any; then the library's; none twice.
        led: what led when this very task was searched before, as it was ranked then.
        searched: whether it was, with at least as much to spend: what needs no other programs came to its end then.
    """

    programs: tuple[Known, ...] = ()
    led: tuple[Found, ...] = ()
    searched: bool = False

    def useful_for(self, content: str) -> Knowledge:
        """The same without most of what is of other tasks.

        What comes first is this task's own; then of others what is right on all of their demo pairs: ``MOST_FILED``
        programs, and the library's.
        """
        own = [known for known in self.programs if known.content == content]
        others = [known for known in self.programs if known.content != content and known.fits]
        filed = [known for known in others if known.content][:MOST_FILED]
        return replace(self, programs=(*own, *filed, *(known for known in others if not known.content)))

    @property
    def of_library(self) -> Knowledge:
        """What is known but for what was filed."""
        return replace(self, programs=tuple([known for known in self.programs if not known.content]), led=())

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


def _in_turns(entries: Iterable[Entry]) -> list[Entry]:
    """The best of each task, then the second of each, and so on."""
    ranks: Counter[tuple[str, str]] = Counter()
    ranked = []
    for entry in entries:
        ranked.append((ranks[entry.task, entry.content], entry))
        ranks[entry.task, entry.content] += 1
    return [entry for _, entry in sorted(ranked, key=lambda each: each[0])]


def _filed(archive: Archive | None, notify: Notify) -> Iterable[Known]:
    if archive is None:
        return
    strange = 0
    for entry in _in_turns(archive.entries()):
        try:
            fits = entry.o_score == entry.demos
            yield Known(entry.md5, entry.task, entry.content, archive.program(entry.md5), fits)
        except ProgramError:  # of another vocabulary
            strange += 1
    if strange:
        notify(f"{strange} filed programs are not of this version's vocabulary; the search does without them")
