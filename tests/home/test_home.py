"""Homes: opened by one process, copied when read-only, whole or said not to be, upgraded, merged, stopped in order."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kagglebatt.commands.cli import main
from kagglebatt.dsl.fingerprint import vocabulary_digest
from kagglebatt.errors import DamagedError, HomeError, StoppedError
from kagglebatt.home import archive_layout, entries, index
from kagglebatt.home.archive import Archive, RankedDiffer
from kagglebatt.home.archive_layout import COLUMNS
from kagglebatt.home.cache import Cache
from kagglebatt.home.directory import check, merge_homes, open_home, repair
from kagglebatt.home.ranking import Filing
from kagglebatt.home.salvage import SET_ASIDE_NAME
from kagglebatt.home.stones import Stone
from kagglebatt.iteration.iterate import evolve, run_hand
from kagglebatt.programs.batt import read
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.parse import parse_program
from kagglebatt.programs.program import md5
from kagglebatt.running.score import Scores
from kagglebatt.running.validate import Verdict
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks

IDS = ("67a3c6ac", "4c4377d9", "68b16354")
TASKS = load_tasks("arc1-training", ids=IDS)
ENDLESS = """
def solve_{number:08x}(I):
    x1 = multiply(TEN, TEN)
    x2 = multiply(x1, x1)
    x3 = multiply(x2, x2)
    x4 = multiply(x3, x3)
    x5 = {last}(I)
    x6 = power(identity, x4)
    x7 = compose(x6, {last})
    O = x7(x5)
    return O
"""
TURNS = ("identity", "hmirror", "vmirror", "dmirror", "cmirror", "rot90", "rot180", "rot270")
DATA = Path(__file__).parents[1] / "data"
OLD = DATA / "home-format-1"
FLAT = DATA / "home-before-wings"
STONELESS = DATA / "home-before-stones"


def grown(home: Path, seed: int = 0, iterations: int = 1) -> list[dict[str, object]]:
    settings = Settings(offspring=0, home=home, ids=IDS, candidates=8, iterations=iterations, seed=seed, jobs=1)
    return [report.as_json() for report in evolve(settings, TASKS)]


def again(home: Path, told: list[str] | None = None) -> dict[str, object]:
    """The first iteration's hand once more, on whatever the home remembers."""
    settings = Settings(offspring=0, home=home, ids=IDS, candidates=8, jobs=1)
    first = next(evolve(Settings(offspring=0, home=home.parent / "fresh", ids=IDS, candidates=8, jobs=1), TASKS))
    shutil.rmtree(home.parent / "fresh")
    return run_hand(first.hand, settings, TASKS, notify=(told if told is not None else []).append).as_json()


def content(home: Path) -> tuple[object, ...]:
    with Archive(home) as kept:
        return kept.entries(), kept.differs(), kept.counts()


def copied(home: Path, how: str) -> Path:
    target = home.parent / "elsewhere" / home.name
    if how == "zipped":
        with zipfile.ZipFile(home.parent / "home.zip", "w") as archive:
            for path in home.iterdir():
                archive.write(path, path.name)
        with zipfile.ZipFile(home.parent / "home.zip") as archive:
            archive.extractall(target)
    else:
        shutil.copytree(home, target)
    if how == "read-only":
        for path in (*target.iterdir(), target):
            path.chmod(path.stat().st_mode & ~0o222)
    return target


@pytest.mark.parametrize("how", ["copied", "zipped", "read-only"])
def test_a_home_remembers_wherever_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """No miss, nothing executed; a read-only home is left as it was."""
    grown(tmp_path / "home")
    place = copied(tmp_path / "home", how)
    monkeypatch.chdir(tmp_path / "elsewhere")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    told: list[str] = []
    report = again(place, told)
    assert report["executed"] == 0
    assert report["caches"]["validation"]["misses"] == report["caches"]["inlining"]["misses"] == 0
    if how == "read-only":
        assert {path.name: path.read_bytes() for path in place.iterdir()} == before
        assert "working on a copy" in told[0]
        assert (tmp_path / "elsewhere" / "home-2" / index.FILE_NAME).exists()
        place.chmod(0o755)
    else:
        assert told == []


