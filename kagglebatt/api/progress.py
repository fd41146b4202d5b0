"""How far the work is, where somebody waits: bars in a terminal and in a notebook, a line now and then in a log."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

from kagglebatt.api.whole_run import WholeRun
from kagglebatt.notify import Notify, Pace, notify_nobody

EVERY = "KAGGLEBATT_EVERY"
"""Environment variable: seconds between two lines of progress in a log."""
_EVERY_SECONDS = 10.0


class _Display(Protocol):
    """Where progress is shown."""

    def show(self, stage: str, done: int, total: int, words: str) -> None:
        """A stage has come so far, and how it goes."""

    def turn(self) -> None:
        """An iteration is over."""

    def say(self, sentence: str) -> None:
        """Something goes on that has no measure."""

    def close(self) -> None:
        """Leave nothing behind."""


class Progress:
    """Told how far the work is: called with (stage, done, in all), and after each iteration.

    Attributes:
        whole: the run that consists of several iterations, if it does.
    """

    def __init__(self, display: _Display, whole: WholeRun | None) -> None:
        self._display = display
        self.whole = whole

    def __call__(self, stage: str, done: int, total: int, words: str = "") -> None:
        """A stage has come so far; ``words`` say how it goes."""
        self._display.show(stage, done, total, words)

    def iteration_done(self, solved: Collection[str], tasks: int) -> None:
        """An iteration is over, which solved the tasks of these ids, of so many."""
        if self.whole is not None:
            self.whole.add(solved, tasks)
        self._display.turn()

    def say(self, sentence: str) -> None:
        """Something goes on that has no measure: the newest sentence is shown."""
        self._display.say(sentence)

    def close(self) -> None:
        """Show no more."""
        self._display.close()


@contextmanager
def progress_bar(
    wanted: bool = True,
    iterations: int = 1,
    minutes: float | None = None,
    say: Notify | None = None,
    verbose: bool = False,
    pace: Pace | None = None,
) -> Iterator[Progress]:
    """Shows how far the work is for as long as the body takes: bars, or lines where nobody can see bars.

    Args:
        wanted: nothing is shown without.
        iterations: of the whole run; several have a bar of their own, with the tasks solved and the time left.
        minutes: the whole run's time budget.
        say: takes a line of a log; the standard error stream when None.
        verbose: a line for each stage, however short.
        pace: of the lines; that of ``every`` when None.
    """
    whole = WholeRun(iterations, minutes) if iterations > 1 else None
    bars = _tqdm() if wanted else None
    display: _Display
    if bars is not None:
        display = _Bars(bars, whole)
    else:
        display = _Lines((say or _to_stderr) if wanted else notify_nobody, whole, pace or Pace(every()), verbose)
    progress = Progress(display, whole)
    try:
        yield progress
    finally:
        progress.close()


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _tqdm() -> Any:
    """The kind of bar that can be shown here; None where none can. Late: importing the notebook's takes a while."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        return tqdm
    if "ipykernel" not in sys.modules:
        return None
    if os.environ.get("KAGGLE_KERNEL_RUN_TYPE") == "Batch":  # only the log is read while it runs
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without widgets has no bar, which is no reason to complain
        from tqdm.auto import tqdm as of_the_notebook
        from tqdm.notebook import IProgress
    return None if IProgress is None else of_the_notebook


@contextmanager
def aside() -> Iterator[None]:
    """Bars make room while the body prints."""
    bars = sys.modules.get("tqdm")
    with bars.tqdm.external_write_mode() if bars is not None else nullcontext():
        yield


class _Bars:
    """A bar for the whole run, where it has several iterations, and one for the stage."""

    _WHOLE = "{desc} {n_fmt}/{total_fmt} |{bar}| [{elapsed}{postfix}]"

    def __init__(self, bars: Any, whole: WholeRun | None) -> None:
        self._make = bars
        self._whole = whole
        self._stage: Any = None
        self._total = self._new(whole.iterations, "iterations", bar_format=self._WHOLE) if whole is not None else None
        self.turn()

    def _new(self, total: int | None, name: str, **form: Any) -> Any:
        place = 0 if self._whole is None or name == "iterations" else 1
        return self._make(total=total, desc=name, position=place, leave=False, disable=False, **form)

    def show(self, stage: str, done: int, total: int, words: str) -> None:
        bar = self._stage
        if bar is None or (bar.desc.removesuffix(": "), bar.total) != (stage, total):
            self._end_stage()
            bar = self._stage = self._new(total, stage)
            self._words()
        if words:
            bar.set_postfix_str(words, refresh=False)
        bar.update(done - bar.n)

    def say(self, sentence: str) -> None:
        if self._stage is None or self._stage.total is not None:
            self._end_stage()
            self._stage = self._new(None, sentence, bar_format="{desc} [{elapsed}]")
        self._stage.set_description_str(sentence)

    def turn(self) -> None:
        self._end_stage()
        if self._total is not None and self._whole is not None:
            self._total.n = self._whole.done
            self._words()

    def _words(self) -> None:
        if self._total is not None and self._whole is not None:
            self._total.set_postfix_str(self._whole.words)

    def _end_stage(self) -> None:
        if self._stage is not None:
            self._stage.close()
            self._stage = None

    def close(self) -> None:
        self._end_stage()
        if self._total is not None:
            self._total.close()


class _Lines:
    """A line now and then: which stage, how far, how long; of several iterations, how far and how long in all."""

    def __init__(self, say: Notify, whole: WholeRun | None, pace: Pace, verbose: bool) -> None:
        self._say = say
        self._whole = whole
        self._pace = pace
        self._verbose = verbose
        self._stage = ""

    def show(self, stage: str, done: int, total: int, words: str) -> None:
        new = self._verbose and stage != self._stage
        self._stage = stage
        if self._pace.due() or new:
            self._tell(f"{stage} {done:,} of {total:,}{f': {words}' if words else ''}")

    def say(self, sentence: str) -> None:
        if self._pace.due():
            self._tell(sentence)

    def _tell(self, what: str) -> None:
        line = f"{self._pace.passed:7.1f} s  {what}"
        if self._whole is not None:
            line += f"; iteration {min(self._whole.done + 1, self._whole.iterations)} of {self._whole.iterations}"
            line += f", {self._whole.words}" if self._whole.words else ""
        self._say(line)

    def turn(self) -> None:
        self._stage = ""

    def close(self) -> None:
        """There is nothing to take back."""


def every() -> float:
    """Seconds between two lines, as the environment says; 10 without."""
    try:
        seconds = float(os.environ.get(EVERY, _EVERY_SECONDS))
    except ValueError:
        return _EVERY_SECONDS
    return seconds if 0.1 <= seconds <= 3600 else _EVERY_SECONDS
