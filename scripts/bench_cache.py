"""What remembering costs: ``python scripts/bench_cache.py [--entries N] [--json]``.

Fills a cache with entries of the usual size, and times one lookup at a time: of an entry that this process has
seen (in-process), and of one that has to come from the file (disk); one store at a time, its share of the commit
included; and opening the file anew. Prints medians in microseconds, the seconds that opening took, and bytes.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

import click

from kagglebatt.home.cache import Cache
from kagglebatt.home.entries import FILE_NAME
from kagglebatt.home.recall import CachedResult
from kagglebatt.running.score import Scores

BLOCK = 1_000
"""Entries stored between commits; a run saves after some thousands."""


def usual_text(number: int) -> str:
    """An entry as a run stores it: five samples, seven differs."""
    d_scores = {f"{place:012x}": (number * 37 + place) % 4001 - 2000 for place in range(7)}
    scores = Scores(number % 4, 4, 0, 1, number % 1001, ("value",) * 5, d_scores)
    return CachedResult(scores, 1.0, 0.001234, 0.004321).text()


def bench(home: Path, entries: int) -> dict[str, float]:
    """The figures of one cache."""
    stores = []
    cache = Cache(home)
    keys = [cache.key(f"{number:032x}", f"{number % 400:032x}") for number in range(entries)]
    for first in range(0, entries, BLOCK):
        part = [(place, usual_text(number)) for number, place in enumerate(keys[first : first + BLOCK], first)]
        started = perf_counter()
        for place, text in part:
            cache.validation.store(place, text, 0.004321)
        cache.save()
        stores.append((perf_counter() - started) / len(part))
    cache.close()
    started = perf_counter()
    cache = Cache(home)
    cache.validation.peek(keys[0])
    opened = perf_counter() - started
    asked = random.Random(0).sample(keys, min(entries, 20_000))
    times: dict[str, list[float]] = {"disk": [], "in-process": []}
    for name, each in times.items():
        for place in asked:
            started = perf_counter()
            found = cache.validation.peek(place)
            each.append(perf_counter() - started)
            assert found is not None, name
    cache.close()
    return {
        "entries": entries,
        "in_process_microseconds": round(statistics.median(times["in-process"]) * 1e6, 3),
        "disk_microseconds": round(statistics.median(times["disk"]) * 1e6, 3),
        "insert_microseconds": round(statistics.median(stores) * 1e6, 3),
        "open_seconds": round(opened, 6),
        "bytes": (home / FILE_NAME).stat().st_size,
    }


@click.command()
@click.option("--entries", default=100_000, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(entries: int, as_json: bool) -> None:
    """Time the cache."""
    with tempfile.TemporaryDirectory(prefix="kagglebatt-bench-") as folder:
        figures = bench(Path(folder), entries)
    click.echo(
        json.dumps(figures) if as_json else "\n".join(f"{name:26}{value:>16}" for name, value in figures.items())
    )


if __name__ == "__main__":
    main()
