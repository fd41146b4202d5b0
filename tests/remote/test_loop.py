"""The round trip with Kaggle's own client: what comes back is what the same iterations give here."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from kagglebatt.commands.looping import say_what_is_begun
from kagglebatt.errors import OutputError, SettingsError
from kagglebatt.home import archive_layout
from kagglebatt.home.directory import check
from kagglebatt.remote.lock import locked
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.loop_state import FETCHED, FILE_NAME, State, read_state
from kagglebatt.settings import Settings
from tests.kaggle_standin import Standin
from tests.round_trip import QUICK, SMALL, Machine, content

pytestmark = pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="Kaggle's client needs Python 3.11")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine beside a Kaggle without datasets and kernels."""
    folder = tmp_path / "machine"
    folder.mkdir()
    with Standin(tmp_path / "kaggle") as kaggle:
        yield Machine(kaggle, folder)


def local(machine: Machine, iterations: int, sizes: tuple[int, ...], candidates: int = 4) -> Path:
    """The home that the same iterations leave without Kaggle."""
    home = machine.folder / "local"
    for _ in range(iterations):
        for size in sizes:
            done = machine.run(
                "evolve",
                "--offspring=0",
                "--tasks",
                str(size),
                "--candidates",
                str(candidates),
                "--jobs",
                "1",
                "--home",
                str(home),
            )
            assert done.returncode == 0, done.stderr
    return home


@pytest.mark.campaign
@pytest.mark.parametrize(("rounds", "sizes"), [(1, (1,)), (3, (1, 3))])
def test_a_loop_carries_forward_what_it_learns(rounds: int, sizes: tuple[int, ...], machine: Machine) -> None:
    """From an empty account: the home, here and on Kaggle, is that of the same iterations made here."""
    listed = ",".join(map(str, sizes))
    done = machine.run("loop", "--iterations", str(rounds), "--sizes", listed, *SMALL, *QUICK, "--json")
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)["steps"]
    made = [(number, size) for number in range(1, rounds + 1) for size in sizes]
    assert [(step["loop_iteration"], step["size"]) for step in steps] == made
    assert [step["reports"][0]["iteration"] for step in steps] == [*range(1, len(made) + 1)]
    assert content(machine.folder / "home") == content(local(machine, rounds, sizes))
    assert check(machine.folder / "home") == []
    versions = machine.kaggle.datasets["tester/kagglebatt-home"]
    assert len(versions) == len(made)
    assert content(versions[-1]) == content(machine.folder / "home")
    assert [(run.version, run.slug) for run in machine.kaggle.runs] == [(n, f"kagglebatt-{s}-tasks") for n, s in made]
    assert not (machine.folder / "build" / "loop" / FILE_NAME).exists()


@pytest.mark.campaign
def test_a_loop_finds_linked_inputs(machine: Machine) -> None:
    """Where Kaggle mounts its dataset as a symbolic link, it goes on from there as well."""
    machine.kaggle.layout = "links"
    done = machine.run("loop", "--iterations", "2", "--sizes", "2", *SMALL, *QUICK, "--json")
    assert done.returncode == 0, done.stderr
    assert [step["reports"][0]["iteration"] for step in json.loads(done.stdout)["steps"]] == [1, 2]
    assert content(machine.folder / "home") == content(local(machine, 2, (2,)))


@pytest.mark.campaign
def test_unchanged_candidates_are_hits_on_kaggle(machine: Machine) -> None:
    """Without mutation every candidate comes again, and nothing is executed."""
    done = machine.run("loop", "--iterations", "2", "--sizes", "2", "--mutate", "0", "--json", *SMALL[2:], *QUICK,
                       "--candidates", "200")  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = (step["reports"][0] for step in json.loads(done.stdout)["steps"])
    assert first["executed"] > 0
    assert (second["executed"], second["caches"]["validation"]["misses"], second["caches"]["inlining"]["misses"]) == (
        0,
        0,
        0,
    )


@pytest.mark.campaign
def test_kernels_share_the_tasks(machine: Machine) -> None:
    """Four kernels, one of which fails at first and is pushed again, alone: the archive of one kernel."""
    machine.kaggle.inject("run-dies")
    done = machine.run("loop", "--iterations", "2", "--sizes", "6", "--kernels", "4", *SMALL, *QUICK)
    assert done.returncode == 0, done.stderr
    assert content(machine.folder / "home", reports=False) == content(local(machine, 2, (6,)), reports=False)
    assert len(machine.kaggle.runs) == 9
    slugs = {run.slug for run in machine.kaggle.runs}
    shown = [line for line in done.stderr.splitlines() if not line.startswith("kagglebatt: ")]
    assert shown
    assert all(line.partition(": ")[0] in slugs for line in shown)
    assert machine.pushed_twice() == []
    assert check(machine.folder / "home") == []


