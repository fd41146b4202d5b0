"""A progress bar where somebody sees it: in a terminal, or in a notebook that has widgets."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(wanted: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """A function to be told (stage, done, in all), which shows a bar; nothing in a log, where it would be a flood."""
    if not wanted or not ("ipykernel" in sys.modules or sys.stderr.isatty()):
        yield lambda _stage, _done, _total: None
        return
    bar: Any = None

    def advance(stage: str, done: int, total: int) -> None:
        nonlocal bar
        if bar is None or bar.desc != stage or bar.total != total:
            if bar is not None:
                bar.close()
            bar = _tqdm()(desc=stage, total=total, unit="run", leave=False, disable=None)
            bar.desc, bar.total = stage, total  # also where it is not shown
        bar.update(done - bar.n)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()


def _tqdm() -> Any:
    """The kind of bar that can be shown here; late, since importing the notebook's takes a while."""
    if "ipykernel" not in sys.modules:
        from tqdm import tqdm

        return tqdm
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without widgets has no bar, which is no reason to complain
        from tqdm.auto import tqdm as of_the_notebook
    return of_the_notebook
