"""Who does the work: hostile candidates harm nobody, lost workers lose nothing, nothing is left behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest

from kagglebatt.errors import StoppedError
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.read_file import read_programs
from kagglebatt.running import worker_start
from kagglebatt.running.execute import prepare
from kagglebatt.running.limit import Limits
from kagglebatt.running.run import run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.work import Chunk, Slice, Unit, perform
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.running.worker_process import WorkerProcess
from kagglebatt.settings import LEAST_TIMEOUT, MOST_MEMORY, Settings
from kagglebatt.tasks.task import Task
from tests.idle_workers import end_idle_workers

LIMIT = 0.4


def longer(*values: object) -> object:
    """A case that is tried in the campaign."""
    return pytest.param(*values, marks=pytest.mark.campaign)


STARTS = 1.0
"""Processor seconds that starting processes anew may take for each candidate that ended some."""
WORKER = "kagglebatt.running.worker_process"
"""What the command of a worker process holds."""

# What a child process finds under the names of some primitives, and how that must be reported.
HOSTILE = {
    "asobject": ("endless_loop", "timed out"),
    "rot90": ("long_c_call", "timed out"),
    "rot180": ("loop_that_swallows", "timed out"),
    "rot270": ("memory_bomb", "too large"),
    "dmirror": ("deep_recursion", "raised RecursionError"),
    "cmirror": ("key_error", "raised KeyError"),
    "compress": ("os_error", "raised OSError"),
    "trim": ("system_exit", "crashed"),
    "tophalf": ("no_value", "not a grid"),
    "bottomhalf": ("unpicklable", "not a grid"),
    "lefthalf": ("exit", "crashed"),
    "righthalf": ("crash", "crashed"),
    "width": ("killed", "crashed"),
}
BEHAVIOUR = """
import ctypes, dataclasses, os, signal, sys
from kagglebatt.dsl import registry

def endless_loop(grid):
    while True:
        pass

def long_c_call(grid):
    return sum(range(10**12))

def loop_that_swallows(grid):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

def memory_bomb(grid):
    held = []
    while True:
        held.append(bytes(1 << 22))  # pages that nobody writes to: a busy machine gets to the limit in time, too

def deep_recursion(grid):
    return deep_recursion(grid)

def key_error(grid):
    return {}[grid]

def os_error(grid):
    raise OSError("no such thing")

def system_exit(grid):
    sys.exit(0)

def no_value(grid):
    return None

def unpicklable(grid):
    return lambda: grid

def exit(grid):
    os._exit(3)

def crash(grid):
    ctypes.string_at(0)

def killed(grid):
    os.kill(os.getpid(), signal.SIGKILL)
"""
CHANGE = """
changed = {
    name: dataclasses.replace(registry.PRIMITIVES[name], fn=globals()[behaviour])
    for name, behaviour in BEHAVIOURS.items()
}
registry.PRIMITIVES = {**registry.PRIMITIVES, **changed}
"""

ENDLESS = """
def solve_00000001(I):
    x1 = multiply(TEN, TEN)
    x2 = multiply(x1, x1)
    x3 = multiply(x2, x2)
    x4 = multiply(x3, x3)
    x5 = power(identity, x4)
    x6 = compose(x5, rot90)
    O = x6(I)
    return O
"""

BIG = f"""
import dataclasses
from kagglebatt.dsl import registry

def big(grid):
    return bytearray(300 << 20)