@pytest.mark.campaign
@pytest.mark.parametrize("most", [10, 30])
def test_a_loop_that_is_killed_goes_on(machine: Machine, most: int) -> None:
    """Kills at random moments: the same home, and no run pushed twice."""
    moments = random.Random(most)
    arguments = ("loop", "--iterations", "3", "--sizes", "1,3", *SMALL, *QUICK)
    kills = 0
    while kills < most:
        process = machine.start(*arguments)
        sleep(moments.uniform(0.1, 2.2))
        if process.poll() is None:
            process.kill()
            kills += 1
        assert process.wait() in (0, -signal.SIGKILL)
    done = machine.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert machine.pushed_twice() == []
    found = content(machine.folder / "home")
    rounds, rest = divmod(len(found["reports"]), 6)  # one that was done before it was killed makes room for another
    assert (rest, len(machine.kaggle.runs)) == (0, 6 * rounds)
    assert found == content(local(machine, 3 * rounds, (1, 3)))
    versions = machine.kaggle.datasets["tester/kagglebatt-home"]
    assert content(versions[-1]) == content(machine.folder / "home")


@pytest.mark.campaign
def test_what_was_altered_meanwhile_is_made_and_fetched_again(machine: Machine) -> None:
    """Kernels and outputs are the loop's own: without them, or with others, it goes on, and pushes nothing twice."""
    arguments = ("loop", "--sizes", "1", *SMALL, *QUICK)
    process = machine.start(*arguments)
    while not machine.kaggle.runs:
        sleep(0.05)
    process.kill()
    process.wait()
    machine.kaggle.wait_idle()
    folder = machine.folder / "build" / "loop"
    shutil.rmtree(folder / "kernel-1-of-1")
    output = Path(shutil.copytree(machine.kaggle.runs[0].output, folder / "output-1-of-1", dirs_exist_ok=True))
    (output / archive_layout.FILE_NAME).write_bytes(b"something else")
    state = json.loads((folder / FILE_NAME).read_text())
    state["runs"][0]["phase"] = FETCHED
    (folder / FILE_NAME).write_text(json.dumps(state))
    done = machine.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert len(machine.kaggle.runs) == 1
    assert content(machine.folder / "home") == content(local(machine, 1, (1,)))


@pytest.mark.campaign
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order(machine: Machine, number: signal.Signals, code: int) -> None:
    """With the exit code of the signal; continued, it pushes nothing twice."""
    arguments = ("loop", "--iterations", "1", "--sizes", "1", *SMALL, *QUICK)
    process = subprocess.Popen(
        machine.command(*arguments), cwd=machine.folder, env=machine.environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not machine.kaggle.runs:
        sleep(0.05)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, "goes on from there" in told, "Traceback" in told) == (code, True, False), told
    done = machine.run(*arguments)
    assert done.returncode == 0, done.stderr
    assert len(machine.kaggle.runs) == 1


@pytest.mark.campaign
def test_another_machine_goes_on_from_the_dataset(machine: Machine) -> None:
    """A home that has less in it than the published one is filled from that first."""
    for home in ("here", "there"):
        done = machine.run("loop", "--sizes", "2", "--home", home, "--to", f"loop-{home}", *SMALL, *QUICK)
        assert done.returncode == 0, done.stderr
    assert [report["iteration"] for report in content(machine.folder / "there")["reports"]] == [1, 2]
    done = machine.run("publish", "--home", "here", *QUICK)
    assert (done.returncode, "has less in it" in done.stderr) == (2, True)
    done = machine.run("pull", "--dataset-source", "tester/kagglebatt-home", "--home", "here", *QUICK)
    assert done.returncode == 0, done.stderr
    assert content(machine.folder / "here") == content(machine.folder / "there")
    done = machine.run("publish", "--home", "here", *QUICK)
    assert done.returncode == 0, done.stderr


