"""What led when a search was cut, or its process lost: run alone then, so that it counts and is filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from kagglebatt.notify import Notify
from kagglebatt.running.job import Position
from kagglebatt.running.limit import Limits
from kagglebatt.running.outcome import Kind
from kagglebatt.running.worker_pool import SMALL_WORK, WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.solving.job import Searched, worth
from kagglebatt.solving.verify import verify
from kagglebatt.tasks.task import Task

_SECONDS = 5.0
"""Of the processor, for all programs of one task."""


@dataclass(frozen=True)
class AloneJob:
    """The programs that led on one task, run alone.

    Attributes:
        task: without test answers.
        alone_limits: for one program on one sample.
    """

    task: Task
    done: Searched
    alone_limits: Limits

    @property
    def limits(self) -> Limits:
        """After how long without a word this process is taken for stuck."""
        return Limits(_SECONDS, self.alone_limits.memory)

    def perform(self, position: Position | None) -> Iterator[Searched]:
        """The same, with what the programs do alone."""
        if position is not None:
            position.set(self.done.place, 0)
        verified = tuple((found, verify(found, self.task, self.alone_limits)) for found in worth(self.done.leading))
        if position is not None:
            position.clear()
        yield replace(self.done, found=verified, leading=())

    def alone(self, _place: int, _number: int) -> AloneJob:
        """Nothing is run again that ended its process."""
        return replace(self, done=replace(self.done, leading=()))

    def without(self, _differ: int) -> NoReturn:
        """There are no differs here."""
        raise NotImplementedError

    def ended(self, _kind: Kind, _seconds: float, _by_clock: bool, _took: float) -> Searched:
        """What is said when it ends its process again and again."""
        return replace(self.done, leading=())


def run_alone(cut: Mapping[Task, Searched], settings: Settings, notify: Notify) -> Iterator[tuple[Task, Searched]]:
    """Run alone what led on each task, on this machine, where no worker may be left but those that are still cut."""
    own = replace(settings, jobs=1, backend="sequential" if settings.backend == "sequential" else "threading")
    tasks = {done.place: task for task, done in cut.items()}
    with WorkerPool(own, notify) as pool:
        jobs = [AloneJob(task, done, pool.limits) for task, done in cut.items()]
        for done in pool.perform(jobs, SMALL_WORK):
            yield tasks[done.place], done