HAND = """
from kagglebatt.programs.batt import read, write
from kagglebatt.iteration.iterate import evolve, run_hand
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
import json, sys
from pathlib import Path

home, batt = map(Path, sys.argv[1:])
settings = Settings(offspring=0, home=home, ids=("67a3c6ac", "4c4377d9"), candidates=8, jobs=1)
tasks = load_tasks("arc1-training", ids=settings.ids)
if batt.exists():
    report = run_hand(read(batt.read_text(), str(batt)), settings, tasks)
else:
    (report,) = evolve(settings, tasks)
    batt.write_text(write(report.hand, "a test"))
print(json.dumps(report.as_json()))
"""


def test_what_a_change_of_the_package_makes_of_what_is_remembered(tmp_path: Path) -> None:
    """A comment in every module changes nothing; an edited primitive makes every verdict a miss."""
    package = tmp_path / "changed" / "kagglebatt"
    shutil.copytree(Path(index.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__"))

    def run_here() -> dict[str, object]:
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        command = [sys.executable, "-c", HAND, str(tmp_path / "home"), str(tmp_path / "batt.py")]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=True)
        known = json.loads((tmp_path / "home" / index.FILE_NAME).read_text())
        report: dict[str, object] = json.loads(done.stdout)
        return {**{name: known[name] for name in ("vocabulary", "vocabulary_sources")}, **report}

    first = run_here()
    assert first["executed"]
    for module in package.rglob("*.py"):
        module.write_text(f"{module.read_text()}\n# Nothing but a comment.\n")
    commented = run_here()
    assert (commented["executed"], commented["scores_digest"]) == (0, first["scores_digest"])
    assert commented["vocabulary"] == first["vocabulary"]
    assert commented["vocabulary_sources"] != first["vocabulary_sources"]
    mirrors = package / "dsl" / "mirrors.py"
    before = mirrors.read_text()
    mirrors.write_text(
        before.replace("tuple([row[::-1] for row in grid[::-1]])", "tuple(row[::-1] for row in grid[::-1])")
    )
    assert mirrors.read_text() != before
    edited = run_here()
    assert edited["executed"] == first["executed"]
    assert edited["vocabulary"] != first["vocabulary"]


@pytest.mark.parametrize(
    "altered",
    [{"vocabulary_sources": "0" * 32}, {"vocabulary": "0 0"}, {"vocabulary": None}, {"vocabulary_sources": None}, {}],
)
def test_the_index_says_what_the_vocabulary_is_where_that_is_sure(tmp_path: Path, altered: dict[str, object]) -> None:
    """Of the very same sources, and as a digest; else it is worked out."""
    grown(tmp_path)
    known = index.read_index(tmp_path)
    (tmp_path / index.FILE_NAME).write_text(json.dumps({**known, **altered}))
    assert known["vocabulary"] == vocabulary_digest()
    assert index.vocabulary(tmp_path) == ("" if altered else vocabulary_digest())
    with closing(Cache(tmp_path, index.vocabulary(tmp_path))) as cache:
        assert cache.key("a").split() == ["3", vocabulary_digest(), "a"]


def test_an_old_home_is_upgraded_in_place(tmp_path: Path) -> None:
    """The archive of format 1 keeps everything; its cache is of another form, and begins anew from the archive."""
    home = tmp_path / "home"
    shutil.copytree(OLD, home)
    (solvers,) = (json.loads((OLD / index.FILE_NAME).read_text())["archive"]["solvers"],)
    told: list[str] = []
    with open_home(home, told.append) as opened:
        assert opened.archive.counts()["solvers"] == solvers > 0
        assert opened.archive.check() == []
        assert len(opened.archive.history(("iteration",))) == 2
    assert told == []
    grown(home)
    assert check(home) == []


def test_an_old_home_knows_its_functions_wherever_the_code_lies(tmp_path: Path, monkeypatch) -> None:
    """A home of the package when it was one flat folder: the same hand again finds everything remembered.

    Its verdicts are keyed by the vocabulary of that time, which is set here: primitives that were edited since must
    be misses, and where they lie must not matter.
    """
    home = tmp_path / "home"
    shutil.copytree(FLAT, home)
    digest = json.loads((FLAT / index.FILE_NAME).read_text())["vocabulary"]
    monkeypatch.setattr("kagglebatt.home.cache.vocabulary_digest", lambda: digest)
    hand = read((FLAT / "batt_run.txt").read_text(), "batt_run.txt")
    report = run_hand(hand, Settings(offspring=0, home=home, tasks=5, jobs=1), load_tasks("arc1-training", 5)).as_json()
    reading = sum("S" in program.names for program in hand.solvers.candidates)  # these are judged in another way now
    misses = {name: figures["misses"] for name, figures in report["caches"].items()}
    assert misses == {"validation": 5 * reading, "inlining": 0}
    assert reading < len(hand.solvers.candidates) / 10


def test_a_home_of_the_time_before_stones_opens_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Upgraded in place, every row of both files as it was; its hand finds everything remembered; then it evolves."""
    home = tmp_path / "home"
    shutil.copytree(STONELESS, home)
    before = {name: rows_of(home / name, tables) for name, tables in FORMAT_3.items()}
    told: list[str] = []
    with open_home(home, told.append) as opened:
        assert opened.archive.next_iteration == 4
        assert opened.archive.counts() == {"tasks": 4, "solvers": 4, "differs": 7, "iterations": 3}
        assert (opened.archive.stones(), opened.archive.operator_counts()) == ([], {})
        assert opened.archive.descent(opened.archive.entries()[0].md5) == []
    assert told == []
    assert {name: rows_of(home / name, tables) for name, tables in FORMAT_3.items()} == before
    assert [len(rows) for rows in before["archive.sqlite"]] == [11, 4, 14, 3, 0, 0]
    assert check(home) == []
    assert json.loads((home / index.FILE_NAME).read_text())["sums"]["reports"] == 3
    used = Path(shutil.copytree(STONELESS, tmp_path / "used"))
    digest = json.loads((STONELESS / index.FILE_NAME).read_text())["vocabulary"]
    with monkeypatch.context() as patched:
        patched.setattr("kagglebatt.home.cache.vocabulary_digest", lambda: digest)
        hand = read((STONELESS / "batt_run.txt").read_text(), "batt_run.txt")
        settings = Settings(offspring=0, home=used, tasks=5, jobs=1)
        report = run_hand(hand, settings, load_tasks("arc1-training", 5)).as_json()
    assert (report["iteration"], report["executed"]) == (4, 0)
    grown(home)
    assert index.read_index(home)["archive"]["iterations"] == 4
    assert check(home) == []


FORMAT_3 = {
    "archive.sqlite": ("body", "solver", "differ", "iteration", "past", "total"),
    "solver-bodies.sqlite": ("entry", "function", "vocabulary"),
}
"""The tables of both files in the time before stones."""


def rows_of(path: Path, tables: tuple[str, ...]) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


def test_a_lost_cache_is_filled_from_the_archive(tmp_path: Path) -> None:
    """What is filed needs not be run again."""
    grown(tmp_path / "home")
    (tmp_path / "home" / entries.FILE_NAME).unlink()
    report = again(tmp_path / "home")
    filed = len(content(tmp_path / "home")[0])
    assert report["caches"]["validation"]["hits"] == filed > 0
    assert report["disagreements" if "disagreements" in report else "timeouts"] == 0


def test_a_damaged_cache_is_told_and_filled_from_the_archive(tmp_path: Path) -> None:
    """The results are those of a whole one."""
    (first,) = grown(tmp_path / "home")
    (tmp_path / "home" / entries.FILE_NAME).write_bytes(b"\0" * 9000)
    told: list[str] = []
    report = again(tmp_path / "home", told)
    assert any("was damaged" in sentence for sentence in told)
    assert report["scores_digest"] == first["scores_digest"]


def test_an_incomplete_home_says_so(tmp_path: Path) -> None:
    """Without an index, with a damaged one, and with one of other files; an archive that is gone is refused."""
    home = tmp_path / "home"
    grown(home)
    whole = (home / index.FILE_NAME).read_text()
    assert index.incompleteness(home) == ""
    (home / index.FILE_NAME).unlink()
    assert "no index.json" in index.incompleteness(home)
    (home / index.FILE_NAME).write_text("{")
    assert "is damaged" in index.incompleteness(home)
    (home / index.FILE_NAME).write_text(whole.replace('"bytes": ', '"bytes": 1'))
    assert "does not describe" in index.incompleteness(home)
    (home / index.FILE_NAME).write_text(whole.replace('"format": 2', '"format": 7'))
    with pytest.raises(HomeError, match="format 7"):
        index.incompleteness(home)
    (home / index.FILE_NAME).write_text(whole)
    told: list[str] = []
    (home / index.FILE_NAME).unlink()
    with open_home(home, told.append):
        pass
    assert "is incomplete" in told[0]
    assert index.incompleteness(home) == ""
    for break_it in (lambda path: path.write_bytes(b""), lambda path: path.unlink()):
        break_it(home / archive_layout.FILE_NAME)
        with pytest.raises(HomeError, match="which is not there"), open_home(home):
            pass


def test_a_damaged_archive_is_refused_until_it_is_mended(tmp_path: Path) -> None:
    """Never dropped silently; mending keeps what is intact and the damaged file."""
    home = tmp_path / "home"
    grown(home)
    path = home / archive_layout.FILE_NAME
    whole = path.read_bytes()
    place = whole.index(b"hmirror(I)")
    path.write_bytes(whole[:place] + b"vmirror(I)" + whole[place + 10 :])
    with pytest.raises(DamagedError, match="check --fix"), open_home(home):
        pass
    assert check(home)
    repair(home)
    assert check(home) == []
    assert (home / SET_ASIDE_NAME).exists()
    grown(home)


def test_the_second_process_is_told(tmp_path: Path) -> None:
    """While one has the home open, another cannot write it, and can read it."""
    with open_home(tmp_path / "home"):
        code = (
            "from pathlib import Path; from kagglebatt.home.directory import *\n"
            "from kagglebatt.errors import HomeError\n"
            "with read_archive(Path('home')) as kept: print(kept.counts())\n"
            "try:\n    with open_home(Path('home')): pass\nexcept HomeError as error: print(error)"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "'solvers': 0" in done.stdout
    assert "in use by another process" in done.stdout
    handle = os.open(tmp_path / "home", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)


def test_merged_homes_are_one_home(tmp_path: Path) -> None:
    """Archives and caches, in any order, again and again."""
    for seed in (1, 2):
        grown(tmp_path / f"s{seed}", seed)
    for name, order in (("x", (1, 2)), ("y", (2, 1, 2))):
        list(merge_homes([tmp_path / f"s{seed}" for seed in order], tmp_path / name))
    assert content(tmp_path / "x") == content(tmp_path / "y")
    assert content(tmp_path / "x")[2]["iterations"] == 2
    with pytest.raises(HomeError, match="nothing to merge"):
        list(merge_homes([tmp_path / "none"], tmp_path / "x"))
    assert check(tmp_path / "x") == []


def test_a_time_budget_ends_a_run_in_order(tmp_path: Path) -> None:
    """What was finished is whole; the same run goes on from there."""
    settings = Settings(
        offspring=0, home=tmp_path / "home", ids=IDS, candidates=8, iterations=10_000, jobs=1, minutes=0.02
    )
    with pytest.raises(StoppedError, match="time budget"):
        for _report in evolve(settings, TASKS):
            pass
    assert index.incompleteness(tmp_path / "home") == ""
    assert content(tmp_path / "home")[2]["iterations"] >= 1


def test_a_block_that_goes_on_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget holds also where most candidates run into their limit."""
    monkeypatch.setattr("kagglebatt.stop.GRACE_SECONDS", 0.5)
    slow = tmp_path / "slow.py"
    slow.write_text("".join(ENDLESS.format(number=number, last=f"rot{90 * number}") for number in (1, 2, 3)))
    settings = Settings(
        offspring=0, home=tmp_path / "home", ids=IDS, candidates=3, solvers=slow, jobs=1, minutes=0.01, mutate=0.0
    )
    seen: list[tuple[int, int]] = []
    with pytest.raises(StoppedError, match="time budget"):
        list(evolve(settings, TASKS, lambda _stage, done, total: seen.append((done, total))))
    done, total = seen[-1] if seen else (0, 1)  # on a busy machine the time is up before the first one is done
    assert done <= total / 2
    assert index.incompleteness(tmp_path / "home") == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals_end_a_run_in_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """The exit code says so, and what was done is printed and kept."""
    command = [
        sys.executable,
        "-m",
        "kagglebatt",
        "evolve",
        "--offspring=0",
        "--tasks",
        "3",
        "--iterations",
        "100000",
        "--json",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 60
    while time.monotonic() < limit and not (tmp_path / "home" / index.FILE_NAME).exists():
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (code, False)
    assert f"stopped ({number.name})" in err
    done = json.loads(out)["iterations"]
    assert index.incompleteness(tmp_path / "home") == ""
    assert content(tmp_path / "home")[2]["iterations"] == len(done) > 0


def test_pruning_keeps_what_the_archive_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the limit; what was accepted needs not be run again, and that the limit does not hold is said."""
    home = tmp_path / "home"
    grown(home)
    filed = len(content(home)[0])
    assert main(["cache", "prune", "--max-entries", "1", "--home", str(home)]) == 0
    assert "larger than was asked for" in capsys.readouterr().err
    report = again(home)
    assert report["caches"]["validation"]["hits"] == filed > 0
    assert index.incompleteness(home) == ""


MERGED = """
from pathlib import Path
from kagglebatt.home.directory import merge_homes
for _ in range(100):
    print("begun", flush=True)
    for _ in merge_homes([Path(name) for name in sys.argv[1:-1]], Path(sys.argv[-1])):
        pass
"""


def random_stone(body: str, content: str) -> Stone:
    """What a program scores on a task is the same wherever it is measured."""
    rng = Random(f"{body} {content}")
    return Stone("t", content, body, rng.randrange(9), rng.randrange(2), 2, 500, rng.randbytes(1), b"f")


def random_home(home: Path, rng: Random) -> None:
    """Solvers, differs and stones with scores drawn from few, iterations, entries: homes of one kind share many."""
    bodies = [parse_program(f"x1 = {a}(I); O = {b}(x1)").body for a in TURNS for b in TURNS]
    near = [parse_program(f"x1 = {a}(I); x2 = {b}(x1); O = rot90(x2)").body for a in TURNS for b in TURNS]
    judges = [parse_program(f"x1 = {a}(C); O = likeness(I, x1)", differ=True).differ_body for a in TURNS]
    with open_home(home) as opened:
        for number in range(rng.randrange(1, 4)):
            filings = []
            for _ in range(rng.randrange(60)):
                right = rng.randrange(3)
                scores = Scores(right, 2, 0, 1, 500 * right, ("value",) * 3, {"d": rng.randrange(3)})
                verdict = Verdict(rng.choice(bodies), rng.choice("tu"), scores, scores, rng.choice((0.25, 0.5)))
                filings.append(Filing(verdict, rng.choice(("3 ab cd", "")), rng.choice("xy")))
            found = [
                RankedDiffer(rng.choice("tu"), rng.choice(judges), rng.randrange(9)) for _ in range(rng.randrange(5))
            ]
            stones = [random_stone(body, rng.choice("yz")) for body in rng.sample(near, rng.randrange(12))]
            known = [stone.md5 for stone in opened.archive.stones()] or [md5(bodies[0])]
            origins = {stone.md5: Origin(rng.choice(("insert", "drop")), (rng.choice(known),)) for stone in stones}
            report = {"number": number, "x": rng.random()}
            this, counts = opened.archive.next_iteration, {"insert": (rng.randrange(9), 1, 0)}
            opened.archive.file(this, filings, found, report, stones, origins, counts)
            batch = opened.probed.batch(
                this, rng.choice("12"), 0.05, [bytes.fromhex(stone.md5[:16]) for stone in stones]
            )
            for task in rng.sample(range(9), 3):
                opened.probed.store(batch, f"{task:032x}", [(0, 1, 2, 3, b"o", b"f")], (4, 5), rng.random())
            for _ in range(rng.randrange(40)):
                place = opened.cache.key(f"{rng.randrange(30):x}", "ab")
                opened.cache.validation.replace(place, rng.choice("abc"), rng.choice((0.5, 1.0)))


def every_row(home: Path) -> list[list[tuple[object, ...]]]:
    """All of both files, times and seals included, but for the numbers that stand for names."""
    with closing(sqlite3.connect(home / archive_layout.FILE_NAME)) as connection:
        tables = [connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in COLUMNS]
    with closing(Cache(home)) as cache:
        return [*tables, sorted(map(tuple, cache.rows())), *map(list, cache.probed.rows())]


@pytest.mark.parametrize("seed", range(3))
def test_merging_random_homes(tmp_path: Path, seed: int) -> None:
    """In any order, again, in any groups, and after a kill in the midst: the same rows, all of them."""
    rng = Random(seed)
    places = [tmp_path / name for name in "abc"]
    for place in places:
        random_home(place, rng)
    a, b, c = places
    for order, into in (([a, b, c], "x"), ([c, a, b, a, c], "y"), ([b, c], "z"), ([tmp_path / "z", a], "w")):
        list(merge_homes(order, tmp_path / into))
    command = [sys.executable, "-c", f"import sys\n{MERGED}", *map(str, [*places, tmp_path / "v"])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(rng.uniform(0, 0.1))
    process.kill()
    process.communicate()
    list(merge_homes(places, tmp_path / "v"))
    expected = every_row(tmp_path / "x")
    assert all(every_row(tmp_path / name) == expected for name in "ywv")
    assert check(tmp_path / "x") == []
