"""What can go wrong, one small class per fault, so that callers judge by type and never by wording.

``KagglebattError`` is bad input or a refused request: the command line prints its message and exits with 2.
``TooLargeError`` is different: primitives raise it before they build a huge value, and it never leaves a run;
it becomes the outcome "too large" of one candidate. ``StoppedError`` is no fault at all.
"""

from __future__ import annotations


class _OneSentence(Exception):
    """What is told in one sentence, in a notebook's cell as well, without a page of traceback below it."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class KagglebattError(_OneSentence):
    """Base of every fault that a user can mend; its text says what, where, and what to do next.

    >>> import kagglebatt as kb
    >>> try:
    ...     kb.Program.parse("O = vmiror(I)")
    ... except kb.KagglebattError as error:
    ...     print(error)
    program:1: unknown name 'vmiror' (closest: vmirror).
    """


class ProgramError(KagglebattError):
    """A program's text does not follow the grammar or names something the vocabulary lacks.

    Attributes:
        source: file name, or a word for text that came from elsewhere.
        line: 1-based line in that source, 0 when the fault is not on one line.
        problem: what is wrong, as one sentence.
    """

    def __init__(self, source: str, line: int, problem: str) -> None:
        super().__init__(source, line, problem)
        self.source = source
        self.line = line
        self.problem = problem

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        return f"{where}: {self.problem}"


class TaskError(KagglebattError):
    """Task data is missing, is not JSON, or does not hold rectangular grids of colours 0 to 9."""


class HomeError(KagglebattError):
    """An iteration's home directory, or a file in it, cannot be used as it is."""


class DamagedError(HomeError):
    """A file of a home is torn or altered: what was read is not what was written."""


class ForeignError(HomeError):
    """A file under the name of one of a home's files was not laid out by kagglebatt, or not by it alone."""


class StoppedError(_OneSentence):
    """A run was asked to end before it was done. What was finished is saved, and the next run goes on from there.

    Attributes:
        reason: ``"SIGINT"``, ``"SIGTERM"`` or ``"time budget"``.
        remedy: what to do next.
    """

    def __init__(self, reason: str, remedy: str = "the same command goes on from there") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"stopped ({self.reason}). What was finished is saved; {self.remedy}."


class InputError(KagglebattError):
    """An input of a kernel is missing, empty, old, or not what the notebook was bundled with."""


class RunFailedError(_OneSentence):
    """A run in a kernel did not come to its end; the answer is no, and nothing was wrong with what was asked."""


class CredentialsError(KagglebattError):
    """Kaggle's client is missing, or Kaggle does not take the credentials that it has."""


class RemoteError(_OneSentence):
    """Kaggle, or its client, said no. The answer is no; nothing was wrong with what was asked of kagglebatt.

    Attributes:
        status: HTTP status of the answer, 0 where there was none.
        after: seconds that Kaggle asked to wait before the next call, 0 where it named none.
    """

    def __init__(self, message: str, status: int = 0, after: float = 0.0) -> None:
        super().__init__(message, status, after)
        self.message = message
        self.status = status
        self.after = after

    def __str__(self) -> str:
        return self.message


class UnsureError(RemoteError):
    """No answer came, or none that tells whether what was asked for was done; it may be asked again."""


class QuotaError(RemoteError):
    """As many runs as the account may have are going."""


class IgnoredInputError(RemoteError):
    """Kaggle started the run without an input that it was pushed with, or with an older version of it."""


class NotJoinedError(IgnoredInputError):
    """Kaggle started the run without a competition's files: the account has not joined it."""


class OutputError(KagglebattError):
    """A place that something should be written to does not take it."""


class SettingsError(KagglebattError):
    """An option or setting has a value that cannot work."""


class TooLargeError(Exception):
    """A primitive was asked for a value with more members, or a bigger number, than a run allows."""
