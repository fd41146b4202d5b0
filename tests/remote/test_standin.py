"""The stand-in for Kaggle, with the genuine client as a subprocess: it does what Kaggle does, and fails as asked."""

from __future__ import annotations

import gzip
import http.client
import importlib.util
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.kaggle_standin import Standin
from tests.kaggle_standin.callers import Client, call, create, fetch, notebook, save, upload, version
from tests.kaggle_standin.faults import CALLS, WAYS
from tests.kaggle_standin.rules import dataset_fault, files_fault, slugify

# looked for, not imported: importing the client logs in
pytestmark = pytest.mark.skipif(importlib.util.find_spec("kaggle") is None, reason="the kaggle client is not installed")

COPY = """
import os, pathlib
[found] = pathlib.Path(os.environ["KAGGLEBATT_INPUT"]).rglob("a.txt")
pathlib.Path("copy.txt").write_text(found.read_text())
print("copied", found.read_text())
"""
SLEEP = "print('begun', flush=True)\nimport time\ntime.sleep(100)"


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    with Standin(tmp_path / "kaggle") as standin:
        standin.processing = 0.0
        yield standin


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """A stand-in with a dataset, and a kernel that has two COMPLETE runs: the first left a0.txt, the second a1.txt."""
    with Standin(tmp_path_factory.mktemp("finished")) as standin:
        standin.processing = 0.0
        create(standin)
        for number in range(2):
            save(standin, f"open('a{number}.txt', 'w').write('0123456789')")
        standin.wait_idle(30)
        yield standin


@pytest.fixture
def client(standin: Standin, tmp_path: Path) -> Client:
    return Client(standin, tmp_path)


