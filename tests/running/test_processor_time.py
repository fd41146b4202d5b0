"""Limits are of processor time: a process that is stopped, or gets its turn late, changes no outcome."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep, thread_time
from types import FrameType, SimpleNamespace
from typing import cast

import psutil
import pytest

from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.home.recall import CachedResult
from kagglebatt.iteration.iterate import evolve
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.running import execute as executing
from kagglebatt.running import limit as limits
from kagglebatt.running import work
from kagglebatt.running.execute import execute, prepare
from kagglebatt.running.limit import ClockReached, DeadlineReached, Limits, timer
from kagglebatt.running.outcome import Kind
from kagglebatt.running.run import run
from kagglebatt.running.score import Judging, SampleScore, add_up
from kagglebatt.running.validate import Claim, Verdict
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.task import Task

LIMIT = 0.2


def busy(seconds: float) -> Callable[[object], object]:
    """A primitive that uses so much of the processor."""

    def work(grid: object) -> object:
        until = thread_time() + seconds
        while thread_time() < until:
            pass
        return grid

    return work


@contextmanager
def meaning(monkeypatch: pytest.MonkeyPatch, **primitives: Callable[..., object]) -> Iterator[None]:
    """Other functions under the names of some primitives, in this process."""
    changed = {name: replace(PRIMITIVES[name], fn=fn) for name, fn in primitives.items()}
    with monkeypatch.context() as patch:
        patch.setattr(executing, "PRIMITIVES", {**PRIMITIVES, **changed})
        executing.meanings.cache_clear()
        yield
    executing.meanings.cache_clear()


def plan_of(*texts: str):
    return prepare(deal(((text,), parse_program(text)) for text in texts))


INPUTS = ((), ((1, 2), (3, 4)), None)


def test_waiting_is_not_working(monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate that waits longer than its limit keeps it; one that works so long does not."""
    with meaning(monkeypatch, rot90=lambda grid: sleep(2 * LIMIT) or grid, rot180=busy(2 * LIMIT)):
        waited, worked = execute(plan_of("O = rot90(I)", "O = rot180(I)"), INPUTS, LIMIT)
    assert (waited.kind, worked.kind) == (Kind.VALUE, Kind.TIMED_OUT)
    assert waited.seconds < LIMIT / 2
    assert (worked.seconds, worked.by_clock) == (LIMIT, False)


def test_what_one_call_into_c_takes_is_seen_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no timer interrupts it, as in a thread, the limit holds all the same."""
    outcomes = []
    with meaning(monkeypatch, rot90=busy(2 * LIMIT)):
        thread = threading.Thread(target=lambda: outcomes.extend(execute(plan_of("O = rot90(I)"), INPUTS, LIMIT)))
        thread.start()
        thread.join()
    assert [outcome.kind for outcome in outcomes] == [Kind.TIMED_OUT]


def test_the_clock_ends_who_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so: with so little processor time, another run may end otherwise."""
    monkeypatch.setattr(limits, "CLOCK_FACTOR", 1.0)
    monkeypatch.setattr(limits, "CLOCK_SECONDS", 0.1)
    monkeypatch.setattr(limits, "_CLOCK_LOOK_SECONDS", 0.05)
    with meaning(monkeypatch, rot90=lambda grid: sleep(60)):
        (outcome,) = execute(plan_of("O = rot90(I)"), INPUTS, 0.1)
    assert (outcome.kind, outcome.by_clock) == (Kind.TIMED_OUT, True)


def test_a_look_at_the_clock_that_comes_late_does_not_count() -> None:
    """The process was stopped; who waits on after that is ended."""
    now = [100.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "perf_counter", lambda: now[0])
        made = limits.Timer(Limits(1.0), works=False, expendable=False)
        made.set(1.0)
        now[0] += 3600
        made.look_at_clock(0, None)
        for _ in range(18):
            now[0] += 1.0
            made.look_at_clock(0, None)
        now[0] += 2.0
        with pytest.raises(ClockReached):
            made.look_at_clock(0, None)


def test_a_look_that_comes_early_does_not_count() -> None:
    """Timers of the system measure by ticks; the deadline is measured by itself."""
    with timer(Limits(60.0)) as clock:
        clock.look(0, None)
        clock.set(60.0)
        clock.look(0, None)
        clock.set(-1.0)
        with pytest.raises(DeadlineReached):
            clock.look(0, None)


