"""The bundle: valid, deterministic, counted as Kaggle counts, split when it does not fit, with true metadata."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kagglebatt.commands.cli import main
from kagglebatt.errors import SettingsError
from kagglebatt.iteration.iterate import evolve
from kagglebatt.notebook.bundle import BUDGET, BundleRequest, _code, build, client_text
from kagglebatt.notebook.kernel_metadata import faults, kernel_metadata, slugify
from kagglebatt.notebook.payload import pack
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import CHALLENGES_NAME, load_tasks, write_tasks

TASKS = load_tasks("arc1-training", 3)
ORDER = BundleRequest(Settings(offspring=0, candidates=8, seed=7), "three tasks")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home."""
    home = tmp_path_factory.mktemp("grown") / "home"
    list(evolve(Settings(offspring=0, home=home, candidates=8, jobs=1), TASKS))
    return home


@settings(max_examples=25)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.py", fullmatch=True), st.binary(max_size=2000)))
def test_a_payload_holds_its_files(files: dict[str, bytes]) -> None:
    """Whatever is in them; ASCII that JSON does not escape."""
    payload = pack(files)
    assert json.dumps(payload.text.replace("\n", "")) == f'"{payload.text}"'.replace("\n", "")
    data = base64.b85decode("".join(payload.text.split()))
    assert hashlib.sha256(data).hexdigest() == payload.digest
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(data))) as archive:
        found = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    assert found == files


def test_the_notebook_is_valid_and_small(grown: Path) -> None:
    """By nbformat, with a kernel's name; ASCII; the parts add up to what the client sends."""
    bundle = build(replace(ORDER, home=grown), TASKS)
    nbformat.validate(bundle.notebook)
    assert bundle.notebook.metadata.kernelspec.name == "python3"
    text = client_text(bundle.notebook)
    assert text.isascii()
    assert bundle.size == len(text.encode())
    assert set(bundle.parts) == {"code", "tasks", "home", "notebook"}
    assert bundle.notebook.metadata.kagglebatt.bundle == bundle.id


def test_the_report_comes_first_and_sources_are_folded(grown: Path) -> None:
    """Where Kaggle, Jupyter and nbconvert honour it; and what the page is made of is packed."""
    made = build(replace(ORDER, home=grown), TASKS).notebook
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    assert cells[0].id == "page"
    for cell in cells:
        folded = {"_kg_hide-input": True, "jupyter": {"source_hidden": True}, "transient": {"remove_source": True}}
        assert folded.items() <= cell.metadata.items()
        assert "hide-input" in cell.metadata.tags
    assert {"kagglebatt/pages/report.html.j2", "kagglebatt/pages/report.css", "kagglebatt/pages/report.js"} <= set(
        _code()
    )


def test_parameters_are_baked(grown: Path) -> None:
    """Kaggle injects none: what the notebook says is what it does."""
    bundle = build(replace(ORDER, home=grown, dataset="me/my-home", expected=3, kernels=("me/other",)), TASKS)
    (cell,) = [each for each in bundle.notebook.cells if "parameters" in each.metadata.get("tags", ())]
    values: dict[str, object] = {}
    exec(cell.source, values)
    assert (values["seed"], values["candidates"], values["bundle"]) == (7, 8, bundle.id)
    assert values["needs"] == [["me/my-home", 3], ["me/other", 0]]
    assert values["task_files"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in write_tasks(TASKS).items()
    }


def test_a_notebook_evolves_as_it_was_ordered(tmp_path: Path) -> None:
    """What says how offspring are bred and run is baked, and reaches the settings of the run."""
    settings = Settings(offspring=5, probe_ms=7, patience=True, candidates=8)
    bundle = build(BundleRequest(settings, "patient"), TASKS)
    (cell,) = [each for each in bundle.notebook.cells if "parameters" in each.metadata.get("tags", ())]
    values: dict[str, object] = {}
    exec(cell.source, values)
    (prepare,) = [each for each in bundle.notebook.cells if each.id == "prepare"]
    for name in ("offspring", "probe_ms", "patience"):
        assert values[name] == getattr(settings, name)
        assert f'"{name}": {name},' in prepare.source


