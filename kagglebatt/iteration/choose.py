"""From what was promising to a hand: which programs are run in full, and on which tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.program import Program


@dataclass(frozen=True)
class Choice:
    """A program that came near on a task.

    Attributes:
        content: the task's.
        name: of its first parent, for readers.
        exact: whether it reproduces every demo pair.
        nearness: per demo pair, so that tasks can be compared.
        made_by: the operator that readers are told; what made it smaller afterwards is none, unless it is the only one.
    """

    content: str
    program: Program
    origin: Origin
    name: str
    exact: bool
    nearness: float
    made_by: str = ""

    @property
    def operator(self) -> str:
        """``made_by``, or the operator of its origin; empty of a program that was given."""
        return self.made_by or (self.origin.operator if self.origin.parents else "")

    @property
    def owner(self) -> str:
        """How it is named in a hand: by its parent and its operator, or by its own name where it was given."""
        return f"{self.name} ~{self.operator}" if self.operator else self.name


def choose(choices: Sequence[Choice], seats: int) -> list[Choice]:
    """Choices for at most so many distinct programs: exact ones first, nearer ones next, each task in turn.

    Of exact ones of one task shorter programs come first: they are more often right on test pairs, too.
    """
    by_task: dict[str, list[Choice]] = {}
    for choice in sorted(choices, key=_rank):
        by_task.setdefault(choice.content, []).append(choice)
    ordered = sorted(_in_turn(by_task), key=lambda each: (not each[1].exact, each[0], _rank(each[1])))
    seated: dict[str, None] = {}
    taken = []
    for _, choice in ordered:
        if choice.program.address in seated or len(seated) < seats:
            seated[choice.program.address] = None
            taken.append(choice)
    return taken


def _in_turn(by_task: Mapping[str, Sequence[Choice]]) -> Iterator[tuple[int, Choice]]:
    return (each for own in by_task.values() for each in enumerate(own))


def _rank(choice: Choice) -> tuple[bool, float, int, str, str]:
    near = 0.0 if choice.exact else -choice.nearness
    return not choice.exact, near, len(choice.program), choice.program.address, choice.content