@pytest.mark.campaign
def test_a_dry_run_says_all_and_does_nothing(machine: Machine) -> None:
    """Also without credentials; sizes and names are those of the real thing."""
    done = machine.run("loop", "--iterations", "2", "--sizes", "2", "--dry-run", *SMALL, *QUICK)
    assert done.returncode == 0, done.stderr
    assert "dataset tester/kagglebatt-home" in done.stdout
    assert done.stdout.count("push ") == 2
    assert set(machine.kaggle.calls) <= {"security.OAuthService/IntrospectToken"}
    assert not (machine.folder / "build").exists()
    nobody = machine.run(
        "loop", "--dry-run", "--sizes", "2", KAGGLE_USERNAME="", KAGGLE_KEY="", HOME=str(machine.folder)
    )
    assert (nobody.returncode, "OWNER/kagglebatt-home" in nobody.stdout) == (0, True)
    assert "would not start: Kaggle does not know who you are" in nobody.stderr


def test_a_dry_run_tells_of_a_loop_that_is_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that it would continue, and one that stands in its way."""
    metadata = {"id": "tester/some-home"}
    plan = LoopPlan(
        Settings(offspring=0, home=tmp_path), 2, (1, 3), 1, "mine", "tester", metadata, True, False, tmp_path
    )
    say_what_is_begun(tmp_path, plan)
    assert capsys.readouterr() == ("", "")
    State(plan.asked(), step=1).write(tmp_path)
    say_what_is_begun(tmp_path, plan)
    assert "it would go on after 1 of 4 steps" in capsys.readouterr().out
    say_what_is_begun(tmp_path, replace(plan, name="other"))
    assert "this would not start: " in capsys.readouterr().err


def test_credentials_are_asked_for_before_anything_is_built(machine: Machine) -> None:
    """Missing or wrong: one message with the remedy, exit code 2, and no secret in it."""
    missing = {"KAGGLE_USERNAME": "", "KAGGLE_KEY": "", "HOME": str(machine.folder)}
    wrong = {"KAGGLE_KEY": "0123456789abcdef" * 2}
    for more in (missing, wrong):
        done = machine.run("loop", "--sizes", "2", *SMALL, *QUICK, **more)
        assert (done.returncode, "kaggle.json" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
        assert len(done.stderr.splitlines()) == 1
        assert wrong["KAGGLE_KEY"] not in done.stdout + done.stderr
        assert not list((machine.folder / "build" / "loop").glob("kernel*"))


@pytest.mark.campaign
def test_no_secret_is_left_anywhere(machine: Machine) -> None:
    """Not in what is printed, nor in state, kernels, outputs or the home."""
    done = machine.run("loop", "--sizes", "1", *SMALL, *QUICK)
    assert done.returncode == 0, done.stderr
    secret = machine.environment()["KAGGLE_KEY"]
    assert secret not in done.stdout + done.stderr
    for path in machine.folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_a_state_is_read_back(tmp_path: Path) -> None:
    """A damaged one, or one of another loop, is refused with what to do."""
    State({"sizes": [5]}, "salt").write(tmp_path)
    assert read_state(tmp_path, {"sizes": [5]}) == State({"sizes": [5]}, "salt")
    with pytest.raises(SettingsError, match="with other sizes is not done"):
        read_state(tmp_path, {"sizes": [6]})
    whole = json.loads((tmp_path / FILE_NAME).read_text())
    odd = [
        json.dumps({**whole, **change})
        for change in (
            {"step": "1"}, {"step": -1}, {"published": 3}, {"runs": [{"shard": None, "phase": "somewhere"}]},
            {"runs": [{"shard": 3}]}, {"runs": [{"shard": None, "attempt": "1"}]},
        )
    ]  # fmt: skip
    for text in (
        "",
        "[]",
        '{"format": 1}',
        '{"format": 99}',
        '{"format": 1, "x": 2}',
        '{"format": 1, "runs": [3]}',
        *odd,
    ):
        (tmp_path / FILE_NAME).write_text(text)
        with pytest.raises(SettingsError, match=r"damaged|newer"):
            read_state(tmp_path, {"sizes": [5]})


def test_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one waits, then is told."""
    monkeypatch.setattr("kagglebatt.remote.lock._LOCK_SECONDS", 0.2)
    told: list[str] = []
    with (
        locked(tmp_path, told.append),
        pytest.raises(SettingsError, match="another process"),
        locked(tmp_path, told.append),
    ):
        pass
    assert len(told) == 1
    with locked(tmp_path, told.append):
        pass
    assert len(told) == 1


def test_a_state_says_where_it_cannot_be_written(tmp_path: Path) -> None:
    """A folder that went is made again; what is in its place is named."""
    State({}).write(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: cannot be written"):
        State({}).write(tmp_path / "file")
    with pytest.raises(OutputError, match="file: cannot be written"), locked(tmp_path / "file", print):
        pass
