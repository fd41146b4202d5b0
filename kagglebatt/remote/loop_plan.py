"""What a loop does: which kernels, at which sizes, how often, and on whose account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kagglebatt.home import index
from kagglebatt.notebook.bundle import Bundle, BundleRequest, build
from kagglebatt.notebook.kernel_metadata import slugify
from kagglebatt.notify import Notify
from kagglebatt.programs.library import read_to_deal
from kagglebatt.reading import Reading
from kagglebatt.remote.dataset import entry_counts
from kagglebatt.remote.kernel import Output
from kagglebatt.remote.watch import check_run
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task

_NOT_ASKED = ("strict",)
"""Settings that a loop may be continued without: they say what is refused, not what is made of the rest."""


@dataclass(frozen=True)
class LoopPlan:
    """What a loop does.

    Attributes:
        settings: of every kernel; tasks, iterations, shard and home of the kernels are the plan's own.
        sizes: numbers of tasks.
        kernels: into how many kernels the tasks of a step are dealt.
        name: of which the kernels' titles are made.
        account: whose kernels they are.
        metadata: of the dataset that carries the home.
        waits: whether to wait when as many runs as allowed are going, or to give up.
        force: publish a home also when the published one has more in it.
        folder: for state, kernels and outputs.
        machine: keys of the kernels' metadata that say what they run on.
        competition: slug of the one whose tasks the kernels answer; empty where they evolve.
        submits: whether the last kernel's version is submitted to it, and ``scores`` whether its score is waited for.
    """

    settings: Settings
    iterations: int
    sizes: tuple[int, ...]
    kernels: int
    name: str
    account: str
    metadata: dict[str, Any]
    waits: bool
    force: bool
    folder: Path
    machine: Mapping[str, str] = field(default_factory=dict)
    competition: str = ""
    submits: bool = False
    scores: bool = False

    @property
    def dataset(self) -> str:
        """owner/slug of the dataset."""
        return str(self.metadata["id"])

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """(iteration, size) of every step."""
        return tuple((iteration, size) for iteration in range(1, self.iterations + 1) for size in self.sizes)

    @cached_property
    def tasks(self) -> dict[int, Reading[Task]]:
        """The tasks of every size."""
        settings = self.settings
        return {size: load_tasks(settings.dataset, size, settings.ids, settings.strict) for size in self.sizes}

    def tell(self, notify: Notify) -> None:
        """Say what of solvers and tasks is left out, once for the whole loop."""
        read_to_deal(self.settings.solvers, self.settings.strict, notify)
        self.tasks[max(self.sizes)].tell(notify)

    def asked(self) -> dict[str, Any]:
        """Everything that makes this loop what it is, as JSON values."""
        settings = {name: str(value) for name, value in asdict(self.settings).items() if name not in _NOT_ASKED}
        return {
            "settings": settings, "iterations": self.iterations, "sizes": list(self.sizes), "kernels": self.kernels,
            "name": self.name, "account": self.account, "dataset": self.dataset,
            **({"machine": dict(self.machine)} if self.machine else {}),  # a loop begun earlier named none
        }  # fmt: skip

    def words(self, size: int) -> str:
        """What the kernels of a step work on."""
        return f"{size} tasks"

    def check(self, ref: str, output: Output) -> None:
        """See that a kernel did what it should.

        Raises:
            IgnoredInputError: it could not begin, for an input was missing, empty or old.
            RunFailedError: it failed, or left less than it should.
        """
        check_run(ref, output)

    def shards(self, size: int) -> list[str | None]:
        """i/n of each kernel of a step; none is without a task."""
        kernels = min(self.kernels, len(self.tasks[size]))
        return [None] if kernels == 1 else [f"{each}/{kernels}" for each in range(1, kernels + 1)]

    def title(self, size: int, shard: str | None) -> str:
        """The title of a step's kernel."""
        return f"{self.name} {len(self.tasks[size])} tasks{f' part {shard}'.replace('/', ' of ') if shard else ''}"

    def ref(self, size: int, shard: str | None) -> str:
        """owner/slug of a step's kernel."""
        return f"{self.account}/{slugify(self.title(size, shard))}"

    def bundle(self, size: int, shard: str | None, salt: str, expected: int | None) -> Bundle:
        """A step's kernel.

        Args:
            expected: iterations that the attached home must hold; None when none is attached.
        """
        return build(self.request(size, shard, salt, expected), self.tasks[size])

    def request(self, size: int, shard: str | None, salt: str, expected: int | None) -> BundleRequest:
        """What a step's kernel is bundled from; arguments are those of ``bundle``."""
        return BundleRequest(
            replace(self.settings, tasks=None, ids=(), iterations=1, shard=shard),
            self.title(size, shard),
            self.account,
            dataset=None if expected is None else self.dataset,
            expected=expected or 0,
            salt=salt,
            machine=self.machine,
        )

    @cached_property
    def extras(self) -> dict[int, dict[str, bytes]]:
        """Files of every size that do not fit into its kernel, and have to be in the dataset."""
        return {size: self.bundle(size, self.shards(size)[-1], "", 0).moved for size in self.sizes}


def describe(plan: LoopPlan) -> list[str]:
    """Everything a loop would do, a line each, with the bytes of what it would send."""
    home, lines = plan.settings.home, [f"account {plan.account}, dataset {plan.dataset}, home {plan.settings.home}"]
    if entry_counts(index.read_index(home)):
        files = [home / name for name in (*index.FILES, index.FILE_NAME)]
        lines += [f"publish {path.stat().st_size:>12,} bytes  {path}" for path in files if path.is_file()]
    for iteration, size in plan.steps:
        step = f"iteration {iteration}, {plan.words(size)}:"
        lines += [
            f"{step} publish {len(content):,} bytes  {name}, beside the home"
            for name, content in plan.extras[size].items()
        ]
        for shard in plan.shards(size):
            made = plan.bundle(size, shard, "", 0)
            parts = ", ".join(f"{name} {count:,}" for name, count in made.parts.items())
            lines.append(f"{step} push {made.size:,} bytes ({parts}) as {made.metadata['id']}")
        lines.append(f"{step} wait, fetch, verify, merge into {home}, publish as {plan.dataset}")
    if plan.submits:
        lines.append(f"submit the last version to {plan.competition}{', and wait for its score' * plan.scores}")
    return lines
