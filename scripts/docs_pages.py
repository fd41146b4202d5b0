"""Pages of the documentation that are made from the package itself: every primitive with a picture, every command.

MkDocs calls ``on_files`` when it builds the site (.mkdocs.yml names this file); nothing is written beside the site.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import click

from kagglebatt.commands.cli import cli
from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import EXTRAS, PRIMITIVES, Primitive
from kagglebatt.dsl.types import Grid
from kagglebatt.notify import notify_nobody
from kagglebatt.programs.parse import parse_program
from kagglebatt.running.shown import Shown, describe
from kagglebatt.running.trace import Steps, TracedStep, trace_all
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.picture import grid_svg
from kagglebatt.tasks.task import Task, parse_task

EXAMPLES = Path(__file__).parents[1] / "docs" / "primitives.txt"
GRID: Grid = ((0, 1, 0, 0, 0), (1, 1, 0, 0, 3), (0, 0, 0, 0, 0), (0, 2, 2, 2, 2))
"""What stands for ``I``."""
_RECOLORED = {1: 4, 2: 6, 3: 8}
_MOST_PICTURES = 4
_LOCATION = "#8a6bff"


class _Sessions:
    """What Markdown calls on the lines of a text before it looks for code in them."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with sessions fenced."""
        return list(fenced(lines))


def on_config(config: Any) -> Any:
    """Sessions in docstrings are shown as code."""
    from markdown.extensions import Extension

    extension = Extension()
    extension.extendMarkdown = lambda markdown: markdown.preprocessors.register(_Sessions(), "sessions", 28)
    config.markdown_extensions.append(extension)
    return config


def fenced(lines: list[str]) -> Iterator[str]:
    """Lines of Markdown, in which each session, from its first prompt to the next empty line, is fenced.

    >>> list(fenced(["words", ">>> 1 + 1", "2", "", "more"]))
    ['words', '```pycon', '>>> 1 + 1', '2', '```', '', 'more', '']
    """
    inside = False
    for line in [*lines, ""]:
        if line.startswith(">>> ") and not inside:
            inside = True
            yield "```pycon"
        elif inside and not line:
            inside = False
            yield "```"
        yield line


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made here to those of ``docs/``."""
    from mkdocs.structure.files import File

    for name, lines in (("reference/primitives.md", primitives_page()), ("reference/commands.md", commands_page())):
        files.append(File.generated(config, name, content="\n".join(lines) + "\n"))
    return files


def read_examples(path: Path = EXAMPLES) -> dict[str, str]:
    """The example program of each primitive, by its name."""
    lines = [line.partition(" | ") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {name: text for name, _, text in lines}


def example_task() -> Task:
    """A task whose test input is ``GRID``; in its demo pairs colours change."""
    pairs = []
    for grid in (GRID[:2], GRID[2:]):
        pairs.append(
            {
                "input": [list(row) for row in grid],
                "output": [[_RECOLORED.get(cell, cell) for cell in row] for row in grid],
            }
        )
    return parse_task("example", {"train": pairs, "test": [{"input": [list(row) for row in GRID]}]}, "the example")


def run_examples() -> dict[str, Steps]:
    """Every example's steps with their values."""
    task, examples = example_task(), read_examples()
    requests = [(parse_program(text, name), task, task.test[0]) for name, text in examples.items()]
    with WorkerPool(Settings(backend="sequential", timeout=10.0), notify_nobody) as pool:
        return dict(zip(examples, trace_all(requests, pool), strict=True))


