"""Trials of ``faults.py`` that end or stop a process at chosen calls: every command that writes, and who reads beside.

A trial gives the problems that it found, each a sentence; none is what is wanted. Whatever was interrupted, the home
must say what is wrong with it, with a remedy that leads out, or be whole; and everything intact must still be there.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from failing_calls import KILL, Ended, FailingCalls

from kagglebatt.errors import HomeError
from kagglebatt.home import archive_layout
from kagglebatt.home.archive import Archive, Entry
from kagglebatt.home.connection import connect
from kagglebatt.home.directory import check, open_home, read_archive, repair

Filed = frozenset[tuple[str, str]]
"""(task, md5) of accepted solvers."""

TASKS = ("-i", "67a3c6ac", "-i", "68b16354")
RUN = ("--offspring", "0", "--candidates", "8", "--backend", "sequential")
LOOPS = {
    "list": "with read_archive(Path(sys.argv[1])) as kept: kept.entries()",
    "merge": "list(merge_homes([Path(sys.argv[1])], Path(sys.argv[2])))",
}
READING = """
import sys
from pathlib import Path
from kagglebatt.errors import KagglebattError
from kagglebatt.home.directory import merge_homes, read_archive
print("ready", flush=True)
while True:
    try:
        {}
        print("fine", flush=True)
    except KagglebattError as error:
        print(str(error).replace("\\n", " "), flush=True)
