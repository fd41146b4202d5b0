"""The commands to look with: ``score`` says how right solvers are, ``show`` what is in a task, program or file."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from kagglebatt.api.outcomes import Outcomes, compared
from kagglebatt.api.program import Program
from kagglebatt.api.tracing import Trace, find_pair, is_pair, traces
from kagglebatt.api.trial import run_each
from kagglebatt.commands import draw, telling
from kagglebatt.commands.filed import COLUMNS, row
from kagglebatt.commands.given import Given, is_place, pair_up, read_given, tell
from kagglebatt.commands.options import HOME, JSON, LIMIT_OPTIONS, TASK_OPTIONS, TELLING, read_tasks, with_options
from kagglebatt.commands.screen import NO_COLOR, Screen
from kagglebatt.errors import HomeError, KagglebattError
from kagglebatt.home.archive import Entry
from kagglebatt.home.directory import read_archive
from kagglebatt.running.outcome import Kind
from kagglebatt.running.trace import MOST_STEPS
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.tasks.sources import raw_tasks
from kagglebatt.tasks.task import Sample, Task

_FEW = 5
"""So many solvers are shown pair by pair, with pictures; of more, those that are right take one line each."""
_DRAWN = 3
"""Of many solvers, so many that are not right are shown with pictures."""
_MOST_TEXTS = 10
"""Programs of one file whose text is shown; more are listed."""
_OPTIONS = (TASK_OPTIONS[0], TASK_OPTIONS[2], TASK_OPTIONS[3], LIMIT_OPTIONS[:3], HOME, JSON, NO_COLOR, TELLING)


@click.command()
@click.argument("source", metavar="FILE|FOLDER|MD5")
@with_options(*_OPTIONS)
def score(source: str, as_json: bool, no_color: bool, **given: Any) -> None:
    """Run every solver of a file or folder, or an archived one, on the task it is named after, or on those of -i.

    Exit code 1 when one of them is not right on every pair.
    """
    settings = Settings(**given)
    pairs = pair_up(read_given(source, settings.home, settings.strict), settings)
    with telling.progress() as progress, WorkerPool(settings, tell) as pool:
        found = _score(pairs, pool, progress)
    if as_json:
        click.echo(json.dumps(_score_json(pairs, found)))
    else:
        _draw_scores(Screen(no_color), found)
    if any(draw.state(outcomes) != "right" for outcomes, _ in found):
        raise click.exceptions.Exit(1)


def _score(pairs: list[tuple[Program, Task]], pool: WorkerPool, progress: Any) -> list[tuple[Outcomes, draw.Failed]]:
    """What became of each solver on its task, and the traces of the pairs on which it has no grid."""
    done, total = 0, sum(len(task.samples) for _, task in pairs)

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress("score", done, total)

    scored = run_each([(program.steps, task) for program, task in pairs], pool, count)
    every = [compared(program.name, task, scores) for (program, _), (task, scores) in zip(pairs, scored, strict=True)]
    wanted = [
        (place, outcome.sample)
        for place, outcomes in enumerate(every)
        for outcome in outcomes
        if outcome.kind not in (Kind.VALUE.value, Kind.NOT_A_GRID.value) and len(pairs[place][0]) <= MOST_STEPS
    ]
    failed: list[draw.Failed] = [{} for _ in pairs]
    for (place, sample), trace in zip(
        wanted, traces([(*pairs[place], sample) for place, sample in wanted], pool), strict=True
    ):
        failed[place][sample.name] = trace.run
    return list(zip(every, failed, strict=True))


def _draw_scores(screen: Screen, found: list[tuple[Outcomes, draw.Failed]]) -> None:
    drawn = 0
    for outcomes, failed in found:
        if len(found) > _FEW and draw.state(outcomes) == "right":
            screen.say(outcomes.title)
            continue
        draw.draw_outcomes(screen, outcomes, failed, len(found) <= _FEW or drawn < _DRAWN)
        drawn += 1
    if len(found) > 1:
        screen.say(f"{len(found):,} scored: {_summary(found)}", "bold")


def _summary(found: list[tuple[Outcomes, draw.Failed]]) -> str:
    states = Counter(draw.state(outcomes) for outcomes, _ in found)
    words = dict.fromkeys(("right", "wrong", "raised", "too slow", *states))
    return ", ".join(f"{states[word]:,} {word}" for word in words)


def _score_json(pairs: list[tuple[Program, Task]], found: list[tuple[Outcomes, draw.Failed]]) -> dict[str, Any]:
    solvers = [
        {
            "program": program.name,
            "task": task.id,
            "md5": program.md5,
            "state": draw.state(outcomes),
            "pairs": [draw.outcome_json(each, failed.get(each.sample.name)) for each in outcomes],
        }
        for (program, task), (outcomes, failed) in zip(pairs, found, strict=True)
    ]
    return {"solvers": solvers, "summary": dict(Counter(draw.state(outcomes) for outcomes, _ in found))}


@click.command()
@click.argument("target", metavar="ID|MD5|FILE", required=False)
@click.option(
    "--trace", "pair", is_flag=False, flag_value="", default=None, metavar="[PAIR]",
    help="Show every step with its value on PAIR, such as demo-2, test-1 or all; without PAIR on the first that is "
    "not right.",
)  # fmt: skip
@with_options(*_OPTIONS)
def show(target: str | None, pair: str | None, as_json: bool, no_color: bool, **given: Any) -> None:
    """Show a task, an archived program with its scores, or the programs of a file; with --trace, step by step."""
    if target is None and pair and not is_pair(pair):
        target, pair = pair, ""  # --trace FILE
    if target is None:
        raise click.UsageError("Missing argument 'ID|MD5|FILE'.")
    settings = Settings(**given)
    screen = Screen(no_color)
    is_task = not is_place(target) and any(raw.id == target for raw in raw_tasks(settings.dataset))
    if pair is not None:
        _show_traces(screen, _traced(target, is_task, pair, settings), as_json)
    elif is_task:
        _show_task(screen, target, settings, as_json)
    else:
        _show_programs(screen, read_given(target, settings.home, settings.strict), settings, as_json)


def _traced(target: str, is_task: bool, pair: str, settings: Settings) -> list[Trace]:
    """The traces of every solver that is meant, on each of its tasks."""
    pairs = pair_up(
        [_best(target, settings.home)] if is_task else read_given(target, settings.home, settings.strict), settings
    )
    with WorkerPool(settings, tell) as pool:
        wanted = [(program, task, sample) for program, task in pairs for sample in _samples(program, task, pair, pool)]
        return traces(wanted, pool)


def _samples(program: Program, task: Task, pair: str, pool: WorkerPool) -> tuple[Sample, ...]:
    if pair == "all":
        return task.samples
    if pair:
        return (find_pair(task, pair),)
    ((_, scores),) = run_each([(program.steps, task)], pool)
    outcomes = compared(program.name, task, scores)
    return (next((each.sample for each in outcomes if draw.fails(each)), task.demo[0]),)


def _best(task: str, home: Path) -> Given:
    """The best solver that is filed for a task."""
    with read_archive(home, notify=tell) as kept:
        entries = kept.entries(task)
        if not entries:
            raise KagglebattError(f"{home}: has no solver for task {task}. Give a file, or an md5 with -i {task}.")
        return Program(entries[0].md5[:8], "solve", kept.program(entries[0].md5)), (task,)


def _show_traces(screen: Screen, found: list[Trace], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([trace.as_json() for trace in found]))
        return
    for trace in found:
        draw.draw_trace(screen, trace)


def _show_task(screen: Screen, task_id: str, settings: Settings, as_json: bool) -> None:
    (task,) = read_tasks(Settings(dataset=settings.dataset, ids=(task_id,), strict=settings.strict))
    filed = _filed(settings.home, task=task_id)
    if as_json:
        demo = [{"input": each.input, "output": each.answer} for each in task.demo]
        test = [{"input": each.input} for each in task.test]
        click.echo(json.dumps({"task": task.id, "train": demo, "test": test, "filed": list(map(_entry, filed))}))
        return
    draw.draw_task(screen, task)
    _scores_table(screen, filed)


def _filed(home: Path, task: str | None = None, md5: str | None = None) -> list[Entry]:
    """What is filed for a task, or of a program; nothing where there is no home."""
    try:
        with read_archive(home, empty=True, notify=tell) as kept:
            return [each for each in kept.entries(task) if md5 in (None, each.md5)]
    except HomeError as error:
        tell(str(error))
        return []


def _entry(entry: Entry) -> dict[str, Any]:
    names = ("task", "md5", "o_score", "demos", "test_score", "tests", "similarity", "steps", "iteration")
    return {name: getattr(entry, name) for name in names}


def _scores_table(screen: Screen, filed: list[Entry]) -> None:
    """Where solvers are filed and with which scores."""
    if filed:
        screen.say("filed:", "bold")
        screen.table(COLUMNS, list(map(row, filed)))


def _show_programs(screen: Screen, programs: list[Given], settings: Settings, as_json: bool) -> None:
    """The programs of a file, or the archived one with its scores and where it came from."""
    chosen = [each for each in programs if not settings.ids or set(each[1]) & set(settings.ids)] or programs
    by_md5 = {program.md5: _filed(settings.home, md5=program.md5) for program, _ in chosen}
    if as_json:
        rows = [
            {"name": p.name, "kind": p.kind, "md5": p.md5, "steps": len(p), "text": p.steps.text(p.kind),
             "filed": list(map(_entry, by_md5[p.md5]))}
            for p, _ in chosen
        ]  # fmt: skip
        click.echo(json.dumps(rows))
        return
    if len(chosen) > _MOST_TEXTS:
        screen.table(("name", "kind", "steps", "md5"), [(p.name, p.kind, len(p), p.md5[:12]) for p, _ in chosen])
        return
    for program, _ in chosen:
        draw.draw_program(screen, program)
        _scores_table(screen, by_md5[program.md5])
