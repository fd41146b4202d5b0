"""What happens in a kernel that answers a competition's tasks: a valid submission first, then everything else.

On Kaggle's rerun with the hidden tasks an error would lose the submission that is there already; so there it is said
and noted, and the notebook ends well. In every other run it is raised, so that whoever pushed it learns of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from kagglebatt.api.progress import every, progress_bar
from kagglebatt.errors import KagglebattError, OutputError, StoppedError
from kagglebatt.notebook.inputs import find_challenges
from kagglebatt.notebook.kernel import Kernel, hardware, say
from kagglebatt.notify import Pace
from kagglebatt.pages.page import FILE_NAME as PAGE_NAME
from kagglebatt.pages.solved import solved_page
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.solving.report import SolveReport
from kagglebatt.solving.solve import solve
from kagglebatt.solving.submission_file import SubmissionFile
from kagglebatt.tasks.challenges import Challenges, read_challenges
from kagglebatt.tasks.submission import FILE_NAME

RERUN = "KAGGLE_IS_COMPETITION_RERUN"
"""Environment variable: Kaggle runs the notebook again, with the tasks that nobody sees."""
_LONGEST_MINUTES = 24 * 60.0
_LEAST_MINUTES = 0.01


@dataclass
class SolveKernel(Kernel):
    """One run that answers a competition's tasks.

    Attributes:
        competition: its slug, by which its files are found.
        per_task, work, patient: as in ``SolveBudget``.
        minutes: from the kernel's start on.
        challenges: what is to be answered.
        solved: what it came to.
    """

    competition: str = ""
    per_task: float | None = None
    work: int | None = None
    patient: bool = False
    minutes: float | None = None
    challenges: Challenges | None = None
    solved: SolveReport | None = None

    @property
    def submission(self) -> Path:
        """Where the submission is."""
        return self.working_folder / FILE_NAME

    def prepare(self) -> None:
        """Find the tasks, write a first submission, and take over what is attached.

        Raises:
            KagglebattError: there are no tasks; or, but on the rerun, an input is missing, old or damaged.
        """
        with self._noted("failed", "was prepared"):
            say(hardware())
            self.working_folder.mkdir(parents=True, exist_ok=True)
            place = find_challenges(self.input_folder, self.competition)
            self.challenges = read_challenges(place, notify=say)
            SubmissionFile(self.submission, self.challenges, say)
            self.tasks = self.challenges.tasks
            say(f"{self.challenges.source}: {len(self.challenges.tests)} tasks; {FILE_NAME} is there, and valid")
            with self._forgiven():
                self.take_over_inputs()

    def run(self) -> None:
        """Answer the tasks until all are searched or the time is used up.

        Raises:
            KagglebattError: but on the rerun, something cannot be read or written; what was finished is saved.
        """
        assert self.challenges is not None
        with self._forgiven(), self._noted("complete", "was run"):
            budget = SolveBudget(self.per_task, self.work, self._minutes_left(), self.patient)
            with progress_bar(True, say=say, pace=Pace(every())) as progress:
                report = solve(self.challenges, self.settings, budget, self.submission, progress, say)
            self.solved = report
            self.runs.append(report.as_iteration())
            say("\n".join(report.lines()))
            self._draw(report)
            if report.stopped:
                raise StoppedError(report.stopped)

    def _draw(self, report: SolveReport) -> None:
        """Leave a page that shows each task; where there is no room for it, the answers stand all the same."""
        try:
            solved_page(report).write(self.working_folder / PAGE_NAME)
        except OutputError as error:
            say(f"no page was made: {error}")

    def _minutes_left(self) -> float | None:
        """Of the time budget, which runs since the kernel was started."""
        if self.minutes is None:
            return None
        return max(_LEAST_MINUTES, self.minutes - kernel_age() / 60)

    @contextmanager
    def _forgiven(self) -> Iterator[None]:
        """On the rerun no error of ours keeps a valid submission from being scored."""
        try:
            yield
        except (KagglebattError, OSError) as error:
            if not os.environ.get(RERUN):
                raise
            say(f"going on without it, for {FILE_NAME} is valid: {error}")


def kernel_age() -> float:
    """Seconds since this process was started; 0 where the system does not say."""
    try:
        fields = Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()
        age = monotonic() - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
    return age if 0 <= age <= 60 * _LONGEST_MINUTES else 0.0
