"""Exact programs are made smaller before they are dealt: the shorter one of equal programs is filed.

A step is left out, or gives way to one of its arguments, where every output of the task stays as it is, of test pairs,
too. Outputs are compared with each other; what they should be is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kagglebatt.iteration.choose import Choice
from kagglebatt.programs.batt import Batt, deal
from kagglebatt.programs.offspring import Origin
from kagglebatt.programs.operators import put
from kagglebatt.programs.program import Program, md5
from kagglebatt.running.execute import prepare
from kagglebatt.running.run import run
from kagglebatt.running.score import SampleScore
from kagglebatt.running.work import Unit
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.stop import Stop
from kagglebatt.tasks.task import Task

SMALLER = "smaller"
"""The operator of what was made smaller."""
_ROUNDS = 40
_MOST_TRIED = 150
_NO_DIFFERS = Batt((), ())


def reductions(program: Program) -> Iterator[Program]:
    """Shorter programs that have an argument in place of one step, each once.

    >>> from kagglebatt.programs.parse import parse_program
    >>> program = parse_program("x1 = hmirror(I); x2 = vmirror(x1); O = trim(x2)")
    >>> [len(each) for each in reductions(program)]
    [2, 2, 2]
    """
    canonical = program.canonical
    seen = {canonical.address}
    for place, step in enumerate(canonical.steps):
        for ref in step.refs[1:]:
            made = put(canonical, place, ref)
            if made is not None and len(made) < len(canonical) and made.address not in seen:
                seen.add(made.address)
                yield made


def make_smaller(
    choices: Sequence[Choice], tasks: Mapping[str, Task], pool: WorkerPool, stop: Stop
) -> tuple[list[Choice], dict[str, Origin]]:
    """Choices with the smallest equal programs found in place of exact ones; and where replaced ones came from, by md5.

    Args:
        tasks: by content.
    """
    now = list(choices)
    left = [place for place, choice in enumerate(now) if choice.exact]
    for _ in range(_ROUNDS):
        tried = [(place, [now[place].program, *reductions(now[place].program)][:_MOST_TRIED]) for place in left]
        tried = [(place, programs) for place, programs in tried if len(programs) > 1]
        if not tried:
            break
        stop.check()
        found = _equal([(tasks[now[place].content], programs) for place, programs in tried], pool)
        left = []
        for (place, _), program in zip(tried, found, strict=True):
            if program is not None:
                now[place] = replace(now[place], program=program)
                left.append(place)
    origins = {}
    for place, (before, after) in enumerate(zip(choices, now, strict=True)):
        if after.program != before.program:
            parent = md5(before.program.body)
            origins[parent] = before.origin
            now[place] = replace(after, origin=Origin(SMALLER, (parent,)), made_by=before.operator)
    return now, origins


def _equal(tried: Sequence[tuple[Task, Sequence[Program]]], pool: WorkerPool) -> list[Program | None]:
    """For each the shortest program that has the outputs of the first one on every sample, if there is one."""
    units = []
    for task, programs in tried:
        plan = prepare(deal(([], program) for program in programs))
        units += [Unit(plan, task, sample) for sample in task.samples]
    scores = iter(run(units, _NO_DIFFERS, pool, keep_answers=True)[0])
    found: list[Program | None] = []
    for task, programs in tried:
        rows = [list(map(_outcome, next(scores))) for _ in task.samples]
        equal = [program for number, program in enumerate(programs) if number and all(r[number] == r[0] for r in rows)]
        found.append(min(equal, key=lambda each: (len(each), each.address)) if equal else None)
    return found


def _outcome(score: SampleScore) -> tuple[object, ...]:
    return score.kind, score.fault, score.answer
