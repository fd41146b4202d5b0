"""The answers that lead so far, task by task, on their way into the submission's file."""

from __future__ import annotations

import threading

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
        self._lock = threading.Lock()
        self._over = False

    def take(self, task: Task, done: Searched) -> None:
        """Take what leads on a task, or what came of it; nothing after the finish."""
        rank = (done.fitted, done.work)
        with self._lock:
            if self._file is None or self._over or not done.attempts:
                return
            if (done.early or done.fault) and rank < self._held.get(task.id, (0, 0)):
                return
            self._held[task.id] = rank
            self._file.improve(task.id, done.attempts)

    def finish(self) -> None:
        """See that the last answers are in the file, and leave it alone from then on.

        Raises:
            OutputError: they are not, and the file is as it was written last.
        """
        with self._lock:
            self._over = True
            if self._file is not None:
                self._file.finish()
