"""The answers that lead so far, task by task, on their way into the submission's file."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from kagglebatt.solving.job import Searched
from kagglebatt.solving.submission_file import SubmissionFile
from kagglebatt.tasks.task import Task


class Leading:
    """Takes what comes of each task, from any thread, more than once and from several tries, and writes what is better.

    The end of a search counts for more than all before it, whichever worker had it: so the file is the same every way.
    """

    def __init__(self, file: SubmissionFile | None) -> None:
        self._file = file
        self._held: dict[str, tuple[int, int]] = {}
        self._early: dict[Task, Searched] = {}
        self._lock = threading.Lock()
        self._over = False

    def take(self, task: Task, done: Searched) -> None:
        """Take what leads on a task, or what came of it; nothing after the finish."""
        rank = (done.fitted, done.work)
        with self._lock:
            if self._over or not done.attempts:
                return
            if (done.early or done.fault) and rank < self._held.get(task.id, (0, 0)):
                return
            self._held[task.id] = rank
            if done.early:
                self._early[task] = done
            else:
                self._early.pop(task, None)
            if self._file is not None:
                self._file.improve(task.id, done.attempts)

    def cut(self, ended: Mapping[str, Searched]) -> dict[Task, Searched]:
        """What led on each task whose search did not come to its end, or only to a worse one.

        Args:
            ended: what came of tasks, by id.
        """
        with self._lock:
            early = dict(self._early)
        found = {}
        for task, led in early.items():
            end = ended.get(task.id)
            lost = "" if end is None else end.fault
            seconds = led.seconds + (0.0 if end is None else end.seconds)
            found[task] = replace(led, early=False, cut=end is None, fault=lost, seconds=seconds)
        return found

    def finish(self) -> None:
        """See that the last answers are in the file, and leave it alone from then on.

        Raises:
            OutputError: they are not, and the file is as it was written last.
        """
        with self._lock:
            self._over = True
            if self._file is not None:
                self._file.finish()
