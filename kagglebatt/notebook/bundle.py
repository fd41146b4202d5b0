"""Code, tasks and a home in one notebook, in a folder that ``kaggle kernels push`` takes as it is.

Only a kernel's one source file travels, and it must stay below one megabyte as Kaggle's client re-serialises it. That
text is what is counted here. What does not fit goes into a dataset folder instead: the home first, then the tasks.
The same inputs give the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from kagglebatt.errors import SettingsError
from kagglebatt.home import index
from kagglebatt.home.copying import copy_home
from kagglebatt.home.directory import open_home
from kagglebatt.home.files import write_aside
from kagglebatt.home.handles import read_bytes
from kagglebatt.notebook.kernel_metadata import NAME as METADATA_NAME
from kagglebatt.notebook.kernel_metadata import faults, kernel_metadata, slugify
from kagglebatt.notebook.payload import Payload, pack
from kagglebatt.programs.read_file import read_programs
from kagglebatt.settings import Settings
from kagglebatt.solving.budget import SolveBudget
from kagglebatt.tasks.load import write_tasks
from kagglebatt.tasks.task import Task

FORMAT = 1
BUDGET = 1_000_000
"""Bytes of source that Kaggle has always taken; where exactly it stops is not known."""

MINUTES = 690.0
"""What a kernel allows itself unless told otherwise: Kaggle ends it after twelve hours, saved or not."""

PARAMETERS = (
    "iterations",
    "candidates",
    "offspring",
    "probe_ms",
    "patience",
    "seed",
    "jobs",
    "timeout",
    "mutate",
    "memory",
    "minutes",
    "shard",
)
"""Settings that a notebook has as parameters."""

_FOLDED = {
    "_kg_hide-input": True,  # on Kaggle
    "jupyter": {"source_hidden": True},  # in JupyterLab and Notebook
    "tags": ["hide-input"],  # in what is made by Jupyter Book
    "transient": {"remove_source": True},  # in what nbconvert makes
}
"""A code cell's metadata: its output is shown, and its source on request; the template's cells have the same."""

SOLVE_PARAMETERS = ("seed", "jobs", "timeout", "memory", "minutes")
"""Those of a notebook that answers a competition's tasks."""

_MOVABLE = ("home", "tasks")
_PACKAGE = Path(__file__).parents[1]
_SUFFIXES = (".py", ".j2", ".css", ".js")


@dataclass(frozen=True)
class BundleRequest:
    """What to bundle.

    Attributes:
        settings: what the kernel is to do.
        title: of the kernel; its slug is made of it.
        owner: account name, or empty.
        home: a home to carry along; None for a kernel that begins with nothing, or with its inputs.
        dataset: owner/slug of the home's dataset, attached as an input when given.
        expected: iterations that the attached home must hold.
        kernels: owner/slug of kernels whose output is attached.
        salt: another one makes another bundle of the same content.
        budget: bytes of source.
        machine: keys of the kernel's metadata that say what it runs on.
        competition: slug of the one whose tasks the kernel answers, within ``budget_of_tasks``; empty for a kernel that
            evolves.
    """

    settings: Settings
    title: str
    owner: str = ""
    home: Path | None = None
    dataset: str | None = None
    expected: int = 0
    kernels: tuple[str, ...] = ()
    salt: str = ""
    budget: int = BUDGET
    machine: Mapping[str, str] = field(default_factory=dict)
    competition: str = ""
    budget_of_tasks: SolveBudget = field(default_factory=SolveBudget)


@dataclass(frozen=True)
class Bundle:
    """A notebook with its metadata, and what did not fit into it.

    Attributes:
        id: digest of everything that is in it, 16 hex digits.
        parts: bytes of source by part.
        moved: files of the dataset folder by name.
    """

    id: str
    notebook: Any
    metadata: dict[str, Any]
    parts: dict[str, int]
    moved: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of source, as Kaggle's client sends it."""
        return sum(self.parts.values())

    def write(self, folder: Path) -> list[Path]:
        """Write the kernel's folder, and beside it ``FOLDER-dataset`` for what was moved; returns the files."""
        folder.mkdir(parents=True, exist_ok=True)
        notebook = folder / self.metadata["code_file"]
        write_aside(notebook, nbformat.writes(self.notebook) + "\n")
        write_aside(folder / METADATA_NAME, json.dumps(self.metadata, indent=2) + "\n")
        written = [notebook, folder / METADATA_NAME]
        if self.moved:
            beside = folder.with_name(f"{folder.name}-dataset")
            beside.mkdir(exist_ok=True)
            for name, content in self.moved.items():
                (beside / name).write_bytes(content)
                written.append(beside / name)
        return written


def client_text(notebook: Any) -> str:
    """The source that Kaggle's client makes of a notebook: outputs emptied, sources joined, no indentation."""
    plain = copy.deepcopy(json.loads(nbformat.writes(notebook)))
    for cell in plain["cells"]:
        if "outputs" in cell:
            cell["outputs"] = []
        cell["source"] = "".join(cell["source"])
    return json.dumps(plain)


