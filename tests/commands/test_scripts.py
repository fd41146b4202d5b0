"""The scripts that measure: each runs, and prints what its documentation says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str, *arguments: str) -> Any:
    """The JSON document that a script prints."""
    command = [sys.executable, str(ROOT / "scripts" / name), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return json.loads(done.stdout)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_nothing_is_lost_in_a_short_fault_campaign() -> None:
    """Kills, failing writes, damage, two writers, readers beside one, stops, a clock that jumps: all survived."""
    tallies = script("faults.py", "--short")
    assert {name: tally["lost"] for name, tally in tallies.items()} == dict.fromkeys(tallies, 0)
    assert sum(tally["tried"] for tally in tallies.values()) >= 25
    assert {"readers", "stop", "kill fix", "fail evolve", "kill merge"} <= set(tallies)


def test_bench_cache_gives_its_figures() -> None:
    """Every figure measured, for a small cache."""
    figures = script("bench_cache.py", "--entries", "500")
    assert figures["entries"] == 500
    assert all(value > 0 for value in figures.values())


def test_bench_history_gives_its_figures() -> None:
    """Every figure measured, for a short history and one that is folded."""
    rows = script("bench_history.py", "--iterations", "5", "--iterations", "150")
    assert [row["iterations"] for row in rows] == [5, 150]
    assert all(value > 0 for row in rows for value in row.values())
