"""What a kernel runs on: asked for by options, or written by hand into its metadata, which a loop keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kagglebatt.commands.cli import cli
from kagglebatt.errors import SettingsError
from kagglebatt.notebook.kernel_metadata import kept_by_hand, kernel_metadata
from kagglebatt.remote.loop import Loop
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.loop_state import Run, State, read_state
from kagglebatt.remote.pushing import owned, read_folder
from kagglebatt.settings import Settings
from tests.kaggle_standin import Standin
from tests.kaggle_standin.swift import SwiftClient

IMAGE = "gcr.io/kaggle-images/python@sha256:0123"


def test_bundle_writes_what_the_kernel_runs_on(tmp_path: Path) -> None:
    """With a bare id, into which a push writes the owner that it knows; the rest of the file stays as it is."""
    options = ("--docker-image", IMAGE, "--docker-image-pinning-type", "original", "--machine-shape", "NvidiaTeslaT4")
    done = CliRunner().invoke(cli, ["bundle", "--tasks", "1", "--to", str(tmp_path / "kernel"), *options])
    assert done.exit_code == 0, done.output
    path = tmp_path / "kernel" / "kernel-metadata.json"
    written = json.loads(path.read_text())
    assert written["id"] == "kagglebatt-1-tasks"
    assert (written["docker_image"], written["machine_shape"]) == (IMAGE, "NvidiaTeslaT4")
    assert written["docker_image_pinning_type"] == "original"
    owned(read_folder(path.parent, "somebody"))
    assert json.loads(path.read_text()) == {**written, "id": "somebody/kagglebatt-1-tasks"}


def test_what_was_written_by_hand_is_kept() -> None:
    """But for what is no user's to choose, and what is asked for elsewhere; inputs are added."""
    made = kernel_metadata("me", "a title", "new.ipynb", ["me/home"], machine={"machine_shape": "B"})
    by_hand = {
        "id": "me/other", "id_no": 7, "title": "other", "code_file": "old.ipynb", "enable_internet": True,
        "docker_image": IMAGE, "machine_shape": "A", "dataset_sources": ["me/older-home", "me/extra"],
        "kernel_sources": "none", "keywords": ["arc"],
    }  # fmt: skip
    assert kept_by_hand(made, by_hand, ["me/older-home", "me/home"], {"machine_shape": "B"}) == {
        **made, "enable_internet": True, "docker_image": IMAGE, "dataset_sources": ["me/home", "me/extra"],
        "keywords": ["arc"],
    }  # fmt: skip


def test_a_loop_keeps_what_was_written_into_its_kernel(tmp_path: Path) -> None:
    """Also when it makes the kernel anew; and says so."""
    folder = tmp_path / "loop"
    metadata = {"id": "tester/a-home"}
    plan = LoopPlan(
        Settings(offspring=0, home=tmp_path / "home", candidates=4), 1, (1,), 1, "kept", "tester", metadata, True, True,
        folder,
        {"docker_image_pinning_type": "latest"},
    )  # fmt: skip
    state = State(plan.asked(), runs=[Run(None)])
    with Standin(tmp_path / "kaggle") as kaggle:
        client = SwiftClient(kaggle)
        loop = Loop(plan, state, client, print)
        path = loop._written(state.runs[0], 1).path / "kernel-metadata.json"
        first = json.loads(path.read_text())
        path.write_text(json.dumps({**first, "docker_image": IMAGE, "docker_image_pinning_type": "original"}))
        loop._written(state.runs[0], 1)
    assert json.loads(path.read_text()) == {**first, "docker_image": IMAGE}
    assert first["docker_image_pinning_type"] == "latest"
    assert any("docker_image is" in line and "pinning" not in line for line in client.told)
    with pytest.raises(SettingsError, match="with other machine is not done"):
        read_state(folder, {name: value for name, value in plan.asked().items() if name != "machine"})