def test_equal_inputs_give_equal_bytes(grown: Path, tmp_path: Path) -> None:
    """In another process with another hash seed, too; another salt gives another identity."""
    command = [sys.executable, "-m", "kagglebatt", "bundle", "--tasks", "3", "--home", str(grown), "--candidates", "8"]
    made = []
    for seed in ("1", "2"):
        target = tmp_path / seed
        subprocess.run(
            [*command, "--to", str(target)], check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True
        )
        made.append({path.name: path.read_bytes() for path in target.iterdir()})
    assert made[0] == made[1]
    assert build(ORDER, TASKS).id != build(replace(ORDER, salt="2"), TASKS).id


def test_what_does_not_fit_goes_to_the_dataset(grown: Path, tmp_path: Path) -> None:
    """The home first, then the tasks; without a dataset, or with less room than the code takes, it is refused."""
    order = replace(ORDER, home=grown, dataset="me/my-home")
    whole = build(order, TASKS)
    assert whole.moved == {}
    without_home = build(replace(order, budget=whole.size - 1), TASKS)
    assert set(without_home.moved) == {path.name for path in grown.iterdir()}
    assert "home" not in without_home.parts
    assert build(replace(order, budget=whole.size), TASKS).id == whole.id
    bare = build(replace(order, budget=without_home.size - 1), TASKS)
    assert set(bare.moved) == {*without_home.moved, *write_tasks(TASKS)}
    with pytest.raises(SettingsError, match="Raise --budget"):
        build(replace(order, budget=bare.size - 1), TASKS)
    with pytest.raises(SettingsError, match="give --dataset-source"):
        build(replace(ORDER, home=grown, budget=whole.size - 200), TASKS)
    files = bare.write(tmp_path / "kernel")
    assert {path.parent.name for path in files} == {"kernel", "kernel-dataset"}
    assert load_tasks(str(tmp_path / "kernel-dataset" / CHALLENGES_NAME)) == tuple(
        replace(task) for task in load_tasks(str(tmp_path / "kernel-dataset" / CHALLENGES_NAME))
    )


@pytest.mark.parametrize("tasks", [3, pytest.param(100, marks=pytest.mark.campaign)])
def test_all_training_tasks_fit_with_a_cache(tasks: int, tmp_path: Path) -> None:
    """The package, 400 tasks, and the home of an iteration on some of them."""
    home = tmp_path / "home"
    list(evolve(Settings(offspring=0, home=home), load_tasks("arc1-training", tasks)))
    bundle = build(replace(ORDER, home=home), load_tasks("arc1-training"))
    assert bundle.moved == {}
    assert bundle.size < BUDGET


def test_written_tasks_read_back(tmp_path: Path) -> None:
    """In their order, with equal digests; unknown answers stay unknown."""
    tasks = (*TASKS, replace(TASKS[0], id="ffffffff", test=(replace(TASKS[0].test[0], answer=None),)))
    for name, content in write_tasks(tasks).items():
        (tmp_path / name).write_bytes(content)
    read = load_tasks(str(tmp_path / CHALLENGES_NAME))
    assert [(task.id, task.digest) for task in read] == [(task.id, task.digest) for task in tasks]


def test_metadata_obeys_the_rules() -> None:
    """Slug of the title, no internet, and every fault named with its remedy."""
    good = kernel_metadata("me", "My kernel: 100 tasks", "a.ipynb", ["me/my-home"], ["me/other"])
    assert good["id"] == "me/my-kernel-100-tasks"
    assert (good["enable_internet"], good["is_private"]) == (False, True)
    assert faults(good) == []
    for change, words in (
        ({"title": "abc", "id": "me/abc"}, "characters"),
        ({"title": "x" * 51, "id": "me/" + "x" * 51}, "characters"),
        ({"id": "me/other-slug"}, "must be that of the title"),
        ({"title": "My kernel ü", "id": "me/my-kernel"}, "ASCII"),
        ({"dataset_sources": ["my-home"]}, "OWNER/SLUG"),
        ({"dataset_sources": ["me/my-kernel-100-tasks"]}, "also that of a dataset"),
        ({"enable_internet": None}, "enable_internet"),
    ):
        (fault, *_) = faults({**good, **change})
        assert words in fault
    assert slugify("--A  b--") == "a-b"


def test_bad_requests_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2 and one message."""
    for arguments, words in (
        (["--name", "abc"], "characters"),
        (["--budget", "1000"], "Raise --budget"),
        (["--dataset-source", "nonsense"], "OWNER/SLUG"),
        (["--home", str(tmp_path / "none")], "holds no"),
    ):
        assert main(["bundle", "--tasks", "2", "--to", str(tmp_path / "k"), *arguments]) == 2
        assert words in capsys.readouterr().err
