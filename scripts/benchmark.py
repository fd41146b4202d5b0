"""What a run costs: ``python scripts/benchmark.py [--sizes 5,100,400] [--jobs 1,2] [--backends loky,dask] [--json]``.

Deals one batt, and for each size, backend and number of jobs runs it twice on one home, each time in a new process:
cold, and warm with everything remembered. Prints the seconds of the whole process by the clock, the scoring phases
in it (by the clock, and worker seconds divided by that), what was executed, and the peak of the memory that all of
its processes had together, looked at every 50 ms.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import click
import joblib
import psutil

_LOOK_SECONDS = 0.05
_SCORING = ("run_batt.phase4_demo", "run_batt.phase4_test")


def memory(process: psutil.Process) -> int:
    """Bytes of resident memory of a process and all below it; shared pages count for each."""
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def measure(arguments: list[str]) -> dict[str, Any]:
    """Run kagglebatt once; its figures, seconds and peak memory."""
    started = perf_counter()
    command = [sys.executable, "-m", "kagglebatt", *arguments, "--json"]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        watched = psutil.Process(process.pid)
        peak = 0
        while process.poll() is None:
            try:
                peak = max(peak, memory(watched))
            except psutil.NoSuchProcess:
                break
            sleep(_LOOK_SECONDS)
        code = process.wait()
        seconds = perf_counter() - started
        if code:
            raise click.ClickException(f"kagglebatt {' '.join(arguments)} ended with exit code {code}")
        out.seek(0)
        report = json.load(out)
    wall = sum(report["phases"].get(f"{phase}_parallel", 0.0) for phase in _SCORING)
    worked = sum(report["phases"].get(f"{phase}_cpu", 0.0) for phase in _SCORING)
    return {
        "seconds": round(seconds, 3),
        "scoring": round(wall, 3),
        "speedup": round(worked / wall, 2) if wall else None,
        "executed": report["executed"],
        "peak_mib": round(peak / 2**20),
        "digest": report["scores_digest"],
        "phases": report["phases"],
    }


def numbers(text: str) -> list[int]:
    """Numbers between commas."""
    return [int(part) for part in text.split(",")]


@click.command()
@click.option("--sizes", default="5,100,400", show_default=True, help="Numbers of tasks.")
@click.option("--jobs", default="1,2", show_default=True, help="Numbers of worker processes.")
@click.option("--backends", default="threading", show_default=True, help="Backends, as for kagglebatt run.")
@click.option("--dataset", default="arc1-training", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(sizes: str, jobs: str, backends: str, dataset: str, as_json: bool) -> None:
    """Time cold and warm runs of one batt."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        batt = Path(folder) / "batt.py"
        card = ["card", "-f", str(batt), "--dataset", dataset, "--home", str(Path(folder) / "none")]
        subprocess.run([sys.executable, "-m", "kagglebatt", *card], check=True, stdout=2)
        for size in numbers(sizes):
            for backend in backends.split(","):
                for count in numbers(jobs) if backend != "sequential" else [1]:
                    home = Path(folder) / f"{size}-{backend}-{count}"
                    given = ["run", "-b", str(batt), "--dataset", dataset, "--tasks", str(size), "--home", str(home)]
                    for state in ("cold", "warm"):
                        figures = measure([*given, "--backend", backend, "--jobs", str(count)])
                        rows.append({"tasks": size, "backend": backend, "jobs": count, "state": state, **figures})
    if as_json:
        click.echo(json.dumps({"conditions": conditions(), "runs": rows}))
        return
    click.echo(", ".join(f"{name} {value}" for name, value in conditions().items()))
    click.echo(f"{'tasks':>5} {'backend':10} {'jobs':>4} {'':5} {'seconds':>8} {'scoring':>8} {'speedup':>8} "
               f"{'executed':>8} {'MiB':>5}")  # fmt: skip
    for row in rows:
        speedup = "" if row["speedup"] is None else f"{row['speedup']:.2f}x"
        click.echo(f"{row['tasks']:>5} {row['backend']:10} {row['jobs']:>4} {row['state']:5} {row['seconds']:>7.2f}s "
                   f"{row['scoring']:>7.2f}s {speedup:>8} {row['executed']:>8} {row['peak_mib']:>5}")  # fmt: skip


def conditions() -> dict[str, Any]:
    """What the figures depend on beside the code."""
    return {
        "python": platform.python_version(),
        "joblib": joblib.__version__,
        "cpus": psutil.cpu_count(),
        "candidates": 32,
        "seed": 0,
    }


if __name__ == "__main__":
    main()
