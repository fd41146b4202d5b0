"""What a loop does that answers a competition's tasks, again and again, each time with all that was found before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kagglebatt.errors import RunFailedError
from kagglebatt.notebook.bundle import Bundle, build
from kagglebatt.notify import Notify
from kagglebatt.programs.library import read_to_deal
from kagglebatt.remote.kernel import Output
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.submitting import submission_fault
from kagglebatt.solving.budget import SolveBudget

SIZES = (0,)
"""Of a plan that solves: all tasks of its competition, which Kaggle knows."""


@dataclass(frozen=True)
class SolvePlan(LoopPlan):
    """A loop around kernels that solve; one kernel a round.

    Attributes:
        budget: of each round.
    """

    budget: SolveBudget = field(default_factory=SolveBudget)

    def words(self, _size: int) -> str:
        """The tasks of the competition, however many they are."""
        return f"tasks of {self.competition}"

    def tell(self, notify: Notify) -> None:
        """Say what of the solvers is left out."""
        read_to_deal(self.settings.solvers, self.settings.strict, notify)

    def asked(self) -> dict[str, Any]:
        """Everything that makes this loop what it is; whether it ends with a submission may be said later."""
        own = {
            "competition": self.competition,
            "per_task": self.budget.per_task,
            "work": self.budget.work,
            "patient": self.budget.patient,
        }
        return {**super().asked(), **own}

    def check(self, ref: str, output: Output) -> None:
        """See that a kernel did what it should, and left a submission that can be scored."""
        super().check(ref, output)
        if fault := submission_fault(output.folder):
            raise RunFailedError(f"{ref}: left no submission that could be scored: {fault}.")

    def shards(self, _size: int) -> list[str | None]:
        """One kernel."""
        return [None]

    def title(self, _size: int, _shard: str | None) -> str:
        """The title of every round's kernel."""
        return f"{self.name} {self.competition}"

    def bundle(self, size: int, shard: str | None, salt: str, expected: int | None) -> Bundle:
        """A round's kernel."""
        request = self.request(size, shard, salt, expected)
        return build(replace(request, competition=self.competition, budget_of_tasks=self.budget), ())

    @cached_property
    def extras(self) -> dict[int, dict[str, bytes]]:
        """Nothing has to be in the dataset beside the home."""
        return {size: {} for size in self.sizes}
