"""How far an iteration is: told stage by stage, in candidate runs."""

from __future__ import annotations

from collections.abc import Callable

from kagglebatt.stop import Stop

Progress = Callable[[str, int, int], None]
"""Told (stage, candidate runs done, runs in all) as work goes on."""


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class StageProgress:
    """Turns a stage's steps into calls of the progress function, and ends a stage that goes on after the end."""

    def __init__(self, stage: str, total: int, progress: Progress, stop: Stop) -> None:
        self._stage, self._total, self._progress, self._stop, self._done = stage, total, progress, stop, 0

    def __call__(self, steps: int) -> None:
        self._done += steps
        self._progress(self._stage, self._done, self._total)
        self._stop.check_with_grace()