BEHAVIOURS = dict.fromkeys(("rot90", "rot180", "rot270"), "big")
{CHANGE}"""


def change_children(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have child processes that start from now on run this first, after the package was found."""
    monkeypatch.setattr(worker_start, "BOOT", (worker_start.FIND, code, worker_start.SERVE))


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The outcome to expect by primitive, in child processes that start from now on."""
    behaviours = {name: behaviour for name, (behaviour, _) in HOSTILE.items()}
    change_children(monkeypatch, f"BEHAVIOURS = {behaviours}\n{BEHAVIOUR}{CHANGE}")
    return {name: outcome for name, (_, outcome) in HOSTILE.items()}


def good(count: int) -> list[str]:
    """Different programs that every process can run."""
    return [f"x1 = identity(I); {' '.join(f'x{n + 2} = hmirror(x{n + 1});' for n in range(k))} O = vmirror(x{k + 1})"
            for k in range(count)]  # fmt: skip


def batt_of(texts: list[str]) -> Batt:
    return deal(((f"p{n}",), parse_program(text)) for n, text in enumerate(texts))


DIFFERS = deal([(("d",), parse_program("O = likeness(I, C)", differ=True))])


def scored(texts: list[str], tasks: list[Task], settings: Settings, differs: Batt = DIFFERS) -> list[list[SampleScore]]:
    """The marks of programs on all samples, times left out."""
    plan = prepare(batt_of(texts))
    units = [Unit(plan, task, sample) for task in tasks for sample in task.samples]
    with WorkerPool(settings, lambda sentence: None) as pool:
        marks, _ = run(units, differs, pool)
    return [[replace(mark, seconds=0.0) for mark in row] for row in marks]


@pytest.mark.parametrize(("backend", "jobs"), [("threading", 2), longer("threading", 1), longer("loky", 2)])
def test_a_hostile_deck_harms_nobody(
    backend: str, jobs: int, hostile: dict[str, str], tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each candidate gets its own outcome, good ones score as without the others, and processor time is bounded."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    settings = Settings(offspring=0, home=tmp_path, backend=backend, jobs=jobs, timeout=LIMIT, memory=128)
    fine = good(20)
    expected = scored(fine, [tiny_task], settings)
    texts: list[str] = []
    for place, text in enumerate(fine):  # hostile ones between good ones
        names = list(hostile)[place : place + 1]
        texts += [text, *(f"O = {name}(I)" for name in names)]
    before = worked_below()
    marks = scored(texts, [tiny_task], settings)
    worked = worked_below() - before
    bad = [place for place, text in enumerate(texts) if text not in fine]
    for row, plain in zip(marks, expected, strict=True):
        assert [mark for place, mark in enumerate(row) if place not in bad] == plain
        found = {texts[place][4:-3]: f"{row[place].kind.value} {row[place].fault}".strip() for place in bad}
        assert found == hostile
    assert worked < len(hostile) * len(marks) * (LIMIT + STARTS)


def worked_below() -> float:
    """Processor seconds of the processes below this one that have ended."""
    end_idle_workers()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_memory_that_others_hold_is_not_held_against_a_candidate(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values that fit alone, but not together, are computed alone."""
    change_children(monkeypatch, BIG)
    texts = [*(f"O = {name}(I)" for name in ("rot90", "rot180", "rot270")), "O = hmirror(I)"]
    for row in scored(texts, [tiny_task], Settings(offspring=0, home=tmp_path, jobs=1, memory=512)):
        assert [mark.kind.value for mark in row] == ["not a grid"] * 3 + ["value"]


def test_a_differ_that_crashes_says_nothing(hostile: dict[str, str], tiny_task: Task, tmp_path: Path) -> None:
    """The candidates, and the other differs, count as if it were not there."""
    texts = ["x1 = likeness(I, C)", "x1 = lefthalf(I); x2 = likeness(x1, C)"]
    differs = deal(((text,), parse_program(f"{text}; O = identity(x1)", differ=True)) for text in texts)
    marks = scored(["O = vmirror(I)"], [tiny_task], Settings(offspring=0, home=tmp_path, jobs=1), differs)
    assert [row[0].gains for row in marks] == [(1000, 0), (667, 0), ()]
    assert all(row[0].right for row in marks)


