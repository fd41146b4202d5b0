"""What came of a program on every sample of a task, beside what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from kagglebatt.dsl.types import Grid
from kagglebatt.markup import block, plural, side_by_side
from kagglebatt.running.outcome import Kind
from kagglebatt.running.score import SampleScore
from kagglebatt.tasks.picture import Gallery
from kagglebatt.tasks.task import Sample, Task


@dataclass(frozen=True, repr=False)
class SampleOutcome:
    """What came of a program on one sample.

    Attributes:
        sample: the pair that it was run on.
        kind: ``value``, ``raised``, ``timed out``, ``too large``, ``not a grid`` or ``crashed``.
        fault: name of the exception when it raised, or of the type of what is no grid; else empty.
        value: the grid that it computed, or None.
        right: whether that is the known answer.
        similarity: cells that agree with the answer, per thousand.
        seconds: what the program's steps took.
    """

    sample: Sample
    kind: str
    fault: str
    value: Grid | None
    right: bool
    similarity: int
    seconds: float

    @property
    def verdict(self) -> str:
        """One or two words for it, such as ``right`` or ``raised KeyError``."""
        if self.kind != Kind.VALUE.value:
            fault = f"({self.fault})" if self.kind == Kind.NOT_A_GRID.value and self.fault else self.fault
            return f"{self.kind} {fault}".rstrip()
        if self.sample.answer is None:
            return "a grid; the answer is not known"
        if self.right:
            return "right"
        return f"wrong, {self.similarity / 10:.1f}% of cells agree" if self.similarity else "wrong"

    def __repr__(self) -> str:
        return f"{self.sample.name}: {self.verdict}"

    def _repr_html_(self) -> str:
        mark = "\N{CHECK MARK} " if self.right else "" if self.sample.answer is None else "\N{MULTIPLICATION SIGN} "
        group: list[tuple[str, Grid | None]] = [("input", self.sample.input)]
        if self.sample.answer is not None:
            group.append(("expected", self.sample.answer))
        group.append(("computed" if self.value is not None else "no grid", self.value))
        return Gallery(f"{mark}{self!r}", (tuple(group),))._repr_html_()


@dataclass(frozen=True, repr=False)
class Outcomes(Sequence[SampleOutcome]):
    """The outcomes of one program on a task, demo samples first; a notebook shows them beside the expected answers.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> outcomes = kb.run("O = vmirror(I)", task)
    >>> outcomes.o_score, outcomes[0].value == task.demo[0].answer
    (3, True)

    Attributes:
        program: the program's name.
        task: the task's id.
    """

    program: str
    task: str
    outcomes: tuple[SampleOutcome, ...]

    @overload
    def __getitem__(self, place: int) -> SampleOutcome: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[SampleOutcome, ...]: ...
    def __getitem__(self, place: int | slice) -> SampleOutcome | tuple[SampleOutcome, ...]:
        return self.outcomes[place]

    def __iter__(self) -> Iterator[SampleOutcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def o_score(self) -> int:
        """Demo pairs that were reproduced exactly."""
        return sum(each.right for each in self if each.sample.kind == "demo")

    @property
    def title(self) -> str:
        """Which program, which task, and how much of it was right."""
        counts = []
        for kind in ("demo", "test"):
            own = [each for each in self if each.sample.kind == kind]
            counts.append(f"{sum(each.right for each in own)} of {plural(len(own), f'{kind} pair')}")
        return f"{self.program} on task {self.task}: right on {' and '.join(counts)}"

    def __repr__(self) -> str:
        return "\n  ".join([self.title, *map(repr, self)])

    def _repr_html_(self) -> str:
        return block(self.title, side_by_side(each._repr_html_() for each in self))


def compared(program: str, task: Task, scores: Sequence[SampleScore]) -> Outcomes:
    """The scores of a program on every sample of a task, kept with their answers, as outcomes."""
    outcomes = (
        SampleOutcome(sample, score.kind.value, score.fault, score.answer, score.right, score.similarity, score.seconds)
        for sample, score in zip(task.samples, scores, strict=True)
    )
    return Outcomes(program, task.id, tuple(outcomes))
