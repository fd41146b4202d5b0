"""Iterations that breed: what they find, that it is the same every way, and that nothing of it is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kagglebatt import report_text
from kagglebatt.errors import StoppedError
from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import merge_homes
from kagglebatt.iteration.iterate import evolve
from kagglebatt.report import Report
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task

LIBRARY = "def solve_a(I):\n    x1 = vmirror(I)\n    O = replace(x1, ONE, TWO)\n    return O\n\n" + (
    "def solve_b(I):\n    O = tophalf(I)\n    return O\n\ndef solve_c(I):\n    O = hmirror(I)\n    return O\n"
)
TASKS = tuple(task for task in load_tasks("arc1-training", 8) if len(task.demo[0].input) < 20)


@pytest.fixture
def breeding(tmp_path: Path) -> Settings:
    """A library of three, patient limits, no processes."""
    (tmp_path / "library.py").write_text(LIBRARY)
    return Settings(
        home=tmp_path / "home", solvers=tmp_path / "library.py", offspring=200, probe_ms=2000, timeout=20.0,
        candidates=4, backend="sequential", jobs=1, iterations=3,
    )  # fmt: skip


def content(home: Path) -> tuple[object, ...]:
    """All that is filed, but for what was measured by the clock."""
    with Archive(home) as kept:
        assert kept.check() == []
        filed = [(entry, kept.scores(entry.task, entry.md5)) for entry in kept.entries()]
        stones = kept.stones()
        descent = [kept.descent(each) for each in sorted({stone.md5 for stone in stones} | {e.md5 for e, _ in filed})]
        return filed, stones, descent, kept.operator_counts(), kept.bodies("solver")


def grown(settings: Settings, tasks: tuple[Task, ...] = TASKS, **given: Any) -> list[Report]:
    return list(evolve(replace(settings, **given), tasks, notify=pytest.fail))


def test_a_task_is_solved_by_what_no_program_was(tiny_task: Task, breeding: Settings) -> None:
    """A part of a given program does it; what was found is said in three to six lines, with its line of descent."""
    (report,) = grown(breeding, (tiny_task,), iterations=1)
    assert report.search is not None
    assert (report.search.solved_so_far, report.search.right_so_far) == (1, 1)
    (found,) = report.search.solved
    assert (found.task, found.operator, found.source) == ("0000beef", "part", "a")
    lines = list(report_text.found(report.as_json(), 30.0))
    assert 3 <= len(lines) <= 6
    assert "  + 0000beef by ~part from a" in lines
    assert lines[-1].startswith("  solved so far 1 of 1 task, ")
    assert lines[-1].endswith("offspring/s, about 30 s left")
    with Archive(breeding.home) as kept:
        best = kept.entries()[0]
        assert [each.operator for each in kept.descent(best.md5)] == ["part", "given"]
    (after,) = grown(breeding, (tiny_task,), iterations=1)
    assert after.search is not None
    assert (after.search.bred, after.search.solved_so_far, after.executed) == (0, 1, 0)


def test_stones_lead_to_what_is_nearer(breeding: Settings) -> None:
    """From one iteration to the next the nearest of no task is farther, and of some it is nearer."""
    before: dict[str, int] = {}
    gained = 0
    for _ in range(3):
        grown(breeding, iterations=1)
        with Archive(breeding.home) as kept:
            nearest = {stone.content: stone.nearness for stone in reversed(kept.stones())}
        assert all(nearest[name] >= near for name, near in before.items() if name in nearest)
        gained += sum(nearest[name] > near for name, near in before.items() if name in nearest)
        before = nearest
    assert gained > 0


@pytest.mark.parametrize(
    "given",
    [
        {"backend": "threading", "jobs": 2},
        pytest.param({"backend": "threading", "jobs": 1}, marks=pytest.mark.campaign),
        pytest.param({"backend": "loky", "jobs": 2}, marks=pytest.mark.campaign),
        pytest.param({"backend": "dask", "jobs": 2}, marks=pytest.mark.campaign),
    ],
    ids=lambda given: f"{given['backend']}-{given['jobs']}",
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the cluster's own packages
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whoever_works_finds_the_same(
    given: dict[str, Any], breeding: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solvers, stones, lines of descent, counts and hands."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    expected = [report.digest for report in grown(breeding, home=tmp_path / "plain")]
    assert [report.digest for report in grown(breeding, **given)] == expected
    assert content(breeding.home) == content(tmp_path / "plain")


def stopped_at(settings: Settings, probes: int) -> bool:
    """Run until so many probes were made in one iteration; whether that came."""
    came = []

    def stop(stage: str, done: int, _total: int) -> None:
        if stage == "probe" and done >= probes:
            came.append(done)
            raise StoppedError("SIGTERM")

    with suppress(StoppedError):
        for _report in evolve(settings, TASKS, stop):
            pass
    return bool(came)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.campaign)])
def test_stopped_while_probing_and_continued_it_finds_the_same(
    seed: int, breeding: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was probed is not probed again."""
    monkeypatch.setattr("kagglebatt.running.probe._WAVE", 1)  # each task is told as soon as it is finished
    breeding = replace(breeding, seed=seed)
    whole = grown(breeding, home=tmp_path / "plain", iterations=2)
    made = [report.search.made for report in whole if report.search is not None]
    for part in (made[0] // 3, made[0] // 3, made[0] // 3):
        assert stopped_at(replace(breeding, iterations=1), part)
    first, second = (grown(breeding, iterations=1)[0].search for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.probes == made[0] > 3 * first.made
    assert second.made == made[1]
    assert content(breeding.home) == content(tmp_path / "plain")


def test_nothing_is_probed_twice_on_a_task(breeding: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any iteration of a home."""
    seen: set[tuple[str, str]] = set()
    from kagglebatt.iteration import probing

    true = probing.probe

    def watched(programs: Any, targets: Any, pool: Any, seconds: float, wanted: Any, told: Any) -> Iterator[Any]:
        for target, numbers in zip(targets, wanted, strict=True):
            new = {(target.task.id, programs[number].address) for number in numbers}
            assert not new & seen
            seen.update(new)
        return true(programs, targets, pool, seconds, wanted, told)

    monkeypatch.setattr(probing, "probe", watched)
    grown(breeding)
    assert len(seen) > 400


def test_exact_programs_wait_for_a_seat(tiny_task: Task, breeding: Settings) -> None:
    """With one seat two tasks are solved in two iterations, and the second deals what the first had found."""
    other = replace(tiny_task, id="0000cafe", demo=tuple(_turned(sample) for sample in tiny_task.demo), test=())
    first, second = grown(breeding, (tiny_task, other), candidates=1, iterations=2)
    assert [report.search.solved_so_far for report in (first, second) if report.search is not None] == [1, 2]
    assert len(second.hand.solvers.outputs) == 1


def _turned(sample: Any) -> Any:
    return replace(sample, answer=sample.input[::-1])


def test_test_answers_have_no_say(breeding: Settings, tmp_path: Path) -> None:
    """Other answers of test pairs: the same hands and stones."""
    hands = []
    for name, answer in (("a", ((1,),)), ("b", ((2, 2),))):
        tasks = tuple(
            replace(task, test=tuple(replace(sample, answer=answer) for sample in task.test)) for task in TASKS
        )
        told = grown(breeding, tasks, home=tmp_path / name, iterations=2)
        with Archive(tmp_path / name) as kept:
            stones = sorted((stone.task, stone.body, stone.nearness) for stone in kept.stones())
        hands.append(([report.hand for report in told], stones))
    assert hands[0] == hands[1]


def test_shards_breed_other_offspring_and_find_more_together(breeding: Settings, tmp_path: Path) -> None:
    """Each for its own tasks; merged, there are stones of all tasks."""
    homes, bred = [], []
    for number in (1, 2):
        home = tmp_path / f"home-{number}"
        (report,) = grown(breeding, home=home, shard=f"{number}/2", iterations=1)
        homes.append(home)
        with Archive(home) as kept:
            bred.append({stone.task for stone in kept.stones()})
        assert {task.id for task in report.tasks} >= bred[-1]
    list(merge_homes(homes, tmp_path / "merged"))
    with Archive(tmp_path / "merged") as kept:
        assert {stone.task for stone in kept.stones()} == bred[0] | bred[1]
    assert not bred[0] & bred[1]


def command(settings: Settings, home: Path, iterations: int) -> list[str]:
    return [
        sys.executable, "-m", "kagglebatt", "evolve", "--tasks", "6", "--offspring", str(settings.offspring),
        "--probe-ms", str(settings.probe_ms), "--timeout", str(settings.timeout), "--candidates", "4", "--seed",
        str(settings.seed), "--solvers", str(settings.solvers), "--jobs", "2", "--home", str(home), "--iterations",
        str(iterations), "--no-progress",
    ]  # fmt: skip


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_killed_ten_times_and_continued_it_finds_the_same(seed: int, breeding: Settings, tmp_path: Path) -> None:
    """Under another hash seed each time; what is missing to three iterations is made up for."""
    breeding = replace(breeding, seed=seed, offspring=600)
    tasks = load_tasks("arc1-training", 6)
    grown(breeding, tasks, home=tmp_path / "plain")
    for number in range(10):
        process = subprocess.Popen(
            command(breeding, breeding.home, 3),
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0 + 0.35 * number)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if done(breeding.home) >= 3:
            break
    if (left := 3 - done(breeding.home)) > 0:
        subprocess.run(command(breeding, breeding.home, left), check=True, capture_output=True)
    assert done(breeding.home) >= 3
    if done(breeding.home) > 3:  # it was quicker than the kills: the other goes on, too
        grown(breeding, tasks, home=tmp_path / "plain", iterations=done(breeding.home) - 3)
    assert content(breeding.home) == content(tmp_path / "plain")


def done(home: Path) -> int:
    """Iterations that are filed."""
    with Archive(home) as kept:
        return kept.next_iteration - 1
