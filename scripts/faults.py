"""What survives: ``python scripts/faults.py [--short] [--json]`` does to homes what the world does, and prints a table.

Each trial starts from a home that was grown before, does one fault to it, and then asks four things: does it open,
or say precisely why not; is every entry that had been committed still there, also those that the process itself
committed before the fault; is ``archive check`` clean; and does running a batt on it give the scores that it gives
without any fault. Trials that lose something are counted.

- *kill*: SIGKILL at a random moment of an iteration
- *kill while saving*: the same to a process that does nothing but file, remember and save, again and again
- *full disk*: a small tmpfs where one can be mounted; else the write limit of a process (RLIMIT_FSIZE) stands in
- *damage*: each file in turn cut, with flipped bits, zeroed, of another program, empty, gone, a directory in its
  place; what is refused is mended with ``archive check --fix``, which must leave a home that can be used, and the
  whole one is put back from a copy
- *writers*: two processes that evolve one home at once
- *clock*: the wall clock jumps back a day in mid-run
- *kill COMMAND*, *fail COMMAND*: SIGKILL at every call with which a command changes its home; and a disk that is full,
  or fails, from some call on (`interrupted.py`, where there is a C compiler)
- *readers*: others list and merge a home while whoever writes it is killed at a checkpoint
- *stop*: an ``evolve`` with its workers is stopped for seconds and goes on
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click
from interrupted import trials

from kagglebatt.home import entries, index
from kagglebatt.home.archive import Archive
from kagglebatt.home.cache import Cache

IDS = ("007bbfb7", "67a3c6ac", "68b16354", "4c4377d9")
TASKS = [word for name in IDS for word in ("-i", name)]
COUNTS = {"kill": 110, "kill while saving": 110, "full disk": 20, "damage": 63, "writers": 20, "clock": 5}
SHORT = {"kill": 3, "kill while saving": 3, "full disk": 2, "damage": 21, "writers": 1, "clock": 1}
DAMAGES = ("cut", "flip", "zero", "foreign", "directory", "gone", "empty")

SAVING = """
from kagglebatt.home.directory import open_home
with open_home(Path(sys.argv[1])) as home:
    for number in range(100_000):
        home.cache.validation.store(home.cache.key("ab", f"{number:x}"), "x" * 2_000, 1.0)
        home.cache.save()
        iteration = home.archive.next_iteration
        home.archive.file(iteration, [], [], {"number": number, "text": "x" * 2_000})
        print(iteration, number + 1, flush=True)  # both are committed
        home.save()
