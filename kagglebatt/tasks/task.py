"""ARC tasks and their samples, as values, built from ARC's JSON form.

ARC's ``train`` pairs are called *demo* pairs here, so that they are never confused with the training set.
A *sample* is one pair of one task. Reading refuses whatever is not a rectangular grid of colours 0 to 9.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from kagglebatt.dsl.bounds import MAX_MEMBERS
from kagglebatt.dsl.types import Grid
from kagglebatt.errors import TaskError
from kagglebatt.markup import plural

_LONGEST_ID = 200
_COLOURS = frozenset(range(10))


@dataclass(frozen=True, repr=False)
class Sample:
    """One pair of one task; a notebook shows it as pictures.

    >>> from kagglebatt import load_tasks
    >>> load_tasks("arc1-training", ids=["67a3c6ac"])[0].demo[0]
    <demo 1: 4 x 4 -> 4 x 4>

    Attributes:
        kind: ``"demo"`` or ``"test"``.
        index: position among the task's pairs of that kind, from 0.
        input: rows x columns of colours 0 to 9.
        answer: the known output, or None where it is not known. Only steps that compare may read it.
    """

    kind: str
    index: int
    input: Grid
    answer: Grid | None

    @property
    def name(self) -> str:
        """``demo 1`` or ``test 2``: its kind and place, counted from 1 as pictures do."""
        return f"{self.kind} {self.index + 1}"

    def __repr__(self) -> str:
        return f"<{self.name}: {_size(self.input)} -> {'?' if self.answer is None else _size(self.answer)}>"

    def _repr_html_(self) -> str:
        from kagglebatt.tasks.picture import Gallery, pair_group  # late: few look at pictures

        return Gallery("", (pair_group(self.name, self),))._repr_html_()


@dataclass(frozen=True, repr=False)
class Task:
    """One ARC task: an id, demo samples (their answers always known) and test samples.

    A notebook shows it as pictures, without the answers of its test samples.

    >>> from kagglebatt import load_tasks
    >>> (task,) = load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> task
    <Task 67a3c6ac: 3 demo pairs, 1 test pair>
    >>> task.demo[0].input
    ((6, 6, 6, 2), (6, 1, 6, 2), (7, 2, 7, 2), (1, 7, 2, 2))
    """

    id: str
    demo: tuple[Sample, ...]
    test: tuple[Sample, ...]

    def __repr__(self) -> str:
        return f"<Task {self.id}: {plural(len(self.demo), 'demo pair')}, {plural(len(self.test), 'test pair')}>"

    def _repr_html_(self) -> str:
        from kagglebatt.tasks.picture import task_gallery  # late: few look at pictures

        return task_gallery(self)._repr_html_()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Demo samples, then test samples."""
        return self.demo + self.test

    @cached_property
    def pairs(self) -> tuple[tuple[Grid, Grid | None], ...]:
        """Every demo pair as (input, output): what a program sees as ``S`` on a test pair, and a differ always."""
        return tuple((sample.input, sample.answer) for sample in self.demo)

    def pairs_for(self, sample: Sample) -> tuple[tuple[Grid, Grid | None], ...]:
        """What a solver sees as ``S`` on one of the samples: every demo pair but this one.

        A solver that looked its answer up in ``S`` would be right on every demo pair and solve nothing.
        """
        if sample.kind != "demo":
            return self.pairs
        return tuple(pair for pair in self.pairs if pair != (sample.input, sample.answer))

    @cached_property
    def digest(self) -> str:
        """Identity of the task's content, 32 hex digits: all grids in order, known answers included."""
        content = [[s.kind, s.input, s.answer] for s in self.samples]
        return hashlib.blake2b(json.dumps(content, separators=(",", ":")).encode(), digest_size=16).hexdigest()


def one_of_each(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Tasks in their order, each once.

    Raises:
        TaskError: one is no task, or two have one id and other grids.
    """
    found: dict[str, Task] = {}
    for task in (tasks,) if isinstance(tasks, Task | str) else tasks:
        if not isinstance(task, Task):
            raise TaskError(f"{str(task)[:60]!r} is no task. Read tasks with load_tasks.")
        if found.setdefault(task.id, task).digest != task.digest:
            raise TaskError(f"two tasks with other grids are called {task.id}. Give one of them, or rename one.")
    return tuple(found.values())


def _size(grid: Grid) -> str:
    return f"{len(grid)} x {len(grid[0])}"


def _grid(raw: Any, where: str) -> Grid:
    if not isinstance(raw, list) or not raw or not all(isinstance(row, list) and row for row in raw):
        raise TaskError(
            f"{where}: a grid must be a non-empty list of non-empty rows. Check the file against the ARC format."
        )
    if sum(map(len, raw)) > MAX_MEMBERS:
        raise TaskError(f"{where}: a grid has {sum(map(len, raw)):,} cells, more than the {MAX_MEMBERS:,} possible.")
    if len({len(row) for row in raw}) != 1:
        raise TaskError(f"{where}: the rows of a grid must have one length. Check the file against the ARC format.")
    cells = list(chain.from_iterable(raw))
    if set(map(type, cells)) != {int} or not _COLOURS.issuperset(cells):
        raise TaskError(f"{where}: colours must be whole numbers 0 to 9. Check the file against the ARC format.")
    return tuple(map(tuple, raw))


def _sample(raw: Any, kind: str, index: int, where: str) -> Sample:
    where = f"{where}, {'train' if kind == 'demo' else kind} pair {index}"
    if not isinstance(raw, Mapping) or "input" not in raw:
        members = '"input" and "output"' if kind == "demo" else '"input"'
        raise TaskError(f"{where}: expected an object with {members}.")
    if kind == "demo" and "output" not in raw:
        raise TaskError(f'{where}: a train pair needs an "output".')
    answer = raw.get("output")
    return Sample(
        kind=kind,
        index=index,
        input=_grid(raw["input"], f"{where}, input"),
        answer=None if answer is None and kind == "test" else _grid(answer, f"{where}, output"),
    )


def parse_task(task_id: str, raw: Any, where: str) -> Task:
    """Build a task from ARC's JSON form, ``{"train": [{"input", "output"}], "test": [...]}``.

    Raises:
        TaskError: the data does not have that form; the message names ``where``, the pair and the fault.
    """
    if not 0 < len(task_id) <= _LONGEST_ID or not task_id.isprintable():
        raise TaskError(f"{where}: the task id {task_id[:20]!r} must be 1 to {_LONGEST_ID} printable characters.")
    if not isinstance(raw, Mapping) or not all(isinstance(raw.get(part), list) for part in ("train", "test")):
        raise TaskError(f'{where}: task {task_id} must be an object with lists "train" and "test".')
    if not raw["train"]:
        raise TaskError(f"{where}: task {task_id} has no train pairs, so nothing could be scored on it.")
    where = f"{where}, task {task_id}"
    return Task(
        id=task_id,
        demo=tuple(_sample(pair, "demo", index, where) for index, pair in enumerate(raw["train"])),
        test=tuple(_sample(pair, "test", index, where) for index, pair in enumerate(raw["test"])),
    )
