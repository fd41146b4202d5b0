"""Workers of a cluster: the right ones give the same scores, lost ones lose nothing, wrong ones are refused."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest

from kagglebatt.running import cluster, worker_start
from tests.strangers import EVOLVING, other_copy

NO_RAY = importlib.util.find_spec("ray") is None
SCRIPTS = Path(sys.executable).parent


class FakeClient:
    """What dask's client gives of each worker."""

    def __init__(self, said: dict[str, object]) -> None:
        self._said = said

    def run(self, _function: object, on_error: str) -> dict[str, object]:
        assert on_error == "return"
        return self._said


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("kagglebatt 0.0.1, code 00", "The worker at tcp://b:2 runs kagglebatt 0.0.1, code 00; this process runs"),
        (AttributeError("fingerprint"), r"The worker at tcp://b:2 runs no such kagglebatt \(AttributeError"),
    ],
)
def test_a_wrong_worker_is_named(word: object, sentence: str) -> None:
    """Also one whose package is too old to say which it is."""
    cluster._check_dask(FakeClient({"tcp://a:1": worker_start.fingerprint()}))
    with pytest.raises(worker_start.WorkerRefusedError, match=sentence):
        cluster._check_dask(FakeClient({"tcp://a:1": worker_start.fingerprint(), "tcp://b:2": word}))


@contextmanager
def started(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a folder of its own, ended afterwards."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def evolve_command(folder: Path, *options: str) -> list[str]:
    script = folder / "evolving.py"
    script.write_text(EVOLVING)
    arguments = ["--tasks=40", "--candidates=16", "--json", *options]
    return [sys.executable, "-I", str(script), "evolve", "--offspring=0", *arguments]


def digest(output: str) -> str:
    (report,) = json.loads(output)["iterations"]
    return str(report["scores_digest"])


def wait_for_workers(address: str, count: int) -> None:
    code = f"import sys, distributed\nwith distributed.Client({address!r}, timeout=60) as client:\n"
    code += f"    client.wait_for_workers({count}, timeout=60)"
    subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True)


@pytest.mark.campaign
def test_two_dask_workers_in_other_folders_and_one_of_another_version(tmp_path: Path) -> None:
    """Both right: the same scores as here. One wrong: refused, with its address."""
    file = tmp_path / "scheduler.json"
    worker = [str(SCRIPTS / "dask"), "worker", f"--scheduler-file={file}", "--nthreads=1", "--no-nanny"]
    worker += ["--no-dashboard"]
    other = other_copy(tmp_path / "other")
    init = other / "__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9.'))
    scheduler = [str(SCRIPTS / "dask"), "scheduler", f"--scheduler-file={file}", "--port=0", "--no-dashboard"]
    with (
        started(scheduler, tmp_path / "s"),
        started(worker, tmp_path / "a"),
        started(worker, tmp_path / "b"),
    ):
        limit = monotonic() + 60
        while not file.exists():
            assert monotonic() < limit
            sleep(0.1)
        address = json.loads(file.read_text())["address"]
        wait_for_workers(address, 2)
        command = evolve_command(tmp_path, "--backend=dask", "--scheduler", address, "--home")
        done = run([*command, str(tmp_path / "home")])
        plain = run(evolve_command(tmp_path, "--backend=sequential", "--home", str(tmp_path / "plain")))
        assert "lost" not in done.stderr
        assert digest(done.stdout) == digest(plain.stdout)
        with started(worker, tmp_path / "c", PYTHONPATH=str(other.parent)):
            wait_for_workers(address, 3)
            refused = run([*command, str(tmp_path / "refused")], code=2)
    assert "The worker at tcp://" in refused.stderr
    assert "runs kagglebatt 9." in refused.stderr
    assert "Traceback" not in refused.stderr


def run(command: list[str], code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.campaign
@pytest.mark.skipif(NO_RAY, reason="ray is not installed")
@pytest.mark.parametrize("victims", [0, 1])
def test_ray_gives_the_same_and_a_lost_worker_loses_nothing(victims: int, tmp_path: Path) -> None:
    """What a killed worker of ray's leaves undone is done on this machine."""
    plain = run(evolve_command(tmp_path, "--backend=sequential", "--home", str(tmp_path / "plain")))
    command = evolve_command(tmp_path, "--backend=ray", "--jobs=2", "--home", str(tmp_path / "home"))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    killed = kill_actors(process, victims)
    output, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert digest(output) == digest(plain.stdout)
    assert killed == victims
    assert ("the ray cluster was lost" in said) == bool(victims)


def kill_actors(process: subprocess.Popen[Any], count: int) -> int:
    """Kill so many of ray's workers that are at work, by the children that they have; how many were killed."""
    killed = 0
    while killed < count and process.poll() is None:
        for each in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                worker = each.parent()
                if worker_start.SERVE in " ".join(each.cmdline()) and worker is not None and worker.pid != process.pid:
                    worker.send_signal(signal.SIGKILL)
                    killed += 1
                    break
        sleep(0.02)
    return killed