"""
EVOLVING = "from kagglebatt.commands.cli import main\nsys.exit(main(sys.argv[2:]))"
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n" + EVOLVING
CLOCK = (
    "import time; real = time.time; start = real(); "
    "time.time = lambda: real() - (86400 if real() - start > 0.3 else 0)\n" + EVOLVING
)


@dataclass
class Tally:
    """Trials of one fault: how many there were, how many refused to open, how many lost or spoilt something."""

    tried: int = 0
    refused: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list)


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process that runs some code."""
    command = [sys.executable, "-c", f"import sys\nfrom pathlib import Path\n{code}", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kagglebatt(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, to its end."""
    command = [sys.executable, "-m", "kagglebatt", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def held(home: Path) -> tuple[set[tuple[str, str]], set[bytes]]:
    """What is committed: (task, md5) of filed solvers, iterations, and keys of remembered entries. Looks at a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(home, copy)
        with Archive(copy) as archive:
            filed = {(entry.task, entry.md5) for entry in archive.entries()}
            filed |= {("iteration", str(number + 1)) for number in range(len(archive.history(("iteration",))))}
        cache = Cache(copy)
        keys = {row.key for row in cache.rows()}
        cache.close()
    return filed, keys


def committed(out: str) -> tuple[int, int]:
    """The last iteration that a process said was done, and how many entries ``SAVING`` said were remembered."""
    lines = [line.split() for line in out.splitlines()]
    evolved = [int(words[1].rstrip(":")) for words in lines if words[:1] == ["iteration"] and len(words) > 1]
    saved = [tuple(map(int, words)) for words in lines if len(words) == 2 and all(map(str.isdigit, words))]
    return (saved[-1][0], saved[-1][1]) if saved else (evolved[-1] if evolved else 0, 0)


class Campaign:
    """A grown home, the scores that are right, and the trials."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng = folder, rng
        self.grown, self.batt = folder / "grown", folder / "batt.py"
        self.evolve = ("evolve", *TASKS, "--candidates", "16", "--offspring", "0", "--jobs", "1", "--home")
        assert kagglebatt(*self.evolve, str(self.grown), "--iterations", "3").returncode == 0
        kagglebatt("card", *TASKS, "-c", "16", "-f", str(self.batt), "--home", str(self.grown))
        self.right = self.scores(folder / "clean")
        self.filed, self.keys = held(self.grown)

    def scores(self, home: Path) -> object:
        """What the batt scores on a home, or what was said instead."""
        done = kagglebatt("run", "-b", str(self.batt), *TASKS, "--jobs", "1", "--home", str(home), "--json")
        return json.loads(done.stdout)["scores"] if done.returncode == 0 else done.stderr

    def home(self) -> Path:
        """A fresh copy of the grown home."""
        place = Path(tempfile.mkdtemp(dir=self.folder)) / "home"
        shutil.copytree(self.grown, place)
        return place

    def judge(self, tally: Tally, home: Path, what: str, cache_may_go: bool = False, out: str = "") -> None:
        """Look at a home after a fault, in which a process had said ``out``."""
        tally.tried += 1
        problems = []
        iteration, remembered = committed(out)
        filed, keys = held(home) if out else (self.filed, self.keys)
        if iteration and ("iteration", str(iteration)) not in filed:
            problems.append(f"iteration {iteration}, which was done, is lost")
        if len(keys) < len(self.keys) + remembered:
            problems.append(f"{len(self.keys) + remembered - len(keys)} entries, which were saved, are lost")
        scores = self.scores(home)
        if isinstance(scores, str):
            problems += self.repair(tally, home, scores)
            scores = self.scores(home)
        if scores != self.right:
            problems.append(f"scores differ {str(scores)[:200] if isinstance(scores, str) else ''}")
        if kagglebatt("archive", "check", "--home", str(home)).returncode:
            problems.append("archive check is not clean")
        filed, keys = held(home)
        if not self.filed <= filed:
            problems.append(f"{len(self.filed - filed)} filed solvers lost")
        if not cache_may_go and not self.keys <= keys:
            problems.append(f"{len(self.keys - keys)} remembered entries lost")
        if problems:
            tally.lost += 1
            tally.notes.append(f"{what}: {', '.join(problems)}")
        shutil.rmtree(home.parent)

    def repair(self, tally: Tally, home: Path, message: str) -> list[str]:
        """What was refused must say which file and what to do, and then come back from a copy of the archive."""
        tally.refused += 1
        problems = [] if str(home) in message and "Traceback" not in message else [f"unclear: {message[-200:]}"]
        if "check --fix" in message:
            kagglebatt("archive", "check", "--fix", "--home", str(home))
            if self.scores(home) != self.right or kagglebatt("archive", "check", "--home", str(home)).returncode:
                problems.append("check --fix did not mend it")
        for name in (*index.FILES, index.FILE_NAME):
            for path in (home / name, home / f"{name}-wal", home / f"{name}-shm"):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            shutil.copyfile(self.grown / name, home / name)
        return problems

    def kill(self, tally: Tally) -> None:
        """SIGKILL at a random moment of an iteration."""
        home = self.home()
        process = start(EVOLVING, "", *self.evolve, str(home), "--iterations", "50")
        time.sleep(self.rng.uniform(0.05, 1.5))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        self.judge(tally, home, "kill", out=out)

    def kill_while_saving(self, tally: Tally) -> None:
        """SIGKILL while nothing is done but saving."""
        home = self.home()
        process = start(SAVING, str(home))
        assert process.stdout is not None
        process.stdout.readline()  # it is at work
        time.sleep(self.rng.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        self.judge(tally, home, "kill while saving", out=out)

    def full_disk(self, tally: Tally) -> None:
        """The disk takes a little more than is on it, and no more."""
        home = self.home()
        size = sum(path.stat().st_size for path in home.iterdir())
        room = size + self.rng.randrange(400_000)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={room + 8192}", "tmpfs", str(home)]
        small = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        if small:
            shutil.copytree(self.grown, home, dirs_exist_ok=True)
        code = EVOLVING if small else LIMITED
        limit = (home / entries.FILE_NAME).stat().st_size // 2 + self.rng.randrange(200_000)
        process = start(code, str(limit), *self.evolve, str(home), "--iterations", "20", "--seed", "9")
        out, err = process.communicate()
        if "Traceback" in err or process.returncode not in (0, 2):
            tally.notes.append(f"full disk: exit {process.returncode} {err[-300:]}")
            tally.lost += 1
        if small:  # looked at where there is room again
            roomy = Path(shutil.copytree(home, home.with_name("roomy")))
            subprocess.run(["umount", str(home)], check=True)
            home = roomy
        self.judge(tally, home, "full disk", out=out)

    def damage(self, tally: Tally) -> None:
        """One file altered; a damaged cache may be forgotten, a damaged archive may not go unnoticed."""
        home = self.home()
        how = DAMAGES[tally.tried % len(DAMAGES)]
        path = home / (*index.FILES, index.FILE_NAME)[tally.tried // len(DAMAGES) % 3]
        content = bytearray(path.read_bytes())
        path.unlink()
        if how == "cut":
            path.write_bytes(content[: self.rng.randrange(len(content))])
        elif how == "flip":
            for _ in range(self.rng.choice([1, 10, 1000])):
                content[self.rng.randrange(len(content))] ^= 1 << self.rng.randrange(8)
            path.write_bytes(content)
        elif how == "zero":
            path.write_bytes(bytes(len(content)))
        elif how == "foreign":
            connection = sqlite3.connect(path)
            connection.execute("CREATE TABLE cookies (name)")
            connection.close()
        elif how == "directory":
            path.mkdir()
        elif how == "empty":
            path.write_bytes(b"")
        self.judge(tally, home, f"{how} {path.name}", cache_may_go=path.name == entries.FILE_NAME)

    def writers(self, tally: Tally) -> None:
        """Two at once: the second is told, or both take turns."""
        home = self.home()
        both = [start(EVOLVING, "", *self.evolve, str(home), "--iterations", "3") for _ in range(2)]
        said = ""
        for process in both:
            out, err = process.communicate()
            said = max(said, out, key=committed)
            if process.returncode and "in use" not in err:
                tally.notes.append(f"writers: exit {process.returncode} {err[-300:]}")
                tally.lost += 1
        self.judge(tally, home, "writers", out=said)

    def clock(self, tally: Tally) -> None:
        """The wall clock jumps back a day."""
        home = self.home()
        process = start(CLOCK, "", *self.evolve, str(home), "--iterations", "5")
        out, err = process.communicate()
        if process.returncode:
            tally.notes.append(f"clock: exit {process.returncode} {err[-300:]}")
            tally.lost += 1
        self.judge(tally, home, "clock", out=out)


@click.command()
@click.option("--short", is_flag=True, help="A few trials of each fault, as in CI.")
@click.option("--only", default="", metavar="WORD", help="Only faults with this word in their names.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(short: bool, only: str, seed: int, as_json: bool) -> None:
    """Run the campaign; exit code 1 when anything was lost."""
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="kagglebatt-faults-") as folder:
        rng = random.Random(seed)
        counts = {name: count for name, count in (SHORT if short else COUNTS).items() if only in name}
        campaign = Campaign(Path(folder), rng) if counts else None
        for name, count in counts.items():
            trial: Callable[[Tally], None] = getattr(campaign, name.replace(" ", "_"))
            tallies[name] = Tally()
            for _ in range(count):
                trial(tallies[name])
        for name, interrupt in trials(Path(folder), rng, f"import sys\nfrom pathlib import Path\n{SAVING}", short):
            if only in name:
                tally = tallies.setdefault(name, Tally())
                problems = interrupt()
                tally.tried += 1
                tally.lost += bool(problems)
                tally.notes += problems
    if as_json:
        click.echo(json.dumps({name: vars(tally) for name, tally in tallies.items()}))
    else:
        click.echo(f"{'fault':20}{'tried':>8}{'refused':>10}{'lost':>8}")
        for name, tally in tallies.items():
            click.echo(f"{name:20}{tally.tried:8}{tally.refused:10}{tally.lost:8}")
            for note in tally.notes:
                click.echo(f"  {note}")
    sys.exit(any(tally.lost for tally in tallies.values()))


if __name__ == "__main__":
    os.environ["PYTHONHASHSEED"] = "0"
    main()