def build(request: BundleRequest, tasks: tuple[Task, ...]) -> Bundle:
    """Bundle what the order says.

    Raises:
        SettingsError: it breaks a rule of Kaggle's, or cannot be made small enough; the message says what to do.
    """
    files = {
        "code": _code(),
        "solvers": _solver_files(request.settings.solvers),
        "tasks": {} if request.competition else write_tasks(tasks),
        "home": _home_files(request.home),
    }
    inside = {name: pack(content) for name, content in files.items() if content}
    moved: dict[str, bytes] = {}
    bundle = _assemble(request, inside, moved, files["tasks"])
    for name in _MOVABLE:
        if bundle.size <= request.budget or name not in inside:
            continue
        del inside[name]
        moved |= files[name]
        bundle = _assemble(request, inside, moved, files["tasks"])
    problems = faults(bundle.metadata)
    if bundle.size > request.budget:
        problems.append(f"It takes {bundle.size} bytes without home and tasks, of {request.budget}. Raise --budget.")
    if moved and request.dataset is None:
        problems.append(
            f"{', '.join(moved)} must go to a dataset to fit into {request.budget} bytes: give --dataset-source."
        )
    if problems:
        raise SettingsError(f"The kernel {request.title!r} cannot be bundled: {' '.join(problems)}")
    return bundle


def _code() -> dict[str, bytes]:
    """The package's own source files, as they are, and what the report page is made of."""
    paths = [path for path in sorted(_PACKAGE.rglob("*")) if path.suffix in _SUFFIXES and path.is_file()]
    return {path.relative_to(_PACKAGE.parent).as_posix(): path.read_bytes() for path in paths}


def _solver_files(place: Path | None) -> dict[str, bytes]:
    """The files to deal from, without those in which no program is."""
    if place is None:
        return {}
    paths = sorted({Path(named.source) for named in read_programs(place)})
    return {path.name: path.read_bytes() for path in paths}


def _home_files(home: Path | None) -> dict[str, bytes]:
    if home is None:
        return {}
    with TemporaryDirectory(prefix="kagglebatt-") as folder:
        place = home
        if any((home / f"{name}-wal").exists() for name in index.FILES):  # not folded: it was killed, or is in use
            place = Path(folder)
            copy_home(home, place)
            with open_home(place):
                pass
        names = [name for name in (*index.FILES, index.FILE_NAME) if (place / name).is_file()]
        if index.FILES[0] not in names:
            raise SettingsError(f"{home}: holds no archive to carry. Run `kagglebatt evolve --home {home}` first.")
        return {name: read_bytes(place / name) for name in names}


def _assemble(
    request: BundleRequest, inside: Mapping[str, Payload], moved: Mapping[str, bytes], tasks: Mapping[str, bytes]
) -> Bundle:
    settings = request.settings
    names = SOLVE_PARAMETERS if request.competition else PARAMETERS
    baked: dict[str, Any] = {name: getattr(settings, name) for name in names}
    baked["minutes"] = settings.minutes or MINUTES
    baked["needs"] = [[request.dataset, request.expected]] if request.dataset else []
    baked["needs"] += [[kernel, 0] for kernel in request.kernels]
    if request.competition:
        of_tasks = request.budget_of_tasks
        baked |= {name: getattr(of_tasks, name) for name in ("per_task", "work", "patient")}
        baked["competition"] = request.competition
    else:
        baked["task_files"] = {name: hashlib.sha256(content).hexdigest() for name, content in tasks.items()}
    template = _template("solve_kernel.ipynb" if request.competition else "kernel.ipynb")
    identity = [
        FORMAT,
        client_text(template),
        baked,
        request.salt,
        {name: each.digest for name, each in inside.items()},
    ]
    bundle_id = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    notebook, parts = _fill(template, {**baked, "bundle": bundle_id}, inside)
    notebook.metadata["kagglebatt"] = {"bundle": bundle_id, "format": FORMAT, "minutes": baked["minutes"]}
    parts["notebook"] = len(client_text(notebook)) - sum(parts.values())
    datasets = [request.dataset] if request.dataset else []
    code_file = f"{slugify(request.title)}.ipynb"
    competitions = [request.competition] if request.competition else []
    metadata = kernel_metadata(
        request.owner, request.title, code_file, datasets, request.kernels, request.machine, competitions
    )
    return Bundle(bundle_id, notebook, metadata, parts, dict(moved))


def _template(name: str) -> Any:
    return nbformat.read(Path(__file__).with_name(name), as_version=4)


def _fill(template: Any, baked: Mapping[str, Any], inside: Mapping[str, Payload]) -> tuple[Any, dict[str, int]]:
    """The template with its parameters set and a hidden cell for each payload; and the bytes of each payload."""
    notebook = copy.deepcopy(template)
    cells, parts = [], {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = _with_values(cell.source, baked)
        cells.append(cell)
        if cell.id == "payloads":
            for name, payload in inside.items():
                cells.append(_payload_cell(name, payload))
                parts[name] = len(json.dumps(cells[-1].source)) - 2
    notebook.cells = cells
    return notebook, parts


def _with_values(source: str, baked: Mapping[str, Any]) -> str:
    """Assignments with their values replaced; comments stay."""
    lines, left = [], dict(baked)
    for line in source.splitlines():
        name, equals, rest = line.partition(" = ")
        if equals and name in left:
            _, mark, comment = rest.partition("  #")
            line = f"{name} = {left.pop(name)!r}{mark}{comment}"
        lines.append(line)
    if left:
        raise SettingsError(f"The notebook's template has no parameters {', '.join(left)}. Install kagglebatt again.")
    return "\n".join(lines)


def _payload_cell(name: str, payload: Payload) -> Any:
    cell = nbformat.v4.new_code_cell(f'payloads["{name}"] = "{payload.digest}", """\n{payload.text}\n"""')
    cell.id = f"payload-{name}"
    cell.metadata = nbformat.from_dict(_FOLDED)
    return cell