"""


@dataclass(frozen=True)
class Command:
    """A command that writes.

    Attributes:
        arguments: of it, but for ``--home``.
        damaged: whether it is given a home with an altered body.
    """

    arguments: tuple[str, ...]
    damaged: bool = False


def commands(other: Path, exported: Path) -> dict[str, Command]:
    """Every command that writes a home, given another home and a folder of exported programs."""
    return {
        "evolve": Command(("evolve", *TASKS, *RUN, "--iterations", "2", "--seed", "7")),
        "merge": Command(("archive", "merge", str(other))),
        "import": Command(("archive", "import", str(exported), *TASKS, "--backend", "sequential")),
        "fix": Command(("archive", "check", "--fix"), damaged=True),
        "prune": Command(("cache", "prune", "--max-entries", "1")),
        "clear": Command(("cache", "clear")),
    }


def filed(home: Path) -> Filed:
    """What is accepted in a home."""
    return frozenset((entry.task, entry.md5) for entry in _entries(home))


def _entries(home: Path) -> list[Entry]:
    with read_archive(home) as kept:
        return kept.entries()


def evolve(home: Path, *more: str) -> subprocess.Popen[str]:
    """A run with workers, in a session of its own."""
    arguments = ["evolve", *TASKS, "--candidates", "16", "--offspring", "0", "--jobs", "2", "--home", str(home), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "kagglebatt", *arguments], start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


class Interrupted:
    """Two grown homes, one of them damaged too, and the trials."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng = folder, rng
        self.calls = FailingCalls(folder)
        self.grown, other, exported = folder / "small", folder / "other", folder / "exported"
        for home, seed in ((self.grown, "1"), (other, "2")):
            command = ["evolve", *TASKS, *RUN, "--seed", seed, "--iterations", "2", "--home", str(home)]
            assert self.calls.run(command, home).code == 0
        self.calls.run(["archive", "export", "--to", str(exported), "--home", str(other)], exported)
        self.filed = filed(self.grown)
        self.damaged = Path(shutil.copytree(self.grown, folder / "damaged"))
        (_, altered), *_ = sorted(self.filed)
        with closing(connect(self.damaged / archive_layout.FILE_NAME)) as connection:
            connection.execute("UPDATE body SET text = 'x' WHERE md5 = ?", (altered,))
        self.intact = frozenset(each for each in self.filed if each[1] != altered)
        self.commands = commands(other, exported)
        self._counted: dict[str, int] = {}

    @contextmanager
    def _copy(self, source: Path) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(shutil.copytree(source, Path(folder) / "home"))

    def _run(self, command: Command, home: Path, at: int, how: int) -> Ended:
        return self.calls.run([*command.arguments, "--home", str(home)], home, at, how)

    def moments(self, name: str, most: int) -> list[int]:
        """Numbers of calls of a command, all of them, or as many of them as are wanted."""
        if name not in self._counted:
            command = self.commands[name]
            with self._copy(self.damaged if command.damaged else self.grown) as home:
                self._counted[name] = self._run(command, home, 0, KILL).calls
        numbers = range(1, self._counted[name] + 1)
        return sorted(self.rng.sample(numbers, most)) if len(numbers) > most else list(numbers)

    def at_call(self, name: str, number: int, how: int) -> list[str]:
        """A command is killed at its n-th call, or that and all later ones fail."""
        command = self.commands[name]
        with self._copy(self.damaged if command.damaged else self.grown) as home:
            ended = self._run(command, home, number, how)
            problems = self._after(home, self.intact if command.damaged else self.filed)
        if "Traceback" in ended.err or ended.code not in ((-signal.SIGKILL, 0) if how == KILL else (0, 1, 2)):
            problems.append(f"exit {ended.code}: {ended.err[-200:]}")
        what = "killed" if how == KILL else os.strerror(how)
        return [f"{name}, {what} at call {number}: {problem}" for problem in problems]

    def _after(self, home: Path, intact: Filed) -> list[str]:
        """What is wrong with a home after a fault, when all that it says is followed."""
        try:
            wrong = check(home)
            if wrong:
                repair(home)
            with open_home(home):
                pass
            left = check(home)
            return left or [f"{len(gone)} filed solvers lost" for gone in [intact - filed(home)] if gone]
        except HomeError as error:
            return [f"cannot be used: {error}"]

    def readers(self, saving: str) -> list[str]:
        """Others list and merge a home all the time, while whoever writes it is killed at a checkpoint."""
        with self._copy(self.grown) as home:
            code = READING.format
            into = home.parent / "into"
            loops = [_process(code(LOOPS[name]), home, into) for name in ("list", "list", "merge")]
            for each in loops:
                assert each.stdout is not None
                each.stdout.readline()
            name = archive_layout.FILE_NAME
            environment = self.calls.environment(home, self.rng.randrange(3, 60), KILL, name)
            writer = _process(saving, home, into, environment)
            out, _ = writer.communicate()
            for each in loops:
                each.kill()
            said = [line for each in loops for line in each.communicate()[0].splitlines(keepends=True)]
            alarms = {line.strip() for line in said if line.endswith("\n") and line != "fine\n"}
            problems = [f"a reader was told {alarm!r}" for alarm in sorted(alarms)] + self._after(home, self.filed)
            done = [int(line.split()[0]) for line in out.splitlines() if len(line.split()) == 2]
            with Archive(home) as kept:
                if done and kept.next_iteration <= done[-1]:
                    problems.append(f"iteration {done[-1]}, which was committed, is lost")
        return problems

    def stop(self) -> list[str]:
        """A run with its workers is stopped for seconds, twice, and goes on: it files what it files without."""
        with self._copy(self.grown) as home, self._copy(self.grown) as quiet:
            evolve(quiet, "--iterations", "3", "--timeout", "0.5").communicate()
            process = evolve(home, "--iterations", "3", "--timeout", "0.5")
            for _ in range(2):
                time.sleep(self.rng.uniform(0.5, 2.0))
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGSTOP)
                    time.sleep(2.0)
                    os.killpg(process.pid, signal.SIGCONT)
            _, err = process.communicate()
            if process.returncode:
                return [f"exit {process.returncode}: {err[-200:]}"]
            same = _entries(home) == _entries(quiet)
        return [] if same else ["a run that was stopped filed something else"]


def _process(code: str, home: Path, into: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, str(home), str(into)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def trials(folder: Path, rng: random.Random, saving: str, short: bool) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Each trial with the name of what it tries.

    Args:
        saving: the code of a process that does nothing but save, again and again.
    """
    if shutil.which("cc") is None:
        return  # no compiler: calls cannot be counted
    made = Interrupted(folder, rng)
    for name in made.commands:
        for number in made.moments(name, 2 if short else 10_000):
            yield f"kill {name}", lambda name=name, number=number: made.at_call(name, number, KILL)  # type: ignore[misc]
        for number in made.moments(name, 1 if short else 200):
            how = rng.choice((errno.ENOSPC, errno.EIO))
            yield f"fail {name}", lambda name=name, number=number, how=how: made.at_call(name, number, how)  # type: ignore[misc]
    for _ in range(1 if short else 40):
        yield "readers", lambda: made.readers(saving)
    for _ in range(1 if short else 20):
        yield "stop", made.stop