def test_what_handles_a_deadline_is_not_interrupted_by_the_next() -> None:
    """The timer goes off again while the first is handled, perhaps long after: freeing a value takes its time, too."""
    frame = cast("FrameType", SimpleNamespace(f_globals=vars(executing)))
    with timer(Limits(60.0)) as clock:
        clock.set(-1.0)
        clock.look(0, frame)
        with pytest.raises(DeadlineReached):
            clock.look(0, cast("FrameType", SimpleNamespace(f_globals=globals())))


def scored(texts: tuple[str, ...], task: Task, differs: Batt, timeout: float = LIMIT) -> list[SampleScore]:
    with WorkerPool(Settings(backend="sequential", timeout=timeout), pytest.fail) as pool:
        ((*scores,),), _ = run([Unit(plan_of(*texts), task, task.demo[0])], differs, pool)
    return scores


def test_an_outcome_by_the_clock_is_asked_for_again(tiny_task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, alone; it counts where it ends otherwise, and is marked where it does not."""
    runs: list[str] = []

    def stopped_once(grid: object) -> object:
        runs.append("once")
        if len(runs) == 1:
            raise ClockReached
        return grid

    def stopped_always(_grid: object) -> object:
        runs.append("always")
        raise ClockReached

    with meaning(monkeypatch, rot90=stopped_once, rot180=stopped_always):
        once, always = scored(("O = rot90(I)", "O = rot180(I)"), tiny_task, Batt((), ()))
    assert runs == ["once", "once", "always", "always"]
    assert [(each.kind, each.unsure) for each in (once, always)] == [(Kind.VALUE, False), (Kind.TIMED_OUT, True)]


def test_differs_say_under_which_limits_they_judged(tiny_task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowest that finished, whether one ran out of time or memory, and whether by the clock alone."""

    def by_clock(_grid: object, _other: object) -> object:
        raise ClockReached

    def differ(*texts: str) -> Batt:
        return deal(((text,), parse_program(text, differ=True)) for text in texts)

    with meaning(monkeypatch, rot90=busy(0.02), rot180=busy(10.0), hconcat=by_clock):
        told = [
            scored(("O = vmirror(I)",), tiny_task, differ(*texts))[0].judging
            for texts in (
                ("x1 = rot90(I); O = likeness(x1, C)",),
                ("x1 = rot90(I); O = likeness(x1, C)", "x1 = rot180(I); O = likeness(x1, C)"),
                ("x1 = canvas(ONE, TEN); O = likeness(x1, C)",),
                ("x1 = multiply(TEN, TEN); x2 = multiply(x1, x1); x3 = repeat(I, x2); x4 = multiply(x2, x2); "
                 "x5 = repeat(x3, x4); O = size(x5)",),
                ("x1 = hconcat(I, C); O = size(x1)",),
            )
        ]  # fmt: skip
    assert 0.02 <= told[0].slowest < LIMIT
    assert 0.02 <= told[1].slowest < LIMIT
    assert [(each.late, each.in_want, each.by_clock) for each in told] == [
        (False, False, False), (True, False, False), (False, False, False), (False, True, False), (True, False, True)
    ]  # fmt: skip


def test_nothing_is_remembered_that_the_clock_decided(
    tiny_task: Task, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a claim, nor a verdict on it; both are had by the next run, and remembered then."""
    solvers = tmp_path / "solvers.py"
    solvers.write_text("".join(parse_program(f"O = {name}(I)").text(f"solve_{name}") for name in ("vmirror", "rot90")))
    settings = replace(settings, mutate=0.0, candidates=2, backend="sequential", tasks=None, solvers=solvers)
    score = work.score_sample
    with monkeypatch.context() as patch:
        patch.setattr(work, "score_sample", lambda *given: replace(score(*given), by_clock=True))
        (report,) = evolve(settings, (tiny_task,))
    assert (report.filed, report.undecided, report.validated) == (0, 1, 1)
    again, warm = [next(evolve(settings, (tiny_task,))) for _ in range(2)]
    assert (again.filed, again.caches["validation"]["hits"]) == (1, 0)
    assert warm.executed == 0


def test_a_claim_that_a_late_differ_parts_from_its_verdict_is_undecided(tiny_task: Task) -> None:
    """It is no disagreement: another time tells."""
    (score,) = scored(("O = vmirror(I)",), tiny_task, Batt((), ()))
    claimed = add_up([replace(score, gains=(5,))], [], ["d"])
    measured = replace(claimed, d_scores={"d": 0})
    told = [Verdict("body", "task", claimed, measured, 1.0, late).undecided for late in (False, True)]
    assert told == [False, True]
    assert Claim("body", tiny_task, claimed).late is False


@pytest.mark.parametrize(
    ("judging", "limits_held"),
    [
        (Judging(slowest=0.3), [0.3, 1.0, 60.0]),
        (Judging(slowest=0.3, late=True), [0.3, 1.0]),
        (None, [1.0]),
    ],
    ids=["in time", "one late", "an entry that does not tell"],
)
def test_a_remembered_judging_counts_where_it_would_be_the_same(
    judging: Judging | None, limits_held: list[float], tiny_task: Task
) -> None:
    """Longer limits ask again where a differ was stopped, and shorter ones where one was slower."""
    (score,) = scored(("O = vmirror(I)",), tiny_task, Batt((), ()))
    entry = CachedResult.measured([score, score], [score], (), Settings(timeout=1.0))
    entry = replace(entry, judging=judging, slowest=0.0)
    again = CachedResult.read(entry.text())
    assert again is not None
    assert again.judging == judging
    assert [limit for limit in (0.05, 0.3, 1.0, 60.0) if again.holds(limit, 2048, ())] == limits_held
    without_grid = replace(entry, scores=replace(entry.scores, outcomes=("not a grid",) * 3, o_score=0))
    assert without_grid.holds(60.0, 2048, ())


def test_a_differ_in_want_of_memory_is_asked_again_with_more(tiny_task: Task) -> None:
    """As a candidate is."""
    (score,) = scored(("O = vmirror(I)",), tiny_task, Batt((), ()))
    entry = CachedResult.measured([score, score], [score], (), Settings(memory=512))
    assert [entry.holds(1.0, memory, ()) for memory in (256, 512, 1024)] == [False, True, True]
    wanting = replace(entry, judging=Judging(in_want=True))
    read = CachedResult.read(wanting.text())
    assert read is not None
    assert [read.holds(1.0, memory, ()) for memory in (256, 512, 1024)] == [False, True, False]


STOPPING = """
import sys
from kagglebatt.commands.cli import main
sys.exit(main(sys.argv[1:]))
"""


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    return [each for each in process.children(recursive=True) if "worker_process" in " ".join(each.cmdline())]


@pytest.mark.campaign
def test_stops_change_no_scores(tmp_path) -> None:
    """Workers that are stopped and go on, again and again, for longer than any limit."""
    told = []
    for stops in (0, 6):
        command = [sys.executable, "-c", STOPPING, "evolve", "--offspring=0", "--tasks", "20", "--jobs", "2",
                   "--timeout", "0.3", "--home", str(tmp_path / str(stops)), "--json"]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            watched = psutil.Process(process.pid)
            until = monotonic() + 60
            while stops and process.poll() is None and monotonic() < until:
                for worker in workers_of(watched):
                    os.kill(worker.pid, signal.SIGSTOP)
                    sleep(0.5)
                    os.kill(worker.pid, signal.SIGCONT)
                sleep(0.2)
            out, _ = process.communicate(timeout=120)
            assert process.returncode == 0
        told.append(out[out.index(b'"scores_digest"') :][:60])
    assert told[0] == told[1]


def test_the_processors_time_is_asked_for_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking takes longer than a small step; meanwhile the clock stands for it, and a deadline is late by little."""
    asked, now = [0], [0.0]

    def thread_time() -> float:
        asked[0] += 1
        return now[0] / 2

    monkeypatch.setattr(limits, "thread_time", thread_time)
    monkeypatch.setattr(limits, "perf_counter", lambda: now[0])
    made = limits.Timer(Limits(1.0), works=False, expendable=False)
    asked[0] = 0
    for _ in range(1_000):
        now[0] += 1e-5
        made.set(0.0)
    assert 20 < asked[0] < 100
    now[0] += 2 * limits._MEASURED_SECONDS
    with pytest.raises(DeadlineReached):
        made.look(0, None)