def code_of(asking: Callable[[], object]) -> int:
    """The HTTP status that a call is refused with."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        asking()
    caught.value.close()
    return caught.value.code


def status(standin: Standin) -> str:
    return str(call(standin, CALLS["status"], userName="tester", kernelSlug="my-kernel")["status"])


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.02)


@pytest.mark.campaign
def test_a_dataset_comes_back_as_it_was_uploaded(client: Client, tmp_path: Path) -> None:
    """Folders return as folders, compressed files without .gz; a version replaces the whole content."""
    (tmp_path / "data" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "er" / "c.txt").write_text("c")
    (tmp_path / "data" / "d.json.gz").write_bytes(gzip.compress(b"{}"))
    assert "Your private Dataset is being created" in client.dataset(a="1", b="")
    (tmp_path / "data" / "b.txt").unlink()
    assert "Dataset version is being created" in client.dataset(version=True, a="2")
    assert client("datasets", "status", "tester/my-data").strip() == "ready"
    listed = client("datasets", "files", "tester/my-data", "--csv")
    assert re.findall(r"^(\S+\.\w+),", listed, re.M) == ["a.txt", "d.json", "deep/er/c.txt"]
    client("datasets", "download", "tester/my-data", "--unzip", "-p", str(tmp_path / "down"))
    down = {str(path.relative_to(tmp_path / "down")): path.read_text() for path in (tmp_path / "down").rglob("*.*")}
    assert down == {"a.txt": "2", "d.json": "{}", "deep/er/c.txt": "c"}
    client("datasets", "download", "tester/my-data/1", "-f", "a.txt", "-p", str(tmp_path / "old"))
    assert (tmp_path / "old" / "a.txt").read_text() == "1"
    assert [folder.name for folder in client.standin.datasets["tester/my-data"]] == ["1", "2"]


@pytest.mark.campaign
def test_a_kernel_runs_and_its_output_comes_back(client: Client, tmp_path: Path) -> None:
    """It reads the mounted dataset; what it wrote and printed can be fetched, and is mounted for its next version."""
    client.dataset(a="learnt")
    assert "Kernel version 1 successfully pushed" in client.push(COPY, dataset_sources=["tester/my-data"])
    assert "copied learnt" in client("kernels", "logs", "-f", "tester/my-kernel")
    client.standin.wait_idle(30)
    assert 'has status "KernelWorkerStatus.COMPLETE"' in client("kernels", "status", "tester/my-kernel/1")
    client("kernels", "output", "tester/my-kernel", "-p", str(tmp_path / "out"))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["__notebook__.ipynb", "copy.txt", "my-kernel.log"]
    assert (tmp_path / "out" / "copy.txt").read_text() == "learnt"
    log = json.loads((tmp_path / "out" / "my-kernel.log").read_text())
    assert ("stdout", "copied learnt\n") in [(entry["stream_name"], entry["data"]) for entry in log]
    save(client.standin, "open('new.txt', 'w')", kernelDataSources=["tester/my-kernel"])
    save(client.standin, "1", "other-kernel", kernelDataSources=["tester/my-kernel"])
    client.standin.wait_idle(30)
    mine, own, other = client.standin.runs
    assert mine.mounted == {"datasets/tester/my-data": ("my-data", 1)}
    assert (own.bundle, own.status, own.mounted) == ("b1", "COMPLETE", {"my-kernel": ("my-kernel", 1)})
    assert list(other.mounted) == ["notebooks/tester/my-kernel"]


@pytest.mark.campaign
def test_a_run_knows_nothing_of_the_account(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither key nor proxy reach a run, and its inputs cannot be written; the old layout is without owners."""
    monkeypatch.setenv("KAGGLE_KEY", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    create(standin)
    standin.layout = "old"
    source = (
        "import os, pathlib\n"
        "pathlib.Path('names.txt').write_text(' '.join([*os.environ, os.environ['TMPDIR']]))\n"
        "[a] = pathlib.Path(os.environ['KAGGLEBATT_INPUT']).glob('my-data/a.txt')\n"
        "assert a.stat().st_mode & 0o222 == a.parent.stat().st_mode & 0o222 == 0\n"
    )
    save(standin, source, datasetDataSources=["tester/my-data"])
    standin.wait_idle(30)
    [run] = standin.runs
    assert run.status == "COMPLETE", run.log
    names = (run.output / "names.txt").read_text().split()
    assert not Path(next(name for name in names if "kaggle-run-" in name)).exists()
    kept = {"KAGGLE_KERNEL_RUN_TYPE", "KAGGLEBATT_INPUT", "KAGGLEBATT_WORKING"}
    assert kept == {name for name in names if name.startswith("KAGGLE") or name.lower().endswith("_proxy")}


@pytest.mark.campaign
def test_inputs_can_be_links(standin: Standin) -> None:
    """In one layout: a walk that does not follow links finds nothing in it."""
    create(standin)
    standin.layout = "links"
    source = (
        "import os, pathlib\n"
        "root = pathlib.Path(os.environ['KAGGLEBATT_INPUT'])\n"
        "assert (root / 'datasets/tester/my-data').is_symlink() and not list(root.rglob('a.txt'))\n"
        "[a] = root.glob('datasets/tester/my-data/a.txt')\n"
        "assert a.stat().st_mode & 0o222 == a.parent.stat().st_mode & 0o222 == 0\n"
    )
    save(standin, source, datasetDataSources=["tester/my-data"])
    standin.wait_idle(30)
    [run] = standin.runs
    assert run.status == "COMPLETE", run.log
    assert not list(run.output.parent.glob("*-input*"))


@pytest.mark.campaign
def test_what_cannot_be_seen_is_forbidden(client: Client) -> None:
    """Unknown kernels and datasets are refused as others' are; a wrong key and no key are not known."""
    assert "Cannot access kernel" in client("kernels", "status", "tester/no-such-kernel", code=1)
    assert "datasets.get' was denied" in client("datasets", "status", "tester/no-such-data", code=1)
    assert "datasets.get' was denied" in client("datasets", "files", "somebody/my-data", code=1)
    assert "Authentication required" in client("datasets", "files", "tester/my-data", code=1, KAGGLE_KEY="0" * 32)
    token = {"KAGGLE_API_TOKEN": client.standin.token, "KAGGLE_USERNAME": "", "KAGGLE_KEY": ""}
    assert "No datasets found" in client("datasets", "list", **token)


@pytest.mark.campaign
def test_a_push_is_checked(client: Client) -> None:
    """Size and slugs are refused as Kaggle does; what is not a source is left out, and the kernel runs."""
    hidden = client.push("#" * 1_000_000, code=1)
    assert "400 Client Error" in hidden
    assert "megabytes" not in hidden
    said = client.push(
        "1", title="Another name", dataset_sources=["tester/none"], kernel_sources=["tester/another-name"]
    )
    assert "not valid dataset sources" in said
    assert "not valid kernel sources" in said
    assert "code/tester/another-name" in said
    assert "already in use" in client.push("1", title="Another name", code=1)
    create(client.standin)
    assert code_of(lambda: save(client.standin, slug="my-data")) == 409
    assert "in use" in create(client.standin, "another-name")["error"]
    assert code_of(lambda: save(client.standin, slug="x/../other-kernel")) == 403
    client.standin.wait_idle(30)
    assert [run.status for run in client.standin.runs] == ["COMPLETE"]


def test_a_dataset_is_checked(standin: Standin) -> None:
    """Lengths, licence, names in use and the number of files; the first version must be ready before the second."""
    standin.processing = 60
    good = {"title": "My data", "slug": "my-data", "licenseName": "CC0-1.0"}
    assert "" == dataset_fault(good) == files_fault(1000)
    assert "exceeds the maximum of 1000" in files_fault(1001)
    for wrong in (
        {"title": "short"},
        {"slug": "s" * 51},
        {"slug": "My data"},
        {"licenseName": ""},
        {"subtitle": "short"},
    ):
        assert dataset_fault(good | wrong) != ""
    assert slugify("  À b / C... 9!") == "a-b-c-9"
    assert create(standin)["status"] == "ok"
    assert create(standin)["status"] == "error"
    assert create(standin, "new-data", title="my-data")["status"] == "error"
    assert code_of(lambda: version(standin, b"two")) == 403
    assert code_of(lambda: create(standin, "new-data", files=[{"token": "unknown"}])) == 400


@pytest.mark.campaign
def test_five_sessions_at_once(client: Client) -> None:
    """The sixth push is refused inside a good answer, and lost; a quick save is no session."""
    client.standin.inject("run-stays-queued", 5)
    for number in range(5):
        save(client.standin, slug=f"kernel-{number}")
    assert "Kernel push error: Maximum batch CPU session count of 5 reached." in client.push("1")
    assert "saved without running" in client.push("1", "--no-run")
    assert len(client.standin.runs) == 5
    assert status(client.standin) == "NEW_SCRIPT"


@pytest.mark.campaign
def test_runs_end_as_they_should(client: Client) -> None:
    """A failing cell and a missing kernelspec are errors, a run past its time is cancelled."""
    save(client.standin, "1 / 0")
    save(client.standin, slug="without-spec", text=notebook("1", kernelspec={}))
    save(client.standin, SLEEP, slug="too-long", sessionTimeoutSeconds=1)
    save(client.standin, "print('script')", slug="a-script", kernelType="script", text="print('script')")
    client.standin.wait_idle(30)
    statuses = {run.slug: run.status for run in client.standin.runs}
    wanted = {"my-kernel": "ERROR", "without-spec": "ERROR", "too-long": "CANCEL_ACKNOWLEDGED", "a-script": "COMPLETE"}
    assert wanted == statuses
    assert "Failure message" in client("kernels", "status", "tester/my-kernel")
    assert any("No kernel name found" in entry["data"] for entry in client.standin.runs[1].log)


@pytest.mark.campaign
def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Leaving the stand-in ends runs with all their processes, threads and mounts, and hanging calls."""
    before = {thread.ident for thread in threading.enumerate()}
    around = set(psutil.Process().children(recursive=True))  # joblib's idle workers of other tests
    with Standin(tmp_path / "kaggle") as standin:
        standin.processing = 0.0
        create(standin)
        workers = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])\n"
        save(standin, workers + SLEEP, datasetDataSources=["tester/my-data"])
        standin.inject("run-never-ends")
        save(standin, slug="lingering")
        standin.inject("status-hang")
        with pytest.raises(TimeoutError):
            call(standin, CALLS["status"], timeout=0.2, userName="tester", kernelSlug="my-kernel")
        until(lambda: any("begun" in entry["data"] for entry in standin.runs[0].log))
    assert [run.status for run in standin.runs] == ["CANCEL_ACKNOWLEDGED"] * 2
    assert before == {thread.ident for thread in threading.enumerate()}
    left = set(psutil.Process().children(recursive=True)) - around
    assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []
    assert list((tmp_path / "kaggle").rglob("*-input*")) == []


def test_unknown_faults_are_refused(standin: Standin) -> None:
    """The message lists those that there are, and each has a sentence."""
    with pytest.raises(ValueError, match="save-kernel-hang, save-kernel-hang-after"):
        standin.inject("no-such-fault")
    assert len(standin.faults) >= 32
    assert all(standin.faults.values())


@pytest.mark.parametrize("way", WAYS)
def test_any_call_can_fail_once(standin: Standin, way: str) -> None:
    """Each way strikes each of its calls as often as asked, and not the next."""
    for prefix, method in CALLS.items():
        standin.inject(f"{prefix}-{way}")
        if way == "garbled":
            with pytest.raises(json.JSONDecodeError):
                call(standin, method)
        elif way == "empty":
            assert call(standin, method) == {}
        elif way in ("drop", "hang"):
            with pytest.raises(OSError, match=r"timed out|Remote end|reset"):
                call(standin, method, timeout=0.2)
        else:
            assert int(way) == code_of(lambda method=method: call(standin, method))
        with pytest.raises(urllib.error.HTTPError) as healthy:
            call(standin, method) if prefix != "create-dataset" else call(standin, "no/method")
        healthy.value.close()
        assert healthy.value.code in (400, 403, 404)


@pytest.mark.campaign
def test_an_answer_can_be_lost_after_the_deed(client: Client) -> None:
    """The client believes in a failure, yet a run was started."""
    client.standin.inject("save-kernel-lost-answer")
    client.push("1", code=1)
    client.standin.inject("save-kernel-lost-answer-503")
    assert "Injected: 503" in client.push("1", code=1)
    assert [run.version for run in client.standin.runs] == [1, 2]


@pytest.mark.campaign
def test_a_push_can_be_refused_without_a_reason(finished: Standin) -> None:
    """Each fault strikes once; a source that is ignored is named, and not mounted."""
    before = len(finished.runs)
    finished.inject("quota-refused")
    assert "session count" in save(finished)["error"]
    for fault, code in (("source-too-big", 400), ("slug-taken", 409)):
        finished.inject(fault)
        assert code == code_of(lambda: save(finished))
    assert before == len(finished.runs)
    sources = {"datasetDataSources": ["tester/my-data"], "kernelDataSources": ["tester/my-kernel"]}
    finished.inject("dataset-source-ignored")
    finished.inject("kernel-source-ignored")
    answers = [save(finished, slug=f"kernel-{number}", **sources) for number in range(2)]
    assert [answer["invalidDatasetSources"] for answer in answers] == [["tester/my-data"], []]
    assert [answer["invalidKernelSources"] for answer in answers] == [["tester/my-kernel"], []]
    finished.wait_idle(30)
    assert [len(run.mounted) for run in finished.runs[before:]] == [0, 2]


@pytest.mark.campaign
def test_an_old_version_can_be_mounted_and_listed(standin: Standin) -> None:
    """Ready was said, yet the next run sees the version before, or nothing; so does the list."""
    create(standin)
    version(standin, b"longer")
    standin.inject("mount-stale")
    save(standin, COPY, datasetDataSources=["tester/my-data"])
    standin.inject("mount-empty")
    save(standin, COPY, slug="empty-kernel", datasetDataSources=["tester/my-data"])
    standin.inject("list-dataset-stale")
    sizes = [
        call(standin, CALLS["list-dataset"], ownerSlug="tester", datasetSlug="my-data")["datasetFiles"][0]["totalBytes"]
        for _ in range(2)
    ]
    assert sizes == [3, 6]
    standin.wait_idle(30)
    assert (standin.runs[0].output / "copy.txt").read_text() == "one"
    assert [run.status for run in standin.runs] == ["COMPLETE", "ERROR"]


def test_a_status_can_be_stale(standin: Standin) -> None:
    """While a run goes on, that of the one before is told, so often."""
    standin.inject("run-never-ends")
    save(standin)
    standin.inject("status-stale", 2)
    assert [status(standin) for _ in range(3)] == ["COMPLETE", "COMPLETE", "RUNNING"]


@pytest.mark.campaign
def test_a_run_can_fail(standin: Standin) -> None:
    """By an error, by the death of its process, and by losing what it was to leave."""
    for fault, slug in (("run-error", "run-error"), ("run-dies", "run-dies"), ("run-without-result", "run-lossy")):
        standin.inject(fault)
        save(standin, "open('result.json', 'w')", slug)
    standin.wait_idle(30)
    assert [run.status for run in standin.runs] == ["ERROR", "ERROR", "COMPLETE"]
    assert [run.slug for run in standin.runs if (run.output / "result.json").exists()] == []


@pytest.mark.campaign
def test_downloads_can_be_spoilt(finished: Standin, tmp_path: Path) -> None:
    """Cut and changed files pass the client unseen, an error is noticed, an old date keeps the local copy."""
    client = Client(finished, tmp_path)

    def fetched(fault: str, code: int = 0) -> str:
        finished.inject(fault)
        client("kernels", "output", "tester/my-kernel", "-p", str(tmp_path / fault), code=code)
        place = tmp_path / fault / "a1.txt"
        return place.read_text() if place.exists() else ""

    assert fetched("output-file-cut") == "01234"
    assert fetched("output-file-altered") != "0123456789"
    assert len((tmp_path / "output-file-altered" / "a1.txt").read_text()) == 10
    assert fetched("output-file-404", code=1) == ""
    (tmp_path / "output-file-old-date").mkdir()
    (tmp_path / "output-file-old-date" / "a1.txt").write_text("another one")
    assert fetched("output-file-old-date") == "another one"


@pytest.mark.campaign
def test_outputs_can_be_listed_wrongly(finished: Standin) -> None:
    """A file or the log is missing, or all is that of the run before; an address can lead to a page."""

    def listed() -> dict[str, Any]:
        return call(finished, CALLS["output"], userName="tester", kernelSlug="my-kernel")

    def names(found: dict[str, Any]) -> list[str]:
        return [each["fileName"] for each in found["files"]]

    healthy = listed()
    assert names(healthy) == ["__notebook__.ipynb", "a1.txt"]
    for fault, wanted in (
        ("output-missing", ["__notebook__.ipynb"]),
        ("output-stale", ["__notebook__.ipynb", "a0.txt"]),
    ):
        finished.inject(fault)
        assert wanted == names(listed())
    finished.inject("output-no-log")
    assert ("", healthy["log"]) == (listed()["log"], listed()["log"])
    address = healthy["files"][1]["url"]
    finished.inject("output-file-page")
    finished.inject("output-file-404")
    assert code_of(lambda: fetch(address)) == 404
    assert b"not here" in fetch(address)
    assert fetch(address) == b"0123456789"
    finished.inject("output-file-drop")
    with pytest.raises(http.client.IncompleteRead):
        fetch(address)


def test_a_dataset_can_go_wrong_quietly(standin: Standin) -> None:
    """Refused inside a good answer, done although the answer was lost, or ready much later."""
    standin.inject("create-dataset-error")
    assert create(standin)["status"] == "error"
    standin.inject("create-dataset-lost-answer-503")
    assert code_of(lambda: create(standin)) == 503
    standin.inject("dataset-slow")
    version(standin, b"two")
    asked = {"ownerSlug": "tester", "datasetSlug": "my-data"}
    assert call(standin, CALLS["dataset-status"], **asked)["status"] == "NOT_YET_PERSISTED"
    assert call(standin, "datasets.DatasetApiService/GetDataset", **asked)["currentVersionNumber"] == 1
    standin.inject("upload-drop")
    with pytest.raises(OSError, match=r"Remote end|reset"):
        upload(standin, "a.txt", b"three")


@pytest.mark.campaign
def test_a_log_can_break_off(client: Client) -> None:
    """The client reads it again from its beginning, and shows each line once."""
    client.standin.inject("log-breaks")
    client.push("import time\nfor n in range(4):\n    print('line', n, flush=True)\n    time.sleep(0.4)")
    followed = client("kernels", "logs", "-f", "tester/my-kernel")
    assert [f"line {n}" for n in range(4)] == re.findall(r"^line \d$", followed, re.M)


@pytest.mark.campaign
def test_uploads_can_fail(client: Client, tmp_path: Path) -> None:
    """A refused file makes no version, an interrupted one is resumed, and one can vanish unseen."""
    folder = tmp_path / "data"
    client.standin.inject("upload-503")
    client.dataset(a="0123456789")
    assert (client.standin.datasets["tester/my-data"][0] / "a.txt").read_text() == "0123456789"
    client.standin.inject("upload-403")
    assert "Upload unsuccessful" in client("datasets", "version", "-m", "more", "-p", str(folder), code=1)
    client.standin.inject("dataset-loses-file")
    client.standin.inject("dataset-failed")
    client.dataset(version=True, b="2")
    assert [path.name for path in client.standin.datasets["tester/my-data"][-1].iterdir()] == ["b.txt"]
    assert client("datasets", "status", "tester/my-data").strip() == "failed"
    client.standin.inject("version-dataset-error")
    assert "Dataset version creation error" in client.dataset(version=True)


def test_it_can_be_used_by_hand(tmp_path: Path) -> None:
    """The first lines that the command prints are what a shell needs."""
    command = [sys.executable, "-m", "tests.kaggle_standin", "--folder", str(tmp_path), "--fault", "status-403"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(8)]
        process.send_signal(2)
    assert lines[0] == "export KAGGLE_API_ENVIRONMENT=LOCALHOST\n"
    assert f"export KAGGLE_CONFIG_DIR={tmp_path / 'config'}\n" == lines[-1]
    assert process.returncode == 0
