"""A stage like a Kaggle kernel: an image's packages and no others, read-only inputs, a working folder, no network.

What runs on it is a notebook file as it would be pushed: nothing is injected, places come from the environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from kagglebatt.home.files import read_json
from kagglebatt.notebook.bench import mounted
from kagglebatt.notebook.result import RESULT_NAME
from tests.kaggle_standin.links import linked

NOTEBOOK_NAME = "__notebook__.ipynb"

IMAGES = {
    "3.12": ("numpy==2.0.2", "ipykernel==6.17.1", "nbformat==5.10.4"),
    "3.13": ("numpy==2.1.3", "ipykernel==6.17.1", "nbformat==5.11.1"),
}
"""What differs between the images that Kaggle has of each Python."""

_IN_BOTH = (
    "joblib==1.5.3",
    "matplotlib==3.10.0",
    "jinja2==3.1.6",
    "tqdm==4.67.3",
    "click==8.3.3",
    "papermill>=2.6",
    "nbclient",
)

_NO_NETWORK = """
import socket

def _refuse(self, address, _connect=socket.socket.connect):
    outward = self.family in (socket.AF_INET, socket.AF_INET6)
    if outward and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OSError(101, "Network is unreachable")
    return _connect(self, address)

socket.socket.connect = _refuse
"""

_BY_HAND = """
import sys, nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(notebook, resources={"metadata": {"path": sys.argv[3]}})
try:
    with client.setup_kernel():
        for place, cell in enumerate(notebook.cells):
            client.execute_cell(cell, place)
finally:
    nbformat.write(notebook, sys.argv[2])
"""


@dataclass(frozen=True)
class Ran:
    """A notebook that was run.

    Attributes:
        code: papermill's exit code.
        log: what it printed, and what its cells showed as text.
        result: the note that it left; None without one.
    """

    code: int
    log: str
    result: dict[str, Any] | None


def interpreter(version: str) -> str | None:
    """A Python of this version on this machine."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found and subprocess.run([found, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
        return found
    roots = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(roots[-1]) if roots else None


def make_image(python: str, version: str, folder: Path) -> str:
    """A virtual environment with an image's packages; its interpreter."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    inside = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", f"--python={inside}", "install", "--quiet", "--no-compile"]
    command += [*IMAGES[version], *_IN_BOTH]
    subprocess.run(command, check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "sitecustomize.py").write_text(_NO_NETWORK)
    return str(inside)


def run_notebook(
    notebook: Path,
    inputs: Mapping[str, Path],
    working: Path,
    python: str = sys.executable,
    by_hand: bool = False,
    links: bool = False,
    **environment: str,
) -> Ran:
    """Run a notebook file.

    Args:
        inputs: folders by mount point below the input folder, such as ``datasets/owner/slug``.
        working: a folder that does not exist yet; it is what the run leaves.
        python: interpreter of the stage.
        by_hand: cell by cell as in the editor, not as a batch.
        links: mount the inputs as symbolic links.
    """
    working.mkdir(parents=True)
    target = working / NOTEBOOK_NAME
    command = [python, "-m", "papermill", "--no-progress-bar", "--cwd", str(working), str(notebook), str(target)]
    if by_hand:
        command = [python, "-c", _BY_HAND, str(notebook), str(target), str(working)]
    with (linked if links else mounted)(working.with_name(f"{working.name}-input"), dict(inputs)) as folder:
        given = {
            "KAGGLE_KERNEL_RUN_TYPE": "Interactive" if by_hand else "Batch",
            "KAGGLEBATT_INPUT": str(folder),
            "KAGGLEBATT_WORKING": str(working),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            **environment,
        }
        done = subprocess.run(
            command, cwd=working.parent, env={**os.environ, **given}, capture_output=True, text=True, check=False
        )
    return Ran(done.returncode, done.stderr + _shown(target), _result(working))


def _shown(target: Path) -> str:
    if not target.exists():
        return ""
    cells = nbformat.read(target, as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.get("text", "") + str(output.get("evalue", "")) for output in outputs)


def _result(working: Path) -> dict[str, Any] | None:
    path = working / RESULT_NAME
    found = read_json(path.read_text("utf-8")) if path.exists() else None
    return found if isinstance(found, dict) else None
