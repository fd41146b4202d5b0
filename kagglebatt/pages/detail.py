"""What the page shows of one task, as one compressed text: the browser unpacks it when the task is looked at.

All of it is data. The page's script puts it into the document as text, whatever it is.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from kagglebatt.errors import HomeError, ProgramError
from kagglebatt.home.archive import Archive, Entry
from kagglebatt.pages.found import TaskFound
from kagglebatt.pages.steps import grid_text, steps_json
from kagglebatt.programs.program import Program
from kagglebatt.running.trace import Steps
from kagglebatt.tasks.task import Sample

MOST_OTHERS = 8
"""Other programs of a task whose text is shown; more are counted."""

MOST_BYTES = 60_000
"""Of one task, packed; where it would be more, what the steps compute is left out, and that is said."""


def program_of(kept: Archive, entry: Entry) -> Program | None:
    """The program of an entry; None where the archive has it no more, or it is none."""
    try:
        return kept.program(entry.md5)
    except (HomeError, ProgramError):
        return None


def detail(
    found: TaskFound, program: Program | None, runs: Sequence[Steps], others: Sequence[tuple[Entry, str]]
) -> str:
    """Everything of one task, packed.

    Args:
        program: the best one, where there is one.
        runs: its steps on every sample, or none.
        others: of the other programs the first ones, each with its text.
    """
    content: dict[str, Any] = {
        "id": found.task.id,
        "state": found.state.value,
        "words": found.state.words,
        "pairs": _pairs(found.task.samples, runs),
        "facts": _facts(found),
        "program": None if program is None else _program(program),
        "values": [steps_json(run) for run in runs],
        "others": [_other(entry, text) for entry, text in others],
        "more": max(0, len(found.entries) - 1 - len(others)),
        "left_out": bool(program) and not runs,
    }
    packed = pack(content)
    if len(packed) > MOST_BYTES:
        packed = pack({**content, "values": [], "left_out": True})
    return packed


def pack(content: Mapping[str, Any]) -> str:
    """A JSON object, compressed (zlib), as base64."""
    return base64.b64encode(zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)).decode()


def _pairs(samples: Sequence[Sample], runs: Sequence[Steps]) -> list[dict[str, Any]]:
    pairs = []
    for place, sample in enumerate(samples):
        run = runs[place] if runs else None
        pairs.append(
            {
                "name": sample.name,
                "input": grid_text(sample.input),
                "expected": grid_text(sample.answer),
                "got": None if run is None else grid_text(run.answer),
                "verdict": "" if run is None else _verdict(run),
                "right": run is not None and run.right,
            }
        )
    return pairs


def _verdict(run: Steps) -> str:
    if (failed := run.failed) is not None:
        return f"{failed.outcome} at {failed.name}"
    if run.answer is None:
        return "not a grid"
    answer = run.sample.answer
    if answer is None:
        return "answered; the answer is not known"
    if (len(answer), len(answer[0])) != (len(run.answer), len(run.answer[0])):
        return "wrong, of another size"
    return "right" if run.right else f"wrong, {run.similarity / 10:.1f}% of cells agree"


def _program(program: Program) -> list[list[str]]:
    """Each step as its name and its call."""
    lines = (line.strip().partition(" = ") for line in program.text().splitlines()[1:-1])
    return [[name, call] for name, _, call in lines]


def _facts(found: TaskFound) -> list[list[str]]:
    best = found.best
    if best is None:
        return []
    tests = f"{best.test_score} of {best.tests}" if best.tests else "answers not known"
    return [
        ["demo pairs", f"{best.o_score} of {best.demos}"],
        ["test pairs", tests],
        ["cells that agree", f"{best.similarity / 10:.1f}%"],
        ["steps", str(best.steps)],
        ["found in iteration", str(best.iteration)],
        ["md5", best.md5],
    ]


def _other(entry: Entry, text: str) -> dict[str, Any]:
    return {
        "md5": entry.md5,
        "demo": f"{entry.o_score} of {entry.demos}",
        "test": f"{entry.test_score} of {entry.tests}",
        "similarity": f"{entry.similarity / 10:.1f}%",
        "steps": entry.steps,
        "iteration": entry.iteration,
        "text": text,
    }