def primitives_page() -> Iterator[str]:
    """Markdown: each primitive with its types, what it does, and what it makes of a small grid."""
    runs = run_examples()
    yield "# Primitives\n"
    yield (
        f"The {len(PRIMITIVES)} functions that a program may call, by family. Under each is what it makes of its "
        "arguments, run when this page was made. A location has no colour and is drawn violet; of objects and "
        "locations the bounding box is drawn, and said where it lies.\n"
    )
    yield f'<div class="example"><div>I</div>{grid_svg(GRID)}<div>in all examples</div></div>\n'
    families = list(dict.fromkeys(primitive.family for primitive in PRIMITIVES.values()))
    first_extra = next(iter(EXTRAS.values())).family
    for family in families:
        yield f"## {family.capitalize()}\n"
        if family == first_extra:
            yield f"These and the following, {len(EXTRAS)} in all, are our own, not of the public vocabulary.\n"
        for primitive in PRIMITIVES.values():
            if primitive.family == family:
                yield from _section(primitive, runs[primitive.name])
    yield from _constants()


def _section(primitive: Primitive, run: Steps) -> Iterator[str]:
    yield f"### {primitive.name}\n"
    yield f"`{primitive.name}({', '.join(primitive.parameters)}) -> {primitive.result}`\n"
    yield (inspect.getdoc(primitive.fn) or "").replace("``", "`") + "\n"
    yield f'<div class="example">{"".join(_example(primitive.name, run))}</div>\n'


def _example(name: str, run: Steps) -> Iterator[str]:
    """The call that the example is about, its arguments that can be drawn, and what it gave."""
    steps = {step.name: step for step in run.steps}
    last = run.steps[-1]
    made = next(step for step in run.steps if step.call.startswith(f"{name}("))
    is_function = made is not last
    called = last if is_function else made
    arguments = re.findall(r"\b(?:x\d+|I|S)\b", made.call + (called.call if is_function else ""))
    for argument in dict.fromkeys(arguments):
        if argument == made.name and is_function:
            continue
        words = f"{argument} = {steps[argument].call}" if argument in steps else argument
        yield f"<div><code>{escape(words)}</code>{_value(_given(argument, steps))}</div>"
    text = f"{made.name} = {made.call}; {called.call}" if is_function else made.call
    yield f"<div><code>{escape(text)}</code> →{_value(called.shown)}</div>"


def _given(argument: str, steps: dict[str, TracedStep]) -> Shown | None:
    if argument == "I":
        return describe(GRID)
    if argument == "S":
        return describe(tuple(grid for pair in example_task().pairs for grid in pair))
    return steps[argument].shown


def _value(shown: Shown | None) -> str:
    if shown is None:
        raise ValueError("an example has no value")
    pictures = "".join(f"<div>{_drawn(each.rows)}</div>" for each in shown.pictures[:_MOST_PICTURES])
    more = "..." if len(shown.pictures) > _MOST_PICTURES else ""
    text = f"<code>{escape(shown.text)}</code>" if shown.text else ""
    words = f"{shown.kind}{', ' + shown.pictures[0].caption.partition(' at ')[2] if _lies(shown) else ''}"
    caption = f"<figcaption>{escape(words)}</figcaption>" if pictures else ""
    return f"<figure>{pictures}{text}{more}{caption}</figure>"


def _drawn(rows: Grid) -> str:
    return grid_svg(rows).replace("#ffffff", _LOCATION)  # white would be the page's own


def _lies(shown: Shown) -> bool:
    return len(shown.pictures) == 1 and " at " in shown.pictures[0].caption


def _constants() -> Iterator[str]:
    yield "## Constants\n"
    yield "| name | type | value |\n|---|---|---|"
    for name, value in CONSTANTS.items():
        yield f"| `{name}` | {type_of_constant(name)} | `{value}` |"


def commands_page() -> Iterator[str]:
    """Markdown: what ``--help`` says of each command."""
    yield "# Commands\n"
    yield "What `kagglebatt COMMAND --help` says of each.\n"
    for path, command in _commands(cli, ("kagglebatt",)):
        context = click.Context(command, info_name=" ".join(path), max_content_width=100, terminal_width=100)
        yield f"## {' '.join(path[1:])}\n\n```text\n{command.get_help(context)}\n```\n"


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif command is not None:
            yield (*path, name), command
