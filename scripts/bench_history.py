"""What a long history costs: ``python scripts/bench_history.py [--iterations N ...] [--json]``.

Makes up homes of so many iterations of 100 tasks, and times what every iteration pays beside its own work: opening the
home, filing and saving one more, counting, and the figures of the last one. Prints milliseconds, and bytes of both
files; all but the archive's bytes should be the same in every row.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from kagglebatt.home import archive_layout, index
from kagglebatt.home.archive_layout import COLUMNS
from kagglebatt.home.directory import Home, open_home

BLOCK = 10_000
TIMES = 5


def made_up(number: int) -> dict[str, Any]:
    """A report as an iteration of 100 tasks makes it, times of the tasks included."""
    metrics = [f"run_batt.phase4_{kind}_{what}" for kind in ("demo", "test") for what in ("parallel", "cpu")]
    caches = {name: {"hits": 3000, "misses": 200, "size": 40_000, "seconds_saved": 1.5} for name in ("a", "b")}
    return {
        "iteration": number, "seed": 0, "tasks": 100, "samples": 433, "candidates": 32, "executed": 13_870,
        "solved_demo": 9, "solved_test": 8, "timeouts": 3, "funnel": {"validated": 20, "filed": 3}, "caches": caches,
        "kagglebatt": "0.1.0", "python": "3.11.7", "seconds": 5.123456, "phases": dict.fromkeys(metrics, 0.123456),
        "task_phases": {f"{task:08x}": dict.fromkeys(metrics, 0.123456) for task in range(100)},
    }  # fmt: skip


def fill(home: Home, iterations: int) -> None:
    """Give a home so many iterations, some thousands in a transaction."""
    for first in range(1, iterations + 1, BLOCK):
        numbers = range(first, min(first + BLOCK, iterations + 1))
        home.archive.adopt({**dict.fromkeys(COLUMNS, ()), "iteration": list(_rows(numbers))})


def _rows(numbers: range) -> Iterator[tuple[int, str, str]]:
    template = json.dumps(made_up(0))
    for number in numbers:
        yield number, "", template.replace('"iteration": 0', f'"iteration": {number}', 1)


def milliseconds(step: Callable[[], object]) -> float:
    """The median of some runs of a step."""
    times = []
    for _ in range(TIMES):
        started = perf_counter()
        step()
        times.append(perf_counter() - started)
    return round(statistics.median(times) * 1000, 2)


def bench(place: Path, iterations: int) -> dict[str, float]:
    """The figures of one home."""

    def reopen() -> None:
        with open_home(place):
            pass

    with open_home(place) as home:
        fill(home, iterations)
    with closing(sqlite3.connect(place / archive_layout.FILE_NAME)) as connection:
        connection.execute("VACUUM")  # one iteration at a time leaves no such gaps as thousands at once do
    reopen()
    opened = milliseconds(reopen)
    with open_home(place) as home:
        kept = home.archive

        def iterate() -> None:
            kept.file(kept.next_iteration, [], [], made_up(kept.next_iteration))
            home.save()

        figures = {
            "iterations": iterations,
            "open_ms": opened,
            "file_and_save_ms": milliseconds(iterate),
            "save_ms": milliseconds(home.save),
            "counts_ms": milliseconds(kept.counts),
            "next_iteration_ms": milliseconds(lambda: kept.next_iteration),
            "last_figures_ms": milliseconds(lambda: kept.history(("caches",), 1)),
        }
    sizes = {name: (place / name).stat().st_size for name in (archive_layout.FILE_NAME, index.FILE_NAME)}
    return {**figures, "archive_bytes": sizes[archive_layout.FILE_NAME], "index_bytes": sizes[index.FILE_NAME]}


@click.command()
@click.option("--iterations", multiple=True, type=int, default=(100, 10_000, 100_000), show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(iterations: tuple[int, ...], as_json: bool) -> None:
    """Time homes with long histories."""
    with tempfile.TemporaryDirectory(prefix="kagglebatt-bench-") as folder:
        rows = [bench(Path(folder) / str(count), count) for count in iterations]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for name in rows[0]:
        click.echo(f"{name:20}" + "".join(f"{row[name]:>14,}" for row in rows))


if __name__ == "__main__":
    main()
