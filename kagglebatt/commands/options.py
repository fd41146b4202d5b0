"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kagglebatt.commands import telling
from kagglebatt.commands.telling import notify as notify  # commands take it from here
from kagglebatt.errors import SettingsError
from kagglebatt.settings import BACKENDS, Settings
from kagglebatt.tasks.embedded import EMBEDDED
from kagglebatt.tasks.load import load_tasks
from kagglebatt.tasks.task import Task


def option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """An option of a command, with the default that ``Settings`` has for it."""
    setting = names[0].removeprefix("--").replace("-", "_")
    if hasattr(Settings, setting) and getattr(Settings, setting) is not None and not attributes.get("multiple"):
        attributes = {"default": getattr(Settings, setting), "show_default": True, **attributes}
    return click.option(*names, **attributes)


STRICT = option("--strict", is_flag=True, help="Refuse solvers and tasks of which anything must be left out.")


def _read_home(_context: click.Context, _parameter: click.Parameter, value: str | Path) -> Path:
    from kagglebatt.home.own_folder import refuse_others_folder

    if str(value) == "":
        raise SettingsError("--home is empty; give the name of a folder, such as --home home.")
    refuse_others_folder(Path(value))
    return Path(value)


TASK_OPTIONS = (
    option("--dataset", metavar="NAME|PATH", help=f"{', '.join(EMBEDDED)}, or a path to ARC tasks."),
    option("--tasks", type=int, help="Take the first N tasks of the dataset."),
    click.option("-i", "--id", "ids", multiple=True, metavar="ID", help="Take these tasks; may be repeated."),
    STRICT,
)
DEAL_OPTIONS = (
    option("--candidates", type=int, help="Solvers dealt into a batt."),
    option(
        "--solvers",
        type=click.Path(path_type=Path),
        help="Take programs from this file or folder, not the shipped library.",
    ),
    option("--mutate", type=float, metavar="RATE", help="Chance, 0 to 1, that a dealt solver is mutated."),
    option("--seed", type=int, help="Seed of everything random."),
)
BREED_OPTIONS = (
    option("--offspring", type=int, help="Programs bred and probed in an iteration; 0 deals mutated donors unseen."),
    option("--probe-ms", type=int, metavar="MS", help="Processor time for one probed program on one demo pair."),
    click.option(
        "--patience", is_flag=True, help="Give dealt offspring all of their time, too, once three pairs used it up."
    ),
)
LIMIT_OPTIONS = (
    option("--jobs", type=int, help="Worker processes; -1 for one per processor."),
    option("--timeout", type=float, metavar="SECONDS", help="Processor time for one candidate on one sample."),
    option("--memory", type=int, metavar="MIB", help="Memory for one candidate on one sample."),
    option("--minutes", type=float, help="Time budget of the whole run; it ends in order, with exit code 3."),
)
SHARD = option(
    "--shard", metavar="I/N", help="Only every N-th task, from the I-th on; merge the homes after each iteration."
)
WORKER_OPTIONS = (
    option("--backend", type=click.Choice(BACKENDS), help="Who does the work; see docs/workers.md."),
    option("--scheduler", metavar="ADDRESS", help="Address of a dask or ray cluster."),
)
RUN_OPTIONS = (
    *LIMIT_OPTIONS,
    SHARD,
    *WORKER_OPTIONS,
    click.option("--timing", is_flag=True, help="Print the seconds of every phase."),
)
MACHINE_OPTIONS = (
    click.option("--docker-image", metavar="IMAGE", help="Image that Kaggle runs the kernel in, with its digest."),
    click.option("--docker-image-pinning-type", type=click.Choice(["original", "latest"]),
                 help="Keep the image of the kernel's first version, or take Kaggle's newest."),
    click.option("--machine-shape", metavar="ID", help="Kind of machine, such as NvidiaTeslaT4. [default: CPU]"),
)  # fmt: skip
ITERATIONS = option("--iterations", type=int, help="How many iterations.")
SIZES = click.option("--sizes", default="5,100", show_default=True, help="Numbers of tasks, between commas.")
HOME = option(
    "--home", type=click.Path(file_okay=False), callback=_read_home, metavar="DIRECTORY",
    help="Directory of archive and cache: a new one, or one that holds nothing else.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

TELLING = tuple(
    click.option(*names, is_flag=True, expose_value=False, callback=telling.ask, help=words)
    for names, words in (
        (("-q", "--quiet"), "Say nothing but results and errors."),
        (("-v", "--verbose"), "Say more: each stage, each call of Kaggle's client, each line of a kernel."),
        (("--no-progress",), "Show no bars, nor lines now and then instead."),
    )
)
"""Of every command that takes time; ``telling`` knows what was given."""


def with_options(*groups: Any) -> Callable[[Any], Any]:
    """Add options to a command, in order."""
    options = [option for group in groups for option in (group if isinstance(group, tuple) else (group,))]

    def decorate(command: Any) -> Any:
        return functools.reduce(lambda made, option: option(made), reversed(options), command)

    return decorate


def taken_machine(given: dict[str, Any]) -> dict[str, str]:
    """What the machine's options say, by key of a kernel's metadata; they are taken out of ``given``."""
    names = ("docker_image", "docker_image_pinning_type", "machine_shape")
    return {name: value for name in names if (value := given.pop(name))}


def read_sizes(text: str) -> tuple[int, ...]:
    """The numbers of ``--sizes``.

    Raises:
        SettingsError: they are none.
    """
    try:
        counts = tuple(int(part) for part in text.split(","))
    except ValueError:
        counts = ()
    if not counts or min(counts) < 1:
        raise SettingsError(f"--sizes is {text!r}; write numbers of tasks between commas, such as 5,100.")
    return counts


def read_tasks(settings: Settings) -> tuple[Task, ...]:
    """The tasks to work on; what is left out is said."""
    tasks = load_tasks(settings.dataset, settings.tasks, settings.ids, settings.strict)
    tasks.tell(notify)
    return tasks
