"""Dealing by hand: which programs, some of them mutated, an iteration would run together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from random import Random

from kagglebatt.api.program import Program, Programs, as_programs, read_library
from kagglebatt.api.tasks import as_tasks
from kagglebatt.markup import LINE, MONOSPACE, block, plural, table
from kagglebatt.programs.batt import Batt, write
from kagglebatt.programs.batt import Hand as Batts
from kagglebatt.programs.card import Donor, deal_hand
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task


@dataclass(frozen=True, repr=False)
class Hand:
    """What was dealt: programs merged into one batt, in which no call is made twice.

    >>> import kagglebatt as kb
    >>> hand = kb.deal(["x1 = hmirror(I); O = vconcat(I, x1)", "x1 = hmirror(I); O = vconcat(x1, I)"], mutate=0)
    >>> hand
    <hand: 2 candidates in 3 steps, ... differs>

    Attributes:
        batts: the solvers' batt and the differs', as the package's other parts know them.
        note: how it was dealt, for the reader of the text.
    """

    batts: Batts
    note: str = ""

    @property
    def candidates(self) -> Programs:
        """The solvers, each with the names of the programs that it stands for; ``~`` and an operator is a mutation."""
        return _programs(self.batts.solvers, "solve")

    @property
    def differs(self) -> Programs:
        """The programs that judge what solvers compute."""
        return _programs(self.batts.differs, "differ")

    @property
    def text(self) -> str:
        """The batt file's text, which ``kagglebatt run`` takes."""
        return write(self.batts, self.note)

    def __repr__(self) -> str:
        solvers, differs = self.batts.solvers, self.batts.differs
        return (
            f"<hand: {plural(len(solvers.outputs), 'candidate')} in {plural(len(solvers.steps), 'step')}, "
            f"{plural(len(differs.outputs), 'differ')}>"
        )

    def _repr_html_(self) -> str:
        style = f"{MONOSPACE};font-size:12px;overflow-x:auto;border-left:2px solid {LINE};padding-left:10px"
        text = f'<details><summary>the batt</summary><pre style="{style}">{escape(self.text)}</pre></details>'
        rows = ((place, each.name, len(each)) for place, each in enumerate(self.candidates, 1))
        return block(repr(self)[1:-1], table(("", "dealt from", "steps"), rows), text)


def _programs(batt: Batt, kind: str) -> Programs:
    outputs = zip(batt.outputs, batt.candidates, strict=True)
    return Programs(Program(", ".join(output.owners), kind, steps) for output, steps in outputs)


def deal(
    programs: Program | str | Iterable[Program | str] | None = None,
    tasks: Task | Iterable[Task] = (),
    candidates: int = Settings.candidates,
    mutate: float = Settings.mutate,
    seed: int = Settings.seed,
) -> Hand:
    """Deal programs, some of them mutated, as an iteration does; the same for the same arguments.

    >>> import kagglebatt as kb
    >>> hand = kb.deal("x1 = hmirror(I); O = vconcat(I, x1)", candidates=3, mutate=1, seed=0)
    >>> len(hand.candidates), all("~" in program.name for program in hand.candidates)
    (3, True)

    Args:
        programs: to deal from; the shipped library when None. Where there are no differs, the shipped ones judge.
        tasks: half of the seats go to programs that have the name of one of them.
        candidates: distinct programs to deal; fewer come out where mutation cannot give that many.
        mutate: chance, 0 to 1, that a dealt program is mutated.
        seed: of everything random.

    Raises:
        ProgramError: a text is no program.
        SettingsError: a number cannot work.
    """
    settings = Settings(candidates=candidates, mutate=mutate, seed=seed)
    given = read_library() if programs is None else as_programs(programs)
    batts = deal_hand(
        [Donor(each.name, each.steps, each.name) for each in given.solvers],
        [Donor(each.name, each.steps) for each in given.differs or read_library().differs],
        [task.id for task in as_tasks(tasks)],
        settings.candidates,
        settings.mutate,
        Random(settings.seed),
    )
    return Hand(batts, f"seed {seed}, mutation rate {mutate}")
