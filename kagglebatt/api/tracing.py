"""A program step by step: what each step computed, and where it went wrong; a notebook shows it folded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kagglebatt.api.program import Program, as_program
from kagglebatt.api.tasks import as_tasks, warn
from kagglebatt.errors import TaskError
from kagglebatt.markup import MONOSPACE, Html, block, duration, line, markup, side_by_side
from kagglebatt.running.outcome import Kind
from kagglebatt.running.shown import Shown
from kagglebatt.running.trace import Steps, TracedStep, trace_all
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.picture import Gallery
from kagglebatt.tasks.task import Sample, Task

_PAIR = re.compile(r"(demo|test)?[ -]?([1-9]\d{0,5})")


@dataclass(frozen=True, repr=False)
class Trace:
    """A program's steps on one pair of a task, each with its value; a notebook shows a line each, to unfold.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> trace = kb.trace("x1 = hmirror(I); O = vmirror(x1)", task, "demo 2")
    >>> trace.steps[0].name, trace.steps[0].call, trace.steps[0].shown.kind
    ('x1', 'hmirror(I)', 'grid of 7 x 7')

    Attributes:
        program: the program's name.
        task: the task's id.
        run: the steps, and what came out.
    """

    program: str
    task: str
    run: Steps

    @property
    def sample(self) -> Sample:
        """The pair that the program was run on."""
        return self.run.sample

    @property
    def steps(self) -> tuple[TracedStep, ...]:
        """Every step in the order of the program's text."""
        return self.run.steps

    @property
    def verdict(self) -> str:
        """How it ended, in a few words."""
        if (failed := self.run.failed) is not None:
            return f"{failed.outcome} at {failed.name} = {failed.call}{_said(failed)}"
        if self.run.answer is None:
            return "not a grid"
        if self.sample.answer is None:
            return "a grid; the answer is not known"
        return "right" if self.run.right else f"wrong, {self.run.similarity / 10:.1f}% of cells agree"

    @property
    def title(self) -> str:
        """Which program, on which pair of which task, and how it ended."""
        return f"{self.program} on task {self.task}, {self.sample.name}: {self.verdict}"

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "program": self.program,
            "task": self.task,
            "pair": self.sample.name,
            "verdict": self.verdict,
            "right": self.run.right,
            "similarity": self.run.similarity,
            "steps": [step.as_json() for step in self.steps],
        }

    def __repr__(self) -> str:
        lines = (f"{step.name} = {step.call}: {in_words(step)}" for step in self.steps)
        return "\n  ".join([self.title, *lines])

    def _repr_html_(self) -> str:
        pair = [("input", self.sample.input), ("expected", self.sample.answer), ("computed", self.run.answer)]
        shown = Gallery("", (tuple(each for each in pair if each[1] is not None),))._repr_html_()
        return block(self.title, shown, *map(_folded, self.steps))


def in_words(step: TracedStep) -> str:
    """A step's value, or why it has none, on one line."""
    if step.outcome != Kind.VALUE.value or step.shown is None:
        return f"{step.outcome}{_said(step)}"
    kind, text = step.shown.kind, step.shown.text
    return kind if not text or text == f"<{kind}>" else f"{kind}: {text}"


def _said(step: TracedStep) -> str:
    return f" ({step.shown.text})" if step.failed and step.shown is not None and step.shown.text else ""


def _folded(step: TracedStep) -> Html:
    took = "" if step.seconds is None else f" ({duration(step.seconds)})"
    head = Html(f'<span style="{MONOSPACE}">{markup(f"{step.name} = {step.call}")}</span>')
    words = markup(f": {in_words(step)}{took}")
    if step.shown is None or not step.shown.pictures:
        return line(Html(f"{head}{words}"))
    unfolded = " open" if step.name == "O" else ""
    return Html(f"<details{unfolded}><summary>{head}{words}</summary>{_pictures(step.shown)}</details>")


def _pictures(shown: Shown) -> Html:
    return side_by_side(Gallery("", (((each.caption, each.rows),),))._repr_html_() for each in shown.pictures)


def trace(
    program: Program | str,
    task: Task,
    pair: str = "demo 1",
    timeout: float = Settings.timeout,
    memory: int = Settings.memory,
) -> Trace:
    """Run a program on one pair of a task, and keep what each of its steps computed, to look at.

    It is run in a process of its own within its limits; a step that raises, hangs or ends the process is named, and
    values of any size are shown cut.

    >>> import kagglebatt as kb
    >>> (task,) = kb.load_tasks("arc1-training", ids=["67a3c6ac"])
    >>> kb.trace("x1 = size(I); x2 = first(x1); O = fill(I, ZERO, x2)", task)
    program on task 67a3c6ac, demo 1: raised TypeError at x2 = first(x1) ('int' object is not ...)
      x1 = size(I): number: 4
      x2 = first(x1): raised TypeError ('int' object is not ...)
      O = fill(I, ZERO, x2): not reached

    Args:
        program: a solver, or its text.
        pair: such as ``demo 1`` or ``test 1``.
        timeout: seconds that it may take.
        memory: MiB that it may need.

    Raises:
        ProgramError: the text is no program.
        TaskError: the task is none, or has no such pair.
    """
    chosen = as_program(program)
    chosen.check_solver()
    (of,) = as_tasks(task)
    with WorkerPool(Settings(jobs=1, timeout=timeout, memory=memory), warn) as pool:
        return traces([(chosen, of, find_pair(of, pair))], pool)[0]


def traces(requests: Sequence[tuple[Program, Task, Sample]], pool: WorkerPool) -> list[Trace]:
    """The traces of programs on pairs, in order."""
    runs = trace_all([(program.steps, task, sample) for program, task, sample in requests], pool)
    return [Trace(program.name, task.id, run) for (program, task, _), run in zip(requests, runs, strict=True)]


def find_pair(task: Task, pair: str) -> Sample:
    """The pair of a task that is called ``demo 2``, ``demo-2``, ``test1``, or just ``2``.

    Raises:
        TaskError: it has none.
    """
    if (sample := _find(task, pair)) is None:
        names = ", ".join(each.name for each in task.samples)
        raise TaskError(f"task {task.id} has no pair {str(pair)[:40]!r}. It has {names}.")
    return sample


def is_pair(text: str) -> bool:
    """Whether a text could be a pair's name."""
    return _PAIR.fullmatch(text) is not None


def _find(task: Task, pair: object) -> Sample | None:
    match = _PAIR.fullmatch(str(pair))
    if match is None:
        return None
    name = f"{match[1] or 'demo'} {match[2]}"
    return next((sample for sample in task.samples if sample.name == name), None)
