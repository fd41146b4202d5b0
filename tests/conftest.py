"""Fixtures that every test file may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from kagglebatt.api.progress import EVERY
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task, parse_task
from tests.idle_workers import end_idle_workers

# How long an example takes says how busy the machine is, not whether the package is right.
examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")

# Nor is it any reason for commands to say how far they are, where tests look at all that they say.
os.environ.setdefault(EVERY, "3600")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the long forms of tests the time that they take on a busy machine; the limit is for what hangs."""
    for item in items:
        if item.get_closest_marker("campaign") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(1_200))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what came of every fault of Kaggle's that was tried."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows = [str(value) for report in reports for name, value in report.user_properties if name == "fault"]
    if rows:
        terminalreporter.section("faults and what came of them")
        terminalreporter.write_line("\n".join(sorted(rows)))


@pytest.fixture(autouse=True)
def _no_idle_workers() -> Iterator[None]:
    """Joblib's worker processes end with the test that had them: others look for processes."""
    yield
    end_idle_workers()


@pytest.fixture
def tiny_task() -> Task:
    """A task of two demo pairs and one test pair: mirror the grid left to right."""
    raw = {
        "train": [
            {"input": [[1, 0], [2, 3]], "output": [[0, 1], [3, 2]]},
            {"input": [[5, 5, 0]], "output": [[0, 5, 5]]},
        ],
        "test": [{"input": [[7, 8]], "output": [[8, 7]]}],
    }
    return parse_task("0000beef", raw, "test")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Seed 0, one job, a home of its own; donors are dealt, not bred from."""
    return Settings(home=tmp_path / "home", jobs=1, tasks=2, offspring=0)