def below() -> list[tuple[int, str]]:
    """Number and command line of every process below this one, joblib's tracker of resources left out."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            found.append((process.pid, " ".join(process.cmdline())))
    return [(pid, command) for pid, command in found if command and "resource_tracker" not in command]


@pytest.mark.parametrize(
    ("backend", "victim"), [("threading", "child"), longer("loky", "worker"), longer("loky", "child")]
)
def test_killed_workers_lose_nothing(
    backend: str, victim: str, tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their work is done again, by fewer if need be, and scores are the same."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    tasks = [replace(tiny_task, id=f"{n:08x}") for n in range(300)]
    expected = scored(good(24), tasks, Settings(offspring=0, home=tmp_path, jobs=1))
    deaths: list[int] = []

    def kill() -> None:
        while len(deaths) < 3:
            sleep(0.15)
            victims = [pid for pid, command in below() if (WORKER in command) is (victim == "child")]
            if victims:
                deaths.append(victims[0])
                os.kill(victims[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert scored(good(24), tasks, Settings(offspring=0, home=tmp_path, jobs=2, backend=backend)) == expected
    finally:
        deaths += [0, 0, 0]
        killer.join()
    assert len(deaths) > 3


FATAL = """
import dataclasses, os, signal, sys
from kagglebatt.dsl import registry

with open(STARTS, "a+") as starts:
    starts.write("x")
    starts.flush()
    start = starts.tell()
if start in STILLBORN:
    os._exit(1)

def fatal(grid):
    if start in DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return grid

BEHAVIOURS = {"rot90": "fatal"}
"""


@pytest.mark.parametrize(
    ("deadly", "stillborn", "ends"), [({1}, {2}, "value"), ({1}, {2, 3}, "value"), ({1, 3}, {2}, "crashed")]
)
def test_a_child_that_ends_before_its_work_accuses_nobody(
    deadly: set[int], stillborn: set[int], ends: str, tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate that ended its process is run again, alone; only where it does so again is it marked."""
    starts = f"STARTS, DEADLY, STILLBORN = {str(tmp_path / 'starts')!r}, {deadly}, {stillborn}"
    change_children(monkeypatch, f"{starts}\n{FATAL}{CHANGE}")
    marks = scored(["O = hmirror(I)", "O = rot90(I)"], [tiny_task], Settings(offspring=0, home=tmp_path, jobs=1))
    assert [mark.kind.value for mark in marks[0]] == ["value", ends]
    assert (tmp_path / "starts").read_text() == "x" * (len(deadly | stillborn) + 1)


