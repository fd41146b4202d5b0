"""What the page shows of one task, as one compressed text: the browser unpacks it when the task is looked at.

All of it is data. The page's script puts it into the document as text, whatever it is.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kagglebatt.errors import HomeError, ProgramError
from kagglebatt.home.archive import Archive
from kagglebatt.home.lineage import Ancestor
from kagglebatt.markup import plural
from kagglebatt.pages.found import Program as Kept
from kagglebatt.pages.found import TaskFound
from kagglebatt.pages.steps import MOST_STEPS, grid_text, steps_json
from kagglebatt.programs.offspring import GIVEN
from kagglebatt.programs.program import Program
from kagglebatt.running.trace import Steps
from kagglebatt.tasks.task import Sample

MOST_OTHERS = 8
"""Other programs of a task whose text is shown; more are counted."""

MOST_ANCESTORS = 40
"""Programs of a line of descent that are listed, the newest."""

MOST_BYTES, MOST_IN_ALL = 60_000, 2_000_000
"""Of one task, packed, and of all; where it would be more, what steps compute is left out, and that is said."""

_MOST_CHARACTERS = 4_000
"""Of another program's text."""


@dataclass(frozen=True)
class Filed:
    """What the archive has of the programs of one task.

    Attributes:
        program: the best one; None where there is none, or the archive has its text no more.
        descent: the best one, its parents, theirs and so on, as far as that is known.
        others: of the other programs the first ones, each with its text.
    """

    program: Program | None
    descent: Sequence[Ancestor]
    others: Sequence[tuple[Kept, str]]


def read_filed(kept: Archive, found: TaskFound) -> Filed:
    """The programs of a task, out of the archive."""
    if found.best is None:
        return Filed(None, (), ())
    others = [(each, _text(kept, each.md5)) for each in found.programs[1 : 1 + MOST_OTHERS]]
    return Filed(_program_of(kept, found.best.md5), kept.descent(found.best.md5)[:MOST_ANCESTORS], others)


def _program_of(kept: Archive, name: str) -> Program | None:
    try:
        return kept.program(name)
    except (HomeError, ProgramError):
        return None


def _text(kept: Archive, name: str) -> str:
    program = _program_of(kept, name)
    if program is None:
        return "this text is no program"
    text = program.text()
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."


def detail(found: TaskFound, filed: Filed, runs: Sequence[Steps], most: int) -> str:
    """Everything of one task, packed.

    Args:
        runs: the steps of the best program on every sample, or none.
        most: bytes; when it would have more, what the steps compute is left out.
    """
    content: dict[str, Any] = {
        "id": found.task.id,
        "state": found.state.value,
        "words": found.state.words,
        "pairs": _pairs(found.task.samples, runs),
        "facts": _facts(found.best, filed.descent),
        "program": None if filed.program is None else _program(filed.program),
        "values": [steps_json(run) for run in runs],
        "descent": [_ancestor(each) for each in filed.descent],
        "others": [_other(each, text) for each, text in filed.others],
        "more": max(0, len(found.programs) - 1 - len(filed.others)),
    }
    packed = pack(content)
    return packed if len(packed) <= most else pack({**content, "values": []})


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
    steps = [[name, call] for name, _, call in islice(lines, MOST_STEPS)]
    left = len(program) - len(steps)
    return [*steps, *([["...", f"and {plural(left, 'more step')}"]] if left > 0 else [])]


def _facts(best: Kept | None, descent: Sequence[Ancestor]) -> list[list[str]]:
    if best is None:
        return []
    return [
        ["kept as", "stepping stone" if best.stone else "accepted program"],
        ["demo pairs", f"{best.o_score} of {best.demos}"],
        *([] if best.stone else [["test pairs", _tests(best)]]),
        ["cells that agree", f"{best.similarity / 10:.1f}%"],
        ["steps", str(best.steps)],
        ["found in iteration", str(best.iteration)],
        *([["found by", _maker(descent[0])]] if descent else []),
        ["md5", best.md5],
    ]


def _tests(kept: Kept) -> str:
    return f"{kept.test_score} of {kept.tests}" if kept.tests else "not known"


def _maker(ancestor: Ancestor) -> str:
    """What made a program, as words."""
    return "given: as the library or a home has it" if ancestor.operator == GIVEN else f"breeding: {ancestor.operator}"


def _ancestor(ancestor: Ancestor) -> list[str]:
    """A line of the line of descent: md5, how it was made, its parents, when, and how it did."""
    scored = ancestor.scored
    return [
        ancestor.md5[:12],
        ancestor.operator,
        ", ".join(parent[:12] for parent in ancestor.parents),
        str(ancestor.iteration) if ancestor.iteration else "",
        f"{scored.o_score} of {scored.demos}" if scored.demos else "",
    ]


def _other(kept: Kept, text: str) -> list[Any]:
    """Facts, and the text."""
    return [_facts(kept, ()), text]
