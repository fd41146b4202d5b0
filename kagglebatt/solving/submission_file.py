"""``submission.json`` on disk: whole and valid from the first second, and never anything else afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kagglebatt.errors import OutputError
from kagglebatt.home.files import named, write_aside, writing
from kagglebatt.notify import Notify, notify_nobody
from kagglebatt.tasks.challenges import Challenges
from kagglebatt.tasks.submission import Attempts, Submission


class SubmissionFile:
    """A submission that is written anew whenever an answer changes, aside and then renamed.

    A full disk leaves the file as it was last written; it is tried again with the next answer, and at the end.

    Attributes:
        behind: answers that changed since the file was written.
    """

    def __init__(self, path: Path, challenges: Challenges, notify: Notify = notify_nobody) -> None:
        """Write it as it is without any answer.

        Args:
            notify: told when it cannot be written, once until it can be again.

        Raises:
            OutputError: it cannot be written.
        """
        self.path = path
        self.behind = 0
        self._notify = notify
        self._submission = Submission(challenges)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_aside(named(path), self._submission.text())

    def improve(self, task_id: str, attempts: Sequence[Attempts]) -> None:
        """Take better answers for a task, for each test input its attempts, and write them if they are other ones."""
        if not self._submission.improve(task_id, attempts) and not self.behind:
            return
        self.behind += 1
        try:
            self._write()
        except OutputError as error:
            if self.behind == 1:
                self._notify(f"{error} It stays as it was written last, and is tried again with every answer.")

    def finish(self) -> None:
        """See that the last answers are in the file, whoever wrote it meanwhile.

        Raises:
            OutputError: they are not, and the file is as it was written last.
        """
        if self.behind or not self._is_ours():
            self._write()

    def _is_ours(self) -> bool:
        try:
            return self.path.read_bytes() == self._submission.text().encode()
        except OSError:
            return False

    def _write(self) -> None:
        with writing(self.path):
            write_aside(named(self.path), self._submission.text())
        self.behind = 0