def test_without_room_for_a_process_the_work_is_done_here(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and nothing hangs."""
    told: list[str] = []

    def no_room(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", no_room)
    plan = prepare(batt_of(good(3)))
    with WorkerPool(Settings(offspring=0, home=tmp_path, jobs=1), told.append) as pool:
        marks, _ = run([Unit(plan, tiny_task, sample) for sample in tiny_task.samples], DIFFERS, pool)
    assert [mark.kind.value for row in marks for mark in row] == ["value"] * 9
    assert told == [
        "no worker could be started (BlockingIOError: [Errno 11] Resource temporarily unavailable); "
        "going on in this process, with limits on time only"
    ]


@pytest.mark.parametrize("backend", ["threading", longer("loky")])
def test_children_that_cannot_start_are_given_up(
    backend: str, tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as under a limit of memory that leaves no room for them: it is said, and nothing hangs."""
    change_children(monkeypatch, "import os; os._exit(1)")
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    told: list[str] = []
    plan = prepare(batt_of(good(3)))
    with WorkerPool(Settings(offspring=0, home=tmp_path, jobs=2, backend=backend), told.append) as pool:
        marks, _ = run([Unit(plan, tiny_task, sample) for sample in tiny_task.samples], DIFFERS, pool)
    assert [mark.kind.value for row in marks for mark in row] == ["value"] * 9
    assert [sentence.split(" (")[0] for sentence in told] == ["workers were lost", "no worker could be started"]
    assert "end with code 1 before they do anything" in told[0]


def test_without_room_for_a_thread_the_work_is_done_here(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter says so with a plain RuntimeError."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    told: list[str] = []

    def no_room(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("joblib._parallel_backends.ThreadPool", no_room)
    plan = prepare(batt_of(good(3)))
    with WorkerPool(Settings(offspring=0, home=tmp_path, jobs=2), told.append) as pool:
        marks, _ = run([Unit(plan, tiny_task, sample) for sample in tiny_task.samples], DIFFERS, pool)
    assert [mark.kind.value for row in marks for mark in row] == ["value"] * 9
    assert told == ["workers were lost (ChildProcessError: can't start new thread); going on with 1"]


def test_a_chunk_is_given_back_when_it_takes_long(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of it is done in another, with the same marks."""
    settings = Settings(offspring=0, home=tmp_path, backend="sequential")
    expected = scored(good(5), [tiny_task], settings)
    monkeypatch.setattr("kagglebatt.running.work.LONGEST_SECONDS", 0.0)
    monkeypatch.setattr("kagglebatt.running.work._TELL_SECONDS", 0.0)
    plan = prepare(batt_of(good(5)))
    parts = tuple(Slice(n, Unit(plan, tiny_task, tiny_task.demo[0]), (0, 1, 2)) for n in (0, 1))
    done = list(perform(Chunk(parts, prepare(DIFFERS), Limits(1.0)), None))
    assert [(each.place, list(each.scores)) for each in done] == [(0, [0])]
    assert scored(good(5), [tiny_task], settings) == expected


def test_a_run_that_is_given_up_leaves_nobody_at_work(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process that gave it up lives on, as a notebook's does; nobody waits for who is at work."""
    monkeypatch.setattr("kagglebatt.running.worker_pool.SMALL_WORK", 0)
    (endless,) = read_programs(slow_in(tmp_path))
    plans = [prepare(deal([((), program)])) for program in (endless.program, parse_program(good(1)[0]))]
    units = [Unit(plan, tiny_task, tiny_task.demo[0]) for plan in plans]

    def give_up(_done: int) -> None:
        raise StoppedError("SIGTERM")

    with (
        pytest.raises(StoppedError),
        WorkerPool(Settings(offspring=0, home=tmp_path, jobs=2, timeout=600), lambda _: None) as pool,
    ):
        run(units, DIFFERS, pool, give_up)
    wait_for(lambda: not any(WORKER in command for _, command in below()), 60)


def test_a_thread_that_was_left_behind_begins_nothing(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that comes for a process when the pool is closed gets none; the one that was started for it ends."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        pool.__exit__()  # while it is being started
        started.append(WorkerProcess())
        return started[-1]

    pool = WorkerPool(Settings(offspring=0, home=tmp_path, jobs=1), lambda _: None)
    monkeypatch.setattr("kagglebatt.running.worker_process.WorkerProcess", start)
    with pytest.raises(OSError, match="nobody waits"):
        list(pool._results_of_idle_process(one_job(tiny_task)))
    assert [child._process.poll() is None for child in started] == [False]


def test_a_process_that_is_abandoned_while_it_starts_ends(tiny_task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is started again where a candidate ended the one before."""
    with WorkerProcess() as child:
        child._process.kill()
        started: list[subprocess.Popen[bytes]] = []

        def start(*given: Any, **options: Any) -> subprocess.Popen[bytes]:
            started.append(popen(*given, **options))
            child.abandon()
            return started[-1]

        popen = subprocess.Popen
        monkeypatch.setattr("subprocess.Popen", start)
        with pytest.raises(OSError, match="nobody waits"):
            list(child.perform(one_job(tiny_task)))
        assert [each.poll() for each in started] == [-signal.SIGKILL]


def one_job(task: Task) -> Chunk:
    """A candidate that every process can run, on a task's first demo pair."""
    part = Slice(0, Unit(prepare(batt_of(good(1))), task, task.demo[0]), (0,))
    return Chunk((part,), prepare(DIFFERS), Limits(1.0))


def test_processor_seconds_are_not_clock_seconds(
    tiny_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate that waits takes time and no processor, and makes no speedup."""
    waiting = "import time\ndef wait(grid):\n    time.sleep(0.3)\n    return grid\nBEHAVIOURS = {'rot90': 'wait'}\n"
    code = f"import dataclasses\nfrom kagglebatt.dsl import registry\n{waiting}{CHANGE}"
    change_children(monkeypatch, code)
    plan = prepare(batt_of(["O = rot90(I)"]))
    with WorkerPool(Settings(offspring=0, home=tmp_path, jobs=1), lambda _: None) as pool:
        _, timing = run([Unit(plan, tiny_task, tiny_task.demo[0])], DIFFERS, pool)
    (span,) = timing.spans.values()
    assert 0.3 <= span[0] <= timing.wall
    assert span[1] == timing.cpu < 0.2


@pytest.mark.parametrize("timeout", [LEAST_TIMEOUT, 86_400.0])
def test_limits_that_are_allowed_work(timeout: float, tiny_task: Task, tmp_path: Path) -> None:
    """The shortest leaves every candidate an outcome; the longest is one that timers know."""
    marks = scored(
        good(3), [tiny_task], Settings(offspring=0, home=tmp_path, jobs=1, timeout=timeout, memory=MOST_MEMORY)
    )
    assert {mark.kind.value for row in marks for mark in row} <= {"value", "timed out"}


def test_a_fault_of_ours_is_raised_not_blamed_on_a_candidate(tiny_task: Task) -> None:
    """An error in a child outside of any step comes out here."""
    broken = replace(prepare(batt_of(good(1))), needs=((99,),))
    part = Slice(0, Unit(broken, tiny_task, tiny_task.demo[0]), (0,))
    with WorkerProcess() as child, pytest.raises(IndexError):
        list(child.perform(Chunk((part,), prepare(DIFFERS), Limits(1.0))))


EVOLVING = """
import sys
from kagglebatt.running import worker_pool as pool
from kagglebatt.commands.cli import main
pool.SMALL_WORK = 0
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("backend", "number", "code"),
    [
        ("threading", None, 0),
        ("threading", signal.SIGINT, 130),
        longer("loky", signal.SIGTERM, 143),
        longer("threading", signal.SIGTERM, 143),
        longer("loky", None, 0),
        longer("loky", signal.SIGINT, 130),
    ],
)
def test_nothing_is_left_behind(backend: str, number: int | None, code: int, tmp_path: Path) -> None:
    """No process and no temporary file, after a normal end and after both signals to the whole group."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    iterations = "1" if number is None else "1000"
    arguments = [
        "evolve",
        "--tasks",
        "3",
        "--iterations",
        iterations,
        "--jobs",
        "2",
        "--home",
        str(tmp_path / "home"),
        "--backend",
        backend,
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", EVOLVING, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary), "JOBLIB_TEMP_FOLDER": str(temporary)},
        start_new_session=True,
    )
    if number is not None:
        assert process.stdout is not None
        process.stdout.readline()  # it is at work
        os.killpg(process.pid, number)
    process.communicate(timeout=180)
    assert process.returncode == code
    for _ in range(100):  # children end when their pipe closes, loky's workers a moment after
        left = [p for p in psutil.process_iter() if own_session(p.pid) == process.pid]
        if not left:
            break
        sleep(0.1)
    assert left == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("backend", ["threading", longer("loky")])
def test_nobody_outlives_a_killed_run(backend: str, tmp_path: Path) -> None:
    """Children end at once, whatever they are at; loky's workers soon."""
    slow = slow_in(tmp_path)
    options = ["--tasks", "3", "--solvers", str(slow), "--mutate", "0", "--timeout", "600", "--jobs", "2"]
    command = [
        sys.executable,
        "-c",
        EVOLVING,
        "evolve",
        *options,
        "--backend",
        backend,
        "--home",
        str(tmp_path / "home"),
    ]
    process = subprocess.Popen(command, start_new_session=True)

    def alive() -> list[str]:
        found = []
        for each in psutil.process_iter():
            with suppress(psutil.Error):  # it ended meanwhile
                if own_session(each.pid) == process.pid and each.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(each.cmdline()))
        return found

    try:
        wait_for(lambda: sum(WORKER in each for each in alive()) == 2, 60)
        sleep(0.5)  # they are at work
        process.kill()
        process.wait()
        wait_for(lambda: not alive(), 60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def slow_in(folder: Path) -> Path:
    """A file with a solver that never ends."""
    path = folder / "slow.py"
    path.write_text(ENDLESS)
    return path


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit
        sleep(0.05)


def own_session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0
